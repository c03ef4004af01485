"""The decision table, and that a batch decides exactly as its plans would one by one."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.airspace.domain.assess import assess, decide
from services.airspace.domain.findings import MAX_FINDINGS
from services.airspace.domain.fixed import assess_route
from services.airspace.domain.subjects import Authorization, Decision, PlanRequest, Reservation, Route
from services.airspace.domain.zone_index import ZoneIndex
from services.airspace.domain.zones import Zone
from shared.contracts.assessment import Effect, FindingCode, Outcome, Restriction
from shared.contracts.flightplan import AuthorizationSpec
from shared.flight import FlightIntent, FlightVolumes, corridor, volumes
from shared.volumes import Altitude, AltitudeReference, Outline
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
    slab,
    spot,
    square,
    waypoint,
    zoned,
    zones,
)

OUT = volumes(flight([waypoint(2_000, 0)]), RULES, FLAT)
NONE = ZoneIndex(1)


def permit(outline: Outline, upper_m: float = 120.0, *, operator: str = "org-a", **more: object) -> Authorization:
    values: dict[str, object] = {
        "number": "武空管〔2026〕1号",
        "operator": operator,
        "authority": "武汉空管",
        "outline": outline,
        "upper": Altitude(upper_m),
        "starts_at": NOON - timedelta(hours=1),
        "ends_at": NOON + timedelta(hours=1),
    }
    return Authorization(
        authorization_id=uuid.UUID(int=7),
        spec=AuthorizationSpec(**{**values, **more}),  # type: ignore[arg-type]
    )


def decided(
    requests: Sequence[PlanRequest], index: ZoneIndex = NONE, standing: Sequence[Reservation] = (), **rules: bool
) -> list[Decision]:
    return decide(requests, index, standing, [], replace(RULES, **rules), FLAT, NOW)  # type: ignore[arg-type]


def test_each_restriction_has_its_effect() -> None:
    for restriction, outcome, code in (
        (Restriction.PROHIBITED, Outcome.REFUSED, FindingCode.ZONE_PROHIBITED),
        (Restriction.REQ_AUTHORIZATION, Outcome.AWAITING, FindingCode.ZONE_REQUIRES_AUTHORIZATION),
        (Restriction.CONDITIONAL, Outcome.AWAITING, FindingCode.ZONE_CONDITIONAL),
        (Restriction.NO_RESTRICTION, Outcome.APPROVED, FindingCode.ZONE_UNRESTRICTED),
    ):
        index = ZoneIndex(1, [zoned("z", circle(200, 1_000, 0), restriction)])
        (decision,) = decided([request(OUT)], index)
        assert decision.assessment.outcome is outcome
        assert [f.code for f in decision.assessment.findings] == [code]
        assert decision.reserves is (outcome is not Outcome.REFUSED)


def test_an_authorization_covers_what_lies_wholly_inside_it() -> None:
    index = ZoneIndex(1, [zoned("z", circle(200, 1_000, 0), Restriction.REQ_AUTHORIZATION)])
    for authorization, covers in (
        (permit(square(3_000)), True),
        (permit(circle(3_000)), True),
        (permit(circle(360, 1_000, 0)), True),  # the slices that meet the zone are 333 m long, 20 m to each side
        (permit(circle(350, 1_000, 0)), False),
        (permit(square(3_000), operator="org-b"), False),
        (permit(square(3_000), 100.0), True),  # 90 m and the tolerance
        (permit(square(3_000), 99.9), False),
        (permit(square(3_000), lower=Altitude(80.1)), False),
        (permit(square(3_000), lower=Altitude(80.0)), True),
        (permit(square(3_000), upper=Altitude(120.0, AltitudeReference.AMSL)), True),  # ground at 20 m
        (permit(square(3_000), upper=Altitude(119.9, AltitudeReference.AMSL)), False),
        (permit(square(3_000), ends_at=NOON + timedelta(minutes=1)), False),
    ):
        found = assess(request(OUT), index, [], [authorization], RULES, FLAT, NOW)
        assert found.outcome is (Outcome.APPROVED if covers else Outcome.AWAITING), authorization
        assert (found.findings[0].authorization_number == "武空管〔2026〕1号") is covers


def test_an_authorization_never_lifts_a_prohibition() -> None:
    index = ZoneIndex(1, [zoned("z", circle(200, 1_000, 0))])
    assert assess(request(OUT), index, [], [permit(square(9_000))], RULES, FLAT, NOW).outcome is Outcome.REFUSED


def test_priority_decides_between_two_plans() -> None:
    for mine, theirs, outcome, code in (
        (0, 0, Outcome.REFUSED, FindingCode.PLAN_CONFLICT),
        (0, 5, Outcome.REFUSED, FindingCode.PLAN_CONFLICT),
        (5, 0, Outcome.APPROVED, FindingCode.PLAN_PREEMPTED),
    ):
        found = decided([request(OUT, priority=mine)], standing=[reservation(OUT, priority=theirs)])
        assert found[0].assessment.outcome is outcome
        assert [f.code for f in found[0].assessment.findings] == [code]
        assert len(found) == (2 if code is FindingCode.PLAN_PREEMPTED else 1)
    _, yielded = decided([request(OUT, priority=5)], standing=[reservation(OUT)])
    assert (yielded.because, yielded.assessment.outcome) == ("preempted", Outcome.REFUSED)
    assert yielded.releases
    assert yielded.request.plan_id == uuid.UUID(int=1_000)


def test_crewed_with_crewed_is_a_note_unless_the_city_says_otherwise() -> None:
    made, other = request(OUT, crewed=True), reservation(OUT, crewed=True)
    (noted,) = decided([made], standing=[other])
    assert noted.assessment.outcome is Outcome.APPROVED
    assert [f.code for f in noted.assessment.findings] == [FindingCode.PLAN_NEARBY]
    (strict,) = decided([made], standing=[other], crewed_overlap_is_note=False)
    assert strict.assessment.outcome is Outcome.REFUSED
    (mixed,) = decided([request(OUT)], standing=[other])
    assert mixed.assessment.outcome is Outcome.REFUSED


def test_a_voluntary_notice_holds_nothing_and_disputes_nothing() -> None:
    suitable = zoned("suit", square(9_000), Restriction.NO_RESTRICTION)
    (free,) = decided([request(OUT, voluntary=True)], ZoneIndex(1, [suitable]), [reservation(OUT)])
    assert free.assessment.outcome is Outcome.NOT_REQUIRED
    assert (free.reserves, free.releases) == (False, True)
    assert {f.effect for f in free.assessment.findings} == {Effect.NOTE}
    controlled = zoned("ctrl", circle(200, 1_000, 0), Restriction.REQ_AUTHORIZATION)
    (bound,) = decided([request(OUT, voluntary=True)], ZoneIndex(1, [suitable, controlled]))
    assert bound.assessment.outcome is Outcome.AWAITING
    assert bound.reserves


def test_a_move_that_is_refused_leaves_what_was_held() -> None:
    later = volumes(flight([waypoint(2_000, 0)], departs_at=NOON + timedelta(hours=1)), RULES, FLAT)
    own, other = reservation(OUT, 1), reservation(later, 2)
    move = request(later, 1, revision=2, keeps_former=True)
    refused, third = decided([move, request(OUT, 3)], standing=[own, other])
    assert (refused.reserves, refused.releases) == (False, False)
    assert third.assessment.outcome is Outcome.REFUSED  # the former times are still held
    moved, third = decided([move, request(OUT, 3)], standing=[own])
    assert moved.reserves
    assert third.reserves


def test_findings_are_one_a_zone_and_capped() -> None:
    several = [zoned(f"z{i:02}", circle(100 + i, 1_000, 0)) for i in range(60)]
    found = assess(request(OUT), ZoneIndex(1, several), [], [], RULES, FLAT, NOW)
    assert len(found.findings) == MAX_FINDINGS
    assert found.findings_left_out == 10
    assert [f.against_id for f in found.findings] == [f"z{i:02}" for i in range(MAX_FINDINGS)]


def test_a_route_lists_what_it_crosses_and_is_refused_by_lasting_zones_only() -> None:
    def route(route_id: str, east: float, north: float) -> Route:
        made = corridor(
            spot(-east, -north),
            spot(east, north),
            [waypoint(east, north)],
            half_width_m=50.0,
            half_height_m=10.0,
            reference=AltitudeReference.AGL,
            terrain=FLAT,
        )
        return Route(route_id=route_id, revision=1, operator="org-b", name=route_id, crewed=False, volumes=made)

    mine, other = route("r1", 2_000, 0), route("r2", 0, 2_000)
    temporary = zoned("t", circle(100, 500, 0), ends_at=NOON)
    found = assess_route(mine, ZoneIndex(1, [temporary]), [mine, other], [], RULES, FLAT, NOW)
    assert found.outcome is Outcome.APPROVED
    assert [(f.code, f.against_id) for f in found.findings] == [
        (FindingCode.ZONE_PROHIBITED, "t"),
        (FindingCode.ROUTE_CROSSING, "r2"),
    ]
    lasting = ZoneIndex(1, [zoned("p", circle(100, 500, 0))])
    assert assess_route(mine, lasting, [], [], RULES, FLAT, NOW).outcome is Outcome.REFUSED
    controlled = ZoneIndex(1, [zoned("c", circle(100, 500, 0), Restriction.REQ_AUTHORIZATION)])
    standing = permit(square(9_000), operator="org-b", starts_at=NOW)
    assert assess_route(mine, controlled, [], [standing], RULES, FLAT, NOW).outcome is Outcome.APPROVED
    late = NOW + timedelta(days=30)
    assert assess_route(mine, controlled, [], [standing], RULES, FLAT, late).outcome is Outcome.AWAITING


def one_by_one(requests: Sequence[PlanRequest], index: ZoneIndex, standing: Sequence[Reservation]) -> list[Decision]:
    """Each plan decided alone against what then stands, as the store keeps it."""
    held = {one.plan_id: one for one in standing}
    found: list[Decision] = []
    for one in requests:
        for decision in decide([one], index, list(held.values()), [], RULES, FLAT, NOW):
            found.append(decision)
            made = decision.request
            if decision.reserves:
                held[made.plan_id] = Reservation(
                    plan_id=made.plan_id,
                    revision=made.revision,
                    operator=made.operator,
                    priority=made.priority,
                    crewed=made.crewed,
                    volumes=made.volumes,
                )
            elif decision.releases:
                held.pop(made.plan_id, None)
    return found


@st.composite
def filings(draw: st.DrawFn, number: int) -> PlanRequest:
    intent: FlightIntent = draw(intents())
    return request(
        volumes(intent, RULES, FLAT),
        number,
        revision=2,
        operator=draw(st.sampled_from(["org-a", "org-b"])),
        priority=draw(st.sampled_from([0, 0, 0, 1, 2])),
        crewed=intent.aircraft_class.is_crewed,
        voluntary=draw(st.integers(0, 4)) == 0,
        keeps_former=draw(st.booleans()),
    )


@given(
    st.lists(st.integers(1, 5), min_size=1, max_size=6).flatmap(lambda ns: st.tuples(*(filings(number=n) for n in ns))),
    st.lists(zones(), max_size=1),
    st.lists(intents(), max_size=3),
)
@settings(max_examples=80, deadline=None)
def test_a_batch_is_its_plans_one_by_one(
    requests: Sequence[PlanRequest], several: list[Zone], standing: list[FlightIntent]
) -> None:
    stands = [reservation(volumes(intent, RULES, FLAT), 4 + i) for i, intent in enumerate(standing)]
    index = ZoneIndex(1, several)
    assert decided(requests, index, stands) == one_by_one(requests, index, stands)


def test_of_two_equal_plans_in_a_batch_the_first_flies() -> None:
    first, second = decided([request(OUT, 2), request(OUT, 1)])
    assert (first.assessment.outcome, second.assessment.outcome) == (Outcome.APPROVED, Outcome.REFUSED)
    (finding,) = second.assessment.findings
    assert finding.against_id == str(uuid.UUID(int=2))
    assert finding.place
    assert finding.starts_at is not None


def test_mixed_references_meet_through_the_terrain() -> None:
    at_sea = FlightVolumes(OUT.records.copy())
    at_sea.records["reference"] = 1
    at_sea.records["lower_m"] += 20
    at_sea.records["upper_m"] += 20
    (decision,) = decided([request(at_sea)], standing=[reservation(OUT)])
    assert decision.assessment.findings[0].terrain == "flat"
    assert decision.assessment.findings[0].lower == Altitude(20.0, AltitudeReference.AMSL)
    assert slab((0, 0), (0, 0)) == slab((0, 0), (0, 0))
