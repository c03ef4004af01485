"""The database refuses the COMMIT: whoever asked never hears of an acceptance, wherever on the way it happens."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.system import world
from tests.system.books import Books, books_of
from tests.system.platform import Platform
from tests.waiting import eventually

BAD = "refuse me"


def refuse_commit(table: str, events: str, when: str) -> tuple[str, ...]:
    """A trigger that is checked at COMMIT only, and then refuses."""
    return (
        "CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'not this one'; END $$",
        f"CREATE CONSTRAINT TRIGGER refuse AFTER {events} ON {table} DEFERRABLE INITIALLY DEFERRED "
        f"FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION public.refuse()",
    )


ALLOW = "DROP FUNCTION public.refuse() CASCADE"


@pytest.fixture
def books(database_url: str) -> Iterator[Books]:
    """What the database says."""
    with books_of(database_url) as books:
        yield books


def file(client: httpx.Client, number: int, *, wait_s: int = 0, remark: str = "") -> httpx.Response:
    """File a plan that is in nobody's way."""
    headers = {"idempotency-key": f"plan-{number}", "prefer": f"wait={wait_s}"}
    return client.post("/flight-plans", json=world.nth_intent(number, remark=remark), headers=headers)


def test_filing(embedded: Platform, books: Books) -> None:
    """In groups: the bad ones are refused alone, the good ones of their groups are there."""
    books.run(*refuse_commit("flightplan.plan", "INSERT", f"NEW.intent->>'remark' = '{BAD}'"))
    client = embedded.client("operator", "alpha")
    remarks = {number: BAD if number % 5 == 3 else "" for number in range(60)}
    with ThreadPoolExecutor(20) as pool:
        tasks = {number: pool.submit(file, client, number, remark=remark) for number, remark in remarks.items()}
        answers = {number: task.result() for number, task in tasks.items()}
    for number, answer in answers.items():
        assert answer.status_code == (500 if remarks[number] == BAD else 202)
        assert (answer.headers["content-type"] == "application/problem+json") == (remarks[number] == BAD)
        assert "not this one" not in answer.text
    good = {UUID(answer.json()["plan_id"]) for answer in answers.values() if answer.is_success}
    states = books.decided()
    assert states == dict.fromkeys(good, "approved")
    books.check_once(states)
    assert metric(embedded, "tianyuan_group_commit_size_sum") > metric(embedded, "tianyuan_group_commit_size_count")

    books.run(ALLOW)
    again = file(client, 3, remark=BAD)
    assert again.status_code == 202, "the same key, later, files what was refused"
    assert books.decided()[UUID(again.json()["plan_id"])] == "approved"


def metric(platform: Platform, name: str) -> float:
    """A number of the filings' group commits."""
    lines = httpx.get(f"{platform.processes[0].url}/metrics").text.splitlines()
    return next(float(line.rpartition(" ")[2]) for line in lines if line.startswith(f'{name}{{group="filings"'))


@pytest.mark.parametrize(
    ("table", "events", "service"),
    [("airspace.reservation", "INSERT", "airspace"), ("flightplan.plan", "UPDATE", "flightplan")],
    ids=["deciding", "applying"],
)
def test_deciding_and_applying(embedded: Platform, books: Books, table: str, events: str, service: str) -> None:
    """A decision that is not committed is none: the plan waits, its event is parked, and a replay decides it."""
    alpha, system = embedded.client("operator", "alpha"), embedded.client("service", "platform")
    books.run(*refuse_commit(table, events, "NEW.operator = 'alpha'"))
    waited = file(alpha, 0, wait_s=3)
    assert waited.status_code == 202
    assert waited.json()["state"] == "submitted"
    parked = eventually(lambda: system.get(f"/{service}/parked").json()["items"], timeout_s=60)
    assert "not this one" in parked[0]["reason"]
    plan = f"/flight-plans/{waited.json()['plan_id']}"
    assert alpha.get(plan).json()["state"] == "submitted"

    other = file(embedded.client("operator", "beta"), 1, wait_s=30)
    assert other.json()["state"] == "approved", "others are decided meanwhile"

    books.run(ALLOW)
    assert system.post(f"/{service}/parked/{parked[0]['parked_id']}/replay").status_code == 202
    eventually(lambda: alpha.get(plan).json()["state"] == "approved", timeout_s=60)


def test_publishing(embedded: Platform, books: Books) -> None:
    """A zone that is not committed is neither answered nor in force."""
    books.run(*refuse_commit("airspace.zone", "INSERT", "NEW.zone_id = 'Z1'"))
    regulator, alpha = embedded.client("regulator", "caac"), embedded.client("operator", "alpha")
    refused = publish(regulator, "Z1")
    assert refused.status_code == 500
    assert publish(regulator, "Z2", lat=31.0).status_code == 201
    assert regulator.get("/zones/Z1").status_code == 404
    assert file(alpha, 0, wait_s=30).json()["state"] == "approved"
    events = books.rows("SELECT key FROM airspace.event_log WHERE topic = 'airspace.zones'")
    assert [row.key for row in events] == ["Z2"]


def publish(regulator: httpx.Client, zone_id: str, **where: Any) -> httpx.Response:
    """A zone in the way of plan 0, unless it is elsewhere."""
    return regulator.post("/zones", json={"zone_id": zone_id, **world.circle_zone(**where)})
