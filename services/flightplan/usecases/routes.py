"""Fixed routes: filed, opened, suspended, classified."""

from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from services.flightplan.domain import route_life
from services.flightplan.domain.errors import RouteNotFound, RouteOfAnother
from services.flightplan.domain.filing import Rulebook, placed_route
from services.flightplan.domain.route import Route
from services.flightplan.store import routes, sites
from shared.contracts.flightplan import (
    Classification,
    RouteClass,
    RouteClassified,
    RouteFiled,
    RouteSpec,
    RouteState,
    RouteStateChanged,
)
from shared.frame import Transaction


def file_route(
    tx: Transaction, spec: RouteSpec, rulebook: Rulebook, *, route_id: str | None, operator: str, filed_by: str
) -> tuple[Route, bool]:
    """The route, and whether anything was filed: the same content again changes nothing, another is a new revision.

    A route filed anew is assessed anew and opened anew; its classification, which rests on evidence of its use, stays.
    """
    route_id = route_id or f"route-{uuid4().hex[:16]}"
    former = routes.route_of(tx.connection, route_id, lock=True)
    if former is not None and former.operator != operator:
        raise RouteOfAnother(route_id)
    if former is not None and former.asked == spec:
        return former, False
    site_ids = [spot.site_id for spot in (spec.origin, spec.destination) if spot.site_id is not None]
    placed = placed_route(spec, sites.known(tx.cursor, site_ids), rulebook)
    route = Route(
        route_id=route_id,
        operator=operator,
        filed_by=filed_by,
        state=RouteState.FILED,
        revision=former.revision + 1 if former else 1,
        asked=spec,
        spec=placed,
        classification=former.classification if former else None,
        filed_at=former.filed_at if former else tx.now,
        updated_at=tx.now,
        effective_at=tx.now if former else None,
    )
    if former is None:
        if not routes.save(tx.connection, route):
            return file_route(tx, spec, rulebook, route_id=route_id, operator=operator, filed_by=filed_by)
    else:
        routes.update(tx.connection, route)
    tx.record(RouteFiled(route_id=route_id, revision=route.revision, operator=operator, spec=route.spec))
    return route, True


def open_route(tx: Transaction, route_id: str, *, reason: str, effective_at: datetime | None = None) -> Route:
    """Open a route that airspace found compatible or authorised; an open one stays open.

    `effective_at`: since when, where it has been open before this is reported.
    """
    route = _locked(tx, route_id)
    if route.state is RouteState.OPEN:
        return route
    return _change(tx, route, route_life.opened(route.assessment), reason, effective_at)


def suspend_route(tx: Transaction, route_id: str, *, reason: str, effective_at: datetime | None = None) -> Route:
    """Suspend an open route; a suspended one stays so."""
    route = _locked(tx, route_id)
    state = route_life.suspended(route.state)
    return route if state is route.state else _change(tx, route, state, reason, effective_at)


def _change(tx: Transaction, route: Route, state: RouteState, reason: str, asked: datetime | None) -> Route:
    since = asked or tx.now
    route_life.check_date(since, route.effective_at, tx.now)
    changed = replace(route, state=state, because=reason, updated_at=tx.now, effective_at=since)
    routes.update(tx.connection, changed)
    tx.record(
        RouteStateChanged(
            route_id=route.route_id,
            revision=route.revision,
            operator=route.operator,
            state=state,
            assessment=route.assessment,
            because=reason,
            effective_at=asked,
        )
    )
    return changed


def classify_route(
    tx: Transaction,
    route_id: str,
    *,
    route_class: RouteClass,
    evidence: str,
    ruled_by: str,
    effective_at: datetime | None = None,
) -> Route:
    """A planner rules what the route counts as, on evidence; a later ruling replaces an earlier one."""
    route = _locked(tx, route_id)
    ruled_at = effective_at or tx.now
    route_life.check_date(ruled_at, route.classification.ruled_at if route.classification else None, tx.now)
    ruling = Classification(route_class=route_class, evidence=evidence, ruled_by=ruled_by, ruled_at=ruled_at)
    changed = replace(route, classification=ruling, updated_at=tx.now)
    routes.update(tx.connection, changed)
    tx.record(
        RouteClassified(route_id=route_id, revision=route.revision, operator=route.operator, classification=ruling)
    )
    return changed


def _locked(tx: Transaction, route_id: str) -> Route:
    route = routes.route_of(tx.connection, route_id, lock=True)
    if route is None:
        raise RouteNotFound(route_id)
    return route
