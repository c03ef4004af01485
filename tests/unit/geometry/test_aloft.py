"""What a flight in the air has flown stays as it was: where it may turn off its way, and where not."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.codec import decode_value, encode_value
from shared.flight import FlightIntent, FlightRules, IntentChange
from shared.flight.aloft import place_at, same_until
from shared.geodesy import legs
from shared.terrain import Terrain
from tests.unit.geometry.worlds import FLAT as TERRAIN

RULES = FlightRules()
NOON = datetime(2026, 5, 1, 4, 0, tzinfo=UTC)
LNG, LAT = 114.30, 30.50
EAST = 0.0104262  # degrees of longitude in a kilometre here
CLIMB_S = 90 / RULES.climb_mps


def point(km_east: float, km_north: float = 0.0, height_m: float = 90.0, **more: Any) -> dict[str, Any]:
    return {"lng": LNG + km_east * EAST, "lat": LAT + km_north * 0.00902, "height_m": height_m, **more}


def spot(km_east: float, km_north: float = 0.0) -> dict[str, Any]:
    return {"lng": LNG + km_east * EAST, "lat": LAT + km_north * 0.00902}


def intent(**changes: Any) -> FlightIntent:
    """Up to 90 m, 3 km east at 10 m/s with a minute's hover after the second, down."""
    asked = {
        "departure": spot(0),
        "arrival": spot(3),
        "departs_at": NOON,
        "aircraft_class": "light",
        "purpose": "patrol",
        "speed_mps": 10.0,
        "path": [point(0), point(2, hover_s=60.0, hover_radius_m=50.0), point(3)],
        **changes,
    }
    made: FlightIntent = decode_value(FlightIntent, encode_value(asked))
    return made


FILED = intent()
AREA: dict[str, Any] = {
    "outline": {"type": "Circle", "center": [LNG + EAST, LAT], "radius_m": 200.0},
    "upper_m": 90.0,
    "duration_s": 600.0,
}


def same(changed: FlightIntent, seconds: float, former: FlightIntent = FILED, terrain: Terrain = TERRAIN) -> bool:
    return same_until(former, changed, NOON + timedelta(seconds=seconds), RULES, terrain)


@pytest.mark.parametrize(
    ("seconds", "km_east", "height_m"),
    [
        (-50, 0, 0),
        (0, 0, 0),
        (15, 0, 45),
        (CLIMB_S, 0, 90),
        (CLIMB_S + 100, 1, 90),
        (CLIMB_S + 230, 2, 90),
        (9_999, 3, 0),
    ],
)
def test_it_is_where_its_times_have_it(seconds: float, km_east: float, height_m: float) -> None:
    place = place_at(FILED, NOON + timedelta(seconds=seconds), RULES, TERRAIN)
    assert place.height_m == pytest.approx(height_m, abs=1e-6)
    assert _metres(place.lng, place.lat, LNG + km_east * EAST, LAT) < 5.0


def test_it_turns_off_ahead_of_where_it_is_not_behind() -> None:
    """After 60 s it is 300 m along its first leg."""
    seconds = CLIMB_S + 30.0
    ahead = intent(path=[point(0), point(0.5), point(0.5, 1)], arrival=spot(0.5, 1))
    behind = intent(path=[point(0), point(0.2), point(0.2, 1)], arrival=spot(0.2, 1))
    at_once = intent(path=[point(0), point(1, 1)], arrival=spot(1, 1))
    assert [same(changed, seconds) for changed in (FILED, ahead, behind, at_once)] == [True, True, False, False]
    assert [same(changed, 10.0) for changed in (ahead, behind, at_once)] == [True] * 3  # it still climbs


def test_height_changes_ahead_too() -> None:
    higher = intent(path=[point(0), point(0.5), point(2, height_m=110.0), point(3, height_m=110.0)])
    from_the_start = intent(path=[point(0, height_m=110.0), point(2, height_m=110.0), point(3, height_m=110.0)])
    slanting = intent(path=[point(0), point(2, height_m=110.0), point(3, height_m=110.0)])
    assert [same(changed, CLIMB_S + 30) for changed in (higher, from_the_start, slanting)] == [True, False, False]
    assert same(from_the_start, 10.0)
    assert not same(intent(path=[point(0, height_m=20.0), point(3, height_m=20.0)]), 10.0)  # it is past 20 m


