"""An operation answered by the short way says what it says by FastAPI's, whatever is asked and whatever goes wrong."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated

import httpx
import pytest
from fastapi import Header, Query, Response

from shared.auth import Principal, Role, allow
from shared.contracts.airspace import ZoneSpec
from shared.contracts.codec import encode_value
from shared.direct import direct
from shared.errors import Conflict, Unavailable
from shared.http import body
from tests.integration.edge.conftest import World

Regulator = Annotated[Principal, allow(Role.REGULATOR)]
ZONE = (
    b'{"name": "a", "kind": "prohibited", "restriction": "PROHIBITED", "authority": "b",'
    b' "outline": {"type": "Circle", "center": [114.3, 30.5], "radius_m": 100.0}}'
)
OTHER = {"date", "trace-id"}  # of each answer its own
JSON = {"content-type": "application/json"}


class AlreadyThere(Conflict):
    """As a service would say it."""


@pytest.fixture
def client(world: World) -> Iterator[httpx.Client]:
    """One operation, by FastAPI where the address has a query."""

    @world.router.post("/zones", status_code=202)
    @direct
    async def zones(
        spec: Annotated[ZoneSpec, body(ZoneSpec)],
        caller: Regulator,
        key: Annotated[str | None, Header(alias="Idempotency-Key")] = None,
        demo: Annotated[bool, Query()] = False,
    ) -> Response:
        if key == "twice":
            raise AlreadyThere("it is there", field="name")
        if key == "busy":
            raise Unavailable("not now")
        if key == "fault":
            raise RuntimeError("nobody foresaw this")
        return Response(encode_value({"spec": spec, "by": caller.org, "key": key, "demo": demo}), 202)

    with world.serve() as client:
        yield client


def both(client: httpx.Client, content: bytes, headers: Mapping[str, str]) -> httpx.Response:
    """The answer of the short way, which is the answer of the long one."""
    short, long = (client.post(url, content=content, headers=headers) for url in ("/zones", "/zones?demo=false"))
    assert (short.status_code, _without_trace(short)) == (long.status_code, _without_trace(long))
    kept = [{k: v for k, v in answer.headers.items() if k not in OTHER} for answer in (short, long)]
    assert kept[0] == kept[1]
    return short


def _without_trace(answer: httpx.Response) -> str:
    return re.sub(r'"trace_id":"[0-9a-f]+"', "", answer.text)


def test_what_is_right_is_done_by_either_way(world: World, client: httpx.Client) -> None:
    headers = {**world.headers(Role.REGULATOR, "a"), **JSON}
    assert both(client, ZONE, headers).json()["key"] is None
    answer = both(client, ZONE, {**headers, "idempotency-key": "k"})
    assert (answer.status_code, answer.json()["key"], answer.json()["by"]) == (202, "k", "a")


def test_what_is_wrong_is_the_same_problem(world: World, client: httpx.Client) -> None:
    regulator = world.headers(Role.REGULATOR)
    assert both(client, ZONE, JSON).status_code == 401
    assert both(client, ZONE, {**world.headers(Role.PLANNER), **JSON}).status_code == 403
    assert both(client, ZONE, regulator).status_code == 415
    assert both(client, b"{", {**regulator, **JSON}).status_code == 400
    assert both(client, ZONE.replace(b"100.0", b"-1"), {**regulator, **JSON}).status_code == 422
    assert both(client, b" " * 2_000_000, {**regulator, **JSON}).status_code == 413
    for key, status in (("twice", 409), ("busy", 503), ("fault", 500)):
        assert both(client, ZONE, {**regulator, **JSON, "idempotency-key": key}).status_code == status


def test_an_operation_that_only_fastapi_can_read_is_not_marked_so(world: World) -> None:
    @world.router.post("/zones/{zone_id}")
    @direct
    async def zone(zone_id: str, caller: Regulator) -> Response:
        return Response()

    with pytest.raises(ValueError, match="only FastAPI"):
        world.app()
