"""Flight plans over HTTP: look, list, move, withdraw, rule, take off and land."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

import orjson
from annotated_types import Ge, Le
from fastapi import APIRouter, Depends, Query, Response

from services.flightplan.api.callers import Reading, State, Tx, viewer_of
from services.flightplan.api.views import FlightPlanView, Shown
from services.flightplan.domain.errors import FilterReserved, PlanNotFound, SpanReversed, StateUnknown
from services.flightplan.domain.plan import FlightPlan
from services.flightplan.domain.visibility import Viewer, visible_to
from services.flightplan.store import plan_reads
from services.flightplan.store.history import history_of
from services.flightplan.store.plan_reads import Drawn, PlanFilter
from services.flightplan.usecases import flying
from services.flightplan.usecases import plans as usecases
from shared.auth import Principal, Role, allow
from shared.contracts.codec import encode
from shared.contracts.flightplan import PlanState, RulingDecision
from shared.errors import TianyuanError
from shared.flight import IntentChange
from shared.http import Page, Paging, WithinBbox, body
from shared.values import Instant, Text

_MOST_DRAWN: Final = 5_000

router = APIRouter(tags=["flight plans"])

Reader = Annotated[Principal, allow(Role.OPERATOR, Role.REGULATOR, Role.SERVICE)]
Owner = Annotated[Principal, allow(Role.OPERATOR, Role.REGULATOR)]
Regulator = Annotated[Principal, allow(Role.REGULATOR)]


async def _which(
    caller: Reader,
    bbox: WithinBbox,
    from_: Annotated[Instant | None, Query(alias="from", description="plans in the air at or after")] = None,
    to: Annotated[Instant | None, Query(description="plans that leave before")] = None,
    state: Annotated[str | None, Query(max_length=200, description="states, separated by commas")] = None,
    operator: Annotated[str | None, Query(max_length=200, description="of one operator; regulators only")] = None,
) -> PlanFilter:
    """The caller's own plans, or any for a regulator."""
    viewer = viewer_of(caller)
    if operator is not None and not viewer.may_see_plan(operator):
        raise FilterReserved
    if from_ is not None and to is not None and to <= from_:
        raise SpanReversed
    return PlanFilter(
        operator=operator if viewer.sees_all_plans else viewer.org,
        states=_states(state),
        bbox=bbox,
        from_=from_,
        to=to,
    )


def _states(text: str | None) -> tuple[PlanState, ...]:
    try:
        return tuple(PlanState(word) for word in text.split(",")) if text else ()
    except ValueError as error:
        raise StateUnknown(tuple(PlanState)) from error


Which = Annotated[PlanFilter, Depends(_which)]


@router.get("/flight-plans")
def list_plans(caller: Reader, which: Which, page: Paging, reading: Reading, state: State) -> Page[FlightPlanView]:
    """Plans by departure, a page at a time: the caller's own, all for a regulator."""
    rows = plan_reads.page_of(reading, which, after=page.after(datetime, UUID), limit=page.fetch)
    shown = Shown(viewer_of(caller), state)
    return page.of_views(rows, key=lambda plan: (plan.intent.departs_at, plan.plan_id), view=shown.plan)


@router.get("/flight-plans.geojson")
def draw_plans(
    caller: Reader,
    which: Which,
    reading: Reading,
    limit: Annotated[int, Query(ge=1, le=_MOST_DRAWN)] = _MOST_DRAWN,
) -> Response:
    """The same plans as lines for a map; `complete` says whether these are all."""
    rows = plan_reads.drawn(reading, which, limit + 1)
    document = {
        "type": "FeatureCollection",
        "complete": len(rows) <= limit,
        "features": [_feature(row) for row in rows[:limit]],
    }
    return Response(orjson.dumps(document, option=orjson.OPT_UTC_Z), media_type="application/geo+json")


def _feature(row: Drawn) -> dict[str, object]:
    return {
        "type": "Feature",
        "id": str(row.plan_id),
        "geometry": orjson.Fragment(row.geometry),
        "properties": {
            "plan_id": str(row.plan_id),
            "operator": row.operator,
            "state": row.state,
            "purpose": row.purpose,
            "departs_at": row.departs_at,
            "ends_at": row.ends_at,
            "demo": row.demo,
        },
    }


@router.get("/flight-plans/counts")
def count_plans(caller: Reader, which: Which, reading: Reading) -> Mapping[PlanState, int]:
    """How many of the same plans there are in each state."""
    return plan_reads.counts_of(reading, which)


