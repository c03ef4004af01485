"""Local copies of the routes that flightplan owns: what counting asks of them."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from services.sites.store.tables import route
from shared.frame import Transaction


def file(tx: Transaction, row: dict[str, Any]) -> None:
    """Write a route as it was filed; an older revision changes nothing. The class that was ruled stays."""
    statement = insert(route).values(row)
    kept = {name: statement.excluded[name] for name in row if name != "route_id"}
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=[route.c.route_id], set_=kept, where=route.c.revision <= statement.excluded.revision
        )
    )


def change(tx: Transaction, route_id: str, revision: int, values: dict[str, Any]) -> None:
    """Change what is known of a revision that is not out of date."""
    tx.execute(sa.update(route).where(route.c.route_id == route_id, route.c.revision <= revision).values(values))


def point(lng: float | None, lat: float | None) -> str | None:
    """A position as PostGIS takes it."""
    return None if lng is None or lat is None else f"SRID=4326;POINT({lng!r} {lat!r})"


def redistrict(tx: Transaction) -> None:
    """Derive the districts of all ends again, after the boundaries changed."""
    for end in ("origin", "destination"):
        tx.execute(
            sa.text(
                f"UPDATE sites.route SET {end}_district = coalesce((SELECT adcode FROM sites.district"  # noqa: S608
                f" WHERE ST_Covers(polygon, route.{end}) ORDER BY adcode LIMIT 1), '')"
            )
        )


def select_all(connection: sa.Connection) -> Sequence[sa.RowMapping]:
    """Every route with the state and district of the sites at its ends, by id."""
    return connection.execute(_COUNTED).mappings().all()


_COUNTED = sa.text("""
SELECT r.route_id, r.operator, r.name, r.unit, r.scenario, r.demo, r.state, r.standing, r.obstacle, r.route_class,
       r.origin_site_id, o.state AS origin_state, coalesce(o.district, r.origin_district) AS origin_district,
       r.destination_site_id, d.state AS destination_state,
       coalesce(d.district, r.destination_district) AS destination_district
  FROM sites.route r
  LEFT JOIN sites.site o ON o.site_id = r.origin_site_id
  LEFT JOIN sites.site d ON d.site_id = r.destination_site_id
 ORDER BY r.route_id
""")
