"""Wake-ups between processes: one thread notifies after commits, at most every 5 ms; another listens for the others.

The NOTIFY stands in a transaction of its own: within the work's it would halve the commit rate. A process that is alone
on its database tells nobody, and looks once a second whether it still is.
"""

import logging
import os
import threading
import time
import uuid
from collections.abc import Collection
from typing import Final

import psycopg

from shared.bell import Bell

CHANNEL: Final = "tianyuan"
EVERY_S: Final = 0.005
ALONE_S: Final = 1.0
RETRY_S: Final = 1.0
LISTENER: Final = "tianyuan listener"
_LISTENERS: Final = "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s AND datname = current_database()"

logger = logging.getLogger(__name__)


class Waker:
    """Joins this process's bell with those of the other processes on the database."""

    def __init__(self, database_url: str, bell: Bell) -> None:
        self._conninfo = database_url.replace("postgresql+psycopg://", "postgresql://")
        self._bell = bell
        self._me = f"{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self._rung: set[str] = set()
        self._lock = threading.Lock()
        self._news = threading.Event()
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._forever, args=(work, name), name=f"waker {work.__name__}", daemon=True)
            for work, name in ((self._notify, "tianyuan waker"), (self._listen, LISTENER))
        ]

    def start(self) -> None:
        """Begin to tell and to hear."""
        self._bell.tell_far(self._ring_far)
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop both threads."""
        self._bell.tell_far(None)
        self._stopping.set()
        self._news.set()
        for thread in self._threads:
            thread.join(5)

    def _ring_far(self, names: Collection[str]) -> None:
        with self._lock:
            self._rung.update(names)
        self._news.set()

    def _forever(self, work: "object", name: str) -> None:
        while not self._stopping.is_set():
            try:
                with psycopg.connect(
                    self._conninfo, autocommit=True, connect_timeout=5, application_name=name
                ) as connection:
                    work(connection)  # type: ignore[operator]
            except psycopg.Error as error:
                logger.debug("waker: %s", error)  # a wake-up is only a hint: readers look every 250 ms anyway
                self._stopping.wait(RETRY_S)

    def _notify(self, connection: "psycopg.Connection[tuple[object, ...]]") -> None:
        connection.execute("SET synchronous_commit = off")
        alone, counted = False, 0.0
        while not self._stopping.is_set():
            self._news.wait()
            self._news.clear()
            with self._lock:
                names, self._rung = self._rung, set()
            if time.monotonic() - counted > ALONE_S:
                alone = connection.execute(_LISTENERS, (LISTENER,)).fetchone() == (1,)
                counted = time.monotonic()
            if names and not alone:
                connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, " ".join([self._me, *names])))
            self._stopping.wait(ALONE_S if alone else EVERY_S)

    def _listen(self, connection: "psycopg.Connection[tuple[object, ...]]") -> None:
        connection.execute(f"LISTEN {CHANNEL}")
        while not self._stopping.is_set():
            for notice in connection.notifies(timeout=0.5):
                sender, *names = notice.payload.split(" ")
                if sender != self._me:
                    self._bell.ring_here(names)
