"""Zones, reservations and conflicts as OGC API – Features (OGC 17-069r4, core and GeoJSON), for any GIS client.

Zones are everyone's; a reservation is its operator's and the regulators'; conflicts are the regulators'.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID

import sqlalchemy as sa
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from services.airspace.api import views
from services.airspace.api.ogc_parts import (
    CRS84,
    GEOJSON,
    JSON,
    TITLES,
    Collection,
    FeatureNotFound,
    Items,
    ItemsQuery,
    answer,
    collected,
    expect_parameters,
    expect_readable,
    feature,
    link,
    readable,
    whose,
)
from services.airspace.api.parts import Anyone, Reading, State
from services.airspace.state import AirspaceState
from services.airspace.store import published, reviews
from services.airspace.store.published import Held
from services.airspace.store.reviews import Conflict
from services.airspace.store.shapes import During
from services.airspace.store.zones import Zone, ZoneState, find_zone
from services.airspace.usecases.zones import zones_during
from shared.auth import Principal
from shared.db import raw
from shared.http import BadQuery
from shared.pages import InvalidCursor

router = APIRouter(prefix="/ogc", tags=["OGC API"])
T = TypeVar("T")

CONFORMS_TO: Final = (
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tileset",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/mvt",
)
_TILESETS: Final = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"
_SHAPES: Final = {Collection.ZONES: "Polygon", Collection.RESERVATIONS: "LineString", Collection.CONFLICTS: "Point"}


@router.get("", response_class=JSONResponse)
def landing_page(caller: Anyone, request: Request) -> Response:
    """Where a GIS client starts."""
    expect_parameters(request, set())
    links = [
        link(request, "/ogc", "self", title="this document"),
        link(request, "/openapi.json", "service-desc", "application/vnd.oai.openapi+json;version=3.1", "the API"),
        link(request, "/docs", "service-doc", "text/html", "the API, to read"),
        link(request, "/ogc/conformance", "conformance", title="what it conforms to"),
        link(request, "/ogc/collections", "data", title="what can be read"),
    ]
    about = "Zones, reservations and conflicts of the city's low-altitude airspace."
    return answer({"title": "Tianyuan 天元", "description": about, "links": links})


@router.get("/conformance", response_class=JSONResponse)
def conformance(caller: Anyone, request: Request) -> Response:
    """What of the standards this is."""
    expect_parameters(request, set())
    return answer({"conformsTo": CONFORMS_TO})


@router.get("/collections", response_class=JSONResponse)
def list_collections(caller: Anyone, request: Request, state: State) -> Response:
    """What the caller may read."""
    expect_parameters(request, set())
    collections = [_collection(request, one, state) for one in readable(caller)]
    return answer({"links": [link(request, "/ogc/collections", "self")], "collections": collections})


@router.get("/collections/{collection}", response_class=JSONResponse)
def read_collection(collection: str, caller: Anyone, request: Request, state: State) -> Response:
    """One of them."""
    expect_parameters(request, set())
    return answer(_collection(request, expect_readable(collection, caller), state))


@router.get("/collections/{collection}/items", response_class=JSONResponse)
def list_features(
    collection: str, caller: Anyone, request: Request, state: State, reading: Reading, query: Items
) -> Response:
    """Its features as GeoJSON, a page at a time.

    Reservations and conflicts of flights that are over are not there; without `datetime` all others are.
    """
    chosen = expect_readable(collection, caller)
    features, next_ = _LISTS[chosen](_Asked(state, reading, caller, query))
    return answer(collected(request, chosen, query, features, next_, state.clock()), GEOJSON)


@router.get("/collections/{collection}/items/{feature_id}", response_class=JSONResponse)
def read_feature(
    collection: str, feature_id: str, caller: Anyone, request: Request, state: State, reading: Reading
) -> Response:
    """One feature as GeoJSON."""
    expect_parameters(request, set())
    chosen = expect_readable(collection, caller)
    found = _FINDS[chosen](state, reading, caller, feature_id)
    if found is None:
        raise FeatureNotFound(f"there is no feature {feature_id!r} in {chosen}")
    path = f"/ogc/collections/{chosen}"
    links = [link(request, f"{path}/items/{feature_id}", "self", GEOJSON), link(request, path, "collection")]
    return answer({**found, "links": links}, GEOJSON)


def _collection(request: Request, collection: Collection, state: AirspaceState) -> dict[str, Any]:
    path, (title, about) = f"/ogc/collections/{collection}", TITLES[collection]
    return {
        "id": collection,
        "title": title,
        "description": about,
        "itemType": "feature",
        "extent": {"spatial": {"bbox": [state.bounds], "crs": CRS84}},
        "crs": [CRS84],
        "geometryType": _SHAPES[collection],
        "links": [
            link(request, path, "self"),
            link(request, f"{path}/items", "items", GEOJSON, title),
            link(request, f"{path}/tiles", _TILESETS, JSON, title),
        ],
    }


@dataclass(frozen=True, slots=True)
class _Asked:
    """A list that somebody asks for."""

    state: AirspaceState
    reading: sa.Connection
    caller: Principal
    query: ItemsQuery

    def after(self, *types: type[Any]) -> Any:
        """The key that the page starts after. Raises BadQuery."""
        try:
            return self.query.page.after(*types)
        except InvalidCursor as error:
            raise BadQuery(error.detail, field="cursor") from error

    def page(
        self, rows: list[T], key: Callable[[T], tuple[Any, ...]], show: Callable[[T], dict[str, Any]]
    ) -> tuple[list[dict[str, Any]], str | None]:
        """The page's features, and the cursor of the next."""
        page = self.query.page.of(rows, key)
        return [show(row) for row in page.items], page.next


