"""`kill -9` at random points while a retrying client files: nothing acknowledged is lost, nothing is applied twice."""

import random
import threading
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import httpx
import sqlalchemy as sa

from tests.system import world
from tests.system.platform import Platform
from tests.waiting import eventually

KILLS = 20
CLIENTS = 6
PAIRS_A_KILL = 6


@dataclass
class Filing:
    """A client that files pairs of conflicting plans and repeats each until it is acknowledged."""

    platform: Platform
    org: str
    stop: threading.Event
    acknowledged: dict[str, str] = field(default_factory=dict)  # request key -> plan id

    def run(self, numbers: "Numbers") -> None:
        """File until told to stop; a request once begun is finished."""
        client = self.platform.client("operator", self.org)
        while not self.stop.is_set():
            number = numbers.take()
            if number is None:
                self.stop.wait(0.02)
                continue
            spot = world.north(world.CENTER[1], 200.0 * (number % 40)), world.tomorrow(hour=1 + number // 40)
            for twin in ("a", "b"):
                self.file(client, f"{self.org}-{number}-{twin}", world.intent(lat=spot[0], at=spot[1]))

    def file(self, client: httpx.Client, key: str, intent: dict[str, object]) -> None:
        """Repeat the same request under the same key until the platform acknowledges it."""
        while True:
            try:
                answer = client.post("/flight-plans", json=intent, headers={"idempotency-key": key})
            except httpx.HTTPError:
                answer = None
            if answer is not None and answer.status_code < 300:
                self.acknowledged[key] = answer.json()["plan_id"]
                return
            assert answer is None or answer.status_code >= 500, answer.text
            threading.Event().wait(0.05)


class Numbers:
    """Hands out each place in space and time once, as many as were allowed so far."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next = 0
        self._allowed = 0

    def allow(self, more: int) -> None:
        """Let the clients take `more` numbers."""
        with self._lock:
            self._allowed += more

    def take(self) -> int | None:
        """The next number, or None until more are allowed."""
        with self._lock:
            if self._next >= self._allowed:
                return None
            self._next += 1
            return self._next - 1


def test_kill_at_random_points(platform: Platform, database_url: str) -> None:
    chance = random.Random(20261122)
    stop, numbers = threading.Event(), Numbers()
    filings = [Filing(platform, f"op{n}", stop) for n in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        running = [pool.submit(filing.run, numbers) for filing in filings]
        try:
            for _ in range(KILLS):
                numbers.allow(PAIRS_A_KILL)
                threading.Event().wait(chance.uniform(0.01, 0.4))
                victim = chance.choice(platform.processes)
                victim.kill()
                victim.start()
                victim.ready()
        finally:
            stop.set()
        for task in running:
            task.result(timeout=60)

    acknowledged = {key: plan for filing in filings for key, plan in filing.acknowledged.items()}
    assert len(acknowledged) == len(set(acknowledged.values())) >= KILLS * PAIRS_A_KILL
    check_books(database_url, acknowledged)


def check_books(database_url: str, acknowledged: dict[str, str]) -> None:
    """Compare what clients were told with what the three books say."""
    engine = sa.create_engine(database_url)

    def rows(sql: str) -> list[tuple[object, ...]]:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(sa.text(sql))]

    plan_ids = {uuid.UUID(plan) for plan in acknowledged.values()}
    undecided = "SELECT count(*) FROM flightplan.flight_plan WHERE state = 'submitted'"
    eventually(lambda: rows(undecided) == [(0,)], timeout_s=60)

    states = {row[0]: row[1] for row in rows("SELECT plan_id, state FROM flightplan.flight_plan")}
    assert plan_ids <= states.keys(), "an acknowledged plan is lost"
    for kind, log in (
        ("FlightPlanSubmitted", "flightplan"),
        ("PlanAssessed", "airspace"),
        ("FlightPlanDecided", "flightplan"),
    ):
        often = Counter(row[0] for row in rows(f"SELECT key FROM {log}.event_log WHERE type = '{kind}'"))
        assert set(often.values()) == {1}, f"{kind} more than once: {often.most_common(3)}"
        assert len(often) == len(states), kind
    held = {row[0] for row in rows("SELECT plan_id FROM airspace.reservation WHERE state = 'held'")}
    assert held == {plan for plan, state in states.items() if state in ("approved", "awaiting")}
    by_place = Counter(
        key.rsplit("-", 1)[0] for key, plan in acknowledged.items() if states[uuid.UUID(plan)] == "approved"
    )
    assert set(by_place.values()) == {1}, "a pair that conflicts was accepted twice, or not at all"
    engine.dispose()
