"""Ways round what is in the way, left and right: the path pulled tight round the obstacle's hull. Pure.

The frame is that of the obstacle's middle; a few centimetres of distortion lie within the margin, and the decision on
the detour is exact anyway.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from services.airspace.domain.alternatives import AlternativeKind, AlternativeLimits, Change
from services.airspace.domain.exact import core_in
from services.airspace.domain.zones import Zone
from shared.flight import FlightIntent, FlightRules, FlightVolumes, Waypoint
from shared.geodesy import from_local, legs, to_local, turn_radius_m
from shared.outlines import core_of, projected

Floats = NDArray[np.float64]

MOST_OBSTACLES: Final = 4
_CUT_BY_TURNS: Final = 0.3  # 1 - cos 45°: how much of its radius a right-angled fly-by turn cuts inside
_SIDES: Final = 4  # of a quarter of a circle
_SMOOTH_M: Final = 15.0  # corners of an outline closer than this to a straight edge need no waypoint
_LONGEST_M: Final = 60_000.0  # round larger obstacles nobody flies


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A footprint to keep clear of: convex, in metres round (lng0, lat0), without what is kept from it."""

    lng0: float
    lat0: float
    shape: shapely.Geometry
    radius_m: float


def zone_obstacle(zone: Zone) -> Obstacle:
    """All of a zone's footprint."""
    core, radius_m = core_of(zone.spec.outline)
    lng0, lat0 = core.centroid.x, core.centroid.y
    local = shapely.Point(0.0, 0.0) if isinstance(core, shapely.Point) else projected(core, lng0, lat0)
    return Obstacle(lng0, lat0, shapely.convex_hull(local), radius_m)


def flight_obstacle(volumes: FlightVolumes, start_us: int, end_us: int) -> Obstacle | None:
    """What another flight holds at any time between; None where it holds nothing then."""
    records = volumes.records
    during = np.flatnonzero((records["start_us"] < end_us) & (records["end_us"] > start_us)).tolist()
    if not during:
        return None
    lng0, lat0 = float(records["lng1"][during[0]]), float(records["lat1"][during[0]])
    cores = shapely.union_all([shapely.convex_hull(core_in(volumes, i, lng0, lat0)) for i in during])
    return Obstacle(lng0, lat0, shapely.convex_hull(cores), float(records["radius_m"][during].max()))


def detours(
    intent: FlightIntent, obstacles: Sequence[Obstacle], rules: FlightRules, limits: AlternativeLimits
) -> Iterator[Change]:
    """The flight round all obstacles on the left, and on the right. None round one that its ends or a hover lie in."""
    if intent.area is not None or not obstacles:
        return
    keep_m = _keep_m(intent, rules, limits)
    for side in ("left", "right"):
        path: Sequence[Waypoint] | None = intent.path
        for obstacle in obstacles[:MOST_OBSTACLES]:
            path = _round(replace(intent, path=path), obstacle, keep_m, side) if path else None
        if path and tuple(path) != tuple(intent.path):
            changed = replace(intent, path=tuple(path))
            extra_m = max(0.0, length_m(changed) - length_m(intent))
            yield Change(kind=AlternativeKind.DETOUR, intent=changed, extra_m=round(extra_m, 1), side=side)


def length_m(intent: FlightIntent) -> float:
    """Of the path from departure to arrival, along geodesics."""
    line = _line(intent)
    return float(legs(line[:-1, 0], line[:-1, 1], line[1:, 0], line[1:, 1])[2].sum())


def _keep_m(intent: FlightIntent, rules: FlightRules, limits: AlternativeLimits) -> float:
    """From the path to the obstacle: the flight's own tolerance, what its turns cut inside, and the margin."""
    fastest = max((p.speed_mps or intent.speed_mps for p in intent.path), default=intent.speed_mps)
    cut = _CUT_BY_TURNS * float(turn_radius_m(np.array(max(fastest, intent.speed_mps)), rules.bank_deg))
    return rules.tolerances[intent.aircraft_class].lateral_m + cut + limits.margin_m


def _round(intent: FlightIntent, obstacle: Obstacle, keep_m: float, side: str) -> Sequence[Waypoint] | None:
    """The path round one obstacle; as it was where it does not meet it, None where no way round exists."""
    hull = _kept_clear(obstacle, keep_m)
    line = _line(intent)
    x, y = to_local(line[:, 0], line[:, 1], obstacle.lng0, obstacle.lat0)
    points = np.column_stack((x, y))
    inside = shapely.contains_xy(hull, x, y)
    meets = np.flatnonzero([shapely.intersects(hull, shapely.LineString(edge)) for edge in pairwise(points)])
    if not len(meets):
        return intent.path
    first, last = int(meets[0]), int(meets[-1]) + 1  # the points before it and after it
    dropped = intent.path[first : last - 1]
    if inside[first] or inside[last] or any(point.hover_s > 0 for point in dropped):
        return None
    round_it = _chain(hull, points[first], points[last], side)
    if not len(round_it) or float(np.abs(round_it).max()) > _LONGEST_M:
        return None
    lngs, lats = from_local(round_it[:, 0], round_it[:, 1], obstacle.lng0, obstacle.lat0)
    before = intent.path[first - 1] if first else intent.path[0]
    speed = intent.path[min(last - 1, len(intent.path) - 1)].speed_mps
    added = [
        Waypoint(lng=round(lng, 7), lat=round(lat, 7), height_m=before.height_m, speed_mps=speed)
        for lng, lat in zip(lngs.tolist(), lats.tolist(), strict=True)
    ]
    return (*intent.path[:first], *added, *intent.path[last - 1 :])


def _line(intent: FlightIntent) -> Floats:
    """Departure, waypoints, arrival: longitude and latitude."""
    points = [(point.lng, point.lat) for point in intent.path]
    ends = [(spot.lng, spot.lat) for spot in (intent.departure, intent.arrival)]
    return np.array([ends[0], *points, ends[1]], np.float64)


def _kept_clear(obstacle: Obstacle, keep_m: float) -> shapely.Geometry:
    """The hull that the path stays out of: few corners, and nowhere nearer than `keep_m`."""
    simple = shapely.convex_hull(shapely.simplify(obstacle.shape, _SMOOTH_M))
    slack = _SMOOTH_M if shapely.get_num_coordinates(obstacle.shape) > 1 else 0.0
    reach = (obstacle.radius_m + keep_m + slack) / np.cos(np.pi / (4 * _SIDES))  # a polygon round the circle
    return shapely.convex_hull(shapely.buffer(simple, reach, quad_segs=_SIDES))  # type: ignore[no-any-return]


def _chain(hull: shapely.Geometry, start: Floats, end: Floats, side: str) -> Floats:
    """Corners between start and end of the shortest way round the hull that has it on the other hand."""
    corners = shapely.MultiPoint(np.vstack((shapely.get_coordinates(hull), start, end)))
    ring = shapely.get_coordinates(shapely.orient_polygons(shapely.convex_hull(corners)))[:-1]
    # counter-clockwise: going on along it keeps the hull on the left, and passes it on the right
    at_start, at_end = (np.flatnonzero((ring == point).all(axis=1)) for point in (start, end))
    if not len(at_start) or not len(at_end):
        return np.empty((0, 2))
    i, j = int(at_start[0]), int(at_end[0])
    turned = np.roll(ring, -i, axis=0)
    k = (j - i) % len(ring)
    return turned[1:k] if side == "right" else turned[:k:-1]
