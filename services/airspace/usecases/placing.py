"""Fixed routes and sites: kept as their services tell of them, and assessed where they lie."""

from collections.abc import Sequence

from services.airspace.state import AirspaceState
from services.airspace.store import closings, narrowing, pads, subjects
from services.airspace.store.subjects import KnownRoute, KnownSite
from services.airspace.usecases.closing import Closing, Told, ask_again, ask_routes_again
from services.airspace.usecases.reassessing import Reassessment, differs, route_of
from services.airspace.usecases.revising import Cause
from shared.contracts.airspace import RouteAssessed, SiteAssessed
from shared.contracts.flightplan import RouteFiled
from shared.contracts.sites import SiteRegistered, SiteStateChanged, SiteUpdated
from shared.frame import Received, Transaction

SiteEvent = Received[SiteRegistered | SiteUpdated | SiteStateChanged]


def assess_routes(state: AirspaceState, tx: Transaction, batch: Sequence[Received[RouteFiled]]) -> None:
    """Answer on each route filed, in order: later ones see the earlier as crossing."""
    narrowing.share_zones(tx.cursor)
    again = Reassessment(state, tx.connection, state.zones.read(tx.cursor), tx.now)
    for received in batch:
        event = received.event
        known = subjects.find_route(tx.connection, event.route_id)
        if known is None or event.revision > known.revision:
            _assess_route(state, tx, again, received)


def _assess_route(state: AirspaceState, tx: Transaction, again: Reassessment, received: Received[RouteFiled]) -> None:
    event = received.event
    corridor = route_of(state, event.route_id, event.revision, event.operator, event.spec)
    assessment = again.route(corridor)
    route = KnownRoute(
        route_id=event.route_id,
        revision=event.revision,
        operator=event.operator,
        spec=event.spec,
        box=corridor.volumes.bounds,
        assessment=assessment,
    )
    subjects.save_route(tx.connection, route)
    tx.record(
        RouteAssessed(route_id=event.route_id, revision=event.revision, operator=event.operator, assessment=assessment),
        causation=received,
    )


def assess_sites(state: AirspaceState, tx: Transaction, batch: Sequence[SiteEvent]) -> None:
    """Keep each site, and answer on it where it is new, has moved, or the answer is another one.

    The plans and routes of sites that go out of use, or come back into it, are asked again.
    """
    narrowing.share_zones(tx.cursor)
    zones = state.zones.read(tx.cursor)
    again = Reassessment(state, tx.connection, zones, tx.now)
    turned: list[Told] = []
    for received in batch:
        known = subjects.find_site(tx.connection, received.event.site_id)
        if known is None or received.event.revision > known.revision:
            _assess_site(tx, again, received, known)
            if closings.save_use(tx.cursor, received.event):
                turned.append(_turned(received))
    ask_again(state, tx, zones, turned)
    ask_routes_again(tx, again, turned)


def _turned(received: SiteEvent) -> Told:
    event = received.event
    cause = Cause(received, f"site:{event.site_id}@{event.revision}")
    return Told(Closing(event.site_id, event.effective_at, None), cause)


def _assess_site(tx: Transaction, again: Reassessment, received: SiteEvent, known: KnownSite | None) -> None:
    event = received.event
    assessment = again.site(event.site_id, event.revision, event.spec)
    site = KnownSite(
        site_id=event.site_id,
        revision=event.revision,
        spec=event.spec,
        state=event.state,
        assessment=assessment,
    )
    subjects.save_site(tx.connection, site)
    pads.save_terminal(tx.cursor, event.site_id, event.revision, event.spec)
    moved = isinstance(event, SiteUpdated) and event.position_changed
    if known is None or moved or differs(known.assessment, assessment):
        because = "moved" if moved else "registered" if known is None else "updated"
        tx.record(
            SiteAssessed(site_id=event.site_id, revision=event.revision, assessment=assessment, because=because),
            causation=received,
        )
