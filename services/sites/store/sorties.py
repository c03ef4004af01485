"""Flights from the sites of the register, as far as plans and sites tell of them: which site stands idle."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import psycopg

from shared.contracts.flightplan import PlanState
from shared.frame import Transaction

# a plan that holds counts as a flight, until it turns out that it did not take off
FLOWN = (PlanState.APPROVED, PlanState.NOT_REQUIRED, PlanState.ACTIVATED, PlanState.ENDED)

_FILE = """INSERT INTO sites.sortie (plan_id, site_id, state, departs_at)
           SELECT plan_id, site_id, 'submitted', departs_at
             FROM unnest(%s::uuid[], %s::text[], %s::timestamptz[]) AS filed (plan_id, site_id, departs_at)
           ON CONFLICT (plan_id) DO NOTHING"""
_ASK = "UPDATE sites.sortie SET asked_revision = %s, asked_departs_at = %s WHERE plan_id = %s"
_DECIDE = """UPDATE sites.sortie AS s SET state = d.state,
                    departs_at = CASE WHEN s.asked_revision = d.revision AND d.flown THEN s.asked_departs_at
                                      ELSE s.departs_at END
               FROM unnest(%s::uuid[], %s::int[], %s::text[], %s::boolean[]) AS d (plan_id, revision, state, flown)
              WHERE s.plan_id = d.plan_id"""
# a flight may be told by its plan, by the site's own movements, or by both
_FLIGHTS = """
SELECT site_id, max(flights) FROM (
    SELECT site_id, count(*) AS flights FROM sites.sortie
     WHERE state = ANY(%s) AND departs_at >= %s AND departs_at < %s GROUP BY site_id
    UNION ALL
    SELECT site_id, count(*) FROM sites.movement WHERE at >= %s AND at < %s GROUP BY site_id) AS told
GROUP BY site_id"""


def file(tx: Transaction, plans: Sequence[tuple[UUID, str, datetime]]) -> None:
    """Plans that depart from a site."""
    if plans:
        plan_ids, site_ids, departures = (list(column) for column in zip(*plans, strict=True))
        tx.cursor.execute(_FILE, (plan_ids, site_ids, departures))


def ask(tx: Transaction, plan_id: UUID, revision: int, departs_at: datetime) -> None:
    """New times are asked for."""
    tx.cursor.execute(_ASK, (revision, departs_at, plan_id))


def decide(tx: Transaction, decided: Sequence[tuple[UUID, int, PlanState]]) -> None:
    """How plans stand; times that were asked for hold once their revision does. In their order, a plan once a pass."""
    while decided:
        first = {plan_id: (revision, state) for plan_id, revision, state in reversed(decided)}
        rows = [(plan_id, revision, state.value, state in FLOWN) for plan_id, (revision, state) in first.items()]
        tx.cursor.execute(_DECIDE, tuple(list(column) for column in zip(*rows, strict=True)))
        decided = _without_first(decided)


def _without_first(decided: Sequence[tuple[UUID, int, PlanState]]) -> Sequence[tuple[UUID, int, PlanState]]:
    """What follows on the first decision of each plan: one statement changes a row once."""
    seen: set[UUID] = set()
    later = []
    for one in decided:
        if one[0] in seen:
            later.append(one)
        seen.add(one[0])
    return later


def flights(cursor: "psycopg.Cursor[tuple[str, int]]", since: datetime, until: datetime) -> dict[str, int]:
    """Flights in a period, by site: those that left it by their plans, or the movements that it told of."""
    cursor.execute(_FLIGHTS, ([state.value for state in FLOWN], since, until, since, until))
    return dict(cursor.fetchall())
