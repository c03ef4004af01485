"""The life of a route as a table."""

from datetime import UTC, datetime

import pytest

from services.flightplan.domain.errors import RouteNotCompatible, RouteNotOpen
from services.flightplan.domain.route_life import assessed, opened, suspended
from shared.contracts.assessment import Assessment, Outcome
from shared.contracts.flightplan import RouteState

F, A, O, S = RouteState.FILED, RouteState.ASSESSED, RouteState.OPEN, RouteState.SUSPENDED  # noqa: E741


def found(outcome: Outcome) -> Assessment:
    return Assessment(
        outcome=outcome, findings=(), zones_version=1, decided_at=datetime(2026, 5, 1, tzinfo=UTC), rules="test-1"
    )


@pytest.mark.parametrize(
    ("state", "outcome", "expected"),
    [
        *[(F, outcome, A) for outcome in Outcome],
        *[(A, outcome, A) for outcome in Outcome],
        *[(S, outcome, S) for outcome in Outcome],
        (O, Outcome.APPROVED, O),
        (O, Outcome.NOT_REQUIRED, O),
        (O, Outcome.AWAITING, O),
        (O, Outcome.REFUSED, S),
    ],
)
def test_assessed(state: RouteState, outcome: Outcome, expected: RouteState) -> None:
    assert assessed(state, found(outcome)) is expected


@pytest.mark.parametrize("outcome", [Outcome.APPROVED, Outcome.NOT_REQUIRED])
def test_a_compatible_route_opens(outcome: Outcome) -> None:
    assert opened(found(outcome)) is O


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.AWAITING, None])
def test_another_does_not(outcome: Outcome | None) -> None:
    with pytest.raises(RouteNotCompatible):
        opened(found(outcome) if outcome else None)


def test_only_an_open_route_is_suspended() -> None:
    assert suspended(O) is S
    assert suspended(S) is S
    for state in (F, A):
        with pytest.raises(RouteNotOpen):
            suspended(state)
