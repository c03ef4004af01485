"""`kill -9` at random points while a retrying client files: nothing acknowledged is lost, nothing is applied twice."""

import random
import threading

import pytest

from tests.system.books import books_of
from tests.system.filing import Pairs, accepted_of_pairs, filing
from tests.system.platform import Platform

KILLS = 20
PAIRS_A_KILL = 20


@pytest.mark.timeout(600)
def test_kill_at_random_points(platform: Platform, database_url: str) -> None:
    chance = random.Random(20261122)
    pairs = Pairs()
    with filing(platform, 6, ("a", "b"), pairs) as filings:
        for _ in range(KILLS):
            pairs.allow(PAIRS_A_KILL)
            threading.Event().wait(chance.uniform(0.02, 0.4))  # the moment is what is random
            victim = chance.choice(platform.processes)
            victim.kill()
            victim.start()
            victim.ready()
    assert sum(one.interrupted for one in filings) > 0

    with books_of(database_url) as books:
        states = books.decided()
        accepted = accepted_of_pairs(filings, states)
        books.check_once(states)
    assert len(accepted) > KILLS
    assert set(accepted.values()) == {1}, "of a conflicting pair both were accepted, or none"
