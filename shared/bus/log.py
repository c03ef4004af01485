"""The embedded bus: consumers read the log tables of the other services in the same database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from shared.bell import Bell
from shared.bus import Inbound, Slot
from shared.checkpoint import Checkpoints
from shared.db import raw
from shared.log import Entry, EventLog, Recorded
from shared.text import storable
from shared.topics import INBOUND, log_of, partition_of, partitions

if TYPE_CHECKING:
    import sqlalchemy as sa

    from shared.frame import Database, Subscription

REREAD_S: Final = 0.25  # the bell says when: a ring is only a hint, and one may be lost


class LogBus:
    """`log://`: the log tables are the bus; nothing is relayed."""

    def __init__(self, database_url: str, bell: Bell | None = None) -> None:
        self.inbound = InboundLog(database_url, bell)

    def reader(self, database: Database, subscription: Subscription) -> LogReader:
        """A reader that starts where the subscription's checkpoints stand."""
        return LogReader(database, subscription)

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

    def __init__(self, database: Database, subscription: Subscription) -> None:
        logs = sorted(set(map(log_of, subscription.topics)))
        self._logs = [_Log(log, *_asked_of(log, subscription)) for log in logs]
        self._bell = database.bell
        self._ear = database.bell.listen([name for log in self._logs for name in log.types or log.topics])
        self._connection: sa.Connection = database.dedicated().execution_options(isolation_level="AUTOCOMMIT")
        self._cursor = raw(self._connection).cursor()
        known = Checkpoints(database.schema, subscription.name).read(self._cursor)
        for log in self._logs:
            log.start(known.get(log.slot, 0))
        self._waits = False  # for the bell: there may be something from before

    def poll(self, timeout_s: float, limit: int) -> list[Recorded]:
        """What waits, across the logs; the same again until it is handled."""
        if self._waits:
            self._ear.wait(min(timeout_s, REREAD_S))
        found = self._read(limit)
        self._waits = not found
        return found

    def _read(self, limit: int) -> list[Recorded]:
        statement = _joined(tuple(log.news for log in self._logs))
        self._cursor.execute(statement, [given for log in self._logs for given in (log.done, limit)], binary=True)
        rows = self._cursor.fetchall()
        found: list[Recorded] = []
        for log in self._logs:
            found += log.take([row for row in rows if row[0] == log.name], limit, limit - len(found))
        return found

    def marks(self) -> Mapping[Slot, int]:
        """How far each log has been read: where the next reader starts."""
        return {log.slot: log.seen for log in self._logs}

    def handled(self, batch: Sequence[Recorded]) -> None:
        """Go on behind what was read, and turn to another log first: a busy one must not starve the rest."""
        for log in self._logs:
            log.done = log.seen
        self._waits = all(log.seen == log.horizon for log in self._logs)
        self._logs.append(self._logs.pop(0))

    def lag(self) -> int:
        """Positions between what is visible and what is handled, over all logs."""
        return sum(log.horizon - log.done for log in self._logs)

    def close(self) -> None:
        """Close the connection."""
        self._bell.leave(self._ear)
        self._connection.close()


@dataclass(slots=True)
class _Log:
    """How far a reader has come in one log, and what it asks of it; `types` None: all of its topics."""

    name: str
    topics: Sequence[str]
    types: Sequence[str] | None
    news: bytes = b""
    done: int = 0  # everything to here is handled
    seen: int = 0  # everything to here is in the batch at hand
    horizon: int = 0  # everything to here is visible

    def __post_init__(self) -> None:
        self.news = EventLog(self.name).news(self.topics, self.types)

    @property
    def slot(self) -> Slot:
        """What the checkpoint of the log is kept under."""
        return (f"log:{self.name}", 0)

    def start(self, position: int) -> None:
        """Everything to this position was handled by an earlier reader."""
        self.done = self.seen = self.horizon = position

    def take(self, rows: Sequence[tuple[Any, ...]], limit: int, room: int) -> list[Recorded]:
        """The events of the log's rows, in order, as many as there is room for."""
        self.horizon = rows[0][1]
        read = sorted((Recorded(*row[:1], *row[2:]) for row in rows if row[2] is not None), key=_position)
        taken = read[:room]
        if len(taken) == len(read) < limit:
            self.seen = self.horizon
        else:
            self.seen = taken[-1].position if taken else self.done
        if not read:
            self.done = self.horizon  # nothing of ours up to there
        return taken


def _position(event: Recorded) -> int:
    return event.position


@cache
def _joined(each: tuple[bytes, ...]) -> bytes:
    return b" UNION ALL ".join(b"(" + news + b")" for news in each)


def _asked_of(log: str, subscription: Subscription) -> tuple[Sequence[str], Sequence[str] | None]:
    """Of what outsiders send everything is read, so that what nobody knows is parked, not passed over."""
    topics = [topic for topic in subscription.topics if log_of(topic) == log]
    return topics, None if log == INBOUND else sorted(subscription.types)


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
