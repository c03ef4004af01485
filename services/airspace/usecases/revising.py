"""Zones and authorizations changed: everything they touch is asked again, and told where the answer is another one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from services.airspace.domain.zones import ZoneIndex
from services.airspace.state import AirspaceState
from services.airspace.store import journal, narrowing, reservations, reviews, subjects
from services.airspace.store.journal import Entry, EntryKind
from services.airspace.store.narrowing import Extent
from services.airspace.store.reservations import Hold, Known, Seen
from services.airspace.store.reviews import ZoneHit
from services.airspace.usecases.deciding import HOLDS, decide_requests, record
from services.airspace.usecases.reassessing import PlanChange, Reassessment, RouteChange, SiteChange, request_of
from shared.contracts.airspace import (
    PlanAssessed,
    RouteAssessed,
    SiteAssessed,
    ZoneChanged,
    ZonePublished,
    ZoneWithdrawn,
)
from shared.contracts.assessment import Assessment, Finding, SubjectKind
from shared.contracts.flightplan import AuthorizationRecorded, AuthorizationSpec, AuthorizationWithdrawn
from shared.frame import Received, Transaction
from shared.outlines import box_of

ZoneEvent = Received[ZonePublished | ZoneChanged | ZoneWithdrawn]
AuthorizationEvent = Received[AuthorizationRecorded | AuthorizationWithdrawn]

ANY_VERSION: Final = 2**62  # whatever the zones were when a plan was decided


@dataclass(frozen=True, slots=True)
class _Cause:
    """What made airspace ask again: the event, and its words in the answers."""

    received: Received[Any]
    because: str


def revise_for_zones(state: AirspaceState, tx: Transaction, batch: Sequence[ZoneEvent]) -> None:
    """Ask again whatever the new or the former outlines touch and was decided before them."""
    narrowing.share_zones(tx.cursor)
    zones = state.zones.read(tx.cursor)
    extents = [extent for received in batch for extent in _extents(received.event)]
    blame = _Blame(batch)
    again = Reassessment(state, tx.connection, zones, tx.now)
    hits: list[ZoneHit] = []
    for changes in again.plans(extents):
        causes = {change.plan.plan_id: blame.of(change.plan.assessment, change.after) for change in changes}
        answers = _revise_plans(state, tx, zones, changes, causes)
        hits += [_plan_hit(tx, change, answers[change.plan.plan_id], blame) for change in changes]
    for route in again.routes(extents):
        _revise_route(tx, route, blame.of(route.route.assessment, route.after))
        hits.append(_route_hit(tx, route, blame))
    for site in again.sites(extents):
        _revise_site(tx, site, blame.of(site.site.assessment, site.after))
        hits.append(_site_hit(tx, site, blame))
    reviews.save_hits(tx.cursor, hits)


def revise_for_authorizations(state: AirspaceState, tx: Transaction, batch: Sequence[AuthorizationEvent]) -> None:
    """Keep or end authorizations, and ask the plans and routes of their operators in them again."""
    narrowing.share_zones(tx.cursor)
    zones = state.zones.read(tx.cursor)
    for received in batch:
        spec = _keep(tx, received.event)
        if spec is not None:
            _revise_for(state, tx, zones, spec, _Cause(received, f"authorization:{spec.number}"))


def _keep(tx: Transaction, event: AuthorizationRecorded | AuthorizationWithdrawn) -> AuthorizationSpec | None:
    if isinstance(event, AuthorizationWithdrawn):
        return subjects.withdraw_authorization(tx.connection, event.authorization_id)
    subjects.save_authorization(tx.connection, event.authorization_id, event.spec)
    return event.spec


def _revise_for(
    state: AirspaceState, tx: Transaction, zones: ZoneIndex, spec: AuthorizationSpec, cause: _Cause
) -> None:
    extents = [Extent(box_of(spec.outline), spec.starts_at, spec.ends_at, ANY_VERSION)]
    again = Reassessment(state, tx.connection, zones, tx.now)
    for changes in again.plans(extents, operator=spec.operator):
        _revise_plans(state, tx, zones, changes, {change.plan.plan_id: cause for change in changes})
    for route in again.routes(extents, operator=spec.operator):
        _revise_route(tx, route, cause)


def _extents(event: ZonePublished | ZoneChanged | ZoneWithdrawn) -> list[Extent]:
    specs = [getattr(event, name) for name in ("spec", "former") if hasattr(event, name)]
    return [Extent(box_of(spec.outline), spec.starts_at, spec.ends_at, event.zones_version) for spec in specs]


class _Blame:
    """Which of several zone events changed an answer: the last one whose zone the findings differ in."""

    def __init__(self, batch: Sequence[ZoneEvent]) -> None:
        self._events = {received.event.zone_id: received for received in batch}
        self._last = batch[-1]

    def event(self, before: Assessment, after: Assessment) -> ZoneEvent:
        differing = _zone_findings(before) ^ _zone_findings(after)
        blamed = [self._events[zone_id] for zone_id, _ in differing if zone_id in self._events]
        return max(blamed, key=lambda received: received.event.zones_version, default=self._last)

    def of(self, before: Assessment, after: Assessment) -> _Cause:
        received = self.event(before, after)
        return _Cause(received, f"zone:{received.event.zone_id}@{received.event.zone_version}")


def _zone_findings(assessment: Assessment) -> set[tuple[str | None, str]]:
    return {(finding.against_id, repr(finding)) for finding in _of_zones(assessment)}


def _of_zones(assessment: Assessment) -> list[Finding]:
    return [finding for finding in assessment.findings if finding.against is SubjectKind.ZONE]


def _revise_plans(
    state: AirspaceState,
    tx: Transaction,
    zones: ZoneIndex,
    changes: Sequence[PlanChange],
    causes: Mapping[UUID, _Cause],
) -> Mapping[UUID, Assessment]:
    """Write and record the answers; plans that must now hold airspace ask for it like newcomers."""
    settled = [change for change in changes if not change.claims]
    rows = [_revised(change, zones.version) for change in settled]
    reservations.save_plans(tx.cursor, rows, known=[row.plan_id for row in rows])
    reviews.settle_conflicts(tx.cursor, [row.plan_id for row in rows if row.state is Hold.FREE])
    journal.write(tx.cursor, [_settled(change, causes[change.plan.plan_id].because) for change in settled])
    for change in settled:
        cause = causes[change.plan.plan_id]
        tx.record(_assessed(change, cause.because), causation=cause.received)
    claims = [change.plan for change in changes if change.claims]
    requests = [request_of(plan, causes[plan.plan_id].because) for plan in claims]
    seen = {plan.plan_id: Seen(plan.seen_revision, plan.state) for plan in claims}
    decisions = decide_requests(state, tx, zones, requests, seen)
    record(tx, decisions, {plan.plan_id: causes[plan.plan_id].received for plan in claims})
    answers = {change.plan.plan_id: change.after for change in settled}
    return answers | {decision.request.plan_id: decision.assessment for decision in decisions}


def _settled(change: PlanChange, because: str) -> Entry:
    plan = change.plan
    return Entry(
        plan_id=plan.plan_id,
        revision=plan.revision,
        operator=plan.operator,
        kind=EntryKind.SETTLED,
        outcome=change.after.outcome,
        voluntary=plan.voluntary,
        because=because,
        starts_at=plan.volumes.window.start,
        ends_at=plan.volumes.window.end,
    )


def _revised(change: PlanChange, zones_version: int) -> Known:
    state = HOLDS[change.after.outcome]
    return replace(change.plan, state=state, assessment=change.after, zones_version=zones_version)


def _assessed(change: PlanChange, because: str) -> PlanAssessed:
    return PlanAssessed(
        plan_id=change.plan.plan_id,
        revision=change.plan.revision,
        operator=change.plan.operator,
        assessment=change.after,
        because=because,
    )


def _revise_route(tx: Transaction, change: RouteChange, cause: _Cause) -> None:
    route = change.route
    subjects.save_route(tx.connection, replace(route, assessment=change.after))
    assessed = RouteAssessed(
        route_id=route.route_id,
        revision=route.revision,
        operator=route.operator,
        assessment=change.after,
        because=cause.because,
    )
    tx.record(assessed, causation=cause.received)


def _revise_site(tx: Transaction, change: SiteChange, cause: _Cause) -> None:
    site = change.site
    subjects.save_site(tx.connection, replace(site, assessment=change.after))
    assessed = SiteAssessed(
        site_id=site.site_id, revision=site.revision, assessment=change.after, because=cause.because
    )
    tx.record(assessed, causation=cause.received)


def _plan_hit(tx: Transaction, change: PlanChange, after: Assessment, blame: _Blame) -> ZoneHit:
    plan = change.plan
    return _hit(tx, blame, "plan", str(plan.plan_id), plan.operator, plan.assessment, after)


def _route_hit(tx: Transaction, change: RouteChange, blame: _Blame) -> ZoneHit:
    route = change.route
    return _hit(tx, blame, "route", route.route_id, route.operator, route.assessment, change.after)


def _site_hit(tx: Transaction, change: SiteChange, blame: _Blame) -> ZoneHit:
    site = change.site
    return _hit(tx, blame, "site", site.site_id, site.spec.operator, site.assessment, change.after)


def _hit(
    tx: Transaction,
    blame: _Blame,
    subject: str,
    subject_id: str,
    operator: str,
    before: Assessment,
    after: Assessment,
) -> ZoneHit:
    event = blame.event(before, after).event
    return ZoneHit(
        zone_id=event.zone_id,
        zone_version=event.zone_version,
        subject=subject,
        subject_id=subject_id,
        operator=operator,
        outcome_before=before.outcome,
        outcome_after=after.outcome,
        findings=[finding for finding in _of_zones(after) if finding.against_id == event.zone_id],
        assessed_at=tx.now,
    )
