"""What coverage is kept up by: the sites in use, and what the log says of them since a position."""

from collections.abc import Sequence

import sqlalchemy as sa

from services.sites.domain.reach import Server
from services.sites.store.register import TOPIC
from services.sites.store.tables import event_log, site
from shared.contracts.codec import decode
from shared.contracts.sites import SiteRegistered, SiteState, SiteStateChanged, SiteUpdated

Change = tuple[str, Server | None]
MOST_CHANGES = 20_000  # beyond, reading every site is quicker


def stamp(connection: sa.Connection) -> int:
    """The position of the last event of the log."""
    last: int | None = connection.execute(sa.select(sa.func.max(event_log.c.position))).scalar_one()
    return last or 0


def servers(connection: sa.Connection) -> dict[str, Server]:
    """Every site in use."""
    statement = sa.select(site.c.site_id, site.c.spec).where(site.c.state == SiteState.COMMISSIONED.value)
    return {site_id: Server.of(spec) for site_id, spec in connection.execute(statement)}


def changes(connection: sa.Connection, after: int) -> Sequence[Change] | None:
    """What became of the sites after a position; None where the log does not go on from there, or for too long."""
    statement = (
        sa.select(event_log.c.position, event_log.c.topic, event_log.c.type, event_log.c.data)
        .where(event_log.c.position >= after)
        .order_by(event_log.c.position)
        .limit(MOST_CHANGES + 1)
    )
    rows = connection.execute(statement).all()
    if len(rows) > MOST_CHANGES or (after > 0 and (not rows or rows[0].position != after)):
        return None
    told = (decode(row.type, bytes(row.data)) for row in rows if row.topic == TOPIC and row.position > after)
    return [change for event in told if (change := change_of(event)) is not None]


def change_of(event: object) -> Change | None:
    """What an event makes of a site: in use as it says, or not in use; None for an event of another kind."""
    if not isinstance(event, SiteRegistered | SiteUpdated | SiteStateChanged):
        return None
    return event.site_id, Server.of(event.spec) if event.state.is_in_use else None
