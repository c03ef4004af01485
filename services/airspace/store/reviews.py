"""What regulators look back on: refusals for conflict, and what a zone's version changed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import psycopg
import sqlalchemy as sa
from geoalchemy2.functions import ST_X, ST_Y
from psycopg.types.json import Jsonb

from services.airspace.store.arrays import Parameter, uuids
from services.airspace.store.shapes import Box, During, near
from services.airspace.store.tables import conflict, zone_hit
from shared.contracts.assessment import Finding, Outcome
from shared.contracts.codec import decode_value, encode_utc, encode_value
from shared.db import copy_rows_binary
from shared.values import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A plan that was refused because others were in the way."""

    plan_id: UUID
    revision: int
    operator: str
    place: tuple[float, float]
    starts_at: Instant
    ends_at: Instant
    decided_at: Instant
    because: str
    findings: Sequence[Finding]


class Ended(NamedTuple):
    """A refusal that is shown no more."""

    plan_id: UUID
    operator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneHit:
    """What became of a plan, route or site that a version of a zone touched, or the version before it did."""

    zone_id: str
    zone_version: int
    subject: str  # plan, route or site
    subject_id: str
    operator: str
    outcome_before: Outcome
    outcome_after: Outcome
    finding: Finding | None  # the zone's; None where it no longer touches it
    assessed_at: Instant

    @property
    def changed(self) -> bool:
        """Whether the outcome is another one."""
        return self.outcome_before is not self.outcome_after


@dataclass(frozen=True, slots=True)
class HitCount:
    """How many of a kind a zone's versions touched, and on how many the outcome is another one."""

    touched: int = 0
    changed: int = 0


_PASSED_AT_ONCE: Final = 10_000
_SAVE_CONFLICT: Final = """
INSERT INTO airspace.conflict (plan_id, revision, operator, findings, place, starts_at, ends_at, decided_at, because)
VALUES (%s, %s, %s, %s, ST_SetSRID(ST_MakePoint(%s, %s), 4326), %s, %s, %s, %s)
ON CONFLICT (plan_id) DO UPDATE SET revision = excluded.revision, findings = excluded.findings, place = excluded.place,
    starts_at = excluded.starts_at, ends_at = excluded.ends_at, decided_at = excluded.decided_at,
    because = excluded.because, over = false"""
_SETTLE: Final = "DELETE FROM airspace.conflict WHERE plan_id = ANY(%s) RETURNING plan_id, operator, over"
_SHOWN: Final = "SELECT plan_id FROM airspace.conflict WHERE plan_id = ANY(%s) AND NOT over"
_OVER: Final = """UPDATE airspace.conflict SET over = true WHERE plan_id = ANY(ARRAY(
    SELECT plan_id FROM airspace.conflict WHERE ends_at <= %s AND NOT over LIMIT %s FOR UPDATE SKIP LOCKED))
RETURNING plan_id, operator"""
_PRUNE: Final = "DELETE FROM airspace.conflict WHERE ends_at < %s"
_HIT: Final = (
    "zone_id", "zone_version", "subject", "subject_id", "operator", "outcome_before", "outcome_after", "findings",
    "assessed_at",
)  # fmt: skip
# in binary, json is its text
_HIT_TYPES: Final = ("text", "int4", "text", "text", "text", "text", "text", "bytea", "timestamptz")
_KNOWN_HITS: Final = """
SELECT h.zone_id, h.zone_version, h.subject, h.subject_id FROM airspace.zone_hit h
JOIN unnest(%s::text[], %s::int[]) AS v (zone_id, zone_version) USING (zone_id, zone_version)"""


def save_conflicts(cursor: "psycopg.Cursor[Any]", conflicts: Sequence[Conflict]) -> None:
    """Show these refusals, each in place of an older one of its plan."""
    if conflicts:
        cursor.executemany(_SAVE_CONFLICT, [_conflict_row(one) for one in conflicts])


