"""Coverage is counted once a question and then kept up by the log of site events; what-if changes a copy."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

import sqlalchemy as sa

from services.sites.domain.errors import LayerNotFound
from services.sites.domain.reach import Demand, Server, Standard
from services.sites.domain.times import Times
from services.sites.store import coverage as store
from services.sites.store import demand as demand_store

MOST_KEPT = 32  # questions: each some bytes a demand point


@dataclass(frozen=True, slots=True)
class Question:
    """Which demand, by which standard."""

    layer: str
    standard: Standard


@dataclass(slots=True)
class CoverageBook:
    """The sites in use as of a position of the log, and the counts for the latest questions, kept up together.

    A connection given sees one state of the database. Counts handed out are the caller's own.
    """

    _stamp: int | None = None
    _servers: dict[str, Server] = field(default_factory=dict)
    _demand: dict[str, tuple[str, Demand]] = field(default_factory=dict)
    _times: OrderedDict[Question, Times] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def ask(self, connection: sa.Connection, question: Question) -> Times:
        """How many sites reach each point, now. Raises LayerNotFound."""
        with self._current(connection):
            return self._kept(connection, question).copy()

    def ask_with_sites(self, connection: sa.Connection, question: Question) -> tuple[Times, Mapping[str, Server]]:
        """The same, and the sites in use. Raises LayerNotFound."""
        with self._current(connection):
            return self._kept(connection, question).copy(), dict(self._servers)

    @contextmanager
    def _current(self, connection: sa.Connection) -> Iterator[None]:
        with self._lock:
            self._catch_up(connection)
            yield

    def _catch_up(self, connection: sa.Connection) -> None:
        changes = None if self._stamp is None else store.changes(connection, self._stamp)
        stamp = store.stamp(connection)
        if changes is None:
            self._times.clear()
            self._servers = store.servers(connection)
        else:
            for site_id, server in changes:
                self._servers.pop(site_id, None)
                if server is not None:
                    self._servers[site_id] = server
            for times in self._times.values():
                times.change(changes)
        self._stamp = stamp

    def _kept(self, connection: sa.Connection, question: Question) -> Times:
        demand = self._demand_of(connection, question.layer)
        known = self._times.get(question)
        if known is None or known.demand is not demand:
            known = self._times[question] = Times.count(demand, question.standard, self._servers)
        self._times.move_to_end(question)
        while len(self._times) > MOST_KEPT:
            self._times.popitem(last=False)
        return known

    def _demand_of(self, connection: sa.Connection, layer: str) -> Demand:
        version = demand_store.version(connection, layer)
        if version is None:
            self._demand.pop(layer, None)
            raise LayerNotFound(layer)
        known = self._demand.get(layer)
        if known is None or known[0] != version:
            known = self._demand[layer] = version, Demand.of(demand_store.points(connection, layer))
        return known[1]
