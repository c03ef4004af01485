"""Plans: filing and moving on in batches. The hot path: psycopg, one statement a batch, no statement a plan."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
import psycopg

from services.flightplan.domain.extent import extent_ewkb
from services.flightplan.domain.plan import FlightPlan, Proposal
from services.flightplan.domain.plan_life import Standing, Step
from shared.contracts.codec import decode_value, encode_value
from shared.contracts.flightplan import PlanState, Ruling
from shared.db import copy_rows_binary

Cursor = psycopg.Cursor[Any]

_COLUMNS: Final = (
    "plan_id",
    "operator",
    "filed_by",
    "asked",
    "state",
    "revision",
    "last_revision",
    "intent",
    "departs_at",
    "starts_at",
    "ends_at",
    "extent",
    "voluntary",
    "demo",
    "submitted_at",
    "updated_at",
    "occupied_km2_h",
)
# binary, where json is its text and a geometry its EWKB: both go as bytes
_TYPES: Final = (
    "uuid", "text", "text", "bytea", "text", "int4", "int4", "bytea",
    "timestamptz", "timestamptz", "timestamptz", "bytea", "bool", "bool", "timestamptz", "timestamptz",
    "float8",
)  # fmt: skip


class AlreadyFiled(Exception):
    """Another transaction filed one of these plans first; nothing of this batch was inserted."""


@dataclass(frozen=True, slots=True)
class NewPlan:
    """A plan to insert, with its intent as JSON and the fingerprint of what was asked."""

    plan: FlightPlan
    intent_json: bytes
    asked: bytes
    occupied_km2_h: float | None = None  # counted where there is a quota


def fingerprints(cursor: Cursor, plan_ids: Sequence[UUID]) -> Mapping[UUID, bytes]:
    """What was asked with those of the plans that exist."""
    cursor.execute("SELECT plan_id, asked FROM flightplan.plan WHERE plan_id = ANY(%s)", (list(plan_ids),))
    return dict(cursor.fetchall())


def insert(cursor: Cursor, new_plans: Sequence[NewPlan]) -> None:
    """Insert all with one COPY, or none: raises AlreadyFiled where one is there already.

    In the order of their ids, so that two batches with the same plans wait for each other and never deadlock.
    """
    in_order = sorted(new_plans, key=lambda new: new.plan.plan_id.int)
    cursor.execute("SAVEPOINT filing")
    try:
        copy_rows_binary(cursor, "flightplan.plan", _COLUMNS, _TYPES, map(_row, in_order))
    except psycopg.errors.UniqueViolation as error:
        cursor.execute("ROLLBACK TO SAVEPOINT filing")
        raise AlreadyFiled from error


def _row(new: NewPlan) -> tuple[Any, ...]:
    plan = new.plan
    return (
        plan.plan_id,
        plan.operator,
        plan.filed_by,
        new.asked,
        plan.state.value,
        plan.revision,
        plan.last_revision,
        new.intent_json,
        plan.intent.departs_at,
        plan.window.start,
        plan.window.end,
        extent_ewkb(plan.intent),
        plan.voluntary,
        plan.demo,
        plan.submitted_at,
        plan.updated_at,
        new.occupied_km2_h,
    )


@dataclass(slots=True)
class Held:
    """What of a locked plan an assessment needs; its departure as JSON, as it is stored and told."""

    operator: str
    standing: Standing
    submitted_at: datetime
    departure_site: bytes
    departs_at: bytes
    proposed_departs_at: bytes


def lock_standings(cursor: Cursor, plan_ids: Iterable[UUID]) -> dict[UUID, Held]:
    """Where the plans stand, locked in the order of their ids."""
    cursor.execute(
        "SELECT plan_id, operator, state, revision, proposed_revision, ruling::text, submitted_at,"
        " (intent->'departure'->'site_id')::text, (intent->'departs_at')::text, (proposal->'departs_at')::text"
        " FROM flightplan.plan WHERE plan_id = ANY(%s) ORDER BY plan_id FOR UPDATE",
        (list(plan_ids),),
    )
    return {
        plan_id: Held(
            operator,
            Standing(PlanState(state), revision, proposed, _ruling(ruling)),
            submitted_at,
            *((departure or "null").encode() for departure in departures),
        )
        for plan_id, operator, state, revision, proposed, ruling, submitted_at, *departures in cursor.fetchall()
    }


def _ruling(text: str | None) -> Ruling | None:
    if text is None:
        return None
    ruling: Ruling = decode_value(Ruling, text.encode())
    return ruling


@dataclass(frozen=True, slots=True)
class Applied:
    """An assessment with the step that follows from it."""

    plan_id: UUID
    step: Step
    assessment_json: bytes


_DECIDE: Final = """
UPDATE flightplan.plan AS p SET
  state = a.state, assessment = a.assessment, decided_at = %(now)s, updated_at = %(now)s,
  proposal = CASE WHEN a.state = 'refused' THEN NULL ELSE p.proposal END,
  proposed_revision = CASE WHEN a.state = 'refused' THEN NULL ELSE p.proposed_revision END
