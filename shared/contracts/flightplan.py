"""Events that `flightplan` publishes."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from annotated_types import Ge, Gt, Le, Len

from shared.contracts.assessment import Assessment
from shared.flight import AircraftClass, FlightIntent, Spot, Waypoint
from shared.values import Identifier, Instant, Name, Text
from shared.volumes import Altitude, AltitudeReference, Outline


class PlanState(StrEnum):
    """The life of a plan."""

    SUBMITTED = "submitted"
    APPROVED = "approved"
    REFUSED = "refused"
    AWAITING = "awaiting"
    NOT_REQUIRED = "not_required"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    ACTIVATED = "activated"  # its take-off was confirmed
    ENDED = "ended"  # its end was reported
    NO_SHOW = "no_show"  # its take-off was not confirmed in time

    @property
    def is_final(self) -> bool:
        """True where nothing can follow."""
        return self in _FINAL


_FINAL = frozenset({PlanState.REFUSED, PlanState.WITHDRAWN, PlanState.LAPSED, PlanState.ENDED, PlanState.NO_SHOW})


class RulingDecision(StrEnum):
    """What a regulator rules."""

    APPROVE = "approve"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """A regulator's word on a plan, with what it covered: the zones (id@version) the plan then waited for."""

    decision: RulingDecision
    reason: Text
    ruled_by: Name
    ruled_at: Instant
    covers: Annotated[Sequence[str], Len(0, 1_000)] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FlightPlanSubmitted:
    """A plan was filed. `voluntary`: the law's exemptions ask for no approval where it meets suitable airspace only."""

    topic: ClassVar[str] = "flightplan.plans"
    key_field: ClassVar[str] = "plan_id"
    plan_id: UUID
    revision: Annotated[int, Ge(1)]
    operator: Name
    intent: FlightIntent
    voluntary: bool = False
    demo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FlightPlanMoved:
    """Other times or another way are asked for; the former revision holds its airspace until this one is compatible."""

    topic: ClassVar[str] = "flightplan.plans"
    key_field: ClassVar[str] = "plan_id"
    plan_id: UUID
    revision: Annotated[int, Ge(2)]
    operator: Name
    intent: FlightIntent
    voluntary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FlightPlanDecided:
    """The state of a plan followed from an assessment.

    From where and when the revision that now stands departs: `departs_at` is absent in events from before it was told.
    """

    topic: ClassVar[str] = "flightplan.plans"
    key_field: ClassVar[str] = "plan_id"
    plan_id: UUID
    revision: Annotated[int, Ge(1)]
    operator: Name
    state: PlanState
    assessment: Assessment
    because: Text = "filed"
    departure_site_id: Identifier | None = None
    departs_at: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlightPlanRuled:
    """A regulator approved or refused a plan; a refused one holds nothing any more."""

    topic: ClassVar[str] = "flightplan.plans"
    key_field: ClassVar[str] = "plan_id"
    plan_id: UUID
    revision: Annotated[int, Ge(1)]
    operator: Name
    state: PlanState
    ruling: Ruling