@router.get("/flight-plans/{plan_id}")
def get_plan(caller: Reader, plan_id: UUID, reading: Reading, state: State) -> FlightPlanView:
    """One plan. 404 for another operator's, as for one that does not exist."""
    viewer = viewer_of(caller)
    return Shown(viewer, state).plan(_visible(plan_reads.plan_of(reading, plan_id), plan_id, viewer))


def _visible(plan: FlightPlan | None, plan_id: UUID, viewer: Viewer) -> FlightPlan:
    if plan is None or not viewer.may_see_plan(plan.operator):
        raise PlanNotFound(plan_id)
    return plan


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One event of a plan, as the caller may read it."""

    position: int
    type: str
    time: datetime
    event: Mapping[str, Any]


@router.get("/flight-plans/{plan_id}/history", response_model=list[HistoryEntry])
def get_history(caller: Reader, plan_id: UUID, reading: Reading) -> Response:
    """Everything that happened to the plan, from its first event on."""
    viewer = viewer_of(caller)
    _visible(plan_reads.plan_of(reading, plan_id), plan_id, viewer)
    entries = [
        {
            "position": past.position,
            "type": type(past.event).__name__,
            "time": past.time,
            "event": orjson.Fragment(encode(shown)),
        }
        for past in history_of(reading, "flightplan.plans", str(plan_id))
        if (shown := visible_to(past.event, viewer)) is not None
    ]
    return Response(orjson.dumps(entries, option=orjson.OPT_UTC_Z), media_type="application/json")


@router.post("/flight-plans/{plan_id}/move", status_code=202)
def move_plan(
    caller: Owner, plan_id: UUID, change: Annotated[IntentChange, body(IntentChange)], tx: Tx, state: State
) -> FlightPlanView:
    """Ask for new times, another way, or both. The plan stands as it is until that is found compatible; refused, it
    stays as it was.

    A flight in the air is moved too: to times at which it is, on a way that is the same until 5 s from now; it never
    waits for a ruling.
    """
    move = usecases.Move(plan_id=plan_id, operator=caller.org, change=change)
    return Shown(viewer_of(caller), state).plan(_only(usecases.move_plans(tx, [move], state.rulebook)))


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawRequest:
    """Why, if the operator says."""

    reason: Text = ""


@router.post("/flight-plans/{plan_id}/withdraw")
def withdraw_plan(
    caller: Owner, plan_id: UUID, request: Annotated[WithdrawRequest, body(WithdrawRequest)], tx: Tx, state: State
) -> FlightPlanView:
    """Give a plan up; its airspace is free."""
    withdrawal = usecases.Withdrawal(plan_id=plan_id, operator=caller.org, reason=request.reason)
    return Shown(viewer_of(caller), state).plan(_only(usecases.withdraw_plans(tx, [withdrawal])))


def _only(answers: list[usecases.Answer]) -> FlightPlan:
    (answer,) = answers
    if isinstance(answer, TianyuanError):
        raise answer
    return answer


@router.post("/flight-plans/{plan_id}/activate")
def activate_plan(caller: Owner, plan_id: UUID, tx: Tx, state: State) -> FlightPlanView:
    """Confirm the take-off, from a minute before it was planned. Without it the plan ends as a no-show."""
    report = flying.FlightReport(plan_id=plan_id, operator=caller.org)
    return Shown(viewer_of(caller), state).plan(_only(flying.activate_plans(tx, [report])))


@router.post("/flight-plans/{plan_id}/end")
def end_plan(caller: Owner, plan_id: UUID, tx: Tx, state: State) -> FlightPlanView:
    """Report the end of the flight; what is left of its airspace is free."""
    report = flying.FlightReport(plan_id=plan_id, operator=caller.org)
    return Shown(viewer_of(caller), state).plan(_only(flying.end_plans(tx, [report])))


@dataclass(frozen=True, slots=True, kw_only=True)
class RulingBody:
    """A regulator's word; `revision` is the one looked at, and the ruling fails if another stands by now."""

    decision: RulingDecision
    reason: Text
    revision: Annotated[int, Ge(1), Le(2**31 - 1)] | None = None


@router.post("/flight-plans/{plan_id}/ruling")
def rule_plan(
    caller: Regulator, plan_id: UUID, request: Annotated[RulingBody, body(RulingBody)], tx: Tx, state: State
) -> FlightPlanView:
    """Approve or refuse a plan that waits for a ruling, or revoke (refuse) one that was approved."""
    ruling = usecases.RulingRequest(
        decision=request.decision, reason=request.reason, ruled_by=caller.sub, revision=request.revision
    )
    return Shown(viewer_of(caller), state).plan(usecases.rule_plan(tx, plan_id, ruling))
