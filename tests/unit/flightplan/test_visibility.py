"""Nobody learns whose another organisation's flight is."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from services.flightplan.domain.visibility import Viewer, redacted, visible_to
from shared.contracts import flightplan as contract
from shared.contracts.assessment import Assessment, Effect, Finding, FindingCode, Outcome, SubjectKind
from shared.contracts.codec import encode, encode_value

NOW = datetime(2026, 5, 1, 1, 0, tzinfo=UTC)
SECRET = "beta"
OTHER_PLAN = str(uuid4())


def finding(operator: str | None, against: SubjectKind = SubjectKind.PLAN) -> Finding:
    return Finding(
        code=FindingCode.PLAN_CONFLICT,
        effect=Effect.REFUSES,
        against=against,
        against_id=OTHER_PLAN,
        against_version=1,
        against_operator=operator,
        name=f"flight of {operator}",
        reason=f"{operator} was first",
        place=(114.3, 30.5),
    )


def found(*findings: Finding) -> Assessment:
    return Assessment(outcome=Outcome.REFUSED, findings=findings, zones_version=1, decided_at=NOW, rules="test-1")


ALPHA, REGULATOR, PLANNER = Viewer("alpha"), Viewer("caac", sees_all_plans=True), Viewer("")


def test_another_operators_flight_loses_its_name_and_keeps_its_place() -> None:
    shown = redacted(found(finding(SECRET)), ALPHA)
    text = encode_value(shown).decode()
    assert SECRET not in text
    assert OTHER_PLAN not in text
    assert shown.findings[0].place == (114.3, 30.5)


def test_a_flight_of_nobody_known_is_not_named_either() -> None:
    assert OTHER_PLAN not in encode_value(redacted(found(finding(None)), ALPHA)).decode()


def test_ones_own_flight_zones_and_a_regulators_view_stay_whole() -> None:
    own = found(finding("alpha"), finding(None, SubjectKind.ZONE), finding(SECRET, SubjectKind.ROUTE))
    assert redacted(own, ALPHA) is own
    others = found(finding(SECRET))
    assert redacted(others, REGULATOR) is others


def plan_events() -> list[Any]:
    plan_id = uuid4()
    return [
        contract.FlightPlanDecided(
            plan_id=plan_id,
            revision=1,
            operator="alpha",
            state=contract.PlanState.REFUSED,
            assessment=found(finding(SECRET)),
        ),
        contract.FlightPlanWithdrawn(plan_id=plan_id, revision=1, operator="alpha"),
        contract.FlightPlanLapsed(plan_id=plan_id, revision=1, operator="alpha"),
    ]


@pytest.mark.parametrize("event", plan_events())
def test_a_plans_events_are_its_operators_and_the_regulators(event: Any) -> None:
    shown = visible_to(event, ALPHA)
    assert shown is not None
    assert SECRET not in encode(shown).decode()
    assert visible_to(event, REGULATOR) is event
    assert visible_to(event, Viewer(SECRET)) is None
    assert visible_to(event, PLANNER) is None


def test_authorizations_are_seen_by_their_operator_and_by_those_who_record_them() -> None:
    event = contract.AuthorizationWithdrawn(authorization_id=uuid4(), number="1", operator="alpha", withdrawn_by="caac")
    assert visible_to(event, ALPHA) is event
    assert visible_to(event, Viewer("x", sees_all_authorizations=True)) is event
    assert visible_to(event, Viewer(SECRET)) is None


def test_routes_are_public_without_the_flights_they_meet() -> None:
    event = contract.RouteStateChanged(
        route_id="R1",
        revision=1,
        operator="alpha",
        state=contract.RouteState.ASSESSED,
        assessment=found(finding(SECRET)),
    )
    shown = visible_to(event, PLANNER)
    assert shown is not None
    assert SECRET not in encode(shown).decode()
    bare = replace(event, assessment=None)
    assert visible_to(bare, PLANNER) is bare


def test_what_is_not_ours_is_nobodys() -> None:
    assert visible_to(object(), REGULATOR) is None
