"""A flight moved aside as its finding says is clear of what it met; a straight one by a little less is not."""

import math
from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from numpy.typing import NDArray

from services.airspace.domain.apart import Aside, plan_asides
from services.airspace.domain.contacts import contacts
from services.airspace.domain.zone_index import ZoneIndex
from services.airspace.domain.zones import Zone
from shared.flight import AircraftClass, FlightArea, FlightIntent, FlightVolumes, Spot, volumes
from shared.geodesy import from_local, to_local
from shared.volumes import CircleOutline, CorridorOutline, Edges, Outline, PolygonOutline
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

COURSES = np.arange(0, 360, 5)
SHORT_M = 0.01  # what is said is a decimetre or less too much: enough, whatever the frames round


def met(made: FlightVolumes, zone: Zone) -> Aside | None:
    """What the hit says, or None where there is none."""
    (hits,) = ZoneIndex(1, [zone]).hits([made], [False], FLAT)
    return hits[0].aside if hits else None


def moved(made: FlightVolumes, metres: float, course: float, centre: tuple[float, float]) -> FlightVolumes:
    """All of its cores shifted in the frame of a place."""
    by = metres * math.sin(math.radians(course)), metres * math.cos(math.radians(course))

    def shifted(places: NDArray[np.float64]) -> NDArray[np.float64]:
        x, y = to_local(places[:, 0], places[:, 1], *centre)
        return np.column_stack(from_local(x + by[0], y + by[1], *centre))

    records = made.records.copy()
    for end in "12":
        places = shifted(np.column_stack((records[f"lng{end}"], records[f"lat{end}"])))
        records[f"lng{end}"], records[f"lat{end}"] = places.T
    return replace(made, records=records, areas=tuple(shapely.transform(area, shifted) for area in made.areas))


def aside_of(made: FlightVolumes, zone: Zone, metres: float, course: float) -> FlightVolumes:
    return moved(made, metres, course, (zone.local.lng0, zone.local.lat0))


def straight(north_m: float, bearing: float = 90.0) -> FlightIntent:
    """Four kilometres past the middle, at a height throughout."""
    east, north = 2_000 * math.sin(math.radians(bearing)), 2_000 * math.cos(math.radians(bearing))
    ends = [(-east, north_m - north), (east, north_m + north)]
    return flight([waypoint(*end) for end in ends], departure=spot(*ends[0]), arrival=spot(*ends[1]))


def triangle() -> PolygonOutline:
    corners = [away(-400, -300), away(500, -200), away(0, 400)]
    return PolygonOutline("Polygon", [[*corners, corners[0]]])


CORRIDOR = CorridorOutline("Corridor", [away(-300, -100), away(0, 100), away(300, -100)], 150.0, Edges.STRAIGHT)


@pytest.mark.parametrize(
    "outline", [square(300), triangle(), CORRIDOR, circle(300)], ids=["square", "triangle", "corridor", "circle"]
)
@pytest.mark.parametrize("bearing", [90.0, 40.0])
@pytest.mark.parametrize("north_m", [0.0, -230.0])
def test_a_straight_flight_is_told_the_least(outline: Outline, bearing: float, north_m: float) -> None:
    zone, made = zoned("z", outline), volumes(straight(north_m, bearing), RULES, FLAT)
    aside = met(made, zone)
    assert aside is not None
    assert met(aside_of(made, zone, *aside), zone) is None
    assert all(met(aside_of(made, zone, aside.metres - 0.5, course), zone) is not None for course in COURSES)


# found among ten thousand: the way to the area meets the circle, and the area does once it is moved by what that lacks
AREA_BESIDE_A_CIRCLE = flight(
    departure=Spot(lng=114.29246859566595, lat=30.50091083388912),
    aircraft_class=AircraftClass.AGRICULTURAL,
    speed_mps=40.0,
    area=FlightArea(
        outline=PolygonOutline(
            "Polygon",
            [
                [
                    (114.3009793086538, 30.51307943543249),
                    (114.29984770383817, 30.514214867217216),
                    (114.29766585805896, 30.5173885435163),
                    (114.29205282086001, 30.51589318884426),
                    (114.29617374561543, 30.511983530407036),
                    (114.29812039017774, 30.510493949011185),
                    (114.30282907191604, 30.508706950159993),
                    (114.3009793086538, 30.51307943543249),
                ]
            ],
        ),
        lower_m=0.0,
        upper_m=90.0,
        duration_s=600.0,
    ),
)
ROUND_IT = flight([waypoint(-400, 0), waypoint(-400, 500), waypoint(400, 500), waypoint(400, 0)])


COMB = flight(
    [waypoint(100.0 * (k // 2), 600.0 * ((k + 1) // 2 % 2)) for k in range(10)],
    departure=spot(0, 0),
    arrival=spot(500, 0),
)


@pytest.mark.parametrize("past", ["circle", "flight"])
def test_the_other_legs_are_passed_too(past: str) -> None:
    """Legs 100 m apart with something between two of them: out of the way of one it is in that of the next."""
    made, zone, there = volumes(COMB, RULES, FLAT), zoned("z", circle(35, 240, 300)), spot(240, 300)
    waits = [waypoint(240, 300, hover_s=900.0, hover_radius_m=30.0)]
    hovering = volumes(flight(waits, departure=there, arrival=there), RULES, FLAT)
    aside = met(made, zone) if past == "circle" else plan_asides([(made, hovering)])[0]
    assert aside is not None
    assert aside.metres > 100.0
    elsewhere = aside_of(made, zone, *aside)
    assert (met(elsewhere, zone) if past == "circle" else contacts([elsewhere, hovering], [0])) in (None, [])


def test_in_company_each_is_told_its_own() -> None:
    zone = zoned("z", square(300))
    flights = [volumes(straight(north_m), RULES, FLAT) for north_m in (0.0, -230.0, 900.0, 100.0)]
    asides = [[hit.aside for hit in hits] for hits in ZoneIndex(1, [zone]).hits(flights, [False] * 4, FLAT)]
    assert asides == [[met(each, zone)] if met(each, zone) else [] for each in flights]


@settings(max_examples=60, deadline=None)
@given(intent=intents(), outline=outlines())
@example(intent=AREA_BESIDE_A_CIRCLE, outline=CircleOutline("Circle", (114.29802079295519, 30.50090201610286), 548.0))
@example(intent=ROUND_IT, outline=circle(390, 0, 100))
def test_what_is_said_is_enough(intent: FlightIntent, outline: Outline) -> None:
    zone, made = zoned("z", outline), volumes(intent, RULES, FLAT)
    aside = met(made, zone)
    assert aside is None or met(aside_of(made, zone, aside.metres + SHORT_M, aside.course_deg), zone) is None


@settings(max_examples=60, deadline=None)
@given(intent=intents(), other=intents())
@example(intent=ROUND_IT, other=flight([waypoint(300, 0), waypoint(300, 400)], departure=spot(0, 400)))
def test_what_is_said_is_enough_for_another_flight(intent: FlightIntent, other: FlightIntent) -> None:
    one, two = volumes(intent, RULES, FLAT), volumes(other, RULES, FLAT)
    if contacts([one, two], [0]):
        (aside,) = plan_asides([(one, two)])
        centre = float(one.records["lng1"][0]), float(one.records["lat1"][0])
        assert not contacts([moved(one, aside.metres + SHORT_M, aside.course_deg, centre), two], [0])
