"""Apply what airspace found: plans and routes move on, in batches."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, cast
from uuid import UUID

from services.flightplan.domain import plan_life, route_life
from services.flightplan.domain.plan import Verdict
from services.flightplan.domain.plan_life import AssessmentSeen, Standing, Step
from services.flightplan.store import plans, routes
from shared import metrics
from shared.contracts.airspace import PlanAssessed, RouteAssessed
from shared.contracts.assessment import Assessment
from shared.contracts.codec import field_as_written
from shared.contracts.flightplan import FlightPlanDecided, PlanState, RouteState, RouteStateChanged
from shared.frame import Received, Transaction

MOVE_REFUSED: Final = "move refused"


@dataclass(frozen=True, slots=True)
class PlanAssessedSeen:
    """What is read of a PlanAssessed; its assessment is stored and told as it came."""

    plan_id: UUID
    revision: int
    assessment: AssessmentSeen
    because: str = "filed"


SEEN_AS: Final[Mapping[type, type]] = {PlanAssessed: PlanAssessedSeen}

Decided = Callable[[Mapping[UUID, Verdict | None]], None]


def apply_plan_assessments(
    tx: Transaction, batch: Sequence[Received[PlanAssessedSeen]], *, decided: Decided = lambda verdicts: None
) -> None:
    """The plans' next states. Several assessments of one plan follow each other, the last is stored.

    `decided` is told of the plans after the commit, with the verdict where it is their first and all there is to know.
    """
    waiting = list(batch)
    held = plans.lock_standings(tx.cursor, {received.event.plan_id for received in batch})
    new = [plan_id for plan_id, plan in held.items() if plan.standing.state is PlanState.SUBMITTED]
    verdicts: dict[UUID, Verdict | None] = dict.fromkeys(held)
    untouched = {plan_id for plan_id in new if held[plan_id].standing.proposed_revision is None}
    while waiting:
        now, waiting = _first_of_each(waiting)
        applied = [one for received in now if (one := _apply(tx, held, received)) is not None]
        if applied:
            plans.apply(tx.cursor, applied, now=tx.now)
        for one in applied:
            if one.plan_id in untouched:
                verdicts[one.plan_id] = Verdict(one.step.state, one.assessment_json, tx.now)
    tx.after_commit(lambda: decided(verdicts))
    tx.after_commit(lambda: _measure([held[plan_id] for plan_id in new], tx.now))


def _measure(decided: Iterable[plans.Held], now: datetime) -> None:
    """How long the plans decided for the first time have waited for it."""
    for plan in decided:
        metrics.decision_seconds.labels(plan.standing.state).observe((now - plan.submitted_at).total_seconds())


def _first_of_each(
    batch: Sequence[Received[PlanAssessedSeen]],
) -> tuple[list[Received[PlanAssessedSeen]], list[Received[PlanAssessedSeen]]]:
    """The first assessment of each plan, and those that follow on them: one statement changes a row once."""
    seen: set[UUID] = set()
    first: list[Received[PlanAssessedSeen]] = []
    later: list[Received[PlanAssessedSeen]] = []
    for received in batch:
        (later if received.event.plan_id in seen else first).append(received)
        seen.add(received.event.plan_id)
    return first, later


def _apply(tx: Transaction, held: dict[UUID, plans.Held], received: Received[PlanAssessedSeen]) -> plans.Applied | None:
    event = received.event
    plan = held.get(event.plan_id)
    step = plan_life.assessed(plan.standing, event.revision, event.assessment) if plan else None
    if plan is None or step is None:
        return None
    plan.standing = _after(plan.standing, step)
    if step.takes_move:
        plan.departs_at = plan.proposed_departs_at
    answer = field_as_written(received.data, "assessment")
    tx.record(
        FlightPlanDecided(
            plan_id=event.plan_id,
            revision=plan.standing.revision,
            operator=plan.operator,
            state=step.state,
            assessment=cast(Assessment, event.assessment),  # told as it was written
            because=MOVE_REFUSED if step.drops_move else event.because,
        ),
        causation=received,
        written={"assessment": answer, "departure_site_id": plan.departure_site, "departs_at": plan.departs_at},
    )
    return plans.Applied(event.plan_id, step, answer)


def _after(standing: Standing, step: Step) -> Standing:
    if step.takes_move:
        assert standing.proposed_revision is not None
        return Standing(step.state, standing.proposed_revision)
    proposed = None if step.drops_move or step.state.is_final else standing.proposed_revision
    return Standing(step.state, standing.revision, proposed, standing.ruling)


def apply_route_assessments(tx: Transaction, batch: Sequence[Received[RouteAssessed]]) -> None:
    """The routes' next states; assessments of a former revision are passed over."""
    held = routes.locked_routes(tx.connection, [received.event.route_id for received in batch])
    for received in batch:
        event = received.event
        route = held.get(event.route_id)
        if route is None or route.revision != event.revision:
            continue
        state = route_life.assessed(route.state, event.assessment)
        because = event.because if state is not route.state else route.because
        since = tx.now if state is RouteState.SUSPENDED and state is not route.state else route.effective_at
        route = replace(
            route,
            state=state,
            assessment=event.assessment,
            because=because,
            updated_at=tx.now,
            effective_at=since,
        )
        held[event.route_id] = route
        routes.update(tx.connection, route)
        tx.record(
            RouteStateChanged(
                route_id=route.route_id,
                revision=route.revision,
                operator=route.operator,
                state=state,
                assessment=event.assessment,
                because=event.because,
            ),
            causation=received,
        )
