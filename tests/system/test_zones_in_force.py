"""Once a zone's 201 is out, no decision misses the zone: under load by HTTP, and lock by lock.

The control reads the version of the zones without their lock, and lets a plan into a zone in force.
"""

import itertools
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.airspace.domain.zone_index import ZoneIndex
from services.airspace.state import AirspaceState, CurrentZones
from services.airspace.store import narrowing
from services.airspace.usecases.deciding import decide_plans
from services.airspace.usecases.zones import publish_zone
from services.compose import compose
from services.flightplan.domain.plan import plan_id_of
from shared.contracts.airspace import PlanAssessed, ZoneSpec
from shared.contracts.codec import decode, decode_value, encode_value
from shared.contracts.flightplan import FlightPlanSubmitted
from shared.flight import FlightIntent
from shared.frame import Database, Received
from shared.settings import Settings
from tests.system import world
from tests.system.books import Books, books_of
from tests.system.platform import Platform
from tests.waiting import eventually

ZONES = 500
WORKERS = 4
COLUMNS = 20


def spot(number: int) -> tuple[float, float]:
    """The place of a zone, 1.5 km from the next to the east and 1 km from the next to the north."""
    row, column = divmod(number, COLUMNS)
    return world.east(114.15, 1500.0 * column), world.north(30.42, 1000.0 * row)


@dataclass
class Round:
    """One zone, the plan filed beside its publication, and whether that was decided when the 201 arrived."""

    beside: UUID
    decided_before: bool


@dataclass
class Publisher:
    """Publishes zones, and for each files a plan at the same time and one after the 201."""

    regulator: httpx.Client
    operator: httpx.Client
    org: str
    books: Books

    def publish(self, number: int) -> Round:
        """One round; the plan filed after the 201 must be refused because of the zone."""
        zone_id, (lng, lat) = f"Z{number}", spot(number)
        intent = world.intent(at=world.tomorrow(hour=number % 24), lng=lng, lat=lat)
        filing = threading.Thread(target=self.file, args=(f"beside-{number}", intent))
        filing.start()
        answer = self.regulator.post("/zones", json={"zone_id": zone_id, **world.circle_zone(lng=lng, lat=lat)})
        beside = plan_id_of(self.org, f"beside-{number}")
        decided = bool(self.books.rows("SELECT 1 FROM airspace.event_log WHERE key = :key", key=str(beside)))
        assert answer.status_code == 201, answer.text
        filed = self.file(f"after-{number}", intent, wait_s=30)
        plan = eventually(lambda: self.decided(filed["plan_id"]), timeout_s=120)
        filing.join(120)
        assert plan["state"] == "refused", plan
        assert zone_id in [finding["against_id"] for finding in plan["assessment"]["findings"]]
        return Round(beside, decided)

    def decided(self, plan_id: str) -> Any:
        """The plan, once it is decided."""
        plan = self.operator.get(f"/flight-plans/{plan_id}").json()
        return plan if plan["state"] != "submitted" else None

    def file(self, key: str, intent: dict[str, Any], wait_s: int = 0) -> Any:
        """File a plan."""
        headers = {"idempotency-key": key, "prefer": f"wait={wait_s}"}
        answer = self.operator.post("/flight-plans", json=intent, headers=headers)
        assert answer.status_code == 202, answer.text
        return answer.json()


@pytest.mark.timeout(600)
def test_no_plan_gets_into_a_zone_after_its_201(embedded: Platform, database_url: str) -> None:
    with books_of(database_url) as books:
        publishers = [
            Publisher(embedded.client("regulator", "caac"), embedded.client("operator", f"op{n}"), f"op{n}", books)
            for n in range(WORKERS)
        ]
        with load(embedded), ThreadPoolExecutor(WORKERS) as pool:
            tasks = [
                pool.submit(publisher.publish, number)
                for number, publisher in zip(range(ZONES), itertools.cycle(publishers), strict=False)
            ]
            rounds = [task.result() for task in tasks]
        first = first_outcomes(books)
        late = [one for one in rounds if not one.decided_before]
        assert len(late) > 0
        assert {first[one.beside] for one in late} == {"refused"}, "a decision made after the 201 missed the zone"
        eventually(lambda: {books.states()[one.beside] for one in rounds} == {"refused"}, timeout_s=60)


