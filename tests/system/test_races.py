"""Races: many clients file flights through the same place and time at the same moment, and exactly one of them wins.

`RACES`, `CONTENDERS` and `CLIENTS` in the environment make more of it: `make races` runs 10,000.
"""

import os
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.system import world
from tests.system.books import books_of
from tests.system.platform import Platform

CLIENTS = int(os.environ.get("CLIENTS", "64"))
CONTENDERS = int(os.environ.get("CONTENDERS", "64"))  # for one place and time
RACES = int(os.environ.get("RACES", "8"))
COLUMNS, ROWS = 20, 60  # of places 2 km and 200 m apart; then comes the next hour


def entry(race: int, contender: int) -> dict[str, Any]:
    """A flight of a race: a few seconds and metres from the others, so that each meets each."""
    hour, place = divmod(race, COLUMNS * ROWS)
    row, column = divmod(place, COLUMNS)
    return world.intent(
        at=world.tomorrow(hour) + timedelta(seconds=contender % 7),
        lng=world.east(world.CENTER[0], 2_000.0 * column + contender % 5),
        lat=world.north(world.CENTER[1], 200.0 * row),
    )


@pytest.mark.timeout(7_200)
def test_exactly_one_wins_each_race(embedded: Platform, database_url: str) -> None:
    filed = dict(file_all(embedded))
    assert len(filed) == RACES * CONTENDERS
    with books_of(database_url) as books:
        states = books.decided(timeout_s=900)
        winners = Counter(filed[plan_id] for plan_id, state in states.items() if state == "approved")
        books.check_once(states)
    assert set(states) == set(filed), "an acknowledged plan is lost, or one is there twice"
    assert winners == Counter(range(RACES))
    assert set(states.values()) == {"approved", "refused"}


def file_all(platform: Platform) -> Iterator[tuple[UUID, int]]:
    """Each plan's id and race. The clients of a race wait for one another before they file."""
    groups = CLIENTS // CONTENDERS
    starts = [threading.Barrier(CONTENDERS, timeout=120) for _ in range(groups)]
    with ThreadPoolExecutor(groups * CONTENDERS) as pool:
        tasks = [
            pool.submit(contend, platform.client("operator", f"operator {number}"), starts[group], group, number)
            for number, group in enumerate(sorted(list(range(groups)) * CONTENDERS))
        ]
        for task in tasks:
            yield from task.result()


def contend(client: httpx.Client, start: threading.Barrier, group: int, number: int) -> list[tuple[UUID, int]]:
    """One client's part in every race of its group."""
    filed = []
    for race in range(group, RACES, CLIENTS // CONTENDERS):
        start.wait()
        answer = client.post("/flight-plans", json=entry(race, number % CONTENDERS))
        assert answer.status_code == 202, answer.text
        filed.append((UUID(answer.json()["plan_id"]), race))
    return filed
