"""The life of a fixed route: filed, assessed, open, suspended. Pure."""

from datetime import datetime, timedelta

from services.flightplan.domain.errors import MoveInTheFuture, MoveTooEarly, RouteNotCompatible, RouteNotOpen
from shared.contracts.assessment import Assessment, Outcome
from shared.contracts.flightplan import RouteState

CLOCK_SKEW = timedelta(minutes=5)


def assessed(state: RouteState, assessment: Assessment) -> RouteState:
    """State after an assessment: an open route that a zone now prohibits is suspended; others keep what they are.

    An open route that now needs an authorization stays open; it does not count toward a target until it has one.
    """
    if state is RouteState.FILED:
        return RouteState.ASSESSED
    if state is RouteState.OPEN and assessment.outcome is Outcome.REFUSED:
        return RouteState.SUSPENDED
    return state


def opened(assessment: Assessment | None) -> RouteState:
    """Open, where airspace found the route compatible or authorised. Raises RouteNotCompatible."""
    if assessment is None or assessment.outcome not in (Outcome.APPROVED, Outcome.NOT_REQUIRED):
        raise RouteNotCompatible(assessment.outcome if assessment else None)
    return RouteState.OPEN


def suspended(state: RouteState) -> RouteState:
    """Suspended, where it was open or is so already. Raises RouteNotOpen."""
    if state not in (RouteState.OPEN, RouteState.SUSPENDED):
        raise RouteNotOpen(state)
    return RouteState.SUSPENDED


def check_date(effective_at: datetime, former: datetime | None, now: datetime) -> None:
    """A move is reported once it has happened, and after the one before it. Raises MoveInTheFuture, MoveTooEarly."""
    if effective_at > now + CLOCK_SKEW:
        raise MoveInTheFuture(effective_at)
    if former is not None and effective_at < former:
        raise MoveTooEarly(effective_at, former)
