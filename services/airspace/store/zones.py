"""Zones and their versions: published under the ZONES lock, so that no later decision can miss one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import psycopg
import shapely
import sqlalchemy as sa
from psycopg.types.json import Jsonb
from sqlalchemy.dialects.postgresql import JSONB, insert

from services.airspace.store.shapes import Box, During, element, near, polygon
from services.airspace.store.tables import zone, zone_version, zones_version
from shared.contracts.airspace import ZoneSpec
from shared.contracts.codec import decode_value, encode_value
from shared.db import copy_rows_binary
from shared.outlines import box_of, core_of
from shared.values import Identifier, Instant, Name, Text

ZONES_LOCK: Final = 0x5A4F4E45  # advisory: decisions share it, publications exclude them


class ZoneState(StrEnum):
    """Whether a zone is the word."""

    IN_FORCE = "in_force"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A zone as it stands: the latest version."""

    zone_id: Identifier
    zone_version: int
    state: ZoneState
    spec: ZoneSpec
    published_by: Name
    published_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneVersion:
    """One version a zone had, who made it and when it was the word."""

    zone_id: Identifier
    zone_version: int
    zones_version: int
    state: ZoneState
    spec: ZoneSpec
    published_by: Name
    reason: Text
    in_force_from: Instant
    in_force_to: Instant | None


def lock_for_publication(connection: sa.Connection) -> None:
    """Wait until no decision is under way, and keep the next ones waiting until this transaction ends."""
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(ZONES_LOCK)))


def raise_version(connection: sa.Connection, by: int = 1) -> int:
    """Count so many more publications; returns the number of the first of them."""
    raised = sa.update(zones_version).values(version=zones_version.c.version + by).returning(zones_version.c.version)
    return int(connection.execute(raised).scalar_one()) - by + 1


def zones_since(cursor: "psycopg.Cursor[Any]", since: int) -> tuple[int, list[tuple[int, Zone]]]:
    """The count of publications and every zone whose latest is newer than `since`, as one statement sees them.

    Each zone comes with the number of its latest publication.
    """
    cursor.execute(_SINCE, (since,), binary=True)
    rows = cursor.fetchall()
    zones = [
        (
            number,
            Zone(
                zone_id=zone_id,
                zone_version=version,
                state=ZoneState(state),
                spec=_spec(spec),
                published_by=by,
                published_at=at,
            ),
        )
        for _, number, zone_id, version, state, spec, by, at in rows
        if zone_id is not None
    ]
    return int(rows[0][0]), zones


_SINCE: Final = """
SELECT v.version, z.zones_version, z.zone_id, z.zone_version, z.state, z.spec::text, z.published_by, z.published_at
FROM airspace.zones_version v LEFT JOIN airspace.zone z ON z.zones_version > %s"""


def zones_at(cursor: "psycopg.Cursor[Any]", version: int) -> list[Zone]:
    """The zones that were in force at a count of publications."""
    cursor.execute(_AT, (version,), binary=True)
    return [
        Zone(
            zone_id=zone_id,
            zone_version=zone_version,
            state=ZoneState(state),
            spec=_spec(spec),
            published_by=by,
            published_at=at,
        )
        for zone_id, zone_version, state, spec, by, at in cursor
    ]


_AT: Final = """
SELECT * FROM (
    SELECT DISTINCT ON (zone_id) zone_id, zone_version, state, spec::text, published_by, in_force_from
    FROM airspace.zone_version WHERE zones_version <= %s ORDER BY zone_id, zones_version DESC
) latest WHERE state = 'in_force'"""


def find_zone(connection: sa.Connection, zone_id: str) -> Zone | None:
    """The zone, or None."""
    row = connection.execute(_zones().where(zone.c.zone_id == zone_id)).one_or_none()
    return _zone(row) if row else None


def find_zones(connection: sa.Connection, zone_ids: Sequence[str]) -> dict[str, Zone]:
    """Those of the zones that exist, by id."""
    rows = connection.execute(_zones().where(zone.c.zone_id == sa.any_(sa.literal(list(zone_ids), sa.ARRAY(sa.Text)))))
    return {row.zone_id: _zone(row) for row in rows}


