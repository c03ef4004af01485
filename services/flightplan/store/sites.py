"""The copy of the register of sites: where each is and whether it is in use."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import orjson
import psycopg

from services.flightplan.domain.filing import KnownSite
from shared.contracts.sites import SiteState

_SAVE: Final = """
INSERT INTO flightplan.site AS known (site_id, revision, state, lng, lat)
SELECT site_id, revision, state, lng, lat
FROM jsonb_to_recordset(%s::jsonb) AS s(site_id text, revision integer, state text, lng float8, lat float8)
ON CONFLICT (site_id) DO UPDATE
  SET revision = excluded.revision, state = excluded.state, lng = excluded.lng, lat = excluded.lat
  WHERE known.revision <= excluded.revision
"""


def known(cursor: psycopg.Cursor[Any], site_ids: Iterable[str]) -> dict[str, KnownSite]:
    """Those of the sites that are known."""
    wanted = list(site_ids)
    if not wanted:
        return {}
    cursor.execute("SELECT site_id, state, lng, lat FROM flightplan.site WHERE site_id = ANY(%s)", (wanted,))
    return {site_id: KnownSite(site_id, SiteState(state), lng, lat) for site_id, state, lng, lat in cursor.fetchall()}


def save(cursor: psycopg.Cursor[Any], sites: Sequence[tuple[KnownSite, int]]) -> None:
    """Keep the sites with their revisions, each once; an older revision changes nothing."""
    rows = [
        {"site_id": site.site_id, "revision": revision, "state": site.state, "lng": site.lng, "lat": site.lat}
        for site, revision in sites
    ]
    cursor.execute(_SAVE, (orjson.dumps(rows).decode(),))