FROM unnest(%(ids)b::uuid[], %(states)b::text[], %(assessments)b::text[]::json[]) AS a (plan_id, state, assessment)
WHERE p.plan_id = a.plan_id
"""
# A refused move leaves the assessment that stands. A move taken shifts every time by as much as it moved the departure;
# where it is another way, its end and extent were noted when it was asked for.
_APPLY_MOVES: Final = """
UPDATE flightplan.plan AS p SET
  state = a.state,
  revision = CASE WHEN a.takes_move THEN p.proposed_revision ELSE p.revision END,
  intent = CASE WHEN a.takes_move THEN p.proposal ELSE p.intent END,
  departs_at = p.departs_at + a.shift,
  starts_at = p.starts_at + a.shift,
  ends_at = CASE WHEN a.takes_move THEN coalesce(p.proposed_ends_at, p.ends_at + a.shift) ELSE p.ends_at END,
  extent = CASE WHEN a.takes_move THEN coalesce(p.proposed_extent, p.extent) ELSE p.extent END,
  voluntary = CASE WHEN a.takes_move THEN coalesce(p.proposed_voluntary, p.voluntary) ELSE p.voluntary END,
  occupied_km2_h = CASE WHEN a.takes_move THEN coalesce(p.proposed_km2_h, p.occupied_km2_h) ELSE p.occupied_km2_h END,
  ruling = CASE WHEN a.takes_move THEN NULL ELSE p.ruling END,
  proposal = NULL,
  proposed_revision = NULL,
  move_refused = CASE WHEN a.takes_move THEN NULL ELSE a.assessment END,
  assessment = CASE WHEN a.takes_move THEN a.assessment ELSE p.assessment END,
  decided_at = CASE WHEN a.takes_move THEN %(now)s ELSE p.decided_at END,
  updated_at = %(now)s
FROM (
  SELECT r.*,
    CASE WHEN r.takes_move THEN (q.proposal->>'departs_at')::timestamptz - q.departs_at ELSE '0' END AS shift
  FROM unnest(%(ids)b::uuid[], %(states)b::text[], %(assessments)b::text[]::json[], %(taken)b::boolean[])
    AS r (plan_id, state, assessment, takes_move)
  JOIN flightplan.plan AS q USING (plan_id)
) AS a
WHERE p.plan_id = a.plan_id
"""


def apply(cursor: Cursor, applied: Sequence[Applied], *, now: datetime) -> None:
    """Store the steps of locked plans, at most one each."""
    moves = [one for one in applied if one.step.takes_move or one.step.drops_move]
    decisions = [one for one in applied if not (one.step.takes_move or one.step.drops_move)]
    if decisions:
        cursor.execute(_DECIDE, {**_steps(decisions), "now": now})
    if moves:
        cursor.execute(_APPLY_MOVES, {**_steps(moves), "taken": [one.step.takes_move for one in moves], "now": now})


def _steps(applied: Sequence[Applied]) -> dict[str, Any]:
    return {
        "ids": [one.plan_id for one in applied],
        "states": [one.step.state.value for one in applied],
        "assessments": [one.assessment_json.decode() for one in applied],
    }


@dataclass(frozen=True, slots=True)
class Move:
    """New times or another way asked for, and what it takes of the airspace, where there is a quota."""

    plan_id: UUID
    proposal: Proposal
    occupied_km2_h: float | None = None


_PROPOSE: Final = """
UPDATE flightplan.plan AS p SET
  proposal = m.intent, proposed_revision = m.revision, last_revision = m.revision, move_refused = NULL,
  proposed_ends_at = m.ends_at, proposed_extent = m.extent::geometry, proposed_voluntary = m.voluntary,
  proposed_km2_h = m.occupied, updated_at = %(now)s
FROM json_to_recordset(%(moves)s::json) AS m(plan_id uuid, revision integer, intent json, ends_at timestamptz,
  extent text, voluntary boolean, occupied double precision)
