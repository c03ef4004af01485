"""Outlines at the edge: `check_outline` refuses what is not a sound area and says where it is not. Pure."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Final, TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray

from shared.errors import Invalid
from shared.geodesy import densify, densify_geodesics, padding_deg, to_local
from shared.volumes import CircleOutline, Coordinate, CorridorOutline, Edges, Outline, PolygonOutline

Core = shapely.Point | shapely.LineString | shapely.Polygon

MAX_VERTICES: Final = 10_000  # F3548-21 OiMaxVertices
MAX_AREA_KM2: Final = 100_000.0  # rule TY-AREA: the largest Chinese cities; anything larger is a mistake
MAX_SPAN_DEG: Final = 10.0  # rule TY-SPAN
MAX_LATITUDE: Final = 85.0  # rule TY-POLE: nearer to a pole a degree of longitude has no length to speak of
_FURTHEST: Final = np.array([180.0, MAX_LATITUDE])
_FAR_FROM_SEAM_DEG: Final = 150.0  # the largest circle, at the highest latitude, is less than 30 degrees wide to a side
EDGE_M: Final = 125.0  # edges, straight in degrees or shortest paths, are followed to 0.2 mm at 30 degrees north


def check_outline(outline: Outline, field: str = "outline") -> None:
    """Raises Invalid(detail, field=...) naming the place of the fault.

    Refused: unclosed ring, fewer than 4 positions, repeated position, NaN or infinity, crossing edges (bow-tie), hole
    outside the shell, rings that cross, too many vertices, too large an area, antimeridian or pole.
    """
    if isinstance(outline, CircleOutline):
        _check_circle(outline, field)
    elif isinstance(outline, CorridorOutline):
        _check_corridor(outline, field)
    else:
        _check_polygon(outline, field)


def core_of(outline: Outline) -> tuple[Core, float]:
    """The outline's core in degrees and its radius in metres (0 for a polygon). The outline has been checked.

    Edges of the core are straight in degrees: shortest paths have been followed to a fraction of a millimetre.
    """
    if isinstance(outline, CircleOutline):
        return shapely.Point(outline.center), outline.radius_m
    if isinstance(outline, CorridorOutline):
        return shapely.LineString(_followed(outline.coordinates, outline.edges)), outline.radius_m
    return polygon_of(outline), 0.0


def polygon_of(outline: PolygonOutline) -> shapely.Polygon:
    """The polygon in degrees, its edges straight in degrees as in `core_of`."""
    shell, *holes = (_followed(ring, outline.edges) for ring in outline.coordinates)
    return shapely.Polygon(shell, holes)


def _followed(line: Sequence[Coordinate], edges: Edges) -> Sequence[Coordinate] | NDArray[np.float64]:
    return line if edges is Edges.STRAIGHT else densify_geodesics(np.asarray(line, np.float64), EDGE_M)


def box_of(outline: Outline, pad_m: float = 0.0) -> tuple[float, float, float, float]:
    """West, south, east, north in degrees round the outline and `pad_m` more, never too small."""
    core, radius_m = core_of(outline)
    west, south, east, north = core.bounds
    pad_lng, pad_lat = padding_deg(max(abs(south), abs(north)), radius_m + pad_m + 1.0)
    return west - float(pad_lng), south - float(pad_lat), east + float(pad_lng), north + float(pad_lat)


S = TypeVar("S", shapely.LineString, shapely.Polygon, shapely.LineString | shapely.Polygon)


def projected(core: S, lng0: float, lat0: float) -> S:
    """A core of degrees, edges straight in degrees, in the frame of (lng0, lat0): for distances, never overlays."""
    if isinstance(core, shapely.LineString):
        return shapely.LineString(_projected_line(core, lng0, lat0))
    shell, *holes = (_projected_line(ring, lng0, lat0) for ring in (core.exterior, *core.interiors))
    return shapely.Polygon(shell, holes)


def _projected_line(line: shapely.LineString, lng0: float, lat0: float) -> NDArray[np.float64]:
    followed = densify(shapely.get_coordinates(line), EDGE_M)
    return np.column_stack(to_local(followed[:, 0], followed[:, 1], lng0, lat0))


def _check_circle(circle: CircleOutline, field: str) -> None:
    _check_position(circle.center, f"{field}.center")
    if not (math.isfinite(circle.radius_m) and circle.radius_m > 0):
        raise Invalid("the radius is not a number of metres above 0", field=f"{field}.radius_m")
    if math.pi * (circle.radius_m / 1000) ** 2 > MAX_AREA_KM2:
        raise Invalid(f"larger than {MAX_AREA_KM2:,.0f} km²", field=f"{field}.radius_m")
    if abs(circle.center[0]) < _FAR_FROM_SEAM_DEG:
        return
    west, _, east, _ = box_of(circle)
    if west < -180 or east > 180:
        raise Invalid("the circle crosses the antimeridian", field=f"{field}.center")


def _check_corridor(corridor: CorridorOutline, field: str) -> None:
    line = corridor.coordinates
    if len(line) < 2:
        raise Invalid("a line needs at least 2 positions", field=f"{field}.coordinates")
    if len(line) > MAX_VERTICES:
        raise Invalid(f"more than {MAX_VERTICES:,} positions", field=f"{field}.coordinates")
    _check_positions(line, f"{field}.coordinates")
    if not (math.isfinite(corridor.radius_m) and corridor.radius_m > 0):
        raise Invalid("the radius is not a number of metres above 0", field=f"{field}.radius_m")
    _check_span(np.asarray(line, np.float64), f"{field}.coordinates")
    west, _, east, _ = box_of(corridor)
    if west < -180 or east > 180:
        raise Invalid("the corridor crosses the antimeridian", field=f"{field}.coordinates")


def _check_polygon(polygon: PolygonOutline, field: str) -> None:
    field = f"{field}.coordinates"
    if not polygon.coordinates:
        raise Invalid("the polygon has no ring", field=field)
    if sum(map(len, polygon.coordinates)) > MAX_VERTICES:
        raise Invalid(f"more than {MAX_VERTICES:,} positions", field=field)
    for i, ring in enumerate(polygon.coordinates):
        _check_ring(ring, f"{field}.{i}")
    _check_extent(np.asarray(polygon.coordinates[0], np.float64), f"{field}.0")
    _check_validity(polygon, field)


def _check_ring(ring: Sequence[tuple[float, float]], field: str) -> None:
    if len(ring) < 4:
        raise Invalid(f"a ring needs at least 4 positions, not {len(ring)}", field=field)
    _check_positions(ring, field)
    if tuple(ring[0]) != tuple(ring[-1]):
        raise Invalid(f"the ring is not closed: it ends at {_at(ring[-1])}, not at {_at(ring[0])}", field=field)


def _check_positions(line: Sequence[Coordinate], field: str) -> None:
    if not _are_sound(line):
        _name_fault(line, field)


def _are_sound(line: Sequence[Coordinate]) -> bool:
    """All at once: files have hundreds of thousands of positions, and nearly all of them are sound."""
    if any(len(position) != 2 for position in line):
        return False
    points = np.asarray(line, np.float64)
    repeated = (points[1:] == points[:-1]).all(axis=1).any()
    return bool((np.abs(points) <= _FURTHEST).all() and not repeated)  # what is no number is not below either


def _name_fault(line: Sequence[Coordinate], field: str) -> None:
    for i, position in enumerate(line):
        _check_position(position, f"{field}.{i}")
    for i, (one, two) in enumerate(pairwise(line)):
        if tuple(one) == tuple(two):
            raise Invalid(f"the position {_at(two)} is repeated", field=f"{field}.{i + 1}")


def _check_position(position: Sequence[float], field: str) -> None:
    if len(position) != 2 or not all(map(math.isfinite, position)):
        raise Invalid("a position is a longitude and a latitude, two numbers", field=field)
    lng, lat = position
    if abs(lng) > 180 or abs(lat) > 90:
        raise Invalid(f"longitude {lng}, latitude {lat}: not on Earth", field=field)
    if abs(lat) > MAX_LATITUDE:
        raise Invalid(f"latitude {lat} is nearer to a pole than {MAX_LATITUDE:g} degrees", field=field)


def _check_span(line: NDArray[np.float64], field: str) -> None:
    if np.abs(np.diff(line[:, 0])).max() > 180:
        raise Invalid("an edge crosses the antimeridian", field=field)
    width, height = np.ptp(line, axis=0)
    if max(width, height) > MAX_SPAN_DEG:
        raise Invalid(f"wider than {MAX_SPAN_DEG:g} degrees", field=field)


def _check_extent(shell: NDArray[np.float64], field: str) -> None:
    _check_span(shell, field)
    if area_km2(shell) > MAX_AREA_KM2:
        raise Invalid(f"larger than {MAX_AREA_KM2:,.0f} km²", field=field)


def area_km2(shell: NDArray[np.float64]) -> float:
    """Area inside a closed ring of degrees, to about a per cent: enough for a limit."""
    x = np.radians(shell[:, 0] - shell[0, 0]) * np.cos(np.radians(shell[:, 1].mean())) * 6371.0
    y = np.radians(shell[:, 1] - shell[0, 1]) * 6371.0
    return float(abs(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1])) / 2)


def _check_validity(polygon: PolygonOutline, field: str) -> None:
    """As it is written, and along its shortest paths: those may cross where straight edges touch."""
    core = shapely.Polygon(polygon.coordinates[0], polygon.coordinates[1:])
    if not shapely.is_valid(core):
        raise Invalid(f"not a simple area: {shapely.is_valid_reason(core)} (longitude latitude)", field=field)
    if core.area <= 0:
        raise Invalid("the ring encloses nothing", field=field)
    if polygon.edges is Edges.GEODESIC and not shapely.is_valid(followed := polygon_of(polygon)):
        reason = shapely.is_valid_reason(followed)
        raise Invalid(f"not a simple area once its edges are shortest paths: {reason}", field=field)


def _at(position: Sequence[float]) -> str:
    return f"[{position[0]:g}, {position[1]:g}]"
