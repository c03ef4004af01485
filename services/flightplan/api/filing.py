"""`POST /flight-plans`: file, and wait for the decision where asked. The one asynchronous way through the service."""

import re
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Header, Query, Response

from services.flightplan.api.callers import State, viewer_of
from services.flightplan.api.views import FlightPlanView, Shown
from services.flightplan.domain.errors import PlanNotFound, RequestKeyMissing, RequestKeyUnfit
from services.flightplan.domain.plan import FlightPlan, Verdict, plan_id_of
from services.flightplan.state import FlightplanState
from services.flightplan.usecases.filing import Filed, Filing
from shared.auth import Principal, Role, allow
from shared.contracts.assessment import Assessment
from shared.contracts.codec import decode_value, encode_value
from shared.contracts.flightplan import PlanState
from shared.direct import direct
from shared.errors import TianyuanError
from shared.flight import FlightIntent
from shared.http import body
from shared.tracing import current_traceparent
from shared.values import is_filled

LONGEST_WAIT_S: Final = 30
_LOOK_AGAIN_S: Final = 1.0  # a wake-up is a hint: another process may have applied the decision
_LONGEST_KEY: Final = 200
_WAIT: Final = re.compile(r"(?:^|[,;\s])wait\s*=\s*\"?(\d{1,9})\b", re.IGNORECASE).search

router = APIRouter(tags=["flight plans"])

Filer = Annotated[Principal, allow(Role.OPERATOR, Role.SERVICE, Role.REGULATOR)]
Key = Annotated[str | None, Header(alias="Idempotency-Key", description="the same key files the same plan once")]
Prefer = Annotated[
    str | None, Header(description=f"wait=N: hold the answer for the decision, {LONGEST_WAIT_S} s at most")
]


@router.post("/flight-plans", status_code=202, response_model=FlightPlanView)
@direct
async def file_plan(
    caller: Filer,
    intent: Annotated[FlightIntent, body(FlightIntent)],
    state: State,
    idempotency_key: Key = None,
    prefer: Prefer = None,
    demo: Annotated[bool, Query(description="label the plan as demonstration data")] = False,
) -> Response:
    """File a flight plan in the name of the caller's organisation.

    202 with the plan, whose decision follows; 200 where the same key filed the same plan before.
    """
    filing = _filing(caller, intent, _request_key(caller, idempotency_key), demo=demo)
    wait_s = _wait_s(prefer)
    with state.decided.expecting(filing.plan_id) as decision:
        answer = await state.filings.submit(filing)
        if isinstance(answer, TianyuanError):
            raise answer
        plan = answer.plan
        for _ in range(wait_s or 0):
            if plan.state is not PlanState.SUBMITTED:
                break
            await decision.within(_LOOK_AGAIN_S)
            plan = _decided(plan, decision.news) if decision.news else await _look(state, filing.plan_id)
    return _answered(Filed(plan, answer.repeated), Shown(viewer_of(caller), state), wait_s)


def _filing(caller: Principal, intent: FlightIntent, request_key: str | None, *, demo: bool) -> Filing:
    return Filing(
        plan_id=plan_id_of(caller.org, request_key),
        operator=caller.org,
        filed_by=caller.sub,
        request_key=request_key,
        intent=intent,
        may_prioritise=caller.has(Role.REGULATOR),
        demo=demo,
        traceparent=current_traceparent(),
    )


def _request_key(caller: Principal, key: str | None) -> str | None:
    if key is None:
        if not caller.has(Role.OPERATOR, Role.REGULATOR):
            raise RequestKeyMissing
        return None
    if len(key) > _LONGEST_KEY or not is_filled(key):
        raise RequestKeyUnfit
    return key


def _wait_s(prefer: str | None) -> int | None:
    """Seconds that RFC 7240's `wait` asks for, no more than are given; None where it is not asked."""
    asked = _WAIT(prefer) if prefer else None
    return min(int(asked[1]), LONGEST_WAIT_S) if asked else None


def _decided(plan: FlightPlan, verdict: Verdict) -> FlightPlan:
    assessment = decode_value(Assessment, verdict.assessment_json)
    return plan.decided(verdict.state, assessment, verdict.decided_at)


async def _look(state: FlightplanState, plan_id: UUID) -> FlightPlan:
    plan = await state.looks.submit(plan_id)
    if plan is None:
        raise PlanNotFound(plan_id)
    return plan


def _answered(filed: Filed, shown: Shown, wait_s: int | None) -> Response:
    headers = {"Location": f"/flight-plans/{filed.plan.plan_id}"}
    if wait_s is not None:
        headers["Preference-Applied"] = f"wait={wait_s}"
    status = 200 if filed.repeated else 202
    return Response(encode_value(shown.plan(filed.plan)), status, headers, "application/json")
