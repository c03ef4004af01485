"""Clients that file pairs of conflicting plans, and repeat each request until the platform acknowledges it."""

import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

import httpx

from tests.system import world
from tests.system.platform import Platform

RETRY_S = 0.05
PATIENCE_S = 120


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
    twins: Sequence[str]
    acknowledged: dict[str, UUID] = field(default_factory=dict)  # request key -> plan id
    interrupted: int = 0

    def run(self, pairs: Pairs) -> None:
        """File to the end; a request once begun is finished."""
        while (number := pairs.take()) is not None:
            intent = world.nth_intent(number)
            for twin in self.twins:
                self.file(f"{number}-{twin}", intent)

    def file(self, key: str, intent: dict[str, object]) -> None:
        """Repeat the request under its key until the platform acknowledges it; fail when it stays away."""
        give_up = time.monotonic() + PATIENCE_S
        while key not in self.acknowledged:
            assert time.monotonic() < give_up, f"{key} was not acknowledged within {PATIENCE_S} s"
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


@contextmanager
def filing(platform: Platform, clients: int, twins: Sequence[str], pairs: Pairs) -> Iterator[list[Filing]]:
    """So many clients at work until the block ends, by which time every request they began is acknowledged."""
    filings = [Filing(platform.client("operator", f"operator {n} of {'+'.join(twins)}"), twins) for n in range(clients)]
    with ThreadPoolExecutor(clients) as pool:
        running = [pool.submit(one.run, pairs) for one in filings]
        try:
            yield filings
        finally:
            pairs.end()
        for task in running:
            task.result(timeout=120)


def accepted_of_pairs(filings: Sequence[Filing], states: Mapping[UUID, str]) -> Counter[str]:
    """How many of each pair were accepted. Fails where two requests were given one plan, or a plan is missing."""
    acknowledged = {key: plan_id for one in filings for key, plan_id in one.acknowledged.items()}
    assert len(acknowledged) == len(set(acknowledged.values())), "two requests were given one plan"
    assert set(acknowledged.values()) == set(states), "an acknowledged plan is lost, or one is there twice"
    found = Counter({key.partition("-")[0]: 0 for key in acknowledged})
    found.update(key.partition("-")[0] for key, plan_id in acknowledged.items() if states[plan_id] == "approved")
    return found
