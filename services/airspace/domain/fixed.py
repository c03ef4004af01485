"""What zones make of fixed routes and of sites' positions: they hold nothing and stand in nobody's way. Pure.

`now` says which authorizations of a route are in force and which zones are over.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final

import numpy as np

from services.airspace.domain.answers import assessment_of, zone_findings
from services.airspace.domain.closures import LostSite
from services.airspace.domain.contacts import Contact, contacts
from services.airspace.domain.findings import lost_site_finding, outcome_of, route_finding
from services.airspace.domain.subjects import Authorization, Route, SitePosition
from services.airspace.domain.zone_index import ZoneHit, ZoneIndex
from shared.contracts.airspace import Binds
from shared.contracts.assessment import Assessment, Finding
from shared.flight import FlightRules, FlightVolumes
from shared.flight.records import FOREVER_US, RECORD
from shared.terrain import AGL, Terrain

NOTHING_LOST: Final[Mapping[str, LostSite]] = MappingProxyType({})
_WHOM: Final = {Binds.UNCREWED: (False,), Binds.CREWED: (True,), Binds.BOTH: (False, True)}


def assess_route(
    route: Route,
    zones: ZoneIndex,
    routes: Iterable[Route],
    authorizations: Iterable[Authorization],
    rules: FlightRules,
    terrain: Terrain,
    now: datetime,
) -> Assessment:
    """The answer on one fixed route: as `assess_routes`."""
    return assess_routes([route], zones, routes, authorizations, rules, terrain, now)[0]


def assess_routes(
    asked: Sequence[Route],
    zones: ZoneIndex,
    routes: Iterable[Route],
    authorizations: Iterable[Authorization],
    rules: FlightRules,
    terrain: Terrain,
    now: datetime,
    lost: Mapping[str, LostSite] = NOTHING_LOST,
) -> list[Assessment]:
    """The answer on each fixed route: zones decide (one with an end in time is a note), crossing routes are notes.

    That a site of a route is `lost`, for it is out of use, is a note too.
    Those asked about are crossed as well as the other `routes`, and stand in place of what goes by their ids there.
    """
    latest = {route.route_id: route for route in (*routes, *asked)}
    everyone = [latest[route_id] for route_id in sorted(latest)]
    flights = [route.volumes for route in everyone]
    number = {route.route_id: i for i, route in enumerate(everyone)}
    crossings = _crossings(flights, [number[route.route_id] for route in asked])
    hits = zones.hits([route.volumes for route in asked], [route.crewed for route in asked], terrain)
    permits = tuple(authorizations)
    answers = []
    for route, some in zip(asked, hits, strict=True):
        lasting = [hit for hit in some if not _is_over(hit, now)]
        findings = zone_findings(lasting, route.operator, route.volumes, permits, terrain, now)
        crossed = sorted(crossings[number[route.route_id]], key=lambda contact: contact.b)
        findings += [route_finding(contact, flights, everyone[contact.b], terrain) for contact in crossed]
        findings += _lost(route, lost)
        answers.append(assessment_of(outcome_of(findings), findings, zones, rules, now))
    return answers


def _lost(route: Route, lost: Mapping[str, LostSite]) -> list[Finding]:
    """Of each of its sites once; a loop leaves and lands at the same one."""
    legs = dict(zip(route.sites, (0, len(route.volumes.records) - 1), strict=True))
    return [lost_site_finding(lost[site_id], leg) for site_id, leg in legs.items() if site_id in lost]


def _crossings(flights: Sequence[FlightVolumes], asked: Sequence[int]) -> Mapping[int, list[Contact]]:
    """By each flight asked about, whom it crosses."""
    found: dict[int, list[Contact]] = {i: [] for i in asked}
    for contact in contacts(flights, asked):
        found[contact.a].append(contact)
        if contact.b in found:
            found[contact.b].append(contact.turned())
    return found


def assess_site(
    site: SitePosition, zones: ZoneIndex, rules: FlightRules, terrain: Terrain, now: datetime
) -> Assessment:
    """The answer on one site's position: as `assess_sites`."""
    return assess_sites([site], zones, rules, terrain, now)[0]


def assess_sites(
    sites: Sequence[SitePosition], zones: ZoneIndex, rules: FlightRules, terrain: Terrain, now: datetime
) -> list[Assessment]:
    """The answer on each site's position: the zones that reach its ground. One with an end in time is a note."""
    grounds = _grounds(sites, terrain)
    served = [(i, crewed) for i, site in enumerate(sites) for crewed in _WHOM[site.serves]]
    found: list[dict[str, ZoneHit]] = [{} for _ in sites]
    hits = zones.hits([grounds[i] for i, _ in served], [crewed for _, crewed in served], terrain)
    for (i, _), some in zip(served, hits, strict=True):
        found[i].update((hit.zone.zone_id, hit) for hit in some)
    return [
        _on_site(ground, one.values(), zones, rules, terrain, now) for ground, one in zip(grounds, found, strict=True)
    ]


def _on_site(
    ground: FlightVolumes,
    hits: Iterable[ZoneHit],
    zones: ZoneIndex,
    rules: FlightRules,
    terrain: Terrain,
    now: datetime,
) -> Assessment:
    findings = zone_findings([hit for hit in hits if not _is_over(hit, now)], "", ground, (), terrain, now)
    return assessment_of(outcome_of(findings), findings, zones, rules, now)


def _is_over(hit: ZoneHit, now: datetime) -> bool:
    ends_at = hit.zone.spec.ends_at
    return ends_at is not None and ends_at <= now


def _grounds(sites: Sequence[SitePosition], terrain: Terrain) -> list[FlightVolumes]:
    records = np.zeros(len(sites), RECORD)
    records["lng1"] = records["lng2"] = [site.lng for site in sites]
    records["lat1"] = records["lat2"] = [site.lat for site in sites]
    records["reference"], records["area"] = AGL, -1
    records["start_us"], records["end_us"] = -FOREVER_US, FOREVER_US
    records["amsl_lower_m"], records["amsl_upper_m"] = terrain.ground(FlightVolumes(records).boxes)
    return [FlightVolumes(records[i : i + 1]) for i in range(len(sites))]
