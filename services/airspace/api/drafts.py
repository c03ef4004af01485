"""What callers send of zones, and parameters as use cases take them."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from services.airspace.store.shapes import Box
from shared.contracts.airspace import ZoneSpec
from shared.errors import Invalid
from shared.http import Bbox
from shared.values import Identifier


class InvalidInstant(Invalid):
    """A time without its offset from UTC is no instant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneDraft(ZoneSpec):
    """A zone as a regulator states it, with the id it should go by."""

    zone_id: Identifier | None = None

    def spec(self) -> ZoneSpec:
        """The same without the id."""
        known: dict[str, Any] = {each.name: getattr(self, each.name) for each in fields(ZoneSpec)}
        return ZoneSpec(**known)


def box(bbox: Bbox | None) -> Box | None:
    """A query's box."""
    return (bbox.west, bbox.south, bbox.east, bbox.north) if bbox else None


def as_query_instant(value: datetime | None, name: str) -> datetime | None:
    """A query's instant. Raises InvalidInstant naming it where it has no offset."""
    if value is not None and value.utcoffset() is None:
        raise InvalidInstant("must say its offset from UTC, for example 2026-05-01T08:00:00%2B08:00", field=name)
    return value
