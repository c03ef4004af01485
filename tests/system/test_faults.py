"""One fault at a time in sound bodies, each field of each operation: a problem that names the place, never a 500."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import httpx
import pytest

from tests.conftest import FreshDatabase
from tests.system import examples, world
from tests.system.examples import BODIES
from tests.system.mutations import RINGS, Place, faults_in, is_named, places_of, with_fault
from tests.system.operations import Operation, operations_of
from tests.system.platform import TOGETHER, Platform, running

BODY_LIMIT: Final = 1_048_576


@pytest.fixture(scope="module")
def platform(fresh_database: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """One platform for all faults: whatever a fault broke, the next one would meet."""
    folder = tmp_path_factory.mktemp("platform")
    with fresh_database() as url, running(url, "log://", folder, TOGETHER) as platform:
        yield platform


@pytest.fixture(scope="module")
def operations(platform: Platform) -> dict[str, Operation]:
    """Those that take JSON, by name."""
    return {one.name: one for one in operations_of(platform) if one.schema}


Send = Callable[[str, str | bytes], httpx.Response]


@pytest.fixture(scope="module")
def send(platform: Platform, operations: dict[str, Operation]) -> Send:
    """Sends a body, as somebody who may."""
    clients = {role: platform.client(role, "alpha") for role in ("operator", "regulator", "planner", "service")}
    places = {"move": "approve"}

    def send(name: str, content: str | bytes) -> httpx.Response:
        operation = operations[name]
        client = clients[operation.roles[0] if operation.roles else "operator"]
        headers = {"content-type": "application/json", "idempotency-key": "fault"}
        return client.request(operation.method, operation.address(places), content=content, headers=headers)

    return send


def test_every_operation_has_a_sound_example(operations: dict[str, Operation], send: Send) -> None:
    assert set(BODIES) == set(operations), "tests/system/examples.py lists them"
    for name, body in BODIES.items():
        answer = send(name, json.dumps(body))
        assert answer.is_success or answer.status_code in (404, 409), f"{name}: {answer.text}"


def test_the_examples_name_every_field(platform: Platform, operations: dict[str, Operation]) -> None:
    schemas = httpx.get(f"{platform.processes[0].url}/openapi.json").json()["components"]["schemas"]
    reached: set[str] = set()
    waiting = {operation.schema for operation in operations.values()}
    while waiting:
        reached |= waiting
        text = json.dumps([schemas[name] for name in waiting])
        waiting = {words.partition('"')[0] for words in text.split("#/components/schemas/")[1:]} - reached
    fields = {field for name in reached for field in schemas[name].get("properties", {})}
    assert fields - {str(at[-1]) for body in BODIES.values() for at, _ in places_of(body)} == set()


SAME_AS_ANOTHER: Final = {"POST /zones/impact", "PUT /zones/{zone_id}", "PUT /sites/{site_id}"}  # of what is deeper


@pytest.mark.parametrize("name", BODIES)
def test_a_fault_in_any_place_is_named(name: str, send: Send) -> None:
    for at, content in faults_in(BODIES[name], deepest=1 if name in SAME_AS_ANOTHER else 99):
        answer = send(name, content)
        check_refusal(answer, f"{name} {'.'.join(map(str, at))}")
        check_place(answer, at)


def check_refusal(answer: httpx.Response, what: str) -> None:
    """A problem document, and the caller's fault."""
    assert 400 <= answer.status_code < 500, f"{what}: {answer.status_code} {answer.text[:500]}"
    assert answer.headers["content-type"] == "application/problem+json", what
    assert len(answer.text) < 20_000, f"{what}: the problem repeats the body"


def check_place(answer: httpx.Response, at: Place) -> None:
    """The problem names the place or one it lies in; of what is no JSON it says the line and the column."""
    problem = answer.json()
    if answer.status_code == 400:
        assert "column" in problem["detail"] or "nested" in problem["detail"], problem["detail"]
    else:
        named = [error["field"] for error in problem["errors"]]
        assert is_named(at, named), f"{at} is not among {named}: {problem['detail']}"


OUTLINED: Final[Mapping[str, str]] = {
    "POST /zones": "outline",
    "POST /zones/impact": "outline",
    "PUT /zones/{zone_id}": "outline",
    "POST /authorizations": "outline",
    "POST /checks": "intent.area.outline",
}


@pytest.mark.parametrize("ring", RINGS)
@pytest.mark.parametrize("name", OUTLINED)
def test_an_outline_that_is_none(name: str, ring: str, send: Send) -> None:
    at = tuple(OUTLINED[name].split("."))
    polygon = {"type": "Polygon", "coordinates": RINGS[ring]}
    answer = send(name, with_fault(BODIES[name], at, json.dumps(polygon)))
    check_refusal(answer, f"{name}: {ring}")
    assert answer.json()["field"].startswith(OUTLINED[name]), answer.text


