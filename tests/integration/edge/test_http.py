"""What every answer has in common: problems, headers, traces, health, metrics, tokens, the console, OpenAPI."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Query

from shared.auth import Principal, Role, allow
from shared.contracts.airspace import ZoneSpec
from shared.http import Paging, Upload, WithinBbox, body, upload
from shared.operations import operations, undeclared
from shared.tracing import current_traceparent
from tests.integration.edge.conftest import World

Regulator = Annotated[Principal, allow(Role.REGULATOR)]


@dataclass(frozen=True, slots=True)
class Seen:
    """What an endpoint saw."""

    note: str


@pytest.fixture
def client(world: World) -> Iterator[httpx.Client]:
    """A server with a few operations, called by a regulator."""

    @world.router.post("/zones", status_code=201)
    async def zones(spec: Annotated[ZoneSpec, body(ZoneSpec)], caller: Regulator) -> ZoneSpec:
        return spec

    @world.router.post("/files")
    async def files(file: Annotated[Upload, upload("text/csv", limit=1000)], caller: Regulator) -> Seen:
        return Seen(f"{file.media_type} {len(file.content)}")

    @world.router.get("/list")
    async def listed(
        caller: Regulator, page: Paging, box: WithinBbox, at: Annotated[datetime | None, Query()] = None
    ) -> Seen:
        return Seen(f"{page.limit} {box}")

    @world.router.get("/items/{number}")
    async def item(number: int, caller: Regulator) -> Seen:
        return Seen(current_traceparent() or "")

    with world.serve() as client:
        client.headers.update(world.headers(Role.REGULATOR))
        yield client


def problem_of(answer: httpx.Response, status: int) -> dict[str, Any]:
    """The problem document of an answer that must be one."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert document["status"] == status
    assert document["type"]
    assert document["title"]
    assert document["detail"]
    return document


def test_parameters_are_named_in_the_problem(client: httpx.Client) -> None:
    for address, field in (
        ("/list?limit=0", "limit"),
        ("/list?limit=many", "limit"),
        ("/list?cursor=" + "x" * 2000, "cursor"),
        ("/list?bbox=1,2", "bbox"),
        ("/list?bbox=nan,0,1,1", "bbox"),
        ("/list?at=yesterday", "at"),
        ("/items/x", "number"),
        ("/items/1e400", "number"),
    ):
        assert problem_of(client.get(address), 422)["field"] == field


def test_wrong_addresses_and_methods_are_problems_too(client: httpx.Client) -> None:
    assert problem_of(client.get("/nothing"), 404)["title"] == "Not Found"
    assert problem_of(client.delete("/zones"), 405)["title"] == "Method Not Allowed"
    assert problem_of(client.get("/items/%00"), 400)
    assert problem_of(client.get("/list?bbox=%00"), 400)


def test_bodies_of_the_wrong_kind_or_size(client: httpx.Client) -> None:
    as_json = {"content-type": "application/json"}
    assert problem_of(client.post("/zones", content=b"{}", headers={"content-type": "text/plain"}), 415)
    assert problem_of(client.post("/zones"), 415)
    assert problem_of(
        client.post("/zones", content=b"{}", headers={"content-type": "application/json; charset=utf-8"}), 422
    )
    assert problem_of(client.post("/zones", content=b" " * 1_048_577, headers=as_json), 413)
    assert problem_of(client.post("/zones", content=iter([b" " * 600_000] * 2), headers=as_json), 413)
    assert problem_of(client.post("/files", content=b"x" * 1001, headers={"content-type": "text/csv"}), 413)
    assert client.post("/files", content=b"a,b", headers={"content-type": "text/csv"}).json()["note"] == "text/csv 3"
    deep = b'{"outline":' * 5000 + b"1" + b"}" * 5000
    assert problem_of(client.post("/zones", content=deep, headers=as_json), 400)
    assert "outline.type" in json.dumps(client.post("/zones", json={"outline": {"type": "Heart"}}).json())


def test_who_may_not_is_told_how(world: World, client: httpx.Client) -> None:
    anonymous = httpx.get(f"{client.base_url}/items/1")
    assert problem_of(anonymous, 401)
    assert anonymous.headers["www-authenticate"].startswith("Bearer")
    forged = httpx.get(f"{client.base_url}/items/1", headers={"authorization": "Bearer a.b.c"})
    assert problem_of(forged, 401)
    operator = httpx.get(f"{client.base_url}/items/1", headers=world.headers(Role.OPERATOR))
    assert problem_of(operator, 403)["detail"] == "this is for regulator"
    assert "insufficient_scope" in operator.headers["www-authenticate"]
    assert client.get("/items/1").status_code == 200


