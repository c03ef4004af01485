"""Flights in the air: take-offs confirmed, ends reported, and plans whose take-off never was."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from services.flightplan.domain import plan_life
from services.flightplan.domain.errors import PlanNotFound
from services.flightplan.domain.plan import FlightPlan
from services.flightplan.store import plan_reads, plans
from shared.city import TakeOffs
from shared.contracts.flightplan import FlightPlanActivated, FlightPlanEnded, FlightPlanNoShow, PlanState
from shared.errors import TianyuanError
from shared.frame import Transaction
from shared.tracing import tracing

_MOST_NO_SHOWS: Final = 1_000  # in one transaction
_LONGEST_AGO: Final = timedelta(days=1)  # plans from before are history, whatever became of them


Answer = FlightPlan | TianyuanError
Say = Callable[[FlightPlan], FlightPlan]


@dataclass(frozen=True, slots=True, kw_only=True)
class FlightReport:
    """An operator tells of the take-off or the end of its flight."""

    plan_id: UUID
    operator: str
    traceparent: str | None = None


def activate_plans(tx: Transaction, reports: Sequence[FlightReport]) -> list[Answer]:
    """One answer a take-off confirmed: the plan, or what is in the way. Repeating it changes nothing."""

    def take_off(plan: FlightPlan) -> FlightPlan:
        departs_at, ends_at = plan.intent.departs_at, plan.window.end
        state = plan_life.activated(plan.standing, departs_at=departs_at, ends_at=ends_at, now=tx.now)
        tx.record(
            FlightPlanActivated(
                plan_id=plan.plan_id, revision=plan.revision, operator=plan.operator, activated_at=tx.now
            )
        )
        return replace(plan, state=state, updated_at=tx.now, activated_at=tx.now)

    answers, new = _each(tx, reports, PlanState.ACTIVATED, take_off)
    plans.activate(tx.cursor, new, now=tx.now)
    return answers


def end_plans(tx: Transaction, reports: Sequence[FlightReport]) -> list[Answer]:
    """One answer an end reported: the plan, whose airspace is free now, or what is in the way; likewise."""

    def land(plan: FlightPlan) -> FlightPlan:
        state = plan_life.ended(plan.standing)
        tx.record(
            FlightPlanEnded(plan_id=plan.plan_id, revision=plan.last_revision, operator=plan.operator, ended_at=tx.now)
        )
        return replace(plan, state=state, proposal=None, updated_at=tx.now)

    answers, new = _each(tx, reports, PlanState.ENDED, land)
    plans.close(tx.cursor, new, PlanState.ENDED, now=tx.now)
    return answers


def _each(
    tx: Transaction, reports: Sequence[FlightReport], state: PlanState, say: Say
) -> tuple[list[Answer], list[UUID]]:
    """The answers in order, and the plans that have come to the state now."""
    held = plan_reads.locked_plans(tx.connection, [report.plan_id for report in reports])
    answers: list[Answer] = []
    new: list[UUID] = []
    for report in reports:
        try:
            plan = _own(held, report)
            if plan.state is not state:
                with tracing(report.traceparent):
                    plan = held[plan.plan_id] = say(plan)
                new.append(plan.plan_id)
            answers.append(plan)
        except TianyuanError as error:
            answers.append(error)
    return answers, new


def _own(held: Mapping[UUID, FlightPlan], report: FlightReport) -> FlightPlan:
    plan = held.get(report.plan_id)
    if plan is None or plan.operator != report.operator:
        raise PlanNotFound(report.plan_id)
    return plan


@dataclass(frozen=True, slots=True)
class NoShows:
    """The task that ends plans whose take-off was not confirmed in time."""

    take_offs: TakeOffs

    def __call__(self, tx: Transaction) -> None:
        """End some of them; their airspace is free."""
        if not self.take_offs.no_show_after_min:
            return
        waits = timedelta(minutes=self.take_offs.no_show_after_min)
        classes = [kind.value for kind in self.take_offs.confirmed]
        late = plans.lock_unconfirmed(tx.cursor, classes, tx.now - waits - _LONGEST_AGO, tx.now - waits, _MOST_NO_SHOWS)
        gone = [plan for plan in late if _is_no_show(plan, waits, tx.now)]
        if not gone:
            return
        plans.close(tx.cursor, [plan.plan_id for plan in gone], PlanState.NO_SHOW, now=tx.now)
        for plan in gone:
            tx.record(
                FlightPlanNoShow(
                    plan_id=plan.plan_id,
                    revision=plan.standing.revision,
                    operator=plan.operator,
                    departs_at=plan.departs_at,
                    waited_until=plan.departs_at + waits,
                )
            )


def _is_no_show(plan: plans.Unconfirmed, waits: timedelta, now: datetime) -> bool:
    return plan_life.no_show(plan.standing, departs_at=plan.departs_at, waits=waits, now=now)
