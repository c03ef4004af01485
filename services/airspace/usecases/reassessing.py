"""What a change of zones or authorizations makes of the plans, routes and sites that are there: found, not yet written.

The same code previews a zone (`/zones/impact`) and applies one: only the index that it is given differs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import psycopg
import sqlalchemy as sa

from services.airspace.domain.assess import assess
from services.airspace.domain.findings import strongest
from services.airspace.domain.fixed import assess_route, assess_site
from services.airspace.domain.subjects import Authorization, PlanRequest, Route, SitePosition
from services.airspace.domain.zones import ZoneIndex
from services.airspace.state import AirspaceState
from services.airspace.store import narrowing, reservations, subjects
from services.airspace.store.narrowing import Extent
from services.airspace.store.reservations import Hold, Known
from services.airspace.store.subjects import KnownRoute, KnownSite
from shared.contracts.airspace import Binds
from shared.contracts.assessment import Assessment, Finding, Outcome, SubjectKind
from shared.contracts.flightplan import RouteSpec
from shared.contracts.sites import SiteSpec
from shared.db import raw
from shared.flight import corridor

_AT_ONCE: Final = 1_000  # plans loaded together: a city-wide zone may touch all there are


@dataclass(frozen=True, slots=True)
class PlanChange:
    """A plan on which the answer is another one now; `claims` where it held nothing and would have to."""

    plan: Known
    after: Assessment
    claims: bool = False


@dataclass(frozen=True, slots=True)
class RouteChange:
    """A route on which the answer is another one now."""

    route: KnownRoute
    after: Assessment


@dataclass(frozen=True, slots=True)
class SiteChange:
    """A site on which the answer is another one now."""

    site: KnownSite
    after: Assessment


class Reassessment:
    """Asks again, with one index, at one instant, on one connection."""

    def __init__(self, state: AirspaceState, connection: sa.Connection, zones: ZoneIndex, now: datetime) -> None:
        self._state = state
        self._connection = connection
        self._cursor: psycopg.Cursor[Any] = raw(connection).cursor()
        self._zones = zones
        self._now = now

    def plans(self, extents: Sequence[Extent], *, operator: str | None = None) -> Iterator[list[PlanChange]]:
        """Plans in the extents with another answer, some at a time."""
        found = narrowing.find_touched(self._cursor, extents, now=self._now, operator=operator)
        for start in range(0, len(found), _AT_ONCE):
            yield self._changed_plans(found[start : start + _AT_ONCE])

    def routes(self, extents: Sequence[Extent], *, operator: str | None = None) -> list[RouteChange]:
        """Routes in the extents with another answer."""
        near = (subjects.routes_near(self._connection, extent.box, operator=operator) for extent in extents)
        routes = {route.route_id: route for some in near for route in some}
        answers = ((route, self.route(self._corridor(route))) for route in routes.values())
        return [RouteChange(route, after) for route, after in answers if differs(route.assessment, after)]

    def sites(self, extents: Sequence[Extent]) -> list[SiteChange]:
        """Sites in the extents with another answer."""
        near = (subjects.sites_near(self._connection, extent.box) for extent in extents)
        sites = {site.site_id: site for some in near for site in some}
        answers = ((site, self.site(site.site_id, site.revision, site.spec)) for site in sites.values())
        return [SiteChange(site, after) for site, after in answers if differs(site.assessment, after)]

    def route(self, route: Route) -> Assessment:
        """The answer on a route: zones decide, the routes it crosses are notes."""
        others = subjects.routes_near(self._connection, route.volumes.bounds)
        authorizations = subjects.authorizations_of(self._cursor, [route.operator], self._now, _FOR_EVER)
        crossing = [self._corridor(other) for other in others if other.route_id != route.route_id]
        rules, terrain = self._state.rules, self._state.terrain
        return assess_route(route, self._zones, crossing, authorizations, rules, terrain, self._now)

    def _corridor(self, known: KnownRoute) -> Route:
        return route_of(self._state, known.route_id, known.revision, known.operator, known.spec)

    def site(self, site_id: str, revision: int, spec: SiteSpec) -> Assessment:
        """The answer on a site's position."""
        position = SitePosition(site_id=site_id, revision=revision, lng=spec.lng, lat=spec.lat, serves=_serves(spec))
        return assess_site(position, self._zones, self._state.rules, self._state.terrain, self._now)

    def _changed_plans(self, plan_ids: Sequence[UUID]) -> list[PlanChange]:
        plans = reservations.find_plans(self._cursor, plan_ids)
        if not plans:
            return []
        authorizations = self._authorizations(list(plans.values()))
        answers = ((plan, self._plan(plan, authorizations)) for plan in plans.values())
        return [
            PlanChange(plan, after, claims=plan.state is Hold.NOTED and _holds(after))
            for plan, after in answers
            if differs(plan.assessment, after)
        ]

    def _authorizations(self, plans: Sequence[Known]) -> list[Authorization]:
        operators = sorted({plan.operator for plan in plans})
        start = min(plan.volumes.window.start for plan in plans)
        end = max(plan.volumes.window.end for plan in plans)
        return subjects.authorizations_of(self._cursor, operators, start, end)

    def _plan(self, plan: Known, authorizations: Sequence[Authorization]) -> Assessment:
        """The zones' answer of now, with what was said of other plans: those that came later take nothing from it."""
        answer = assess(
            request_of(plan), self._zones, (), authorizations, self._state.rules, self._state.terrain, self._now
        )
        kept, left_out = strongest((*answer.findings, *of_others(plan.assessment)))
        return replace(answer, findings=kept, findings_left_out=answer.findings_left_out + left_out)


_FOR_EVER: Final = datetime.max.replace(tzinfo=UTC)


def of_others(assessment: Assessment) -> list[Finding]:
    """What was said of other plans and of pads."""
    return [finding for finding in assessment.findings if finding.against in (SubjectKind.PLAN, SubjectKind.SITE)]


def differs(before: Assessment, after: Assessment) -> bool:
    """Another outcome, or other reasons. When and with which version it was asked makes no difference."""
    return before.outcome is not after.outcome or tuple(before.findings) != tuple(after.findings)


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
        route_id=route_id, revision=revision, operator=operator, name=spec.name, crewed=crewed, volumes=volumes
    )


def _holds(assessment: Assessment) -> bool:
    return assessment.outcome in (Outcome.APPROVED, Outcome.AWAITING)


def _serves(spec: SiteSpec) -> Binds:
    """Whom a zone must bind to matter to the site; both where it does not say."""
    crewed = {aircraft_class.is_crewed for aircraft_class in spec.aircraft_classes}
    if len(crewed) != 1:
        return Binds.BOTH
    return Binds.CREWED if crewed.pop() else Binds.UNCREWED