@contextmanager
def load(platform: Platform) -> Iterator[None]:
    """Others file elsewhere meanwhile, so that a decision is under way at any time."""
    stop = threading.Event()
    client = platform.client("operator", "others")

    def file() -> None:
        for number in itertools.cycle(range(1440)):
            if stop.is_set():
                return
            client.post("/flight-plans", json=world.nth_intent(number, lng=114.6), headers={"prefer": "wait=1"})

    threads = [threading.Thread(target=file) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)


def first_outcomes(books: Books) -> dict[UUID, str]:
    """What each plan was first answered."""
    found: dict[UUID, str] = {}
    for row in books.rows("SELECT data FROM airspace.event_log WHERE type = 'PlanAssessed' ORDER BY position"):
        event = decode("PlanAssessed", bytes(row.data))
        assert isinstance(event, PlanAssessed)
        found.setdefault(event.plan_id, event.assessment.outcome.value)
    return found


class PausingReader:
    """Reads the zones as the decider does, and then waits before the decision goes on."""

    def __init__(self, zones: CurrentZones) -> None:
        self._zones = zones
        self.read_by_decider, self.go_on = threading.Event(), threading.Event()

    def __call__(self, cursor: Any) -> ZoneIndex:
        index = CurrentZones.read(self._zones, cursor)
        self.read_by_decider.set()
        assert self.go_on.wait(60)
        return index


def decided_while_a_zone_is_published(database_url: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The order in which a decision and a publication that meet are committed, as the log has it."""
    composition = compose(Settings(database_url=database_url), ["airspace"])
    (airspace,) = composition.services
    reader = PausingReader(airspace.state.zones)
    monkeypatch.setattr(airspace.state.zones, "read", reader)
    with ThreadPoolExecutor(2) as pool, books_of(database_url) as books:
        decision = pool.submit(decide, airspace.database, airspace.state)
        assert reader.read_by_decider.wait(60)
        publication = pool.submit(publish, airspace.database)
        eventually(lambda: publication.done() or waits_for_lock(books), timeout_s=60)
        reader.go_on.set()
        decision.result(60)
        publication.result(60)
        rows = books.rows("SELECT type FROM airspace.event_log ORDER BY position")
        (outcome,) = first_outcomes(books).values()
    assert outcome == "approved"
    airspace.database.close()
    composition.bus.close()
    return [row.type for row in rows]


def decide(database: Database, state: AirspaceState) -> None:
    """One plan, in one transaction."""
    intent = decode_value(FlightIntent, encode_value(world.intent(at=world.tomorrow())))
    event = FlightPlanSubmitted(plan_id=uuid.uuid4(), revision=1, operator="alpha", intent=intent, voluntary=False)
    with database.transaction() as tx:
        decide_plans(state, tx, [Received(event, uuid.uuid4(), "key", tx.now, None, event.topic, 0, 1)])


def publish(database: Database) -> None:
    """A zone in its way."""
    spec = decode_value(ZoneSpec, encode_value(world.circle_zone()))
    with database.transaction() as tx:
        publish_zone(tx, "Z1", spec, by="caac")


def waits_for_lock(books: Books) -> bool:
    """Somebody waits for an advisory lock."""
    waiting = (
        "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    return bool(books.rows(waiting))


def test_publication_waits_for_the_decision_under_way(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert decided_while_a_zone_is_published(database_url, monkeypatch) == ["PlanAssessed", "ZonePublished"]


def test_without_the_lock_a_plan_gets_into_a_zone_in_force(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(narrowing, "share_zones", narrowing.prefer_indexes)
    assert decided_while_a_zone_is_published(database_url, monkeypatch) == ["ZonePublished", "PlanAssessed"]
