"""The volumes of a flight: a chain in space and time that contains the flown path at every instant."""

import math
from collections.abc import Iterator
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings

from shared.contracts.flightplan import RouteSpec
from shared.errors import Invalid
from shared.flight import (
    AircraftClass,
    FlightArea,
    FlightIntent,
    FlightVolumes,
    Spot,
    Waypoint,
    corridor,
    volumes,
    volumes_of_all,
)
from shared.flight.records import FOREVER_US, from_us, joined, to_us
from shared.flight.rules import MAX_CORE_M, MAX_FLIGHT_S, MAX_VOLUMES
from shared.volumes import AltitudeReference, CircleOutline
from tests.unit.geometry import oracle
from tests.unit.geometry.worlds import (
    FLAT,
    GEOD,
    NOON,
    RULES,
    away,
    circle,
    flight,
    hills,
    intents,
    spot,
    square,
    waypoint,
)

Flown = tuple[float, float, float, float]  # seconds since take-off, longitude, latitude, height


def flown(intent: FlightIntent) -> Iterator[Flown]:
    """Where the aircraft is, told again from the intent alone: climb, legs, holds, descent over ground at 20 m."""
    ground = {"AGL": 0.0, "AMSL": 20.0, "WGS84": 6.0}[intent.height_reference]
    here = (float(intent.departure.lng or 0), float(intent.departure.lat or 0))
    at, height = 0.0, intent.path[0].height_m
    rise = max(0.0, height - ground)
    yield (at, *here, height - rise)
    at += rise / RULES.climb_mps
    yield (at, *here, height)
    end = Waypoint(lng=intent.arrival.lng or 0.0, lat=intent.arrival.lat or 0.0, height_m=intent.path[-1].height_m)
    for point in [*intent.path, end]:
        azimuth, _, length = GEOD.inv(*here, point.lng, point.lat)
        up = point.height_m - height
        lasts = max(length / (point.speed_mps or intent.speed_mps), up / RULES.climb_mps, -up / RULES.descent_mps)
        for share in (0.0, 0.1, 1 / 3, 0.5, 0.77, 1.0):
            lng, lat, _ = GEOD.fwd(*here, azimuth, length * share)
            yield (at + lasts * share, lng, lat, height + up * share)
        at, here, height = at + lasts, (point.lng, point.lat), point.height_m
        if point.hover_s:
            aside = GEOD.fwd(*here, 77.0, point.hover_radius_m)[:2]
            yield (at + point.hover_s / 2, *aside, height)
            at += point.hover_s
    yield (at, *here, height)
    yield (at + max(0.0, height - ground) / RULES.descent_mps, *here, min(height, ground))


def holds(flight: FlightVolumes, instant_us: int, lng: float, lat: float, height_m: float) -> bool:
    """Whether some volume in force at the instant contains the position."""
    r = flight.records
    on = (r["start_us"] <= instant_us) & (instant_us < r["end_us"])
    on &= (r["lower_m"] - 1e-6 <= height_m) & (height_m <= r["upper_m"] + 1e-6)
    return any(
        oracle.point_gap_m(oracle.geodesic((v["lng1"], v["lat1"]), (v["lng2"], v["lat2"])), (lng, lat))
        <= v["radius_m"] + 1e-3
        for v in r[on]
    )


@given(intents())
@settings(max_examples=25, deadline=None)
def test_the_flown_path_is_contained_at_every_instant(intent: FlightIntent) -> None:
    if intent.area is not None:
        return
    made = volumes(intent, RULES, FLAT)
    margin = RULES.tolerances[intent.aircraft_class].time_s * 0.99
    for seconds, lng, lat, height in flown(intent):
        for late in (-margin, 0.0, margin):
            assert holds(made, to_us(intent.departs_at) + int((seconds + late) * 1e6), lng, lat, height)


