"""The decider: plans in, reservations and assessments out, a batch in one transaction and in one order."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from services.airspace.domain.assess import decide
from services.airspace.domain.findings import in_the_way
from services.airspace.domain.subjects import Decision, PlanRequest, Reservation
from services.airspace.domain.zone_index import ZoneIndex
from services.airspace.state import AirspaceState
from services.airspace.store import journal, narrowing, reservations, reviews, subjects
from services.airspace.store.journal import Entry, EntryKind
from services.airspace.store.reservations import Hold, Known, Seen
from services.airspace.usecases.standing import look
from services.airspace.usecases.watching import end_conflicts
from shared.contracts.airspace import ConflictChange, PlanAssessed
from shared.contracts.assessment import Outcome
from shared.contracts.codec import encode_utc
from shared.contracts.flightplan import (
    FlightPlanEnded,
    FlightPlanLapsed,
    FlightPlanMoved,
    FlightPlanNoShow,
    FlightPlanRuled,
    FlightPlanSubmitted,
    FlightPlanWithdrawn,
    RulingDecision,
)
from shared.errors import Invalid
from shared.flight import FlightVolumes, volumes_of_all
from shared.frame import Received, Transaction

Asked = Received[FlightPlanSubmitted | FlightPlanMoved]
Ending = FlightPlanWithdrawn | FlightPlanRuled | FlightPlanLapsed | FlightPlanEnded | FlightPlanNoShow
ENDINGS: Final = (FlightPlanWithdrawn, FlightPlanRuled, FlightPlanLapsed, FlightPlanEnded, FlightPlanNoShow)


def decide_plans(state: AirspaceState, tx: Transaction, batch: Sequence[Asked]) -> None:
    """Decide on plans filed and moved, reserve what may fly, and say so. What was decided before is passed over."""
    narrowing.share_zones(tx.cursor)
    zones = state.zones.read(tx.cursor)
    for asked in _each_plan_once(batch):
        _decide(state, tx, zones, asked)


def release_plans(tx: Transaction, batch: Sequence[Received[Ending]]) -> None:
    """Free what plans hold that are withdrawn, lapsed, refused, over or no-shows; an approved one keeps it."""
    over = {ended.event.plan_id: ended.event.revision for ended in batch if _is_over(ended.event)}
    if over:
        narrowing.share_zones(tx.cursor)
        reservations.free_plans(tx.cursor, over, tx.now)
        journal.write(tx.cursor, [_released(ended.event) for ended in batch if _is_over(ended.event)])
        end_conflicts(tx, list(over))


def _is_over(event: Ending) -> bool:
    return not isinstance(event, FlightPlanRuled) or event.ruling.decision is RulingDecision.REFUSE


def _released(event: Ending) -> Entry:
    return Entry(plan_id=event.plan_id, revision=event.revision, operator=event.operator, kind=EntryKind.RELEASED)


def _each_plan_once(batch: Sequence[Asked]) -> Iterator[list[Asked]]:
    """Runs in which no plan comes twice: what was decided on its filing must be known when its move is."""
    run: dict[UUID, Asked] = {}
    for asked in batch:
        if asked.event.plan_id in run:
            yield list(run.values())
            run = {}
        run[asked.event.plan_id] = asked
    if run:
        yield list(run.values())


def _decide(state: AirspaceState, tx: Transaction, zones: ZoneIndex, batch: Sequence[Asked]) -> None:
    seen = reservations.find_seen(tx.cursor, [asked.event.plan_id for asked in batch])
    news = [asked for asked in batch if _is_news(asked.event, seen.get(asked.event.plan_id))]
    requests = [_request(asked.event, flight) for asked, flight in _flights(state, tx, news)]
    decisions = decide_requests(state, tx, zones, requests, seen)
    record(tx, decisions, {asked.event.plan_id: asked for asked in news})


def _flights(state: AirspaceState, tx: Transaction, news: Sequence[Asked]) -> list[tuple[Asked, FlightVolumes]]:
    """The volumes of each, in one pass; an intent that makes no flight is rejected, the others go on."""
    try:
        flights = volumes_of_all([asked.event.intent for asked in news], state.rules, state.terrain)
    except Invalid as error:
        if len(news) == 1:
            tx.reject(news[0], error)
            return []
        return [pair for asked in news for pair in _flights(state, tx, [asked])]
    return list(zip(news, flights, strict=True))


def _is_news(event: FlightPlanSubmitted | FlightPlanMoved, seen: Seen | None) -> bool:
    """Not out of date, and not the move of a plan that is over: its airspace is free, and nothing follows."""
    if seen is None:
        return True
    return event.revision > seen.revision and not (isinstance(event, FlightPlanMoved) and seen.state is Hold.FREE)


def _request(event: FlightPlanSubmitted | FlightPlanMoved, volumes: FlightVolumes) -> PlanRequest:
    moved = isinstance(event, FlightPlanMoved)
    return PlanRequest(
        plan_id=event.plan_id,
        revision=event.revision,
        operator=event.operator,
        priority=event.intent.priority,
        crewed=event.intent.aircraft_class.is_crewed,
        voluntary=event.voluntary,
        volumes=volumes,
        keeps_former=moved,
        because="moved" if moved else "filed",
    )


def decide_requests(
    state: AirspaceState,
    tx: Transaction,
    zones: ZoneIndex,
    requests: Sequence[PlanRequest],
    seen: Mapping[UUID, Seen],
) -> list[Decision]:
    """Load what may be near, decide, and save what is held now. The caller records what is returned."""
    if not requests:
        return []
    cursor = tx.cursor
    near = look(cursor, [request.volumes for request in requests])
    standing = near.plans
    moved = [request.plan_id for request in requests if request.keeps_former]
    former = reservations.find_plans(cursor, moved)
    requests = [_as_it_flies(request, former.get(request.plan_id)) for request in requests]
    standing |= {plan_id: known.reservation for plan_id, known in former.items() if known.state is Hold.HELD}
    start = min(request.volumes.window.start for request in requests)
    end = max(request.volumes.window.end for request in requests)
    highest = max(request.priority for request in requests)
    yielding = {one.operator for one in standing.values() if one.priority < highest}
    operators = sorted({request.operator for request in requests} | yielding)
    authorizations = subjects.authorizations_of(cursor, operators, start, end)
    decided = decide(
        requests, zones, standing.values(), authorizations, state.rules, state.terrain, tx.now, near.terminals
    )
    decisions = [replace(decision, assessment_json=encode_utc(decision.assessment)) for decision in decided]
    return _save(tx, zones.version, decisions, seen, standing)


def _as_it_flies(request: PlanRequest, former: Known | None) -> PlanRequest:
    """A flight in the air that is to be moved goes on holding airspace, also where it began as a voluntary notice."""
    if former is None or not former.active:
        return request
    return replace(request, active=True, voluntary=False)


def record(tx: Transaction, decisions: Sequence[Decision], causes: Mapping[UUID, Received[Any]]) -> None:
    """Say what was decided, in the order it was; what made another plan yield is caused by the plan before it."""
    journal.write(tx.cursor, [_entry(decision, causes.get(decision.request.plan_id)) for decision in decisions])
    cause: Received[Any] | None = None
    for decision in decisions:
        cause = causes.get(decision.request.plan_id, cause)
        tx.record(
            PlanAssessed(
                plan_id=decision.request.plan_id,
                revision=decision.request.revision,
                operator=decision.request.operator,
                assessment=decision.assessment,
                because=decision.because,
                conflict=decision.conflict,
            ),
            causation=cause,
            written={"assessment": decision.assessment_json} if decision.assessment_json else None,
        )


def _entry(decision: Decision, cause: Received[Any] | None) -> Entry:
    request, event = decision.request, cause.event if cause else None
    asked = isinstance(event, FlightPlanSubmitted | FlightPlanMoved) and decision.because == request.because
    return Entry(
        plan_id=request.plan_id,
        revision=request.revision,
        operator=request.operator,
        kind=EntryKind.DECIDED,
        outcome=decision.assessment.outcome,
        voluntary=request.voluntary,
        keeps_former=request.keeps_former,
        because=decision.because,
        intent=event.intent if asked else None,  # type: ignore[union-attr]
        starts_at=request.volumes.window.start,
        ends_at=request.volumes.window.end,
    )


@dataclass(slots=True)
class _Changes:
    """What a batch makes of plans; the last decision on a plan counts."""

    plans: dict[UUID, Decision]
    kept: dict[UUID, int]  # revisions refused that left the former in place


def _sorted_out(decisions: Sequence[Decision]) -> _Changes:
    changes = _Changes({}, {})
    for decision in decisions:
        request = decision.request
        if decision.keeps_former:
            changes.kept[request.plan_id] = request.revision
        else:
            changes.plans[request.plan_id] = decision
    return changes


def _save(
    tx: Transaction,
    zones_version: int,
    decisions: Sequence[Decision],
    seen: Mapping[UUID, Seen],
    standing: Mapping[UUID, Reservation],
) -> list[Decision]:
    changes = _sorted_out(decisions)
    plans = [_known(decision, zones_version, changes.kept) for decision in changes.plans.values()]
    written = [plan_id for plan_id in changes.plans if plan_id in seen or plan_id in standing]
    reservations.save_plans(tx.cursor, plans, known=written)
    narrowing.enter_keys(tx.cursor, [plan for plan in plans if plan.state is Hold.HELD])
    reservations.mark_seen(tx.cursor, changes.kept)
    refusals = {decision.request.plan_id: conflict for decision in decisions if (conflict := _conflict(decision))}
    end_conflicts(tx, [plan_id for plan_id in written if plan_id not in refusals])
    shown = reviews.shown_conflicts(
        tx.cursor, [plan_id for plan_id in refusals if plan_id in seen or plan_id in standing]
    )
    reviews.save_conflicts(tx.cursor, list(refusals.values()))
    return [_marked(decision, shown) for decision in decisions]


def _marked(decision: Decision, shown: Collection[UUID]) -> Decision:
    """With what it says of a conflict, where it does."""
    if not in_the_way(decision.assessment.findings):
        return decision
    changed = decision.request.plan_id in shown
    return replace(decision, conflict=ConflictChange.CHANGED if changed else ConflictChange.FOUND)


HOLDS = {
    Outcome.APPROVED: Hold.HELD,
    Outcome.AWAITING: Hold.HELD,
    Outcome.NOT_REQUIRED: Hold.NOTED,
    Outcome.REFUSED: Hold.FREE,
}


def _known(decision: Decision, zones_version: int, kept: Mapping[UUID, int]) -> Known:
    request = decision.request
    return Known(
        plan_id=request.plan_id,
        seen_revision=max(request.revision, kept.get(request.plan_id, 0)),
        revision=request.revision,
        operator=request.operator,
        state=Hold.HELD if decision.reserves else HOLDS[decision.assessment.outcome],
        priority=request.priority,
        crewed=request.crewed,
        voluntary=request.voluntary,
        volumes=request.volumes,
        assessment=decision.assessment,
        assessment_json=decision.assessment_json,
        zones_version=zones_version,
        active=request.active,
    )


def _conflict(decision: Decision) -> reviews.Conflict | None:
    """The refusal as regulators watch it, where other plans were in the way."""
    findings = in_the_way(decision.assessment.findings)
    if not findings:
        return None
    request, window = decision.request, decision.request.volumes.window
    lng, lat = findings[0].place
    return reviews.Conflict(
        plan_id=request.plan_id,
        revision=request.revision,
        operator=request.operator,
        place=(lng, lat),
        starts_at=window.start,
        ends_at=window.end,
        decided_at=decision.assessment.decided_at,
        because=decision.because,
        findings=findings,
    )
