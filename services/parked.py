"""`GET /{service}/parked`, `POST /{service}/parked/{id}/replay`: events set aside as poison, and trying them again."""

from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Path

from shared.auth import Principal, Role, allow
from shared.db import raw
from shared.frame import Transaction
from shared.http import Page, Paging, reading, transaction
from shared.parked import Parked, ParkedEvent

_FURTHEST = 2**63 - 1


def router_of(service: str) -> APIRouter:
    """The router of one service's parked events."""
    router = APIRouter(tags=["operations"])
    parked = Parked(service)

    @router.get(f"/{service}/parked", name=f"{service}_parked")
    def parked_events(
        caller: Annotated[Principal, allow(Role.SERVICE, Role.REGULATOR)],
        connection: Annotated[sa.Connection, reading(service)],
        page: Paging,
    ) -> Page[ParkedEvent]:
        """The events this service could not handle, each with its reason, newest first."""
        after = page.after(int)
        events = parked.newest(raw(connection), page.fetch, after[0] if after else _FURTHEST)
        return page.of(events, key=lambda event: (event.parked_id,))

    @router.post(f"/{service}/parked/{{parked_id}}/replay", name=f"{service}_replay", status_code=202)
    def replay(
        parked_id: Annotated[int, Path(ge=1, le=_FURTHEST)],
        caller: Annotated[Principal, allow(Role.SERVICE)],
        tx: Annotated[Transaction, transaction(service)],
    ) -> None:
        """Ask for the event to be handled again, where the service does its work; its entry says the outcome."""
        parked.ask(tx.cursor, parked_id, tx.now)

    return router
