"""Zones, reservations and conflicts as maps read them: flat geometries, and vector tiles made by PostGIS."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

import psycopg
import shapely
from shapely.geometry.base import BaseGeometry

from services.airspace.domain.drawing import drawn
from services.airspace.store.shapes import Box, During, halves
from shared.flight import FlightVolumes

MOST_IN_TILE: Final = 10_000  # reservations: those that end first
_ZONE_AREAS: Final = "SELECT zone_id, ST_AsBinary(area) FROM airspace.zone_2d WHERE zone_id = ANY(%s)"
_HELD: Final = """
SELECT plan_id, revision, operator, priority, crewed, starts_at, ends_at, volumes FROM airspace.reservation
WHERE state = 'held' AND ends_at > %(start)s AND starts_at <= %(end)s
  AND (%(operator)s::text IS NULL OR operator = %(operator)s) AND (%(plan)s::uuid IS NULL OR plan_id = %(plan)s)
  AND (%(west)s::geometry IS NULL OR box && %(west)s::geometry OR box && %(east)s::geometry)
  AND (%(after_ends)s::timestamptz IS NULL OR (ends_at, plan_id) > (%(after_ends)s, %(after_plan)s::uuid))
ORDER BY ends_at, plan_id LIMIT %(limit)s"""
_EXTENT: Final = """
SELECT ST_XMin(all_of), ST_YMin(all_of), ST_XMax(all_of), ST_YMax(all_of) FROM ({}) AS t (all_of)"""
_EXTENTS: Final[Mapping[str, LiteralString]] = {
    "zones": "SELECT ST_Extent(box) FROM airspace.zone WHERE state = 'in_force'",
    "reservations": """SELECT ST_Extent(box) FROM airspace.reservation
        WHERE state = 'held' AND (%(operator)s::text IS NULL OR operator = %(operator)s)""",
    "conflicts": "SELECT ST_Extent(place) FROM airspace.conflict",
}
# margin: the 64 of 4,096 units around a tile that its geometries may reach into
_ZONE_TILE: Final = """
SELECT ST_AsMVT(t, 'zones', 4096, 'geom') FROM (
    SELECT zone_id, zone_version, name, kind, restriction, binds, authority, lower_m, lower_reference, upper_m,
        upper_reference, demo, starts_at::text, ends_at::text,
        ST_AsMVTGeom(ST_Transform(area, 3857), ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4096, 64, true) AS geom
    FROM airspace.zone_2d
    WHERE box && ST_Transform(ST_TileEnvelope(%(z)s, %(x)s, %(y)s, margin => 0.015625), 4326)
) t WHERE geom IS NOT NULL"""
_CONFLICT_TILE: Final = """
SELECT ST_AsMVT(t, 'conflicts', 4096, 'geom') FROM (
    SELECT plan_id::text, revision, operator, starts_at::text, ends_at::text, decided_at::text,
        ST_AsMVTGeom(ST_Transform(place, 3857), ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4096, 64, true) AS geom
    FROM airspace.conflict WHERE ends_at > %(start)s AND starts_at <= %(end)s
      AND place && ST_Transform(ST_TileEnvelope(%(z)s, %(x)s, %(y)s, margin => 0.015625), 4326)
) t WHERE geom IS NOT NULL"""
_HELD_IN_TILE: Final = """
SELECT plan_id, revision, operator, priority, crewed, starts_at, ends_at, volumes FROM airspace.reservation
WHERE state = 'held' AND ends_at > %(start)s AND starts_at <= %(end)s
  AND (%(operator)s::text IS NULL OR operator = %(operator)s)
  AND box && ST_Transform(ST_TileEnvelope(%(z)s, %(x)s, %(y)s, margin => 0.015625), 4326)
ORDER BY ends_at, plan_id LIMIT %(limit)s"""
_RESERVATION_TILE: Final = """
SELECT ST_AsMVT(t, 'reservations', 4096, 'geom') FROM (
    SELECT r.plan_id, r.operator, r.priority, r.crewed, r.starts_at, r.ends_at,
        ST_AsMVTGeom(ST_Transform(ST_GeomFromWKB(r.way, 4326), 3857),
            ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4096, 64, true) AS geom
    FROM unnest(%(plan)s::text[], %(by)s::text[], %(priority)s::int[], %(crewed)s::bool[], %(starts)s::text[],
        %(ends)s::text[], %(way)s::bytea[]) AS r (plan_id, operator, priority, crewed, starts_at, ends_at, way)
) t WHERE geom IS NOT NULL"""


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile of WebMercatorQuad: its zoom level, column and row."""

    z: int
    x: int
    y: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A plan's reservation as a map draws it."""

    plan_id: UUID
    revision: int
    operator: str
    priority: int
    crewed: bool
    starts_at: datetime
    ends_at: datetime
    way: BaseGeometry