@given(intents())
@settings(max_examples=200, deadline=None)
def test_neighbours_overlap_in_space_height_and_time(intent: FlightIntent) -> None:
    made = volumes(intent, RULES, hills())
    r = made.records
    kept = RULES.tolerances[intent.aircraft_class].time_s
    assert (r["start_us"] < r["end_us"]).all()
    assert (r["lower_m"] <= r["upper_m"]).all()
    assert (r["amsl_lower_m"] <= r["amsl_upper_m"]).all()
    assert (r["end_us"][:-1] - r["start_us"][1:] >= 2 * kept * 1e6 - 2).all()
    assert (np.maximum(r["lower_m"][:-1], r["lower_m"][1:]) <= np.minimum(r["upper_m"][:-1], r["upper_m"][1:])).all()
    if intent.area is None:
        assert (r["lng2"][:-1] == r["lng1"][1:]).all()
        assert (r["lat2"][:-1] == r["lat1"][1:]).all()
        _, _, length = GEOD.inv(r["lng1"], r["lat1"], r["lng2"], r["lat2"])
        assert (np.asarray(length) <= MAX_CORE_M + 1e-6).all()


@given(intents())
@settings(max_examples=60, deadline=None)
def test_bytes_give_the_same_volumes_back(intent: FlightIntent) -> None:
    made = volumes(intent, RULES, FLAT)
    again = FlightVolumes.from_bytes(made.to_bytes())
    assert again == made
    assert again.as_volume4ds() == made.as_volume4ds()
    assert again.window == made.window
    assert again.bounds == made.bounds


@given(intents(), intents(), intents())
@settings(max_examples=60, deadline=None)
def test_a_flight_does_not_depend_on_its_batch(one: FlightIntent, two: FlightIntent, three: FlightIntent) -> None:
    batch = volumes_of_all([one, two, three], RULES, hills())
    assert batch == [volumes(intent, RULES, hills()) for intent in (one, two, three)]
    whole, owner = joined(batch)
    assert np.array_equal(whole.boxes, np.concatenate([flight.boxes for flight in batch]))
    assert owner.tolist() == [i for i, flight in enumerate(batch) for _ in range(len(flight))]


@pytest.mark.parametrize("data", [b"", b"TV", b"XX\x01\0" + bytes(8), b"TV\x01\0\x01\0\0\0\0\0\0\0"])
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="volumes"):
        FlightVolumes.from_bytes(data)


def test_a_simple_flight_reads_as_a_pilot_expects() -> None:
    """360 m at 12 m/s: climb 30 s to 90 m, one slice of 30 s there and one back, descent 36 s."""
    made = volumes(flight([waypoint(360, 0)]), RULES, FLAT).as_volume4ds()
    assert [type(volume.core).__name__ for volume in made] == ["Point", "LineString", "LineString", "Point"]
    climb, out, _, descent = made
    assert (climb.lower.value_m, climb.upper.value_m) == (0.0, 100.0)
    assert (out.lower.value_m, out.upper.value_m) == (80.0, 100.0)
    assert climb.window.start == NOON - timedelta(seconds=30)
    assert climb.window.end == NOON + timedelta(seconds=60)
    assert abs(descent.window.end - (NOON + timedelta(seconds=30 + 60 + 36 + 30))) < timedelta(milliseconds=1)


def test_an_area_flight_climbs_goes_works_and_returns() -> None:
    area = FlightArea(outline=square(300, 2_000, 0), lower_m=30.0, upper_m=80.0, duration_s=900)
    made = volumes(flight(area=area), RULES, FLAT)
    kinds = [type(volume.core).__name__ for volume in made.as_volume4ds()]
    assert kinds[0] == kinds[-1] == "Point"
    assert kinds.count("Polygon") == 1
    assert len(made.areas) == 1
    work = made.as_volume4ds()[kinds.index("Polygon")]
    assert (work.lower.value_m, work.upper.value_m) == (20.0, 90.0)
    assert work.window.end - work.window.start >= timedelta(seconds=960)


def test_an_area_flight_from_inside_has_no_transit() -> None:
    inside = FlightArea(outline=circle(300), upper_m=80.0, duration_s=900)
    made = volumes(flight(area=inside), RULES, FLAT)
    assert len(made) == 3
    assert made.records["radius_m"].tolist() == [20.0, 320.0, 20.0]


