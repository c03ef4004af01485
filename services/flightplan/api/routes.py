"""Fixed routes over HTTP: file, look, open, suspend, classify. Routes are public."""

from dataclasses import dataclass, fields
from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Response

from services.flightplan.api.callers import Reading, State, Tx, viewer_of
from services.flightplan.api.views import RouteView, Shown
from services.flightplan.domain.errors import OperatorReserved, RouteNotFound
from services.flightplan.domain.extent import track_of
from services.flightplan.domain.route import Route
from services.flightplan.store import routes as store
from services.flightplan.usecases import routes as usecases
from shared.auth import ANYONE_KNOWN, Principal, Role, allow
from shared.contracts.flightplan import RouteClass, RouteSpec, RouteState
from shared.http import Page, Paging, WithinBbox, body
from shared.values import Identifier, Instant, Name, Text

_MOST_DRAWN = 5_000

router = APIRouter(tags=["routes"])

Anyone = Annotated[Principal, allow(*ANYONE_KNOWN)]
Filer = Annotated[Principal, allow(Role.OPERATOR, Role.PLANNER, Role.SERVICE)]
Opener = Annotated[Principal, allow(Role.REGULATOR, Role.PLANNER)]
Planner = Annotated[Principal, allow(Role.PLANNER)]


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteFiling(RouteSpec):
    """A route as it is filed; `operator` is for planners and services, who may file for others."""

    route_id: Identifier | None = None
    operator: Name | None = None

    def spec(self) -> RouteSpec:
        """The route itself."""
        return RouteSpec(**{field.name: getattr(self, field.name) for field in fields(RouteSpec)})


@router.post("/routes", status_code=201)
def file_route(
    caller: Filer, filing: Annotated[RouteFiling, body(RouteFiling)], tx: Tx, state: State, response: Response
) -> RouteView:
    """File a route, or a new revision of one's own. 200 where the same is filed already."""
    operator = filing.operator or caller.org
    if operator != caller.org and not caller.has(Role.PLANNER, Role.SERVICE):
        raise OperatorReserved
    route, filed = usecases.file_route(
        tx, filing.spec(), state.rulebook, route_id=filing.route_id, operator=operator, filed_by=caller.sub
    )
    response.headers["Location"] = f"/routes/{route.route_id}"
    response.status_code = 201 if filed else 200
    return Shown(viewer_of(caller), state).route(route)


@router.get("/routes")
def list_routes(
    caller: Anyone,
    page: Paging,
    bbox: WithinBbox,
    reading: Reading,
    state: State,
    operator: Annotated[str | None, Query(max_length=200)] = None,
    route_state: Annotated[RouteState | None, Query(alias="state")] = None,
) -> Page[RouteView]:
    """Routes by id, a page at a time."""
    after = page.after(str)
    rows = store.page_of(
        reading,
        operator=operator,
        state=route_state,
        bbox=bbox,
        after=after[0] if after else None,
        limit=page.fetch,
    )
    return page.of_views(rows, key=lambda route: (route.route_id,), view=Shown(viewer_of(caller), state).route)


@router.get("/routes.geojson")
def draw_routes(caller: Anyone, bbox: WithinBbox, reading: Reading) -> Response:
    """Routes as lines for a map; `complete` says whether these are all."""
    rows = store.page_of(reading, bbox=bbox, limit=_MOST_DRAWN + 1)
    document = {
        "type": "FeatureCollection",
        "complete": len(rows) <= _MOST_DRAWN,
        "features": [_feature(route) for route in rows[:_MOST_DRAWN]],
    }
    return Response(orjson.dumps(document, option=orjson.OPT_UTC_Z), media_type="application/geo+json")


def _feature(route: Route) -> dict[str, object]:
    classification = route.classification
    return {
        "type": "Feature",
        "id": route.route_id,
        "geometry": {"type": "LineString", "coordinates": track_of(route.spec)},
        "properties": {
            "route_id": route.route_id,
            "name": route.spec.name,
            "operator": route.operator,
            "state": route.state,
            "outcome": route.assessment.outcome if route.assessment else None,
            "route_class": classification.route_class if classification else None,
            "scenario": route.spec.scenario,
            "half_width_m": route.spec.half_width_m,
            "demo": route.spec.demo,
        },
    }


@router.get("/routes/{route_id}")
def get_route(caller: Anyone, route_id: Identifier, reading: Reading, state: State) -> RouteView:
    """One route."""
    route = store.route_of(reading, route_id)
    if route is None:
        raise RouteNotFound(route_id)
    return Shown(viewer_of(caller), state).route(route)


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteMove:
    """Why and when a route was opened or suspended; now, if not said."""

    reason: Text = ""
    effective_at: Instant | None = None


Move = Annotated[RouteMove, body(RouteMove)]


@router.post("/routes/{route_id}/open")
def open_route(caller: Opener, route_id: Identifier, request: Move, tx: Tx, state: State) -> RouteView:
    """Open a route that airspace found compatible or authorised."""
    route = usecases.open_route(tx, route_id, reason=request.reason, effective_at=request.effective_at)
    return Shown(viewer_of(caller), state).route(route)


@router.post("/routes/{route_id}/suspend")
def suspend_route(caller: Opener, route_id: Identifier, request: Move, tx: Tx, state: State) -> RouteView:
    """Suspend an open route."""
    route = usecases.suspend_route(tx, route_id, reason=request.reason, effective_at=request.effective_at)
    return Shown(viewer_of(caller), state).route(route)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassificationBody:
    """What the route counts as, the evidence for it, and when that was ruled; now, if not said."""

    route_class: RouteClass
    evidence: Name
    effective_at: Instant | None = None


@router.post("/routes/{route_id}/classification")
def classify_route(
    caller: Planner,
    route_id: Identifier,
    request: Annotated[ClassificationBody, body(ClassificationBody)],
    tx: Tx,
    state: State,
) -> RouteView:
    """Rule what the route counts as; a later ruling replaces an earlier one."""
    route = usecases.classify_route(
        tx,
        route_id,
        route_class=request.route_class,
        evidence=request.evidence,
        ruled_by=caller.sub,
        effective_at=request.effective_at,
    )
    return Shown(viewer_of(caller), state).route(route)
