"""A flight as a table of parts (climb, legs, holds, descent), timed and with its turns. Pure.

The parts of all flights of a batch stand in one struct of arrays. Durations are whole microseconds before they are
summed, so that a flight's times do not depend on what else is in the batch.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from shared.flight.intent import FlightIntent, Waypoint
from shared.flight.rules import MAX_CORE_M, FlightRules
from shared.geodesy import from_local, legs, to_local, turn, turn_radius_m
from shared.outlines import polygon_of, projected
from shared.terrain import AGL, WGS84, Terrain
from shared.volumes import CircleOutline

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
Place = tuple[float, float]  # longitude, latitude

CLIMB, LEG, HOLD, DESCENT = range(4)
US: Final = 1_000_000
_SHARPEST_DEG: Final = 150.0
_SPARE: Final = 1e-6  # of a slice: a leg of 30 s and a rounding error is one slice, not two

# flight, kind, lng1, lat1, lng2, lat2, height1, height2, speed, seconds held, radius added, has an area
Part = tuple[int, int, float, float, float, float, float, float, float, float, float, bool]


def path_parts(
    flight: int, start: Place, end: Place, path: Sequence[Waypoint], speed_mps: float, *, own_speeds: bool = True
) -> Iterator[Part]:
    """Climb over the start to the first height, along the path, descend over the end."""
    height = path[0].height_m
    lng, lat = start
    yield (flight, CLIMB, lng, lat, lng, lat, 0.0, height, 1.0, 0.0, 0.0, False)
    for point in path:
        speed = point.speed_mps if own_speeds and point.speed_mps else speed_mps
        if (lng, lat, height) != (point.lng, point.lat, point.height_m):
            yield (flight, LEG, lng, lat, point.lng, point.lat, height, point.height_m, speed, 0.0, 0.0, False)
        lng, lat, height = point.lng, point.lat, point.height_m
        if point.hover_s > 0:
            around = point.hover_radius_m
            yield (flight, HOLD, lng, lat, lng, lat, height, height, speed, point.hover_s, around, False)
    yield from _home(flight, (lng, lat), end, height, speed_mps)


def area_parts(flight: int, start: Place, end: Place, intent: FlightIntent) -> Iterator[Part]:
    """Climb over the start to the area's top, fly in and out at that height, work the area in between."""
    area = intent.area
    assert area is not None
    top, outline = area.upper_m, area.outline
    (lng, lat), (in_lng, in_lat) = start, _nearest(intent, start)
    yield (flight, CLIMB, lng, lat, lng, lat, 0.0, top, 1.0, 0.0, 0.0, False)
    if (lng, lat) != (in_lng, in_lat):
        yield (flight, LEG, lng, lat, in_lng, in_lat, top, top, intent.speed_mps, 0.0, 0.0, False)
    circle = isinstance(outline, CircleOutline)
    at, radius = (outline.center, outline.radius_m) if isinstance(outline, CircleOutline) else ((in_lng, in_lat), 0.0)
    yield (flight, HOLD, *at, *at, area.lower_m, top, 1.0, area.duration_s, radius, not circle)
    yield from _home(flight, _nearest(intent, end), end, top, intent.speed_mps)


def _home(flight: int, here: Place, end: Place, height: float, speed_mps: float) -> Iterator[Part]:
    if here != end:
        yield (flight, LEG, *here, *end, height, height, speed_mps, 0.0, 0.0, False)
    yield (flight, DESCENT, *end, *end, height, 0.0, 1.0, 0.0, 0.0, False)


def _nearest(intent: FlightIntent, place: Place) -> Place:
    """The point of the flight's area that is nearest to a place: the place itself where it lies inside."""
    assert intent.area is not None
    outline = intent.area.outline
    if isinstance(outline, CircleOutline):
        x, y = (float(v) for v in to_local(*outline.center, *place))
        away = float(np.hypot(x, y))
        share = max(0.0, 1 - outline.radius_m / away) if away > 0 else 0.0
        x, y = x * share, y * share
    else:
        local = projected(polygon_of(outline), *place)
        x, y = shapely.get_coordinates(shapely.shortest_line(local, shapely.Point(0.0, 0.0)))[0]
    if x == 0 and y == 0:
        return place
    lng, lat = from_local(x, y, *place)
    return float(lng), float(lat)


@dataclass(frozen=True, slots=True)
class Parts:
    """Struct of arrays, in the order flown; flights one after another."""

    flight: Longs
    kind: Longs
    lng1: Floats
    lat1: Floats
    lng2: Floats
    lat2: Floats
    height1_m: Floats  # in the flight's reference; of a climb and a descent the ground's end is its lowest
    height2_m: Floats
    radius_m: Floats  # added to the lateral tolerance
    has_area: NDArray[np.bool_]
    azimuth: Floats
    length_m: Floats
    cuts: Longs  # into how many slices
    early_us: Longs  # from take-off to the part's start, at the soonest
    late_us: Longs  # the same at the latest
    early_lasts_us: Longs
    late_lasts_us: Longs
    turn_in_m: Floats  # widening at its start, over the first `turn_in_over_m` of it
    turn_in_over_m: Floats
    turn_out_m: Floats
    turn_out_over_m: Floats


