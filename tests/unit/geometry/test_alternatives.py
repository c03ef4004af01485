"""The nearest legal plan: what a pilot would change, and that no alternative is refused when it is decided afresh."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.airspace.domain.alternatives import MOST, Alternative, AlternativeKind, AlternativeLimits, nearest
from services.airspace.domain.assess import assess, assess_each
from services.airspace.domain.detours import length_m
from services.airspace.domain.proposals import Checked, candidates, requested
from services.airspace.domain.subjects import Reservation
from services.airspace.domain.zone_index import ZoneIndex
from services.airspace.domain.zones import Zone
from shared.contracts.assessment import Outcome, Restriction
from shared.flight import AircraftClass, Clawback, FlightArea, FlightIntent, FlightVolumes, volumes
from shared.volumes import Altitude, AltitudeReference
from tests.unit.geometry.worlds import (
    FLAT,
    NOON,
    NOW,
    RULES,
    circle,
    flight,
    intents,
    request,
    reservation,
    spot,
    square,
    waypoint,
    zoned,
    zones,
)

LIMITS = AlternativeLimits()
UNTIL = NOW + timedelta(days=30)
EAST = flight([waypoint(2_000, 0)], arrival=spot(2_000, 0), clawbacks=[Clawback.SWARM])


def flown(intent: FlightIntent) -> FlightVolumes:
    return volumes(intent, RULES, FLAT)


def offered(intent: FlightIntent, some: Sequence[Zone] = (), standing: Sequence[Reservation] = ()) -> list[Alternative]:
    """The alternatives, each of which is decided again by itself."""
    index, asked = ZoneIndex(1, some), requested(request(flown(EAST)).plan_id, "org-a", intent, flown(intent))
    answer = assess(asked, index, standing, [], RULES, FLAT, NOW)
    checked = Checked(
        intent=intent,
        request=asked,
        zones=index,
        standing={one.plan_id: one for one in standing},
        authorizations=(),
        assessment=answer,
    )
    changes, requests = candidates(checked, RULES, FLAT, LIMITS, UNTIL)
    answers = assess_each(requests, index, standing, [], RULES, FLAT, NOW)
    found = nearest(changes, answers, answer.outcome)
    for one in found:
        again = requested(asked.plan_id, "org-a", one.change.intent, flown(one.change.intent))
        assert assess(again, index, standing, [], RULES, FLAT, NOW) == one.assessment
        assert one.assessment.outcome is not Outcome.REFUSED
        assert one.change.intent.departs_at >= NOW
    assert len(found) <= MOST
    return found


def kinds(found: Sequence[Alternative]) -> list[AlternativeKind]:
    return [one.change.kind for one in found]


def test_a_plan_that_may_fly_has_no_alternative() -> None:
    assert offered(EAST) == []


def test_the_same_flight_twice_is_set_apart_in_time() -> None:
    later, earlier = offered(EAST, standing=[reservation(flown(EAST))])  # both climb in one column: only time helps
    assert {later.change.shift_s, earlier.change.shift_s} == {180, -180}
    for one in (later, earlier):
        assert one.change.intent.departs_at == NOON + timedelta(seconds=one.change.shift_s)


def test_a_crossing_flight_is_avoided_by_height() -> None:
    crossing = flight([waypoint(1_000, 1_000)], departure=spot(1_000, -1_000), arrival=spot(1_000, 1_000))
    found = offered(EAST, standing=[reservation(flown(crossing))])
    assert kinds(found) == [AlternativeKind.SHIFT, AlternativeKind.HEIGHT, AlternativeKind.DETOUR]
    assert abs(found[1].change.height_m) == 30.0  # 90 m and 10 m to each side twice touch at 20 m
    assert found[1].change.intent.path[0].height_m < 120.0


def test_a_zone_is_passed_on_its_nearer_side() -> None:
    for side, north in (("left", -100.0), ("right", 100.0)):
        found, *others = offered(EAST, [zoned("z", circle(300, 1_000, north))])
        assert (found.change.kind, found.change.side) == (AlternativeKind.DETOUR, side)
        assert 0 < found.change.extra_m < 250
        assert abs(length_m(found.change.intent) - length_m(EAST) - found.change.extra_m) < 0.1
        assert found.change.intent.departs_at == EAST.departs_at
        assert {one.change.side for one in others} == {"left", "right"} - {side}


def test_a_zone_below_is_flown_over_and_one_that_ends_is_waited_for() -> None:
    low = zoned("z", circle(300, 1_000, 0), upper=Altitude(95.0))
    over, *_ = offered(EAST, [low])
    assert (over.change.kind, over.change.height_m) == (AlternativeKind.HEIGHT, 20.0)
    short = zoned("z", square(9_000), starts_at=NOON - timedelta(hours=9), ends_at=NOON + timedelta(minutes=37))
    (later,) = offered(EAST, [short])
    assert (later.change.kind, later.change.shift_s) == (AlternativeKind.SHIFT, 38 * 60)  # and 30 s kept free before
    long = zoned("z", square(9_000), starts_at=NOON - timedelta(hours=9), ends_at=NOON + timedelta(hours=5))
    assert offered(EAST, [long]) == []  # over after the horizon only


def test_controlled_airspace_is_left_and_never_entered_by_an_alternative() -> None:
    ceiling = zoned("c", square(90_000), Restriction.REQ_AUTHORIZATION, lower=Altitude(120.0))
    high = replace(EAST, path=[waypoint(2_000, 0, 140.0)])
    (lower,) = offered(high, [ceiling])
    assert (lower.change.kind, lower.change.height_m) == (AlternativeKind.HEIGHT, -40.0)
    floor = zoned("z", square(90_000), upper=Altitude(105.0))
    assert all(max(p.height_m for p in one.change.intent.path) < 120 for one in offered(EAST, [floor]))


def test_a_refusal_is_offered_what_awaits_a_ruling_an_awaiting_plan_is_not() -> None:
    wide = zoned("w", square(90_000), Restriction.REQ_AUTHORIZATION)
    assert offered(EAST, [wide]) == []
    found = offered(EAST, [wide, zoned("z", circle(300, 1_000, 0))])
    assert kinds(found) == [AlternativeKind.DETOUR, AlternativeKind.DETOUR]
    assert {one.assessment.outcome for one in found} == {Outcome.AWAITING}


def test_what_cannot_be_flown_round_has_no_way_round() -> None:
    home = zoned("z", circle(300))  # round the departure
    assert offered(EAST, [home]) == []
    hover = replace(EAST, path=[waypoint(1_000, 0, hover_s=60.0), waypoint(2_000, 0)])
    assert offered(hover, [zoned("z", circle(300, 1_000, 0))]) == []


def test_classes_keep_their_height() -> None:
    low = zoned("z", square(9_000), upper=Altitude(45.0))
    micro = replace(EAST, aircraft_class=AircraftClass.MICRO, path=[waypoint(2_000, 0, 40.0)])
    assert all(one.change.intent.path[0].height_m <= 50 for one in offered(micro, [low]))


def test_an_area_is_worked_at_another_time_or_height() -> None:
    work = flight(area=FlightArea(outline=circle(200, 500, 0), lower_m=40.0, upper_m=60.0, duration_s=600.0))
    crossing = flight([waypoint(500, 900, 50.0)], departure=spot(500, -900), arrival=spot(500, 900))
    found = offered(replace(work, clawbacks=[Clawback.SWARM]), standing=[reservation(flown(crossing))])
    assert set(kinds(found)) == {AlternativeKind.SHIFT, AlternativeKind.HEIGHT}


@settings(max_examples=60, deadline=None)
@given(intents(), st.lists(zones(), max_size=3), st.lists(intents(), max_size=4))
def test_no_alternative_is_refused_when_decided_afresh(
    intent: FlightIntent, some: Sequence[Zone], others: Sequence[FlightIntent]
) -> None:
    named = [zoned(f"z{i}", zone.spec.outline, zone.spec.restriction) for i, zone in enumerate(some)]
    if intent.height_reference is AltitudeReference.AGL:
        named += [replace(zone, zone_id=f"y{i}") for i, zone in enumerate(some)]
    offered(intent, named, [reservation(flown(other), 2_000 + i) for i, other in enumerate(others)])