def list_zones(
    connection: sa.Connection,
    *,
    state: ZoneState | None,
    within: Box | None,
    during: During | None,
    after: str | None,
    limit: int,
) -> list[Zone]:
    """Zones in the order of their ids: by state, box, and the time their period meets; schedules are not asked."""
    query = _zones().order_by(zone.c.zone_id).limit(limit)
    if state:
        query = query.where(zone.c.state == state)
    if within:
        query = query.where(near(zone.c.box, within))
    if during:
        query = query.where(sa.or_(zone.c.starts_at.is_(None), zone.c.starts_at <= during.end))
        query = query.where(sa.or_(zone.c.ends_at.is_(None), zone.c.ends_at > during.start))
    if after:
        query = query.where(zone.c.zone_id > after)
    return [_zone(row) for row in connection.execute(query)]


def list_versions(connection: sa.Connection, zone_id: str) -> list[ZoneVersion]:
    """All versions of a zone, the oldest first."""
    columns = [c for c in zone_version.c if c.name != "spec"]
    query = sa.select(*columns, sa.cast(zone_version.c.spec, sa.Text).label("spec"))
    rows = connection.execute(query.where(zone_version.c.zone_id == zone_id).order_by(zone_version.c.zone_version))
    return [ZoneVersion(**{**row._mapping, "spec": _spec(row.spec), "state": ZoneState(row.state)}) for row in rows]


def save_zones(connection: sa.Connection, news: Sequence[Zone], *, counted: int, reason: str = "") -> None:
    """Make each its zone's latest version, counted as `counted`, `counted + 1`, ...; versions before them end here."""
    if not news:
        return
    rows = [_row(new, counted + index, reason) for index, new in enumerate(news)]
    spec = sa.cast(sa.bindparam("spec_text", type_=sa.Text), JSONB)
    inserted = insert(zone).values({**{name: sa.bindparam(name) for name in _ZONE_COLUMNS}, "spec": spec})
    updated = {name: inserted.excluded[name] for name in (*_ZONE_COLUMNS, "spec")}
    connection.execute(inserted.on_conflict_do_update(index_elements=["zone_id"], set_=updated), rows)
    former = sa.and_(
        zone_version.c.zone_id == sa.bindparam("of_zone"), zone_version.c.zone_version == sa.bindparam("former")
    )
    ended = sa.update(zone_version).where(former).values(in_force_to=sa.bindparam("ended_at"))
    # only its own parameters: SQLAlchemy would take any other that is named like a column for a value to set
    connection.execute(ended, [{name: row[name] for name in ("of_zone", "former", "ended_at")} for row in rows])
    versions: dict[str, Any] = {name: sa.bindparam(name) for name in _VERSION_COLUMNS}
    connection.execute(insert(zone_version).values({**versions, "spec": spec}), rows)


