"""What operators' systems ask by events: the same use cases as by HTTP, in batches; what breaks a rule is parked."""

from collections.abc import Sequence
from typing import Any, Final

from services.flightplan.domain.filing import Rulebook
from services.flightplan.domain.plan import plan_id_of
from services.flightplan.usecases.filing import Filing, file_plans
from services.flightplan.usecases.flying import FlightReport, activate_plans, end_plans
from services.flightplan.usecases.plans import Move, Withdrawal, move_plans, withdraw_plans
from shared.contracts.inbound import (
    FlightPlanEndReported,
    FlightPlanMoveRequested,
    FlightPlanRequested,
    FlightPlanTakeOffReported,
    FlightPlanWithdrawRequested,
)
from shared.errors import TianyuanError
from shared.flight import IntentChange
from shared.frame import Received, Transaction

FILED_BY: Final = "inbound.flight-plans"


def file_requested(tx: Transaction, batch: Sequence[Received[FlightPlanRequested]], *, rulebook: Rulebook) -> None:
    """File the plans; a repeated request files nothing twice."""
    filings = [
        Filing(
            plan_id=plan_id_of(received.event.operator, received.event.request_key),
            operator=received.event.operator,
            filed_by=FILED_BY,
            request_key=received.event.request_key,
            intent=received.event.intent,
            demo=received.event.demo,
            traceparent=received.traceparent,
        )
        for received in batch
    ]
    _reject(tx, batch, file_plans(tx, filings, rulebook), within="intent.")


def move_requested(tx: Transaction, batch: Sequence[Received[FlightPlanMoveRequested]], *, rulebook: Rulebook) -> None:
    """Ask for the new times, and the other way where it says one."""
    moves = [
        Move(
            plan_id=received.event.plan_id,
            operator=received.event.operator,
            change=IntentChange(
                departs_at=received.event.departs_at,
                path=received.event.path,
                area=received.event.area,
                arrival=received.event.arrival,
                speed_mps=received.event.speed_mps,
            ),
            traceparent=received.traceparent,
        )
        for received in batch
    ]
    _reject(tx, batch, move_plans(tx, moves, rulebook))


def withdraw_requested(tx: Transaction, batch: Sequence[Received[FlightPlanWithdrawRequested]]) -> None:
    """Give the plans up."""
    withdrawals = [
        Withdrawal(
            plan_id=received.event.plan_id,
            operator=received.event.operator,
            reason=received.event.reason,
            traceparent=received.traceparent,
        )
        for received in batch
    ]
    _reject(tx, batch, withdraw_plans(tx, withdrawals))


def take_offs_reported(tx: Transaction, batch: Sequence[Received[FlightPlanTakeOffReported]]) -> None:
    """Confirm the take-offs."""
    _reject(tx, batch, activate_plans(tx, _reports(batch)))


def ends_reported(tx: Transaction, batch: Sequence[Received[FlightPlanEndReported]]) -> None:
    """Take note of the ends."""
    _reject(tx, batch, end_plans(tx, _reports(batch)))


def _reports(batch: Sequence[Received[FlightPlanTakeOffReported | FlightPlanEndReported]]) -> list[FlightReport]:
    return [
        FlightReport(plan_id=received.event.plan_id, operator=received.event.operator, traceparent=received.traceparent)
        for received in batch
    ]


def _reject(tx: Transaction, batch: Sequence[Received[Any]], answers: Sequence[Any], within: str = "") -> None:
    """Park the events whose answer is an error, its field named from the event's root."""
    for received, answer in zip(batch, answers, strict=True):
        if isinstance(answer, TianyuanError):
            if answer.field is not None:
                answer.field = within + answer.field
            tx.reject(received, answer)
