"""Zones from and to GeoJSON.

A feature's `properties` are the fields of a zone without its outline. Its geometry is a Polygon or MultiPolygon, a
Point whose `radius_m` property makes it a circle (and `sector`, two bearings, a part of one), or a LineString whose
`radius_m` makes it a corridor. Without a geometry, `administrative_area` names an area of the city, or `shape` and
`coor` are as in MH/T 4053 A.7. The id is `properties.zone_id`, else the feature's `id`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, Final
from uuid import UUID, uuid5

from services.airspace.imports.rows import Json, Setting, as_json, checked_id, parts_named, sound
from services.airspace.imports.shapes import administrative_area, from_text, sector
from services.airspace.store.zones import Zone
from services.airspace.usecases.zones import Stated
from shared.contracts.airspace import ZoneSpec
from shared.contracts.codec import encode_value
from shared.errors import Invalid
from shared.volumes import CircleOutline, CorridorOutline, Edges, Outline

_NAMELESS: Final = UUID("6f1d7bfa-64a5-5b0e-9a27-6d3c0a7b0c11")  # namespace of ids for features without one
_FIELDS: Final = frozenset(each.name for each in fields(ZoneSpec)) - {"outline"}
Properties = Mapping[str, Any]


def is_geojson(document: Json) -> bool:
    """True for a FeatureCollection."""
    return isinstance(document, dict) and document.get("type") == "FeatureCollection"


def features(document: Json) -> Json:
    """The features of a FeatureCollection, or None where it is none."""
    return document.get("features") if is_geojson(document) else None


def zones(feature: Json, setting: Setting) -> list[Stated]:
    """The zones of a feature. Raises Invalid naming its field."""
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise Invalid("must be a GeoJSON Feature", field="type")
    properties = feature.get("properties")
    if not isinstance(properties, dict):
        raise Invalid("must be an object", field="properties")
    known = {name: value for name, value in properties.items() if name in _FIELDS}
    drawn = _outlines(feature.get("geometry"), properties, setting)
    specs = [sound({**known, "outline": outline}, setting, _in_feature) for outline in drawn]
    return [Stated(zone_id, spec) for zone_id, spec in parts_named(_zone_id(feature, properties, specs[0]), specs)]


def document_of(shown: Sequence[Zone], setting: Setting) -> Mapping[str, Any]:
    """The zones as a FeatureCollection that `zones` reads back."""
    return {"type": "FeatureCollection", "features": [_feature(zone) for zone in shown]}


def _zone_id(feature: Properties, properties: Properties, spec: ZoneSpec) -> str:
    """The id given, or one that is the same whenever the same zone is imported."""
    given = properties.get("zone_id", feature.get("id"))
    if given is None:
        return str(uuid5(_NAMELESS, encode_value(spec).decode()))
    return checked_id(given, "properties.zone_id" if "zone_id" in properties else "id")


def _outlines(geometry: Json, properties: Properties, setting: Setting) -> list[Json]:
    """The outlines of a feature as JSON, not yet checked."""
    if geometry is None and "administrative_area" in properties:
        found = administrative_area(properties["administrative_area"], setting, "properties.administrative_area")
        return [as_json(outline) for outline in found]
    if geometry is None and "coor" in properties:
        return [as_json(o) for o in from_text(properties.get("shape"), properties["coor"], setting, "properties")]
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    edges = {"edges": properties["edges"]} if "edges" in properties else {}
    if kind == "Polygon":
        return [{"type": "Polygon", "coordinates": _flat(geometry.get("coordinates"), 2), **edges}]
    if kind == "MultiPolygon":
        return [{"type": "Polygon", "coordinates": each, **edges} for each in _parts(geometry.get("coordinates"))]
    if kind not in ("Point", "LineString"):
        raise Invalid(
            "must be a Polygon, a MultiPolygon, or a Point or LineString with properties.radius_m",
            field="geometry.type",
        )
    if "radius_m" not in properties:
        raise Invalid(f"is required with a {kind}", field="properties.radius_m")
    if kind == "LineString":
        line = _flat(geometry.get("coordinates"), 1)
        return [{"type": "Corridor", "coordinates": line, "radius_m": properties["radius_m"], **edges}]
    if "sector" in properties:
        return [as_json(_sector(geometry.get("coordinates"), properties))]
    return [{"type": "Circle", "center": _flat(geometry.get("coordinates"), 0), "radius_m": properties["radius_m"]}]


def _parts(polygons: Json) -> list[Json]:
    if not isinstance(polygons, list) or not polygons:
        raise Invalid("must be a list of polygons", field="geometry.coordinates")
    return [_flat(polygon, 2) for polygon in polygons]


def _sector(center: Json, properties: Properties) -> Outline:
    bearings, radius = properties["sector"], properties["radius_m"]
    if not (isinstance(bearings, list) and len(bearings) == 2 and all(map(_is_number, bearings))):
        raise Invalid("must be two bearings in degrees, clockwise", field="properties.sector")
    if not _is_number(radius) or not 0 < radius <= 200_000:
        raise Invalid("must be a number of metres above 0", field="properties.radius_m")
    flat = _flat(center, 0)
    if not (isinstance(flat, list) and len(flat) == 2 and all(map(_is_number, flat))):
        raise Invalid("must be a longitude and a latitude", field="geometry.coordinates")
    return sector((flat[0], flat[1]), radius, bearings[0], bearings[1])


def _is_number(value: Json) -> bool:
    return type(value) in (int, float)


def _flat(value: Json, depth: int) -> Json:
    """Positions without the height that GeoJSON allows; anything else is left for the parser to name."""
    if not isinstance(value, list):
        return value
    return value[:2] if depth == 0 else [_flat(each, depth - 1) for each in value]


def _in_feature(field: str) -> str:
    """A zone's field as the place in the feature that it came from."""
    if field in ("outline.radius_m", ""):
        return "properties.radius_m" if field else "properties"
    if field == "outline.edges":
        return "properties.edges"
    if field.startswith("outline"):
        return field.replace("outline.center", "geometry.coordinates").replace("outline", "geometry", 1)
    return f"properties.{field}"


def _feature(zone: Zone) -> Mapping[str, Any]:
    properties: dict[str, Any] = {
        "zone_id": zone.zone_id,
        "zone_version": zone.zone_version,
        **{name: getattr(zone.spec, name) for name in sorted(_FIELDS)},
        "published_by": zone.published_by,
        "published_at": zone.published_at,
    }
    geometry = _geometry(zone.spec.outline, properties)
    return {"type": "Feature", "id": zone.zone_id, "properties": properties, "geometry": geometry}


def _geometry(outline: Outline, properties: dict[str, Any]) -> Mapping[str, Any]:
    """The geometry; what GeoJSON has no word for goes into the properties."""
    if isinstance(outline, CircleOutline):
        properties["radius_m"] = outline.radius_m
        return {"type": "Point", "coordinates": outline.center}
    if outline.edges is not Edges.STRAIGHT:
        properties["edges"] = outline.edges
    if isinstance(outline, CorridorOutline):
        properties["radius_m"] = outline.radius_m
        return {"type": "LineString", "coordinates": outline.coordinates}
    return {"type": "Polygon", "coordinates": outline.coordinates}
