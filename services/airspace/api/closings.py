"""What the closing of a site would touch, and what it did."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final

from fastapi import APIRouter

from services.airspace.api.parts import Reading, Regulator, State
from services.airspace.api.views import MOST_LISTED, Touched, reason
from services.airspace.domain.closures import Closure
from services.airspace.state import AirspaceState
from services.airspace.store import site_hits
from services.airspace.store.site_hits import SiteHit, SiteRouteHit
from services.airspace.usecases import asking
from services.airspace.usecases.closing import closure_of
from services.airspace.usecases.reassessing import PlanAnswer, RouteAnswer
from shared.auth import Principal, Role, allow
from shared.contracts.assessment import FindingCode
from shared.db import raw
from shared.errors import Invalid
from shared.flight.records import FOREVER_US, to_us
from shared.http import body
from shared.values import Instant, Text

router = APIRouter(tags=["airspace"])

Closer = Annotated[Principal, allow(Role.REGULATOR, Role.SERVICE, Role.PLANNER)]  # who may put a site out of use


class InvalidPeriod(Invalid):
    """A closing ends after it begins."""


class ClosingKind(StrEnum):
    """Why nobody takes off from a site or lands there."""

    OUT_OF_USE = "out_of_use"  # suspended or retired
    CLOSED = "closed"
    WEATHER_CLOSED = "weather_closed"


_CODES: Final = {
    ClosingKind.OUT_OF_USE: FindingCode.SITE_OUT_OF_USE,
    ClosingKind.CLOSED: FindingCode.SITE_CLOSED,
    ClosingKind.WEATHER_CLOSED: FindingCode.SITE_CLOSED_FOR_WEATHER,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingDraft:
    """A closing that somebody thinks of: from now on where it does not say when, and until further notice."""

    kind: ClosingKind = ClosingKind.OUT_OF_USE
    starts_at: Instant | None = None
    ends_at: Instant | None = None
    reason: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlansTouched:
    """The plans that a site's closing touches: how many, and on how many the outcome is another; the lists end.

    `routes` are those that lose the site, for it goes out of use: their airspace is as it was, so their outcome stays.
    """

    plans: Sequence[Touched]
    count: int
    changed: int
    routes: Sequence[Touched] = ()
    route_count: int = 0


@router.post("/airspace/sites/{site_id}/impact")
def preview_closing(
    site_id: str, draft: Annotated[ClosingDraft, body(ClosingDraft)], caller: Closer, state: State, reading: Reading
) -> PlansTouched:
    """Which plans and routes it would touch were this site closed, suspended or retired so, and what is answered then.

    A planner, who puts sites out of use, is told how many plans, not whose.
    """
    found = asking.preview_closing(state, reading, site_id, _closure(draft, state.clock()), most=MOST_LISTED)
    names_plans = caller.has(Role.REGULATOR, Role.SERVICE)
    return PlansTouched(
        plans=[_touched(state, site_id, answer) for answer in found.plans.listed if names_plans],
        count=found.plans.count,
        changed=found.plans.changed,
        routes=[_route(state, site_id, answer) for answer in found.routes.listed],
        route_count=found.routes.count,
    )


@router.get("/airspace/sites/{site_id}/hits")
def list_site_hits(site_id: str, caller: Regulator, state: State, reading: Reading) -> PlansTouched:
    """Which plans and routes the closings of a site touched when they were told, and what was answered then.

    The latest first, and of what was told at once those with another outcome.
    """
    asking.expect_site(reading, site_id)
    cursor = raw(reading).cursor()
    listed = [_hit(state, hit) for hit in site_hits.newest(cursor, site_id, most=MOST_LISTED)]
    count, changed = site_hits.count(cursor, site_id)
    return PlansTouched(
        plans=listed,
        count=count,
        changed=changed,
        routes=[_hit(state, hit) for hit in site_hits.newest_routes(cursor, site_id, most=MOST_LISTED)],
        route_count=site_hits.count_routes(cursor, site_id),
    )


def _closure(draft: ClosingDraft, now: datetime) -> Closure:
    starts_at = draft.starts_at or now
    if draft.ends_at is not None and draft.ends_at <= starts_at:
        raise InvalidPeriod("must be after the closing begins", field="ends_at")
    end_us = FOREVER_US if draft.ends_at is None else to_us(draft.ends_at)
    return Closure(to_us(starts_at), end_us, _CODES[draft.kind], draft.reason)


def _touched(state: AirspaceState, site_id: str, answer: PlanAnswer) -> Touched:
    finding = closure_of(site_id, answer.after)
    return Touched(
        plan_id=str(answer.plan.plan_id),
        operator=answer.plan.operator,
        state_now=answer.before.outcome,
        outcome_then=answer.after.outcome,
        changed=answer.before.outcome is not answer.after.outcome,
        finding=reason(state, finding) if finding else None,
    )


def _route(state: AirspaceState, site_id: str, answer: RouteAnswer) -> Touched:
    finding = closure_of(site_id, answer.after)
    return Touched(
        route_id=answer.route.route_id,
        operator=answer.route.operator,
        name=answer.route.spec.name,
        state_now=answer.before.outcome,
        outcome_then=answer.after.outcome,
        changed=answer.before.outcome is not answer.after.outcome,
        finding=reason(state, finding) if finding else None,
    )


def _hit(state: AirspaceState, hit: SiteHit | SiteRouteHit) -> Touched:
    named: dict[str, Any] = (
        {"route_id": hit.route_id, "name": hit.name} if isinstance(hit, SiteRouteHit) else {"plan_id": str(hit.plan_id)}
    )
    return Touched(
        **named,
        operator=hit.operator,
        state_now=hit.outcome_before,
        outcome_then=hit.outcome_after,
        changed=hit.changed,
        finding=reason(state, hit.finding) if hit.finding else None,
        because=hit.because,
        assessed_at=hit.assessed_at,
    )
