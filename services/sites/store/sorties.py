"""Flights from the sites of the register, as far as their plans tell: what shows which site stands idle."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import psycopg

from shared.contracts.flightplan import PlanState
from shared.frame import Transaction

FLOWN = (PlanState.APPROVED, PlanState.NOT_REQUIRED)  # a plan that holds counts as a flight

_FILE = """INSERT INTO sites.sortie (plan_id, site_id, state, departs_at) VALUES (%s, %s, 'submitted', %s)
           ON CONFLICT (plan_id) DO NOTHING"""
_ASK = "UPDATE sites.sortie SET asked_revision = %s, asked_departs_at = %s WHERE plan_id = %s"
_DECIDE = """UPDATE sites.sortie SET state = %s,
                    departs_at = CASE WHEN asked_revision = %s AND %s THEN asked_departs_at ELSE departs_at END
              WHERE plan_id = %s"""
_FLIGHTS = """SELECT site_id, count(*) FROM sites.sortie
               WHERE state = ANY(%s) AND departs_at >= %s AND departs_at < %s GROUP BY site_id"""


def file(tx: Transaction, plans: Sequence[tuple[UUID, str, datetime]]) -> None:
    """Plans that depart from a site."""
    tx.cursor.executemany(_FILE, plans)


def ask(tx: Transaction, plan_id: UUID, revision: int, departs_at: datetime) -> None:
    """New times are asked for."""
    tx.cursor.execute(_ASK, (revision, departs_at, plan_id))


def decide(tx: Transaction, decided: Sequence[tuple[UUID, int, PlanState]]) -> None:
    """How plans stand; times that were asked for hold once their revision does."""
    tx.cursor.executemany(
        _DECIDE, [(state.value, revision, state in FLOWN, plan_id) for plan_id, revision, state in decided]
    )


def flights(cursor: "psycopg.Cursor[tuple[str, int]]", since: datetime, until: datetime) -> dict[str, int]:
    """Flights that departed in a period, by site."""
    cursor.execute(_FLIGHTS, ([state.value for state in FLOWN], since, until))
    return dict(cursor.fetchall())
