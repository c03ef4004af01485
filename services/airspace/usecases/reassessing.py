"""What a change of zones or authorizations makes of the plans, routes and sites that are there: found, not yet written.

The same code previews a zone (`/zones/impact`) and applies one: only the index that it is given differs.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

import psycopg
import sqlalchemy as sa

from services.airspace.domain.closures import Closure, LostSite
from services.airspace.domain.fixed import assess_routes, assess_sites
from services.airspace.domain.revised import Answered, revised
from services.airspace.domain.subjects import Authorization, PlanRequest, Route, SitePosition
from services.airspace.domain.zone_index import ZoneIndex
from services.airspace.state import AirspaceState
from services.airspace.store import closings, narrowing, reservations, subjects
from services.airspace.store.narrowing import Extent
from services.airspace.store.reservations import Hold, Known, Unread
from services.airspace.store.subjects import KnownRoute, KnownSite
from shared.contracts.airspace import Binds
from shared.contracts.assessment import Assessment, Finding, Outcome, SubjectKind
from shared.contracts.flightplan import RouteSpec
from shared.contracts.sites import SiteSpec
from shared.db import raw
from shared.flight import corridor

NOTHING_DRAFTED: Final[Mapping[str, Closure]] = MappingProxyType({})
AT_ONCE: Final = 1_000  # plans loaded together: a city-wide zone may touch all there are


@dataclass(frozen=True, slots=True)
class PlanAnswer:
    """A plan asked again; `claims` where it held nothing and would have to."""

    plan: Known
    after: Assessment
    claims: bool = False

    @property
    def before(self) -> Assessment:
        """What was answered before."""
        return self.plan.assessment


@dataclass(frozen=True, slots=True)
class Loaded:
    """Plans to be asked again, and the authorizations they may rest on."""

    plans: Unread
    authorizations: Sequence[Authorization]
    every_zone: bool  # else those that changed since the plans were decided


@dataclass(frozen=True, slots=True)
class RouteAnswer:
    """A route asked again."""

    route: KnownRoute
    after: Assessment

    @property
    def before(self) -> Assessment:
        """What was answered before."""
        return self.route.assessment


@dataclass(frozen=True, slots=True)
class SiteAnswer:
    """A site asked again."""

    site: KnownSite
    after: Assessment

    @property
    def before(self) -> Assessment:
        """What was answered before."""
        return self.site.assessment


Answer = PlanAnswer | RouteAnswer | SiteAnswer


class Reassessment:
    """Asks again, with one index, at one instant, on one connection."""

    def __init__(self, state: AirspaceState, connection: sa.Connection, zones: ZoneIndex, now: datetime) -> None:
        self._state = state
        self._connection = connection
        self._cursor: psycopg.Cursor[Any] = raw(connection).cursor()
        self._zones = zones
        self._now = now

    def plans(self, extents: Sequence[Extent], *, operator: str | None = None) -> Iterator[list[PlanAnswer]]:
        """The plans in the extents, all or one operator's, some at a time.

        Where it is one operator's, authorizations have changed, and every zone is asked.
        """
        for loaded in self.load(extents, operator=operator):
            yield self.ask(loaded)

    def load(self, extents: Sequence[Extent], *, operator: str | None = None) -> Iterator[Loaded]:
        """The same plans before they are asked, with all that asking needs of the database."""
        found = narrowing.find_touched(self._cursor, extents, now=self._now, operator=operator)
        for start in range(0, len(found), AT_ONCE):
            plans = reservations.find_unread(self._cursor, found[start : start + AT_ONCE])
            if plans.rows:
                yield Loaded(plans, self._authorizations(plans), every_zone=operator is not None)

    def ask(self, loaded: Loaded) -> list[PlanAnswer]:
        """The answers on them now; the database is not looked at."""
        plans = loaded.plans.read()
        answers = revised(
            [Answered(request_of(plan), plan.assessment) for plan in plans],
            self._zones,
            loaded.authorizations,
            self._state.rules,
            self._state.terrain,
            self._now,
            since=None if loaded.every_zone else min(plan.zones_version for plan in plans),
        )
        return [
            PlanAnswer(plan, after, claims=plan.state is Hold.NOTED and _holds(after))
            for plan, after in zip(plans, answers, strict=True)
        ]

    def routes(self, extents: Sequence[Extent], *, operator: str | None = None) -> list[RouteAnswer]:
        """The routes in the extents."""
        near = (subjects.routes_near(self._connection, extent.box, operator=operator) for extent in extents)
        routes = {route.route_id: route for some in near for route in some}
        answers = self._on_corridors([self._corridor(route) for route in routes.values()])
        return [RouteAnswer(route, after) for route, after in zip(routes.values(), answers, strict=True)]

    def sites(self, extents: Sequence[Extent]) -> list[SiteAnswer]:
        """The sites in the extents."""
        near = (subjects.sites_near(self._connection, extent.box) for extent in extents)
        sites = {site.site_id: site for some in near for site in some}
        positions = [_position(site.site_id, site.revision, site.spec) for site in sites.values()]
        answers = self._on_positions(positions)
        return [SiteAnswer(site, after) for site, after in zip(sites.values(), answers, strict=True)]

    def routes_of(self, lost: Mapping[str, Closure | None]) -> list[RouteAnswer]:
        """The routes that leave from or land at the sites; `lost`: as if these were out of use, where it says so."""
        routes = subjects.routes_from_or_to(self._connection, list(lost)) if lost else []
        drafted = {site_id: closure for site_id, closure in lost.items() if closure is not None}
        answers = self._on_corridors([self._corridor(route) for route in routes], drafted)
        return [RouteAnswer(route, after) for route, after in zip(routes, answers, strict=True)]

    def route(self, route: Route) -> Assessment:
        """The answer on a route: zones decide, the routes it crosses are notes."""
        return self._on_corridors([route])[0]

    def _on_corridors(
        self, asked: Sequence[Route], drafted: Mapping[str, Closure] = NOTHING_DRAFTED
    ) -> list[Assessment]:
        if not asked:
            return []
        west, south, east, north = zip(*(route.volumes.bounds for route in asked), strict=True)
        around = (min(west), min(south), max(east), max(north))
        others = subjects.routes_near(self._connection, around)
        operators = sorted({route.operator for route in asked})
        authorizations = subjects.authorizations_of(self._cursor, operators, self._now, _FOR_EVER)
        known = {route.route_id for route in asked}
        crossing = [self._corridor(other) for other in others if other.route_id not in known]
        rules, terrain = self._state.rules, self._state.terrain
        lost = self._lost({site_id for route in asked for site_id in route.sites if site_id}, drafted)
        return assess_routes(asked, self._zones, crossing, authorizations, rules, terrain, self._now, lost)

    def _lost(self, site_ids: Collection[str], drafted: Mapping[str, Closure]) -> dict[str, LostSite]:
        """Those of the sites that are out of use now, or would be."""
        closed = {**closings.lost_now(self._cursor, list(site_ids), self._now), **drafted}
        known = subjects.find_sites(self._connection, list(closed))
        return {
            site_id: LostSite(site_id, site.spec.name, site.spec.lng, site.spec.lat, closed[site_id])
            for site_id, site in known.items()
        }

    def _corridor(self, known: KnownRoute) -> Route:
        return route_of(self._state, known.route_id, known.revision, known.operator, known.spec)

    def site(self, site_id: str, revision: int, spec: SiteSpec) -> Assessment:
        """The answer on a site's position."""
        return self._on_positions([_position(site_id, revision, spec)])[0]

    def _on_positions(self, positions: Sequence[SitePosition]) -> list[Assessment]:
        return assess_sites(positions, self._zones, self._state.rules, self._state.terrain, self._now)

    def _authorizations(self, plans: Unread) -> list[Authorization]:
        return subjects.authorizations_of(self._cursor, plans.operators, *plans.span)


