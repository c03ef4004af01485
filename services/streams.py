"""`GET /{service}/events`: a service's events as they happen, to each caller what he may see."""

from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.responses import StreamingResponse

from shared.auth import ANYONE_KNOWN, Principal, allow
from shared.stream import FURTHEST, STREAMED, EventStream


def router_of(service: str) -> APIRouter:
    """The router of one service's stream."""
    router = APIRouter(tags=["events"])

    @router.get(
        f"/{service}/events",
        name=f"{service}_events",
        response_class=StreamingResponse,
        responses=STREAMED,
    )
    async def events(
        request: Request,
        caller: Annotated[Principal, allow(*ANYONE_KNOWN)],
        last_event_id: Annotated[int | None, Header(ge=0, le=FURTHEST)] = None,
    ) -> StreamingResponse:
        """Server-sent events: `id` the position, `event` the type, `data` `{key, time, event}`.

        Starts now, or after `Last-Event-ID`. Ends with the token; a client that reads too slowly gets `dropped`.
        """
        stream: EventStream = request.app.state.streams[service]
        return await stream.respond(caller, last_event_id, request.scope["token_until"])

    return router
