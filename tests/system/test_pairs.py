"""300 pairs of overlapping plans filed at once while the leading decider is killed: one of each pair is accepted.

The control runs the same pairs through two deciders without the leader's lock, and more are accepted.
"""

import os
import random
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.system.books import Books, books_of
from tests.system.filing import Filing, Pairs, accepted_of_pairs, filing
from tests.system.platform import BUSES, Groups, Platform, Process, bus_url_of, running
from tests.system.unled import WITHOUT_DECIDER, deciding_without_lead
from tests.waiting import eventually

PAIRS = 300
KILLS = 4
HUNG_PAIRS = 20
CLIENTS = 6  # for each of the two twins of a pair
WITH_STANDBY: Groups = [("flightplan", "sites"), ("airspace",), ("airspace",)]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("bus", BUSES)
def test_one_of_each_pair_is_accepted(
    bus: str, request: pytest.FixtureRequest, database_url: str, tmp_path: Path
) -> None:
    chance = random.Random(20261122)
    bus_url = bus_url_of(bus, request)
    with running(database_url, bus_url, tmp_path, WITH_STANDBY) as platform, books_of(database_url) as books:
        with filing_pairs(platform) as (filings, allow):
            for _ in range(KILLS):
                filed = len(books.states())
                allow(PAIRS // KILLS)
                await_plans(books, filed + chance.randint(1, 100))  # in the midst of them
                replace_leader(platform, books)
        states = books.decided()
        accepted = accepted_of_pairs(filings, states)
        books.check_once(states)
    assert len(accepted) == PAIRS
    assert set(accepted.values()) == {1}


@contextmanager
def filing_pairs(platform: Platform) -> Iterator[tuple[list[Filing], Callable[[int], None]]]:
    """Clients that file both plans of each pair at about the same time, as many pairs as are allowed."""
    ones, others = Pairs(), Pairs()

    def allow(more: int) -> None:
        ones.allow(more)
        others.allow(more)

    with filing(platform, CLIENTS, ("a",), ones) as first, filing(platform, CLIENTS, ("b",), others) as second:
        yield [*first, *second], allow


def await_plans(books: Books, count: int) -> None:
    """Until so many are filed."""
    eventually(lambda: len(books.states()) >= count, timeout_s=120)


def replace_leader(platform: Platform, books: Books) -> None:
    """`kill -9` the decider that leads, see the standby take over, and start the killed one as the next standby."""
    backend = leading_backend(books)
    victim = process_behind(platform, books, backend)
    victim.kill()
    eventually(lambda: leading_backend(books) != backend, timeout_s=60)
    victim.start()
    victim.ready()


@pytest.mark.timeout(600)
def test_a_hung_decider_is_replaced_and_decides_nothing_when_it_wakes(database_url: str, tmp_path: Path) -> None:
    with running(database_url, "log://", tmp_path, WITH_STANDBY) as platform, books_of(database_url) as books:
        with filing_pairs(platform) as (filings, allow):
            allow(HUNG_PAIRS)
            await_plans(books, HUNG_PAIRS)
            backend = leading_backend(books)
            hung = process_behind(platform, books, backend)
            assert hung.pid is not None
            os.kill(hung.pid, signal.SIGSTOP)
            allow(HUNG_PAIRS)
            eventually(lambda: leading_backend(books) != backend, timeout_s=60)
            await_plans(books, 2 * 2 * HUNG_PAIRS)
            books.decided()  # without it, by another
            written = last_position(books)
            os.kill(hung.pid, signal.SIGCONT)
            hung.ready()
            assert last_position(books) == written, "it went on with what it had in hand"
            allow(HUNG_PAIRS)
            await_plans(books, 2 * 3 * HUNG_PAIRS)
        states = books.decided()
        accepted = accepted_of_pairs(filings, states)
        books.check_once(states)
        assert leading_backend(books) != backend
    assert set(accepted.values()) == {1}


def last_position(books: Books) -> int:
    """The last of what airspace has recorded."""
    return int(books.rows("SELECT coalesce(max(position), 0) AS last FROM airspace.event_log")[0].last)


def leading_backend(books: Books) -> int:
    """The backend that holds the deciders' lead."""
    found = books.rows(
        "SELECT backend_pid FROM airspace.leader JOIN pg_stat_activity ON pid = backend_pid "
        "WHERE subscription = 'decider'"
    )
    return int(found[0].backend_pid) if found else 0


def process_behind(platform: Platform, books: Books, backend: int) -> Process:
    """The process whose socket the backend talks to."""
    ((port,),) = books.rows(f"SELECT client_port FROM pg_stat_activity WHERE pid = {backend}")
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    sockets = {f"socket:[{words[9]}]" for words in lines if int(words[1].rpartition(":")[2], 16) == port}
    return next(process for process in platform.processes if sockets & open_files(process))


def open_files(process: Process) -> set[str]:
    """What the process's descriptors point to."""
    return {str(descriptor.readlink()) for descriptor in Path(f"/proc/{process.pid}/fd").iterdir()}


@pytest.mark.kafka
def test_two_deciders_without_the_lead_accept_more(
    request: pytest.FixtureRequest, database_url: str, tmp_path: Path
) -> None:
    bus_url = bus_url_of("kafka", request)
    with (
        running(database_url, bus_url, tmp_path, WITHOUT_DECIDER) as platform,
        books_of(database_url) as books,
        deciding_without_lead(database_url, bus_url),
    ):
        with filing_pairs(platform) as (filings, allow):
            allow(PAIRS)
            await_plans(books, 2 * PAIRS)
        accepted = accepted_of_pairs(filings, books.decided())
    assert max(accepted.values()) == 2
