"""What sites learns from the other services: how positions stand with the airspace, and what routes there are."""

from collections.abc import Sequence
from dataclasses import replace

from services.sites.domain.counting import obstacles, standing
from services.sites.domain.register import Site
from services.sites.store import places, register, routes
from shared.contracts.airspace import SiteAssessed
from shared.contracts.flightplan import RouteClassified, RouteFiled, RouteState, RouteStateChanged
from shared.frame import Received, Transaction


def follow_assessments(tx: Transaction, received: Sequence[Received[SiteAssessed]]) -> None:
    """The latest answer on the present position of each site."""
    known = register.lock(tx, {each.event.site_id for each in received})
    before = dict(known)
    for each in received:
        site = known.get(each.event.site_id)
        if site is not None and _is_news(site, each.event):
            known[site.site_id] = replace(
                site,
                assessment=each.event.assessment,
                standing=standing(each.event.assessment),
                obstacle=obstacles(each.event.assessment),
            )
    register.update(tx, [site for site_id, site in known.items() if site is not before[site_id]])


def _is_news(site: Site, event: SiteAssessed) -> bool:
    """False for an answer on a former position, or one older than the answer that is there."""
    if event.revision < site.position_revision:
        return False
    return site.assessment is None or event.assessment.decided_at >= site.assessment.decided_at


RouteEvent = RouteFiled | RouteStateChanged | RouteClassified


def follow_routes(tx: Transaction, received: Sequence[Received[RouteEvent]]) -> None:
    """Keep the local copy of each route."""
    for each in received:
        match each.event:
            case RouteFiled() as filed:
                _file(tx, filed)
            case RouteStateChanged() as changed:
                _change(tx, changed)
            case RouteClassified() as classified:
                route_class = classified.classification.route_class.value
                routes.change(tx, classified.route_id, classified.revision, {"route_class": route_class})


def _file(tx: Transaction, filed: RouteFiled) -> None:
    spec = filed.spec
    ends = {"origin": spec.origin, "destination": spec.destination}
    positions = [(spot.lng, spot.lat) for spot in ends.values() if spot.lng is not None and spot.lat is not None]
    districts = dict(zip(positions, places.districts_of(tx.connection, positions), strict=True))
    row: dict[str, object] = {
        "route_id": filed.route_id,
        "revision": filed.revision,
        "operator": filed.operator,
        "name": spec.name,
        "unit": spec.unit,
        "scenario": spec.scenario,
        "demo": spec.demo,
        "state": RouteState.FILED.value,
        "standing": standing(None).value,
        "obstacle": "",
        "updated_at": tx.now,
    }
    for end, spot in ends.items():
        row[f"{end}_site_id"] = spot.site_id
        row[end] = routes.point(spot.lng, spot.lat)
        row[f"{end}_district"] = districts.get((spot.lng, spot.lat), "")  # type: ignore[arg-type]  # (None, None) is none
    routes.file(tx, row)


def _change(tx: Transaction, changed: RouteStateChanged) -> None:
    values: dict[str, object] = {"state": changed.state.value, "revision": changed.revision, "updated_at": tx.now}
    if changed.assessment is not None:
        values["standing"] = standing(changed.assessment).value
        values["obstacle"] = obstacles(changed.assessment)
    routes.change(tx, changed.route_id, changed.revision, values)