WHERE p.plan_id = m.plan_id
"""


def propose(cursor: Cursor, moves: Sequence[Move], *, now: datetime) -> None:
    """Note the moves that now wait for their assessment."""
    rows = [_proposed(move) for move in moves]
    cursor.execute(_PROPOSE, {"moves": orjson.dumps(rows).decode(), "now": now})


def _proposed(move: Move) -> dict[str, Any]:
    proposal = move.proposal
    return {
        "plan_id": str(move.plan_id),
        "revision": proposal.revision,
        "intent": orjson.Fragment(encode_value(proposal.intent)),
        "ends_at": proposal.ends_at,
        "extent": None if proposal.ends_at is None else extent_ewkb(proposal.intent).hex(),
        "voluntary": proposal.voluntary,
        "occupied": move.occupied_km2_h,
    }


_CLOSE: Final = """
UPDATE flightplan.plan SET state = %s, proposal = NULL, proposed_revision = NULL, updated_at = %s
WHERE plan_id = ANY(%s)
"""


def close(cursor: Cursor, plan_ids: Sequence[UUID], state: PlanState, *, now: datetime) -> None:
    """End the plans' lives, a move under way with them."""
    cursor.execute(_CLOSE, (state.value, now, list(plan_ids)))


def rule(cursor: Cursor, plan_id: UUID, state: PlanState, ruling: Ruling) -> None:
    """Store a ruling. One that refuses ends a move under way: its reservation is given up with the plan's."""
    cursor.execute(
        "UPDATE flightplan.plan SET state = %(state)s, ruling = %(ruling)s, decided_at = %(at)s, updated_at = %(at)s,"
        " proposal = CASE WHEN %(closed)s THEN NULL ELSE proposal END,"
        " proposed_revision = CASE WHEN %(closed)s THEN NULL ELSE proposed_revision END"
        " WHERE plan_id = %(plan_id)s",
        {
            "state": state.value,
            "ruling": encode_value(ruling).decode(),
            "at": ruling.ruled_at,
            "closed": state is PlanState.REFUSED,
            "plan_id": plan_id,
        },
    )


@dataclass(frozen=True, slots=True)
class Overdue:
    """A plan still waiting for a ruling when its flight would have ended."""

    plan_id: UUID
    operator: str
    standing: Standing
    ends_at: datetime


def lock_overdue(cursor: Cursor, now: datetime, limit: int) -> list[Overdue]:
    """Plans that wait for a ruling although their window is over; those being worked on are left for the next time."""
    cursor.execute(
        "SELECT plan_id, operator, state, revision, proposed_revision, ends_at FROM flightplan.plan"
        " WHERE state = 'awaiting' AND ends_at <= %s AND proposed_revision IS NULL"
        " ORDER BY ends_at LIMIT %s FOR UPDATE SKIP LOCKED",
        (now, limit),
    )
    return [
        Overdue(plan_id, operator, Standing(PlanState(state), revision, proposed), ends_at)
        for plan_id, operator, state, revision, proposed, ends_at in cursor.fetchall()
    ]


def activate(cursor: Cursor, plan_ids: Sequence[UUID], *, now: datetime) -> None:
    """The flights have taken off."""
    cursor.execute(
        "UPDATE flightplan.plan SET state = %s, activated_at = %s, updated_at = %s WHERE plan_id = ANY(%s)",
        (PlanState.ACTIVATED.value, now, now, list(plan_ids)),
    )


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """An approved plan whose take-off was planned for some time ago."""

    plan_id: UUID
    operator: str
    standing: Standing
    departs_at: datetime


def lock_unconfirmed(
    cursor: Cursor, classes: Sequence[str], since: datetime, until: datetime, limit: int
) -> list[Unconfirmed]:
    """Approved plans of these classes that were to leave in the span; those being worked on are left for next time."""
    cursor.execute(
        "SELECT plan_id, operator, state, revision, proposed_revision, departs_at FROM flightplan.plan"
        " WHERE state = 'approved' AND departs_at > %s AND departs_at <= %s AND proposed_revision IS NULL"
        " AND intent->>'aircraft_class' = ANY(%s) ORDER BY departs_at LIMIT %s FOR UPDATE SKIP LOCKED",
        (since, until, list(classes), limit),
    )
    return [
        Unconfirmed(plan_id, operator, Standing(PlanState(state), revision, proposed), departs_at)
        for plan_id, operator, state, revision, proposed, departs_at in cursor.fetchall()
    ]
