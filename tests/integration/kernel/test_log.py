"""No event is lost, and none is out of order for its key, while eight writers append and some roll back.

The reader takes what is beyond its last position, as every consumer does. Two negative controls fail the same test: a
serial cursor without a lock, and the lock taken after the insert. Their race needs a writer that is slow between its
insert and its commit, so each writer dawdles there now and then; the real log keeps others out meanwhile.
"""

import random
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import psycopg
import pytest

from shared.contracts.codec import decode
from shared.contracts.flightplan import FlightPlanLapsed
from shared.db import raw
from shared.errors import TooLarge
from shared.frame import Database, Transaction
from shared.log import Entry, EventLog, Recorded, entry
from shared.topics import partition_of
from tests.integration.kernel.world import World, lapsed

WRITERS = 8
TRANSACTIONS = 25
SLOW_S = 0.01


class RolledBack(Exception):
    """A use case that changed its mind."""


class SlowLog(EventLog):
    """The real order: lock, insert, commit. Slow after the insert, like the controls."""

    def append(self, cursor: "psycopg.Cursor[Any]", entries: Sequence[Entry], *, now: datetime) -> None:
        super().append(cursor, entries, now=now)
        dawdle(entries)


class NoLock(SlowLog):
    """A plain serial cursor."""

    def lock(self, cursor: "psycopg.Cursor[Any]") -> None:
        """Nothing."""


class LockAfterInsert(SlowLog):
    """The lock one statement too late."""

    def lock(self, cursor: "psycopg.Cursor[Any]") -> None:
        """Nothing yet."""

    def append(self, cursor: "psycopg.Cursor[Any]", entries: Sequence[Entry], *, now: datetime) -> None:
        super().append(cursor, entries, now=now)
        EventLog.lock(self, cursor)


def dawdle(entries: Sequence[Entry]) -> None:
    """Every third key's writer is slow: positions that others overtake."""
    if int(entries[0].key[:4], 16) % 3 == 0:
        time.sleep(SLOW_S)


class Reader(threading.Thread):
    """Reads on from its last position until told that nothing more comes."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self._database = database
        self.finish = threading.Event()
        self.read: list[Recorded] = []

    def run(self) -> None:
        last = finishing = 0
        with self._database.dedicated() as connection:
            while finishing < 2:
                finishing += self.finish.is_set()
                with connection.begin():
                    found = self._database.log.read_all(raw(connection).cursor(), last, 1_000)
                self.read += found
                last = found[-1].position if found else last


@contextmanager
def reading(database: Database) -> Iterator[Reader]:
    reader = Reader(database)
    reader.start()
    try:
        yield reader
    finally:
        reader.finish.set()
        reader.join()


def write(database: Database, writer: int) -> None:
    """Transactions of one to six events each on keys of its own; every fifth is rolled back after its append."""
    chance = random.Random(writer)
    revisions: dict[int, int] = defaultdict(int)
    for number in range(TRANSACTIONS):
        keys = [writer * 10 + chance.randrange(5) for _ in range(chance.choice((1, 2, 6)))]
        try:
            with database.transaction() as tx:
                for place, key in enumerate(keys, start=1):
                    tx.record(lapsed(key, revisions[key] + keys[:place].count(key)))
                if number % 5 == 4:
                    change_mind(database, tx)
        except RolledBack:
            continue
        for key in keys:
            revisions[key] += 1


def change_mind(database: Database, tx: Transaction) -> None:
    """Take positions, and give them up."""
    database.log.append(tx.cursor, tx.entries, now=tx.now)
    raise RolledBack


def race(world: World, log: EventLog) -> tuple[list[Recorded], list[Recorded]]:
    """What a reader read meanwhile, and what the log holds in the end."""
    database = Database(world.database_url, "flightplan", log=log)
    with reading(database) as reader:
        writers = [threading.Thread(target=write, args=(database, number)) for number in range(WRITERS)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
    with database.transaction() as tx:
        stored = database.log.read_all(tx.cursor, 0, 100_000)
    database.close()
    return reader.read, stored


def is_in_order(events: Sequence[Recorded]) -> bool:
    """True where each key's revisions come one after another."""
    revisions: dict[str, int] = defaultdict(int)
    for event in events:
        revision = revision_of(event)
        if revision != revisions[event.key] + 1:
            return False
        revisions[event.key] = revision
    return True


def revision_of(event: Recorded) -> int:
    decoded = decode(event.type, event.data)
    assert isinstance(decoded, FlightPlanLapsed)
    return decoded.revision


def test_nothing_is_lost_or_out_of_order_with_eight_writers_and_rollbacks(log_world: World) -> None:
    read, stored = race(log_world, SlowLog("flightplan"))
    assert len(stored) > WRITERS * TRANSACTIONS
    assert read == stored
    assert is_in_order(read)


@pytest.mark.parametrize("log", [NoLock, LockAfterInsert])
def test_without_the_lock_before_the_insert_events_are_lost(log_world: World, log: type[EventLog]) -> None:
    read, stored = race(log_world, log("flightplan"))
    assert len(read) < len(stored)


def test_one_event_and_many_are_appended_in_their_order(log_world: World) -> None:
    database = log_world.flightplan
    for count in (1, 4, 5, 600):
        entries = [entry(lapsed(number, 1), None) for number in range(count)]
        with database.transaction() as tx:
            before = database.log.horizon(tx.cursor)
            database.log.append(tx.cursor, entries, now=tx.now)
        with database.transaction() as tx:
            newest = database.log.read_all(tx.cursor, before, count + 1)
            assert database.log.horizon(tx.cursor) == newest[-1].position
        assert [(event.key, event.data, event.partition) for event in newest] == [
            (e.key, e.data, e.partition) for e in entries
        ]
        assert [event.id for event in newest] == [e.id for e in entries]


def test_a_key_stays_in_its_partition_in_every_process() -> None:
    assert [partition_of(f"plan-{number}", 3) for number in range(8)] == [2, 0, 1, 2, 2, 2, 1, 2]


def test_an_event_too_large_for_a_broker_is_refused_where_it_is_recorded(
    log_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.log.LARGEST_EVENT", 50)
    with pytest.raises(TooLarge, match="FlightPlanLapsed"), log_world.flightplan.transaction() as tx:
        tx.record(lapsed(1, 1))
