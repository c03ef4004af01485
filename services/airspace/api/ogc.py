"""Zones, reservations and conflicts as OGC API – Features (OGC 17-069r4, core and GeoJSON), for any GIS client.

Zones are everyone's; a reservation is its operator's and the regulators'; conflicts are the regulators'.
"""

from typing import Any, Final

import shapely
import sqlalchemy as sa
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from services.airspace.api.ogc_features import FINDS, LISTS, Asked
from services.airspace.api.ogc_parts import (
    CRS84,
    GEOJSON,
    ITEMS_PARAMETERS,
    JSON,
    TITLES,
    Collection,
    FeatureNotFound,
    Items,
    answer,
    collected,
    expect_parameters,
    expect_readable,
    link,
    readable,
    whose,
)
from services.airspace.api.parts import Anyone, Reading, State
from services.airspace.state import AirspaceState
from services.airspace.store import published
from shared.auth import Principal
from shared.db import raw

router = APIRouter(prefix="/ogc", tags=["OGC API"])

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
def list_collections(caller: Anyone, request: Request, state: State, reading: Reading) -> Response:
    """What the caller may read."""
    expect_parameters(request, set())
    collections = [_collection(request, one, state, reading, caller) for one in readable(caller)]
    return answer({"links": [link(request, "/ogc/collections", "self")], "collections": collections})


@router.get("/collections/{collection}", response_class=JSONResponse)
def read_collection(collection: str, caller: Anyone, request: Request, state: State, reading: Reading) -> Response:
    """One of them."""
    expect_parameters(request, set())
    return answer(_collection(request, expect_readable(collection, caller), state, reading, caller))


@router.get(
    "/collections/{collection}/items", response_class=JSONResponse, openapi_extra={"parameters": ITEMS_PARAMETERS}
)
def list_features(
    collection: str, caller: Anyone, request: Request, state: State, reading: Reading, query: Items
) -> Response:
    """Its features as GeoJSON, a page at a time.

    Reservations and conflicts of flights that are over are not there; without `datetime` all others are.
    """
    chosen = expect_readable(collection, caller)
    features, next_ = LISTS[chosen](Asked(state, reading, caller, query))
    return answer(collected(request, chosen, query, features, next_, state.clock()), GEOJSON)


@router.get("/collections/{collection}/items/{feature_id}", response_class=JSONResponse)
def read_feature(
    collection: str, feature_id: str, caller: Anyone, request: Request, state: State, reading: Reading
) -> Response:
    """One feature as GeoJSON."""
    expect_parameters(request, set())
    chosen = expect_readable(collection, caller)
    found = FINDS[chosen](state, reading, caller, feature_id)
    if found is None:
        raise FeatureNotFound(f"there is no feature {feature_id!r} in {chosen}")
    path = f"/ogc/collections/{chosen}"
    links = [link(request, f"{path}/items/{feature_id}", "self", GEOJSON), link(request, path, "collection")]
    return answer({**found, "links": links}, GEOJSON)


def _collection(
    request: Request, collection: Collection, state: AirspaceState, reading: sa.Connection, caller: Principal
) -> dict[str, Any]:
    path, (title, about) = f"/ogc/collections/{collection}", TITLES[collection]
    found = published.extent(raw(reading).cursor(), collection, operator=whose(caller))
    bounds = shapely.box(*state.bounds).union(shapely.box(*(found or state.bounds))).bounds
    return {
        "id": collection,
        "title": title,
        "description": about,
        "itemType": "feature",
        "extent": {"spatial": {"bbox": [bounds], "crs": CRS84}},
        "crs": [CRS84],
        "geometryType": _SHAPES[collection],
        "links": [
            link(request, path, "self"),
            link(request, f"{path}/items", "items", GEOJSON, title),
            link(request, f"{path}/tiles", _TILESETS, JSON, title),
        ],
    }
