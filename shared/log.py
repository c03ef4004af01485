"""A service's event log: what happened, in one order, written in the transaction that made it so.

To append is to take the log's exclusive advisory lock, then to insert, then to commit, with nothing in between: so
positions become visible in their order, and whoever reads to a position has seen everything before it. A bare serial
cursor, or the lock taken after the insert, loses events (tests/integration/kernel/test_log.py keeps the proof).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

import psycopg
from psycopg import sql

from shared.contracts.codec import Event, encode, key_of
from shared.db import copy_rows_binary, lock_key, statement
from shared.errors import TooLarge
from shared.migrations.kernel import create_kernel_tables as create_kernel_tables  # services find it here
from shared.topics import partition_of, partitions

_COLUMNS: Final = ("topic", "partition", "key", "id", "type", "time", "traceparent", "data")
_TYPES: Final = ("text", "int2", "text", "uuid", "text", "timestamptz", "text", "bytea")
_ROW: Final = sql.SQL("(%s, %s, %s, %s, %s, %s, %s, %s)")
LARGEST_EVENT: Final = 8 * 1_048_576
_MOST_BY_INSERT: Final = 4  # from here on COPY is faster


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event as a bus delivers it: its envelope and its bytes, not yet decoded.

    `position` is its place in the log it was recorded in. An event that outsiders put on a Kafka topic has no such
    place: its offset stands in, under a `ledger` of its own, so that a change of bus mixes nothing up.
    """

    log: str
    position: int
    topic: str
    partition: int
    key: str
    id: UUID
    type: str
    time: datetime
    traceparent: str | None
    data: bytes
    ledger: str = ""  # the topic that checkpoints count under
    offset: int | None = None  # on Kafka only
    fault: str | None = None  # why the envelope itself cannot be read

    @property
    def slot(self) -> tuple[str, int]:
        """What a checkpoint counts by: the ledger and the partition."""
        return (self.ledger or self.topic, self.partition)


@dataclass(frozen=True, slots=True)
class Entry:
    """An event about to be appended."""

    topic: str
    partition: int
    key: str
    id: UUID
    type: str
    traceparent: str | None
    data: bytes


def entry(event: Event, traceparent: str | None, written: Mapping[str, bytes] | None = None) -> Entry:
    """The event as an entry of its owner's log; `written` as for `encode`. Raises TooLarge for what no broker takes."""
    key = key_of(event)
    data = encode(event, written)
    if len(data) > LARGEST_EVENT:
        raise TooLarge(f"{type(event).__name__} of {key} has {len(data)} bytes; an event has at most {LARGEST_EVENT}")
    partition = partition_of(key, partitions()[event.topic])
    return Entry(event.topic, partition, key, uuid4(), type(event).__name__, traceparent, data)


class EventLog:
    """The table `<schema>.event_log`."""

    def __init__(self, schema: str) -> None:
        self.schema = schema
        table = sql.Identifier(schema, "event_log")
        columns = sql.SQL(", ").join(map(sql.Identifier, _COLUMNS))
        self._lock_statement = statement("SELECT pg_advisory_xact_lock({})", lock_key(f"{schema}.event_log"))
        insert = sql.SQL("INSERT INTO {} ({}) VALUES ").format(table, columns)
        self._inserts = [(insert + sql.SQL(", ").join([_ROW] * n)).as_bytes() for n in range(_MOST_BY_INSERT + 1)]
        self._horizon = sql.SQL("SELECT coalesce(max(position), 0) FROM {}").format(table)
        self._table, self._columns = table, columns
        self._read_all = sql.SQL("SELECT position, {} FROM {} WHERE position > %s ORDER BY position LIMIT %s").format(
            columns, table
        )

    def append(self, cursor: "psycopg.Cursor[Any]", entries: Sequence[Entry], *, now: datetime) -> None:
        """Append in order. Must be the last statement before the commit."""
        self.lock(cursor)
        rows = [(e.topic, e.partition, e.key, e.id, e.type, now, e.traceparent, e.data) for e in entries]
        if len(rows) > _MOST_BY_INSERT:
            copy_rows_binary(cursor, f"{self.schema}.event_log", _COLUMNS, _TYPES, rows)
        else:
            cursor.execute(self._inserts[len(rows)], [field for row in rows for field in row])

    def lock(self, cursor: "psycopg.Cursor[Any]") -> None:
        """Wait for every other append to be committed, and keep the next ones out until this transaction ends."""
        cursor.execute(self._lock_statement)

    def horizon(self, cursor: "psycopg.Cursor[Any]") -> int:
        """The last position that is visible; everything up to it is visible too."""
        cursor.execute(self._horizon)
        return _only(cursor)

    def news(self, topics: Sequence[str], types: Sequence[str] | None) -> bytes:
        """The statement that reads events of these topics (and types) after a position, so many at most.

        With the horizon, in one statement and so of one moment; a row without an event where nothing of ours is new.
        """
        asked: sql.Composable = sql.SQL("topic = ANY({})").format(list(topics))
        if types is not None:
            asked = sql.SQL("{} AND type = ANY({})").format(asked, list(types))
        return statement(
            "SELECT {}, horizon.position, event.* "
            "FROM (SELECT coalesce(max(position), 0) AS position FROM {}) AS horizon LEFT JOIN LATERAL ("
            "SELECT position, {} FROM {} WHERE position > %s AND {} ORDER BY position LIMIT %s) AS event ON true",
            *(self.schema, self._table, self._columns, self._table, asked),
        )

    def read_all(self, cursor: "psycopg.Cursor[Any]", after: int, limit: int) -> list[Recorded]:
        """At most `limit` events of any topic after the position, in order."""
        cursor.execute(self._read_all, (after, limit), binary=True)
        return [Recorded(self.schema, *row) for row in cursor.fetchall()]


def _only(cursor: "psycopg.Cursor[Any]") -> int:
    row = cursor.fetchone()
    assert row is not None
    return int(row[0])
