"""Layers of demand: what they are and their points."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from services.sites.domain.demand import DemandPoint, Layer, LayerSource
from services.sites.store.tables import demand_layer, demand_point
from shared.db import copy_rows
from shared.frame import Transaction

POPULATION, TOWNS = "population", "towns"  # the layers of the city's profile

_POINTS = sa.text("""
SELECT ST_X(CAST(position AS geometry)) AS lng, ST_Y(CAST(position AS geometry)) AS lat, adcode, population
  FROM sites.demand_point WHERE layer = :layer ORDER BY point_id
""")
_SETTLE_ANEW = sa.text("""
UPDATE sites.demand_point p SET adcode = coalesce(
    (SELECT adcode FROM sites.district d WHERE ST_Covers(d.polygon, CAST(p.position AS geometry))
      ORDER BY adcode LIMIT 1), '')
 WHERE layer = ANY(SELECT layer FROM sites.demand_layer WHERE source NOT IN ('census', 'towns'))
""")

_AS_OF = sa.text("""
UPDATE sites.demand_layer SET version = split_part(version, '@', 1) || '@' || :city
 WHERE source NOT IN ('census', 'towns')
""")


def version(connection: sa.Connection, layer: str) -> str | None:
    """Changes with every point of the layer; None where there is no such layer."""
    found: str | None = connection.execute(
        sa.select(demand_layer.c.version).where(demand_layer.c.layer == layer)
    ).scalar_one_or_none()
    return found


def points(connection: sa.Connection, layer: str) -> list[DemandPoint]:
    """The layer's points."""
    return [DemandPoint(*row) for row in connection.execute(_POINTS, {"layer": layer})]


def layers(connection: sa.Connection) -> list[Layer]:
    """All layers, by name."""
    rows = connection.execute(sa.select(demand_layer).order_by(demand_layer.c.layer)).mappings()
    return [Layer(**{**row, "source": LayerSource(row["source"])}) for row in rows]


def lock(tx: Transaction) -> None:
    """Layers change one after the other."""
    tx.execute(sa.text("SELECT pg_advisory_xact_lock(hashtextextended('sites.demand', 0))"))


def replace(
    tx: Transaction, layer: str, source: LayerSource, version: str, found: Sequence[DemandPoint], by: str, at: datetime
) -> Layer:
    """The layer's points are these and no others."""
    delete(tx, layer)
    values: dict[str, Any] = {
        "layer": layer,
        "source": source,
        "version": version,
        "points": len(found),
        "weight": sum(point.population for point in found),
        "imported_at": at,
        "imported_by": by,
    }
    tx.execute(sa.insert(demand_layer), {**values, "source": source.value})
    rows = (
        (layer, number, point.adcode, point.population, f"SRID=4326;POINT({point.lng!r} {point.lat!r})")
        for number, point in enumerate(found)
    )
    copy_rows(tx.cursor, "sites.demand_point", ("layer", "point_id", "adcode", "population", "position"), rows)
    tx.execute(sa.text("ANALYZE sites.demand_point"))
    return Layer(**values)


def delete(tx: Transaction, layer: str) -> bool:
    """Forget a layer; returns whether there was one."""
    tx.execute(sa.delete(demand_point).where(demand_point.c.layer == layer))
    gone = tx.execute(sa.delete(demand_layer).where(demand_layer.c.layer == layer).returning(demand_layer.c.layer))
    return gone.one_or_none() is not None


def settle_anew(tx: Transaction, city_version: str) -> None:
    """The districts have changed: which district each imported point lies in is asked again."""
    tx.execute(_SETTLE_ANEW)
    tx.execute(_AS_OF, {"city": city_version})
