"""What is decided on, and what stands in its way: requests, reservations, authorizations, corridors. Pure."""

from dataclasses import dataclass, field
from uuid import UUID

from shared.contracts.airspace import Binds, ConflictChange
from shared.contracts.assessment import Assessment, Outcome
from shared.contracts.flightplan import AuthorizationSpec
from shared.flight import FlightVolumes


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """The volumes a plan holds: approved, or awaiting a ruling."""

    plan_id: UUID
    revision: int
    operator: str
    priority: int
    crewed: bool
    volumes: FlightVolumes = field(repr=False)
    active: bool = False  # in the air: it cannot give up what it holds


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRequest:
    """One revision of a plan to be decided. A plan never conflicts with another revision of itself."""

    plan_id: UUID
    revision: int
    operator: str
    priority: int
    crewed: bool
    voluntary: bool  # the law's exemptions ask for no approval in suitable airspace
    volumes: FlightVolumes = field(repr=False)
    keeps_former: bool = False  # a move: where refused, what the plan held before stays
    because: str = "filed"
    active: bool = False  # in the air: it goes on holding what it holds whatever the answer

    @property
    def moves_in_the_air(self) -> bool:
        """True of other times for a flight that has taken off (F3548: an Activated intent is modified)."""
        return self.active and self.keeps_former


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """A recorded permission in force; it covers its operator's flights that lie wholly inside it."""

    authorization_id: UUID
    spec: AuthorizationSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A fixed route to be assessed, or one that another may cross; `volumes` come from `shared.flight.corridor`."""

    route_id: str
    revision: int
    operator: str
    name: str
    crewed: bool
    volumes: FlightVolumes = field(repr=False)
    sites: tuple[str, str] = ("", "")  # where it leaves and where it lands, empty where that is no site


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePosition:
    """A site to be assessed, with whom it serves."""

    site_id: str
    revision: int
    lng: float
    lat: float
    serves: Binds = Binds.BOTH


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided on one plan, in the order it was decided.

    Holds `request.volumes` where `reserves`; gives up what the plan held before where `releases`. Neither: a refused
    move.
    """

    request: PlanRequest
    assessment: Assessment
    because: str
    assessment_json: bytes | None = field(default=None, repr=False, compare=False)  # once it has been written
    conflict: ConflictChange | None = field(default=None, compare=False)  # once it is known which it is

    @property
    def reserves(self) -> bool:
        """True where the plan now holds exactly these volumes (in place of any former ones)."""
        accepted = self.assessment.outcome in (Outcome.APPROVED, Outcome.AWAITING)
        return not self.keeps_former and (self.request.active or accepted)

    @property
    def releases(self) -> bool:
        """True where the plan now holds nothing."""
        return not self.reserves and not self.keeps_former

    @property
    def keeps_former(self) -> bool:
        """True of a move that is not to be: what the plan held before stays."""
        return self.request.keeps_former and self.assessment.outcome is Outcome.REFUSED
