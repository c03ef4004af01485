"""Zones from and to GeoJSON: a FeatureCollection's bytes into values and row errors, and zones into one.

A feature's `properties` are the fields of a zone without its outline; its geometry is a Polygon, or a Point whose
`radius_m` property makes it a circle. The id is `properties.zone_id`, else the feature's `id`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final
from uuid import UUID, uuid5

import orjson

from services.airspace.store.zones import Zone
from services.airspace.usecases.zones import Stated
from shared.body import InvalidBody, MalformedBody, parse_json
from shared.contracts.airspace import ZoneSpec
from shared.contracts.codec import encode_value
from shared.errors import Invalid, TooLarge
from shared.fields import FieldError
from shared.outlines import check_outline
from shared.values import is_identifier
from shared.volumes import CircleOutline

MOST_FEATURES: Final = 10_000
_NAMELESS: Final = UUID("6f1d7bfa-64a5-5b0e-9a27-6d3c0a7b0c11")  # namespace of ids for features without one
_FIELDS: Final = frozenset(each.name for each in fields(ZoneSpec)) - {"outline"}


class NotFeatureCollection(InvalidBody):
    """The file is no GeoJSON FeatureCollection."""


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


def read_zones(content: bytes, *, strict: bool = False) -> tuple[list[Stated], list[RowError]]:
    """The zones of a file, and its errors. Raises NotFeatureCollection, TooManyFeatures; strict, ImportRefused."""
    stated: list[Stated] = []
    errors: list[RowError] = []
    for index, feature in enumerate(_features(content)):
        try:
            stated.append(_stated(feature))
        except Invalid as error:
            errors += _row_errors(index, feature, error)
    if strict and errors:
        faults = tuple(FieldError(f"features.{error.index}.{error.field}", error.detail) for error in errors[:20])
        raise ImportRefused(f"{len(errors)} faults; nothing was imported", faults)
    return stated, errors


def write_zones(zones: Sequence[Zone]) -> Mapping[str, Any]:
    """The zones as a FeatureCollection that `read_zones` reads back."""
    return {"type": "FeatureCollection", "features": [_feature(zone) for zone in zones]}


def _features(content: bytes) -> Sequence[Any]:
    try:
        document = orjson.loads(content)  # refuses NaN, Infinity and nesting beyond 1,024
    except orjson.JSONDecodeError as error:
        raise MalformedBody(f"the file is not valid JSON: {error}") from error
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or document.get("type") != "FeatureCollection":
        fault = FieldError("type", "must be a GeoJSON FeatureCollection with a list of features")
        raise NotFeatureCollection(fault.detail, (fault,))
    if len(features) > MOST_FEATURES:
        raise TooManyFeatures(f"the file has {len(features)} features; at most {MOST_FEATURES} are taken")
    return features


def _stated(feature: Any) -> Stated:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise Invalid("must be a GeoJSON Feature", field="type")
    properties = feature.get("properties")
    if not isinstance(properties, dict):
        raise Invalid("must be an object", field="properties")
    outline = _outline(feature.get("geometry"), properties)
    known = {name: value for name, value in properties.items() if name in _FIELDS}
    spec = parse_json(orjson.dumps({**known, "outline": outline}), ZoneSpec)
    check_outline(spec.outline)
    return Stated(_zone_id(feature, properties, spec), spec)


def _zone_id(feature: Mapping[str, Any], properties: Mapping[str, Any], spec: ZoneSpec) -> str:
    """The id given, or one that is the same whenever the same zone is imported."""
    given = properties.get("zone_id", feature.get("id"))
    if given is None:
        return str(uuid5(_NAMELESS, encode_value(spec).decode()))
    if not (isinstance(given, str) and is_identifier(given)):
        detail = "must be 1 to 64 letters, digits or . _ : - and start with a letter or digit"
        raise Invalid(detail, field="properties.zone_id" if "zone_id" in properties else "id")
    return given


def _outline(geometry: Any, properties: Mapping[str, Any]) -> Mapping[str, Any]:
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind == "Polygon":
        return {"type": "Polygon", "coordinates": _flat(geometry.get("coordinates"))}
    if kind == "Point":
        if "radius_m" not in properties:
            raise Invalid("is required with a Point", field="properties.radius_m")
        center = geometry.get("coordinates")
        flat = center[:2] if isinstance(center, list) else center
        return {"type": "Circle", "center": flat, "radius_m": properties["radius_m"]}
    raise Invalid("must be a Polygon, or a Point with properties.radius_m", field="geometry.type")


def _flat(rings: Any) -> Any:
    """Positions without the height that GeoJSON allows; anything else is left for the parser to name."""
    if not isinstance(rings, list):
        return rings
    return [
        [position[:2] if isinstance(position, list) else position for position in ring]
        if isinstance(ring, list)
        else ring
        for ring in rings
    ]


def _row_errors(index: int, feature: Any, error: Invalid) -> list[RowError]:
    faults: Sequence[FieldError] = error.errors if isinstance(error, InvalidBody) else ()
    position = _first_position(feature.get("geometry") if isinstance(feature, dict) else None)
    return [
        RowError(index=index, field=_in_feature(fault.field), position=position, detail=fault.detail)
        for fault in faults or (FieldError(error.field or "", error.detail),)
    ]


def _in_feature(field: str) -> str:
    """A zone's field as the place in the feature that it came from."""
    if field in ("outline.radius_m", ""):
        return "properties.radius_m" if field else "properties"
    if field.startswith("outline"):
        return field.replace("outline.center", "geometry.coordinates").replace("outline", "geometry", 1)
    return field if field.partition(".")[0] in ("properties", "geometry", "id", "type") else f"properties.{field}"


def _first_position(geometry: Any) -> Sequence[float] | None:
    """Where the feature is, near enough to find it on a map."""
    inner = geometry.get("coordinates") if isinstance(geometry, dict) else None
    while isinstance(inner, list) and inner and isinstance(inner[0], list):
        inner = inner[0]
    numbers = isinstance(inner, list) and len(inner) >= 2 and all(type(part) in (int, float) for part in inner[:2])
    return inner[:2] if numbers and inner else None


def _feature(zone: Zone) -> Mapping[str, Any]:
    outline = zone.spec.outline
    properties: dict[str, Any] = {
        "zone_id": zone.zone_id,
        "zone_version": zone.zone_version,
        **{name: getattr(zone.spec, name) for name in sorted(_FIELDS)},
        "published_by": zone.published_by,
        "published_at": zone.published_at,
    }
    geometry: Mapping[str, Any]
    if isinstance(outline, CircleOutline):
        geometry = {"type": "Point", "coordinates": outline.center}
        properties["radius_m"] = outline.radius_m
    else:
        geometry = {"type": "Polygon", "coordinates": outline.coordinates}
    return {"type": "Feature", "id": zone.zone_id, "properties": properties, "geometry": geometry}
