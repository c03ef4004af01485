"""A flight moved aside by what its finding says is clear of the zone; a straight one by a little less is not."""

import math
from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings

from services.airspace.domain.zone_index import ZoneIndex
from services.airspace.domain.zones import Zone
from shared.flight import FlightIntent, FlightVolumes, volumes
from shared.volumes import CorridorOutline, Edges, PolygonOutline
from tests.unit.geometry.worlds import (
    FLAT,
    RULES,
    away,
    circle,
    flight,
    intents,
    outlines,
    spot,
    square,
    waypoint,
    zoned,
)

BEARINGS = np.arange(0, 360, 5)


def met(made: FlightVolumes, zone: Zone) -> float | None:
    """The metres aside that the hit says, or None where there is none."""
    (hits,) = ZoneIndex(1, [zone]).hits([made], [False], FLAT)
    return hits[0].depth_m if hits else None


def moved(made: FlightVolumes, metres: float, bearing: float) -> FlightVolumes:
    """All of its cores shifted; near enough over some kilometres."""
    records = made.records.copy()
    east, north = metres * math.sin(math.radians(bearing)), metres * math.cos(math.radians(bearing))
    lng0, lat0 = away(0, 0)
    lng1, lat1 = away(east, north)
    for name, by in (("lng1", lng1 - lng0), ("lng2", lng1 - lng0), ("lat1", lat1 - lat0), ("lat2", lat1 - lat0)):
        records[name] += by
    return replace(made, records=records)


def straight(north_m: float, bearing: float = 90.0) -> FlightIntent:
    """Four kilometres past the middle, at a height throughout."""
    east, north = 2_000 * math.sin(math.radians(bearing)), 2_000 * math.cos(math.radians(bearing))
    ends = [(-east, north_m - north), (east, north_m + north)]
    return flight([waypoint(*end) for end in ends], departure=spot(*ends[0]), arrival=spot(*ends[1]))


def triangle() -> PolygonOutline:
    corners = [away(-400, -300), away(500, -200), away(0, 400)]
    return PolygonOutline("Polygon", [[*corners, corners[0]]])


CORRIDOR = CorridorOutline("Corridor", [away(-300, -100), away(0, 100), away(300, -100)], 150.0, Edges.STRAIGHT)


@pytest.mark.parametrize("outline", [square(300), triangle(), CORRIDOR], ids=["square", "triangle", "corridor"])
@pytest.mark.parametrize("bearing", [90.0, 40.0])
@pytest.mark.parametrize("north_m", [0.0, -230.0])
def test_a_straight_flight_is_told_the_least(
    outline: PolygonOutline | CorridorOutline, bearing: float, north_m: float
) -> None:
    zone, made = zoned("z", outline), volumes(straight(north_m, bearing), RULES, FLAT)
    metres = met(made, zone)
    assert metres is not None
    sides = [bearing - 90, bearing + 90]
    assert any(met(moved(made, metres + 0.5, side), zone) is None for side in sides)
    assert all(met(moved(made, metres - 0.5, bearing), zone) is not None for bearing in BEARINGS)


@settings(max_examples=25, deadline=None)
@given(intent=intents(), outline=outlines())
def test_what_is_said_is_enough_in_some_direction(intent: FlightIntent, outline: PolygonOutline) -> None:
    zone, made = zoned("z", outline), volumes(intent, RULES, FLAT)
    metres = met(made, zone)
    if metres is None or not (made.areas or isinstance(outline, PolygonOutline)):
        return  # segments and circles have their own measure
    spare = 1.0 + metres * (
        1 - math.cos(math.radians(1.5)) + 0.001
    )  # the bearings tried, and degrees that are no metres
    assert any(met(moved_whole(made, metres + spare, bearing), zone) is None for bearing in BEARINGS)


def moved_whole(made: FlightVolumes, metres: float, bearing: float) -> FlightVolumes:
    """The same with its worked areas."""
    shifted = moved(made, metres, bearing)
    by = np.array(away(metres * math.sin(math.radians(bearing)), metres * math.cos(math.radians(bearing)))) - away(0, 0)
    return replace(shifted, areas=tuple(shapely.transform(area, lambda xy: xy + by) for area in made.areas))


def test_an_area_beside_a_circle_is_told_too() -> None:
    intent = flight(area=None, path=[waypoint(0, 0)])
    assert met(volumes(intent, RULES, FLAT), zoned("z", circle(300))) is not None
