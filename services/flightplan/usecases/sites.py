"""Keep the copy of the register of sites up to date."""

from collections.abc import Sequence

from services.flightplan.domain.filing import KnownSite
from services.flightplan.store import sites
from shared.contracts.sites import SiteRegistered, SiteStateChanged, SiteUpdated
from shared.frame import Received, Transaction


def keep_sites(tx: Transaction, batch: Sequence[Received[SiteRegistered | SiteUpdated | SiteStateChanged]]) -> None:
    """What the events say, the last one for each site."""
    last = {received.event.site_id: received.event for received in batch}
    sites.save(
        tx.cursor,
        [
            (KnownSite(event.site_id, event.state, event.spec.lng, event.spec.lat), event.revision)
            for event in last.values()
        ],
    )
