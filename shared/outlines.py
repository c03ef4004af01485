"""Outlines at the edge: `check_outline` refuses what is not a sound area and says where it is not. Pure."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from shared.errors import Invalid
from shared.geodesy import densify, padding_deg, to_local
from shared.volumes import CircleOutline, Outline, PolygonOutline

MAX_VERTICES: Final = 10_000  # F3548-21 OiMaxVertices
MAX_AREA_KM2: Final = 100_000.0  # rule TY-AREA: the largest Chinese cities; anything larger is a mistake
MAX_SPAN_DEG: Final = 10.0  # rule TY-SPAN
MAX_LATITUDE: Final = 85.0  # rule TY-POLE: nearer to a pole a degree of longitude has no length to speak of
EDGE_M: Final = 125.0  # edges straight in degrees are followed to 0.2 mm at 30 degrees north


def check_outline(outline: Outline, field: str = "outline") -> None:
    """Raises Invalid(detail, field=...) naming the place of the fault.

    Refused: unclosed ring, fewer than 4 positions, repeated position, NaN or infinity, crossing edges (bow-tie), hole
    outside the shell, rings that cross, too many vertices, too large an area, antimeridian or pole.
    """
    if isinstance(outline, CircleOutline):
        _check_circle(outline, field)
    else:
        _check_polygon(outline, field)


def core_of(outline: Outline) -> tuple[shapely.Point | shapely.Polygon, float]:
    """The outline's core in degrees and its radius in metres (0 for a polygon). The outline has been checked."""
    if isinstance(outline, CircleOutline):
        return shapely.Point(outline.center), outline.radius_m
    return shapely.Polygon(outline.coordinates[0], outline.coordinates[1:]), 0.0


def box_of(outline: Outline, pad_m: float = 0.0) -> tuple[float, float, float, float]:
    """West, south, east, north in degrees round the outline and `pad_m` more, never too small."""
    core, radius_m = core_of(outline)
    west, south, east, north = core.bounds
    pad_lng, pad_lat = padding_deg(max(abs(south), abs(north)), radius_m + pad_m + 1.0)
    return west - float(pad_lng), south - float(pad_lat), east + float(pad_lng), north + float(pad_lat)


def projected(polygon: shapely.Polygon, lng0: float, lat0: float) -> shapely.Polygon:
    """A polygon of degrees, edges straight in degrees, in the frame of (lng0, lat0): for distances, never overlays."""
    rings = [polygon.exterior, *polygon.interiors]
    followed = [densify(shapely.get_coordinates(ring), EDGE_M) for ring in rings]
    local = [np.column_stack(to_local(ring[:, 0], ring[:, 1], lng0, lat0)) for ring in followed]
    return shapely.Polygon(local[0], local[1:])


def _check_circle(circle: CircleOutline, field: str) -> None:
    _check_position(circle.center, f"{field}.center")
    if not (math.isfinite(circle.radius_m) and circle.radius_m > 0):
        raise Invalid("the radius is not a number of metres above 0", field=f"{field}.radius_m")
    if math.pi * (circle.radius_m / 1000) ** 2 > MAX_AREA_KM2:
        raise Invalid(f"larger than {MAX_AREA_KM2:,.0f} km²", field=f"{field}.radius_m")
    west, _, east, _ = box_of(circle)
    if west < -180 or east > 180:
        raise Invalid("the circle crosses the antimeridian", field=f"{field}.center")


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
    for i, position in enumerate(ring):
        _check_position(position, f"{field}.{i}")
    if tuple(ring[0]) != tuple(ring[-1]):
        raise Invalid(f"the ring is not closed: it ends at {_at(ring[-1])}, not at {_at(ring[0])}", field=field)
    for i, (one, two) in enumerate(pairwise(ring)):
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


def _check_extent(shell: NDArray[np.float64], field: str) -> None:
    if np.abs(np.diff(shell[:, 0])).max() > 180:
        raise Invalid("an edge crosses the antimeridian", field=field)
    width, height = np.ptp(shell, axis=0)
    if max(width, height) > MAX_SPAN_DEG:
        raise Invalid(f"wider than {MAX_SPAN_DEG:g} degrees", field=field)
    if area_km2(shell) > MAX_AREA_KM2:
        raise Invalid(f"larger than {MAX_AREA_KM2:,.0f} km²", field=field)


def area_km2(shell: NDArray[np.float64]) -> float:
    """Area inside a closed ring of degrees, to about a per cent: enough for a limit."""
    x = np.radians(shell[:, 0] - shell[0, 0]) * np.cos(np.radians(shell[:, 1].mean())) * 6371.0
    y = np.radians(shell[:, 1] - shell[0, 1]) * 6371.0
    return float(abs(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1])) / 2)


def _check_validity(polygon: PolygonOutline, field: str) -> None:
    core, _ = core_of(polygon)
    if not shapely.is_valid(core):
        raise Invalid(f"not a simple area: {shapely.is_valid_reason(core)} (longitude latitude)", field=field)
    if core.area <= 0:
        raise Invalid("the ring encloses nothing", field=field)


def _at(position: Sequence[float]) -> str:
    return f"[{position[0]:g}, {position[1]:g}]"
