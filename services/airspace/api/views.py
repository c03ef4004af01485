"""How answers look from outside, to a given caller."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final
from uuid import UUID

from services.airspace.domain.alternatives import Alternative, AlternativeKind
from services.airspace.domain.proposals import Checked
from services.airspace.state import AirspaceState
from services.airspace.store.reviews import Conflict, HitCount, ZoneHit
from services.airspace.usecases.asking import Impact
from services.airspace.usecases.reassessing import PlanAnswer, RouteAnswer, SiteAnswer
from services.airspace.usecases.replaying import Replayed
from shared.auth import Principal, Role
from shared.contracts.airspace import ConflictEnded, PlanAssessed, RouteAssessed, SiteAssessed
from shared.contracts.assessment import Assessment, Finding, Outcome, SubjectKind
from shared.flight import FlightIntent
from shared.values import Instant
from shared.volumes import Altitude
from shared.wording import Message, change_words, message, outcome_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason(Finding):
    """A finding with what it says, in Chinese and in English."""

    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class AlternativeView:
    """A flight near the one asked for, ready to be filed, and the answer it would get now.

    It departs `shift_s` seconds later, flies `height_m` metres higher (earlier and lower where negative), or takes a
    way `extra_m` metres longer.
    """

    kind: AlternativeKind
    message: Message
    intent: FlightIntent
    shift_s: int
    height_m: float
    extra_m: float
    outcome: Outcome
    outcome_message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An assessment as the caller may read it: whose another organisation's flight is, it does not say.

    Where it is refused or awaits a ruling, `alternatives` are the nearest flights that are better off, at most three.
    """

    outcome: Outcome
    message: Message
    findings: Sequence[Reason]
    zones_version: int
    decided_at: Instant
    rules: str
    alternatives: Sequence[AlternativeView] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictView:
    """A refusal because other flights were in the way: the first of the reasons, and all."""

    plan_id: UUID
    revision: int
    operator: str
    against_id: str | None
    against_operator: str | None
    place: tuple[float, float]
    lower: Altitude | None
    upper: Altitude | None
    starts_at: Instant
    ends_at: Instant
    decided_at: Instant
    because: str
    finding: Reason
    findings: Sequence[Reason]


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """What a zone or the closing of a site touches, or did before; `finding` says how, if it still does.

    `changed`: the outcome is or would be another one. `because` names what was told of the site.
    """

    plan_id: str | None = None
    route_id: str | None = None
    site_id: str | None = None
    operator: str
    name: str = ""
    state_now: Outcome
    outcome_then: Outcome
    changed: bool
    finding: Reason | None
    zone_version: int | None = None
    because: str = ""
    assessed_at: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many there are in all; the lists end at a limit."""

    plans: int
    routes: int
    sites: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchedView:
    """What a zone touches: how many of each, and of these how many with another outcome."""

    plans: Sequence[Touched]
    routes: Sequence[Touched]
    sites: Sequence[Touched]
    counts: Counts
    changed: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayedView:
    """A decision and the same made again; `differences` names the fields that are not the same."""

    position: int
    revision: int
    because: str
    decided_at: Instant
    outcome: Outcome
    outcome_again: Outcome
    same: bool
    differences: Sequence[str]
    findings: Sequence[Reason]
    findings_again: Sequence[Reason]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayView:
    """All decisions on a plan, made again."""

    plan_id: UUID
    same: bool
    decisions: Sequence[ReplayedView]


MOST_LISTED: Final = 500
SUBJECTS: Final = ("plan", "route", "site")


def answer(state: AirspaceState, checked: Checked, near: Sequence[Alternative], caller: Principal) -> Answer:
    """The assessment for this caller, with what is better off."""
    shown = redacted(checked.assessment, caller)
    return Answer(
        outcome=shown.outcome,
        message=outcome_words(shown.outcome, entrusted=state.entrusted),
        findings=[reason(state, finding) for finding in shown.findings],
        zones_version=shown.zones_version,
        decided_at=shown.decided_at,
        rules=shown.rules,
        alternatives=[alternative(state, one) for one in near],
    )


def alternative(state: AirspaceState, one: Alternative) -> AlternativeView:
    """An alternative with its words; what it meets is for the caller to ask."""
    change, outcome = one.change, one.assessment.outcome
    return AlternativeView(
        kind=change.kind,
        message=change_words(
            shift_s=change.shift_s, height_m=change.height_m, extra_m=change.extra_m, side=change.side
        ),
        intent=change.intent,
        shift_s=change.shift_s,
        height_m=change.height_m,
        extra_m=change.extra_m,
        outcome=outcome,
        outcome_message=outcome_words(outcome, entrusted=state.entrusted),
    )


def reason(state: AirspaceState, finding: Finding) -> Reason:
    """The finding with its words."""
    known: dict[str, Any] = {each.name: getattr(finding, each.name) for each in fields(Finding)}
    return Reason(**known, message=message(finding, state.timezone))


def conflict(state: AirspaceState, one: Conflict) -> ConflictView:
    """A refusal for the regulators, who may know whose flights they are."""
    first = one.findings[0]
    return ConflictView(
        plan_id=one.plan_id,
        revision=one.revision,
        operator=one.operator,
        against_id=first.against_id,
        against_operator=first.against_operator,
        place=one.place,
        lower=first.lower,
        upper=first.upper,
        starts_at=first.starts_at or one.starts_at,
        ends_at=first.ends_at or one.ends_at,
        decided_at=one.decided_at,
        because=one.because,
        finding=reason(state, first),
        findings=[reason(state, finding) for finding in one.findings],
    )


def impact(state: AirspaceState, found: Impact) -> TouchedView:
    """What a zone would touch."""
    plans, routes, sites = found.plans, found.routes, found.sites
    return TouchedView(
        plans=[_plan(state, answer, found.zone_id) for answer in plans.listed],
        routes=[_route(state, answer, found.zone_id) for answer in routes.listed],
        sites=[_site(state, answer, found.zone_id) for answer in sites.listed],
        counts=Counts(plans=plans.count, routes=routes.count, sites=sites.count),
        changed=Counts(plans=plans.changed, routes=routes.changed, sites=sites.changed),
    )


def hits(state: AirspaceState, found: Mapping[str, Sequence[ZoneHit]], counts: Mapping[str, HitCount]) -> TouchedView:
    """What a zone's versions touched, by plan, route and site."""
    plans, routes, sites = (counts.get(subject, HitCount()) for subject in SUBJECTS)
    return TouchedView(
        plans=[_hit(state, hit) for hit in found["plan"]],
        routes=[_hit(state, hit) for hit in found["route"]],
        sites=[_hit(state, hit) for hit in found["site"]],
        counts=Counts(plans=plans.touched, routes=routes.touched, sites=sites.touched),
        changed=Counts(plans=plans.changed, routes=routes.changed, sites=sites.changed),
    )


