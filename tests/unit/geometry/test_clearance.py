"""What a finding says would be enough is enough, and a little less is not."""

import math
from dataclasses import replace
from datetime import timedelta

import pytest

from services.airspace.domain.assess import assess
from services.airspace.domain.subjects import Reservation
from services.airspace.domain.zone_index import ZoneIndex
from services.airspace.domain.zones import Zone
from shared.contracts.airspace import HeightBasis
from shared.contracts.assessment import Assessment, Effect, Finding, Outcome, Restriction
from shared.flight import FlightIntent, volumes
from shared.volumes import Altitude, AltitudeReference
from tests.unit.geometry.worlds import (
    FLAT,
    NOON,
    NOW,
    RULES,
    circle,
    flight,
    request,
    reservation,
    spot,
    square,
    waypoint,
    zoned,
)


def east(height_m: float = 90.0, north_m: float = 0.0, seconds: float = 0.0) -> FlightIntent:
    path = [waypoint(-2_000, north_m, height_m), waypoint(2_000, north_m, height_m)]
    departs_at = NOON + timedelta(seconds=seconds)
    return flight(path, departure=spot(-2_000, north_m), arrival=spot(2_000, north_m), departs_at=departs_at)


def asked(intent: FlightIntent, zone: Zone | None = None, other: Reservation | None = None) -> Assessment:
    index = ZoneIndex(1, [zone] if zone else [])
    return assess(request(volumes(intent, RULES, FLAT)), index, [other] if other else [], [], RULES, FLAT, NOW)


def found(intent: FlightIntent, zone: Zone | None = None, other: Reservation | None = None) -> Finding:
    (finding,) = asked(intent, zone, other).findings
    return finding


@pytest.mark.parametrize("basis", HeightBasis)
def test_a_zone_is_left_by_what_the_finding_says(basis: HeightBasis) -> None:
    zone = zoned("z", circle(300, 0, 40), lower=Altitude(60.0), upper=Altitude(120.0), height_basis=basis)
    finding, aside, up = found(east(), zone), 280.1, 40.1
    assert (finding.clear_by_m, finding.clear_above_m) == (aside, up)  # 300 + 20 - 40 to the side; 120 - 80 up
    assert finding.clear_below_m == (40.1 if basis is HeightBasis.VOLUME else 30.1)
    assert finding.clear_below_m is not None
    for enough, less in (
        (east(90.0 - finding.clear_below_m), east(90.2 - finding.clear_below_m)),
        (east(90.0 + up), east(89.8 + up)),
        (east(north_m=-aside), east(north_m=0.2 - aside)),
    ):
        assert asked(enough, zone).outcome is Outcome.APPROVED
        assert asked(less, zone).outcome is Outcome.REFUSED


def test_what_is_not_known_is_not_said() -> None:
    finding = found(east(), zoned("z", square(300), upper=Altitude(150.0, AltitudeReference.AMSL)))
    assert (finding.clear_below_m, finding.clear_above_m) == (None, None)
    home = found(east(), zoned("z", circle(300, -2_000, 0), lower=Altitude(0.0), upper=Altitude(60.0)))
    assert home.clear_above_m is None  # the aircraft climbs through it
    assert found(east(), zoned("z", circle(300), Restriction.NO_RESTRICTION)).clear_by_m is None


def test_a_polygon_is_left_to_the_side_by_what_the_finding_says() -> None:
    zone = zoned("z", square(300, 0, 100))
    aside = found(east(), zone).clear_by_m
    assert aside is not None
    assert 220.0 <= aside <= 220.3  # the southern side is at -200, the flight 20 m wide
    assert asked(east(north_m=-aside), zone).outcome is Outcome.APPROVED
    assert asked(east(north_m=0.5 - aside), zone).outcome is Outcome.REFUSED


def test_a_temporary_zone_says_when_it_is_not_there() -> None:
    begins, ends = NOON - timedelta(hours=1), NOON + timedelta(hours=1)
    finding = found(east(), zoned("z", circle(300), starts_at=begins, ends_at=ends))
    assert (finding.free_until, finding.free_from) == (begins, ends)


def aside(finding: Finding, spare_m: float = 0.0) -> FlightIntent:
    """The flight 80 s early, moved as the finding says."""
    assert finding.clear_by_m is not None
    assert finding.clear_towards_deg is not None
    metres, course = finding.clear_by_m + spare_m, math.radians(finding.clear_towards_deg)
    return moved(east(seconds=-80.0), metres * math.sin(course), metres * math.cos(course))


def moved(intent: FlightIntent, east_m: float, north_m: float) -> FlightIntent:
    path = [waypoint(x + east_m, north_m) for x in (-2_000, 2_000)]
    ends = [spot(x + east_m, north_m) for x in (-2_000, 2_000)]
    return replace(intent, path=path, departure=ends[0], arrival=ends[1])


def test_one_that_flies_beside_is_left_by_the_least() -> None:
    other = reservation(volumes(east(north_m=-30.0, seconds=-80.0), RULES, FLAT))
    finding = found(east(seconds=-80.0), other=other)
    assert finding.clear_by_m == 10.1  # 20 + 20 - 30
    assert asked(aside(finding), other=other).outcome is Outcome.APPROVED
    assert asked(aside(finding, -0.2), other=other).outcome is Outcome.REFUSED


def test_another_flight_is_left_by_what_the_finding_says() -> None:
    crossing = flight([waypoint(0, 1_000)], departure=spot(0, -1_000), arrival=spot(0, 1_000))
    other = reservation(volumes(crossing, RULES, FLAT))
    finding = found(east(seconds=-80.0), other=other)
    assert finding.effect is Effect.REFUSES
    assert (finding.clear_above_m, finding.clear_below_m) == (20.1, 20.1)
    assert asked(aside(finding), other=other).outcome is Outcome.APPROVED
    assert asked(east(90.0 + 20.1, seconds=-80.0), other=other).outcome is Outcome.APPROVED
    assert asked(east(90.0 + 19.9, seconds=-80.0), other=other).outcome is Outcome.REFUSED
    assert finding.free_from is not None
    assert finding.free_until is not None
    late = (finding.free_from - NOON).total_seconds() + 60.0
    assert asked(east(seconds=late), other=other).outcome is Outcome.APPROVED
