"""The decider on a real database: alone, in batches, by priority, moved, withdrawn, repeated."""

import json
from functools import partial
from typing import Any
from uuid import uuid4

from shared.contracts.assessment import FindingCode
from shared.contracts.flightplan import (
    FlightPlanLapsed,
    FlightPlanRuled,
    FlightPlanSubmitted,
    FlightPlanWithdrawn,
    PlanState,
    Ruling,
    RulingDecision,
)
from shared.frame import Received
from tests.integration.airspace.conftest import LAT, LNG, NOW, Caller, World, circle, moved, submitted


def withdrawn(plan: FlightPlanSubmitted) -> FlightPlanWithdrawn:
    return FlightPlanWithdrawn(plan_id=plan.plan_id, revision=1, operator=plan.operator)


def test_plan_alone_is_approved_and_holds_its_airspace(world: World) -> None:
    plan = submitted()
    assert world.decide(plan) == ["approved"]
    assert world.state_of(plan) == "held"
    assert world.rows("SELECT count(*) AS n FROM airspace.reservation_key")[0].n > 0


def test_second_plan_in_the_same_place_and_time_is_refused(world: World) -> None:
    first, second = submitted(), submitted(operator="beta")
    assert world.decide(first) == ["approved"]
    (assessed,) = world.handle(second)
    (finding,) = assessed.assessment.findings
    assert finding.code is FindingCode.PLAN_CONFLICT
    assert finding.against_id == str(first.plan_id)
    assert abs(finding.place[0] - LNG) < 0.02
    assert finding.starts_at < finding.ends_at
    assert finding.lower.value_m < finding.upper.value_m
    assert world.state_of(second) == "free"


def test_conflicts_inside_a_batch_count_in_order(world: World) -> None:
    plans = [submitted() for _ in range(5)]
    apart = [submitted(lat=LAT + 0.1), submitted(minute=600), submitted(height_m=10, lng=LNG + 0.1)]
    assert world.decide(*plans, *apart) == ["approved", *["refused"] * 4, *["approved"] * 3]


def test_repeated_events_decide_nothing_again(world: World) -> None:
    plan = submitted()
    world.handle(plan)
    assert world.handle(plan) == []
    assert world.handle(plan, plan) == []
    twice = submitted(lat=LAT + 0.1)
    assert world.decide(twice, twice) == ["approved"]


def test_withdrawn_lapsed_and_refused_plans_free_their_airspace(world: World) -> None:
    for end in (withdrawn, lapsed, partial(ruled, decision=RulingDecision.REFUSE)):
        plan = submitted()
        assert world.decide(plan) == ["approved"]
        assert world.decide(submitted()) == ["refused"]
        world.handle(end(plan))
        assert world.state_of(plan) == "free"


def lapsed(plan: FlightPlanSubmitted) -> FlightPlanLapsed:
    return FlightPlanLapsed(plan_id=plan.plan_id, revision=1, operator=plan.operator)


def ruled(plan: FlightPlanSubmitted, decision: RulingDecision) -> FlightPlanRuled:
    ruling = Ruling(decision=decision, reason="", ruled_by="caac", ruled_at=NOW)
    state = PlanState.APPROVED if decision is RulingDecision.APPROVE else PlanState.REFUSED
    return FlightPlanRuled(plan_id=plan.plan_id, revision=1, operator=plan.operator, state=state, ruling=ruling)


def test_ruling_that_approves_keeps_the_airspace(world: World) -> None:
    plan = submitted()
    world.handle(plan)
    world.handle(ruled(plan, RulingDecision.APPROVE))
    assert world.decide(submitted()) == ["refused"]


def test_plan_withdrawn_before_it_was_seen_never_holds(world: World) -> None:
    plan = submitted()
    world.handle(withdrawn(plan))
    assert world.handle(plan) == []
    assert world.decide(submitted()) == ["approved"]


def test_higher_priority_makes_a_standing_plan_yield(world: World) -> None:
    low, high = submitted(operator="beta"), submitted(priority=10)
    world.handle(low)
    accepted, preempted = world.handle(high)
    assert accepted.plan_id == high.plan_id
    assert accepted.assessment.outcome == "approved"
    assert [finding.code for finding in accepted.assessment.findings] == [FindingCode.PLAN_PREEMPTED]
    assert (preempted.plan_id, preempted.revision, preempted.because) == (low.plan_id, 1, "preempted")
    assert preempted.assessment.outcome == "refused"
    assert (world.state_of(high), world.state_of(low)) == ("held", "free")
    assert world.decide(submitted(priority=5)) == ["refused"]


def test_priority_counts_inside_a_batch_too(world: World) -> None:
    low, high, lower = submitted(), submitted(priority=10), submitted(priority=3)
    assert world.decide(low, high, lower) == ["approved", "approved", "refused", "refused"]
    assert [world.state_of(plan) for plan in (low, high, lower)] == ["free", "held", "free"]


def test_move_takes_the_new_time_and_frees_the_old(world: World) -> None:
    plan = submitted()
    world.handle(plan)
    (assessed,) = world.handle(moved(plan, minute=200))
    assert (assessed.revision, assessed.because, assessed.assessment.outcome) == (2, "moved", "approved")
    assert world.decide(submitted()) == ["approved"]
    assert world.decide(submitted(minute=200)) == ["refused"]


def test_small_move_does_not_conflict_with_itself(world: World) -> None:
    plan = submitted()
    world.handle(plan)
    assert world.decide(moved(plan, minute=60.5)) == ["approved"]


