"""Flights in the air: what they hold is theirs until they are over."""

from collections.abc import Sequence

from services.airspace.store import journal, narrowing, reservations
from services.airspace.store.journal import Entry, EntryKind
from shared.contracts.flightplan import FlightPlanActivated
from shared.frame import Received, Transaction


def activate_plans(tx: Transaction, batch: Sequence[Received[FlightPlanActivated]]) -> None:
    """Plans of higher priority go across these from now on, but take nothing from them."""
    narrowing.share_zones(tx.cursor)
    took_off = set(reservations.activate_plans(tx.cursor, [received.event.plan_id for received in batch]))
    journal.write(tx.cursor, [_entry(received.event) for received in batch if received.event.plan_id in took_off])


def _entry(event: FlightPlanActivated) -> Entry:
    return Entry(plan_id=event.plan_id, revision=event.revision, operator=event.operator, kind=EntryKind.ACTIVATED)
