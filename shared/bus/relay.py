"""Publishes a service's log to Kafka, in its order. One at a time is enough; two are still correct.

Consumers skip by position what they have had, so the relay may repeat itself: it goes back to its checkpoint after
any failure, with a new producer, and moves the checkpoint only when every message is acknowledged.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any, Final

from kafka.errors import KafkaError

from shared.bus.envelope import headers_of_recorded
from shared.checkpoint import Checkpoints
from shared.db import raw
from shared.leader import Leadership
from shared.log import Recorded

if TYPE_CHECKING:
    import threading

    import sqlalchemy as sa
    from kafka import KafkaProducer

    from shared.frame import Database

BATCH: Final = 1_000
REREAD_S: Final = 0.25  # the bell says when; this is for a ring that was lost
ACKNOWLEDGED_S: Final = 25.0
SUBSCRIPTION: Final = "relay"


class KafkaRelay:
    """The relay of one service."""

    def __init__(self, database: Database, make_producer: Callable[[], KafkaProducer], prefix: str) -> None:
        self._database = database
        self._make_producer = make_producer
        self._prefix = prefix
        self._slot = ("kafka", 0)
        self._checkpoints = Checkpoints(database.schema, SUBSCRIPTION)

    def run(self, stopping: threading.Event) -> None:
        """Relay until told to stop. Raises after any failure; what follows starts from the checkpoint."""
        with closing(self._database.dedicated()) as connection:
            leadership = Leadership(self._database, SUBSCRIPTION, connection)
            try:
                if leadership.win(stopping):
                    self._publish(connection, stopping)
            finally:
                leadership.end()

    def _publish(self, connection: sa.Connection, stopping: threading.Event) -> None:
        ear = self._database.bell.listen([self._database.schema])
        producer = self._make_producer()
        try:
            position = self.position(connection)
            while not stopping.is_set():
                events = self.read(connection, position)
                if not events:
                    ear.wait(REREAD_S)
                    continue
                self.send(producer, events)
                position = events[-1].position
                self._advance(connection, position)
        finally:
            self._database.bell.leave(ear)
            with suppress(KafkaError):
                producer.close(timeout=0)

    def position(self, connection: sa.Connection) -> int:
        """The position up to which everything is known to be published."""
        with connection.begin():
            return self._checkpoints.lock(raw(connection).cursor(), [self._slot])[self._slot]

    def read(self, connection: sa.Connection, after: int) -> list[Recorded]:
        """The next events to publish."""
        with connection.begin():
            return self._database.log.read_all(raw(connection).cursor(), after, BATCH)

    def send(self, producer: KafkaProducer, events: Sequence[Recorded]) -> None:
        """Send in order, each to the partition it was recorded for, and wait for every acknowledgement."""
        sent = [self._send(producer, event) for event in events]
        producer.flush(ACKNOWLEDGED_S)
        for future in sent:
            future.get(0)

    def _send(self, producer: KafkaProducer, event: Recorded) -> Any:
        topic = self._prefix + event.topic
        return producer.send(topic, event.data, event.key.encode(), headers_of_recorded(event), event.partition)

    def _advance(self, connection: sa.Connection, position: int) -> None:
        with connection.begin():
            cursor = raw(connection).cursor()
            cursor.execute("SET LOCAL synchronous_commit = off")  # lost, it is only sent again
            self._checkpoints.advance(cursor, {self._slot: position})
