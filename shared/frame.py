"""The frame around use cases: the transaction they work in, the events they receive, and what a service is made of."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from uuid import UUID

import psycopg
import sqlalchemy as sa

from shared.bell import Bell
from shared.contracts.codec import Event
from shared.db import engine, raw
from shared.log import Entry, EventLog, entry
from shared.tracing import current_traceparent, new_traceparent

if TYPE_CHECKING:
    from fastapi import APIRouter

    from shared.auth import Principal
    from shared.city import CityProfile

E_co = TypeVar("E_co", covariant=True)
Clock = Callable[[], datetime]
logger = logging.getLogger(__name__)


def utc_now() -> datetime:
    """The machine's clock; rules and use cases take the time from their transaction instead."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Received(Generic[E_co]):
    """An event that reached a handler, with its envelope; `data` is its JSON as it came."""

    event: E_co
    id: UUID
    key: str
    time: datetime
    traceparent: str | None
    topic: str
    partition: int
    position: int
    data: bytes = b""


class Transaction:
    """One transaction of one service. Made by `Database.transaction` only; nothing in between commits."""

    def __init__(self, connection: sa.Connection, now: datetime) -> None:
        self.connection = connection
        self.now = now
        self.entries: list[Entry] = []
        self._callbacks: list[Callable[[], None]] = []
        self.rejected: list[tuple[Received[Any], Exception]] = []
        self._cursor: psycopg.Cursor[Any] | None = None

    @property
    def cursor(self) -> psycopg.Cursor[Any]:
        """A psycopg cursor on the same connection and transaction, for the hot path."""
        if self._cursor is None:
            self._cursor = raw(self.connection).cursor()
        return self._cursor

    def execute(self, statement: sa.Executable, parameters: Any = None) -> sa.CursorResult[Any]:
        """Run a Core statement."""
        return self.connection.execute(statement, parameters)

    def record(
        self,
        event: Event,
        *,
        causation: Received[Any] | None = None,
        traceparent: str | None = None,
        written: Mapping[str, bytes] | None = None,
    ) -> None:
        """Append the event to the service's log with this transaction, in the trace of what caused it.

        That is the event given as `causation`, or the `traceparent` of a request that shares this transaction with
        others, or else the trace of the work at hand. `written`: its fields that are JSON already.
        """
        parent = causation.traceparent if causation is not None else traceparent or current_traceparent()
        self.entries.append(entry(event, new_traceparent(parent), written))

    def append(self, entries: Sequence[Entry]) -> None:
        """Append entries as they are; `record` is what services use."""
        self.entries += entries

    def reject(self, received: Received[Any], error: Exception) -> None:
        """This event breaks a rule: it is parked with the error's reason and field, the others of its batch go on."""
        self.rejected.append((received, error))

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call this once the commit has succeeded; never after a rollback or a refused commit."""
        self._callbacks.append(callback)


class Database:
    """A service's schema in PostGIS: its transactions, its event log and the bell that is rung after commits."""

    def __init__(
        self,
        url: str,
        schema: str,
        *,
        bell: Bell | None = None,
        clock: Clock = utc_now,
        pool_size: int = 10,
        log: EventLog | None = None,
    ) -> None:
        self.url = url
        self.schema = schema
        self.bell = bell or Bell()
        self.clock = clock
        self.engine = engine(url, pool_size=pool_size, application_name=f"tianyuan {schema}")
        self._apart = engine(url, pool_size=0, application_name=f"tianyuan {schema}")
        self.log = log or EventLog(schema)

    @contextmanager
    def transaction(self, *, on: sa.Connection | None = None) -> Iterator[Transaction]:
        """Work, append what was recorded, commit, and only then ring the bell and call back.

        Leaves with the error of the work or of a refused commit; then nothing of it has happened. `on` is a connection
        the caller holds, such as a leader's.
        """
        if on is not None:
            with self._work(on) as tx:
                yield tx
        else:
            with self.engine.connect() as connection, self._work(connection) as tx:
                yield tx

    @contextmanager
    def _work(self, connection: sa.Connection) -> Iterator[Transaction]:
        tx = Transaction(connection, self.clock())
        with connection.begin():
            yield tx
            if tx.entries:
                self.log.append(tx.cursor, tx.entries, now=tx.now)
        if tx.entries:
            self.bell.ring({self.log.schema, *_rung_by(tx.entries)})
        for callback in tx._callbacks:
            _call(callback)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection that can change nothing and sees one state of the database throughout."""
        with self.engine.connect() as connection, connection.begin():
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield connection

    def dedicated(self) -> sa.Connection:
        """A connection of the caller's own, outside the pool: for consumers, leaders and relays. Close it."""
        return self._apart.connect()

    def close(self) -> None:
        """Close the pool's connections."""
        self.engine.dispose()


