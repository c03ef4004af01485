"""Consumes one subscription: poll, handle the batch in one transaction with its checkpoints, tell the bus, go on."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Final

import sqlalchemy as sa

from shared import metrics
from shared.bus import Bus, Reader, Slot
from shared.checkpoint import Checkpoints
from shared.contracts.codec import EVENT_TYPES, InvalidEvent, decode_value
from shared.db import is_timeout, is_transient, raw
from shared.errors import Unavailable
from shared.frame import Database, Handler, Received, Subscription, Taken, Transaction
from shared.leader import Leadership
from shared.log import Recorded
from shared.parked import Fault, Parked, fault_of
from shared.topics import is_inbound
from shared.tracing import tracing

POLL_S: Final = 1.0  # an event ends the wait; each look costs a reader of Kafka a millisecond
REPLAY_EVERY_S: Final = 1.0
TRIES: Final = 4  # of a batch whose error may pass, before everything is opened anew
LONGEST_PAUSE_S: Final = 5.0

logger = logging.getLogger(__name__)


class ConnectionLost(Unavailable):
    """The connection broke, and with it whatever it held; everything is opened anew."""


@dataclass(frozen=True, slots=True)
class Item:
    """An event with what is to be done: handle it, park it, or pass it over."""

    recorded: Recorded
    received: Received[Any] | None = None
    handler: Handler | None = None
    fault: Fault | None = None


class Consumer:
    """One subscription of one service, in one thread, until told to stop."""

    def __init__(self, database: Database, subscription: Subscription, bus: Bus, stopping: threading.Event) -> None:
        self._database = database
        self._subscription = subscription
        self._bus = bus
        self._stopping = stopping
        self._name = f"{database.schema}.{subscription.name}"
        self._checkpoints = Checkpoints(database.schema, subscription.name)
        self._parked = Parked(database.schema)
        self._taken = subscription.taken
        self._looked_for_replays = 0.0

    def run(self) -> None:
        """Consume, and after any failure open everything anew: what was not committed is delivered again."""
        failures = 0
        while not self._stopping.is_set():
            started = time.monotonic()
            try:
                self._consume()
            except Unavailable as error:
                failures += 1
                logger.warning("%s waits: %s", self._name, error)
            except Exception:
                failures = 0 if time.monotonic() - started > 30 else failures + 1
                logger.warning("%s starts again after a failure", self._name, exc_info=True)
            else:
                continue
            self._stopping.wait(_pause_s(failures))

    def _consume(self) -> None:
        with closing(self._database.dedicated()) as connection, self._leading(connection) as leads:
            if not leads:
                return
            wanted = self._subscription
            with closing(self._bus.reader(self._database, wanted)) as reader:
                while not self._stopping.wait(wanted.gathers_s):
                    self._next(connection, reader)

    @contextmanager
    def _leading(self, connection: sa.Connection) -> Iterator[bool]:
        if not self._subscription.leader:
            yield True
            return
        leadership = Leadership(self._database, self._subscription.name, connection)
        try:
            yield leadership.win(self._stopping)
        finally:
            leadership.end()

    def _next(self, connection: sa.Connection, reader: Reader) -> None:
        batch = reader.poll(POLL_S, self._subscription.batch)
        if batch:
            items = [self.item(recorded) for recorded in batch]
            if any(item.handler is not None or item.fault is not None for item in items):
                self._handle(connection, items, reader.marks())
            reader.handled(batch)
            metrics.events_waiting.labels(self._name).set(reader.lag())
        if time.monotonic() - self._looked_for_replays > REPLAY_EVERY_S:
            while self._replay_next(connection):
                pass
            self._looked_for_replays = time.monotonic()

    def item(self, recorded: Recorded) -> Item:
        """What is to be done with an event."""
        try:
            taken = self._takes(recorded)
            return Item(recorded, _received(recorded, taken.read_as), taken.handler) if taken else Item(recorded)
        except Exception as error:  # noqa: BLE001 - whatever bytes do to the decoder, they must not stop the partition
            return Item(recorded, fault=fault_of(error))

    def _takes(self, recorded: Recorded) -> Taken | None:
        """None for what this subscription passes over. From outside only what is addressed right is taken."""
        if recorded.fault is not None:
            raise InvalidEvent(recorded.fault, field="headers")
        known = EVENT_TYPES.get(recorded.type)
        if known is not None and known.topic == recorded.topic:  # type: ignore[attr-defined]
            return self._taken.get(recorded.type)
        if is_inbound(recorded.topic):
            raise InvalidEvent(f"{recorded.topic} takes no event type {recorded.type!r}", field="type")
        return None  # a newer publisher's

    def _handle(self, connection: sa.Connection, items: Sequence[Item], marks: Mapping[Slot, int]) -> None:
        """The batch in one transaction; where one of its events is poison, one by one."""
        try:
            self._try(connection, items, marks)
        except Exception as error:
            if _passes(error, connection):
                raise
            logger.warning("%s: a batch of %d goes one by one: %s", self._name, len(items), error)
            for item in items:
                self._handle_one(connection, item)
            self._try(connection, [], marks)

    def _handle_one(self, connection: sa.Connection, item: Item) -> None:
        try:
            self._try(connection, [item], {})
        except Exception as error:
            if _passes(error, connection):
                raise
            self._try(connection, [Item(item.recorded, fault=fault_of(error))], {})

    def _try(self, connection: sa.Connection, items: Sequence[Item], marks: Mapping[Slot, int]) -> None:
        """Apply, again after an error that passes, as long as the connection lives."""
        for failures in range(1, TRIES):
            try:
                return self._apply(connection, items, marks)
            except Exception as error:
                if not is_transient(error) or connection.invalidated or raw(connection).closed:
                    raise
                metrics.batch_retries.labels(self._name).inc()
                self._stopping.wait(_pause_s(failures))
        return self._apply(connection, items, marks)

    def _apply(self, connection: sa.Connection, items: Sequence[Item], marks: Mapping[Slot, int]) -> None:
        """Checkpoints locked, effects, checkpoints moved, committed: all or nothing, and never twice."""
        started = time.perf_counter()
        if connection.invalidated:
            raise ConnectionLost(f"{self._name} lost its connection")  # SQLAlchemy's new one would not hold the lead
        with self._database.transaction(on=connection) as tx:
            standing = self._checkpoints.lock(tx.cursor, [*(item.recorded.slot for item in items), *marks])
            fresh = [item for item in items if _is_newer(item.recorded, standing)]
            self._effects(tx, fresh)
            handled = self._park_rejected(tx, fresh)
            ahead = {slot: position for slot, position in marks.items() if position > standing[slot]}
            self._checkpoints.advance(tx.cursor, standing | ahead)
        self._measure(handled, time.perf_counter() - started)

    def _park_rejected(self, tx: Transaction, items: Sequence[Item]) -> list[Item]:
        """Park what the handlers rejected, in the transaction of the others; all items, with their faults."""
        if not tx.rejected:
            return list(items)
        # by identity: outsiders may give two events the same id
        faults = {id(received): fault_of(error) for received, error in tx.rejected}
        known = [replace(item, fault=faults.get(id(item.received), item.fault)) for item in items]
        for item in known:
            if id(item.received) in faults and item.fault is not None:
                self._parked.park(tx.cursor, self._subscription.name, item.recorded, item.fault, tx.now)
        return known

    def _effects(self, tx: Transaction, items: Sequence[Item]) -> None:
        for item in items:
            if item.fault is not None:
                self._parked.park(tx.cursor, self._subscription.name, item.recorded, item.fault, tx.now)
        taken = [item for item in items if item.handler is not None]
        for handler, run in groupby(taken, key=lambda item: item.handler):
            received = [item.received for item in run if item.received is not None]
            with tracing(received[0].traceparent if len(received) == 1 else None):
                if handler is not None:
                    handler(tx, received)

    def _measure(self, items: Sequence[Item], seconds: float) -> None:
        if not items:
            return
        metrics.batch_seconds.labels(self._name).observe(seconds)
        metrics.lag.labels(self._name).set(time.time() - items[-1].recorded.time.timestamp())
        for topic, count in Counter(item.recorded.topic for item in items).items():
            metrics.events_handled.labels(self._name, topic).inc(count)
        for item in items:
            if item.fault is not None:
                logger.warning(
                    "%s parked %s at %s/%d/%d: %s %s",
                    self._name,
                    item.recorded.type,
                    item.recorded.topic,
                    item.recorded.partition,
                    item.recorded.position,
                    item.fault.field or "",
                    item.fault.reason,
                )
                metrics.events_parked.labels(self._name, item.recorded.topic).inc()

    def _replay_next(self, connection: sa.Connection) -> bool:
        """Handle one parked event again that somebody asked for; False where there is none."""
        parked_id = 0
        try:
            with self._database.transaction(on=connection) as tx:
                asked = self._parked.asked(tx.cursor, self._subscription.name)
                if asked is None:
                    return False
                parked_id, recorded = asked
                item = self.item(recorded)
                if item.fault is not None:
                    self._parked.failed(tx.cursor, parked_id, item.fault)
                    return True
                self._effects(tx, [item])
                _raise_rejection(tx)
                self._parked.replayed(tx.cursor, parked_id, tx.now)
        except Exception as error:
            if not parked_id or _passes(error, connection):
                raise
            with self._database.transaction(on=connection) as tx:
                self._parked.failed(tx.cursor, parked_id, fault_of(error))
        return True


def _received(recorded: Recorded, read_as: type) -> Received[Any]:
    return Received(
        decode_value(read_as, recorded.data),
        recorded.id,
        recorded.key,
        recorded.time,
        recorded.traceparent,
        recorded.topic,
        recorded.partition,
        recorded.position,
        recorded.data,
    )


def _raise_rejection(tx: Transaction) -> None:
    """The one event of this transaction was rejected: as if its handler had raised."""
    for _, error in tx.rejected:
        raise error


def _is_newer(recorded: Recorded, standing: dict[Slot, int]) -> bool:
    """True for the first of each position, which then stands: a relay may repeat itself within one batch."""
    if recorded.position <= standing[recorded.slot]:
        return False
    standing[recorded.slot] = recorded.position
    return True


def _passes(error: Exception, connection: sa.Connection) -> bool:
    """True where the events are not to blame: the work is to be done again, on a new connection if need be."""
    return connection.invalidated or (is_transient(error) and not is_timeout(error))


def _pause_s(failures: int) -> float:
    return float(min(LONGEST_PAUSE_S, 0.05 * 2 ** min(failures, 10)))
