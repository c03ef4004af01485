"""Decree 761 Art. 31: who need not apply, and what ends that."""

import pytest

from shared.flight import AircraftClass, Clawback, FlightArea, Purpose
from shared.law import exemption, voluntary
from shared.volumes import AltitudeReference
from tests.unit.geometry.worlds import circle, flight, waypoint

LOW = [waypoint(500, 0, 100.0)]
FIELD = {"aircraft_class": AircraftClass.AGRICULTURAL, "purpose": Purpose.AGRICULTURE}


@pytest.mark.parametrize("aircraft", AircraftClass)
def test_e1_is_for_micro_light_and_small(aircraft: AircraftClass) -> None:
    exempt = aircraft in (AircraftClass.MICRO, AircraftClass.LIGHT, AircraftClass.SMALL)
    assert voluntary(flight(LOW, aircraft_class=aircraft)) is exempt


@pytest.mark.parametrize("clawback", Clawback)
def test_every_claw_back_ends_e1(clawback: Clawback) -> None:
    assert not voluntary(flight(LOW, clawbacks=[clawback]))


@pytest.mark.parametrize(("height", "exempt"), [(119.9, True), (120.0, False)])
def test_suitable_airspace_ends_below_120_metres(height: float, exempt: bool) -> None:
    assert voluntary(flight([waypoint(500, 0, height)])) is exempt
    assert voluntary(flight(area=FlightArea(outline=circle(50), upper_m=height, duration_s=60))) is exempt


def test_a_height_above_the_sea_is_not_exempt_by_ignorance() -> None:
    assert not voluntary(flight(LOW, height_reference=AltitudeReference.AMSL))


def test_e2_is_for_regular_agricultural_flight_even_where_it_drops() -> None:
    found = exemption(flight(LOW, **FIELD))
    assert found is not None
    assert found.code == "E2"
    assert "第三十一条" in found.articles
    assert voluntary(flight(LOW, clawbacks=[Clawback.DANGEROUS_OR_DROPPING], **FIELD))
    assert not voluntary(flight(LOW, clawbacks=[Clawback.SWARM], **FIELD))
    assert not voluntary(flight(LOW, aircraft_class=AircraftClass.AGRICULTURAL, purpose=Purpose.SURVEY))
