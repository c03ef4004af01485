"""ED-318: UAS geographical zones as layered GeoJSON. Edges are straight in longitude and latitude.

A feature with several geometries, or a MultiPolygon, is several zones, `id.1`, `id.2`, ... A circle is a Point with an
extent. Without `layer` a zone reaches from the ground up without limit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from services.airspace.imports import attributes, own
from services.airspace.imports.attributes import Dialect
from services.airspace.imports.eurocae import (
    OPEN_M,
    Record,
    limit,
    listed,
    metres_of,
    number,
    positions,
    record,
    setting_offset,
)
from services.airspace.imports.geojson import is_geojson
from services.airspace.imports.rows import MOST_PARTS, Json, Setting, parts_named, sound
from services.airspace.imports.shapes import corridor_polygon
from services.airspace.store.zones import Zone
from services.airspace.usecases.zones import Stated
from shared.contracts.airspace import ZoneSpec
from shared.contracts.zones import ZoneReason
from shared.errors import Invalid
from shared.geodesy import densify_geodesics
from shared.volumes import Altitude, AltitudeReference, CircleOutline, CorridorOutline, Edges, Outline, PolygonOutline

DIALECT: Final = Dialect("type", "variant", "limitedApplicability", "properties.")
EDGE_M: Final = 500.0  # an edge as long, of the other kind, lies no more than 3 mm off at 30 degrees, 1 cm at 60
_WORDS: Final = frozenset({"zoneAuthority", "limitedApplicability", "variant"})  # a zone of ours in GeoJSON has none


def is_ed318(document: Json) -> bool:
    """Whether a feature of the collection speaks ED-318."""
    found = features(document)
    return isinstance(found, list) and any(isinstance(each, dict) and _speaks(each) for each in found)


def _speaks(feature: Record) -> bool:
    properties, geometry = feature.get("properties"), feature.get("geometry")
    words = isinstance(properties, dict) and bool(_WORDS & properties.keys())
    return words or (isinstance(geometry, dict) and "layer" in geometry)


def features(document: Json) -> Json:
    """The features of the document."""
    return document.get("features") if is_geojson(document) else None


def zones(feature: Json, setting: Setting) -> list[Stated]:
    """The zones of a feature. Raises Invalid naming its field."""
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise Invalid("must be a GeoJSON Feature", field="type")
    said = record(feature.get("properties"), "properties")
    part = own.ours(said, setting, DIALECT.prefix)
    standard = {"properties": own.unsigned(said), "geometry": feature.get("geometry")}
    if part and own.says_the_same(standard, _standard(part.zone_id, part.spec, setting)):
        return [part]
    dialect = DIALECT if DIALECT.applicability in said else replace(DIALECT, applicability=_spelt(said))
    fields = attributes.fields_of(said, dialect)
    read = []
    for at, geometry, layer in _geometries(feature.get("geometry"), None, "geometry"):
        places = _Places(at, dialect)
        drawn = {**fields, **_heights(layer, f"{at}.layer"), "outline": _outline(geometry, at)}
        read.append(sound(drawn, setting, places))
    name = part.zone_id if part else attributes.zone_id_of(said, DIALECT.prefix)
    return [Stated(zone_id, spec) for zone_id, spec in parts_named(name, own.completed(read, part))]


class _Places:
    """Where a field of ours stands in the feature, for the geometry at `at`."""

    def __init__(self, at: str, dialect: Dialect) -> None:
        self._at, self._dialect = at, dialect

    def __call__(self, field: str) -> str:
        if field in ("", "lower", "upper") or field.startswith(("lower.", "upper.")):
            return f"{self._at}.layer" + (f".{field.partition('.')[0]}" if field else "")
        if field == "outline.radius_m":
            return f"{self._at}.extent.radius"
        if field.startswith("outline"):
            return field.replace("outline.center", f"{self._at}.coordinates").replace("outline", self._at, 1)
        return attributes.place(field, self._dialect)


def _spelt(said: Record) -> str:
    """How the file spells the periods: also in small letters, as its other readers do."""
    return "limited_applicability" if "limited_applicability" in said else DIALECT.applicability


def _geometries(geometry: Json, layer: Json, at: str) -> list[tuple[str, Record, Json]]:
    """Each single geometry with its place and its layer, that of the collection where it has none of its own."""
    said = record(geometry, at)
    layer, kind = said.get("layer") or layer, said.get("type")
    if kind == "GeometryCollection":
        inner = listed(said.get("geometries"), f"{at}.geometries")
        if not 0 < len(inner) <= MOST_PARTS:
            raise Invalid(f"must have 1 to {MOST_PARTS} geometries", field=f"{at}.geometries")
        return [one for i, each in enumerate(inner) for one in _flattened(each, layer, f"{at}.geometries.{i}")]
    if kind in ("MultiPolygon", "MultiPoint"):
        single = kind.removeprefix("Multi")
        several = listed(said.get("coordinates"), f"{at}.coordinates")
        return [(at, {**said, "type": single, "coordinates": each}, layer) for each in several]
    return [(at, said, layer)]


def _flattened(geometry: Json, layer: Json, at: str) -> list[tuple[str, Record, Json]]:
    if isinstance(geometry, dict) and geometry.get("type") == "GeometryCollection":
        raise Invalid("a collection within a collection is not taken", field=at)
    return _geometries(geometry, layer, at)


def _heights(layer: Json, at: str) -> Record:
    if layer is None:
        return {}
    said = record(layer, at)
    metres = metres_of(said.get("uom"), f"{at}.uom")
    return {
        side: limit(said.get(side), said.get(f"{side}Reference"), metres, f"{at}.{side}", f"{at}.{side}Reference")
        for side in ("lower", "upper")
    }


def _outline(geometry: Record, at: str) -> Record:
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind == "Polygon":
        return {"type": "Polygon", "coordinates": positions(coordinates, f"{at}.coordinates", 2)}
    extent = geometry.get("extent")
    if kind == "Point" and isinstance(extent, dict):
        radius = number(extent.get("radius"), f"{at}.extent.radius") * metres_of(extent.get("uom"), f"{at}.extent.uom")
        return {"type": "Circle", "center": positions(coordinates, f"{at}.coordinates", 0), "radius_m": radius}
    if kind == "Point":
        raise Invalid("a Point is a zone only with an extent", field=f"{at}.extent")
    raise Invalid(f"{kind} is no area: a Polygon, or a Point with an extent", field=f"{at}.type")


def document_of(shown: Sequence[Zone], setting: Setting) -> Mapping[str, Any]:
    """The zones as an ED-318 FeatureCollection, each with our part."""
    return {
        "type": "FeatureCollection",
        "title": "UAS geographical zones",
        "metadata": {"issued": setting.now},
        "features": [_feature(zone, setting) for zone in shown],
    }


def _feature(zone: Zone, setting: Setting) -> Record:
    written = _standard(zone.zone_id, zone.spec, setting)
    signed = own.signed(zone.zone_id, zone.zone_version, zone.spec, written["properties"])
    return {"type": "Feature", **written, "properties": signed}


def _standard(zone_id: str, spec: ZoneSpec, setting: Setting) -> Record:
    """What the standard itself has of a zone."""
    said = attributes.properties_of(zone_id, spec, DIALECT)
    if "reason" in said:
        said["reason"] = ["OTHER" if each == ZoneReason.FOREIGN_TERRITORY else each for each in said["reason"]]
    offset = setting_offset(setting)
    if DIALECT.applicability in said:
        said[DIALECT.applicability] = [
            attributes.period_document(period, [attributes.daily_document(each, offset) for each in period.schedule])
            for period in said[DIALECT.applicability]
        ]
    return {"properties": said, "geometry": {**_geometry(spec.outline), "layer": _layer(spec)}}


def _layer(spec: ZoneSpec) -> Record:
    lower = spec.lower or Altitude(0.0, AltitudeReference.AGL)
    upper = spec.upper or Altitude(OPEN_M, AltitudeReference.AGL)  # the standard asks for a number
    return {
        "upper": upper.value_m,
        "upperReference": upper.reference,
        "lower": lower.value_m,
        "lowerReference": lower.reference,
        "uom": "m",
    }


def _geometry(outline: Outline) -> Record:
    if isinstance(outline, CircleOutline):
        extent = {"subType": "Circle", "radius": outline.radius_m}
        return {"type": "Point", "coordinates": outline.center, "extent": extent}
    if isinstance(outline, CorridorOutline):
        outline = corridor_polygon(outline)
    return {"type": "Polygon", "coordinates": _straight(outline)}


def _straight(polygon: PolygonOutline) -> Any:
    """The rings with edges straight in degrees: shortest paths are followed."""
    if polygon.edges is Edges.STRAIGHT:
        return polygon.coordinates
    return [densify_geodesics(np.asarray(ring, np.float64), EDGE_M).tolist() for ring in polygon.coordinates]