@pytest.mark.parametrize(("speed", "turn_deg", "cut_m"), [(15.0, 120.0, 24.6), (15.0, 90.0, 14.4), (5.0, 90.0, 1.6)])
def test_turns_cut_inside_are_inside_the_wider_slices(speed: float, turn_deg: float, cut_m: float) -> None:
    """A fly-by arc at 25 degrees of bank lies no farther from the legs than the slices beside it are wider."""
    course = math.radians(turn_deg)
    corner, out = (0.0, 3_000.0), (2_000 * math.sin(course), 3_000 + 2_000 * math.cos(course))
    path = [waypoint(*corner), waypoint(*out)]
    made = volumes(flight(path, speed_mps=speed, arrival=Spot(lng=path[1].lng, lat=path[1].lat)), RULES, FLAT)
    wider = made.records["radius_m"].max() - 20.0
    assert wider == pytest.approx(cut_m, abs=0.1)
    assert (made.records["radius_m"] > 20.0).sum() == 2
    assert made.records["radius_m"][0] == made.records["radius_m"][-1] == 20.0


def test_above_sea_level_the_ground_is_a_band() -> None:
    """Ground between 10 and 300 m: the climb to 310 m above the sea lasts 3 to 100 s, and all that follows shifts."""
    at_sea = flight([waypoint(360, 0, 310.0)], height_reference=AltitudeReference.AMSL)
    made = volumes(at_sea, RULES, hills())
    assert made.records["lower_m"][0] == 0.0  # 10 m less the tolerance
    starts, ends = made.records["start_us"], made.records["end_us"]
    assert from_us(starts[1]) <= NOON + timedelta(seconds=3.4 - 30)
    assert from_us(ends[0]) >= NOON + timedelta(seconds=100 + 30)
    above_ground = volumes(flight([waypoint(360, 0, 100.0)]), RULES, hills())
    assert above_ground.amsl_band == (10.0, 410.0)


def test_limits_and_unknown_places_are_refused_with_their_field() -> None:
    far = [waypoint(0, 0), *(waypoint(2_000 * (i % 2), i, 90.0, speed_mps=0.01) for i in range(1, 9))]
    for intent, field in (
        (flight(far), "path"),
        (flight(area=FlightArea(outline=circle(100), upper_m=50.0, duration_s=MAX_FLIGHT_S)), "area.duration_s"),
        (flight(area=FlightArea(outline=circle(40_000), upper_m=50.0, duration_s=60)), "area.outline"),
        (flight([waypoint(0, 0)], departure=Spot(site_id="site-1")), "departure"),
        (flight([Waypoint(lng=-179.0, lat=30.0, height_m=90.0)], speed_mps=150.0), "path"),
    ):
        with pytest.raises(Invalid) as refused:
            volumes(intent, RULES, FLAT)
        assert refused.value.field == field
    assert MAX_VOLUMES * 2 == 10_000  # OiMaxVertices


def test_a_corridor_is_there_at_all_times_and_as_wide_as_filed() -> None:
    spec = RouteSpec(
        name="汉南-荆州",
        origin=spot(),
        destination=spot(9_000, 0),
        path=[waypoint(3_000, 0), waypoint(3_000, 4_000)],
        aircraft_class=AircraftClass.MEDIUM,
    )
    made = corridor(
        spec.origin,
        spec.destination,
        spec.path,
        half_width_m=spec.half_width_m,
        half_height_m=15.0,
        reference=spec.height_reference,
        terrain=FLAT,
    )
    assert made.records["radius_m"].max() == pytest.approx(50.0, abs=0.5)
    assert (made.records["start_us"] == -FOREVER_US).all()
    assert (made.records["end_us"] == FOREVER_US).all()
    assert made.window.contains(NOON)


def test_a_circle_area_reaches_as_far_as_drawn() -> None:
    outline = CircleOutline("Circle", away(1_000, 0), 400.0)
    made = volumes(flight(area=FlightArea(outline=outline, upper_m=60.0, duration_s=60)), RULES, FLAT)
    transit = made.records[int(np.argmax(made.records["radius_m"])) - 1]
    _, _, gap = GEOD.inv(*outline.center, transit["lng2"], transit["lat2"])
    assert gap == pytest.approx(400.0, abs=1e-3)