def _list_zones(asked: _Asked) -> tuple[list[dict[str, Any]], str | None]:
    after, query = asked.after(str), asked.query
    rows = zones_during(
        asked.state,
        asked.reading,
        zone_state=ZoneState.IN_FORCE,
        within=query.within,
        during=query.during,
        after=after[0] if after else None,
        limit=query.page.fetch,
    )
    areas = published.zone_areas(raw(asked.reading).cursor(), [zone.zone_id for zone in rows])
    return asked.page(rows, lambda zone: (zone.zone_id,), lambda zone: _zone(zone, areas[zone.zone_id]))


def _list_reservations(asked: _Asked) -> tuple[list[dict[str, Any]], str | None]:
    query = asked.query
    rows = published.list_held(
        raw(asked.reading).cursor(),
        still(asked.state.clock(), query.during),
        operator=whose(asked.caller),
        within=query.within,
        after=asked.after(datetime, UUID),
        limit=query.page.fetch,
    )
    return asked.page(rows, lambda held: (held.ends_at, held.plan_id), _held)


def _list_conflicts(asked: _Asked) -> tuple[list[dict[str, Any]], str | None]:
    state, query = asked.state, asked.query
    rows = reviews.list_conflicts(
        asked.reading,
        now=state.clock(),
        within=query.within,
        since=None,
        during=query.during,
        after=asked.after(datetime, UUID),
        limit=query.page.fetch,
    )
    return asked.page(rows, lambda one: (one.decided_at, one.plan_id), lambda one: _conflict(state, one))


def _find_zone(state: AirspaceState, reading: sa.Connection, caller: Principal, fid: str) -> dict[str, Any] | None:
    zone = find_zone(reading, fid)
    if zone is None or zone.state is not ZoneState.IN_FORCE:
        return None
    return _zone(zone, published.zone_areas(raw(reading).cursor(), [fid])[fid])


def _find_reservation(
    state: AirspaceState, reading: sa.Connection, caller: Principal, fid: str
) -> dict[str, Any] | None:
    plan_id, during = _plan_id(fid), still(state.clock(), None)
    if plan_id is None:
        return None
    found = published.list_held(raw(reading).cursor(), during, operator=whose(caller), plan_id=plan_id)
    return _held(found[0]) if found else None


def _find_conflict(state: AirspaceState, reading: sa.Connection, caller: Principal, fid: str) -> dict[str, Any] | None:
    plan_id = _plan_id(fid)
    if plan_id is None:
        return None
    found = reviews.list_conflicts(
        reading, now=state.clock(), within=None, since=None, after=None, limit=1, plan_id=plan_id
    )
    return _conflict(state, found[0]) if found else None


_LISTS: Final[Mapping[Collection, Callable[[_Asked], tuple[list[dict[str, Any]], str | None]]]] = {
    Collection.ZONES: _list_zones,
    Collection.RESERVATIONS: _list_reservations,
    Collection.CONFLICTS: _list_conflicts,
}
_FINDS: Final = {
    Collection.ZONES: _find_zone,
    Collection.RESERVATIONS: _find_reservation,
    Collection.CONFLICTS: _find_conflict,
}


def _plan_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def still(now: datetime, during: During | None) -> During:
    """The span without what is over; all that is to come where none is given."""
    forever = datetime.max.replace(tzinfo=now.tzinfo)
    return During(now, forever) if during is None else During(max(now, during.start), during.end)


def _zone(zone: Zone, area: BaseGeometry) -> dict[str, Any]:
    spec = zone.spec
    properties = {
        "zone_version": zone.zone_version,
        "name": spec.name,
        "kind": spec.kind,
        "restriction": spec.restriction,
        "binds": spec.binds,
        "lower": spec.lower,
        "upper": spec.upper,
        "starts_at": spec.starts_at,
        "ends_at": spec.ends_at,
        "limited_applicability": spec.limited_applicability,
        "authority": spec.authority,
        "reason": spec.reason,
        "article": spec.article,
        "demo": spec.demo,
        "outline": spec.outline,
        "published_at": zone.published_at,
    }
    return feature(zone.zone_id, mapping(area), properties)


def _held(held: Held) -> dict[str, Any]:
    properties = {
        "revision": held.revision,
        "operator": held.operator,
        "priority": held.priority,
        "crewed": held.crewed,
        "starts_at": held.starts_at,
        "ends_at": held.ends_at,
    }
    return feature(str(held.plan_id), mapping(held.way), properties)


def _conflict(state: AirspaceState, one: Conflict) -> dict[str, Any]:
    shown = views.conflict(state, one)
    properties = {
        "revision": shown.revision,
        "operator": shown.operator,
        "against_id": shown.against_id,
        "against_operator": shown.against_operator,
        "lower": shown.lower,
        "upper": shown.upper,
        "starts_at": shown.starts_at,
        "ends_at": shown.ends_at,
        "decided_at": shown.decided_at,
        "because": shown.because,
        "message": shown.finding.message,
    }
    return feature(str(one.plan_id), {"type": "Point", "coordinates": one.place}, properties)
