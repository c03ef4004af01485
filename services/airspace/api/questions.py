"""May this fly, and what does a zone touch."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from annotated_types import Len
from fastapi import APIRouter, Query

from services.airspace.api import views
from services.airspace.api.drafts import ZoneDraft
from services.airspace.api.parts import Anyone, PlanReader, Publisher, Reading, Regulator, State
from services.airspace.api.views import MOST_LISTED, SUBJECTS, Answer, ReplayView, TouchedView
from services.airspace.store import reviews
from services.airspace.usecases import asking, proposing, replaying
from services.airspace.usecases.asking import Asker
from services.airspace.usecases.zones import expect_zone
from shared.auth import Role
from shared.flight import FlightIntent
from shared.http import body
from shared.outlines import check_outline
from shared.values import Name

router = APIRouter(tags=["airspace"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A flight somebody thinks of, and the authorizations it would rest on; unsaid, all of the organisation."""

    intent: FlightIntent
    authorization_numbers: Annotated[Sequence[Name], Len(0, 20)] | None = None


@router.post("/checks")
def check_flight(
    question: Annotated[Question, body(Question)],
    caller: Anyone,
    state: State,
    reading: Reading,
    alternatives: Annotated[bool, Query(description="Look for flights nearby that are better off.")] = True,
) -> Answer:
    """May I fly here, then? The answer a filing would get now, and the nearest flights that are better off than a
    refused or awaiting one; nothing is stored or reserved."""
    asker = Asker(operator=caller.org, sees_all=caller.has(Role.REGULATOR))
    checked = asking.check(state, reading, question.intent, asker, question.authorization_numbers)
    near = proposing.alternatives(state, reading, checked) if alternatives else ()
    return views.answer(state, checked, near, caller)


@router.get("/checks/plans/{plan_id}")
def check_plan(plan_id: UUID, caller: PlanReader, state: State, reading: Reading) -> Answer:
    """What a plan's latest intent would be answered were it decided now, and the nearest flights that are better off.

    For its operator and regulators; to others there is no such plan.
    """
    operator = None if caller.has(Role.REGULATOR) else caller.org
    checked = proposing.plan_checked(state, reading, plan_id, operator)
    return views.answer(state, checked, proposing.alternatives(state, reading, checked), caller)


@router.get("/airspace/replays/{plan_id}")
def replay_plan(plan_id: UUID, caller: Regulator, state: State, reading: Reading) -> ReplayView:
    """Every decision on a plan made again from the log: the same answer, or what differs."""
    return views.replay(state, plan_id, replaying.replay(state, reading, plan_id))


@router.post("/zones/impact")
def preview_zone(
    draft: Annotated[ZoneDraft, body(ZoneDraft)], caller: Publisher, state: State, reading: Reading
) -> TouchedView:
    """Which plans, routes and sites this zone would touch were it published now, and what would be answered then."""
    check_outline(draft.outline)
    return views.impact(state, asking.preview(state, reading, draft.zone_id, draft.spec(), most=MOST_LISTED))


@router.get("/zones/{zone_id}/hits")
def list_hits(zone_id: str, caller: Regulator, state: State, reading: Reading) -> TouchedView:
    """Which plans, routes and sites the zone's versions touched when they came, and what was answered then.

    The newest version first, and in it those with another outcome.
    """
    expect_zone(reading, zone_id)
    found = {subject: reviews.list_hits(reading, zone_id, subject, most=MOST_LISTED) for subject in SUBJECTS}
    return views.hits(state, found, reviews.count_hits(reading, zone_id))
