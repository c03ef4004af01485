"""Events from outside: what operators' systems and site controllers send in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar
from uuid import UUID

from annotated_types import Gt, Le, Len

from shared.contracts.sites import Movement, SiteSpec, SiteState, SiteStatus
from shared.flight import FlightArea, FlightIntent, Spot, Waypoint
from shared.values import Identifier, Instant, Name, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class FlightPlanRequested:
    """An operator's system files a plan; by its idempotency key `request_key` a repeated event files nothing twice."""

    topic: ClassVar[str] = "inbound.flight-plans"
    key_field: ClassVar[str] = "request_key"
    request_key: Name
    operator: Name
    intent: FlightIntent
    demo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FlightPlanMoveRequested:
    """An operator's system asks for new times, and for another way where it says one; what it does not say stays."""

    topic: ClassVar[str] = "inbound.flight-plans"
    key_field: ClassVar[str] = "plan_id"
    plan_id: UUID
    operator: Name
    departs_at: Instant
    path: Annotated[Sequence[Waypoint], Len(1, 500)] | None = None
    area: FlightArea | None = None
    arrival: Spot | None = None
    speed_mps: Annotated[float, Gt(0.0), Le(150.0)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlightPlanWithdrawRequested:
    """An operator's system gives a plan up."""

    topic: ClassVar[str] = "inbound.flight-plans"
    key_field: ClassVar[str] = "plan_id"
    plan_id: UUID
    operator: Name
    reason: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlightPlanTakeOffReported:
    """An operator's system confirms the take-off of a flight."""

    topic: ClassVar[str] = "inbound.flight-plans"
    key_field: ClassVar[str] = "plan_id"
    plan_id: UUID
    operator: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class FlightPlanEndReported:
    """An operator's system reports the end of a flight."""

    topic: ClassVar[str] = "inbound.flight-plans"
    key_field: ClassVar[str] = "plan_id"
    plan_id: UUID
    operator: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteReported:
    """A site as its owner's system states it: registers it, or updates it."""

    topic: ClassVar[str] = "inbound.sites"
    key_field: ClassVar[str] = "site_id"
    site_id: Identifier
    spec: SiteSpec
    state: SiteState = SiteState.PROPOSED


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteStateReported:
    """A site's owner reports that it was commissioned, suspended, retired, ..."""

    topic: ClassVar[str] = "inbound.sites"
    key_field: ClassVar[str] = "site_id"
    site_id: Identifier
    state: SiteState
    reason: Text = ""
    effective_at: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteMovementReported:
    """A site's own system reports a take-off, a landing or a diversion; a repeated `event_id` counts once."""

    topic: ClassVar[str] = "inbound.sites"
    key_field: ClassVar[str] = "site_id"
    site_id: Identifier
    event_id: Identifier
    movement: Movement
    at: Instant
    plan_id: UUID | None = None
    aircraft: Text = ""
    reported_by: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteStatusReported:
    """A site's own system reports that it is open, closed or occupied; a repeated `event_id` counts once."""

    topic: ClassVar[str] = "inbound.sites"
    key_field: ClassVar[str] = "site_id"
    site_id: Identifier
    event_id: Identifier
    status: SiteStatus
    starts_at: Instant
    ends_at: Instant | None = None
    reason: Text = ""
    reported_by: Text = ""


Event = (
    FlightPlanRequested
    | FlightPlanMoveRequested
    | FlightPlanWithdrawRequested
    | FlightPlanTakeOffReported
    | FlightPlanEndReported
    | SiteReported
    | SiteStateReported
    | SiteMovementReported
    | SiteStatusReported
)
