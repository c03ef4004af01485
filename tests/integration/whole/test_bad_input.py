"""Whatever comes over HTTP, the answer is a problem that names the fault, never a 500; and the next request works."""

import json
import re
from typing import Any, Final

import httpx
import pytest

from services.openapi import build_app
from shared.operations import operations, undeclared
from tests.system.platform import Platform

EXAMPLE: Final = "00000000-0000-0000-0000-000000000001"
PARAMETERS: Final = (
    "x",
    "-1",
    "1e400",
    "nan",
    "99999999999999999999",
    "true",
    "%00",
    "%FF",
    "a" * 3000,
    "1,2,3,4",
    "；",
    "''",
)
BODIES: Final = (
    b"", b"{", b"{}", b"[]", b"null", b"1", b'"x"', b"NaN", b'{"a":NaN}', b'{"a":1e999}', b"\xff\xfe", b"[" * 100_000,
    b'{"a":' * 50_000, b'{"a":"\\u0000"}', b'{"\\u0000":1}', b'{"a":"\\ud800"}', b" " * 1_100_000,
    b'{"a":"' + b"x" * 1_000_000 + b'"}',
)  # fmt: skip
VALUES: Final[tuple[Any, ...]] = (
    None,
    True,
    1,
    -1,
    0.5,
    10**30,
    "",
    "x",
    "a\0b",
    [],
    [[]],
    {},
    {"a": 1},
    [None],
    [[0, 0]] * 5,
)


def document_of(client: httpx.Client) -> dict[str, Any]:
    answer: dict[str, Any] = client.get("/openapi.json").json()
    return answer


@pytest.fixture(scope="module")
def clients(platform: Platform) -> dict[str, httpx.Client]:
    """One for each role."""
    return {role: platform.client(role, "模糊测试", 30) for role in ("operator", "regulator", "planner", "service")}


def client_for(clients: dict[str, httpx.Client], operation: dict[str, Any]) -> httpx.Client:
    return clients[operation.get("x-roles", ["operator"])[0]]


def refused(answer: httpx.Response) -> None:
    """No success is expected of nonsense; it may happen to make sense, but it may never break anything."""
    assert answer.status_code < 500, f"{answer.request.method} {answer.request.url}: {answer.text[:500]}"
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["detail"]


def filled(path: str, value: str = EXAMPLE) -> str:
    """The path with something in each of its places."""
    return re.sub(r"\{\w+\}", lambda _: value, path)


def json_operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if "requestBody" in operation
    ]


def test_nonsense_as_a_body(clients: dict[str, httpx.Client]) -> None:
    for method, path, operation in json_operations(document_of(clients["operator"])):
        client = client_for(clients, operation)
        for media in operation["requestBody"]["content"]:
            for content in BODIES:
                refused(client.request(method, filled(path), content=content, headers={"content-type": media}))
        refused(client.request(method, filled(path), content=b"{}", headers={"content-type": "text/html"}))
        refused(client.request(method, filled(path), content=b"{}"))
    assert clients["operator"].get("/healthz").status_code == 200


def test_nonsense_in_each_field(clients: dict[str, httpx.Client]) -> None:
    document = document_of(clients["operator"])
    for method, path, operation in json_operations(document):
        schema = operation["requestBody"]["content"].get("application/json", {}).get("schema", {})
        if "$ref" not in schema:
            continue
        fields = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]].get("properties", {})
        client = client_for(clients, operation)
        for name in fields:
            for value in VALUES:
                refused(client.request(method, filled(path), json={name: value}))
    assert clients["operator"].get("/healthz").status_code == 200


def test_nonsense_as_a_parameter(clients: dict[str, httpx.Client]) -> None:
    document = document_of(clients["operator"])
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            client = client_for(clients, operation)
            for parameter in operation.get("parameters", []):
                if parameter["in"] == "header" or path.endswith("/events"):
                    continue
                for value in PARAMETERS:
                    address = (
                        filled(path, value)
                        if parameter["in"] == "path"
                        else f"{filled(path)}?{parameter['name']}={value}"
                    )
                    refused(client.request(method, address, json={} if "requestBody" in operation else None))
    assert clients["operator"].get("/healthz").status_code == 200


def test_nonsense_as_a_header(clients: dict[str, httpx.Client]) -> None:
    flight = json.dumps({}).encode()
    for name in ("idempotency-key", "prefer", "if-match", "last-event-id", "traceparent", "content-length", "accept"):
        for value in (
            b"",
            b"x",
            b"\xff",
            b"wait=-1",
            b"wait=1e400",
            b"wait=nan",
            b"a" * 5000,
            b"-1",
            b'W/"1"',
            b'"nan"',
        ):
            if name == "content-length":
                continue
            headers = [(name.encode(), value), (b"content-type", b"application/json")]
            refused(clients["operator"].post("/flight-plans", content=flight, headers=headers))
            refused(clients["regulator"].delete(f"/zones/{EXAMPLE}", headers=headers))
            if name != "last-event-id":
                refused(clients["regulator"].get("/zones", headers=headers))
    assert clients["operator"].get("/healthz").status_code == 200


def test_no_operation_answers_without_a_role_it_states(platform: Platform) -> None:
    """Every documented operation but the public ones says 401 to nobody and 403 to a role it does not name."""
    client = httpx.Client(base_url=platform.processes[0].url)
    roles = ("operator", "regulator", "planner", "service")
    with client:
        for path, methods in document_of(client).get("paths", {}).items():
            for method, operation in methods.items():
                if "x-roles" not in operation:
                    assert path in ("/healthz", "/readyz", "/token")
                    continue
                assert client.request(method, filled(path)).status_code == 401
                for role in set(roles) - set(operation["x-roles"]):
                    stranger = platform.client(role, "别家")
                    assert stranger.request(method, filled(path)).status_code == 403


def test_every_operation_in_the_code_states_its_roles() -> None:
    app = build_app()
    assert operations(app)
    assert undeclared(app) == []