def timed(rows: Sequence[Part], codes: Longs, rules: FlightRules, terrain: Terrain) -> Parts:
    """The table of parts with lengths, times, numbers of slices and turns. `codes`: each flight's height reference."""
    table = np.array(rows, np.float64).T
    flight, kind = table[0].astype(np.int64), table[1].astype(np.int64)
    lng1, lat1, lng2, lat2, height1, height2, speed, hold_s, radius = table[2:11]
    azimuth, azimuth_end, length = np.zeros((3, len(flight)))
    is_leg = kind == LEG
    azimuth[is_leg], azimuth_end[is_leg], length[is_leg] = legs(lng1[is_leg], lat1[is_leg], lng2[is_leg], lat2[is_leg])
    rise, most_rise = _rises(kind, codes[flight], height1, height2, np.stack((lng1, lat1, lng1, lat1), axis=1), terrain)
    moving = np.where(is_leg, length / speed, hold_s)
    early = np.floor(np.maximum(moving, _climbing(rise, rules)) * US).astype(np.int64)
    late = np.ceil(np.maximum(moving, _climbing(most_rise, rules)) * US).astype(np.int64)
    cuts = np.ceil(np.maximum(late / (rules.slice_s * US), length / MAX_CORE_M) - _SPARE)
    turns = _turns(flight, length, azimuth, azimuth_end, speed, rules.bank_deg)
    return Parts(
        flight=flight,
        kind=kind,
        lng1=lng1,
        lat1=lat1,
        lng2=lng2,
        lat2=lat2,
        height1_m=height1,
        height2_m=height2,
        radius_m=radius,
        has_area=table[11] > 0,
        azimuth=azimuth,
        length_m=length,
        cuts=np.where(length > 0, np.maximum(cuts, 1), 1).astype(np.int64),
        early_us=_since_take_off(early, flight),
        late_us=_since_take_off(late, flight),
        early_lasts_us=early,
        late_lasts_us=late,
        turn_in_m=turns[0],
        turn_in_over_m=turns[1],
        turn_out_m=turns[2],
        turn_out_over_m=turns[3],
    )


def _rises(
    kind: Longs, codes: Longs, height1: Floats, height2: Floats, boxes: Floats, terrain: Terrain
) -> tuple[Floats, Floats]:
    """Least and most metres climbed (descended where negative); sets the ground's end of columns to the lowest ground.

    Above sea level or the ellipsoid the ground is known as a band only, and so is the time of a climb.
    """
    least = height2 - height1
    least[kind == HOLD] = 0.0
    most = least.copy()
    for i in np.flatnonzero((codes != AGL) & ((kind == CLIMB) | (kind == DESCENT))):
        lowest, highest = (float(ground[0]) for ground in terrain.ground(boxes[i : i + 1]))
        if codes[i] == WGS84:
            lowest, highest = lowest + terrain.geoid_min_m, highest + terrain.geoid_max_m
        height = height2[i] if kind[i] == CLIMB else height1[i]
        sign = 1.0 if kind[i] == CLIMB else -1.0
        least[i], most[i] = sign * max(height - highest, 0.0), sign * max(height - lowest, 0.0)
        (height1 if kind[i] == CLIMB else height2)[i] = min(lowest, height)
    return least, most


def _climbing(rise_m: Floats, rules: FlightRules) -> Floats:
    return np.maximum(rise_m / rules.climb_mps, -rise_m / rules.descent_mps)


def _since_take_off(lasts_us: Longs, flight: Longs) -> Longs:
    """Sum of what was flown before, by flight."""
    before = np.cumsum(lasts_us) - lasts_us
    first = np.searchsorted(flight, flight)
    return before - before[first]


def _turns(
    flight: Longs, length: Floats, azimuth: Floats, azimuth_end: Floats, speed: Floats, bank_deg: float
) -> tuple[Floats, Floats, Floats, Floats]:
    """How far a fly-by turn leaves the two legs, R (1 - cos θ/2), and along how much of them, R tan θ/2.

    Only between two legs flown through: after a hold, a vertical step or a column the aircraft stands still. A reversal
    would be cut along the whole leg: beyond 150 degrees an aircraft slows down or stops to turn.
    """
    inward, inward_over, outward, outward_over = np.zeros((4, len(flight)))
    at = np.flatnonzero((flight[1:] == flight[:-1]) & (length[1:] > 0) & (length[:-1] > 0))
    half = np.radians(np.minimum(turn(azimuth_end[at], azimuth[at + 1]), _SHARPEST_DEG) / 2)
    radius = turn_radius_m(np.maximum(speed[at], speed[at + 1]), bank_deg)
    outward[at] = inward[at + 1] = radius * (1 - np.cos(half))
    outward_over[at] = inward_over[at + 1] = radius * np.tan(half)
    return inward, inward_over, outward, outward_over
