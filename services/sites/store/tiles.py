"""Cells of coverage as Mapbox vector tiles, made by PostGIS."""

import math
from dataclasses import dataclass

import sqlalchemy as sa

from services.sites.domain.coverage import Cells
from services.sites.domain.errors import NoSuchTile

_TILE = sa.text("""
WITH cell AS (
    SELECT people, served_1, served_2, served_3,
           ST_AsMVTGeom(ST_Transform(ST_MakeEnvelope(west, south, east, north, 4326), 3857),
                        ST_TileEnvelope(:z, :x, :y)) AS geom
      FROM unnest(CAST(:west AS float8[]), CAST(:south AS float8[]), CAST(:east AS float8[]), CAST(:north AS float8[]),
                  CAST(:people AS float8[]), CAST(:served_1 AS float8[]), CAST(:served_2 AS float8[]),
                  CAST(:served_3 AS float8[]))
        AS given (west, south, east, north, people, served_1, served_2, served_3))
SELECT ST_AsMVT(cell, 'coverage') FROM cell WHERE geom IS NOT NULL
""")


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile of the web's map, and its box in degrees: west, south, east, north."""

    z: int
    x: int
    y: int
    box: tuple[float, float, float, float]

    @staticmethod
    def of(z: int, x: int, y: int) -> "Tile":
        """The tile. Raises NoSuchTile."""
        side = 2**z
        if x >= side or y >= side:
            raise NoSuchTile(z, x, y)
        west, east = (360 * column / side - 180 for column in (x, x + 1))
        return Tile(z, x, y, (west, _latitude((y + 1) / side), east, _latitude(y / side)))


def _latitude(share: float) -> float:
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * share))))


def coverage_tile(connection: sa.Connection, tile: Tile, cells: Cells) -> bytes:
    """The cells as the layer `coverage` of the tile."""
    columns = (*cells.boxes.T, cells.population, *cells.served.T)
    names = ("west", "south", "east", "north", "people", "served_1", "served_2", "served_3")
    values = {name: column.tolist() for name, column in zip(names, columns, strict=True)}
    asked = {"z": tile.z, "x": tile.x, "y": tile.y, **values}
    return bytes(connection.execute(_TILE, asked).scalar_one())