def test_a_hover_ends_sooner_or_later_but_not_before_now() -> None:
    hovering = CLIMB_S + 200 + 30
    for hover_s, may in ((60.0, True), (40.0, True), (400.0, True), (10.0, False)):
        changed = intent(path=[point(0), point(2, hover_s=hover_s, hover_radius_m=50.0), point(3)])
        assert same(changed, hovering) is may, hover_s
    wider = intent(path=[point(0), point(2, hover_s=60.0, hover_radius_m=90.0), point(3)])
    assert (same(wider, hovering), same(wider, CLIMB_S + 100)) == (False, True)
    assert not same(wider, CLIMB_S + 200 + 60 + 30)  # it is over, and was as it was


def test_work_over_an_area_goes_on_longer_but_nowhere_else() -> None:
    filed = intent(path=[], area=AREA, arrival=spot(0))
    longer = intent(path=[], area={**AREA, "duration_s": 1_200.0}, arrival=spot(0))
    moved = intent(path=[], area={**AREA, "outline": {**AREA["outline"], "radius_m": 300.0}}, arrival=spot(0))
    working = CLIMB_S + 80 + 100
    assert [same(changed, working, filed) for changed in (longer, moved, FILED)] == [True, False, False]
    assert same(moved, 10.0, filed)
    polygon = [[LNG + EAST, LAT], [LNG + 2 * EAST, LAT], [LNG + EAST, LAT + 0.01], [LNG + EAST, LAT]]
    block = {**AREA, "outline": {"type": "Polygon", "coordinates": [polygon]}}
    smaller = {
        **block,
        "outline": {"type": "Polygon", "coordinates": [[*polygon[:2], [LNG + EAST, LAT + 0.005], polygon[0]]]},
    }
    filed, other = (intent(path=[], area=area, arrival=spot(0)) for area in (block, smaller))
    assert (same(other, CLIMB_S + 150, filed), same(other, 10.0, filed)) == (False, True)


def test_who_lands_only_goes_on_landing() -> None:
    landing = CLIMB_S + 300 + 60 + 5
    assert same(FILED, landing)
    assert not same(intent(arrival=spot(3, 1)), landing)
    assert same(intent(arrival=spot(3, 1)), CLIMB_S + 290)


def test_another_speed_for_what_is_flown_is_another_way() -> None:
    faster = replace(FILED, speed_mps=12.0)
    assert (same(faster, CLIMB_S + 30), same(faster, 10.0)) == (False, True)
    later = intent(path=[point(0), FILED.path[1], point(3, speed_mps=15.0)])
    assert same(later, CLIMB_S + 30)


@given(seconds=st.floats(0.0, 420.0), ahead_s=st.floats(0.5, 60.0), aside_km=st.floats(0.05, 3.0), north=st.booleans())
def test_a_way_that_leaves_at_an_instant_is_the_same_before_it_and_another_after(
    seconds: float, ahead_s: float, aside_km: float, north: bool
) -> None:
    """Without the hover, so that time is way; the turn is cut at the instant's place on the geodesic."""
    filed = intent(path=[point(0), point(3)])
    leaves = min(seconds, CLIMB_S + 250.0)
    place = place_at(filed, NOON + timedelta(seconds=max(leaves, CLIMB_S + 1.0)), RULES, TERRAIN)
    leaves = max(leaves, CLIMB_S + 1.0)
    off = point(1, aside_km if north else -aside_km)
    turned = intent(path=[point(0), {"lng": place.lng, "lat": place.lat, "height_m": 90.0}, off], arrival=spot(1))
    assert same(turned, leaves - ahead_s, filed)
    assert not same(turned, leaves + max(ahead_s, 1.0), filed) or _turns_little(place.lng, off["lng"], aside_km)


def _turns_little(lng: float, lng_off: float, aside_km: float) -> bool:
    """It goes on nearly as before, so that it takes a while to be a metre aside."""
    along_km = (lng_off - lng) / EAST
    return along_km > 0 and math.atan2(aside_km, along_km) < 0.15


def test_a_change_says_what_and_leaves_the_rest() -> None:
    later = IntentChange(departs_at=NOON + timedelta(hours=1))
    assert later.of(FILED) == replace(FILED, departs_at=NOON + timedelta(hours=1))
    assert (later.way, IntentChange(speed_mps=12.0).way) == ((), ("speed_mps",))
    area = intent(path=[], area=AREA).area
    assert area is not None
    assert (IntentChange(area=area).of(FILED).path, IntentChange(path=FILED.path).of(FILED)) == ((), FILED)
    for wrong in ({}, {"path": FILED.path, "area": area}):
        with pytest.raises(ValueError, match=r"needs departs_at|one of the two"):
            IntentChange(**wrong)  # type: ignore[arg-type]


def _metres(lng1: float, lat1: float, lng2: float, lat2: float) -> float:
    return float(legs(*(np.array([value]) for value in (lng1, lat1, lng2, lat2)))[2][0])
