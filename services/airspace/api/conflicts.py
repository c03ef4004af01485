"""Who is in whose way: the conflicts as they stand, and as they come, change and end."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse

from services.airspace.api import views
from services.airspace.api.drafts import as_query_instant, box
from services.airspace.api.parts import PlanReader, Reading, Regulator, State
from services.airspace.api.views import ConflictView
from services.airspace.domain.findings import in_the_way
from services.airspace.state import AirspaceState
from services.airspace.store import reviews
from shared.auth import Principal
from shared.contracts.airspace import ConflictChange, ConflictEnded, PlanAssessed
from shared.contracts.codec import Event, encode, encode_value
from shared.http import Page, Paging, WithinBbox
from shared.log import Recorded
from shared.stream import FURTHEST, STREAMED, EventStream, Show, Shown

router = APIRouter(tags=["airspace"])

_TYPES = {ConflictChange.FOUND: "ConflictFound", ConflictChange.CHANGED: "ConflictChanged"}


@router.get("/conflicts")
def list_conflicts(
    caller: Regulator,
    state: State,
    reading: Reading,
    page: Paging,
    bbox: WithinBbox,
    since: Annotated[datetime | None, Query()] = None,
) -> Page[ConflictView]:
    """Plans refused because others were in the way, until their time is over; the newest decision first."""
    rows = reviews.list_conflicts(
        reading,
        now=state.clock(),
        within=box(bbox),
        since=as_query_instant(since, "since"),
        after=page.after(datetime, UUID),
        limit=page.fetch,
    )
    return page.of_views(
        rows, key=lambda row: (row.decided_at, row.plan_id), view=lambda row: views.conflict(state, row)
    )


@router.get("/conflicts/events", response_class=StreamingResponse, responses=STREAMED)
async def follow_conflicts(
    request: Request,
    caller: PlanReader,
    state: State,
    last_event_id: Annotated[int | None, Header(ge=0, le=FURTHEST)] = None,
) -> StreamingResponse:
    """Conflicts as server-sent events: `ConflictFound`, `ConflictChanged` (another in its place), `ConflictEnded`.

    `data` is `{key, time, event}`, `key` the plan that is refused and `event` what `GET /conflicts` lists. Regulators
    follow all; operators those of their own plans, without whose flight is in the way. Starts now, or after
    `Last-Event-ID`.
    """
    stream: EventStream = request.app.state.streams["airspace"]
    return await stream.respond(caller, last_event_id, request.scope["token_until"], _shows(state))


def _shows(state: AirspaceState) -> Show:
    def show(recorded: Recorded, event: Event, caller: Principal) -> Shown | None:
        seen = views.visible_to(event, caller)
        if isinstance(seen, ConflictEnded):
            return Shown(recorded.type, encode(seen))
        if isinstance(seen, PlanAssessed) and seen.conflict is not None:
            return Shown(_TYPES[seen.conflict], encode_value(views.conflict(state, _conflict(seen))))
        return None

    return show


def _conflict(event: PlanAssessed) -> reviews.Conflict:
    findings = in_the_way(event.assessment.findings)
    first, decided_at = findings[0], event.assessment.decided_at
    lng, lat = first.place
    return reviews.Conflict(
        plan_id=event.plan_id,
        revision=event.revision,
        operator=event.operator,
        place=(lng, lat),
        starts_at=first.starts_at or decided_at,
        ends_at=first.ends_at or decided_at,
        decided_at=decided_at,
        because=event.because,
        findings=findings,
    )
