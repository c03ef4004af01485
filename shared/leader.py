"""One leader for work that must be done in one place: a session lock on the very connection that writes.

Losing the connection is losing the lead, and what was not committed by then never happened. A leader that hangs keeps
its lock; so it beats a row every second, and a standby that sees no beat for 5 s ends the leader's backend. Whatever
the leader does when it wakes fails on its dead connection.
"""

import logging
import threading
import time
from typing import Any, Final

import psycopg
import sqlalchemy as sa
from psycopg import sql

from shared.db import lock_key, raw
from shared.frame import Database

BEAT_S: Final = 1.0
SILENT_S: Final = 5.0
_LOOK_MS: Final = 500  # a standby blocks on the lock, and looks at the leader's beats this often

logger = logging.getLogger(__name__)


class Leadership:
    """The lead of one subscription, over one connection."""

    def __init__(self, database: Database, subscription: str, connection: sa.Connection) -> None:
        self._database = database
        self._name = f"{database.schema}.{subscription}"
        self._key = lock_key(f"leader of {self._name}")
        self._connection = connection
        self._ended = threading.Event()
        table = sql.Identifier(database.schema, "leader")
        self._enter = sql.SQL(
            "INSERT INTO {} (subscription, backend_pid, beats, beaten_at) "
            "VALUES ({}, pg_backend_pid(), 0, clock_timestamp()) ON CONFLICT (subscription) DO UPDATE "
            "SET backend_pid = excluded.backend_pid, beats = 0, beaten_at = excluded.beaten_at"
        ).format(table, subscription)
        self._beat = sql.SQL(
            "UPDATE {} SET beats = beats + 1, beaten_at = clock_timestamp() "
            "WHERE subscription = {} AND backend_pid = %s RETURNING beats"
        ).format(table, subscription)
        self._holder = sql.SQL(
            "SELECT locks.pid, leader.beats FROM pg_locks AS locks "
            "LEFT JOIN {} AS leader ON leader.subscription = {} AND leader.backend_pid = locks.pid "
            "WHERE locktype = 'advisory' AND granted AND classid = {}::oid AND objid = {}::oid AND objsubid = 1 "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        ).format(table, subscription, self._key >> 32 & 0xFFFF_FFFF, self._key & 0xFFFF_FFFF)

    def win(self, stopping: threading.Event) -> bool:
        """Block until this connection leads; False where told to stop before."""
        watch = _Watch()
        while not stopping.is_set():
            if self._acquired():
                with self._connection.begin():
                    pid = raw(self._connection).info.backend_pid
                    raw(self._connection).execute(self._enter)
                threading.Thread(
                    target=self._keep_beating, args=(pid,), name=f"heart {self._name}", daemon=True
                ).start()
                logger.info("leading %s", self._name)
                return True
            self._replace_silent(watch)
        return False

    def end(self) -> None:
        """Stop beating. Closing the connection gives the lock back."""
        self._ended.set()

    def _acquired(self) -> bool:
        try:
            with self._connection.begin():
                cursor = raw(self._connection).cursor()
                cursor.execute(f"SET LOCAL lock_timeout = {_LOOK_MS}")
                cursor.execute("SELECT pg_advisory_lock(%s)", (self._key,))
        except psycopg.errors.LockNotAvailable:
            return False
        return True

    def _replace_silent(self, watch: "_Watch") -> None:
        """End the backend that holds the lock where nothing of it has changed for too long."""
        with self._connection.begin():
            cursor = raw(self._connection).cursor()
            holder = cursor.execute(self._holder).fetchone()
            if holder is not None and watch.silent_s(holder) > SILENT_S:
                logger.warning("the leader of %s is silent: ending its backend %s", self._name, holder[0])
                cursor.execute("SELECT pg_terminate_backend(%s)", (holder[0],))

    def _keep_beating(self, pid: int) -> None:
        beating = True
        while beating and not self._ended.is_set():
            try:
                with self._database.dedicated() as connection:
                    beating = self._beat_until_replaced(raw(connection), pid)
            except (sa.exc.OperationalError, psycopg.OperationalError) as error:
                logger.warning("a beat of %s failed: %s", self._name, error)
                self._ended.wait(BEAT_S)

    def _beat_until_replaced(self, connection: "psycopg.Connection[Any]", pid: int) -> bool:
        while not self._ended.wait(BEAT_S):
            beaten = connection.execute(self._beat, (pid,)).fetchone()
            connection.commit()
            if beaten is None:
                return False
        return True


class _Watch:
    """Since when the leader has looked the same, by this process's own clock."""

    def __init__(self) -> None:
        self._seen: object = None
        self._since = time.monotonic()

    def silent_s(self, now_seen: object) -> float:
        """For how long nothing has changed."""
        if now_seen != self._seen:
            self._seen = now_seen
            self._since = time.monotonic()
        return time.monotonic() - self._since
