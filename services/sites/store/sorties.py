"""Flights from the sites of the register, as far as plans and sites tell of them: which site stands idle."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from shared.contracts.codec import encode_value
from shared.contracts.flightplan import PlanState

Cursor = psycopg.Cursor[Any]

# a plan that holds counts as a flight, until it turns out that it did not take off
FLOWN = (PlanState.APPROVED, PlanState.NOT_REQUIRED, PlanState.ACTIVATED, PlanState.ENDED)

_KEEP = b"""INSERT INTO sites.sortie (plan_id, site_id, state, departs_at)
            SELECT * FROM jsonb_to_recordset(%s::jsonb)
                       AS kept (plan_id uuid, site_id text, state text, departs_at timestamptz)
            ON CONFLICT (plan_id) DO UPDATE
               SET site_id = excluded.site_id, state = excluded.state, departs_at = excluded.departs_at"""
_STAND = b"""UPDATE sites.sortie AS s SET state = told.state
               FROM jsonb_to_recordset(%s::jsonb) AS told (plan_id uuid, state text)
              WHERE s.plan_id = told.plan_id"""
_LOG = b"SELECT to_regclass('flightplan.event_log') IS NOT NULL"
_FILINGS = b"""SELECT data FROM flightplan.event_log
                WHERE key = ANY(%s) AND type IN ('FlightPlanSubmitted', 'FlightPlanMoved')"""
# a flight may be told by its plan, by the site's own movements, or by both
_FLIGHTS = """
SELECT site_id, max(flights) FROM (
    SELECT site_id, count(*) AS flights FROM sites.sortie
     WHERE state = ANY(%s) AND departs_at >= %s AND departs_at < %s GROUP BY site_id
    UNION ALL
    SELECT site_id, count(*) FROM sites.movement WHERE at >= %s AND at < %s GROUP BY site_id) AS told
GROUP BY site_id"""


@dataclass(frozen=True, slots=True)
class Sortie:
    """A plan that departs from a site, as it stands."""

    plan_id: str
    site_id: str
    state: PlanState
    departs_at: datetime


def keep(cursor: Cursor, sorties: Sequence[Sortie]) -> None:
    """Write them down, each plan once, in place of what was known of it."""
    if sorties:
        cursor.execute(_KEEP, [encode_value(sorties).decode()])


def stand(cursor: Cursor, states: Mapping[str, PlanState]) -> None:
    """How plans stand, by their ids, where they depart from a site."""
    if states:
        told = [{"plan_id": plan_id, "state": state} for plan_id, state in states.items()]
        cursor.execute(_STAND, [encode_value(told).decode()])


def filings(cursor: Cursor, plan_ids: Sequence[str]) -> list[bytes]:
    """What was filed and asked for of these plans, from the log they stand in; nothing where it is kept elsewhere."""
    cursor.execute(_LOG)
    if cursor.fetchone() != (True,):
        return []
    cursor.execute(_FILINGS, [list(plan_ids)])
    return [bytes(data) for (data,) in cursor.fetchall()]


def flights(cursor: "psycopg.Cursor[tuple[str, int]]", since: datetime, until: datetime) -> dict[str, int]:
    """Flights in a period, by site: those that left it by their plans, or the movements that it told of."""
    cursor.execute(_FLIGHTS, ([state.value for state in FLOWN], since, until, since, until))
    return dict(cursor.fetchall())
