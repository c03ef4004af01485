"""The embedded bus: consumers read the log tables of the other services in the same database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from shared.bell import Bell
from shared.bus import Inbound, Slot
from shared.checkpoint import Checkpoints
from shared.db import raw
from shared.log import Entry, EventLog, Recorded
from shared.text import storable
from shared.topics import INBOUND, log_of, partition_of, partitions

if TYPE_CHECKING:
    import sqlalchemy as sa

    from shared.frame import Database

REREAD_S: Final = 0.25  # the bell says when: a ring is only a hint, and one may be lost


class LogBus:
    """`log://`: the log tables are the bus; nothing is relayed."""

    def __init__(self, database_url: str, bell: Bell | None = None) -> None:
        self.inbound = InboundLog(database_url, bell)

    def reader(self, database: Database, subscription: str, topics: Sequence[str]) -> LogReader:
        """A reader that starts where the subscription's checkpoints stand."""
        return LogReader(database, subscription, topics)

    def relay(self, database: Database) -> None:
        """Nothing is relayed."""

    def send(self, records: Sequence[Inbound]) -> None:
        """Append to the inbound log."""
        self.inbound.append(records)

    def check(self) -> None:
        """Its server is the database, which is checked as such."""

    def close(self) -> None:
        """Close the inbound log's connections."""
        self.inbound.close()


class LogReader:
    """Reads each log in position order, from a mark that everything before is known to be handled."""

    def __init__(self, database: Database, subscription: str, topics: Sequence[str]) -> None:
        self._logs = {log: EventLog(log) for log in sorted({log_of(topic) for topic in topics})}
        self._topics = {log: [topic for topic in topics if log_of(topic) == log] for log in self._logs}
        self._bell = database.bell
        self._ear = database.bell.listen(self._logs)
        self._connection: sa.Connection = database.dedicated().execution_options(isolation_level="AUTOCOMMIT")
        self._cursor = raw(self._connection).cursor()
        known = Checkpoints(database.schema, subscription).read(self._cursor)
        self._done = {log: known.get(_mark(log), 0) for log in self._logs}
        self._seen = dict(self._done)
        self._horizon = dict(self._done)

    def poll(self, timeout_s: float, limit: int) -> list[Recorded]:
        """What waits, across the logs; the same again until it is handled."""
        found = self._read(limit)
        if not found:
            self._ear.wait(min(timeout_s, REREAD_S))
            found = self._read(limit)
        return found

    def _read(self, limit: int) -> list[Recorded]:
        found: list[Recorded] = []
        for name, log in self._logs.items():
            after = self._done[name]
            self._seen[name] = after
            if len(found) == limit:
                continue
            horizon = self._horizon[name] = log.horizon(self._cursor)
            if horizon <= after:
                continue
            room = limit - len(found)
            read = log.read(self._cursor, after, room, self._topics[name], horizon)
            self._seen[name] = read[-1].position if len(read) == room else horizon
            if not read:
                self._done[name] = horizon  # nothing of ours up to there
            found += read
        return found

    def marks(self) -> Mapping[Slot, int]:
        """How far each log has been read: where the next reader starts."""
        return {_mark(log): position for log, position in self._seen.items()}

    def handled(self, batch: Sequence[Recorded]) -> None:
        """Go on behind what was read, and turn to another log first: a busy one must not starve the rest."""
        self._done |= self._seen
        first = next(iter(self._logs))
        self._logs[first] = self._logs.pop(first)

    def lag(self) -> int:
        """Positions between what is visible and what is handled, over all logs."""
        return sum(self._horizon[log] - self._done[log] for log in self._logs)

    def close(self) -> None:
        """Close the connection."""
        self._bell.leave(self._ear)
        self._connection.close()


def _mark(log: str) -> Slot:
    return (f"log:{log}", 0)


class InboundLog:
    """What outsiders send, on the embedded bus: raw bytes, read by the same handlers as the Kafka topics."""

    def __init__(self, database_url: str, bell: Bell | None = None) -> None:
        from shared.frame import Database

        self._database = Database(database_url, INBOUND, bell=bell, pool_size=2)

    def append(self, records: Sequence[Inbound]) -> None:
        """Append in order, in one transaction. Nothing is checked here: the subscriber parks what it cannot read."""
        with self._database.transaction() as tx:
            tx.append([_entry(record) for record in records])

    def close(self) -> None:
        """Close the pool."""
        self._database.close()


def _entry(record: Inbound) -> Entry:
    key = storable(record.key)
    partition = partition_of(key, partitions()[record.topic])
    return Entry(record.topic, partition, key, record.id, storable(record.type), record.traceparent, record.data)