def test_refused_move_keeps_what_was_held(world: World) -> None:
    plan, other = submitted(), submitted(minute=200)
    world.handle(plan, other)
    assert world.decide(moved(plan, minute=200)) == ["refused"]
    assert world.state_of(plan) == "held"
    assert world.decide(submitted()) == ["refused"]
    assert world.handle(moved(plan, minute=300)) == []  # revision 2 was decided
    assert world.decide(moved(plan, revision=3, minute=300)) == ["approved"]
    assert world.decide(submitted()) == ["approved"]


def test_move_in_the_batch_of_its_filing(world: World) -> None:
    standing = submitted(minute=200)
    world.handle(standing)
    plan = submitted()
    assert world.decide(plan, moved(plan, minute=200)) == ["approved", "refused"]
    assert world.decide(submitted()) == ["refused"]


def test_move_of_a_plan_that_is_over_is_passed_over(world: World) -> None:
    first, second = submitted(), submitted()
    world.handle(first, second)
    assert world.handle(moved(second, minute=400)) == []
    assert world.decide(submitted(minute=400)) == ["approved"]


def test_voluntary_plan_holds_nothing_and_disputes_nothing(world: World) -> None:
    plan = submitted(voluntary=True)
    assert world.decide(plan) == ["not_required"]
    assert world.state_of(plan) == "noted"
    assert world.decide(submitted(), submitted(voluntary=True)) == ["approved", "not_required"]


def test_wide_area_and_narrow_flight_find_each_other(world: World) -> None:
    area = {"outline": {"type": "Circle", "center": [LNG, LAT], "radius_m": 25_000.0}, "upper_m": 100.0}
    block = {**area, "duration_s": 7_200.0}
    wide = submitted(minute=30, path=[], area=block)
    assert world.decide(submitted(), wide) == ["approved", "refused"]
    later = submitted(minute=30 + 600, path=[], area=block)
    assert world.decide(later) == ["approved"]
    assert world.decide(submitted(minute=60 + 600, lat=LAT + 0.1)) == ["refused"]


def test_intent_that_makes_no_flight_is_rejected_alone(world: World) -> None:
    bad = submitted(departure={"site_id": "nowhere"})
    good = submitted()
    handler = world.service.subscriptions[0].taken["FlightPlanSubmitted"].handler
    assert handler is not None
    with world.service.database.transaction() as tx:
        handler(tx, [Received(e, uuid4(), "k", NOW, None, e.topic, 0, 1) for e in (bad, good)])
        assert [rejected.event.plan_id for rejected, _ in tx.rejected] == [bad.plan_id]
    assert world.state_of(good) == "held"


def test_conflicts_are_listed_until_they_are_over(world: World, regulator: Caller, alpha: Caller) -> None:
    first, second = submitted(), submitted(operator="beta")
    world.handle(first, second)
    (listed,) = regulator.get("/conflicts").json()["items"]
    assert (listed["plan_id"], listed["against_id"]) == (str(second.plan_id), str(first.plan_id))
    assert listed["finding"]["message"]["zh"]
    assert regulator.get("/conflicts", bbox="114.3,30.5,114.4,30.6").json()["items"]
    assert not regulator.get("/conflicts", bbox="113,29,113.1,29.1").json()["items"]
    assert alpha.get("/conflicts").status_code == 403
    world.clock.forward(hours=3)
    assert not regulator.get("/conflicts").json()["items"]


def test_past_is_forgotten_and_the_future_kept(world: World) -> None:
    early, late = submitted(), submitted(minute=60 * 72)
    world.handle(early, late)
    world.clock.forward(days=3)
    with world.service.database.transaction() as tx:
        for task in world.service.periodic:
            task.run(tx)
    assert [row.plan_id for row in world.rows("SELECT plan_id FROM airspace.reservation")] == [late.plan_id]
    assert {row.plan_id for row in world.rows("SELECT plan_id FROM airspace.reservation_key")} == {late.plan_id}


def test_zone_decides_and_is_named(world: World, regulator: Caller) -> None:
    assert regulator.post("/zones", {"zone_id": "Z1", **circle()}).status_code == 201
    (assessed,) = world.handle(submitted())
    (finding,) = assessed.assessment.findings
    assert (finding.code, finding.against_id, finding.against_version) == (FindingCode.ZONE_PROHIBITED, "Z1", 1)
    assert assessed.assessment.zones_version == 1


def test_regulators_watch_conflicts_live_and_resume_where_they_were(
    world: World, regulator: Caller, alpha: Caller
) -> None:
    standing, first, second = submitted(), submitted(operator="beta"), submitted(operator="beta")
    world.handle(standing)
    world.handle(first)
    since = world.rows("SELECT max(position) AS n FROM airspace.event_log WHERE type = 'PlanAssessed'")[0].n
    world.handle(second)
    (seen,) = _conflicts_after(regulator, int(since), 1)
    assert seen["plan_id"] == str(second.plan_id)
    assert [one["plan_id"] for one in _conflicts_after(regulator, int(since) - 1, 2)] == [
        str(plan.plan_id) for plan in (first, second)
    ]
    assert {finding["against_operator"] for finding in seen["assessment"]["findings"]} == {"alpha"}


def _conflicts_after(caller: Caller, position: int, count: int) -> list[Any]:
    """The next plans refused because of others, as the stream tells of them to one who saw it up to there."""
    headers = {**caller.headers, "last-event-id": str(position)}
    found: list[Any] = []
    with caller.client.stream("GET", "/airspace/events", headers=headers) as answer:
        for line in answer.iter_lines():
            if line.startswith("data: "):
                event = json.loads(line.removeprefix("data: "))["event"]
                against = {finding["against"] for finding in event["assessment"]["findings"]}
                found += [event] if event["assessment"]["outcome"] == "refused" and "plan" in against else []
            if len(found) == count:
                return found
    raise AssertionError("the stream ended")
