"""A fixed route and an authorization as flightplan keeps them. Pure."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.contracts.assessment import Assessment
from shared.contracts.flightplan import AuthorizationSpec, Classification, RouteSpec, RouteState


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One route: what was filed and where it stands; `asked` is the spec before sites' positions were filled in."""

    route_id: str
    operator: str
    filed_by: str
    state: RouteState
    revision: int
    asked: RouteSpec
    spec: RouteSpec
    assessment: Assessment | None = None
    classification: Classification | None = None
    because: str = ""
    filed_at: datetime
    updated_at: datetime
    effective_at: datetime | None = None  # when it was last opened, suspended or filed anew


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """One authorization: what the approving body permits, and whether it still holds."""

    authorization_id: UUID
    spec: AuthorizationSpec
    recorded_by: str
    recorded_at: datetime
    withdrawn_by: str | None = None
    withdrawn_at: datetime | None = None
    withdrawn_because: str = ""
