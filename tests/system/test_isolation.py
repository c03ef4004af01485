"""Only its own operator and regulators see or change a plan: through every operation and every stream."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.conftest import FreshDatabase
from tests.system import examples, world
from tests.system.books import Books, books_of
from tests.system.operations import Operation, operations_of
from tests.system.platform import TOGETHER, Platform, running

SECRET = "secret of the plan"
SECRET_PERMISSION = "secret of the authorization"
STRANGERS = [("operator", "beta"), ("planner", "alpha"), ("service", "beta")]


@dataclass
class Alpha:
    """What alpha has filed and been given on a running platform."""

    platform: Platform
    books: Books
    places: dict[str, str]

    def rows(self) -> list[str]:
        """Everything stored of it."""
        plan, authorization = self.places["plan_id"], self.places["authorization_id"]
        kept = (
            f"SELECT t::text AS row FROM flightplan.plan t WHERE plan_id = '{plan}'",
            f"SELECT t::text AS row FROM flightplan.\"authorization\" t WHERE authorization_id = '{authorization}'",
            f"SELECT t::text AS row FROM airspace.reservation t WHERE plan_id = '{plan}'",
            f"SELECT t::text AS row FROM airspace.\"authorization\" t WHERE authorization_id = '{authorization}'",
        )
        return [row.row for statement in kept for row in self.books.rows(statement)]

    def owns(self, operation: Operation) -> bool:
        """True of an operation on one plan or authorization."""
        return any(f"{{{place}}}" in operation.path for place in self.places)

    def address(self, operation: Operation) -> str:
        """Where the operation is on what is alpha's."""
        return operation.address(self.places)

    def say_something_public(self, service: str) -> str:
        """Have an event recorded that everybody may see; its key."""
        key = f"said-{uuid.uuid4().hex[:8]}"
        role, path, body = {
            "airspace": ("regulator", "/zones", {"zone_id": key, **world.circle_zone(lat=world.CENTER[1] + 0.2)}),
            "flightplan": ("planner", "/routes", {**examples.ROUTE, "route_id": key}),
            "sites": ("planner", "/sites", {"site_id": key, **world.site("一号机巢")}),
        }[service]
        assert self.platform.client(role, "city").post(path, json=body).status_code == 201
        return key


@pytest.fixture(scope="module")
def alpha(fresh_database: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alpha]:
    """An approved plan, and an authorization."""
    with (
        fresh_database() as url,
        running(url, "log://", tmp_path_factory.mktemp("platform"), TOGETHER) as platform,
        books_of(url) as books,
    ):
        own, regulator = platform.client("operator", "alpha"), platform.client("regulator", "caac")
        recorded = regulator.post("/authorizations", json={**examples.AUTHORIZATION, "number": SECRET_PERMISSION})
        assert recorded.status_code == 201, recorded.text
        filed = file(own, {**world.intent(at=world.tomorrow()), "remark": SECRET, "aircraft_registration": SECRET})
        assert filed["state"] == "approved"
        places = {"plan_id": filed["plan_id"], "authorization_id": recorded.json()["authorization_id"]}
        yield Alpha(platform, books, places)


def file(client: httpx.Client, intent: dict[str, Any]) -> Any:
    """File a plan and wait for its decision."""
    answer = client.post("/flight-plans", json=intent, headers={"prefer": "wait=30", "idempotency-key": "the key"})
    assert answer.status_code == 202, answer.text
    return answer.json()


@pytest.mark.parametrize(("role", "org"), STRANGERS)
def test_strangers_see_and_change_nothing(alpha: Alpha, role: str, org: str) -> None:
    before = alpha.rows()
    client = alpha.platform.client(role, org)
    client.headers.update({"prefer": "wait=30", "idempotency-key": "the key"})  # alpha's, in vain
    for operation in operations_of(alpha.platform):
        if role in operation.roles and not is_stream(operation) and not is_entrusted(role, operation):
            body = examples.BODIES.get(operation.name)
            check_tells_nothing(alpha, operation, client.request(operation.method, alpha.address(operation), json=body))
    assert alpha.rows() == before


def is_stream(operation: Operation) -> bool:
    """Streams never end."""
    return operation.path.endswith("/events")


def is_entrusted(role: str, operation: Operation) -> bool:
    """A service is another system of the state's: it publishes zones, records authorizations and sees all of those."""
    changes_zones = operation.path.startswith("/zones") and operation.method != "GET"
    return role == "service" and (changes_zones or operation.path.startswith("/authorizations"))


def check_tells_nothing(alpha: Alpha, operation: Operation, answer: httpx.Response) -> None:
    """Of alpha's own things: there is no such thing. Of everything else: not a word of them."""
    assert answer.status_code < 500, f"{operation.name}: {answer.text}"
    assert SECRET not in answer.text and SECRET_PERMISSION not in answer.text, operation.name
    if alpha.owns(operation):
        assert answer.status_code == 404, f"{operation.name}: {answer.text}"
    else:
        told = [secret for secret in alpha.places.values() if secret in answer.text]
        assert told == [], f"{operation.name}: {answer.text[:500]}"


def test_a_refusal_says_where_and_when_but_not_whose(alpha: Alpha) -> None:
    intent = world.intent(at=world.tomorrow())
    beta = alpha.platform.client("operator", "gamma")
    refused = file(beta, intent)
    asked = beta.post("/checks", json={"intent": intent}).json()
    assert (refused["state"], asked["outcome"]) == ("refused", "refused")
    for findings in (refused["assessment"]["findings"], asked["findings"]):
        (finding,) = findings
        assert finding["code"] == "plan_conflict"
        assert finding["place"]
        assert finding["starts_at"]
        assert (finding["against_id"], finding["against_operator"]) == (None, None)
    for text in (json.dumps(refused), json.dumps(asked)):
        assert alpha.places["plan_id"] not in text
        assert "alpha" not in text


@pytest.mark.parametrize(("role", "org"), STRANGERS)
@pytest.mark.parametrize("service", TOGETHER[0])
def test_streams_tell_strangers_nothing(alpha: Alpha, service: str, role: str, org: str) -> None:
    last = alpha.say_something_public(service)
    client = alpha.platform.client(role, org)
    lines: list[str] = []
    with client.stream("GET", f"/{service}/events", headers={"last-event-id": "0"}) as stream:
        assert stream.status_code == 200
        for line in stream.iter_lines():
            lines.append(line)
            if last in line:
                break
    text = "\n".join(lines)
    assert SECRET not in text
    assert alpha.places["plan_id"] not in text
    if role != "service":  # who records authorizations sees all of them
        assert SECRET_PERMISSION not in text
        assert alpha.places["authorization_id"] not in text


def test_its_operator_and_regulators_see_it(alpha: Alpha) -> None:
    """The tests above would pass where nothing is shown to anybody."""
    plan = f"/flight-plans/{alpha.places['plan_id']}"
    for role, org in (("operator", "alpha"), ("regulator", "caac")):
        client = alpha.platform.client(role, org)
        assert SECRET in client.get(plan).text
        assert SECRET_PERMISSION in client.get("/authorizations").text
    assert alpha.platform.client("operator", "beta").get(plan).status_code == 404
