"""Two services on one bus for the kernel's tests: `flightplan` records, `airspace` writes down what reaches it."""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID, uuid5

from shared.bell import Bell
from shared.bus import Bus, Inbound
from shared.bus.opening import open_bus
from shared.consumer import Consumer
from shared.contracts.flightplan import FlightPlanLapsed
from shared.contracts.inbound import SiteStateReported
from shared.db import copy_rows, raw
from shared.frame import Database, Received, Service, Subscription, Transaction, on
from shared.runner import Runner

NAMESPACE = UUID("6f0b7c1e-0000-4000-8000-000000000000")


def plan(number: int) -> UUID:
    """The same id for the same number."""
    return uuid5(NAMESPACE, str(number))


def lapsed(number: int, revision: int) -> FlightPlanLapsed:
    """An event of a plan; the revision counts the plan's events in these tests."""
    return FlightPlanLapsed(plan_id=plan(number), revision=revision, operator="东湖航空")


def note(tx: Transaction, received: Sequence[Received[FlightPlanLapsed]]) -> None:
    """Write down what came, in its order, and how many came together."""
    process = tx.cursor.connection.info.backend_pid
    rows = [(one.key, one.event.revision, len(received), one.partition, process) for one in received]
    copy_rows(tx.cursor, "airspace.seen", ("key", "revision", "batch", "partition", "process"), rows)


def note_site(tx: Transaction, received: Sequence[Received[SiteStateReported]]) -> None:
    """Write down the sites that came from outside."""
    for one in received:
        tx.cursor.execute(
            "INSERT INTO airspace.seen (key, revision, batch, partition) VALUES (%s, 1, %s, %s)",
            (one.key, len(received), one.partition),
        )


class World:
    """A database, a bus and what runs on them."""

    def __init__(self, database_url: str, bus_url: str) -> None:
        self.database_url = database_url
        self.bus_url = bus_url
        self.bell = Bell()
        self.bus: Bus = open_bus(bus_url, database_url=database_url, bell=self.bell)
        self.flightplan = Database(database_url, "flightplan", bell=self.bell)
        self.airspace = Database(database_url, "airspace", bell=self.bell)
        with self.airspace.transaction() as tx:
            tx.cursor.execute(
                "CREATE TABLE IF NOT EXISTS airspace.seen (serial bigserial PRIMARY KEY, key text, revision int, "
                "batch int, partition int, process int)"
            )

    @property
    def is_kafka(self) -> bool:
        """Where some faults can only be made on one of the two."""
        return self.bus_url.startswith("kafka")

    def record(self, plans: Sequence[int], revisions: Sequence[int]) -> None:
        """One transaction a revision, an event for each plan in it."""
        for revision in revisions:
            with self.flightplan.transaction() as tx:
                for number in plans:
                    tx.record(lapsed(number, revision))

    @contextmanager
    def relaying(self) -> Iterator[None]:
        """With flightplan's relay, where the bus needs one."""
        runner = Runner([Service("flightplan", self.flightplan)], self.bus, self.bell)
        runner.start()
        try:
            yield
        finally:
            runner.stop()

    def consumer(self, subscription: Subscription) -> "Running":
        """A consumer of airspace, running in a thread."""
        stopping = threading.Event()
        return Running(Consumer(self.airspace, subscription, self.bus, stopping), stopping)

    def send(self, *records: Inbound) -> None:
        """As an outsider."""
        self.bus.send(records)

    def seen(self) -> dict[str, list[int]]:
        """The revisions that reached each key, in the order of arrival."""
        with self.airspace.reading() as connection:
            rows = raw(connection).execute("SELECT key, revision FROM airspace.seen ORDER BY serial").fetchall()
        found: dict[str, list[int]] = defaultdict(list)
        for key, revision in rows:
            found[key].append(revision)
        return dict(found)

    def query(self, statement: str) -> list[tuple[object, ...]]:
        """Rows of a statement, committed."""
        with self.airspace.transaction() as tx:
            cursor = tx.cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def close(self) -> None:
        """Let go of every connection."""
        self.bus.close()
        self.flightplan.close()
        self.airspace.close()


class Running:
    """A consumer in its thread."""

    def __init__(self, consumer: Consumer, stopping: threading.Event) -> None:
        self._stopping = stopping
        self._thread = threading.Thread(target=consumer.run, daemon=True)

    def __enter__(self) -> "Running":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Finish the batch at hand and stop."""
        self._stopping.set()
        self._thread.join(15)
        assert not self._thread.is_alive()


def expected(plans: Sequence[int], last: int) -> dict[str, list[int]]:
    """Every revision from 1 to the last, once and in order, of each plan."""
    return {str(plan(number)): list(range(1, last + 1)) for number in plans}


def subscription(
    handler: Callable[[Transaction, Sequence[Received[FlightPlanLapsed]]], None] = note,
    *,
    batch: int = 500,
    leader: bool = False,
) -> Subscription:
    """What airspace consumes in these tests."""
    return Subscription(
        "notes",
        (on(FlightPlanLapsed, handler=handler), on(SiteStateReported, handler=note_site)),
        batch=batch,
        leader=leader,
    )