_ZONE_COLUMNS: Final = (
    "zone_id", "zone_version", "zones_version", "state", "core", "box",
    "starts_at", "ends_at", "published_by", "published_at",
)  # fmt: skip
_VERSION_COLUMNS: Final = (
    "zone_id", "zone_version", "zones_version", "state", "published_by", "reason", "in_force_from", "in_force_to",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Staged:
    """A zone prepared to be put in force: all that needs no lock is done."""

    zone_id: str
    spec: ZoneSpec
    spec_json: bytes
    core: bytes  # WKB
    box: Box


def staged(zone_id: str, spec: ZoneSpec) -> Staged:
    """The zone with its shapes and its document."""
    core = shapely.to_wkb(core_of(spec.outline)[0])
    return Staged(zone_id, spec, encode_value(spec), core, box_of(spec.outline))


_STAGED: Final = ("number", "zone_id", "spec", "core", "west", "south", "east", "north", "starts_at", "ends_at")
_STAGED_TYPES: Final = (
    "int4", "text", "jsonb", "bytea", "float8", "float8", "float8", "float8", "timestamptz", "timestamptz",
)  # fmt: skip
_STAGE: Final = """CREATE TEMP TABLE IF NOT EXISTS staged_zone (number int, zone_id text, spec jsonb, core bytea,
    west float8, south float8, east float8, north float8, starts_at timestamptz, ends_at timestamptz)
    ON COMMIT DELETE ROWS"""
_PUT: Final = """
INSERT INTO airspace.zone (zone_id, zone_version, zones_version, state, spec, core, box, starts_at, ends_at,
    published_by, published_at)
SELECT s.zone_id, coalesce(z.zone_version, 0) + 1, %s + s.number, 'in_force', s.spec, ST_GeomFromWKB(s.core, 4326),
    ST_MakeEnvelope(s.west, s.south, s.east, s.north, 4326), s.starts_at, s.ends_at, %s, %s
FROM staged_zone s LEFT JOIN airspace.zone z USING (zone_id)
ON CONFLICT (zone_id) DO UPDATE SET zone_version = excluded.zone_version, zones_version = excluded.zones_version,
    state = excluded.state, spec = excluded.spec, core = excluded.core, box = excluded.box,
    starts_at = excluded.starts_at, ends_at = excluded.ends_at, published_by = excluded.published_by,
    published_at = excluded.published_at"""
_END_FORMER: Final = """
UPDATE airspace.zone_version v SET in_force_to = z.published_at FROM staged_zone s JOIN airspace.zone z USING (zone_id)
WHERE v.zone_id = z.zone_id AND v.zone_version = z.zone_version - 1 AND v.in_force_to IS NULL"""
_PUT_VERSIONS: Final = """
INSERT INTO airspace.zone_version (zone_id, zone_version, zones_version, state, spec, published_by, in_force_from)
SELECT z.zone_id, z.zone_version, z.zones_version, z.state, z.spec, z.published_by, z.published_at
FROM staged_zone s JOIN airspace.zone z USING (zone_id)"""
_VERSIONS: Final = "SELECT zone_id, zone_version FROM airspace.zone WHERE zone_id = ANY(%s)"


def stage_zones(cursor: "psycopg.Cursor[Any]", zones: Sequence[Staged]) -> None:
    """Bring the zones to the database, where only this transaction sees them; in place of any brought before."""
    cursor.execute(_STAGE)
    cursor.execute("TRUNCATE staged_zone")
    rows = (
        (
            number, one.zone_id, Jsonb(one.spec_json, dumps=bytes), one.core, *one.box,
            one.spec.starts_at, one.spec.ends_at,
        )
        for number, one in enumerate(zones)
    )  # fmt: skip
    copy_rows_binary(cursor, "staged_zone", _STAGED, _STAGED_TYPES, rows)


def moved_on(cursor: "psycopg.Cursor[Any]", zone_ids: Sequence[str], seen: Mapping[str, int]) -> list[str]:
    """Those of the zones that are not at the version seen, or were not there."""
    cursor.execute(_VERSIONS, (list(zone_ids),), binary=True)
    return [zone_id for zone_id, version in cursor if seen.get(zone_id) != version]


def put_staged_zones(cursor: "psycopg.Cursor[Any]", *, by: str, at: datetime, counted: int) -> None:
    """Make each staged zone the latest version of its id, counted from `counted` on; versions before end here."""
    cursor.execute(_PUT, (counted, by, at))
    cursor.execute(_END_FORMER)
    cursor.execute(_PUT_VERSIONS)


def _row(new: Zone, counted: int, reason: str) -> Mapping[str, Any]:
    return {
        "zone_id": new.zone_id,
        "of_zone": new.zone_id,
        "zone_version": new.zone_version,
        "former": new.zone_version - 1,
        "zones_version": counted,
        "state": new.state,
        "spec_text": encode_value(new.spec).decode(),
        "core": element(core_of(new.spec.outline)[0]),
        "box": polygon(box_of(new.spec.outline)),
        "starts_at": new.spec.starts_at,
        "ends_at": new.spec.ends_at,
        "published_by": new.published_by,
        "published_at": new.published_at,
        "ended_at": new.published_at,
        "reason": reason,
        "in_force_from": new.published_at,
        # a withdrawal ends the version before it and is itself never in force
        "in_force_to": new.published_at if new.state is ZoneState.WITHDRAWN else None,
    }


def _zones() -> sa.Select[Any]:
    columns = (zone.c.zone_id, zone.c.zone_version, zone.c.state, zone.c.published_by, zone.c.published_at)
    return sa.select(*columns, sa.cast(zone.c.spec, sa.Text).label("spec"))


def _zone(row: sa.Row[Any]) -> Zone:
    return Zone(
        zone_id=row.zone_id,
        zone_version=row.zone_version,
        state=ZoneState(row.state),
        spec=_spec(row.spec),
        published_by=row.published_by,
        published_at=row.published_at,
    )


def _spec(text: str) -> ZoneSpec:
    spec: ZoneSpec = decode_value(ZoneSpec, text.encode())
    return spec
