"""The city in PostGIS: districts and demand points, filled from the profile; positions to districts."""

from collections.abc import Sequence

import sqlalchemy as sa
from geoalchemy2.shape import from_shape

from services.sites.store.tables import city_version, district
from shared.city import District
from shared.frame import Transaction

Position = tuple[float, float]

_DISTRICTS_OF = sa.text("""
SELECT coalesce((SELECT adcode FROM sites.district
                  WHERE ST_Covers(polygon, ST_SetSRID(ST_Point(p.lng, p.lat), 4326)) ORDER BY adcode LIMIT 1), '')
  FROM unnest(CAST(:lngs AS float8[]), CAST(:lats AS float8[])) WITH ORDINALITY AS p(lng, lat, place)
 ORDER BY p.place
""")


def lock_city(tx: Transaction) -> str | None:
    """The version the tables were filled from, None for never; held against other processes until the commit."""
    tx.execute(sa.text("SELECT pg_advisory_xact_lock(hashtextextended('sites.city', 0))"))
    version: str | None = tx.execute(sa.select(city_version.c.version)).scalar_one_or_none()
    return version


def version(connection: sa.Connection) -> str | None:
    """The version of the city's files that the tables were filled from."""
    found: str | None = connection.execute(sa.select(city_version.c.version)).scalar_one_or_none()
    return found


def replace_city(tx: Transaction, version: str, districts: Sequence[District]) -> None:
    """Fill the tables anew."""
    for table in (district, city_version):
        tx.execute(sa.delete(table))
    tx.execute(sa.insert(city_version), {"only": True, "version": version})
    tx.execute(sa.insert(district), [_district_row(each) for each in districts])


def _district_row(each: District) -> dict[str, object]:
    return {
        "adcode": each.adcode,
        "name_zh": each.name.zh,
        "name_en": each.name.en,
        "population": each.population,
        "polygon": from_shape(each.polygon, srid=4326),
    }


def districts_of(connection: sa.Connection, positions: Sequence[Position]) -> list[str]:
    """The district (adcode) of each position, empty outside the city; on a shared edge the first by adcode."""
    if not positions:
        return []
    lngs, lats = [list(column) for column in zip(*positions, strict=True)]
    return list(connection.execute(_DISTRICTS_OF, {"lngs": lngs, "lats": lats}).scalars())
