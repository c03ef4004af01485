"""Zones and authorizations changed: everything they touch is asked again, and told where the answer is another one."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.airspace.domain.zone_index import ZoneIndex
from services.airspace.state import AirspaceState
from services.airspace.store import journal, narrowing, reservations, reviews, subjects
from services.airspace.store.journal import Entry, EntryKind
from services.airspace.store.narrowing import Extent
from services.airspace.store.reservations import Hold, Known, Seen, Settled
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
from shared.contracts.codec import encode_utc
from shared.contracts.flightplan import AuthorizationRecorded, AuthorizationSpec, AuthorizationWithdrawn
from shared.frame import Received, Transaction
from shared.meanwhile import meanwhile
from shared.outlines import box_of

ZoneEvent = Received[ZonePublished | ZoneChanged | ZoneWithdrawn]
AuthorizationEvent = Received[AuthorizationRecorded | AuthorizationWithdrawn]

Write = Callable[[], None]
Listed = Collection[tuple[str, int, str, str]]  # hits that are known

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
    listed = reviews.known_hits(tx.cursor, blame.versions)
    write: Write = _nothing
    for loaded in again.load(extents):
        with meanwhile(write):
            answers = again.ask(loaded)
        write = _revise_plans(state, tx, zones, answers, blame, listed)
    write()
    routes, sites = again.routes(extents), again.sites(extents)
    _revise_routes(tx, routes, blame)
    _revise_sites(tx, sites, blame)
    others: list[Answer] = [*routes, *sites]
    hits = [hit for answer in others for hit in blame.hits(answer, answer.after, tx.now)]
    reviews.save_hits(tx.cursor, hits, listed)


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
    for answers in again.plans(extents, operator=spec.operator):
        _revise_plans(state, tx, zones, answers, blame, set())()
    _revise_routes(tx, again.routes(extents, operator=spec.operator), blame)


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

    @property
    def versions(self) -> list[tuple[str, int]]:
        """Which version of each zone it is."""
        return [(zone_id, received.event.zone_version) for zone_id, received in self._events.items()]

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
    state: AirspaceState,
    tx: Transaction,
    zones: ZoneIndex,
    answers: Sequence[PlanAnswer],
    blame: "_Blame | _Always",
    listed: Listed,
) -> Write:
    """What writes and records the answers that are others now, and lists the hits: to be called before the next.

    Plans that must now hold airspace ask for it like newcomers, once what the others give up is written.
    """
    changes = [answer for answer in answers if differs(answer.before, answer.after)]
    causes = {change.plan.plan_id: blame.of(change.before, change.after) for change in changes}
    settled = [change for change in changes if not change.claims]
    claims = [change.plan for change in changes if change.claims]

    def write() -> None:
        settle(tx, settled, causes, zones.version)
        decided = _claim(state, tx, zones, claims, causes) if claims else {}
        finals = ((answer, decided.get(answer.plan.plan_id, answer.after)) for answer in answers)
        hits = [hit for answer, after in finals for hit in blame.hits(answer, after, tx.now)]
        reviews.save_hits(tx.cursor, hits, listed)

    return write


def _claim(
    state: AirspaceState, tx: Transaction, zones: ZoneIndex, claims: Sequence[Known], causes: Mapping[UUID, Cause]
) -> dict[UUID, Assessment]:
    requests = [request_of(plan, causes[plan.plan_id].because) for plan in claims]
    seen = {plan.plan_id: Seen(plan.seen_revision, plan.state) for plan in claims}
    decisions = decide_requests(state, tx, zones, requests, seen)
    record(tx, decisions, {plan.plan_id: causes[plan.plan_id].received for plan in claims})
    return {decision.request.plan_id: decision.assessment for decision in decisions}


def _nothing() -> None:
    return None


def settle(
    tx: Transaction,
    changes: Sequence[PlanAnswer],
    causes: Mapping[UUID, Cause],
    zones_version: int | None = None,
) -> None:
    """Write the answers as they are, and tell them. `zones_version`: with which zones were asked, where they were."""
    rows = [_settled(change, zones_version or change.plan.zones_version) for change in changes]
    reservations.settle_plans(tx.cursor, rows)
    end_conflicts(tx, [row.plan_id for row in rows if row.state is Hold.FREE])
    journal.write(tx.cursor, [_entry(change, causes[change.plan.plan_id].because) for change in changes])
    for change, row in zip(changes, rows, strict=True):
        plan, cause = change.plan, causes[row.plan_id]
        assessed = PlanAssessed(
            plan_id=plan.plan_id,
            revision=plan.revision,
            operator=plan.operator,
            assessment=change.after,
            because=cause.because,
        )
        tx.record(assessed, causation=cause.received, written={"assessment": row.assessment_json})


def _entry(change: PlanAnswer, because: str) -> Entry:
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


def _settled(change: PlanAnswer, zones_version: int) -> Settled:
    state = Hold.HELD if change.plan.active else HOLDS[change.after.outcome]
    return Settled(change.plan.plan_id, state, encode_utc(change.after), zones_version)


def _revise_routes(tx: Transaction, answers: Sequence[RouteAnswer], blame: "_Blame | _Always") -> None:
    changes = [answer for answer in answers if differs(answer.before, answer.after)]
    settle_routes(tx, changes, {change.route.route_id: blame.of(change.before, change.after) for change in changes})


def settle_routes(tx: Transaction, changes: Sequence[RouteAnswer], causes: Mapping[str, Cause]) -> None:
    """Write the answers on routes as they are, and tell them."""
    written = {change.route.route_id: encode_utc(change.after) for change in changes}
    subjects.save_route_answers(tx.cursor, written)
    for change in changes:
        route, cause = change.route, causes[change.route.route_id]
        assessed = RouteAssessed(
            route_id=route.route_id,
            revision=route.revision,
            operator=route.operator,
            assessment=change.after,
            because=cause.because,
        )
        tx.record(assessed, causation=cause.received, written={"assessment": written[route.route_id]})


def _revise_sites(tx: Transaction, answers: Sequence[SiteAnswer], blame: "_Blame | _Always") -> None:
    changes = [answer for answer in answers if differs(answer.before, answer.after)]
    written = {change.site.site_id: encode_utc(change.after) for change in changes}
    subjects.save_site_answers(tx.cursor, written)
    for change in changes:
        site, cause = change.site, blame.of(change.before, change.after)
        assessed = SiteAssessed(
            site_id=site.site_id, revision=site.revision, assessment=change.after, because=cause.because
        )
        tx.record(assessed, causation=cause.received, written={"assessment": written[site.site_id]})
