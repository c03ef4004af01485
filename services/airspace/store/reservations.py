"""What airspace knows of plans, and what they hold. Rows are replaced whole; a plan that is over keeps its revision."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple
from uuid import UUID

import numpy as np
import psycopg
from psycopg.types.json import Json

from services.airspace.domain.subjects import Reservation
from services.airspace.store.arrays import Parameter, uuids
from services.airspace.store.keys import extents_of
from shared.contracts.assessment import Assessment
from shared.contracts.codec import decode_value, encode_value
from shared.db import copy_rows_binary, write_rows
from shared.flight import FlightVolumes
from shared.flight.records import from_us
from shared.volumes import TimeWindow

KEPT: Final = timedelta(days=1)  # how long after its end a flight is remembered
_PRUNED_AT_ONCE: Final = 20_000


class Hold(StrEnum):
    """What a plan has of the airspace."""

    HELD = "held"  # its volumes: approved, or awaiting a ruling
    NOTED = "noted"  # nothing, but it may fly: assessed again when a zone changes
    FREE = "free"  # nothing, and nothing follows: refused, withdrawn, lapsed


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A plan that holds airspace, or may still come to."""

    plan_id: UUID
    seen_revision: int  # the newest that was decided on
    revision: int  # whose volumes these are
    operator: str
    state: Hold
    priority: int
    crewed: bool
    voluntary: bool
    volumes: FlightVolumes
    assessment: Assessment
    zones_version: int
    active: bool = False  # in the air
    assessment_json: bytes | None = None  # where it has been written already

    @property
    def reservation(self) -> Reservation:
        """The same as what stands in the way of others."""
        return Reservation(
            plan_id=self.plan_id,
            revision=self.revision,
            operator=self.operator,
            priority=self.priority,
            crewed=self.crewed,
            volumes=self.volumes,
            active=self.active,
        )


_REVISIONS = "SELECT plan_id, seen_revision, state FROM airspace.reservation WHERE plan_id = ANY(%s)"
_FIND = """SELECT plan_id, seen_revision, revision, operator, state, priority, crewed, voluntary, starts_at, ends_at,
    volumes, assessment::text, zones_version, active
    FROM airspace.reservation WHERE plan_id = ANY(%s) AND state <> 'free'"""
_OPERATOR, _STARTS_AT, _ENDS_AT = 3, 8, 9  # where in a row of `_FIND`
_DELETE = "DELETE FROM airspace.reservation WHERE plan_id = ANY(%s)"
_FREE = """
INSERT INTO airspace.reservation AS r (plan_id, seen_revision, revision, operator, state, priority, crewed, voluntary,
    starts_at, ends_at, west, south, east, north, volumes, assessment, zones_version)
SELECT plan_id, revision, revision, '', 'free', 0, false, false, %s, %s, 0, 0, 0, 0, '', 'null', 0
FROM unnest(%s, %s) AS gone (plan_id, revision)
ON CONFLICT (plan_id) DO UPDATE SET state = 'free', volumes = '', active = false,
    seen_revision = greatest(r.seen_revision, excluded.seen_revision)"""
_SEEN = """
UPDATE airspace.reservation r SET seen_revision = greatest(r.seen_revision, seen.revision)
FROM unnest(%s, %s) AS seen (plan_id, revision) WHERE r.plan_id = seen.plan_id"""
_ANSWER: Final = ("plan_id", "state", "assessment", "zones_version")
_ANSWER_TYPES: Final = ("uuid", "text", "bytea", "int8")  # in binary, json is its text
_NEW_ANSWERS: Final = """CREATE TEMP TABLE IF NOT EXISTS new_answer
    (plan_id uuid, state text, assessment json, zones_version bigint) ON COMMIT DELETE ROWS"""
_SETTLE: Final = """
UPDATE airspace.reservation r SET state = n.state, assessment = n.assessment, zones_version = n.zones_version,
    volumes = CASE WHEN n.state = 'free' THEN '' ELSE r.volumes END
FROM new_answer n WHERE r.plan_id = n.plan_id"""
_ACTIVATE = """
UPDATE airspace.reservation SET active = true WHERE plan_id = ANY(%s) AND state = 'held' AND NOT active
RETURNING plan_id"""
_PRUNE = """DELETE FROM airspace.reservation WHERE plan_id = ANY(ARRAY(
    SELECT plan_id FROM airspace.reservation WHERE ends_at < %s LIMIT %s FOR UPDATE SKIP LOCKED))"""

