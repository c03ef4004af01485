"""What can be wrong with a request to flightplan, by name.

NotFound      PlanNotFound, RouteNotFound, AuthorizationNotFound
Conflict      PlanClosed, FlightOver, MovePending, RulingNotDue, RulingOutdated, RequestKeyReused,
              QuotaExceeded, NotActivatable, TakeOffEarly, InTheAir, NotInTheAir, AuthorizationNumberReused,
              RouteNotCompatible, RouteNotOpen
Invalid       DepartureInPast, DepartureBeyondHorizon, NotAloftThen, NotTheWayFlown, SiteUnknown, SiteNotInUse,
              SiteRetired, ScenarioUnknown, RequestKeyMissing, RequestKeyUnfit, StateUnknown, SpanReversed,
              MoveInTheFuture, MoveTooEarly
Forbidden     PriorityReserved, RouteOfAnother, OperatorReserved, FilterReserved
"""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from shared.contracts.assessment import Outcome
from shared.contracts.flightplan import PlanState, RouteState, RulingDecision
from shared.contracts.sites import SiteState
from shared.errors import Conflict, Forbidden, Invalid, NotFound


class PlanNotFound(NotFound):
    """No such plan, or none that the caller may know of: the answer does not tell which."""

    def __init__(self, plan_id: UUID) -> None:
        super().__init__(f"no flight plan {plan_id}")


class RouteNotFound(NotFound):
    """No such route."""

    def __init__(self, route_id: str) -> None:
        super().__init__(f"no route {route_id}")


class AuthorizationNotFound(NotFound):
    """No such authorization."""

    def __init__(self, authorization_id: UUID) -> None:
        super().__init__(f"no authorization {authorization_id}")


class PlanClosed(Conflict):
    """The plan's life is over."""

    def __init__(self, state: PlanState) -> None:
        super().__init__(f"the plan is {state}; nothing can follow")


class FlightOver(Conflict):
    """The instant after which this can no longer be asked has passed."""

    def __init__(self, instant: datetime) -> None:
        super().__init__(f"too late: the plan stood until {_utc(instant)}")


class QuotaExceeded(Conflict):
    """The operator's plans of the day would take more of the airspace than it may."""

    def __init__(self, operator: str, day: date, asked: float, taken: float, most: float) -> None:
        super().__init__(
            f"the flight takes {asked:.2f} km²·h; {operator} holds {taken:.2f} of {most:g} km²·h on {day:%Y-%m-%d}",
            field="departs_at",
        )


class NotActivatable(Conflict):
    """Only an approved flight takes off."""

    def __init__(self, state: PlanState) -> None:
        super().__init__(f"the plan is {state}; only an approved one takes off")


class TakeOffEarly(Conflict):
    """The airspace is not held yet."""

    def __init__(self, instant: datetime) -> None:
        super().__init__(f"too early: its airspace is held from {_utc(instant)}; move the plan to leave sooner")


class InTheAir(Conflict):
    """What flies is not withdrawn."""

    def __init__(self) -> None:
        super().__init__("the flight is in the air; report its end")


class NotAloftThen(Invalid):
    """A flight in the air can only be given times at which it is."""

    def __init__(self, begins: datetime, ends: datetime) -> None:
        super().__init__(
            f"the flight is in the air, and with these times it would be so from {_utc(begins)} to {_utc(ends)}",
            field="departs_at",
        )


class NotTheWayFlown(Invalid):
    """A flight in the air can only turn off its way ahead of where it is."""

    def __init__(self, field: str, place: str, at: datetime) -> None:
        super().__init__(
            f"the flight is in the air: until {_utc(at)} its way stays as it was, to {place}; change what comes after",
            field=field,
        )


class NotInTheAir(Conflict):
    """Only a flight whose take-off was confirmed ends."""

    def __init__(self, state: PlanState) -> None:
        super().__init__(f"the plan is {state}; only a flight that has taken off ends")


class MovePending(Conflict):
    """A move is being assessed; the next one waits for its answer."""

    def __init__(self, revision: int) -> None:
        super().__init__(f"revision {revision} is still being assessed; move the plan again after its answer")


class RulingNotDue(Conflict):
    """There is nothing to rule on in this state."""

    def __init__(self, state: PlanState, decision: RulingDecision) -> None:
        super().__init__(f"the plan is {state}; a ruling to {decision} does not apply")


class RulingOutdated(Conflict):
    """The regulator looked at another revision than the one that stands."""

    def __init__(self, seen: int, standing: int) -> None:
        super().__init__(f"the plan is at revision {standing}, the ruling is about revision {seen}", field="revision")


class RequestKeyReused(Conflict):
    """The same idempotency key came with another content."""

    def __init__(self, request_key: str, plan_id: UUID) -> None:
        super().__init__(f"the key {request_key!r} already filed another content as plan {plan_id}")


