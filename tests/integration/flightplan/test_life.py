"""A plan's life in the database: assessed, moved, ruled, withdrawn, lapsed; every step in its history."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from shared.contracts.airspace import PlanAssessed
from shared.contracts.assessment import Outcome
from shared.contracts.sites import SiteState
from tests.integration.flightplan.conftest import (
    APPROVED,
    AWAITING,
    NOW,
    REFUSED,
    Caller,
    World,
    assessment,
    plan_finding,
    zone_finding,
)

LATER = (NOW + timedelta(hours=5)).isoformat()
LATER_Z = "2026-05-01T06:00:00Z"


def look(caller: Caller, plan_id: str) -> dict[str, Any]:
    plan: dict[str, Any] = caller.get(f"/flight-plans/{plan_id}").json()
    return plan


def history(caller: Caller, plan_id: str) -> list[str]:
    return [entry["type"] for entry in caller.get(f"/flight-plans/{plan_id}/history").json()]


def departures(caller: Caller, plan_id: str) -> list[tuple[str | None, str]]:
    """From where and when each decision says that the plan departs."""
    told = [entry["event"] for entry in caller.get(f"/flight-plans/{plan_id}/history").json()]
    return [(event["departure_site_id"], event["departs_at"]) for event in told if "assessment" in event]


@pytest.mark.parametrize(
    ("found", "state"),
    [
        (APPROVED, "approved"),
        (REFUSED, "refused"),
        (AWAITING, "awaiting"),
        (assessment(Outcome.NOT_REQUIRED), "not_required"),
    ],
)
def test_an_assessment_decides(world: World, alpha: Caller, found: Any, state: str) -> None:
    plan_id = alpha.file()
    world.clock.forward(minutes=1)
    world.assess(plan_id, found)
    plan = look(alpha, plan_id)
    assert (plan["state"], plan["assessment"]["outcome"]) == (state, found.outcome)
    assert plan["decided_at"] == "2026-05-01T01:01:00Z"
    assert history(alpha, plan_id) == ["FlightPlanSubmitted", "FlightPlanDecided"]


def test_assessments_of_unknown_plans_and_stale_revisions_change_nothing(world: World, alpha: Caller) -> None:
    plan_id = alpha.file()
    world.assess(plan_id, APPROVED)
    world.assess(plan_id, REFUSED, revision=2)
    world.assess(UUID(int=7), REFUSED)
    assert look(alpha, plan_id)["state"] == "approved"
    assert len(world.events()) == 2


def test_assessments_of_one_plan_in_one_batch_follow_each_other(world: World, alpha: Caller) -> None:
    first, second = alpha.file(), alpha.file(lat=30.6)
    world.handle(
        *(
            PlanAssessed(plan_id=UUID(plan_id), revision=1, operator="alpha", assessment=found)
            for plan_id, found in [
                (first, APPROVED),
                (second, APPROVED),
                (first, AWAITING),
                (first, APPROVED),
                (second, REFUSED),
            ]
        )
    )
    assert (look(alpha, first)["state"], look(alpha, second)["state"]) == ("approved", "refused")
    assert history(alpha, first) == ["FlightPlanSubmitted", *["FlightPlanDecided"] * 3]


def test_a_late_zone_hits_an_approval(world: World, alpha: Caller) -> None:
    plan_id = alpha.file()
    world.assess(plan_id, APPROVED)
    world.assess(plan_id, REFUSED, because="zone Z1")
    assert look(alpha, plan_id)["state"] == "refused"
    last = alpha.get(f"/flight-plans/{plan_id}/history").json()[-1]
    assert (last["event"]["because"], last["event"]["state"]) == ("zone Z1", "refused")


def test_a_move_is_proposed_then_taken(world: World, alpha: Caller) -> None:
    plan_id = alpha.file()
    world.assess(plan_id, APPROVED)
    moved = alpha.post(f"/flight-plans/{plan_id}/move", {"departs_at": LATER})
    assert moved.status_code == 202
    plan = moved.json()
    assert (plan["state"], plan["revision"], plan["proposal"]["revision"]) == ("approved", 1, 2)
    assert (plan["intent"]["departs_at"], plan["proposal"]["intent"]["departs_at"]) == ("2026-05-01T03:00:00Z", LATER_Z)
    assert alpha.post(f"/flight-plans/{plan_id}/move", {"departs_at": LATER}).json() == plan
    other = alpha.post(f"/flight-plans/{plan_id}/move", {"departs_at": (NOW + timedelta(hours=6)).isoformat()})
    assert other.status_code == 409
    before = plan["window"]

    world.assess(plan_id, AWAITING, revision=2)
    plan = look(alpha, plan_id)
    assert (plan["state"], plan["revision"], plan["proposal"]) == ("awaiting", 2, None)
    assert plan["intent"]["departs_at"] == plan["window"]["start"] == LATER_Z
    assert plan["window"]["end"].replace("T06:", "T03:") == before["end"]
    assert history(alpha, plan_id)[-2:] == ["FlightPlanMoved", "FlightPlanDecided"]
    assert departures(alpha, plan_id) == [(None, "2026-05-01T03:00:00Z"), (None, LATER_Z)]
    assert [p["plan_id"] for p in alpha.get(f"/flight-plans?from={LATER_Z}").json()["items"]] == [plan_id]


def test_a_refused_move_leaves_the_plan_as_it_was(world: World, alpha: Caller) -> None:
    plan_id = alpha.file()
    world.assess(plan_id, APPROVED)
    was = look(alpha, plan_id)
    alpha.post(f"/flight-plans/{plan_id}/move", {"departs_at": LATER})
    world.assess(plan_id, REFUSED, revision=2)
    plan = look(alpha, plan_id)
    assert plan["move_refused"]["outcome"] == "refused"
    assert {**plan, "move_refused": None, "updated_at": None} == {**was, "updated_at": None}

    again = alpha.post(f"/flight-plans/{plan_id}/move", {"departs_at": LATER}).json()
    assert (again["proposal"]["revision"], again["move_refused"]) == (3, None)
    world.assess(plan_id, APPROVED, revision=3)
    plan = look(alpha, plan_id)
    assert (plan["revision"], plan["intent"]["departs_at"]) == (3, LATER_Z)
    assert departures(alpha, plan_id) == [(None, was["intent"]["departs_at"])] * 2 + [(None, LATER_Z)]


def test_a_decision_says_from_which_site_the_plan_departs(world: World, alpha: Caller) -> None:
    world.site("s1", lng=114.3)
    plan_id = alpha.file(departure={"site_id": "s1"})
    alpha.post(f"/flight-plans/{plan_id}/move", {"departs_at": LATER})
    world.handle(
        *(
            PlanAssessed(plan_id=UUID(plan_id), revision=revision, operator="alpha", assessment=APPROVED)
            for revision in (1, 2, 2)
        )
    )
    assert departures(alpha, plan_id) == [("s1", "2026-05-01T03:00:00Z"), *[("s1", LATER_Z)] * 2]


def test_a_refusal_of_what_stands_ends_its_move(world: World, alpha: Caller) -> None:
    """Airspace has let go of the plan then, and will not answer the move."""
    plan_id = alpha.file()
    alpha.post(f"/flight-plans/{plan_id}/move", {"departs_at": LATER})
    world.assess(plan_id, REFUSED)
    plan = look(alpha, plan_id)
    assert (plan["state"], plan["proposal"], plan["move_refused"]) == ("refused", None, None)
    world.assess(plan_id, APPROVED, revision=2)
    assert look(alpha, plan_id)["state"] == "refused"


def test_no_move_of_what_is_over_or_from_a_closed_site(world: World, alpha: Caller) -> None:
    refused = alpha.file()
    world.assess(refused, REFUSED)
    assert alpha.post(f"/flight-plans/{refused}/move", {"departs_at": LATER}).status_code == 409
    world.site("S1")
    plan_id = alpha.file(departure={"site_id": "S1"})
    world.site("S1", SiteState.SUSPENDED, revision=2)
    closed = alpha.post(f"/flight-plans/{plan_id}/move", {"departs_at": LATER})
    assert (closed.status_code, closed.json()["field"]) == (422, "departure.site_id")
    flown = alpha.file(lat=30.6)
    for departs_at in (NOW - timedelta(minutes=6), NOW + timedelta(days=31)):
        answer = alpha.post(f"/flight-plans/{flown}/move", {"departs_at": departs_at.isoformat()})
        assert (answer.status_code, answer.json()["field"]) == (422, "departs_at")
    world.clock.forward(hours=3)
    assert alpha.post(f"/flight-plans/{flown}/move", {"departs_at": LATER}).status_code == 409


def test_a_withdrawal_ends_the_plan_and_its_move(world: World, alpha: Caller) -> None:
    plan_id = alpha.file()
    world.assess(plan_id, APPROVED)
    alpha.post(f"/flight-plans/{plan_id}/move", {"departs_at": LATER})
    gone = alpha.post(f"/flight-plans/{plan_id}/withdraw", {"reason": "rain"})
    assert (gone.status_code, gone.json()["state"], gone.json()["proposal"]) == (200, "withdrawn", None)
    assert alpha.post(f"/flight-plans/{plan_id}/withdraw").json()["state"] == "withdrawn"
    world.assess(plan_id, APPROVED, revision=2)
    assert look(alpha, plan_id)["state"] == "withdrawn"
    assert history(alpha, plan_id).count("FlightPlanWithdrawn") == 1
    assert world.events()[-1].revision == 2  # of all that was asked: the reservation of the move goes too


def test_a_ruling_approves_and_covers_what_stood(world: World, alpha: Caller, regulator: Caller) -> None:
    plan_id = alpha.file()
    early = regulator.post(f"/flight-plans/{plan_id}/ruling", {"decision": "approve", "reason": ""})
    assert early.status_code == 409
    world.assess(plan_id, AWAITING)
    stale = regulator.post(f"/flight-plans/{plan_id}/ruling", {"decision": "approve", "reason": "", "revision": 2})
    assert (stale.status_code, stale.json()["field"]) == (409, "revision")
    ruled = regulator.post(f"/flight-plans/{plan_id}/ruling", {"decision": "approve", "reason": "同意", "revision": 1})
    assert (ruled.status_code, ruled.json()["state"]) == (200, "approved")
    assert ruled.json()["ruling"]["covers"] == ["Z1@1"]
    again = regulator.post(f"/flight-plans/{plan_id}/ruling", {"decision": "approve", "reason": ""})
    assert again.status_code == 409

    world.assess(plan_id, AWAITING, because="zone Z9 withdrawn")
    assert look(alpha, plan_id)["state"] == "approved"
    world.assess(plan_id, assessment(Outcome.AWAITING, zone_finding(version=2)), because="zone Z1 changed")
    assert look(alpha, plan_id)["state"] == "awaiting"
    refused = regulator.post(f"/flight-plans/{plan_id}/ruling", {"decision": "refuse", "reason": "不同意"}).json()
    assert (refused["state"], refused["ruling"]["reason"]) == ("refused", "不同意")


def test_a_regulator_revokes_an_approval_and_the_move_with_it(world: World, alpha: Caller, regulator: Caller) -> None:
    plan_id = alpha.file()
    world.assess(plan_id, APPROVED)
    alpha.post(f"/flight-plans/{plan_id}/move", {"departs_at": LATER})
    assert regulator.post(f"/flight-plans/{plan_id}/ruling", {"decision": "refuse", "reason": "x"}).status_code == 200
    world.assess(plan_id, APPROVED, revision=2)
    assert look(alpha, plan_id)["state"] == "refused"


def test_a_ruling_does_not_follow_a_move(world: World, alpha: Caller, regulator: Caller) -> None:
    plan_id = alpha.file()
    world.assess(plan_id, AWAITING)
    regulator.post(f"/flight-plans/{plan_id}/ruling", {"decision": "approve", "reason": ""})
    alpha.post(f"/flight-plans/{plan_id}/move", {"departs_at": LATER})
    world.assess(plan_id, AWAITING, revision=2)
    assert (look(alpha, plan_id)["state"], look(alpha, plan_id)["ruling"]) == ("awaiting", None)


def test_a_plan_lapses_when_no_ruling_came(world: World, alpha: Caller, regulator: Caller) -> None:
    waiting, approved = alpha.file(), alpha.file(lat=30.6)
    world.assess(waiting, AWAITING)
    world.assess(approved, APPROVED)
    world.clock.forward(hours=2, minutes=1)
    world.periodic()
    assert look(alpha, waiting)["state"] == "awaiting"
    world.clock.forward(hours=1)
    too_late = regulator.post(f"/flight-plans/{waiting}/ruling", {"decision": "approve", "reason": ""})
    assert too_late.status_code == 409
    world.periodic()
    world.periodic()
    assert (look(alpha, waiting)["state"], look(alpha, approved)["state"]) == ("lapsed", "no_show")
    assert history(alpha, waiting).count("FlightPlanLapsed") == 1


def test_a_conflict_is_shown_without_whose_it_is(world: World, alpha: Caller, regulator: Caller) -> None:
    other, plan_id = UUID(int=99), alpha.file()
    world.assess(plan_id, assessment(Outcome.REFUSED, plan_finding(other, "beta")))
    for path in ("", "/history"):
        text = alpha.get(f"/flight-plans/{plan_id}{path}").text
        assert "beta" not in text
        assert str(other) not in text
        assert "beta" in regulator.get(f"/flight-plans/{plan_id}{path}").text
    assert "beta" not in alpha.get("/flight-plans").text
