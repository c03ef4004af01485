"""`kill -9` at random points while a retrying client files: nothing acknowledged is lost, nothing is applied twice."""

import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from uuid import UUID

import httpx

from tests.system import world
from tests.system.books import books_of
from tests.system.platform import Platform

KILLS = 20
CLIENTS = 6
PAIRS_A_KILL = 20
RETRY_S = 0.05


class Pairs:
    """Hands out the number of each pair once, as many as are allowed so far."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._next = 0
        self._allowed = 0
        self._over = False

    def allow(self, more: int) -> None:
        """Let the clients take `more` numbers."""
        with self._changed:
            self._allowed += more
            self._changed.notify_all()

    def end(self) -> None:
        """No number is handed out any more."""
        with self._changed:
            self._over = True
            self._changed.notify_all()

    def take(self) -> int | None:
        """The next number when it is allowed, None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._over or self._next < self._allowed)
            if self._over:
                return None
            self._next += 1
            return self._next - 1


@dataclass
class Filing:
    """A client that files pairs of conflicting plans and repeats each request until it is acknowledged."""

    client: httpx.Client
    name: str
    acknowledged: dict[str, UUID] = field(default_factory=dict)  # request key -> plan id
    interrupted: int = 0

    def run(self, pairs: Pairs) -> None:
        """File to the end; a request once begun is finished."""
        while (number := pairs.take()) is not None:
            intent = world.nth_intent(number)
            for twin in ("a", "b"):
                self.file(f"{self.name}-{number}-{twin}", intent)

    def file(self, key: str, intent: dict[str, object]) -> None:
        """Repeat the request under its key until the platform acknowledges it."""
        while key not in self.acknowledged:
            try:
                answer = self.client.post("/flight-plans", json=intent, headers={"idempotency-key": key})
            except httpx.HTTPError:
                self.interrupted += 1
                threading.Event().wait(RETRY_S)
                continue
            if answer.is_success:
                self.acknowledged[key] = UUID(answer.json()["plan_id"])
            else:
                assert answer.status_code == 503, answer.text


def test_kill_at_random_points(platform: Platform, database_url: str) -> None:
    chance = random.Random(20261122)
    pairs = Pairs()
    filings = [Filing(platform.client("operator", f"op{n}"), f"op{n}") for n in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        running = [pool.submit(filing.run, pairs) for filing in filings]
        try:
            for _ in range(KILLS):
                pairs.allow(PAIRS_A_KILL)
                threading.Event().wait(chance.uniform(0.02, 0.4))
                victim = chance.choice(platform.processes)
                victim.kill()
                victim.start()
                victim.ready()
        finally:
            pairs.end()
        for task in running:
            task.result(timeout=60)
    assert sum(filing.interrupted for filing in filings) > 0

    acknowledged = {key: plan_id for filing in filings for key, plan_id in filing.acknowledged.items()}
    assert len(acknowledged) == len(set(acknowledged.values())), "two requests were given one plan"
    with books_of(database_url) as books:
        states = books.decided()
        assert set(acknowledged.values()) == set(states), "an acknowledged plan is lost, or one is there twice"
        books.check_once(states)
    by_pair = Counter(key[:-2] for key, plan_id in acknowledged.items() if states[plan_id] == "approved")
    assert len(by_pair) == len(acknowledged) / 2
    assert set(by_pair.values()) == {1}, "both of a conflicting pair were accepted"