ORDERS: Final[Sequence[tuple[str, Mapping[str, Any]]]] = [
    *(
        (name, {"lower": {"value_m": 120}, "upper": {"value_m": 60}})
        for name in ("POST /zones", "POST /authorizations")
    ),
    *((name, {"lower": {"value_m": 60}, "upper": {"value_m": 60}}) for name in ("POST /zones", "POST /authorizations")),
    *(
        (name, {"starts_at": "2027-05-02T00:00:00Z", "ends_at": "2027-05-01T00:00:00Z"})
        for name in ("POST /zones", "POST /authorizations")
    ),
    (
        "POST /zones",
        {"limited_applicability": [{"starts_at": "2027-05-02T00:00:00Z", "ends_at": "2027-05-01T00:00:00Z"}]},
    ),
    ("POST /zones", {"limited_applicability": [{"schedule": [{"start_time": "24:00"}]}]}),
    ("POST /zones", {"starts_at": "2027-05-02T00:00:00"}),
    ("POST /zones", {"starts_at": "2027-02-30T00:00:00Z"}),
    ("POST /zones", {"starts_at": 1_800_000_000}),
    ("POST /flight-plans", {"departs_at": "0001-01-01T00:00:00+14:00"}),
    ("POST /flight-plans", {"departs_at": "9999-12-31T23:59:59-14:00"}),
    ("POST /flight-plans", {"departs_at": examples.YESTERDAY}),
    ("POST /flight-plans", {"departs_at": examples.NEXT_YEAR}),
    ("POST /flight-plans", {"path": []}),
    ("POST /flight-plans", {"path": [{"lng": 0.0, "lat": 0.0, "height_m": 90.0}]}),
    ("POST /flight-plans", {"path": [examples.PLAN["path"][0]] * 501}),
    ("POST /flight-plans", {"path": [{"lng": 114.31, "lat": lat, "height_m": 90.0} for lat in (-89.0, 89.0)]}),
    (
        "POST /flight-plans",
        {"speed_mps": 5e-324, "path": [{**point, "speed_mps": None} for point in examples.PLAN["path"]]},
    ),
    ("POST /flight-plans", {"departure": {"site_id": "no-such-site"}}),
    ("POST /flight-plans", {"departure": {}}),
    ("POST /flight-plans", {"area": examples.AREA_PLAN["area"]}),
    ("POST /routes", {"path": []}),
    ("POST /routes", {"origin": {"lng": 114.3}}),
    ("POST /sites", {"pads": 0}),
    ("POST /sites", {"functions": []}),
]


@pytest.mark.parametrize(("name", "changes"), ORDERS)
def test_values_that_cannot_stand_together(name: str, changes: Mapping[str, Any], send: Send) -> None:
    answer = send(name, json.dumps({**BODIES[name], **changes}))
    check_refusal(answer, name)
    assert answer.json()["detail"]


@pytest.mark.parametrize("name", BODIES)
def test_bodies_that_are_no_json_of_ours(name: str, send: Send) -> None:
    sound = json.dumps(BODIES[name])
    unknown = send(name, sound[:-1] + ', "no_such_field": 1}')
    check_refusal(unknown, name)
    assert unknown.json()["field"] == "no_such_field"
    deep = "[" * 20_000 + "]" * 20_000
    for content in (
        sound[:-1],
        sound + "}",
        sound.encode("utf-16"),
        b"\xff" + sound.encode(),
        "",
        deep,
        f'{{"a": {deep}}}',
    ):
        answer = send(name, content)
        check_refusal(answer, f"{name}: {content[:60]!r}")
    large = send(name, sound[:-1] + " " * BODY_LIMIT + "}")
    assert large.status_code == 413, large.text


ENDS_OF_THE_CALENDAR: Final = ("0002-01-01T00:00:00+14:00", "9998-12-31T23:59:59-14:00")  # in UTC another year
INSTANTS: Final = [
    (name, at)
    for name, body in BODIES.items()
    for at, value in places_of(body)
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\S+", value)
]


def test_an_instant_that_no_event_can_carry(send: Send) -> None:
    for name, at in INSTANTS:
        for instant in ENDS_OF_THE_CALENDAR:
            answer = send(name, with_fault(BODIES[name], at, json.dumps(instant)))
            check_refusal(answer, f"{name} {at}")
            check_place(answer, at)


def test_after_all_that_everything_still_works(platform: Platform, send: Send) -> None:
    """No 500 in all of it, nobody died, and a plan is still decided."""
    metrics = httpx.get(f"{platform.processes[0].url}/metrics").text
    assert 'status="4' in metrics
    assert 'status="5' not in metrics
    assert httpx.get(f"{platform.processes[0].url}/readyz").status_code == 200
    regulator = platform.client("regulator", "caac")
    for service in ("airspace", "flightplan", "sites"):  # nothing was taken that a reader of events then refuses
        assert regulator.get(f"/{service}/parked").json()["items"] == []
    client = platform.client("operator", "beta")
    intent = world.intent(at=world.tomorrow(), lat=world.CENTER[1] + 0.2)
    assert client.post("/flight-plans", json=intent, headers={"prefer": "wait=30"}).json()["state"] == "approved"
