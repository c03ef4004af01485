"""Our own part of a feature of ED-269 or ED-318: the zone as we have it, so that what we wrote reads back equal.

It is believed only where the standard's fields still say what we wrote. Where somebody changed them, they count, and
of ours only what the standards have no field for.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from services.airspace.imports.attributes import KEY
from services.airspace.imports.eurocae import Record, record
from services.airspace.imports.rows import Json, Setting, as_json, checked_id, sound
from services.airspace.usecases.zones import Stated
from shared.contracts.airspace import ZoneSpec

_OURS: Final = ("kind", "height_basis", "binds", "article", "demo", "grade", "notice")


def signed(zone_id: str, version: int, spec: ZoneSpec, properties: Record) -> Record:
    """The properties of a feature with our part in them."""
    part = {"zone_id": zone_id, "zone_version": version, "spec": spec}
    return {**properties, "extendedProperties": {**properties.get("extendedProperties", {}), KEY: part}}


def ours(said: Record, setting: Setting, at: str) -> Stated | None:
    """Our part, or None where the feature is not of our making. Raises Invalid where it is there and wrong."""
    extended = said.get("extendedProperties")
    part = extended.get(KEY) if isinstance(extended, dict) else None
    if part is None:
        return None
    at = f"{at}extendedProperties.{KEY}"
    fields = record(record(part, at).get("spec"), f"{at}.spec")
    zone_id = checked_id(part.get("zone_id"), f"{at}.zone_id")
    return Stated(zone_id, sound(fields, setting, lambda field: f"{at}.spec.{field}".rstrip(".")))


def unsigned(said: Record) -> Record:
    """The properties without our part."""
    extended = said.get("extendedProperties")
    if not isinstance(extended, dict) or KEY not in extended:
        return said
    others = {key: value for key, value in extended.items() if key != KEY}
    rest = {key: value for key, value in said.items() if key != "extendedProperties"}
    return {**rest, "extendedProperties": others} if others else rest


def says_the_same(one: Json, other: object) -> bool:
    """Whether a document is what we would write."""
    return bool(one == as_json(other))


def completed(read: Sequence[ZoneSpec], part: Stated | None) -> list[ZoneSpec]:
    """The zones read, with what only we have words for."""
    if part is None:
        return list(read)
    kept: dict[str, Any] = {name: getattr(part.spec, name) for name in _OURS}
    return [replace(spec, **kept) for spec in read]
