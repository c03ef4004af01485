"""Flights in the air: take-offs confirmed, ends reported, and plans whose take-off never was."""

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
from shared.frame import Transaction

_MOST_NO_SHOWS: Final = 1_000  # in one transaction
_LONGEST_AGO: Final = timedelta(days=1)  # plans from before are history, whatever became of them


def activate_plan(tx: Transaction, plan_id: UUID, operator: str) -> FlightPlan:
    """The operator confirms the take-off. Repeating it changes nothing."""
    plan = _own(tx, plan_id, operator)
    if plan.state is PlanState.ACTIVATED:
        return plan
    departs_at, ends_at = plan.intent.departs_at, plan.window.end
    state = plan_life.activated(plan.standing, departs_at=departs_at, ends_at=ends_at, now=tx.now)
    plans.activate(tx.cursor, plan_id, now=tx.now)
    tx.record(FlightPlanActivated(plan_id=plan_id, revision=plan.revision, operator=operator, activated_at=tx.now))
    return replace(plan, state=state, updated_at=tx.now, activated_at=tx.now)


def end_plan(tx: Transaction, plan_id: UUID, operator: str) -> FlightPlan:
    """The operator reports the end of the flight; the rest of its airspace is free. Repeating it changes nothing."""
    plan = _own(tx, plan_id, operator)
    if plan.state is PlanState.ENDED:
        return plan
    state = plan_life.ended(plan.standing)
    plans.close(tx.cursor, [plan_id], state, now=tx.now)
    tx.record(FlightPlanEnded(plan_id=plan_id, revision=plan.last_revision, operator=operator, ended_at=tx.now))
    return replace(plan, state=state, updated_at=tx.now)


def _own(tx: Transaction, plan_id: UUID, operator: str) -> FlightPlan:
    plan = plan_reads.locked_plans(tx.connection, [plan_id]).get(plan_id)
    if plan is None or plan.operator != operator:
        raise PlanNotFound(plan_id)
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
