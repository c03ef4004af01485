"""The slow oracle: the same questions answered by geodesics alone, without frames, GEOS or any helper of the platform.

A curve is a function from [0, 1] to longitude and latitude: a geodesic for a flight's core, a line straight in degrees
for an outline's edge. The distance of two curves is found on a grid of both parameters that is refined around its best.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import pyproj
from numpy.typing import NDArray

from shared.volumes import CircleOutline, Outline, PolygonOutline

Floats = NDArray[np.float64]
Curve = Callable[[Floats], tuple[Floats, Floats]]
Position = tuple[float, float]

GEOD = pyproj.Geod(ellps="WGS84")
_STEPS, _ROUNDS = 17, 12


def geodesic(one: Position, two: Position) -> Curve:
    """The shortest line on the ellipsoid; a point where both are equal."""
    azimuth, _, length = GEOD.inv(*one, *two)

    def at(t: Floats) -> tuple[Floats, Floats]:
        full = np.full_like(t, 1.0)
        lng, lat, _ = GEOD.fwd(one[0] * full, one[1] * full, azimuth * full, length * t)
        return np.asarray(lng), np.asarray(lat)

    return at


def straight(one: Position, two: Position) -> Curve:
    """The edge of RFC 7946: linear in degrees."""
    return lambda t: (one[0] + (two[0] - one[0]) * t, one[1] + (two[1] - one[1]) * t)


def gap_m(a: Curve, b: Curve) -> float:
    """Smallest geodesic distance of two curves."""
    t0, t1, u0, u1 = 0.0, 1.0, 0.0, 1.0
    best = np.inf
    for _ in range(_ROUNDS):
        t, u = (grid.ravel() for grid in np.meshgrid(np.linspace(t0, t1, _STEPS), np.linspace(u0, u1, _STEPS)))
        _, _, distance = GEOD.inv(*a(t), *b(u))
        k = int(np.argmin(distance))
        best = min(best, float(distance[k]))
        reach_t, reach_u = 2.5 * (t1 - t0) / (_STEPS - 1), 2.5 * (u1 - u0) / (_STEPS - 1)
        t0, t1 = max(0.0, t[k] - reach_t), min(1.0, t[k] + reach_t)
        u0, u1 = max(0.0, u[k] - reach_u), min(1.0, u[k] + reach_u)
    return best


def point_gap_m(curve: Curve, point: Position) -> float:
    """Smallest geodesic distance of a point from a curve."""
    t0, t1, best = 0.0, 1.0, np.inf
    for _ in range(_ROUNDS):
        t = np.linspace(t0, t1, _STEPS)
        full = np.ones_like(t)
        _, _, distance = GEOD.inv(*curve(t), point[0] * full, point[1] * full)
        k = int(np.argmin(distance))
        best = min(best, float(distance[k]))
        reach = 1.5 * (t1 - t0) / (_STEPS - 1)
        t0, t1 = max(0.0, t[k] - reach), min(1.0, t[k] + reach)
    return best


def inside(ring: Sequence[Position], lng: float, lat: float) -> bool:
    """Even-odd rule in degrees."""
    odd = False
    for (x1, y1), (x2, y2) in pairwise(ring):
        if (y1 > lat) != (y2 > lat) and lng < x1 + (lat - y1) / (y2 - y1) * (x2 - x1):
            odd = not odd
    return odd


def within(outline: Outline, lng: float, lat: float) -> bool:
    """Whether a point lies in an outline."""
    if isinstance(outline, CircleOutline):
        return bool(GEOD.inv(*outline.center, lng, lat)[2] <= outline.radius_m)
    return sum(inside(ring, lng, lat) for ring in outline.coordinates) % 2 == 1


def outline_gap_m(core: Curve, outline: Outline) -> float:
    """From a core to an outline: 0 inside, negative never."""
    if isinstance(outline, CircleOutline):
        return max(0.0, gap_m(core, geodesic(outline.center, outline.center)) - outline.radius_m)
    lngs, lats = core(np.array([0.0, 1.0]))
    if any(within(outline, float(lng), float(lat)) for lng, lat in zip(lngs, lats, strict=True)):
        return 0.0  # a core that ends inside may cross at a corner, which the search for the least gap misses
    return min(gap_m(core, edge) for edge in edges(outline))


def edges(outline: PolygonOutline) -> list[Curve]:
    """Every edge of every ring."""
    return [straight(one, two) for ring in outline.coordinates for one, two in pairwise(ring)]