_ROW: Final = (
    "plan_id", "seen_revision", "revision", "operator", "state", "priority", "crewed", "voluntary",
    "starts_at", "ends_at", "west", "south", "east", "north", "volumes", "assessment", "zones_version",
    "active",
)  # fmt: skip
_ROW_TYPES: Final = (
    "uuid", "int4", "int4", "text", "text", "int4", "bool", "bool",
    "timestamptz", "timestamptz", "float8", "float8", "float8", "float8", "bytea", "json", "int8",
    "bool",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """How far a plan has been decided, and what came of it."""

    revision: int
    state: Hold


def find_seen(cursor: "psycopg.Cursor[Any]", plan_ids: Sequence[UUID]) -> dict[UUID, Seen]:
    """How far each of the plans that are known has been decided."""
    cursor.execute(_REVISIONS, (Parameter(uuids(plan_ids)),), binary=True)
    return {plan_id: Seen(revision, Hold(state)) for plan_id, revision, state in cursor}


def find_plans(cursor: "psycopg.Cursor[Any]", plan_ids: Sequence[UUID]) -> dict[UUID, Known]:
    """Those of the plans that are known and not over."""
    return {plan.plan_id: plan for plan in find_unread(cursor, plan_ids).read()} if plan_ids else {}


@dataclass(frozen=True, slots=True)
class Unread:
    """Plans as they came from the database: to take them apart takes as long as to ask about them."""

    rows: Sequence[Sequence[Any]]

    @property
    def operators(self) -> list[str]:
        """Whose they are."""
        return sorted({row[_OPERATOR] for row in self.rows})

    @property
    def span(self) -> tuple[datetime, datetime]:
        """From the first start to the last end."""
        return min(row[_STARTS_AT] for row in self.rows), max(row[_ENDS_AT] for row in self.rows)

    def read(self) -> list[Known]:
        """The plans; the database is not looked at."""
        return [_known(row) for row in self.rows]


def find_unread(cursor: "psycopg.Cursor[Any]", plan_ids: Sequence[UUID]) -> Unread:
    """The same, to be read when there is time for it."""
    cursor.execute(_FIND, (Parameter(uuids(plan_ids)),), binary=True)
    return Unread(cursor.fetchall())


def save_plans(cursor: "psycopg.Cursor[Any]", plans: Sequence[Known], *, known: Sequence[UUID]) -> None:
    """Write the plans whole; `known` are those that have a row already."""
    if known:
        cursor.execute(_DELETE, (Parameter(uuids(known)),))
    if plans:
        write_rows(cursor, "airspace.reservation", _ROW, _ROW_TYPES, list(_rows(plans)))


class Settled(NamedTuple):
    """Another answer on a plan that is known, as JSON, and what it holds by it."""

    plan_id: UUID
    state: Hold
    assessment_json: bytes
    zones_version: int


def settle_plans(cursor: "psycopg.Cursor[Any]", answers: Sequence[Settled]) -> None:
    """Write the answers on plans that are known, and what they hold now; their volumes stay, or are given up."""
    if not answers:
        return
    cursor.execute(_NEW_ANSWERS)
    cursor.execute("TRUNCATE new_answer")
    rows = ((plan_id, state.value, answer, version) for plan_id, state, answer, version in answers)
    copy_rows_binary(cursor, "new_answer", _ANSWER, _ANSWER_TYPES, rows)
    cursor.execute(_SETTLE)


def mark_seen(cursor: "psycopg.Cursor[Any]", revisions: Mapping[UUID, int]) -> None:
    """These revisions were decided and changed nothing of what the plans hold."""
    if revisions:
        cursor.execute(_SEEN, _pairs(revisions))


def free_plans(cursor: "psycopg.Cursor[Any]", revisions: Mapping[UUID, int], now: datetime) -> None:
    """The plans hold nothing, and nothing up to these revisions follows: also where they are not known yet."""
    cursor.execute(_FREE, (now, now + KEPT, *_pairs(revisions)))


def activate_plans(cursor: "psycopg.Cursor[Any]", plan_ids: Sequence[UUID]) -> list[UUID]:
    """The plans are in the air; returns those of them that hold their airspace."""
    cursor.execute(_ACTIVATE, (Parameter(uuids(plan_ids)),))
    return [plan_id for (plan_id,) in cursor]


def prune_plans(cursor: "psycopg.Cursor[Any]", over: datetime) -> int:
    """Forget some of the plans that ended before; returns how many."""
    cursor.execute(_PRUNE, (over, _PRUNED_AT_ONCE))
    return cursor.rowcount


def _pairs(revisions: Mapping[UUID, int]) -> tuple[Parameter, Parameter]:
    return Parameter(uuids(list(revisions))), Parameter(np.array(list(revisions.values()), np.int64))


def _known(row: Sequence[Any]) -> Known:
    *head, starts_at, ends_at, volumes, assessment, zones_version, active = row
    plan_id, seen_revision, revision, operator, state, priority, crewed, voluntary = head
    flight = FlightVolumes.from_bytes(volumes)
    vars(flight)["window"] = TimeWindow(starts_at, ends_at)  # of many plans it would take as long as the rest
    return Known(
        plan_id=plan_id,
        seen_revision=seen_revision,
        revision=revision,
        operator=operator,
        state=Hold(state),
        priority=priority,
        crewed=crewed,
        voluntary=voluntary,
        volumes=flight,
        assessment=decode_value(Assessment, assessment.encode()),
        zones_version=zones_version,
        active=active,
    )


def _rows(plans: Sequence[Known]) -> Iterator[Sequence[Any]]:
    spans = extents_of([plan.volumes for plan in plans])
    columns = (spans.start_us, spans.end_us, spans.west, spans.south, spans.east, spans.north)
    for plan, start_us, end_us, *box in zip(plans, *(column.tolist() for column in columns), strict=True):
        volumes = b"" if plan.state is Hold.FREE else plan.volumes.to_bytes()
        yield (
            plan.plan_id, plan.seen_revision, plan.revision, plan.operator, plan.state.value, plan.priority,
            plan.crewed, plan.voluntary, from_us(start_us), from_us(end_us), *box, volumes,
            _written(plan), plan.zones_version, plan.active,
        )  # fmt: skip


def _written(plan: Known) -> Json:
    if plan.assessment_json is None:
        return Json(plan.assessment, dumps=encode_value)
    return Json(plan.assessment_json, dumps=bytes)
