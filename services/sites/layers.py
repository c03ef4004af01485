"""Files of demand in: CSV and GeoJSON points and GeoTIFF rasters, from bytes to points and row errors.

CSV has the columns lng, lat and weight (1 where it is missing), others are passed over; GeoJSON has points with a
property `weight`. A raster's first band says what each pixel weighs; pixels are taken together where they are many.
"""

import csv
import io
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import orjson
import pyproj
from numpy.typing import NDArray
from pyproj.exceptions import ProjError
from rasterio import MemoryFile
from rasterio.crs import CRS
from rasterio.errors import CRSError, RasterioError, WindowError
from rasterio.io import DatasetReader
from rasterio.warp import transform_bounds
from rasterio.windows import Window, from_bounds

from services.sites.domain.errors import FileNotReadable
from services.sites.files.columns import RowError

MOST_POINTS: Final = 200_000
MOST_PIXELS: Final = 10_000_000
HEAVIEST: Final = 1e12
WGS84: Final = CRS.from_epsg(4326)
_COLUMNS: Final = ("lng", "lat", "weight")
_MOST: Final = {"lng": 180.0, "lat": 90.0, "weight": HEAVIEST}

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Weights:
    """Positions and what each weighs, with its row where the file has rows; and the rows that could not be read."""

    lng: Floats
    lat: Floats
    weight: Floats
    rows: tuple[int, ...]
    errors: tuple[RowError, ...]


@dataclass(frozen=True, slots=True)
class _Fault(Exception):
    """A row that has no values."""

    field: str
    detail: str


