"""A flight plan as flightplan keeps it: the intent, and where it stands. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4, uuid5

from services.flightplan.domain.plan_life import Standing
from shared.contracts.assessment import Assessment
from shared.contracts.flightplan import PlanState, Ruling
from shared.flight import FlightIntent
from shared.volumes import TimeWindow

_REQUESTS = UUID("5f0a3c1e-7b0d-5c54-9d55-1f3a1c6f8f10")  # namespace of plan ids that follow from a request key
_AUTHORIZATIONS = UUID("0c6b3f9a-93a5-5a0e-8f4e-5a6f3a0b7a21")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A move that waits for its assessment; with another way also when it would end, and whether it is voluntary."""

    revision: int
    intent: FlightIntent
    ends_at: datetime | None = None
    voluntary: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlightPlan:
    """One plan: what was asked and where it stands. `last_revision` counts moves that were refused too."""

    plan_id: UUID
    operator: str
    filed_by: str
    state: PlanState
    revision: int
    last_revision: int
    intent: FlightIntent
    window: TimeWindow
    voluntary: bool
    demo: bool
    assessment: Assessment | None = None
    ruling: Ruling | None = None
    proposal: Proposal | None = None
    move_refused: Assessment | None = None
    submitted_at: datetime
    updated_at: datetime
    decided_at: datetime | None = None
    activated_at: datetime | None = None

    def decided(self, state: PlanState, assessment: Assessment, at: datetime) -> "FlightPlan":
        """The plan with its first decision."""
        return replace(self, state=state, assessment=assessment, updated_at=at, decided_at=at)

    @property
    def standing(self) -> Standing:
        """What its life depends on."""
        return Standing(self.state, self.revision, self.proposal.revision if self.proposal else None, self.ruling)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The first decision on a plan that nobody has touched since it was filed."""

    state: PlanState
    assessment_json: bytes  # as airspace wrote it: most verdicts nobody waits for
    decided_at: datetime


def plan_id_of(operator: str, request_key: str | None) -> UUID:
    """The id of the plan that a request files: the same operator and key always give the same."""
    if request_key is None:
        return uuid4()
    return uuid5(_REQUESTS, f"{operator}\n{request_key}")


def authorization_id_of(number: str) -> UUID:
    """The id of the authorization with that number."""
    return uuid5(_AUTHORIZATIONS, number)
