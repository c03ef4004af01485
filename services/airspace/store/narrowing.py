"""Which plans may be near: too many, never too few. The exact question is the domain's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import numpy as np
import psycopg

from services.airspace.domain.subjects import Reservation
from services.airspace.domain.terminals import PAD_HELD_US
from services.airspace.store.arrays import Array, Parameter, copy_arrays, uuids
from services.airspace.store.keys import ALWAYS_KEY, Boxes, Cells, asked, boxes_of, day_key, entered
from services.airspace.store.pads import pad_boxes, with_pads
from services.airspace.store.reservations import Known
from services.airspace.store.shapes import Box
from services.airspace.store.zones import ZONES_LOCK
from shared.flight import FlightVolumes
from shared.flight.records import to_us

_PRUNED_AT_ONCE: Final = 50_000
_PADS: Final = timedelta(microseconds=2 * PAD_HELD_US)  # both may hold pads so much longer than their volumes

# With statistics that are old or missing the planner would hash or merge the whole key index (one plan took 5 s), and
# would keep a plan made while the tables were empty. By index the kept plan is the right one, however full they are.
_BY_INDEX = """set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
    set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true)"""
_SHARE_ZONES = f"SELECT pg_advisory_xact_lock_shared(%s), {_BY_INDEX}"
NARROW: Final = """
SELECT r.plan_id, r.revision, r.operator, r.priority, r.crewed, r.volumes, r.active FROM (
    SELECT DISTINCT near.plan_id
    FROM unnest(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
      AS l (low, high, west, south, east, north, lower_m, upper_m, reference, start_us, end_us),
    LATERAL (
        SELECT k.plan_id FROM airspace.reservation_key k
        WHERE k.key BETWEEN l.low AND l.high
          AND k.west <= l.east AND k.east >= l.west AND k.south <= l.north AND k.north >= l.south
          AND k.start_us < l.end_us AND k.end_us > l.start_us
          AND (k.reference <> l.reference OR k.reference < 0 OR (k.lower_m <= l.upper_m AND k.upper_m >= l.lower_m))
        OFFSET 0
    ) near
) found, LATERAL (
    SELECT * FROM airspace.reservation h WHERE h.plan_id = found.plan_id OFFSET 0
) r
WHERE r.state = 'held'"""
_WIDE = """
SELECT r.plan_id, r.revision, r.operator, r.priority, r.crewed, r.volumes, r.active FROM airspace.reservation r
WHERE r.state = 'held' AND r.box && ST_MakeEnvelope(%s, %s, %s, %s, 4326) AND r.starts_at < %s AND r.ends_at > %s"""
_TOUCHED = """
SELECT DISTINCT near.plan_id
FROM unnest(%s, %s, %s, %s, %s, %s, %s) AS z (west, south, east, north, starts_s, ends_s, zones_version),
LATERAL (
    SELECT r.plan_id FROM airspace.reservation r
    WHERE r.state <> 'free' AND r.box && ST_MakeEnvelope(z.west, z.south, z.east, z.north, 4326)
      AND r.starts_at < to_timestamp(z.ends_s) AND r.ends_at > to_timestamp(z.starts_s)
      AND r.zones_version < z.zones_version AND r.ends_at > %s AND (%s::text IS NULL OR r.operator = %s)
    OFFSET 0
) near
ORDER BY near.plan_id"""
_PRUNE = """DELETE FROM airspace.reservation_key WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM airspace.reservation_key WHERE key < %s ORDER BY key LIMIT %s))"""
_PRUNE_LONG = "DELETE FROM airspace.reservation_key WHERE key >= %s AND end_us < %s"


@dataclass(frozen=True, slots=True)
class Extent:
    """Where and when something counts; only plans decided before `zones_version` have not met it."""

    box: Box
    starts_at: datetime | None
    ends_at: datetime | None
    zones_version: int


def share_zones(cursor: "psycopg.Cursor[Any]") -> None:
    """The first thing of a decision: no publication changes what is read after this, until the transaction ends."""
    cursor.execute(_SHARE_ZONES, (ZONES_LOCK,))


def prefer_indexes(cursor: "psycopg.Cursor[Any]") -> None:
    """Plan the rest of the transaction by index, for questions outside the decider."""
    cursor.execute(f"SELECT {_BY_INDEX}")


def narrow(cursor: "psycopg.Cursor[Any]", flights: Sequence[FlightVolumes]) -> dict[UUID, Reservation]:
    """Every plan that holds airspace, or a pad of a site, which may be near one of the flights."""
    if not flights:
        return {}
    ranges, wide = asked(with_pads(boxes_of(flights), flights))
    found = _in_ranges(cursor, ranges)
    for index in wide:
        window = flights[index].window
        cursor.execute(_WIDE, (*flights[index].bounds, window.end + _PADS, window.start - _PADS), binary=True)
        found |= {row[0]: _reservation(row) for row in cursor}
    return found


def narrow_pads(
    cursor: "psycopg.Cursor[Any]", flights: Sequence[FlightVolumes], spare_us: int
) -> dict[UUID, Reservation]:
    """Every plan that may hold a pad where the flights do, with so much time to spare before and after."""
    boxes = pad_boxes(boxes_of(flights), flights, spare_us) if flights else None
    return {} if boxes is None else _in_ranges(cursor, asked(boxes)[0])


def _in_ranges(cursor: "psycopg.Cursor[Any]", ranges: Cells) -> dict[UUID, Reservation]:
    if not len(ranges.low):
        return {}
    columns = (ranges.low, ranges.high, *bounds(ranges.boxes).values())
    cursor.execute(NARROW, [Parameter(values) for values in columns], binary=True)
    return {row[0]: _reservation(row) for row in cursor}


def find_touched(
    cursor: "psycopg.Cursor[Any]", extents: Sequence[Extent], *, now: datetime, operator: str | None = None
) -> list[UUID]:
    """Plans not over that may lie in one of the extents; all, or one operator's."""
    sides = np.array([extent.box for extent in extents], np.float64).T
    starts = np.array([extent.starts_at.timestamp() if extent.starts_at else -np.inf for extent in extents])
    ends = np.array([extent.ends_at.timestamp() if extent.ends_at else np.inf for extent in extents])
    versions = np.array([extent.zones_version for extent in extents], np.int64)
    parameters = [Parameter(values) for values in (*sides, starts, ends, versions)]
    cursor.execute(_TOUCHED, (*parameters, now, operator, operator), prepare=False)
    return [plan_id for (plan_id,) in cursor]


