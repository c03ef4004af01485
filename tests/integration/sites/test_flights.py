"""Flights by site are what the log says of plans, in whatever batches it is read, with the decisions of any time."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.sites.service import SUBSCRIPTIONS
from services.sites.store import sorties
from services.sites.usecases.history import replay
from shared.contracts.codec import Event, decode_value
from shared.contracts.flightplan import (
    FlightPlanDecided,
    FlightPlanLapsed,
    FlightPlanMoved,
    FlightPlanNoShow,
    FlightPlanRuled,
    FlightPlanSubmitted,
    FlightPlanWithdrawn,
    PlanState,
    Ruling,
    RulingDecision,
)
from shared.flight import AircraftClass, FlightIntent, Purpose, Spot, Waypoint
from shared.frame import Received, Transaction
from shared.log import EventLog, Recorded, entry
from tests.integration.sites.conftest import APPROVED, CENTRE, NOW, World

FLIGHTS: Final = next(subscription for subscription in SUBSCRIPTIONS if subscription.name == "sites.flights")
LOG: Final = EventLog("flightplan")
CLOSED: Final = (PlanState.WITHDRAWN, PlanState.LAPSED, PlanState.NO_SHOW)
FLOWN: Final = {"approved", "not_required", "activated", "ended"}


def intent(site_id: str | None, departs_at: datetime) -> FlightIntent:
    """A loop from a site, or from a spot."""
    spot = Spot(site_id=site_id, lng=CENTRE[0], lat=CENTRE[1])
    return FlightIntent(
        departure=spot,
        arrival=spot,
        departs_at=departs_at,
        aircraft_class=AircraftClass.SMALL,
        purpose=next(iter(Purpose)),
        speed_mps=10.0,
        path=(Waypoint(lng=CENTRE[0], lat=CENTRE[1], height_m=90.0),),
    )


@dataclass
class Life:
    """A plan, and what may happen to it next."""

    plan_id: UUID
    standing: FlightIntent
    revision: int = 1
    asked: FlightIntent | None = None

    def said(self) -> dict[str, Any]:
        """What every event says."""
        return {"plan_id": self.plan_id, "revision": self.revision, "operator": "alpha"}

    def submitted(self) -> Event:
        """It is filed."""
        return FlightPlanSubmitted(**self.said(), intent=self.standing)

    def moved(self, hours: int) -> Event:
        """Other times are asked for."""
        self.asked = replace(self.standing, departs_at=self.standing.departs_at + timedelta(hours=hours))
        return FlightPlanMoved(**self.said() | {"revision": self.revision + 1}, intent=self.asked)

    def decided(self, state: PlanState, takes_move: bool, told: bool) -> Event:
        """It stands so, with the times asked for; `told`: as events are since they say the departure."""
        if takes_move and self.asked is not None:
            self.standing, self.revision, self.asked = self.asked, self.revision + 1, None
        departure: dict[str, Any] = {
            "departure_site_id": self.standing.departure.site_id,
            "departs_at": self.standing.departs_at,
        }
        return FlightPlanDecided(**self.said(), state=state, assessment=APPROVED, **departure if told else {})

    def ruled(self, state: PlanState) -> Event:
        """A regulator says so."""
        ruling = Ruling(decision=RulingDecision.APPROVE, reason="", ruled_by="r", ruled_at=NOW)
        return FlightPlanRuled(**self.said(), state=state, ruling=ruling)

    def closed(self, state: PlanState) -> Event:
        """It is over before it began."""
        if state is PlanState.NO_SHOW:
            at = self.standing.departs_at
            return FlightPlanNoShow(**self.said(), departs_at=at, waited_until=at)
        return (FlightPlanWithdrawn if state is PlanState.WITHDRAWN else FlightPlanLapsed)(**self.said())


@st.composite
def lives(draw: st.DrawFn) -> list[Event]:
    """What a few plans live through, one event after the other, as flightplan records it."""
    sites = st.sampled_from(["s1", "s2", None])
    hours = st.integers(0, 47)
    plans = [
        Life(UUID(int=number + 1), intent(draw(sites), NOW + timedelta(hours=draw(hours))))
        for number in range(draw(st.integers(1, 4)))
    ]
    events = [plan.submitted() for plan in plans]
    for _ in range(draw(st.integers(1, 14))):
        if not plans:
            break
        plan = draw(st.sampled_from(plans))
        match draw(st.sampled_from(["decided", "decided", "moved", "ruled", "closed"])):
            case "decided":
                state = draw(st.sampled_from([PlanState.APPROVED, PlanState.AWAITING, PlanState.REFUSED]))
                events.append(plan.decided(state, draw(st.booleans()), draw(st.booleans())))
            case "moved" if plan.asked is None:
                events.append(plan.moved(draw(hours)))
            case "ruled":
                events.append(plan.ruled(draw(st.sampled_from([PlanState.APPROVED, PlanState.REFUSED]))))
            case "closed":
                events.append(plan.closed(draw(st.sampled_from(CLOSED))))
                plans.remove(plan)
    return events


def counted(events: Sequence[Any]) -> Mapping[str, list[datetime]]:
    """When flights left each site: read event by event, without a table."""
    filed: dict[tuple[UUID, int], FlightIntent] = {}
    decided: dict[UUID, FlightIntent] = {}
    states: dict[UUID, str] = {}
    for event in events:
        match event:
            case FlightPlanSubmitted() | FlightPlanMoved():
                filed[event.plan_id, event.revision] = event.intent
            case FlightPlanDecided():
                decided[event.plan_id] = filed[event.plan_id, event.revision]
                states[event.plan_id] = event.state
            case FlightPlanRuled():
                states[event.plan_id] = event.state
            case _:
                states[event.plan_id] = "closed"
    flights: dict[str, list[datetime]] = {}
    for plan_id, flight in decided.items():
        if states[plan_id] in FLOWN and flight.departure.site_id is not None:
            flights.setdefault(flight.departure.site_id, []).append(flight.departs_at)
    return flights


@pytest.fixture
def engine(world: World) -> sa.Engine:
    """Of an empty register."""
    return world.service.database.engine


@contextmanager
def undone(engine: sa.Engine) -> Iterator[Transaction]:
    """A transaction that leaves nothing behind."""
    with engine.connect() as connection:
        yield Transaction(connection, NOW)
        connection.rollback()


def recorded(tx: Transaction, events: Sequence[Event]) -> list[Recorded]:
    """The events in flightplan's log, as a bus delivers those that the subscription takes."""
    before = LOG.horizon(tx.cursor)
    LOG.append(tx.cursor, [entry(event, None) for event in events], now=NOW)
    return [one for one in LOG.read_all(tx.cursor, before, len(events)) if one.type in FLIGHTS.types]