_FOR_EVER: Final = datetime.max.replace(tzinfo=UTC)


def differs(before: Assessment, after: Assessment) -> bool:
    """Another outcome, or other reasons. When and with which version it was asked makes no difference."""
    return before.outcome is not after.outcome or tuple(before.findings) != tuple(after.findings)


def touches(zone_id: str, before: Assessment, after: Assessment) -> bool:
    """Whether a zone is among the reasons now, or was."""
    reasons = (*after.findings, *before.findings)
    return any(finding.against_id == zone_id and is_of_zone(finding) for finding in reasons)


def is_of_zone(finding: Finding) -> bool:
    """Whether a reason is a zone."""
    return finding.against is SubjectKind.ZONE


def request_of(plan: Known, because: str = "filed") -> PlanRequest:
    """What a known plan would ask for, were it filed now."""
    return PlanRequest(
        plan_id=plan.plan_id,
        revision=plan.revision,
        operator=plan.operator,
        priority=plan.priority,
        crewed=plan.crewed,
        voluntary=plan.voluntary,
        volumes=plan.volumes,
        because=because,
        active=plan.active,
    )


def route_of(state: AirspaceState, route_id: str, revision: int, operator: str, spec: RouteSpec) -> Route:
    """A route with its corridor."""
    volumes = corridor(
        spec.origin,
        spec.destination,
        spec.path,
        half_width_m=spec.half_width_m,
        half_height_m=state.rules.tolerances[spec.aircraft_class].vertical_m,
        reference=spec.height_reference,
        terrain=state.terrain,
    )
    crewed = spec.aircraft_class.is_crewed
    return Route(
        route_id=route_id,
        revision=revision,
        operator=operator,
        name=spec.name,
        crewed=crewed,
        volumes=volumes,
        sites=(spec.origin.site_id or "", spec.destination.site_id or ""),
    )


def _holds(assessment: Assessment) -> bool:
    return assessment.outcome in (Outcome.APPROVED, Outcome.AWAITING)


def _position(site_id: str, revision: int, spec: SiteSpec) -> SitePosition:
    return SitePosition(site_id=site_id, revision=revision, lng=spec.lng, lat=spec.lat, serves=_serves(spec))


def _serves(spec: SiteSpec) -> Binds:
    """Whom a zone must bind to matter to the site; both where it does not say."""
    crewed = {aircraft_class.is_crewed for aircraft_class in spec.aircraft_classes}
    if len(crewed) != 1:
        return Binds.BOTH
    return Binds.CREWED if crewed.pop() else Binds.UNCREWED