@dataclass(frozen=True, slots=True, kw_only=True)
class FlightPlanWithdrawn:
    """The operator gave the plan up; its airspace is free."""

    topic: ClassVar[str] = "flightplan.plans"
    key_field: ClassVar[str] = "plan_id"
    plan_id: UUID
    revision: Annotated[int, Ge(1)]
    operator: Name
    reason: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlightPlanLapsed:
    """No ruling came before the flight would have ended; its airspace is free."""

    topic: ClassVar[str] = "flightplan.plans"
    key_field: ClassVar[str] = "plan_id"
    plan_id: UUID
    revision: Annotated[int, Ge(1)]
    operator: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class FlightPlanActivated:
    """The take-off was confirmed (Decree 761 Art. 30; F3548 `Activated`): the flight is in the air."""

    topic: ClassVar[str] = "flightplan.plans"
    key_field: ClassVar[str] = "plan_id"
    plan_id: UUID
    revision: Annotated[int, Ge(1)]
    operator: Name
    activated_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class FlightPlanEnded:
    """The operator reported the end of the flight; what is left of its airspace is free."""

    topic: ClassVar[str] = "flightplan.plans"
    key_field: ClassVar[str] = "plan_id"
    plan_id: UUID
    revision: Annotated[int, Ge(1)]
    operator: Name
    ended_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class FlightPlanNoShow:
    """No take-off was confirmed by `waited_until`; the airspace is free."""

    topic: ClassVar[str] = "flightplan.plans"
    key_field: ClassVar[str] = "plan_id"
    plan_id: UUID
    revision: Annotated[int, Ge(1)]
    operator: Name
    departs_at: Instant
    waited_until: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationSpec:
    """Permission (许可) for an airspace and a time, given by the approving body. It reserves nothing."""

    number: Name
    operator: Name
    authority: Name
    outline: Outline
    lower: Altitude | None = None  # None is the ground
    upper: Altitude
    starts_at: Instant
    ends_at: Instant
    conditions: Text = ""
    demo: bool = False

    def __post_init__(self) -> None:
        if self.ends_at <= self.starts_at:
            raise ValueError("ends_at is not after starts_at")
        if self.lower and self.lower.reference == self.upper.reference and self.upper.value_m <= self.lower.value_m:
            raise ValueError(f"upper {self.upper.value_m} m is not above lower {self.lower.value_m} m")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationRecorded:
    """An authorization is known; plans of its operator inside it need no ruling."""

    topic: ClassVar[str] = "flightplan.authorizations"
    key_field: ClassVar[str] = "authorization_id"
    authorization_id: UUID
    spec: AuthorizationSpec
    recorded_by: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationWithdrawn:
    """An authorization no longer holds; plans that rest on it are assessed again."""

    topic: ClassVar[str] = "flightplan.authorizations"
    key_field: ClassVar[str] = "authorization_id"
    authorization_id: UUID
    number: Name
    operator: Name
    withdrawn_by: Name
    reason: Text = ""


class RouteState(StrEnum):
    """The life of a fixed route."""

    FILED = "filed"
    ASSESSED = "assessed"
    OPEN = "open"
    SUSPENDED = "suspended"


class RouteClass(StrEnum):
    """What a route counts as; a planner rules it with evidence."""

    COMMERCIAL = "commercial"  # 商业航线
    GOVERNANCE = "governance"  # 城市治理类航线


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteSpec:
    """A fixed corridor, often a loop from one site; it blocks nobody."""

    name: Name
    origin: Spot
    destination: Spot
    path: Annotated[Sequence[Waypoint], Len(1, 500)]
    half_width_m: Annotated[float, Gt(0.0), Le(5_000.0)] = 50.0
    height_reference: AltitudeReference = AltitudeReference.AGL
    aircraft_class: AircraftClass
    scenario: Text = ""  # an entry of the city's dictionary (GET /city): a family such as governance, or a finer one
    unit: Text = ""  # responsible unit, 承办单位
    source: Text = ""
    demo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """A planner's ruling on what a route counts as."""

    route_class: RouteClass
    evidence: Name
    ruled_by: Name
    ruled_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteFiled:
    """A fixed route was filed, or filed anew (revision above 1)."""

    topic: ClassVar[str] = "flightplan.routes"
    key_field: ClassVar[str] = "route_id"
    route_id: Identifier
    revision: Annotated[int, Ge(1)]
    operator: Name
    spec: RouteSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteStateChanged:
    """The route is now in `state`; `assessment` is its latest one, if any.

    `effective_at`: since when, where it was opened or suspended before that was reported; else it is the event's time.
    """

    topic: ClassVar[str] = "flightplan.routes"
    key_field: ClassVar[str] = "route_id"
    route_id: Identifier
    revision: Annotated[int, Ge(1)]
    operator: Name
    state: RouteState
    assessment: Assessment | None = None
    because: Text = ""
    effective_at: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteClassified:
    """A planner ruled the route's class."""

    topic: ClassVar[str] = "flightplan.routes"
    key_field: ClassVar[str] = "route_id"
    route_id: Identifier
    revision: Annotated[int, Ge(1)]
    operator: Name
    classification: Classification


Event = (
    FlightPlanSubmitted
    | FlightPlanMoved
    | FlightPlanDecided
    | FlightPlanRuled
    | FlightPlanWithdrawn
    | FlightPlanLapsed
    | FlightPlanActivated
    | FlightPlanEnded
    | FlightPlanNoShow
    | AuthorizationRecorded
    | AuthorizationWithdrawn
    | RouteFiled
    | RouteStateChanged
    | RouteClassified
)