def _rung_by(entries: Iterable[Entry]) -> set[str]:
    return {name for entry in entries for name in (entry.topic, entry.type)}


def _call(callback: Callable[[], None]) -> None:
    try:
        callback()
    except Exception:
        # the commit stands: an error here must not look like a failure of the work
        logger.exception("a callback after the commit failed")


Handler = Callable[[Transaction, Sequence[Received[Any]]], None]


@dataclass(frozen=True, slots=True)
class Route:
    """Which event types a handler takes."""

    event_types: tuple[type, ...]
    handler: Handler
    seen_as: Mapping[type, type] = field(default_factory=dict)


def on(*event_types: type, handler: Handler, seen_as: Mapping[type, type] | None = None) -> Route:
    """`on(FlightPlanSubmitted, FlightPlanMoved, handler=usecases.assess_plans)`.

    The handler gets the longest run of consecutive events of its types that a batch has, in their order. Where it needs
    a few fields of an event that is long and frequent, `seen_as` names a dataclass of these, and the rest is not read.
    """
    if not event_types:
        raise ValueError("a handler needs at least one event type")
    return Route(event_types, handler, seen_as or {})


@dataclass(frozen=True, slots=True)
class Taken:
    """Who takes an event type, and what it is read as."""

    handler: Handler
    read_as: type


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a service consumes under one name and one order.

    `leader`: only one process at a time consumes, on the connection that holds the leader's lock.
    `gathers_s`: lets events gather so long before each poll, where nobody waits for what comes of them.
    """

    name: str
    handlers: tuple[Route, ...]
    batch: int = 500
    leader: bool = False
    gathers_s: float = 0.0

    @property
    def types(self) -> frozenset[str]:
        """The names of the event types it handles."""
        return frozenset(t.__name__ for route in self.handlers for t in route.event_types)

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics of the types it handles, sorted."""
        return tuple(sorted({str(t.topic) for route in self.handlers for t in route.event_types}))  # type: ignore[attr-defined]

    @property
    def taken(self) -> Mapping[str, Taken]:
        """By the name of each type it handles, who takes it and what it is read as; the first route that has it."""
        pairs = [(event_type, route) for route in reversed(self.handlers) for event_type in route.event_types]
        return {t.__name__: Taken(route.handler, route.seen_as.get(t, t)) for t, route in pairs}


@dataclass(frozen=True, slots=True)
class Periodic:
    """A task run about every `every_s` seconds, by one process at a time, in a transaction of its own."""

    name: str
    every_s: float
    run: Callable[[Transaction], None]


def _nobody(event: Event, principal: Principal) -> Event | None:
    return None


def _nothing() -> None:
    return None


@dataclass(frozen=True, slots=True)
class Service:
    """A service as data: what it stores in, answers, consumes and does now and then."""

    name: str
    database: Database
    routers: tuple[APIRouter, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    periodic: tuple[Periodic, ...] = ()
    state: Any = None  # the service's own wiring, typed in the service
    visible_to: Callable[[Event, Principal], Event | None] = (
        _nobody  # what of its log a caller may see, perhaps redacted
    )
    on_start: Callable[[], None] = _nothing
    on_stop: Callable[[], None] = _nothing


@dataclass(frozen=True, slots=True)
class Platform:
    """What the composition root gives every service."""

    city: CityProfile
    bell: Bell = field(default_factory=Bell)
    clock: Clock = utc_now