def zone_areas(cursor: "psycopg.Cursor[Any]", zone_ids: Sequence[str]) -> dict[str, BaseGeometry]:
    """The area of each zone in force, for drawing: a circle is a polygon of 32 sides here."""
    cursor.execute(_ZONE_AREAS, (list(zone_ids),), binary=True)
    return {zone_id: shapely.from_wkb(bytes(area)) for zone_id, area in cursor}


def extent(cursor: "psycopg.Cursor[Any]", collection: str, *, operator: str | None) -> Box | None:
    """The box round all of a collection, or of what is one operator's; None where there is nothing."""
    row = cursor.execute(_EXTENT.format(_EXTENTS[collection]), {"operator": operator}).fetchone()
    return None if row is None or row[0] is None else (row[0], row[1], row[2], row[3])


def list_held(
    cursor: "psycopg.Cursor[Any]",
    during: During,
    *,
    operator: str | None,
    within: Box | None = None,
    plan_id: UUID | None = None,
    after: tuple[datetime, UUID] | None = None,
    limit: int = 1,
) -> list[Held]:
    """Reservations at some time of the span, all or one operator's, by their ends."""
    parts = [f"SRID=4326;{shapely.box(*half).wkt}" for half in halves(within)] if within else [None]
    sides = {"west": parts[0], "east": parts[-1]}
    ends, plan = after or (None, None)
    asked = {"start": during.start, "end": during.end, "operator": operator, "plan": plan_id, "limit": limit}
    cursor.execute(_HELD, {**sides, **asked, "after_ends": ends, "after_plan": plan}, prepare=False, binary=True)
    return [_held(row) for row in cursor]


def zone_tile(cursor: "psycopg.Cursor[Any]", tile: Tile) -> bytes:
    """Zones in force as a vector tile."""
    return _made(cursor, _ZONE_TILE, _place(tile))


def conflict_tile(cursor: "psycopg.Cursor[Any]", tile: Tile, during: During) -> bytes:
    """Conflicts as a vector tile."""
    return _made(cursor, _CONFLICT_TILE, {**_place(tile), "start": during.start, "end": during.end})


def reservation_tile(cursor: "psycopg.Cursor[Any]", tile: Tile, during: During, *, operator: str | None) -> bytes:
    """Reservations, all or one operator's, as a vector tile."""
    asked = {"start": during.start, "end": during.end, "operator": operator, "limit": MOST_IN_TILE}
    cursor.execute(_HELD_IN_TILE, {**_place(tile), **asked}, prepare=False, binary=True)
    held = [_held(row) for row in cursor]
    columns = {
        "plan": [str(one.plan_id) for one in held],
        "by": [one.operator for one in held],
        "priority": [one.priority for one in held],
        "crewed": [one.crewed for one in held],
        "starts": [one.starts_at.isoformat() for one in held],
        "ends": [one.ends_at.isoformat() for one in held],
        "way": list(shapely.to_wkb([one.way for one in held])),
    }
    return _made(cursor, _RESERVATION_TILE, {**_place(tile), **columns})


def _held(row: Sequence[Any]) -> Held:
    *known, volumes = row
    names = ("plan_id", "revision", "operator", "priority", "crewed", "starts_at", "ends_at")
    return Held(**dict(zip(names, known, strict=True)), way=drawn(FlightVolumes.from_bytes(volumes)))


def _place(tile: Tile) -> dict[str, Any]:
    return {"z": tile.z, "x": tile.x, "y": tile.y}


def _made(cursor: "psycopg.Cursor[Any]", statement: LiteralString, parameters: Mapping[str, Any]) -> bytes:
    cursor.execute(statement, parameters, prepare=False, binary=True)
    row = cursor.fetchone()
    return bytes(row[0]) if row and row[0] is not None else b""
