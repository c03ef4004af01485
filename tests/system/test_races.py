"""Races: 64 clients file flights through the same place and time at the same moment, and exactly one of them wins.

`RACES` and `CLIENTS` in the environment make more of it: `make races` runs 10,000. The control runs the same races past
two deciders without the leader's lock, and some have more winners than one.
"""

import os
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest

from tests.system import world
from tests.system.books import books_of
from tests.system.platform import Platform, bus_url_of, running
from tests.system.unled import WITHOUT_DECIDER, deciding_without_lead

CLIENTS = int(os.environ.get("CLIENTS", "64"))
RACES = int(os.environ.get("RACES", "8"))
UNLED_RACES = 8
COLUMNS, ROWS = 20, 60  # of places 2 km and 200 m apart; then comes the next hour
PATIENCE_S = 3_600.0


def entry(race: int, number: int) -> dict[str, Any]:
    """A client's flight in a race: a few seconds and metres from the others, so that each meets each."""
    hour, place = divmod(race, COLUMNS * ROWS)
    row, column = divmod(place, COLUMNS)
    return world.intent(
        at=world.tomorrow(hour) + timedelta(seconds=number % 7),
        lng=world.east(world.CENTER[0], 2_000.0 * column + number % 5),
        lat=world.north(world.CENTER[1], 200.0 * row),
    )


@pytest.mark.timeout(7_200)
def test_exactly_one_wins_each_race(embedded: Platform, database_url: str) -> None:
    filed = dict(file_all(embedded, RACES))
    assert len(filed) == RACES * CLIENTS
    with books_of(database_url) as books:
        states = books.decided(timeout_s=PATIENCE_S)
        books.check_once(states)
    assert set(states) == set(filed), "an acknowledged plan is lost, or one is there twice"
    assert winners(filed, states) == Counter(range(RACES))
    assert set(states.values()) == {"approved", "refused"}


@pytest.mark.kafka
def test_without_the_lead_some_races_have_more_winners(
    request: pytest.FixtureRequest, database_url: str, tmp_path: Path
) -> None:
    bus_url = bus_url_of("kafka", request)
    with (
        running(database_url, bus_url, tmp_path, WITHOUT_DECIDER) as platform,
        books_of(database_url) as books,
        deciding_without_lead(database_url, bus_url),
    ):
        filed = dict(file_all(platform, UNLED_RACES))
        won = winners(filed, books.decided())
    assert set(won) == set(range(UNLED_RACES))
    assert max(won.values()) > 1


def winners(filed: dict[UUID, int], states: dict[UUID, str]) -> Counter[int]:
    """How many were approved of each race."""
    return Counter(filed[plan_id] for plan_id, state in states.items() if state == "approved")


def file_all(platform: Platform, races: int) -> Iterator[tuple[UUID, int]]:
    """Each plan's id and race. All clients wait for one another before each race."""
    start = threading.Barrier(CLIENTS, timeout=PATIENCE_S)
    port = platform.process_of("flightplan").port
    clients = [platform.client("operator", f"operator {number}") for number in range(CLIENTS)]
    entrants = [Entrant(number, port, client.headers["authorization"]) for number, client in enumerate(clients)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        tasks = [pool.submit(one.run, start, races) for one in entrants]
    faults = [fault for task in tasks if (fault := task.exception())]
    for fault in sorted(faults, key=lambda one: isinstance(one, threading.BrokenBarrierError)):
        raise fault  # the first that stopped the others
    for task in tasks:
        yield from task.result()


class Entrant:
    """One client's part in every race; on a bare connection, so that the clients keep the platform busy."""

    def __init__(self, number: int, port: int, authorization: str) -> None:
        self._number = number
        self._connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        self._headers = {"authorization": authorization, "content-type": "application/json"}

    def run(self, start: threading.Barrier, races: int) -> list[tuple[UUID, int]]:
        """File in each race at the moment that all do."""
        filed = []
        try:
            for race in range(races):
                body = orjson.dumps(entry(race, self._number))
                start.wait()
                filed.append((self._file(body, f"{race}-{self._number}"), race))
        except BaseException:
            start.abort()  # the others need not wait
            raise
        finally:
            self._connection.close()
        return filed

    def _file(self, body: bytes, key: str) -> UUID:
        """Repeated under its key where the platform had closed a connection that was idle for long."""
        headers = self._headers | {"idempotency-key": key}
        try:
            return self._asked(body, headers)
        except (ConnectionError, HTTPException):
            self._connection.close()
            return self._asked(body, headers)

    def _asked(self, body: bytes, headers: dict[str, str]) -> UUID:
        self._connection.request("POST", "/flight-plans", body, headers)
        answer = self._connection.getresponse()
        said = answer.read()
        assert answer.status in (200, 202), said
        return UUID(orjson.loads(said)["plan_id"])
