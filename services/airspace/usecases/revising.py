"""Zones and authorizations changed: everything they touch is asked again, and told where the answer is another one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.airspace.domain.zone_index import ZoneIndex
from services.airspace.state import AirspaceState
from services.airspace.store import journal, narrowing, reservations, reviews, subjects
from services.airspace.store.journal import Entry, EntryKind
from services.airspace.store.narrowing import Extent
from services.airspace.store.reservations import Hold, Known, Seen
from services.airspace.store.reviews import ZoneHit
from services.airspace.usecases.deciding import HOLDS, decide_requests, record
from services.airspace.usecases.reassessing import (
    Answer,
    PlanAnswer,
    Reassessment,
    RouteAnswer,
    SiteAnswer,
    differs,
    is_of_zone,
    request_of,
)
from services.airspace.usecases.watching import end_conflicts
from shared.contracts.airspace import (
    PlanAssessed,
    RouteAssessed,
    SiteAssessed,
    ZoneChanged,
    ZonePublished,
    ZoneWithdrawn,
)
from shared.contracts.assessment import Assessment, Finding
from shared.contracts.codec import encode_value
from shared.contracts.flightplan import AuthorizationRecorded, AuthorizationSpec, AuthorizationWithdrawn
from shared.frame import Received, Transaction
from shared.outlines import box_of

ZoneEvent = Received[ZonePublished | ZoneChanged | ZoneWithdrawn]
AuthorizationEvent = Received[AuthorizationRecorded | AuthorizationWithdrawn]

ANY_VERSION: Final = 2**62  # whatever the zones were when a plan was decided


@dataclass(frozen=True, slots=True)
class Cause:
    """What made airspace ask again: the event, and its words in the answers."""

    received: Received[Any]
    because: str


def revise_for_zones(state: AirspaceState, tx: Transaction, batch: Sequence[ZoneEvent]) -> None:
    """Ask again whatever the new or the former outlines touch and was decided before them; list what they hit."""
    narrowing.share_zones(tx.cursor)
    zones = state.zones.read(tx.cursor)
    extents = [extent for received in batch for extent in _extents(received.event)]
    blame = _Blame(batch)
    again = Reassessment(state, tx.connection, zones, tx.now)
    hits: list[ZoneHit] = []
    for plans in again.plans(extents):
        hits += _revise_plans(state, tx, zones, plans, blame)
    for route in again.routes(extents):
        _revise_route(tx, route, blame)
        hits += blame.hits(route, route.after, tx.now)
    sites = again.sites(extents)
    _revise_sites(tx, sites, blame)
    hits += (hit for site in sites for hit in blame.hits(site, site.after, tx.now))
    reviews.save_hits(tx.cursor, hits)


def revise_for_authorizations(state: AirspaceState, tx: Transaction, batch: Sequence[AuthorizationEvent]) -> None:
    """Keep or end authorizations, and ask the plans and routes of their operators in them again."""
    narrowing.share_zones(tx.cursor)
    zones = state.zones.read(tx.cursor)
    for received in batch:
        spec = _keep(tx, received.event)
        if spec is not None:
            _revise_for(state, tx, zones, spec, Cause(received, f"authorization:{spec.number}"))


def _keep(tx: Transaction, event: AuthorizationRecorded | AuthorizationWithdrawn) -> AuthorizationSpec | None:
    if isinstance(event, AuthorizationWithdrawn):
        return subjects.withdraw_authorization(tx.connection, event.authorization_id)
    subjects.save_authorization(tx.connection, event.authorization_id, event.spec)
    return event.spec


def _revise_for(state: AirspaceState, tx: Transaction, zones: ZoneIndex, spec: AuthorizationSpec, cause: Cause) -> None:
    extents = [Extent(box_of(spec.outline), spec.starts_at, spec.ends_at, ANY_VERSION)]
    again = Reassessment(state, tx.connection, zones, tx.now)
    blame = _Always(cause)
    for plans in again.plans(extents, operator=spec.operator):
        _revise_plans(state, tx, zones, plans, blame)
    for route in again.routes(extents, operator=spec.operator):
        _revise_route(tx, route, blame)


def _extents(event: ZonePublished | ZoneChanged | ZoneWithdrawn) -> list[Extent]:
    specs = [getattr(event, name) for name in ("spec", "former") if hasattr(event, name)]
    return [Extent(box_of(spec.outline), spec.starts_at, spec.ends_at, event.zones_version) for spec in specs]


class _Always:
    """The one thing that changed."""

    def __init__(self, cause: Cause) -> None:
        self._cause = cause

    def of(self, before: Assessment, after: Assessment) -> Cause:
        return self._cause

    def hits(self, answer: Answer, after: Assessment, at: datetime) -> Iterator[ZoneHit]:
        return iter(())


class _Blame:
    """Which of several zone events changed an answer: the last one whose zone the findings differ in."""

    def __init__(self, batch: Sequence[ZoneEvent]) -> None:
        self._events = {received.event.zone_id: received for received in batch}
        self._causes = {
            zone_id: Cause(received, f"zone:{zone_id}@{received.event.zone_version}")
            for zone_id, received in self._events.items()
        }
        self._last = batch[-1].event.zone_id

    def of(self, before: Assessment, after: Assessment) -> Cause:
        former, new = self._findings(before), self._findings(after)
        differing = [zone_id for zone_id in former.keys() | new.keys() if former.get(zone_id) != new.get(zone_id)]
        number = {zone_id: self._events[zone_id].event.zones_version for zone_id in differing}
        return self._causes[max(differing, key=number.__getitem__, default=self._last)]

    def hits(self, answer: Answer, after: Assessment, at: datetime) -> Iterator[ZoneHit]:
        """One for each of the zones that the answer names, or named before."""
        new = self._findings(after)
        subject, subject_id, operator = _subject(answer)
        for zone_id in self._findings(answer.before).keys() | new.keys():
            yield ZoneHit(
                zone_id=zone_id,
                zone_version=self._events[zone_id].event.zone_version,
                subject=subject,
                subject_id=subject_id,
                operator=operator,
                outcome_before=answer.before.outcome,
                outcome_after=after.outcome,
                finding=new.get(zone_id),
                assessed_at=at,
            )

    def _findings(self, assessment: Assessment) -> dict[str, Finding]:
        """What the batch's zones do to it, one finding each."""
        return {
            finding.against_id: finding
            for finding in assessment.findings
            if finding.against_id in self._events and is_of_zone(finding)
        }