def replay(state: AirspaceState, plan_id: UUID, found: Sequence[Replayed]) -> ReplayView:
    """For the regulators: the findings of a decision are shown only where they differ."""
    return ReplayView(
        plan_id=plan_id,
        same=not any(one.differences for one in found),
        decisions=[_replayed(state, one) for one in found],
    )


def _replayed(state: AirspaceState, one: Replayed) -> ReplayedView:
    differ = "findings" in one.differences
    return ReplayedView(
        position=one.position,
        revision=one.revision,
        because=one.because,
        decided_at=one.recorded.decided_at,
        outcome=one.recorded.outcome,
        outcome_again=one.again.outcome,
        same=not one.differences,
        differences=one.differences,
        findings=[reason(state, finding) for finding in one.recorded.findings if differ],
        findings_again=[reason(state, finding) for finding in one.again.findings if differ],
    )


def redacted(assessment: Assessment, caller: Principal) -> Assessment:
    """Without a trace of whose another organisation's flight is, except for a regulator."""
    if caller.has(Role.REGULATOR):
        return assessment
    return replace(assessment, findings=tuple(_redacted(finding, caller) for finding in assessment.findings))


def visible_to(event: Any, caller: Principal) -> Any | None:
    """The event as the caller may read it on the stream, or None: plans are their operator's, zones everyone's."""
    if isinstance(event, PlanAssessed) and not caller.has(Role.REGULATOR):
        own = caller.org == event.operator and caller.has(Role.OPERATOR, Role.SERVICE)
        return replace(event, assessment=redacted(event.assessment, caller)) if own else None
    if isinstance(event, ConflictEnded) and not caller.has(Role.REGULATOR):
        return event if caller.org == event.operator and caller.has(Role.OPERATOR, Role.SERVICE) else None
    if isinstance(event, RouteAssessed | SiteAssessed):
        return replace(event, assessment=redacted(event.assessment, caller))
    return event


def _redacted(finding: Finding, caller: Principal) -> Finding:
    own = finding.against_operator == caller.org and caller.has(Role.OPERATOR, Role.SERVICE)
    if finding.against is not SubjectKind.PLAN or own:
        return finding
    return replace(finding, against_id=None, against_version=None, against_operator=None, name="", reason="")


def _plan(state: AirspaceState, change: PlanAnswer, zone_id: str) -> Touched:
    plan = change.plan
    return Touched(
        plan_id=str(plan.plan_id),
        operator=plan.operator,
        state_now=change.before.outcome,
        outcome_then=change.after.outcome,
        changed=change.before.outcome is not change.after.outcome,
        finding=_finding_of(state, change.after, zone_id),
    )


def _route(state: AirspaceState, change: RouteAnswer, zone_id: str) -> Touched:
    route = change.route
    return Touched(
        route_id=route.route_id,
        operator=route.operator,
        name=route.spec.name,
        state_now=change.before.outcome,
        outcome_then=change.after.outcome,
        changed=change.before.outcome is not change.after.outcome,
        finding=_finding_of(state, change.after, zone_id),
    )


def _site(state: AirspaceState, change: SiteAnswer, zone_id: str) -> Touched:
    site = change.site
    return Touched(
        site_id=site.site_id,
        operator=site.spec.operator,
        name=site.spec.name,
        state_now=change.before.outcome,
        outcome_then=change.after.outcome,
        changed=change.before.outcome is not change.after.outcome,
        finding=_finding_of(state, change.after, zone_id),
    )


def _hit(state: AirspaceState, hit: ZoneHit) -> Touched:
    named: dict[str, Any] = {f"{hit.subject}_id": hit.subject_id}
    return Touched(
        **named,
        operator=hit.operator,
        state_now=hit.outcome_before,
        outcome_then=hit.outcome_after,
        changed=hit.changed,
        finding=reason(state, hit.finding) if hit.finding else None,
        zone_version=hit.zone_version,
        assessed_at=hit.assessed_at,
    )


def _finding_of(state: AirspaceState, assessment: Assessment, zone_id: str) -> Reason | None:
    of_zone = (finding for finding in assessment.findings if finding.against_id == zone_id)
    return next((reason(state, finding) for finding in of_zone), None)
