"""Slots and terminals against brute force: never more pads held than there are, and settled only where lines part."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.airspace.domain.assess import assess, decide
from services.airspace.domain.settling import (
    Meeting,
    lines_meet_outside,
    radius_m,
    settled,
    shapes_meet_outside,
    shared_spots,
)
from services.airspace.domain.subjects import Decision, PlanRequest, Reservation
from services.airspace.domain.terminals import Terminal, Terminals, pad_holds
from services.airspace.domain.zone_index import ZoneIndex
from shared.contracts.assessment import Assessment, Effect, FindingCode, Outcome, SubjectKind
from shared.flight import AircraftClass, FlightIntent, FlightVolumes, Spot, volumes
from shared.flight.records import from_us
from tests.unit.geometry.worlds import (
    FLAT,
    GEOD,
    NOON,
    NOW,
    RULES,
    away,
    flight,
    request,
    reservation,
    spot,
    waypoint,
)

NONE = ZoneIndex(1)
MINUTE = timedelta(minutes=1)
HELD = timedelta(seconds=60)
ROUNDING = timedelta(microseconds=10)  # a landing is known as a band: parts last whole microseconds
SITES = {"NEST": (0.0, 0.0), "POINT": (400.0, 0.0), "PORT": (0.0, 700.0)}
TERMINALS = {
    "NEST": Terminal("NEST", "机巢", 1, nest=True),
    "POINT": Terminal("POINT", "起降点", 2),
    "PORT": Terminal("PORT", "起降场", 3),
}


def at(site_id: str) -> Spot:
    lng, lat = away(*SITES[site_id])
    return Spot(site_id=site_id, lng=lng, lat=lat)


def sortie(departure: str = "NEST", arrival: str = "NEST", minute: float = 0.0, **more: object) -> FlightIntent:
    """Up, to a place at some height, and down."""
    over = more.pop("over", (300.0, 0.0))
    height = more.pop("height_m", 60.0)
    ends = {"departure": at(departure), "arrival": at(arrival), "departs_at": NOON + minute * MINUTE}
    return flight([waypoint(*over, height)], **ends, **more)  # type: ignore[misc]


def flown(**more: object) -> FlightVolumes:
    return volumes(sortie(**more), RULES, FLAT)  # type: ignore[arg-type]


def ask(asked: FlightVolumes, *standing: FlightVolumes, terminals: Terminals = TERMINALS) -> Assessment:
    held = [reservation(one, 1_000 + i) for i, one in enumerate(standing)]
    return assess(request(asked), NONE, held, [], RULES, FLAT, NOW, terminals)


def codes(assessment: Assessment) -> list[FindingCode]:
    return [finding.code for finding in assessment.findings]


def test_a_movement_holds_a_pad_for_a_minute_before_and_after() -> None:
    one = flown(departure="POINT", arrival="POINT", over=(2_000.0, 0.0))
    up, down = pad_holds(one, TERMINALS)
    assert (from_us(up.start_us), from_us(up.end_us)) == (NOON - HELD, NOON + HELD)
    lands_at = one.window.end - timedelta(seconds=30)  # the tolerance of a light aircraft
    assert from_us(down.end_us) == lands_at + HELD
    assert abs(from_us(down.start_us) - (lands_at - HELD)) < ROUNDING


def test_a_nests_only_pad_waits_for_its_aircraft() -> None:
    (hold,) = pad_holds(flown(over=(2_000.0, 0.0)), TERMINALS)
    lands_at = flown(over=(2_000.0, 0.0)).window.end - timedelta(seconds=30)
    assert (from_us(hold.start_us), from_us(hold.end_us)) == (NOON - HELD, lands_at + HELD)
    wider = {"NEST": replace(TERMINALS["NEST"], pads=2)}
    assert len(pad_holds(flown(over=(2_000.0, 0.0)), wider)) == 2


def test_a_pad_is_free_the_instant_its_hold_ends() -> None:
    first = flown(departure="POINT", arrival="PORT", height_m=60.0, over=(200.0, 350.0))
    one_pad = TERMINALS | {"POINT": Terminal("POINT", "起降点", 1)}
    for minute, full in ((1.0, True), (1.999, True), (2.0, False), (-1.999, True), (-2.0, False)):
        later = flown(departure="POINT", arrival="PORT", minute=minute, over=(600.0, -300.0))
        found = codes(ask(later, first, terminals=one_pad))
        assert (FindingCode.SITE_FULL in found) is full, minute


def test_no_slot_says_which_site_when_how_many_pads_and_which_shift_helps() -> None:
    away_until = flown(over=(1_500.0, 0.0))
    asked = flown(over=(0.0, -1_500.0), minute=2)
    found = ask(asked, away_until)
    assert found.outcome is Outcome.REFUSED
    (finding,) = [each for each in found.findings if each.code is FindingCode.SITE_FULL]
    assert (finding.against, finding.against_id, finding.name) == (SubjectKind.SITE, "NEST", "机巢")
    assert (finding.pads, finding.article, finding.effect) == (1, "TY-SLOT", Effect.REFUSES)
    lands_at = away_until.window.end - timedelta(seconds=30)
    assert (finding.starts_at, finding.ends_at) == (NOON + MINUTE, lands_at + HELD)
    shift = next(m for m in range(1, 60) if NOON + (2 + m) * MINUTE - HELD >= lands_at + HELD)
    early = next(m for m in range(1, 60) if asked.window.end - m * MINUTE + HELD / 2 <= NOON - HELD)
    assert finding.shift_min == min(shift, -early, key=abs)
    moved = flown(over=(0.0, -1_500.0), minute=2 + finding.shift_min)
    assert FindingCode.SITE_FULL not in codes(ask(moved, away_until))


def test_emergency_takes_the_pad_of_the_lower_priority_and_both_are_told() -> None:
    standing = [reservation(flown(over=(0.0, 1_500.0)), 1_000)]
    first = request(flown(over=(0.0, -1_500.0), minute=5), priority=10)
    made, yielded = decide([first], NONE, standing, [], RULES, FLAT, NOW, TERMINALS)
    assert made.assessment.outcome is Outcome.APPROVED
    (note,) = made.assessment.findings
    assert (note.code, note.against_id, note.effect) == (
        FindingCode.PLAN_PREEMPTED,
        str(standing[0].plan_id),
        Effect.NOTE,
    )
    assert (yielded.request.plan_id, yielded.because) == (standing[0].plan_id, "preempted")
    assert codes(yielded.assessment) == [FindingCode.SITE_FULL]
    equal = decide([replace(first, priority=0)], NONE, standing, [], RULES, FLAT, NOW, TERMINALS)
    assert [one.assessment.outcome for one in equal] == [Outcome.REFUSED]


def test_a_voluntary_notice_takes_no_pad() -> None:
    asked = replace(request(flown(minute=1)), voluntary=True)
    (told,) = decide([asked], NONE, [reservation(flown())], [], RULES, FLAT, NOW, TERMINALS)
    assert told.assessment.outcome is Outcome.NOT_REQUIRED
    assert {finding.effect for finding in told.assessment.findings} == {Effect.NOTE}


def test_two_pads_let_two_leave_together_on_ways_that_part() -> None:
    east = flown(departure="PORT", arrival="PORT", over=(1_000.0, 700.0))
    west = flown(departure="PORT", arrival="PORT", over=(-1_000.0, 700.0))
    north = flown(departure="PORT", arrival="PORT", over=(-15.0, 1_700.0))
    beside = flown(departure="PORT", arrival="PORT", over=(15.0, 1_700.0))
    assert settled(east, west, TERMINALS)
    assert codes(ask(east, west)) == []
    assert FindingCode.PLAN_CONFLICT in codes(ask(east, west, terminals={}))
    assert not settled(north, beside, TERMINALS)
    assert FindingCode.PLAN_CONFLICT in codes(ask(north, beside))


@pytest.mark.parametrize(("degrees", "parts"), [(15.0, False), (23.4, False), (23.8, True), (40.0, True)])
def test_ways_that_part_slowly_part_outside_the_terminal(degrees: float, parts: bool) -> None:
    """From its rim of 100 m it is 40 m to a way 23.58 degrees beside: the leg that leaves it decides."""
    turn = np.radians(degrees)
    ends = (1_000.0, 700.0), (1_000.0 * np.cos(turn), 700.0 + 1_000.0 * np.sin(turn))
    ways = [flight([waypoint(*end)], departure=at("PORT"), arrival=spot(*end)) for end in ends]
    east, beside = (volumes(way, RULES, FLAT) for way in ways)
    assert settled(east, beside, TERMINALS) is parts


def test_lines_that_cross_further_out_are_not_settled_whenever_they_are_flown() -> None:
    ways = ([waypoint(1_000, 700), waypoint(1_000, 1_700)], [waypoint(0, 1_700), waypoint(1_400, 1_200)])
    one, two = (
        volumes(flight(way, departure=at("PORT"), arrival=at(to)), RULES, FLAT)
        for way, to in zip(ways, ("POINT", "NEST"), strict=True)
    )
    assert not settled(one, two, TERMINALS)
    assert not settled(two, one, TERMINALS)


def test_a_site_at_another_position_is_another_place() -> None:
    lng, lat = away(50, 0)
    former = Spot(site_id="NEST", lng=lng, lat=lat)
    asked = volumes(replace(sortie(minute=3), departure=former, arrival=former), RULES, FLAT)
    assert FindingCode.SITE_FULL not in codes(ask(asked, flown(over=(0.0, 900.0))))


classes = st.sampled_from([AircraftClass.LIGHT, AircraftClass.SMALL, AircraftClass.MEDIUM])
corners = st.tuples(st.integers(-900, 900).map(float), st.integers(-900, 1_500).map(float))


@st.composite
def sorties(draw: st.DrawFn) -> FlightVolumes:
    """Between the sites, within a quarter of an hour, so that many meet."""
    ends = st.sampled_from([*SITES])
    departure = draw(ends)
    path = [waypoint(*draw(corners), draw(st.sampled_from([60.0, 100.0]))) for _ in range(draw(st.integers(1, 3)))]
    asked = flight(
        path,
        departure=at(departure),
        arrival=at(draw(st.one_of(st.just(departure), ends))),
        departs_at=NOON + draw(st.integers(0, 30)) * MINUTE / 2,
        aircraft_class=draw(classes),
    )
    return volumes(asked, RULES, FLAT)


@st.composite
def batches(draw: st.DrawFn) -> list[PlanRequest]:
    flights = draw(st.lists(sorties(), min_size=2, max_size=9))
    priorities = draw(st.lists(st.sampled_from([0, 0, 0, 5]), min_size=len(flights), max_size=len(flights)))
    return [
        request(one, i + 1, priority=priority)
        for i, (one, priority) in enumerate(zip(flights, priorities, strict=True))
    ]


def held_after(decisions: Sequence[Decision]) -> dict[uuid.UUID, Reservation]:
    """What stands once the decisions were applied in order."""
    held: dict[uuid.UUID, Reservation] = {}
    for decision in decisions:
        held.pop(decision.request.plan_id, None)
        if decision.reserves:
            asked = decision.request
            more = {"priority": asked.priority, "operator": asked.operator}
            held[asked.plan_id] = reservation(asked.volumes, asked.plan_id.int, **more)
    return held


def pads_held(flights: Sequence[FlightVolumes], site_id: str, instant: datetime) -> int:
    """By counting, from the flights' columns: nothing of the slots' own code."""
    return sum(any(start <= instant < end for start, end in spans_of(one, site_id)) for one in flights)


def spans_of(one: FlightVolumes, site_id: str) -> list[tuple[datetime, datetime]]:
    ends = one.movements
    assert ends is not None
    spare = timedelta(seconds=60.0 if one.records["radius_m"][0] == 50.0 else 30.0)  # of a medium aircraft
    up, down = one.window.start + spare, one.window.end - spare
    if site_id == "NEST" == ends.departure == ends.arrival:
        return [(up - HELD, down + HELD)]
    times = [up] * (ends.departure == site_id) + [down] * (ends.arrival == site_id)
    return [(time - HELD, time + HELD) for time in times]


@settings(max_examples=60, deadline=None)
@given(batches())
def test_never_more_pads_are_held_than_there_are(requests: list[PlanRequest]) -> None:
    decisions = decide(requests, NONE, [], [], RULES, FLAT, NOW, TERMINALS)
    flights = [one.volumes for one in held_after(decisions).values()]
    for site_id, terminal in TERMINALS.items():
        starts = [start for one in flights for start, _ in spans_of(one, site_id)]
        assert all(pads_held(flights, site_id, start) <= terminal.pads for start in starts)


@settings(max_examples=40, deadline=None)
@given(batches())
def test_a_batch_with_slots_is_decided_as_if_one_by_one(requests: list[PlanRequest]) -> None:
    together = decide(requests, NONE, [], [], RULES, FLAT, NOW, TERMINALS)
    alone: list[Decision] = []
    for asked in requests:
        standing = held_after(alone).values()
        alone += decide([asked], NONE, standing, [], RULES, FLAT, NOW, TERMINALS)
    assert [(d.request.plan_id, d.assessment) for d in together] == [(d.request.plan_id, d.assessment) for d in alone]


@settings(max_examples=60, deadline=None)
@given(st.lists(sorties(), min_size=1, max_size=7), sorties(), sorties())
def test_one_more_plan_never_makes_a_refusal_an_acceptance(
    standing: list[FlightVolumes], more: FlightVolumes, asked: FlightVolumes
) -> None:
    if ask(asked, *standing).outcome is Outcome.REFUSED:
        assert ask(asked, *standing, more).outcome is Outcome.REFUSED


def points_of(one: FlightVolumes, site_id: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Every 5 m of the lines: distance from the site (and how far more it may be), position in metres, radius."""
    lng0, lat0 = away(*SITES[site_id])
    found = []
    for record in one.records:
        ends = record["lng1"], record["lat1"], record["lng2"], record["lat2"]
        length = GEOD.inv(*ends)[2]
        steps = [ends[:2], *GEOD.npts(*ends, max(int(length // 5), 1)), ends[2:]] if length else [ends[:2]]
        for lng, lat in steps:
            azimuth, _, metres = GEOD.inv(lng0, lat0, lng, lat)
            place = metres * np.sin(np.radians(azimuth)), metres * np.cos(np.radians(azimuth))
            found.append((metres + record["radius_m"] - one.records["radius_m"][0], *place, record["radius_m"]))
    table = np.array(found)
    return table[:, 0], table[:, 1:3], table[:, 3]


def spare_m(one: FlightVolumes, two: FlightVolumes, site_id: str) -> float:
    """By how much more than the radii all points, of which one lies outside the terminal, are apart."""
    (far, places, radii), (far2, places2, radii2) = points_of(one, site_id), points_of(two, site_id)
    apart = np.linalg.norm(places[:, None] - places2[None, :], axis=2) - radii[:, None] - radii2[None, :]
    outside = (far[:, None] > radius_m(one, two)) | (far2[None, :] > radius_m(one, two))
    return float(np.where(outside, apart, np.inf).min())


@settings(max_examples=50, deadline=None)
@given(sorties(), sorties())
def test_settled_is_what_points_along_the_lines_say(one: FlightVolumes, two: FlightVolumes) -> None:
    assert one.movements is not None
    assert two.movements is not None
    shared = {one.movements.departure, one.movements.arrival} & {two.movements.departure, two.movements.arrival}
    spare = max((spare_m(one, two, site_id) for site_id in shared), default=-np.inf)
    if abs(spare) > 10.0:  # the points are 5 m apart
        assert settled(one, two, TERMINALS) is (spare > 0)
        assert settled(two, one, TERMINALS) is (spare > 0)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(sorties(), sorties()), min_size=1, max_size=6))
def test_lines_all_at_once_are_as_one_by_one_through_their_shapes(
    pairs: list[tuple[FlightVolumes, FlightVolumes]],
) -> None:
    meetings = [Meeting(a, b, spot) for a, b in pairs for spot in shared_spots(a, b, TERMINALS)]
    assert lines_meet_outside(meetings) == [shapes_meet_outside(meeting) for meeting in meetings]