def follow(tx: Transaction, batch: Sequence[Recorded]) -> None:
    """The batch as the subscription handles it."""
    received = []
    for one in batch:
        event = decode_value(FLIGHTS.taken[one.type].read_as, one.data)
        received.append(Received(event, one.id, one.key, one.time, None, one.topic, one.partition, one.position))
    FLIGHTS.handlers[0].handler(tx, received)


def same(tx: Transaction, events: Sequence[Event]) -> None:
    """Each half day has the flights that a recount has."""
    expected = counted(events)
    for since in (NOW + timedelta(hours=12 * half) for half in range(9)):
        until = since + timedelta(hours=12)
        found = {site_id: sum(since <= at < until for at in flights) for site_id, flights in expected.items()}
        assert sorties.flights(tx.cursor, since, until) == {site_id: n for site_id, n in found.items() if n}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=lives(), size=st.integers(1, 20))
def test_flights_are_what_the_log_says_however_it_is_read(engine: sa.Engine, events: list[Event], size: int) -> None:
    with undone(engine) as tx:
        taken = recorded(tx, events)
        for start in range(0, len(taken), size):
            follow(tx, taken[start : start + size])
        same(tx, events)
        follow(tx, taken)
        same(tx, events)
        replay(tx)
        same(tx, events)


def test_of_decisions_of_old_only_what_is_known_counts_where_the_filings_are_kept_elsewhere(engine: sa.Engine) -> None:
    known, unknown = Life(UUID(int=1), intent("s1", NOW)), Life(UUID(int=2), intent("s1", NOW))
    with undone(engine) as tx:
        follow(tx, recorded(tx, [known.decided(PlanState.AWAITING, False, told=True)]))
        tx.cursor.execute("ALTER SCHEMA flightplan RENAME TO away")
        log = [plan.decided(PlanState.APPROVED, False, told=False) for plan in (known, unknown)]
        follow(tx, [_as_read(number, event) for number, event in enumerate(log)])
        assert sorties.flights(tx.cursor, NOW, NOW + timedelta(hours=1)) == {"s1": 1}


def _as_read(number: int, event: Event) -> Recorded:
    written = entry(event, None)
    kept = (written.topic, written.partition, written.key, written.id, written.type, NOW, None, written.data)
    return Recorded("flightplan", number, *kept)
