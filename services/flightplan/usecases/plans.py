"""What becomes of a plan after it was filed: moved, withdrawn, ruled, lapsed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from services.flightplan.domain import plan_life
from services.flightplan.domain.errors import FlightOver, PlanNotFound, RulingNotDue
from services.flightplan.domain.filing import (
    Rulebook,
    Sites,
    changed_intent,
    check_way_flown,
    checked_intent,
    flown_window,
)
from services.flightplan.domain.plan import FlightPlan, Proposal
from services.flightplan.store import plan_reads, plans, sites
from services.flightplan.usecases.quota import Usage
from shared.contracts.flightplan import (
    FlightPlanLapsed,
    FlightPlanMoved,
    FlightPlanRuled,
    FlightPlanWithdrawn,
    PlanState,
    Ruling,
    RulingDecision,
)
from shared.errors import TianyuanError
from shared.flight import FlightIntent, IntentChange
from shared.frame import Transaction
from shared.law import voluntary
from shared.tracing import tracing

_MOST_LAPSED: Final = 1_000  # in one transaction

Answer = FlightPlan | TianyuanError


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """An operator asks for new times, or another way."""

    plan_id: UUID
    operator: str
    change: IntentChange
    traceparent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """An operator gives a plan up."""

    plan_id: UUID
    operator: str
    reason: str = ""
    traceparent: str | None = None


def move_plans(tx: Transaction, moves: Sequence[Move], rulebook: Rulebook) -> list[Answer]:
    """One answer a move: the plan with its proposal, or what is in the way. Asking the same again changes nothing."""
    held = plan_reads.locked_plans(tx.connection, [move.plan_id for move in moves])
    known_sites = sites.known(tx.cursor, _site_ids(held, moves))
    usage = Usage(tx, rulebook)
    proposed: list[plans.Move] = []
    answers: list[Answer] = []
    for move in moves:
        try:
            plan = _own(held, move.plan_id, move.operator)
            intent = changed_intent(plan.intent, move.change, known_sites)
            if not _asked_already(plan, intent):
                plan = _proposed(plan, move, intent, known_sites, rulebook, tx.now)
                taken = usage.take(plan.operator, intent, plan.plan_id)
                held[move.plan_id] = plan
                proposed.append(_record_move(tx, plan, move, taken))
            answers.append(plan)
        except TianyuanError as error:
            answers.append(error)
    if proposed:
        plans.propose(tx.cursor, proposed, now=tx.now)
    return answers


def _site_ids(held: Mapping[UUID, FlightPlan], moves: Sequence[Move]) -> set[str]:
    spots = [spot for plan in held.values() for spot in (plan.intent.departure, plan.intent.arrival)]
    asked = (move.change.arrival for move in moves)
    return {spot.site_id for spot in (*spots, *asked) if spot is not None and spot.site_id is not None}


def _own(held: Mapping[UUID, FlightPlan], plan_id: UUID, operator: str) -> FlightPlan:
    plan = held.get(plan_id)
    if plan is None or plan.operator != operator:
        raise PlanNotFound(plan_id)
    return plan


def _asked_already(plan: FlightPlan, intent: FlightIntent) -> bool:
    standing = plan.proposal.intent if plan.proposal else plan.intent
    return not plan.state.is_final and standing == intent


def _proposed(
    plan: FlightPlan, move: Move, intent: FlightIntent, known_sites: Sites, rulebook: Rulebook, now: datetime
) -> FlightPlan:
    plan_life.may_move(plan.standing, departs_at=plan.intent.departs_at, ends_at=plan.window.end, now=now)
    way = move.change.way
    if plan.state is not PlanState.ACTIVATED:
        checked_intent(intent, known_sites, may_prioritise=True, now=now)
    ends_at = flown_window(intent, rulebook).end if way else plan.window.end + (intent.departs_at - plan.window.start)
    if plan.state is PlanState.ACTIVATED:
        plan_life.check_aloft(intent.departs_at, ends_at, now)
        if way:
            check_way_flown(plan.intent, intent, way[0], rulebook, now)
    return _with_proposal(plan, intent, now, ends_at if way else None)


def _with_proposal(plan: FlightPlan, intent: FlightIntent, now: datetime, ends_at: datetime | None) -> FlightPlan:
    """With another way that ends then; `ends_at` is None of a move in time alone."""
    revision = plan.last_revision + 1
    proposal = Proposal(
        revision=revision,
        intent=intent,
        ends_at=ends_at,
        voluntary=voluntary(intent) if ends_at is not None and plan.state is not PlanState.ACTIVATED else None,
    )
    return replace(plan, last_revision=revision, proposal=proposal, move_refused=None, updated_at=now)


def _record_move(tx: Transaction, plan: FlightPlan, move: Move, taken: float | None) -> plans.Move:
    assert plan.proposal is not None
    with tracing(move.traceparent):
        tx.record(
            FlightPlanMoved(
                plan_id=plan.plan_id,
                revision=plan.proposal.revision,
                operator=plan.operator,
                intent=plan.proposal.intent,
                voluntary=plan.voluntary if plan.proposal.voluntary is None else plan.proposal.voluntary,
            )
        )
    return plans.Move(plan.plan_id, plan.proposal, taken)


def withdraw_plans(tx: Transaction, withdrawals: Sequence[Withdrawal]) -> list[Answer]:
    """One answer a withdrawal: the plan, or what is in the way. One that is withdrawn already stays so."""
    held = plan_reads.locked_plans(tx.connection, [withdrawal.plan_id for withdrawal in withdrawals])
    closed: list[UUID] = []
    answers: list[Answer] = []
    for withdrawal in withdrawals:
        try:
            plan = _own(held, withdrawal.plan_id, withdrawal.operator)
            if plan.state is not PlanState.WITHDRAWN:
                plan = _withdrawn(tx, plan, withdrawal)
                held[plan.plan_id] = plan
                closed.append(plan.plan_id)
            answers.append(plan)
        except TianyuanError as error:
            answers.append(error)
    if closed:
        plans.close(tx.cursor, closed, PlanState.WITHDRAWN, now=tx.now)
    return answers


def _withdrawn(tx: Transaction, plan: FlightPlan, withdrawal: Withdrawal) -> FlightPlan:
    state = plan_life.withdrawn(plan.standing, ends_at=plan.window.end, now=tx.now)
    with tracing(withdrawal.traceparent):
        tx.record(
            FlightPlanWithdrawn(
                plan_id=plan.plan_id,
                revision=plan.last_revision,
                operator=plan.operator,
                reason=withdrawal.reason,
            )
        )
    return replace(plan, state=state, proposal=None, updated_at=tx.now)


@dataclass(frozen=True, slots=True, kw_only=True)
class RulingRequest:
    """What a regulator rules; `revision` is the one looked at."""

    decision: RulingDecision
    reason: str
    ruled_by: str
    revision: int | None = None


def rule_plan(tx: Transaction, plan_id: UUID, request: RulingRequest) -> FlightPlan:
    """A regulator approves or refuses a plan that waits, or revokes one that was approved."""
    plan = plan_reads.locked_plans(tx.connection, [plan_id]).get(plan_id)
    if plan is None:
        raise PlanNotFound(plan_id)
    state = plan_life.ruled(plan.standing, request.decision, request.revision)
    if tx.now >= plan.window.end:
        raise FlightOver(plan.window.end)
    if plan.assessment is None:
        raise RulingNotDue(plan.state, request.decision)
    ruling = Ruling(
        decision=request.decision,
        reason=request.reason,
        ruled_by=request.ruled_by,
        ruled_at=tx.now,
        covers=plan_life.needing_ruling(plan.assessment),
    )
    plans.rule(tx.cursor, plan_id, state, ruling)
    tx.record(
        FlightPlanRuled(plan_id=plan_id, revision=plan.revision, operator=plan.operator, state=state, ruling=ruling)
    )
    proposal = None if state is PlanState.REFUSED else plan.proposal
    return replace(plan, state=state, ruling=ruling, proposal=proposal, decided_at=tx.now, updated_at=tx.now)


def lapse_plans(tx: Transaction) -> None:
    """Plans whose ruling never came before their flight would have ended lapse; their airspace is free."""
    overdue = [plan for plan in plans.lock_overdue(tx.cursor, tx.now, _MOST_LAPSED) if _lapses(plan, tx.now)]
    if not overdue:
        return
    plans.close(tx.cursor, [plan.plan_id for plan in overdue], PlanState.LAPSED, now=tx.now)
    for plan in overdue:
        tx.record(FlightPlanLapsed(plan_id=plan.plan_id, revision=plan.standing.revision, operator=plan.operator))


def _lapses(plan: plans.Overdue, now: datetime) -> bool:
    return plan_life.lapsed(plan.standing, ends_at=plan.ends_at, now=now) is PlanState.LAPSED
