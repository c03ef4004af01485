"""GeoJSON: a FeatureCollection of points whose properties are the columns; features are counted from 1.

What a person wrote is parsed strictly here, feature by feature; geopandas makes the frame of what goes out and takes
positions of a reference system that the file itself names to WGS-84 (docs/adr/0019).
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from pyproj import CRS
from pyproj.exceptions import CRSError

from services.sites.domain.errors import FileNotReadable
from services.sites.domain.register import Site
from services.sites.files.columns import COLUMNS, Lives, Values, example, values_of
from services.sites.files.rows import Fields, Parsed, Reading, is_number, limited, parsed
from shared.datums import AS_IT_IS, PLACES, Crs

WGS84, CGCS2000 = 4326, 4490  # EPSG
_EPSG = re.compile(
    r"(?:EPSG:|urn:ogc:def:crs:EPSG:[0-9.]*:|https?://www.opengis.net/def/crs/EPSG/[0-9.]+/)([0-9]{4,6})"
)


def read(content: bytes, how: Reading) -> Parsed:
    """Sites in a GeoJSON FeatureCollection of points. Raises FileNotReadable where it is none."""
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise FileNotReadable(f"not valid JSON: {error}") from error
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection" or not isinstance(features, list):
        raise FileNotReadable("the file must be a GeoJSON FeatureCollection")
    rows = [_of_feature(feature) for feature in limited(features)]
    crs = _named_crs(document, how)
    if crs is None:
        return parsed(enumerate(rows, start=1), how)
    taken = parsed(enumerate(_to_wgs84(rows, crs), start=1), replace(how, datum=AS_IT_IS))
    return replace(taken, converted_from=crs.name)


def write(sites: Iterable[Site], lives: Lives, timezone: ZoneInfo) -> bytes:
    """The sites as a FeatureCollection."""
    return orjson.dumps(_collection([values_of(site, lives, timezone) for site in sites]))


def template(place: tuple[float, float]) -> bytes:
    """One example feature."""
    return orjson.dumps(_collection([example(place)]), option=orjson.OPT_INDENT_2)


def _collection(rows: Sequence[Values]) -> dict[str, Any]:
    """By the frame's own features: GDAL's writer rounds positions and makes a whole number beside a blank a float."""
    from geopandas import GeoDataFrame, points_from_xy  # here: it takes a second, which no start should wait for

    places = points_from_xy([row["lng"] for row in rows], [row["lat"] for row in rows])
    columns = [column for column in COLUMNS if column not in ("lng", "lat")]
    ids = [row["site_id"] for row in rows]
    frame = GeoDataFrame(rows, columns=columns, index=ids, dtype=object, geometry=places, crs=WGS84)
    return {"type": "FeatureCollection", "features": list(frame.iterfeatures(na="drop"))}


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
    if not isinstance(place, list) or len(place) not in (2, 3) or not all(map(is_number, place[2:])):
        return values, [*faults, ("geometry.coordinates", "must be longitude and latitude")]
    return {**values, "lng": place[0], "lat": place[1]}, faults


def _named_crs(document: dict[str, Any], how: Reading) -> CRS | None:
    """The CGCS2000 system that the file names (`crs`, as GDAL and QGIS write it). None: the request says which it is.

    Raises FileNotReadable where the file names one that is not taken, or another than the request.
    """
    if document.get("crs") is None:
        return None
    crs = _of_name(document["crs"])
    if crs.to_epsg() == WGS84:
        return None
    if crs.geodetic_crs is None or crs.geodetic_crs.to_epsg() != CGCS2000:
        raise FileNotReadable(f"positions in {crs.name} are not taken: only WGS 84 and CGCS2000 are", field="crs")
    if how.datum.crs is Crs.GCJ02:
        raise FileNotReadable(f"the file says {crs.name}, the request gcj02", field="crs")
    return crs


def _of_name(named: object) -> CRS:
    """By its EPSG code alone: PROJ would take a text for a pipeline, or for a file of the server, as well."""
    try:
        name = named["properties"]["name"]  # type: ignore[index]
        code = WGS84 if name.endswith("CRS84") else int(_EPSG.fullmatch(name)[1])  # type: ignore[index]
        return CRS.from_epsg(code)
    except (CRSError, KeyError, TypeError, AttributeError) as error:
        raise FileNotReadable("crs must name a reference system, as urn:ogc:def:crs:EPSG::4547", field="crs") from error


def _to_wgs84(rows: Sequence[Fields], crs: CRS) -> list[Fields]:
    """The rows with their positions converted; one that lies nowhere in the system is a fault of its row."""
    from geopandas import GeoSeries, points_from_xy

    places = [(values["lng"], values["lat"]) if _is_placed(values) else (math.nan, math.nan) for values, _ in rows]
    there = GeoSeries(points_from_xy(*zip(*places, strict=True)) if places else [], crs=crs).to_crs(WGS84)
    return [_placed(row, lng, lat, crs) for row, lng, lat in zip(rows, there.x, there.y, strict=True)]


def _placed(row: Fields, lng: float, lat: float, crs: CRS) -> Fields:
    values, faults = row
    if not _is_placed(values):
        return row
    if not (math.isfinite(lng) and math.isfinite(lat)):
        return values, [*faults, ("geometry.coordinates", f"lie nowhere in {crs.name}")]
    return {**values, "lng": round(float(lng), PLACES), "lat": round(float(lat), PLACES)}, faults


def _is_placed(values: Values) -> bool:
    return is_number(values.get("lng")) and is_number(values.get("lat"))
