"""What the decider did, entry by entry in its order. Nothing in it changes: with the zones' versions and the event log
it is what every decision can be made from again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import psycopg

from shared.contracts.airspace import PlanAssessed
from shared.contracts.assessment import Outcome
from shared.contracts.codec import decode, decode_value, encode_value
from shared.db import write_rows
from shared.flight import FlightIntent


class EntryKind(StrEnum):
    """How a plan came to what it holds."""

    DECIDED = "decided"  # filed, moved, or made to yield
    SETTLED = "settled"  # what it was decided on changed: zones or authorizations
    RELEASED = "released"  # withdrawn, lapsed, refused by a ruling, over, never taken off
    ACTIVATED = "activated"  # taken off: it holds what it holds until it is released


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What was done with one revision of a plan; `intent` where the entry is the first on this revision."""

    plan_id: UUID
    revision: int
    operator: str
    kind: EntryKind
    outcome: Outcome | None = None
    voluntary: bool = False
    keeps_former: bool = False
    because: str = ""
    intent: FlightIntent | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    position: int = 0  # in the decider's order; given by the database

    @property
    def holds(self) -> bool | None:
        """Whether the plan holds its airspace after this; None where what it held before stays."""
        if self.keeps_former and self.outcome is Outcome.REFUSED:
            return None
        return self.outcome in (Outcome.APPROVED, Outcome.AWAITING)


_COLUMNS: Final = (
    "plan_id", "revision", "operator", "entry", "outcome", "voluntary", "keeps_former", "because",
    "intent", "starts_at", "ends_at",
)  # fmt: skip
_TYPES: Final = (
    "uuid", "int4", "text", "text", "text", "bool", "bool", "text", "bytea", "timestamptz", "timestamptz",
)  # fmt: skip
_OF_PLANS: Final = """
SELECT plan_id, revision, operator, entry, outcome, voluntary, keeps_former, because, intent, starts_at, ends_at,
    position FROM airspace.journal WHERE plan_id = ANY(%s) ORDER BY position"""
_HELD: Final = """
SELECT DISTINCT plan_id FROM airspace.journal
WHERE outcome IN ('approved', 'awaiting') AND ends_at > %s AND starts_at < %s AND position < %s"""
_DECIDED_BEFORE: Final = """
SELECT plan_id, revision, operator, entry, outcome, voluntary, keeps_former, because, intent, starts_at, ends_at,
    position FROM airspace.journal WHERE position < %s AND entry = 'decided' AND because <> 'preempted'
ORDER BY position DESC LIMIT 1"""
_ASSESSED: Final = """
SELECT data FROM airspace.event_log WHERE key = %s AND type = 'PlanAssessed' ORDER BY position"""
LAST_POSITION: Final = "(SELECT coalesce(max(position), 0) FROM airspace.journal)"


def write(cursor: "psycopg.Cursor[Any]", entries: Sequence[Entry]) -> None:
    """Add the entries, in their order."""
    write_rows(cursor, "airspace.journal", _COLUMNS, _TYPES, [_row(entry) for entry in entries])


def entries_of(cursor: "psycopg.Cursor[Any]", plan_ids: Sequence[UUID]) -> dict[UUID, list[Entry]]:
    """All that was done with the plans, each in order."""
    cursor.execute(_OF_PLANS, (list(plan_ids),), binary=True)
    found: dict[UUID, list[Entry]] = {}
    for row in cursor:
        found.setdefault(row[0], []).append(_entry(row))
    return found


def plans_held(cursor: "psycopg.Cursor[Any]", start: datetime, end: datetime, before: int) -> list[UUID]:
    """Plans that at some time before the position were given airspace between `start` and `end`."""
    cursor.execute(_HELD, (start, end, before))
    return [plan_id for (plan_id,) in cursor]


def latest_asked(cursor: "psycopg.Cursor[Any]", plan_id: UUID) -> Entry | None:
    """The entry that has the plan's latest intent, or None."""
    entries = entries_of(cursor, [plan_id]).get(plan_id, [])
    return next((entry for entry in reversed(entries) if entry.intent is not None), None)


def decided_before(cursor: "psycopg.Cursor[Any]", position: int) -> Entry:
    """The last decision before the position that was not a plan's yielding: what made those after it yield."""
    cursor.execute(_DECIDED_BEFORE, (position,), binary=True)
    row = cursor.fetchone()
    assert row is not None
    return _entry(row)


def assessments_of(cursor: "psycopg.Cursor[Any]", plan_id: UUID) -> list[PlanAssessed]:
    """What was answered on the plan, in order: as many as it has entries that are decided or settled."""
    cursor.execute(_ASSESSED, (str(plan_id),), binary=True)
    events = (decode("PlanAssessed", bytes(data)) for (data,) in cursor)
    return [event for event in events if isinstance(event, PlanAssessed)]


def _row(entry: Entry) -> Sequence[Any]:
    return (
        entry.plan_id, entry.revision, entry.operator, entry.kind.value, entry.outcome and entry.outcome.value,
        entry.voluntary, entry.keeps_former, entry.because, entry.intent and encode_value(entry.intent),
        entry.starts_at, entry.ends_at,
    )  # fmt: skip


def _entry(row: Sequence[Any]) -> Entry:
    plan_id, revision, operator, kind, outcome, voluntary, keeps_former, because, intent, starts_at, ends_at, at = row
    return Entry(
        plan_id=plan_id,
        revision=revision,
        operator=operator,
        kind=EntryKind(kind),
        outcome=Outcome(outcome) if outcome else None,
        voluntary=voluntary,
        keeps_former=keeps_former,
        because=because,
        intent=None if intent is None else decode_value(FlightIntent, bytes(intent)),
        starts_at=starts_at,
        ends_at=ends_at,
        position=at,
    )
