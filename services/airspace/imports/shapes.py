"""Shapes that files name and zones do not have: sectors, areas by name, and the coordinate texts of MH/T 4053 A.7."""

import math
from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import Any, Final

import numpy as np
import shapely

from services.airspace.imports.rows import Setting
from shared.errors import Invalid
from shared.geodesy import along, frame_error_m, from_local
from shared.outlines import core_of, projected
from shared.volumes import CircleOutline, CorridorOutline, Edges, Outline, PolygonOutline

ARC_ERROR_M: Final = 0.01  # a drawn arc lies outside the true one by no more
Position = tuple[float, float]

_SHAPES: Final = frozenset("0123456")
NAMES: Final = {0: "grid", 5: "airport obstacle surface"}  # of MH/T 4053 that no zone can be made of


def sector(center: Position, radius_m: float, from_deg: float, to_deg: float) -> PolygonOutline:
    """A sector clockwise from one bearing to another, both from true north; its arc never lies inside the true one.

    The sides are shortest paths; the arc is drawn by chords that touch it, their corners at most 1 cm outside.
    """
    turn = (to_deg - from_deg) % 360.0 or 360.0
    step = math.degrees(2 * math.acos(radius_m / (radius_m + ARC_ERROR_M)))
    count = max(1, math.ceil(turn / step))
    half = turn / count / 2
    corner = radius_m / math.cos(math.radians(half))
    bearings = np.r_[from_deg, from_deg + half * (2 * np.arange(count) + 1), from_deg + turn]
    distances = np.r_[radius_m, np.full(count, corner), radius_m]
    full = np.ones(len(bearings))
    lngs, lats = along(center[0] * full, center[1] * full, bearings, distances)
    arc = [(float(lng), float(lat)) for lng, lat in zip(lngs, lats, strict=True)]
    ring = [*arc[1:-1], arc[1]] if turn == 360.0 else [center, *arc, center]
    return PolygonOutline("Polygon", (tuple(reversed(ring)),), Edges.GEODESIC)


def corridor_polygon(corridor: CorridorOutline) -> PolygonOutline:
    """A polygon round the corridor, for formats without one: never inside it, and outside by a few centimetres."""
    line, radius_m = core_of(corridor)
    assert isinstance(line, shapely.LineString)
    west, south, east, north = line.bounds
    lng0, lat0 = (west + east) / 2, (south + north) / 2
    flat = projected(line, lng0, lat0)
    reach = np.hypot(*shapely.get_coordinates(flat).T).max() + radius_m
    wide = radius_m + ARC_ERROR_M + float(frame_error_m(reach, radius_m))
    quarter = math.ceil(math.pi / 4 / math.acos(1 - ARC_ERROR_M / wide))
    around = shapely.buffer(flat, wide, quad_segs=quarter)
    rings = (shapely.get_coordinates(ring) for ring in (around.exterior, *around.interiors))
    return PolygonOutline("Polygon", tuple(_degrees(ring, lng0, lat0) for ring in rings))


def _degrees(ring: Any, lng0: float, lat0: float) -> tuple[Position, ...]:
    lngs, lats = from_local(ring[:, 0], ring[:, 1], lng0, lat0)
    return tuple(zip(np.round(lngs, 9).tolist(), np.round(lats, 9).tolist(), strict=True))


def administrative_area(name: object, setting: Setting, field: str) -> list[Outline]:
    """The polygons of an area of the city, by its name (`洪山区`, `湖北省/武汉市/洪山区`) or code."""
    parts = [part.strip() for part in str(name).split("/") if part.strip()]
    found = setting.areas.get(parts[-1]) if parts else None
    strangers = [part for part in parts[1:-1] if part not in setting.areas]
    if not found or strangers:
        raise Invalid(f"{name} is no administrative area of this city", field=field)
    return list(found)


def from_text(shape: object, text: object, setting: Setting, field: str) -> list[Outline]:
    """The outlines of an airspace as MH/T 4053 A.7 writes them: `shape` 1 polygon, 2 circle, 3 sector, 4 line, 6 area.

    A line whose width changes is several corridors. Shapes 0 and 5 are refused.
    """
    shape = int(str(shape)) if str(shape).strip() in _SHAPES else None  # numbers come as strings too
    if shape is None:
        raise Invalid("must be 1 polygon, 2 circle, 3 sector, 4 line or 6 area", field=f"{field}.shape")
    if shape in NAMES:
        raise Invalid(f"shape {shape} ({NAMES[shape]}) is not taken", field=f"{field}.shape")
    if shape == 6:
        return administrative_area(text, setting, f"{field}.coor")
    rows = [_numbers(part, f"{field}.coor") for part in str(text).split("|") if part.strip()]
    try:
        return _OUTLINES[shape](rows)
    except (IndexError, TypeError, ValueError) as error:
        raise Invalid(f"is no text of shape {shape}", field=f"{field}.coor") from error


def _numbers(text: str, field: str) -> list[float]:
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError as error:
        raise Invalid(f"{text!r} is not made of numbers", field=field) from error
    if not all(map(math.isfinite, numbers)):
        raise Invalid(f"{text!r} is not made of numbers", field=field)
    return numbers


def _polygon(rows: Sequence[Sequence[float]]) -> list[Outline]:
    ring = [(row[0], row[1]) for row in rows]
    return [PolygonOutline("Polygon", (tuple(ring if ring[0] == ring[-1] else [*ring, ring[0]]),))]


def _circle(rows: Sequence[Sequence[float]]) -> list[Outline]:
    lng, lat, radius_m = [number for row in rows for number in row][:3]
    return [CircleOutline("Circle", (lng, lat), radius_m)]


def _sector(rows: Sequence[Sequence[float]]) -> list[Outline]:
    (lng, lat, *_), (radius_m, *_), (start, *_), (end, *_) = rows
    if radius_m <= 0:
        raise TypeError("a sector has a radius")
    return [sector((lng, lat), radius_m, start, end)]


def _corridors(rows: Sequence[Sequence[float]]) -> list[Outline]:
    """Each point brings the width of the segment that begins there."""
    segments = [((one[0], one[1]), (two[0], two[1]), one[2]) for one, two in pairwise(rows)]
    if not segments:
        raise IndexError("a line has two points")
    runs = (list(run) for _, run in groupby(segments, key=lambda segment: segment[2]))
    return [CorridorOutline("Corridor", (run[0][0], *(segment[1] for segment in run)), run[0][2] / 2) for run in runs]


_OUTLINES: Final = {1: _polygon, 2: _circle, 3: _sector, 4: _corridors}
