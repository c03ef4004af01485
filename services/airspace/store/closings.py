"""When sites are closed or out of use, as they were told of in order, for as long as it matters to anyone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import psycopg

from services.airspace.domain.closures import Closure, Stated, closures
from shared.contracts.assessment import FindingCode
from shared.contracts.sites import SiteRegistered, SiteStateChanged, SiteStatus, SiteStatusChanged, SiteUpdated
from shared.flight.records import FOREVER_US, to_us

NOW: Final = 2**62  # after every position of the journal
_SAVE: Final = """
INSERT INTO airspace.closing (site_id, number, status, starts_at, ends_at, reason, known_after)
VALUES (%s, %s, %s, %s, %s, %s, (SELECT coalesce(max(position), 0) FROM airspace.journal))
ON CONFLICT DO NOTHING RETURNING number"""
_SUSPEND: Final = """
INSERT INTO airspace.suspension (site_id, revision, out_of_use, starts_at, reason, known_after)
SELECT %(site_id)s, %(revision)s, %(out_of_use)s, %(starts_at)s, %(reason)s,
    (SELECT coalesce(max(position), 0) FROM airspace.journal)
 WHERE %(out_of_use)s <> coalesce((SELECT out_of_use FROM airspace.suspension
     WHERE site_id = %(site_id)s ORDER BY revision DESC LIMIT 1), false)
RETURNING revision"""
# a word without an end hides whatever was said before it, from its beginning on; out of use is out of use whatever
# is said of the day
_STATED: Final = """
SELECT site_id, number, status, starts_at, ends_at, reason FROM airspace.closing c
 WHERE site_id = ANY(%(ids)s) AND known_after < %(before)s AND (ends_at IS NULL OR ends_at > %(since)s)
   AND number >= coalesce((SELECT max(number) FROM airspace.closing last WHERE last.site_id = c.site_id
     AND last.known_after < %(before)s AND last.ends_at IS NULL AND last.starts_at <= %(since)s), 0)
UNION ALL
SELECT site_id, revision, NULL, starts_at, ends_at, reason FROM (
    SELECT *, lead(starts_at) OVER (PARTITION BY site_id ORDER BY revision) AS ends_at FROM airspace.suspension
     WHERE site_id = ANY(%(ids)s) AND known_after < %(before)s) s
 WHERE out_of_use AND (ends_at IS NULL OR ends_at > greatest(starts_at, %(since)s))
 ORDER BY site_id, number"""


def save_status(cursor: "psycopg.Cursor[Any]", told: SiteStatusChanged) -> bool:
    """Keep it; False where it is known already."""
    row = (told.site_id, told.number, told.status.value, told.starts_at, told.ends_at, told.reason)
    return cursor.execute(_SAVE, row).fetchone() is not None


def save_use(cursor: "psycopg.Cursor[Any]", told: SiteRegistered | SiteUpdated | SiteStateChanged) -> bool:
    """Keep whether the site is out of use; False where that is nothing new."""
    row = {
        "site_id": told.site_id,
        "revision": told.revision,
        "out_of_use": told.state.is_out_of_use,
        "starts_at": told.effective_at,
        "reason": told.reason if isinstance(told, SiteStateChanged) else "",
    }
    return cursor.execute(_SUSPEND, row).fetchone() is not None


def lost_now(cursor: "psycopg.Cursor[Any]", site_ids: Sequence[str], now: datetime) -> dict[str, Closure]:
    """Of the sites that are out of use now: since when, and why."""
    found = closures_of(cursor, site_ids, now, NOW) if site_ids else {}
    return {
        site_id: closure
        for site_id, closures in found.items()
        for closure in closures
        if closure.code is FindingCode.SITE_OUT_OF_USE and closure.start_us <= to_us(now) < closure.end_us
    }


def closures_of(
    cursor: "psycopg.Cursor[Any]", site_ids: Sequence[str], since: datetime, before: int
) -> dict[str, tuple[Closure, ...]]:
    """When those of the sites that close do so from an instant on, as known at a position of the journal."""
    cursor.execute(_STATED, {"ids": list(site_ids), "since": since, "before": before})
    suspended: dict[str, list[Closure]] = {}
    stated: dict[str, list[Stated]] = {}
    for site_id, number, status, starts_at, ends_at, reason in cursor:
        start_us, end_us = to_us(starts_at), FOREVER_US if ends_at is None else to_us(ends_at)
        if status is None:
            out_of_use = Closure(start_us, end_us, FindingCode.SITE_OUT_OF_USE, reason)
            suspended.setdefault(site_id, []).append(out_of_use)
        else:
            stated.setdefault(site_id, []).append(Stated(number, SiteStatus(status), start_us, end_us, reason))
    return {
        site_id: (*suspended.get(site_id, ()), *closures(stated.get(site_id, ())))
        for site_id in suspended.keys() | stated.keys()
    }
