"""How plans, routes and authorizations look from outside, to a given viewer."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from services.flightplan.domain.plan import FlightPlan
from services.flightplan.domain.route import Authorization, Route
from services.flightplan.domain.visibility import Viewer, redacted
from services.flightplan.state import FlightplanState
from shared.contracts.assessment import Assessment, Finding
from shared.contracts.flightplan import (
    AuthorizationSpec,
    Classification,
    PlanState,
    RouteSpec,
    RouteState,
    Ruling,
)
from shared.flight import FlightIntent
from shared.volumes import TimeWindow
from shared.wording import Message, message, outcome_words


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingView(Finding):
    """A finding with what it says, in Chinese and in English."""

    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentView(Assessment):
    """An assessment as the viewer may read it: whose another organisation's flight is, it does not say."""

    findings: Sequence[FindingView]
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalView:
    """A move that waits for its assessment."""

    revision: int
    intent: FlightIntent


@dataclass(frozen=True, slots=True, kw_only=True)
class FlightPlanView:
    """A plan and where it stands."""

    plan_id: UUID
    operator: str
    filed_by: str
    state: PlanState
    revision: int
    intent: FlightIntent
    window: TimeWindow
    voluntary: bool
    assessment: AssessmentView | None
    ruling: Ruling | None
    proposal: ProposalView | None
    move_refused: AssessmentView | None
    submitted_at: datetime
    updated_at: datetime
    decided_at: datetime | None
    activated_at: datetime | None
    demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteView:
    """A fixed route and where it stands."""

    route_id: str
    operator: str
    filed_by: str
    state: RouteState
    revision: int
    spec: RouteSpec
    assessment: AssessmentView | None
    classification: Classification | None
    because: str
    filed_at: datetime
    updated_at: datetime
    effective_at: datetime | None  # when it was last opened, suspended or filed anew


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationView:
    """An authorization and whether it still holds."""

    authorization_id: UUID
    spec: AuthorizationSpec
    recorded_by: str
    recorded_at: datetime
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    withdrawn_because: str


@dataclass(frozen=True, slots=True)
class Shown:
    """Shows things to one viewer."""

    viewer: Viewer
    state: FlightplanState

    def plan(self, plan: FlightPlan) -> FlightPlanView:
        """A plan."""
        return FlightPlanView(
            plan_id=plan.plan_id,
            operator=plan.operator,
            filed_by=plan.filed_by,
            state=plan.state,
            revision=plan.revision,
            intent=plan.intent,
            window=plan.window,
            voluntary=plan.voluntary,
            assessment=self.assessment(plan.assessment),
            ruling=plan.ruling,
            proposal=_proposal(plan),
            move_refused=self.assessment(plan.move_refused),
            submitted_at=plan.submitted_at,
            updated_at=plan.updated_at,
            decided_at=plan.decided_at,
            activated_at=plan.activated_at,
            demo=plan.demo,
        )

    def route(self, route: Route) -> RouteView:
        """A route."""
        return RouteView(
            route_id=route.route_id,
            operator=route.operator,
            filed_by=route.filed_by,
            state=route.state,
            revision=route.revision,
            spec=route.spec,
            assessment=self.assessment(route.assessment),
            classification=route.classification,
            because=route.because,
            filed_at=route.filed_at,
            updated_at=route.updated_at,
            effective_at=route.effective_at,
        )

    def assessment(self, assessment: Assessment | None) -> AssessmentView | None:
        """An assessment in words, without what the viewer may not know."""
        if assessment is None:
            return None
        shown = redacted(assessment, self.viewer)
        said = {name: getattr(shown, name) for name in _ASSESSMENT_FIELDS}
        said["findings"] = [self._finding(finding) for finding in shown.findings]
        return AssessmentView(**said, message=outcome_words(shown.outcome, entrusted=self.state.entrusted))

    def _finding(self, finding: Finding) -> FindingView:
        said = {name: getattr(finding, name) for name in _FINDING_FIELDS}
        return FindingView(**said, message=message(finding, self.state.timezone))


_FINDING_FIELDS = tuple(field.name for field in fields(Finding))
_ASSESSMENT_FIELDS = tuple(field.name for field in fields(Assessment))


def _proposal(plan: FlightPlan) -> ProposalView | None:
    if plan.proposal is None:
        return None
    return ProposalView(revision=plan.proposal.revision, intent=plan.proposal.intent)


def authorization_view(authorization: Authorization) -> AuthorizationView:
    """An authorization."""
    return AuthorizationView(
        authorization_id=authorization.authorization_id,
        spec=authorization.spec,
        recorded_by=authorization.recorded_by,
        recorded_at=authorization.recorded_at,
        withdrawn_by=authorization.withdrawn_by,
        withdrawn_at=authorization.withdrawn_at,
        withdrawn_because=authorization.withdrawn_because,
    )
