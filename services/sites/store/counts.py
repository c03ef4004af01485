"""What counting asks of every site: the few fields it needs, not the whole register."""

from collections.abc import Sequence

import sqlalchemy as sa

_SITES = sa.text("""
SELECT site_id, spec ->> 'name' AS name, kind, state, district, spec ->> 'unit' AS unit,
       (spec ->> 'demo')::boolean AS demo, standing, obstacle
  FROM sites.site ORDER BY site_id
""")


def select_sites(connection: sa.Connection) -> Sequence[sa.RowMapping]:
    """Every site, by id."""
    return connection.execute(_SITES).mappings().all()