def test_a_trace_goes_through(client: httpx.Client) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    answer = client.get("/items/1", headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
    assert answer.headers["trace-id"] == trace
    assert answer.json()["note"].split("-")[1] == trace
    assert client.get("/items/1").headers["trace-id"] != trace


def test_every_answer_carries_the_security_headers(client: httpx.Client) -> None:
    for path in ("/healthz", "/nothing", "/items/1", "/"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "server" not in headers
        assert "access-control-allow-origin" not in headers


def test_health_readiness_and_metrics(world: World) -> None:
    answers: dict[str, str | None] = {"fine": None, "other": None}
    checks = {"fine": lambda: answers["fine"], "other": lambda: answers["other"], "breaks": lambda: None}
    with world.serve(checks=checks) as client:
        assert client.get("/healthz").json() == {"status": "ok"}
        assert client.get("/readyz").json() == {"ready": True, "parts": {"fine": "ok", "other": "ok", "breaks": "ok"}}
        answers["other"] = "is away"
        unready = client.get("/readyz")
        assert unready.status_code == 503
        assert unready.json()["parts"]["other"] == "is away"
        metrics = client.get("/metrics").text
    assert 'tianyuan_http_request_seconds_count{method="GET",route="/healthz",status="200"}' in metrics


def test_tokens_are_for_demo_and_test_only(world: World) -> None:
    with world.serve() as client:
        token = client.post("/token", json={"role": "planner", "org": "市发改委"}).json()
        assert token["token_type"] == "Bearer"
        assert problem_of(client.post("/token", json={"role": "king", "org": "x"}), 422)["field"] == "role"
    with world.serve(issues_tokens=False) as client:
        problem_of(client.post("/token", json={"role": "planner", "org": "市发改委"}), 404)


def test_every_operation_says_who_may_call_it(world: World) -> None:
    @world.router.get("/forgotten")
    async def forgotten() -> Seen:
        return Seen("")

    found = undeclared(world.app())
    assert [operation.path for operation in found] == ["/forgotten"]


def test_bodies_roles_and_problems_stand_in_openapi(client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()
    zones = document["paths"]["/zones"]["post"]
    reference = zones["requestBody"]["content"]["application/json"]["schema"]
    assert reference == {"$ref": "#/components/schemas/ZoneSpec"}
    assert "outline" in document["components"]["schemas"]["ZoneSpec"]["properties"]
    assert zones["x-roles"] == ["regulator"]
    assert zones["security"] == [{"bearer": []}]
    assert "application/problem+json" in zones["responses"]["4XX"]["content"]
    assert document["paths"]["/files"]["post"]["requestBody"]["content"].keys() == {"text/csv"}
    assert "security" not in document["paths"]["/healthz"]["get"]
    assert "ValidationError" not in json.dumps(document)


def test_the_operations_can_be_listed(world: World) -> None:
    listed = {(operation.method, operation.path): operation.roles for operation in operations(world.app())}
    assert listed["GET", "/edge/events"] == frozenset(Role)
    assert listed["POST", "/edge/parked/{parked_id}/replay"] == frozenset({Role.SERVICE})
    assert listed["GET", "/healthz"] is None


def test_the_console_is_served_at_the_root_only(world: World) -> None:
    with world.serve() as client:
        assert "not built" in client.get("/").text
    assets = world.settings.console_dir / "assets"
    assets.mkdir(parents=True)
    (assets / "app-1a2b3c.js").write_text("let x")
    (world.settings.console_dir / "index.html").write_text("<!doctype html><title>天元</title>")
    (world.settings.console_dir / "favicon.svg").write_text("<svg/>")
    with world.serve() as client:
        page, script = client.get("/"), client.get("/assets/app-1a2b3c.js")
        assert "天元" in page.text
        assert page.headers["cache-control"] == "no-cache"
        assert "script-src" not in page.headers["content-security-policy"]
        assert "immutable" in script.headers["cache-control"]
        assert client.get("/favicon.svg").status_code == 200
        for missing in ("/assets/none.js", "/map", "/assets/../index.html", "/assets/%2e%2e/index.html", "/assets/"):
            problem_of(client.get(missing), 404)


def test_the_reference_needs_nothing_from_elsewhere(client: httpx.Client) -> None:
    page = client.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "/zones" in page.text
    assert 'href="#ZoneSpec"' in page.text
    assert 'id="ZoneSpec"' in page.text
    assert "<script" not in page.text
    assert "//" not in page.text.replace("</", "")