def shown_conflicts(cursor: "psycopg.Cursor[Any]", plan_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the plans of which a refusal is shown."""
    if not plan_ids:
        return set()
    cursor.execute(_SHOWN, (Parameter(uuids(plan_ids)),))
    return {plan_id for (plan_id,) in cursor}


def settle_conflicts(cursor: "psycopg.Cursor[Any]", plan_ids: Sequence[UUID]) -> list[Ended]:
    """Show no refusal of these plans any more; returns those that were shown."""
    if not plan_ids:
        return []
    cursor.execute(_SETTLE, (Parameter(uuids(plan_ids)),))
    return [Ended(plan_id, operator) for plan_id, operator, over in cursor if not over]


def pass_conflicts(cursor: "psycopg.Cursor[Any]", now: datetime) -> list[Ended]:
    """Some of the refusals of flights whose time is over, each once."""
    cursor.execute(_OVER, (now, _PASSED_AT_ONCE))
    return [Ended(plan_id, operator) for plan_id, operator in cursor]


def prune_conflicts(cursor: "psycopg.Cursor[Any]", over: datetime) -> int:
    """Forget refusals of flights that would have ended before; returns how many."""
    cursor.execute(_PRUNE, (over,))
    return cursor.rowcount


def list_conflicts(
    connection: sa.Connection,
    *,
    now: datetime,
    within: Box | None,
    since: datetime | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
    during: During | None = None,
    plan_id: UUID | None = None,
) -> list[Conflict]:
    """Refusals of flights that are not over, the newest decision first."""
    columns = [c for c in conflict.c if c.name not in ("findings", "place", "over")]
    findings = sa.cast(conflict.c.findings, sa.Text).label("findings")
    place = (ST_X(conflict.c.place).label("lng"), ST_Y(conflict.c.place).label("lat"))
    query = sa.select(*columns, findings, *place).where(conflict.c.ends_at > now).limit(limit)
    if within:
        query = query.where(near(conflict.c.place, within))
    if since:
        query = query.where(conflict.c.decided_at > since)
    if during:
        query = query.where(conflict.c.starts_at <= during.end, conflict.c.ends_at > during.start)
    if plan_id:
        query = query.where(conflict.c.plan_id == plan_id)
    if after:
        query = query.where(sa.tuple_(conflict.c.decided_at, conflict.c.plan_id) < sa.tuple_(*map(sa.literal, after)))
    rows = connection.execute(query.order_by(conflict.c.decided_at.desc(), conflict.c.plan_id.desc())).mappings()
    return [
        Conflict(
            **{name: row[name] for name in row if name not in ("findings", "lng", "lat")},
            findings=_findings(row["findings"]),
            place=(row["lng"], row["lat"]),
        )
        for row in rows
    ]


def save_hits(
    cursor: "psycopg.Cursor[Any]", hits: Sequence[ZoneHit], listed: Collection[tuple[str, int, str, str]]
) -> None:
    """Remember what versions of zones touched; what is `listed`, where they are delivered again, stays."""
    rows = [row for row in map(_hit_row, hits) if row[:4] not in listed]
    if rows:
        copy_rows_binary(cursor, "airspace.zone_hit", _HIT, _HIT_TYPES, rows)


def known_hits(
    cursor: "psycopg.Cursor[Any]", versions: Sequence[tuple[str, int]]
) -> Collection[tuple[str, int, str, str]]:
    """What is remembered of these versions: zone, version, what, and which."""
    zone_ids, numbers = zip(*versions, strict=True)
    cursor.execute(_KNOWN_HITS, (list(zone_ids), list(numbers)), binary=True)
    return set(cursor)


def count_hits(connection: sa.Connection, zone_id: str) -> dict[str, HitCount]:
    """How many plans, routes and sites all versions of a zone touched."""
    changed = sa.func.count().filter(zone_hit.c.outcome_before != zone_hit.c.outcome_after)
    query = sa.select(zone_hit.c.subject, sa.func.count(), changed).where(zone_hit.c.zone_id == zone_id)
    return {subject: HitCount(*counts) for subject, *counts in connection.execute(query.group_by(zone_hit.c.subject))}


def list_hits(connection: sa.Connection, zone_id: str, subject: str, *, most: int) -> list[ZoneHit]:
    """The plans, routes or sites that a zone's versions touched: the newest version first, in it what changed."""
    columns = [c for c in zone_hit.c if c.name != "findings"]
    query = sa.select(*columns, sa.cast(zone_hit.c.findings, sa.Text).label("findings"))
    query = query.where(zone_hit.c.zone_id == zone_id, zone_hit.c.subject == subject).limit(most)
    changed = zone_hit.c.outcome_before != zone_hit.c.outcome_after
    order = (zone_hit.c.zone_version.desc(), changed.desc(), zone_hit.c.subject_id)
    return [_hit(row) for row in connection.execute(query.order_by(*order)).mappings()]


def _hit(row: sa.RowMapping) -> ZoneHit:
    names = (name for name in row if name not in ("findings", "outcome_before", "outcome_after"))
    return ZoneHit(
        **{name: row[name] for name in names},
        outcome_before=Outcome(row["outcome_before"]),
        outcome_after=Outcome(row["outcome_after"]),
        finding=next(iter(_findings(row["findings"])), None),
    )


def _findings(text: str) -> Sequence[Finding]:
    findings: Sequence[Finding] = decode_value(tuple[Finding, ...], text.encode())
    return findings


def _conflict_row(one: Conflict) -> Sequence[Any]:
    return (
        one.plan_id, one.revision, one.operator, Jsonb(one.findings, dumps=encode_value), *one.place,
        one.starts_at, one.ends_at, one.decided_at, one.because,
    )  # fmt: skip


def _hit_row(hit: ZoneHit) -> tuple[Any, ...]:
    findings = b"[" + (encode_utc(hit.finding) if hit.finding else b"") + b"]"
    return (
        hit.zone_id, hit.zone_version, hit.subject, hit.subject_id, hit.operator, hit.outcome_before.value,
        hit.outcome_after.value, findings, hit.assessed_at,
    )  # fmt: skip
