"""Two flights conflict exactly where an independent oracle says so, whoever asks."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from services.airspace.domain.contacts import contacts
from services.airspace.domain.exact import TOUCH_M
from services.airspace.store.keys import asked, boxes_of, entered
from shared.flight import FlightVolumes, Spot, Waypoint, volumes
from shared.flight.records import from_us
from tests.unit.geometry import oracle
from tests.unit.geometry.worlds import FLAT, GEOD, LAT, LNG, NOON, RULES, away, flight, intents, metres, slab

BAND_M = 0.01  # IntersectionMinimumPrecisionCm of F3548-21


def meet(a: FlightVolumes, b: FlightVolumes) -> bool:
    return bool(contacts([a, b], [0]))


def ends(flight: FlightVolumes, k: int = 0) -> tuple[tuple[float, float], tuple[float, float]]:
    r = flight.records[k]
    return (float(r["lng1"]), float(r["lat1"])), (float(r["lng2"]), float(r["lat2"]))


def slack_m(a: FlightVolumes, b: FlightVolumes) -> float:
    """How much farther than the sum of the radii the cores are apart, by the oracle."""
    apart = oracle.gap_m(oracle.geodesic(*ends(a)), oracle.geodesic(*ends(b)))
    return apart - float(a.records["radius_m"][0]) - float(b.records["radius_m"][0])


segments = st.tuples(metres, metres, metres, metres)


@given(segments, segments, st.sampled_from([0.0, 20.0, 300.0]))
@settings(max_examples=150, deadline=None)
def test_segments_meet_where_the_oracle_says(one: tuple[float, ...], two: tuple[float, ...], radius: float) -> None:
    a = slab(away(*one[:2]), away(*one[2:]), radius_m=radius)
    b = slab(away(*two[:2]), away(*two[2:]), radius_m=30.0)
    slack = slack_m(a, b)
    assume(abs(slack) > BAND_M)
    assert meet(a, b) == (slack < 0)


@given(
    st.sampled_from([0.0, 90.0, 37.0, 180.0]),
    st.integers(10, 2_000),
    st.sampled_from([40.0, 300.0, 2_000.0, 20_000.0]),
    st.floats(0, 360),
    st.sampled_from([-0.011, 0.011]),
)
@settings(max_examples=150, deadline=None)
def test_centimetre_either_side_of_touching(
    heading: float, length: int, apart: float, course: float, off: float
) -> None:
    """A segment, and a point `apart` abeam its middle: 1.1 cm nearer is a conflict, 1.1 cm farther is none."""
    lng, lat = away(0, 0)
    one = GEOD.fwd(lng, lat, heading, length / 2)[:2]
    two = GEOD.fwd(lng, lat, heading + 180, length / 2)[:2]
    beside = GEOD.fwd(lng, lat, heading + 90, apart + off + TOUCH_M)[:2]
    other = GEOD.fwd(*beside, heading + 90, 100.0)[:2]
    a = slab(one, two, radius_m=apart / 2)
    b = slab(beside, other, radius_m=apart / 2)
    assert meet(a, b) == (off < 0)
    assert meet(b, a) == (off < 0)


@pytest.mark.parametrize("off", [-0.011, 0.011])
@pytest.mark.parametrize(
    "place", [(LNG, LAT), (113.7, 31.35), (115.07, 29.98)], ids=["middle", "north-west", "south-east"]
)
def test_five_kilometres_east_to_west_are_a_geodesic(place: tuple[float, float], off: float) -> None:
    """At 30 degrees north the geodesic runs 28 cm north of the parallel: the slices must follow it."""
    west, east = away(-2_500, 0, *place), away(2_500, 0, *place)
    ends = [Spot(lng=lng, lat=lat) for lng, lat in (west, east)]
    path = [Waypoint(lng=end.lng, lat=end.lat, height_m=90.0) for end in ends]
    long = volumes(flight(path, departure=ends[0], arrival=ends[1]), RULES, FLAT)
    lng, lat = (float(v[0]) for v in oracle.geodesic(west, east)(np.array([0.5])))
    point = GEOD.fwd(lng, lat, GEOD.inv(lng, lat, *east)[0] - 90, 40.0 + TOUCH_M + off)[:2]
    other = slab(point, point, start=NOON - timedelta(hours=1), seconds=7_200, lower_m=90.0, upper_m=90.0)
    assert meet(long, other) == (off < 0)


@given(intents(), intents())
@settings(max_examples=120, deadline=None)
def test_conflict_is_symmetric(one: object, two: object) -> None:
    a, b = volumes(one, RULES, FLAT), volumes(two, RULES, FLAT)  # type: ignore[arg-type]
    forth, back = contacts([a, b], [0]), contacts([b, a], [0])
    assert bool(forth) == bool(back)
    assert [c.turned() for c in forth] == [
        type(c)(**{**{f: getattr(c, f) for f in c.__slots__}, "a": 1, "b": 0}) for c in back
    ]


@given(intents(), intents())
@settings(max_examples=120, deadline=None)
def test_narrowing_never_loses_a_conflict(one: object, two: object) -> None:
    a, b = volumes(one, RULES, FLAT), volumes(two, RULES, FLAT)  # type: ignore[arg-type]
    assume(meet(a, b))
    rows = entered(boxes_of([b]))
    ranges, wide = asked(boxes_of([a]))
    if len(wide):
        return
    found = any(
        ((low <= rows.low) & (rows.low <= high)).any() for low, high in zip(ranges.low, ranges.high, strict=True)
    )
    assert found


def test_time_is_half_open_and_heights_are_closed() -> None:
    here = away(0, 0)
    first = slab(here, here, seconds=60)
    end = from_us(first.records["end_us"][0])
    assert not meet(first, slab(here, here, start=end))
    assert meet(first, slab(here, here, start=end - timedelta(microseconds=1)))
    assert meet(first, slab(here, here, lower_m=100.0, upper_m=110.0))
    assert not meet(first, slab(here, here, lower_m=100.001, upper_m=110.0))


def test_time_is_half_open_slice_by_slice() -> None:
    """One leaves a place in the microsecond in which the other comes: as wholes they share most of their time."""
    here, there = away(0, 0), away(5_000, 0)
    first, second = slab(here, here, seconds=60), slab(there, there, start=NOON + timedelta(seconds=60), seconds=60)
    one = FlightVolumes(np.concatenate([first.records, second.records]))
    waits = slab(away(0, 9_000), away(0, 9_000), seconds=60)
    for late_us, meets in ((0, False), (-1, True)):
        comes = slab(here, here, start=NOON + timedelta(seconds=60, microseconds=late_us), seconds=60)
        other = FlightVolumes(np.concatenate([waits.records, comes.records]))
        assert meet(one, other) is meets
        assert meet(other, one) is meets
