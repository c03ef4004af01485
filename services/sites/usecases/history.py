"""The ledger is written from the logs and read as history; `replay` makes it anew from all that was ever recorded."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from threading import Lock
from typing import Any, Final

import sqlalchemy as sa

from services.sites.domain.facts import COUNTING_EVENTS, CountingEvent, Fact, said
from services.sites.domain.history import History, ends_of, history
from services.sites.store import ledger, places, sorties
from shared.contracts.codec import decode, decode_value
from shared.contracts.flightplan import (
    FlightPlanDecided,
    FlightPlanLapsed,
    FlightPlanNoShow,
    FlightPlanRuled,
    FlightPlanWithdrawn,
    PlanState,
)
from shared.frame import Handler, Received, Transaction
from shared.log import EventLog, Recorded
from shared.topics import log_of


@dataclass(frozen=True, slots=True)
class DecidedSeen:
    """What is read of a FlightPlanDecided, which brings its assessment along."""

    revision: int
    state: PlanState
    departure_site_id: str | None = None
    departs_at: datetime | None = None


SEEN_AS: Final[Mapping[type, type]] = {FlightPlanDecided: DecidedSeen}

PlanEvent = (
    FlightPlanDecided | DecidedSeen | FlightPlanRuled | FlightPlanWithdrawn | FlightPlanLapsed | FlightPlanNoShow
)
PLAN_EVENTS: Final = (FlightPlanDecided, FlightPlanRuled, FlightPlanWithdrawn, FlightPlanLapsed, FlightPlanNoShow)


@dataclass(frozen=True, slots=True)
class SpotSeen:
    """What is read of a spot."""

    site_id: str | None = None


@dataclass(frozen=True, slots=True)
class IntentSeen:
    """What is read of an intent."""

    departure: SpotSeen
    departs_at: datetime


@dataclass(frozen=True, slots=True)
class FilingSeen:
    """What is read of a FlightPlanSubmitted or a FlightPlanMoved."""

    plan_id: str
    revision: int
    intent: IntentSeen


_LOGS: Final = ("sites", "airspace", "flightplan")
_READ_AT_ONCE: Final = 1_000
MOST_KEPT: Final = 4


def follow_counting(tx: Transaction, received: Sequence[Received[CountingEvent]]) -> None:
    """Write down what the events say. The register's own events come over the bus too: one way in, one order."""
    ledger.write(tx, [_fact(each) for each in received])


def _fact(received: Received[CountingEvent]) -> Fact:
    subject, subject_id, effective_at, told = said(received.event, received.time)
    return Fact(
        event_id=received.id,
        log=log_of(received.topic),
        position=received.position,
        type=type(received.event).__name__,
        subject=subject,
        subject_id=subject_id,
        effective_at=effective_at,
        recorded_at=received.time,
        told=told,
    )


def follow_plans(tx: Transaction, received: Sequence[Received[PlanEvent]]) -> None:
    """Keep which flights leave from which site: the last decision says from where and when, the last event the rest."""
    states = {each.key: _state(each.event) for each in received}
    decided = {each.key: each.event for each in received if isinstance(each.event, FlightPlanDecided | DecidedSeen)}
    told = {key: event for key, event in decided.items() if event.departs_at is not None}
    told |= _as_filed(tx, {key: event for key, event in decided.items() if key not in told})
    from_sites = [
        sorties.Sortie(key, event.departure_site_id, states[key], event.departs_at)
        for key, event in told.items()
        if event.departure_site_id is not None and event.departs_at is not None
    ]
    sorties.keep(tx.cursor, from_sites)
    sorties.stand(tx.cursor, {key: state for key, state in states.items() if key not in told})


def _as_filed(tx: Transaction, decided: Mapping[str, FlightPlanDecided | DecidedSeen]) -> dict[str, DecidedSeen]:
    """Decisions from before they told of the departure, with what was filed in the revision that they decided on."""
    if not decided:
        return {}
    told = {}
    for data in sorties.filings(tx.cursor, list(decided)):
        filed: FilingSeen = decode_value(FilingSeen, data)
        revision, state = decided[filed.plan_id].revision, decided[filed.plan_id].state
        if filed.revision == revision:
            told[filed.plan_id] = DecidedSeen(revision, state, filed.intent.departure.site_id, filed.intent.departs_at)
    return told


def _state(event: PlanEvent) -> PlanState:
    match event:
        case FlightPlanWithdrawn():
            return PlanState.WITHDRAWN
        case FlightPlanLapsed():
            return PlanState.LAPSED
        case FlightPlanNoShow():
            return PlanState.NO_SHOW
        case _:
            return event.state


def replay(tx: Transaction) -> int:
    """Make the ledger anew from the logs of all three services; returns the number of events read.

    What the subscriptions write meanwhile waits, and changes nothing that is there already.
    """
    ledger.empty(tx)
    number = 0
    handlers: dict[str, Handler] = {kind.__name__: follow_counting for kind in COUNTING_EVENTS}
    handlers |= {kind.__name__: follow_plans for kind in PLAN_EVENTS}
    for name in _LOGS:
        for batch in _batches(tx, EventLog(name)):
            known = [recorded for recorded in batch if recorded.type in handlers]
            for handler, run in groupby(known, key=lambda recorded: handlers[recorded.type]):
                handler(tx, [_received(recorded) for recorded in run])
            number += len(known)
    return number


def _batches(tx: Transaction, log: EventLog) -> Iterator[list[Recorded]]:
    after = 0
    while batch := log.read_all(tx.cursor, after, _READ_AT_ONCE):
        yield batch
        after = batch[-1].position


def _received(recorded: Recorded) -> Received[Any]:
    event = decode(recorded.type, recorded.data)
    return Received(
        event,
        recorded.id,
        recorded.key,
        recorded.time,
        recorded.traceparent,
        recorded.topic,
        recorded.partition,
        recorded.position,
    )


@dataclass(slots=True)
class HistoryCache:
    """The histories made since the last fact, by what was to be known."""

    _kept: dict[datetime | None, tuple[object, History]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def ask(self, connection: sa.Connection, known_at: datetime | None = None) -> History:
        """The history as the ledger tells it, or told it at an instant; of those who ask at once, one makes it."""
        stamp = (ledger.stamp(connection), places.version(connection))
        with self._lock:
            kept = self._kept.get(known_at)
            if kept is not None and kept[0] == stamp:
                return kept[1]
            made = _made(connection, known_at)
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[known_at] = (stamp, made)
        return made


def _made(connection: sa.Connection, known_at: datetime | None) -> History:
    facts = ledger.select_facts(connection, known_at=known_at)
    ends = ends_of(facts)
    return history(facts, dict(zip(ends, places.districts_of(connection, ends), strict=True)))
