"""Which demand points lie within the service radius of a site in use, asked of PostGIS on the ellipsoid."""

from collections.abc import Sequence

import sqlalchemy as sa

from services.sites.domain.coverage import DistrictCoverage
from services.sites.store.tables import event_log, site
from shared.contracts.sites import SiteKind, SiteState

# The inner question stops at the first site found. The widest radius narrows by the index, each site's own decides.
# Without statistics (sites just imported) the planner takes a scan of all sites for each point: 18 s instead of 0.5.
_BY_INDEX = sa.text("SET LOCAL enable_seqscan = off")
_SERVED = sa.text("""
SELECT d.adcode, sum(d.population) AS population, coalesce(sum(d.population) FILTER (WHERE EXISTS (
         SELECT FROM sites.site s
          WHERE s.state = 'commissioned' AND (CAST(:kind AS text) IS NULL OR s.kind = :kind)
            AND ST_DWithin(CAST(s.position AS geography), d.position, :widest_m)
            AND ST_DWithin(CAST(s.position AS geography), d.position,
                           coalesce(CAST(:radius_m AS float8), s.service_radius_m, :usual_m)))), 0) AS served
  FROM sites.demand_point d GROUP BY d.adcode ORDER BY d.adcode
""")


def covered(
    connection: sa.Connection, radius_m: float | None, kind: SiteKind | None, usual_m: float
) -> tuple[Sequence[DistrictCoverage], int]:
    """People served by district, and the number of sites in use; `radius_m` stands for every site's own radius."""
    in_use = [site.c.state == SiteState.COMMISSIONED.value]
    if kind is not None:
        in_use.append(site.c.kind == kind.value)
    own = sa.func.coalesce(site.c.service_radius_m, usual_m)
    number, widest = connection.execute(sa.select(sa.func.count(), sa.func.max(own)).where(*in_use)).one()
    asked = {
        "kind": None if kind is None else kind.value,
        "radius_m": radius_m,
        "usual_m": usual_m,
        "widest_m": radius_m if radius_m is not None else (widest or usual_m),
    }
    connection.execute(_BY_INDEX)
    rows = connection.execute(_SERVED, asked).all()
    found = [DistrictCoverage(adcode=adcode, population=people, served=served) for adcode, people, served in rows]
    return found, number


def stamp(connection: sa.Connection) -> int:
    """Changes with every event of a site: the position of the last."""
    last: int | None = connection.execute(sa.select(sa.func.max(event_log.c.position))).scalar_one()
    return last or 0
