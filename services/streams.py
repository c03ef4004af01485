"""`GET /{service}/events`: a service's events as they happen, to each caller what he may see."""

from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.responses import StreamingResponse

from shared.auth import ANYONE_KNOWN, Principal, allow
from shared.stream import EventStream

_FURTHEST = 2**63 - 1


def router_of(service: str) -> APIRouter:
    """The router of one service's stream."""
    router = APIRouter(tags=["events"])

    @router.get(
        f"/{service}/events",
        name=f"{service}_events",
        response_class=StreamingResponse,
        responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}, "description": "Events"}},
    )
    async def events(
        request: Request,
        caller: Annotated[Principal, allow(*ANYONE_KNOWN)],
        last_event_id: Annotated[int | None, Header(ge=0, le=_FURTHEST)] = None,
    ) -> StreamingResponse:
        """Server-sent events: `id` the position, `event` the type, `data` `{key, time, event}`.

        Starts now, or after `Last-Event-ID`. Ends with the token; a client that reads too slowly gets `dropped`.
        """
        stream: EventStream = request.app.state.streams[service]
        chunks = await stream.open(caller, last_event_id, request.scope["token_until"])
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(chunks, media_type="text/event-stream", headers=headers)

    return router
