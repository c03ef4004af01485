"""Runs services: a thread for each subscription, relay and periodic task of a process."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Final

from shared.bell import Bell
from shared.bus import Bus, Relay
from shared.bus.wake import Waker
from shared.consumer import Consumer
from shared.db import lock_key
from shared.errors import Unavailable
from shared.frame import Database, Periodic, Service

STOP_S: Final = 10.0
RELAY_PAUSE_S: Final = 0.5

logger = logging.getLogger(__name__)


class Runner:
    """What consumes, relays and ticks for the services of one process."""

    def __init__(self, services: Sequence[Service], bus: Bus, bell: Bell) -> None:
        self._services = services
        self._bus = bus
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._waker = Waker(services[0].database.url, bell)

    def start(self) -> None:
        """Start the services' hooks and every thread."""
        self._waker.start()
        for service in self._services:
            service.on_start()
            self._start_service(service)

    def _start_service(self, service: Service) -> None:
        database = service.database
        for subscription in service.subscriptions:
            consumer = Consumer(database, subscription, self._bus, self._stopping)
            self._spawn(f"{service.name}.{subscription.name}", consumer.run)
        relay = self._bus.relay(database)
        if relay is not None:
            self._spawn(f"{service.name} relay", lambda: self._relay(service.name, relay))
        for task in service.periodic:
            self._spawn(f"{service.name} {task.name}", lambda task=task: self._tick(database, task))  # type: ignore[misc]

    def _spawn(self, name: str, run: Callable[[], None]) -> None:
        thread = threading.Thread(target=run, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def stop(self) -> None:
        """Finish the batches at hand and stop. Whatever has not stopped after 10 s is abandoned to its checkpoint."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(STOP_S)
        for service in self._services:
            service.on_stop()
        self._waker.stop()

    @property
    def alive(self) -> bool:
        """True while every thread runs."""
        return all(thread.is_alive() for thread in self._threads)

    def _relay(self, name: str, relay: Relay) -> None:
        while not self._stopping.is_set():
            try:
                relay.run(self._stopping)
            except Unavailable as error:
                logger.warning("the relay of %s waits: %s", name, error)
                self._stopping.wait(RELAY_PAUSE_S)
            except Exception:
                logger.warning("the relay of %s starts again from its checkpoint", name, exc_info=True)
                self._stopping.wait(RELAY_PAUSE_S)

    def _tick(self, database: Database, task: Periodic) -> None:
        while not self._stopping.wait(task.every_s):
            try:
                run_periodic(database, task)
            except Exception:
                logger.warning(
                    "%s.%s failed; it runs again in %s s", database.schema, task.name, task.every_s, exc_info=True
                )


def run_periodic(database: Database, task: Periodic) -> bool:
    """Run the task once, unless another process is at it: then False."""
    with database.transaction() as tx:
        key = lock_key(f"periodic {database.schema}.{task.name}")
        row = tx.cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", (key,)).fetchone()
        if row is None or not row[0]:
            return False
        task.run(tx)
    return True
