"""Movements at sites and how the sites stand: written once, counted by the hour."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import psycopg

from services.sites.domain.operations import KnownStatus
from shared.contracts.inbound import SiteMovementReported, SiteStatusReported
from shared.contracts.sites import Movement, SiteStatus

Cursor = psycopg.Cursor[Any]
Key = tuple[str, str, str]  # site, who reports, event

_MOVEMENTS: Final = """SELECT site_id, event_id, movement, at, plan_id, aircraft, reported_by FROM sites.movement"""
_STATUSES: Final = """SELECT site_id, number, event_id, status, starts_at, ends_at, reason, reported_by
                        FROM sites.status"""
_AMONG: Final = """ WHERE (site_id, reported_by, event_id) IN (
                      SELECT * FROM unnest(%s::text[], %s::text[], %s::text[]))"""
_ADD_MOVEMENT: Final = """
INSERT INTO sites.movement (site_id, reported_by, event_id, movement, at, plan_id, aircraft)
VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"""
_ADD_STATUS: Final = """
INSERT INTO sites.status (site_id, number, reported_by, event_id, status, starts_at, ends_at, reason, reported_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"""
_LAST_NUMBERS: Final = "SELECT site_id, max(number) FROM sites.status WHERE site_id = ANY(%s) GROUP BY site_id"
_AT: Final = """
SELECT DISTINCT ON (site_id) site_id, number, event_id, status, starts_at, ends_at, reason, reported_by
  FROM sites.status WHERE site_id = ANY(%s) AND starts_at <= %s AND (ends_at IS NULL OR ends_at > %s)
 ORDER BY site_id, number DESC"""
_HOURS: Final = """
SELECT date_trunc('hour', at, %s), movement, count(*) FROM sites.movement
 WHERE site_id = %s AND at >= %s AND at < %s GROUP BY 1, 2"""
_TOTALS: Final = """
SELECT site_id, movement, count(*), max(at) FROM sites.movement WHERE at >= %s AND at < %s GROUP BY 1, 2"""


def movements(cursor: Cursor, keys: Collection[Key]) -> dict[Key, SiteMovementReported]:
    """Those of the movements that are known."""
    if not keys:
        return {}
    cursor.execute(_MOVEMENTS + _AMONG, _columns(keys))
    found = [_movement(row) for row in cursor]
    return {(each.site_id, each.reported_by, each.event_id): each for each in found}


def recent_movements(
    cursor: Cursor, site_id: str, since: datetime, until: datetime, most: int
) -> list[SiteMovementReported]:
    """The latest movements of a period, newest first."""
    where = " WHERE site_id = %s AND at >= %s AND at < %s ORDER BY at DESC, event_id LIMIT %s"
    cursor.execute(_MOVEMENTS + where, (site_id, since, until, most))
    return [_movement(row) for row in cursor]


def add_movements(cursor: Cursor, reports: Sequence[SiteMovementReported]) -> None:
    """Write new ones."""
    cursor.executemany(
        _ADD_MOVEMENT,
        [(r.site_id, r.reported_by, r.event_id, r.movement.value, r.at, r.plan_id, r.aircraft) for r in reports],
    )


def statuses(cursor: Cursor, keys: Collection[Key]) -> dict[Key, KnownStatus]:
    """Those of the statuses that are known."""
    if not keys:
        return {}
    cursor.execute(_STATUSES + _AMONG, _columns(keys))
    found = [_status(row) for row in cursor]
    return {(each.report.site_id, each.report.reported_by, each.report.event_id): each for each in found}


def latest_statuses(cursor: Cursor, site_id: str, most: int) -> list[KnownStatus]:
    """What was last said of how a site stands, newest first."""
    cursor.execute(_STATUSES + " WHERE site_id = %s ORDER BY number DESC LIMIT %s", (site_id, most))
    return [_status(row) for row in cursor]


def statuses_at(cursor: Cursor, site_ids: Collection[str], at: datetime) -> dict[str, KnownStatus]:
    """How each of the sites stands at an instant, where anything is said of it."""
    if not site_ids:
        return {}
    cursor.execute(_AT, (list(site_ids), at, at))
    return {row[0]: _status(row) for row in cursor}


def last_numbers(cursor: Cursor, site_ids: Collection[str]) -> dict[str, int]:
    """The highest number of a status of each site."""
    cursor.execute(_LAST_NUMBERS, (list(site_ids),))
    return dict(cursor.fetchall())


def add_statuses(cursor: Cursor, known: Sequence[KnownStatus], now: datetime) -> None:
    """Write new ones; their sites are locked."""
    rows = [
        (r.site_id, k.number, r.reported_by, r.event_id, r.status.value, r.starts_at, r.ends_at, r.reason, now)
        for k in known
        for r in [k.report]
    ]
    cursor.executemany(_ADD_STATUS, rows)


def by_hour(
    cursor: Cursor, site_id: str, since: datetime, until: datetime, timezone: ZoneInfo
) -> dict[tuple[datetime, Movement], int]:
    """How much moved, by the city's hour and kind."""
    cursor.execute(_HOURS, (timezone.key, site_id, since, until))
    return {(at, Movement(movement)): count for at, movement, count in cursor}


def totals(cursor: Cursor, since: datetime, until: datetime) -> dict[str, dict[Movement, tuple[int, datetime]]]:
    """How much moved at each site in a period, by kind, and when last."""
    cursor.execute(_TOTALS, (since, until))
    found: dict[str, dict[Movement, tuple[int, datetime]]] = {}
    for site_id, movement, count, last_at in cursor:
        found.setdefault(site_id, {})[Movement(movement)] = (count, last_at)
    return found


def _columns(keys: Collection[Key]) -> tuple[list[str], list[str], list[str]]:
    rows = list(keys)
    return [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]


def _movement(row: Sequence[Any]) -> SiteMovementReported:
    site_id, event_id, movement, at, plan_id, aircraft, reported_by = row
    return SiteMovementReported(
        site_id=site_id,
        event_id=event_id,
        movement=Movement(movement),
        at=at,
        plan_id=plan_id,
        aircraft=aircraft,
        reported_by=reported_by,
    )


def _status(row: Sequence[Any]) -> KnownStatus:
    site_id, number, event_id, status, starts_at, ends_at, reason, reported_by = row
    report = SiteStatusReported(
        site_id=site_id,
        event_id=event_id,
        status=SiteStatus(status),
        starts_at=starts_at,
        ends_at=ends_at,
        reason=reason,
        reported_by=reported_by,
    )
    return KnownStatus(number, report)
