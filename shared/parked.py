"""Events set aside because they cannot be handled: with the reason, so that they block nobody and can be replayed."""

import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from shared.errors import Conflict, NotFound
from shared.frame import Database
from shared.log import Recorded
from shared.text import storable

_EVENT: Final = sql.SQL("log, position, topic, partition, key, id, type, time, traceparent, data")
_LONGEST_REASON: Final = 2_000
_LONGEST_TRACEBACK: Final = 8_000


class ParkedNotFound(NotFound):
    """No parked event has that number."""


class AlreadyReplayed(Conflict):
    """The parked event has been handled since."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why an event cannot be handled."""

    reason: str
    field: str | None = None
    traceback: str | None = None


def fault_of(error: BaseException) -> Fault:
    """The error as it is kept with a parked event."""
    reason = getattr(error, "detail", None) or f"{type(error).__name__}: {error}"
    lines = "".join(traceback.format_exception(error))[-_LONGEST_TRACEBACK:]
    return Fault(storable(reason)[:_LONGEST_REASON], getattr(error, "field", None), storable(lines))


@dataclass(frozen=True, slots=True)
class ParkedEvent:
    """A parked event as people see it."""

    parked_id: int
    subscription: str
    topic: str
    partition: int
    position: int
    key: str
    id: UUID
    type: str
    time: datetime
    reason: str
    field: str | None
    attempts: int
    parked_at: datetime
    replay_asked_at: datetime | None
    replayed_at: datetime | None
    data: str  # the bytes as text, what is no UTF-8 escaped


class Parked:
    """The table `<schema>.parked`."""

    def __init__(self, schema: str) -> None:
        table = sql.Identifier(schema, "parked")
        self._park = sql.SQL(
            "INSERT INTO {} (subscription, {}, reason, field, traceback, parked_at) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        ).format(table, _EVENT)
        self._asked = sql.SQL(
            "SELECT parked_id, {} FROM {} WHERE subscription = %s AND replay_asked_at IS NOT NULL "
            "AND replayed_at IS NULL ORDER BY parked_id LIMIT 1 FOR UPDATE SKIP LOCKED"
        ).format(_EVENT, table)
        self._replayed = sql.SQL("UPDATE {} SET replayed_at = %s WHERE parked_id = %s").format(table)
        self._failed = sql.SQL(
            "UPDATE {} SET replay_asked_at = NULL, attempts = attempts + 1, reason = %s, field = %s, traceback = %s "
            "WHERE parked_id = %s"
        ).format(table)
        self._ask = sql.SQL(
            "UPDATE {} SET replay_asked_at = coalesce(replay_asked_at, %s) WHERE parked_id = %s RETURNING replayed_at"
        ).format(table)
        self._list = sql.SQL(
            "SELECT parked_id, subscription, topic, partition, position, key, id, type, time, reason, field, attempts, "
            "parked_at, replay_asked_at, replayed_at, encode(substr(data, 1, 100000), 'escape') AS data "
            "FROM {} WHERE parked_id < %s ORDER BY parked_id DESC LIMIT %s"
        ).format(table)

    def park(
        self, cursor: "psycopg.Cursor[Any]", subscription: str, event: Recorded, fault: Fault, now: datetime
    ) -> None:
        """Set an event aside."""
        envelope = (event.log, event.position, event.topic, event.partition, event.key, event.id, event.type)
        why = (fault.reason, fault.field, fault.traceback, now)
        cursor.execute(self._park, (subscription, *envelope, event.time, event.traceparent, event.data, *why))

    def asked(self, cursor: "psycopg.Cursor[Any]", subscription: str) -> tuple[int, Recorded] | None:
        """The next event of this subscription that somebody asked to replay, locked."""
        cursor.execute(self._asked, (subscription,))
        row = cursor.fetchone()
        return (row[0], Recorded(*row[1:])) if row else None

    def replayed(self, cursor: "psycopg.Cursor[Any]", parked_id: int, now: datetime) -> None:
        """It was handled at last."""
        cursor.execute(self._replayed, (now, parked_id))

    def failed(self, cursor: "psycopg.Cursor[Any]", parked_id: int, fault: Fault) -> None:
        """It failed again, perhaps for another reason."""
        cursor.execute(self._failed, (fault.reason, fault.field, fault.traceback, parked_id))

    def ask(self, cursor: "psycopg.Cursor[Any]", parked_id: int, now: datetime) -> None:
        """Ask for a replay. Raises ParkedNotFound or AlreadyReplayed."""
        cursor.execute(self._ask, (now, parked_id))
        row = cursor.fetchone()
        if row is None:
            raise ParkedNotFound(f"there is no parked event {parked_id}")
        if row[0] is not None:
            raise AlreadyReplayed(f"event {parked_id} was replayed at {row[0].isoformat()}")

    def newest(
        self, connection: "psycopg.Connection[Any]", limit: int, before: int = 2**63 - 1
    ) -> Sequence[ParkedEvent]:
        """The newest parked events with a number below `before`, newest first."""
        with connection.cursor(row_factory=class_row(ParkedEvent)) as cursor:
            return cursor.execute(self._list, (before, limit)).fetchall()


def ask_replay(database: Database, parked_id: int) -> None:
    """Ask the subscription that parked the event to handle it again, in the process and order in which it works.

    Returns once the wish is stored; `replayed_at`, or a new reason, follows within a second where that service runs.
    """
    with database.transaction() as tx:
        Parked(database.schema).ask(tx.cursor, parked_id, tx.now)
