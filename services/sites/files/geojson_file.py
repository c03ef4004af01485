"""GeoJSON: a FeatureCollection of points whose properties are the columns; features are counted from 1."""

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from services.sites.domain.errors import FileNotReadable
from services.sites.domain.register import Site
from services.sites.files.columns import COLUMNS, Lives, Values, example, values_of
from services.sites.files.rows import Fields, Parsed, Reading, limited, parsed


def read(content: bytes, how: Reading) -> Parsed:
    """Sites in a GeoJSON FeatureCollection of points. Raises FileNotReadable where it is none."""
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise FileNotReadable(f"not valid JSON: {error}") from error
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection" or not isinstance(features, list):
        raise FileNotReadable("the file must be a GeoJSON FeatureCollection")
    rows = limited(list(enumerate(features, start=1)))
    return parsed([(number, _of_feature(feature)) for number, feature in rows], how)


def write(sites: Iterable[Site], lives: Lives, timezone: ZoneInfo) -> bytes:
    """The sites as a FeatureCollection."""
    features = [_feature(values_of(site, lives, timezone)) for site in sites]
    return orjson.dumps({"type": "FeatureCollection", "features": features})


def template(place: tuple[float, float]) -> bytes:
    """One example feature."""
    collection = {"type": "FeatureCollection", "features": [_feature(example(place))]}
    return orjson.dumps(collection, option=orjson.OPT_INDENT_2)


def _feature(values: Values) -> dict[str, Any]:
    properties = {key: value for key, value in values.items() if key not in ("lng", "lat") and value is not None}
    geometry = {"type": "Point", "coordinates": [values["lng"], values["lat"]]}
    return {"type": "Feature", "id": values["site_id"], "properties": properties, "geometry": geometry}


def _of_feature(feature: object) -> Fields:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        return {}, [("", "is no GeoJSON Feature")]
    properties, geometry = feature.get("properties"), feature.get("geometry")
    if not isinstance(properties, dict):
        return {}, [("properties", "must be an object")]
    values = {key: value for key, value in properties.items() if value is not None}
    if "id" in feature:
        values.setdefault("site_id", feature["id"])
    faults = [(key, "is not a known field") for key in values if key not in COLUMNS or key in ("lng", "lat")]
    if not isinstance(geometry, dict) or geometry.get("type") != "Point":
        return values, [*faults, ("geometry", "must be a Point")]
    place = geometry.get("coordinates")
    if not isinstance(place, list) or len(place) not in (2, 3):
        return values, [*faults, ("geometry.coordinates", "must be longitude and latitude")]
    return {**values, "lng": place[0], "lat": place[1]}, faults