class RequestKeyMissing(Invalid):
    """A system files with a key, so that it can repeat a filing whose answer was lost."""

    def __init__(self) -> None:
        super().__init__("a service must send the header Idempotency-Key", field="Idempotency-Key")


class RequestKeyUnfit(Invalid):
    """The idempotency key is no name."""

    def __init__(self) -> None:
        super().__init__("must be 1 to 200 printable characters", field="Idempotency-Key")


class AuthorizationNumberReused(Conflict):
    """The same number was recorded with another content."""

    def __init__(self, number: str, authorization_id: UUID) -> None:
        super().__init__(
            f"authorization {number!r} is recorded with another content as {authorization_id}", field="number"
        )


class RouteNotCompatible(Conflict):
    """A route is opened only when airspace found it compatible or authorised."""

    def __init__(self, outcome: Outcome | None) -> None:
        found = "it is not assessed yet" if outcome is None else f"its assessment is {outcome}"
        super().__init__(f"the route cannot be opened: {found}")


class RouteNotOpen(Conflict):
    """Only an open route is suspended."""

    def __init__(self, state: RouteState) -> None:
        super().__init__(f"the route is {state}, not open")


class MoveInTheFuture(Invalid):
    """A route's opening, suspension or class is reported before it has happened."""

    def __init__(self, effective_at: datetime) -> None:
        super().__init__(
            f"{_utc(effective_at)} lies in the future: report it once it has happened", field="effective_at"
        )


class MoveTooEarly(Invalid):
    """A route's move is dated before the one it follows."""

    def __init__(self, effective_at: datetime, former: datetime) -> None:
        super().__init__(
            f"{_utc(effective_at)} is before the route's last move at {_utc(former)}", field="effective_at"
        )


class ScenarioUnknown(Invalid):
    """A route's scenario is not in the city's dictionary."""

    def __init__(self, scenario: str, known: Sequence[str]) -> None:
        super().__init__(
            f"{scenario!r} is not in the city's dictionary of scenarios; known are {', '.join(known)}", field="scenario"
        )


class RouteOfAnother(Forbidden):
    """The route belongs to another operator."""

    def __init__(self, route_id: str) -> None:
        super().__init__(f"route {route_id} belongs to another operator", field="route_id")


class OperatorReserved(Forbidden):
    """An operator files in its own name only."""

    def __init__(self) -> None:
        super().__init__("only a planner or a service files a route for another operator", field="operator")


class FilterReserved(Forbidden):
    """Plans of another operator are a regulator's to look at."""

    def __init__(self) -> None:
        super().__init__("only a regulator lists the plans of another operator", field="operator")


class StateUnknown(Invalid):
    """A filter names a state that there is not."""

    def __init__(self, states: Sequence[PlanState]) -> None:
        super().__init__(f"must be some of {', '.join(states)}, separated by commas", field="state")


class SpanReversed(Invalid):
    """A span of time ends before it starts."""

    def __init__(self) -> None:
        super().__init__("must be after from", field="to")


class PriorityReserved(Forbidden):
    """A priority above 0 is a regulator's to give."""

    def __init__(self, field: str) -> None:
        super().__init__("only a regulator may file a priority above 0", field=field)


class DepartureInPast(Invalid):
    """The flight would have left already (allowing for clocks that differ, F3548 maxClockSkew)."""

    def __init__(self, departs_at: datetime, now: datetime, field: str) -> None:
        super().__init__(f"{_utc(departs_at)} is past: it is {_utc(now)}", field=field)


class DepartureBeyondHorizon(Invalid):
    """The flight leaves later than a plan may be filed for (F3548 OiMaxPlanHorizonDays)."""

    def __init__(self, departs_at: datetime, horizon_days: int, field: str) -> None:
        super().__init__(
            f"{_utc(departs_at)} is more than {horizon_days} days ahead (F3548-21 OiMaxPlanHorizonDays)", field=field
        )


class SiteUnknown(Invalid):
    """The register has no such site."""

    def __init__(self, site_id: str, field: str) -> None:
        super().__init__(f"no site {site_id} in the register", field=field)


class SiteNotInUse(Invalid):
    """Flights use commissioned sites only."""

    def __init__(self, site_id: str, state: SiteState, field: str) -> None:
        super().__init__(f"site {site_id} is {state}, not commissioned", field=field)


class SiteRetired(Invalid):
    """No route is planned from or to a retired site."""

    def __init__(self, site_id: str, field: str) -> None:
        super().__init__(f"site {site_id} is retired", field=field)


def _utc(instant: datetime) -> str:
    return instant.isoformat(timespec="seconds").replace("+00:00", "Z")
