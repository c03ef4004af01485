"""What reading a file of zones needs and gives: the setting it is read in, sound zones, and faults by their place."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any, Final

import orjson

from shared.body import InvalidBody, parse_json
from shared.contracts.airspace import ZoneSpec
from shared.contracts.codec import encode_value
from shared.errors import Invalid, TooLarge
from shared.fields import FieldError
from shared.law import check_temporary
from shared.outlines import check_outline
from shared.values import is_identifier
from shared.volumes import PolygonOutline

MOST_FEATURES: Final = 10_000
MOST_PARTS: Final = 1_000  # of one feature
_DEEPEST: Final = 16
_DOCUMENTS_DEEPEST: Final = 1_024  # of what has been read as JSON already

Json = Any  # a document from outside, as it came


class NotFeatureCollection(InvalidBody):
    """The file is none of the formats that zones are read from."""


class TooManyFeatures(TooLarge):
    """The file has more features than are taken at once."""


class ImportRefused(InvalidBody):
    """A strict import has a feature that is not a zone, so none was taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowError:
    """What is wrong with one feature: which (0-based), at which field, where its geometry begins, and why."""

    index: int
    field: str
    position: Sequence[float] | None
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """How many zones were put in force, stood so already, or were refused and why."""

    accepted: int
    unchanged: int
    errors: Sequence[RowError]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a file does not say itself: the time, the city's clock and geoid, its administrative areas by name."""

    now: datetime
    city_time: tzinfo
    geoid_min_m: float = 0.0
    geoid_max_m: float = 0.0
    areas: Mapping[str, Sequence[PolygonOutline]] = field(default_factory=dict)
    demo: bool = False  # whether demo data may be here


def sound(fields: Mapping[str, Json], setting: Setting, place: Callable[[str], str]) -> ZoneSpec:
    """The zone of these fields, checked. Raises Invalid; `place` turns a field of ours into the file's."""
    try:
        spec = parse_json(encode_value(fields), ZoneSpec, deepest=_DOCUMENTS_DEEPEST)
        check_outline(spec.outline)
        check_temporary(spec, setting.now, demo=setting.demo)
    except InvalidBody as error:
        faults = tuple(FieldError(place(fault.field), fault.detail) for fault in error.errors)
        raise InvalidBody(error.detail, faults or (FieldError(place(""), error.detail),)) from error
    except Invalid as error:
        raise Invalid(error.detail, field=place(error.field or "")) from error
    return spec


def row_errors(index: int, feature: Json, error: Invalid) -> list[RowError]:
    """The faults of one feature."""
    faults: Sequence[FieldError] = error.errors if isinstance(error, InvalidBody) else ()
    position = first_position(feature)
    return [
        RowError(index=index, field=fault.field, position=position, detail=fault.detail)
        for fault in faults or (FieldError(error.field or "", error.detail),)
    ]


def first_position(value: Json, depth: int = 0) -> Sequence[float] | None:
    """Where a feature is, near enough to find it on a map: its first two numbers that stand together."""
    if depth > _DEEPEST:
        return None
    if isinstance(value, list):
        if len(value) >= 2 and all(type(part) in (int, float) for part in value[:2]):
            return value[:2]
        inner = value
    elif isinstance(value, dict):
        inner = [value[key] for key in _TO_POSITIONS if key in value]
    else:
        return None
    return next((found for each in inner if (found := first_position(each, depth + 1))), None)


_TO_POSITIONS: Final = ("geometry", "geometries", "horizontalProjection", "center", "coordinates")


def parts_named(zone_id: str, specs: Sequence[ZoneSpec]) -> list[tuple[str, ZoneSpec]]:
    """Ids for the parts of a feature: its own for one part, `id.1`, `id.2`, ... for several."""
    if len(specs) > MOST_PARTS:
        raise Invalid(f"the feature has {len(specs)} parts; at most {MOST_PARTS} are taken", field="geometry")
    names = [zone_id] if len(specs) == 1 else [f"{zone_id}.{number}" for number in range(1, len(specs) + 1)]
    return [(checked_id(name, "id"), spec) for name, spec in zip(names, specs, strict=True)]


def checked_id(given: Json, field: str) -> str:
    """The id, if it can be one."""
    if not (isinstance(given, str) and is_identifier(given)):
        raise Invalid("must be 1 to 64 letters, digits or . _ : - and start with a letter or digit", field=field)
    return given


def as_json(value: object) -> Json:
    """A contract value as the document it is written as."""
    return orjson.loads(encode_value(value))