def parse_csv(content: bytes) -> Weights:
    """Points in a CSV file. Raises FileNotReadable."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileNotReadable(f"byte {error.start} is not UTF-8: save the file as CSV UTF-8") from error
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True, skipinitialspace=True)
    try:
        _check_header(reader.fieldnames or ())
        return _weights(enumerate(reader, start=2), _of_row)
    except csv.Error as error:
        raise FileNotReadable(f"line {reader.line_num}: {error}") from error


def _check_header(names: Iterable[str]) -> None:
    if missing := {"lng", "lat"} - set(names):
        raise FileNotReadable(f"the header lacks {', '.join(sorted(missing))}", field="header")


def parse_geojson(content: bytes) -> Weights:
    """Points in a GeoJSON FeatureCollection. Raises FileNotReadable."""
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise FileNotReadable(f"not valid JSON: {error}") from error
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        raise FileNotReadable("the file must be a GeoJSON FeatureCollection")
    return _weights(enumerate(features, start=1), _of_feature)


def _of_feature(feature: object) -> Mapping[str, Any]:
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    place = geometry.get("coordinates") if isinstance(geometry, dict) and geometry.get("type") == "Point" else None
    if not isinstance(feature, dict) or not isinstance(place, list) or len(place) not in (2, 3):
        raise _Fault("geometry", "must be a Point")
    properties = feature.get("properties")
    weight = properties.get("weight") if isinstance(properties, dict) else None
    return {"lng": place[0], "lat": place[1], "weight": weight}


def _of_row(row: Mapping[str, Any]) -> Mapping[str, Any]:
    return row


def _weights(rows: Iterable[tuple[int, Any]], values_of: Callable[[Any], Mapping[str, Any]]) -> Weights:
    kept: list[tuple[int, float, float, float]] = []
    errors: list[RowError] = []
    for number, row in rows:
        if number > MOST_POINTS + 1:
            raise FileNotReadable(f"at most {MOST_POINTS} points are taken")
        values, faults = _checked(row, values_of)
        errors += [RowError(number, field, detail) for field, detail in faults]
        if not faults:
            kept.append((number, values["lng"], values["lat"], values["weight"]))
    numbers, lng, lat, weight = zip(*kept, strict=True) if kept else ((), (), (), ())
    return Weights(np.array(lng, float), np.array(lat, float), np.array(weight, float), numbers, tuple(errors))


def _checked(
    row: object, values_of: Callable[[Any], Mapping[str, Any]]
) -> tuple[dict[str, float], list[tuple[str, str]]]:
    try:
        return _values(values_of(row))
    except _Fault as fault:
        return {}, [(fault.field, fault.detail)]


def _values(row: Mapping[str, Any]) -> tuple[dict[str, float], list[tuple[str, str]]]:
    values: dict[str, float] = {}
    faults: list[tuple[str, str]] = []
    for column in _COLUMNS:
        given = row.get(column)
        if given is None or (isinstance(given, str) and not given.strip()):
            if column != "weight":
                faults.append((column, "is required"))
            values[column] = 1.0
            continue
        try:
            values[column] = _number(given, _MOST[column], least=0.0 if column == "weight" else -_MOST[column])
        except ValueError as error:
            faults.append((column, str(error)))
    return values, faults


def _number(given: object, most: float, *, least: float) -> float:
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        raise ValueError("is not a number")
    try:
        value = float(given)
    except ValueError:
        raise ValueError(f"{str(given).strip()!r} is not a number") from None
    if not (math.isfinite(value) and least <= value <= most):
        raise ValueError(f"{value:g} must be from {least:g} to {most:g}")
    return value


def parse_raster(content: bytes, bounds: tuple[float, float, float, float]) -> Weights:
    """The pixels of a GeoTIFF within west, south, east, north, where they weigh anything. Raises FileNotReadable."""
    if not content:
        raise FileNotReadable("the file is empty")
    try:
        with MemoryFile(content) as memory, memory.open(driver="GTiff") as file:
            return _read(file, bounds)
    except (RasterioError, CRSError, ProjError) as error:
        raise FileNotReadable(f"no GeoTIFF that can be read: {error}") from error


def _read(file: DatasetReader, bounds: tuple[float, float, float, float]) -> Weights:
    if file.crs is None:
        raise FileNotReadable("the raster does not say which coordinate reference system it is in")
    window = _window(file, bounds)
    values = file.read(1, window=window, masked=True).astype(np.float64).filled(0.0)
    if (values < 0).any() or np.isinf(values).any():
        raise FileNotReadable("a pixel weighs less than nothing or is infinite: the raster must state its nodata value")
    columns, rows, weight = _together(np.nan_to_num(values))
    grid = file.transform
    x, y = grid.c + grid.a * (window.col_off + columns + 0.5), grid.f + grid.e * (window.row_off + rows + 0.5)
    to_degrees = pyproj.Transformer.from_crs(file.crs.to_wkt(), "EPSG:4326", always_xy=True)
    lng, lat = to_degrees.transform(x, y)
    return Weights(np.asarray(lng, float), np.asarray(lat, float), weight, (), ())


def _window(file: DatasetReader, bounds: tuple[float, float, float, float]) -> Window:
    if file.transform.b or file.transform.d:
        raise FileNotReadable("the raster is turned: its rows must run from west to east")
    try:
        there = from_bounds(*transform_bounds(WGS84, file.crs, *bounds), transform=file.transform)
        window = there.round_offsets().round_lengths(op="ceil").intersection(Window(0, 0, file.width, file.height))
    except WindowError as error:
        raise FileNotReadable("no pixel of the raster lies in the city") from error
    if window.width * window.height > MOST_PIXELS:
        raise FileNotReadable(f"the raster has more than {MOST_PIXELS:,} pixels in the city: make it coarser")
    return window


def _together(values: Floats) -> tuple[Floats, Floats, Floats]:
    """Column, row and weight of the pixels that weigh; where they are many, of blocks, at their centre of weight."""
    rows, columns = np.nonzero(values)
    weight = values[rows, columns]
    side = max(1, math.ceil(math.sqrt(len(weight) / MOST_POINTS)))
    _, block = np.unique((rows // side) * values.shape[1] + columns // side, return_inverse=True)
    total = np.asarray(np.bincount(block, weight), np.float64)
    return np.bincount(block, weight * columns) / total, np.bincount(block, weight * rows) / total, total