def enter_keys(cursor: "psycopg.Cursor[Any]", plans: Sequence[Known]) -> None:
    """Make the volumes of the plans findable. Keys of what is given up are left: they only narrow, and expire."""
    if not plans:
        return
    flights = [plan.volumes for plan in plans]
    cells = entered(with_pads(boxes_of(flights), flights))
    ids = uuids([plan.plan_id for plan in plans])[cells.boxes.plan]
    copy_arrays(cursor, "airspace.reservation_key", {"key": cells.low, "plan_id": ids, **bounds(cells.boxes)})


def prune_keys(cursor: "psycopg.Cursor[Any]", over: datetime) -> int:
    """Delete some keys of days before; returns how many. Nobody waits: no decision reads those days."""
    over_us = to_us(over)
    cursor.execute(_PRUNE_LONG, (ALWAYS_KEY, over_us))
    cursor.execute(_PRUNE, (day_key(over_us), _PRUNED_AT_ONCE))
    return cursor.rowcount


def bounds(boxes: Boxes) -> dict[str, Array]:
    """The boxes as columns, in the order that the table and the look-up have them."""
    return {
        "west": boxes.west,
        "south": boxes.south,
        "east": boxes.east,
        "north": boxes.north,
        "lower_m": boxes.lower_m,
        "upper_m": boxes.upper_m,
        "reference": boxes.reference.astype(np.int16),
        "start_us": boxes.start_us,
        "end_us": boxes.end_us,
    }


def _reservation(row: Sequence[Any]) -> Reservation:
    plan_id, revision, operator, priority, crewed, volumes, active = row
    return Reservation(
        plan_id=plan_id,
        revision=revision,
        operator=operator,
        priority=priority,
        crewed=crewed,
        volumes=FlightVolumes.from_bytes(volumes),
        active=active,
    )
