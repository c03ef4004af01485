"""Who may know what of a plan and of the log: one place, used by every way out. Pure."""

from dataclasses import dataclass, replace
from typing import Any

from shared.contracts import flightplan as contract
from shared.contracts.assessment import Assessment, Finding, SubjectKind

_PLAN_EVENTS = (
    contract.FlightPlanSubmitted,
    contract.FlightPlanMoved,
    contract.FlightPlanDecided,
    contract.FlightPlanRuled,
    contract.FlightPlanWithdrawn,
    contract.FlightPlanLapsed,
    contract.FlightPlanActivated,
    contract.FlightPlanEnded,
    contract.FlightPlanNoShow,
)
_ROUTE_EVENTS = (contract.RouteFiled, contract.RouteStateChanged, contract.RouteClassified)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whose eyes: an organisation's own, or those of one who sees all plans or all authorizations."""

    org: str
    sees_all_plans: bool = False
    sees_all_authorizations: bool = False

    def may_see_plan(self, operator: str) -> bool:
        """True for the plan's own operator, and for a regulator."""
        return self.sees_all_plans or operator == self.org

    def may_see_authorization(self, operator: str) -> bool:
        """True for the operator it was given to, and for those who record them."""
        return self.sees_all_authorizations or operator == self.org


def redacted(assessment: Assessment, viewer: Viewer) -> Assessment:
    """The assessment without a trace of whose another organisation's flight is."""
    if viewer.sees_all_plans or not any(_names_another(finding, viewer.org) for finding in assessment.findings):
        return assessment
    return replace(assessment, findings=tuple(_redacted(finding, viewer.org) for finding in assessment.findings))


def _names_another(finding: Finding, org: str) -> bool:
    return finding.against is SubjectKind.PLAN and finding.against_operator != org


def _redacted(finding: Finding, org: str) -> Finding:
    if not _names_another(finding, org):
        return finding
    return replace(finding, against_id=None, against_version=None, against_operator=None, name="", reason="")


def visible_to(event: Any, viewer: Viewer) -> Any | None:
    """The event as the viewer may read it on the event stream, or None. Routes are public."""
    if isinstance(event, _ROUTE_EVENTS):
        return _event_redacted(event, viewer)
    if isinstance(event, _PLAN_EVENTS):
        return _event_redacted(event, viewer) if viewer.may_see_plan(event.operator) else None
    if isinstance(event, contract.AuthorizationRecorded):
        return event if viewer.may_see_authorization(event.spec.operator) else None
    if isinstance(event, contract.AuthorizationWithdrawn):
        return event if viewer.may_see_authorization(event.operator) else None
    return None


def _event_redacted(event: Any, viewer: Viewer) -> Any:
    assessment = getattr(event, "assessment", None)
    if assessment is None:
        return event
    shown = redacted(assessment, viewer)
    return event if shown is assessment else replace(event, assessment=shown)
