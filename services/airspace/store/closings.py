"""How sites stand for the day, as they were told of in order, for as long as it matters to anyone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import psycopg

from services.airspace.domain.closures import Closure, Stated, closures
from shared.contracts.sites import SiteStatus, SiteStatusChanged
from shared.flight.records import FOREVER_US, to_us

_SAVE: Final = """
INSERT INTO airspace.closing (site_id, number, status, starts_at, ends_at, reason, known_after)
VALUES (%s, %s, %s, %s, %s, %s, (SELECT coalesce(max(position), 0) FROM airspace.journal))
ON CONFLICT DO NOTHING RETURNING number"""
# a word without an end hides whatever was said before it, from its beginning on
_STATED: Final = """
SELECT site_id, number, status, starts_at, ends_at, reason FROM airspace.closing c
 WHERE site_id = ANY(%s) AND known_after < %s AND (ends_at IS NULL OR ends_at > %s)
   AND number >= coalesce((SELECT max(number) FROM airspace.closing last WHERE last.site_id = c.site_id
                             AND last.known_after < %s AND last.ends_at IS NULL AND last.starts_at <= %s), 0)
 ORDER BY site_id, number"""


def save_status(cursor: "psycopg.Cursor[Any]", told: SiteStatusChanged) -> bool:
    """Keep it; False where it is known already."""
    row = (told.site_id, told.number, told.status.value, told.starts_at, told.ends_at, told.reason)
    return cursor.execute(_SAVE, row).fetchone() is not None


def closures_of(
    cursor: "psycopg.Cursor[Any]", site_ids: Sequence[str], since: datetime, before: int
) -> dict[str, tuple[Closure, ...]]:
    """When those of the sites that close do so from an instant on, as known at a position of the journal."""
    cursor.execute(_STATED, (list(site_ids), before, since, before, since))
    stated: dict[str, list[Stated]] = {}
    for site_id, number, status, starts_at, ends_at, reason in cursor:
        end_us = FOREVER_US if ends_at is None else to_us(ends_at)
        stated.setdefault(site_id, []).append(Stated(number, SiteStatus(status), to_us(starts_at), end_us, reason))
    return {site_id: closures(some) for site_id, some in stated.items()}
