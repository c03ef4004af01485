"""How long a flight lasts and where it goes, roughly: for lists, maps and the lapse of a plan. Pure.

Airspace decides on exact volumes of its own (`shared/flight.py`); nothing here is a decision.
"""

import math
import struct
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from shared.contracts.flightplan import RouteSpec
from shared.flight import FlightArea, FlightIntent, FlightRules, Spot, Waypoint
from shared.flight.rules import MAX_CORE_M, MAX_FLIGHT_S, MAX_VOLUMES
from shared.volumes import CircleOutline, TimeWindow

_SMALL_CIRCLE_M: Final = 20_000.0  # half the area that a flight may have
_CORE_S: Final = MAX_CORE_M / 150.0  # a piece of the fastest flight lasts as long
_EARTH_RADIUS_M: Final = 6_371_008.8
_METRES_A_DEGREE: Final = 110_500.0  # of latitude, the shortest; boxes come out no smaller than the circle
_EWKB_LINE: Final = struct.pack("<BII", 1, 0x2000_0002, 4326)
_EWKB_POLYGON: Final = struct.pack("<BII", 1, 0x2000_0003, 4326)

Point = tuple[float, float]


def window_of(departs_at: datetime, seconds: float) -> TimeWindow:
    """From take-off to landing of a flight that lasts `seconds`."""
    return TimeWindow(departs_at, departs_at + timedelta(seconds=min(max(seconds, 1.0), MAX_FLIGHT_S)))


def is_ordinary(intent: FlightIntent, seconds: float, rules: FlightRules) -> bool:
    """True for a flight that is far from every limit of `shared.flight`: its volumes need not be made to know so."""
    points = track_of(intent)
    if intent.area is not None:
        outline = intent.area.outline
        if not isinstance(outline, CircleOutline) or outline.radius_m > _SMALL_CIRCLE_M:
            return False
        ends, (lng, lat) = points, outline.center
        points = [*ends, (lng, lat)]
        seconds += sum(_distance_m(end, (lng, lat)) for end in ends) / intent.speed_mps
    pieces = seconds / min(rules.slice_s, _CORE_S) + len(points)
    return seconds < MAX_FLIGHT_S / 2 and pieces < MAX_VOLUMES / 2 and _is_local(points)


def _is_local(points: Sequence[Point]) -> bool:
    """Within 10 degrees, away from the poles and the antimeridian."""
    lngs, lats = [lng for lng, _ in points], [lat for _, lat in points]
    return max(lngs) - min(lngs) < 10 and min(lats) > -70 and max(lats) < 70 and min(lngs) > -170 and max(lngs) < 170


def duration_s(intent: FlightIntent, rules: FlightRules) -> float:
    """Seconds in the air: climb, legs and hovering or the work over the area, descent."""
    if intent.area is not None:
        height_m = intent.area.upper_m
        return height_m / rules.climb_mps + intent.area.duration_s + height_m / rules.descent_mps
    path = intent.path
    legs = sum(_leg_s(point, intent.speed_mps, at, to) for at, point, to in _legs(intent))
    back = _distance_m(_at(path[-1]), _spot(intent.arrival)) / intent.speed_mps
    hovering = sum(point.hover_s for point in path)
    columns = path[0].height_m / rules.climb_mps + path[-1].height_m / rules.descent_mps
    return columns + legs + hovering + back


def _legs(intent: FlightIntent) -> Iterator[tuple[Point, Waypoint, Point]]:
    at = _spot(intent.departure)
    for point in intent.path:
        to = _at(point)
        yield at, point, to
        at = to


def _leg_s(point: Waypoint, speed_mps: float, at: Point, to: Point) -> float:
    return _distance_m(at, to) / (point.speed_mps or speed_mps)


def _distance_m(one: Point, other: Point) -> float:
    south, north = math.radians(one[1]), math.radians(other[1])
    half_lat, half_lng = (north - south) / 2, math.radians(other[0] - one[0]) / 2
    chord = math.sin(half_lat) ** 2 + math.cos(south) * math.cos(north) * math.sin(half_lng) ** 2
    return 2 * _EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(chord)))


def _at(point: Waypoint) -> Point:
    return point.lng, point.lat


def _spot(spot: Spot) -> Point:
    if spot.lng is None or spot.lat is None:
        raise ValueError(f"the position of site {spot.site_id} is not filled in")
    return spot.lng, spot.lat


def track_of(intent: FlightIntent | RouteSpec) -> list[Point]:
    """The points flown from departure to arrival; the work over an area is not among them."""
    if isinstance(intent, RouteSpec):
        return [_spot(intent.origin), *map(_at, intent.path), _spot(intent.destination)]
    return [_spot(intent.departure), *map(_at, intent.path), _spot(intent.arrival)]


def extent_ewkb(intent: FlightIntent | RouteSpec) -> bytes:
    """The track as a line, or the box round an area, as PostGIS reads it (WGS-84)."""
    if isinstance(intent, FlightIntent) and intent.area is not None:
        return _box([*track_of(intent), *_corners(intent.area)])
    points = track_of(intent)
    return _EWKB_LINE + struct.pack(f"<I{2 * len(points)}d", len(points), *_flat(points))


def _corners(area: FlightArea) -> Sequence[Point]:
    outline = area.outline
    if not isinstance(outline, CircleOutline):
        return list(outline.coordinates[0])
    lng, lat = outline.center
    north = outline.radius_m / _METRES_A_DEGREE
    east = north / max(math.cos(math.radians(min(90.0, abs(lat) + north))), 1e-3)
    return [(lng - east, lat - north), (lng + east, lat + north)]


def _box(points: Sequence[Point]) -> bytes:
    lngs, lats = [lng for lng, _ in points], [lat for _, lat in points]
    west, east, south, north = min(lngs), max(lngs), min(lats), max(lats)
    ring = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return _EWKB_POLYGON + struct.pack("<II10d", 1, 5, *_flat(ring))


def _flat(points: Sequence[Point]) -> list[float]:
    return [value for point in points for value in point]
