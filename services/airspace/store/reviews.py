"""What regulators look back on: refusals for conflict, and what a zone's version changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg
import sqlalchemy as sa
from geoalchemy2.functions import ST_X, ST_Y
from psycopg.types.json import Jsonb

from services.airspace.store.arrays import Parameter, uuids
from services.airspace.store.shapes import Box, polygon
from services.airspace.store.tables import conflict, zone_hit
from shared.contracts.assessment import Finding, Outcome
from shared.contracts.codec import decode_value, encode_value
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneHit:
    """What became of a plan, route or site because of a version of a zone."""

    zone_id: str
    zone_version: int
    subject: str  # plan, route or site
    subject_id: str
    operator: str
    outcome_before: Outcome
    outcome_after: Outcome
    findings: Sequence[Finding]
    assessed_at: Instant


_SAVE_CONFLICT: Final = """
INSERT INTO airspace.conflict (plan_id, revision, operator, findings, place, starts_at, ends_at, decided_at, because)
VALUES (%s, %s, %s, %s, ST_SetSRID(ST_MakePoint(%s, %s), 4326), %s, %s, %s, %s)
ON CONFLICT (plan_id) DO UPDATE SET revision = excluded.revision, findings = excluded.findings, place = excluded.place,
    starts_at = excluded.starts_at, ends_at = excluded.ends_at, decided_at = excluded.decided_at,
    because = excluded.because"""
_SETTLE: Final = "DELETE FROM airspace.conflict WHERE plan_id = ANY(%s)"
_PRUNE: Final = "DELETE FROM airspace.conflict WHERE ends_at < %s"
_SAVE_HIT: Final = """
INSERT INTO airspace.zone_hit (zone_id, zone_version, subject, subject_id, operator, outcome_before, outcome_after,
    findings, assessed_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"""


def save_conflicts(cursor: "psycopg.Cursor[Any]", conflicts: Sequence[Conflict]) -> None:
    """Show these refusals, each in place of an older one of its plan."""
    if conflicts:
        cursor.executemany(_SAVE_CONFLICT, [_conflict_row(one) for one in conflicts])


def settle_conflicts(cursor: "psycopg.Cursor[Any]", plan_ids: Sequence[UUID]) -> None:
    """Show no refusal of these plans any more."""
    if plan_ids:
        cursor.execute(_SETTLE, (Parameter(uuids(plan_ids)),))


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
) -> list[Conflict]:
    """Refusals of flights that are not over, the newest decision first."""
    columns = [c for c in conflict.c if c.name not in ("findings", "place")]
    findings = sa.cast(conflict.c.findings, sa.Text).label("findings")
    place = (ST_X(conflict.c.place).label("lng"), ST_Y(conflict.c.place).label("lat"))
    query = sa.select(*columns, findings, *place).where(conflict.c.ends_at > now).limit(limit)
    if within:
        query = query.where(conflict.c.place.op("&&")(polygon(within)))
    if since:
        query = query.where(conflict.c.decided_at > since)
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


def save_hits(cursor: "psycopg.Cursor[Any]", hits: Sequence[ZoneHit]) -> None:
    """Remember what a zone's version changed."""
    if hits:
        cursor.executemany(_SAVE_HIT, [_hit_row(hit) for hit in hits])


def list_hits(connection: sa.Connection, zone_id: str) -> list[ZoneHit]:
    """What all versions of a zone changed, the newest first."""
    columns = [c for c in zone_hit.c if c.name != "findings"]
    query = sa.select(*columns, sa.cast(zone_hit.c.findings, sa.Text).label("findings"))
    query = query.where(zone_hit.c.zone_id == zone_id)
    order = (zone_hit.c.zone_version.desc(), zone_hit.c.subject, zone_hit.c.subject_id)
    rows = connection.execute(query.order_by(*order)).mappings()
    return [
        ZoneHit(
            **{name: row[name] for name in row if name not in ("findings", "outcome_before", "outcome_after")},
            outcome_before=Outcome(row["outcome_before"]),
            outcome_after=Outcome(row["outcome_after"]),
            findings=_findings(row["findings"]),
        )
        for row in rows
    ]


def _findings(text: str) -> Sequence[Finding]:
    findings: Sequence[Finding] = decode_value(tuple[Finding, ...], text.encode())
    return findings


def _conflict_row(one: Conflict) -> Sequence[Any]:
    return (
        one.plan_id, one.revision, one.operator, Jsonb(one.findings, dumps=encode_value), *one.place,
        one.starts_at, one.ends_at, one.decided_at, one.because,
    )  # fmt: skip


def _hit_row(hit: ZoneHit) -> Sequence[Any]:
    return (
        hit.zone_id, hit.zone_version, hit.subject, hit.subject_id, hit.operator, hit.outcome_before.value,
        hit.outcome_after.value, Jsonb(hit.findings, dumps=encode_value), hit.assessed_at,
    )  # fmt: skip
