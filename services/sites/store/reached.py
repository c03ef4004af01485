"""Coverage by sites that are given rather than registered: those of a past month."""

from collections.abc import Sequence

import sqlalchemy as sa

from services.sites.domain.coverage import DistrictCoverage

_REACHED = sa.text("""
WITH reached AS (
    SELECT DISTINCT d.point_id
      FROM unnest(CAST(:lngs AS float8[]), CAST(:lats AS float8[]), CAST(:radii AS float8[])) AS s (lng, lat, radius_m)
      JOIN sites.demand_point d
        ON d.layer = 'population'
       AND ST_DWithin(d.position, CAST(ST_SetSRID(ST_Point(s.lng, s.lat), 4326) AS geography), s.radius_m))
SELECT d.adcode, sum(d.population) AS population, coalesce(sum(d.population) FILTER (WHERE r.point_id IS NOT NULL), 0)
  FROM sites.demand_point d LEFT JOIN reached r USING (point_id)
 WHERE d.layer = 'population' GROUP BY d.adcode ORDER BY d.adcode
""")


def coverage(connection: sa.Connection, sites: Sequence[tuple[float, float, float]]) -> list[DistrictCoverage]:
    """People within reach of sites given as longitude, latitude and radius in metres, by district."""
    lngs, lats, radii = [list(column) for column in zip(*sites, strict=True)] if sites else ([], [], [])
    rows = connection.execute(_REACHED, {"lngs": lngs, "lats": lats, "radii": radii})
    return [DistrictCoverage(adcode=adcode, population=people, served=served) for adcode, people, served in rows]