def _subject(answer: Answer) -> tuple[str, str, str]:
    """Kind, id and operator."""
    if isinstance(answer, PlanAnswer):
        return "plan", str(answer.plan.plan_id), answer.plan.operator
    if isinstance(answer, RouteAnswer):
        return "route", answer.route.route_id, answer.route.operator
    return "site", answer.site.site_id, answer.site.spec.operator


def _revise_plans(
    state: AirspaceState, tx: Transaction, zones: ZoneIndex, answers: Sequence[PlanAnswer], blame: "_Blame | _Always"
) -> list[ZoneHit]:
    """Write and record the answers that are others now; returns the hits.

    Plans that must now hold airspace ask for it like newcomers.
    """
    changes = [answer for answer in answers if differs(answer.before, answer.after)]
    causes = {change.plan.plan_id: blame.of(change.before, change.after) for change in changes}
    settle(tx, [change for change in changes if not change.claims], causes, zones.version)
    claims = [change.plan for change in changes if change.claims]
    requests = [request_of(plan, causes[plan.plan_id].because) for plan in claims]
    seen = {plan.plan_id: Seen(plan.seen_revision, plan.state) for plan in claims}
    decisions = decide_requests(state, tx, zones, requests, seen)
    record(tx, decisions, {plan.plan_id: causes[plan.plan_id].received for plan in claims})
    decided = {decision.request.plan_id: decision.assessment for decision in decisions}
    finals = ((answer, decided.get(answer.plan.plan_id, answer.after)) for answer in answers)
    return [hit for answer, after in finals for hit in blame.hits(answer, after, tx.now)]


def settle(
    tx: Transaction,
    changes: Sequence[PlanAnswer],
    causes: Mapping[UUID, Cause],
    zones_version: int | None = None,
) -> None:
    """Write the answers as they are, and tell them. `zones_version`: with which zones were asked, where they were."""
    rows = [_revised(change, zones_version or change.plan.zones_version) for change in changes]
    reservations.settle_plans(tx.cursor, rows)
    end_conflicts(tx, [row.plan_id for row in rows if row.state is Hold.FREE])
    journal.write(tx.cursor, [_settled(change, causes[change.plan.plan_id].because) for change in changes])
    for row in rows:
        cause = causes[row.plan_id]
        assessed = PlanAssessed(
            plan_id=row.plan_id,
            revision=row.revision,
            operator=row.operator,
            assessment=row.assessment,
            because=cause.because,
        )
        written = {"assessment": row.assessment_json} if row.assessment_json else None
        tx.record(assessed, causation=cause.received, written=written)


def _settled(change: PlanAnswer, because: str) -> Entry:
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


def _revised(change: PlanAnswer, zones_version: int) -> Known:
    return replace(
        change.plan,
        state=Hold.HELD if change.plan.active else HOLDS[change.after.outcome],
        assessment=change.after,
        assessment_json=encode_value(change.after),
        zones_version=zones_version,
    )


def _revise_route(tx: Transaction, answer: RouteAnswer, blame: "_Blame | _Always") -> None:
    if not differs(answer.before, answer.after):
        return
    route, cause = answer.route, blame.of(answer.before, answer.after)
    subjects.save_route(tx.connection, replace(route, assessment=answer.after))
    assessed = RouteAssessed(
        route_id=route.route_id,
        revision=route.revision,
        operator=route.operator,
        assessment=answer.after,
        because=cause.because,
    )
    tx.record(assessed, causation=cause.received)


def _revise_sites(tx: Transaction, answers: Sequence[SiteAnswer], blame: "_Blame | _Always") -> None:
    changes = [answer for answer in answers if differs(answer.before, answer.after)]
    written = {change.site.site_id: encode_value(change.after) for change in changes}
    subjects.save_site_answers(tx.cursor, written)
    for change in changes:
        site, cause = change.site, blame.of(change.before, change.after)
        assessed = SiteAssessed(
            site_id=site.site_id, revision=site.revision, assessment=change.after, because=cause.because
        )
        tx.record(assessed, causation=cause.received, written={"assessment": written[site.site_id]})
