"""The same collections as vector tiles (OGC API – Tiles on WebMercatorQuad), made by PostGIS."""

from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from services.airspace.api.ogc_features import still
from services.airspace.api.ogc_parts import (
    JSON,
    MVT,
    TITLES,
    Collection,
    TileTime,
    answer,
    expect_parameters,
    expect_readable,
    link,
    whose,
)
from services.airspace.api.parts import Anyone, Reading, State
from services.airspace.store import published
from services.airspace.store.published import Tile
from shared.db import raw
from shared.errors import NotFound

router = APIRouter(prefix="/ogc/collections/{collection}/tiles", tags=["OGC API"])

MOST_ZOOM: Final = 22
_QUAD: Final = "WebMercatorQuad"
_QUAD_URI: Final = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
_VARIABLES: Final = "{tileMatrix}/{tileRow}/{tileCol}"  # as the standard calls them; MapLibre has its own names
_FIELDS: Final[dict[Collection, dict[str, str]]] = {
    Collection.ZONES: {
        "zone_id": "string", "zone_version": "number", "name": "string", "kind": "string", "restriction": "string",
        "binds": "string", "authority": "string", "lower_m": "number", "lower_reference": "string",
        "upper_m": "number", "upper_reference": "string", "demo": "boolean", "starts_at": "string",
        "ends_at": "string",
    },
    Collection.RESERVATIONS: {
        "plan_id": "string", "operator": "string", "priority": "number", "crewed": "boolean", "starts_at": "string",
        "ends_at": "string",
    },
    Collection.CONFLICTS: {
        "plan_id": "string", "revision": "number", "operator": "string", "starts_at": "string", "ends_at": "string",
        "decided_at": "string",
    },
}  # fmt: skip


class NoSuchTile(NotFound):
    """The tile matrix set has no such tile."""


@router.get("", response_class=JSONResponse)
def list_tilesets(collection: str, caller: Anyone, request: Request) -> Response:
    """The tilesets of a collection: one."""
    expect_parameters(request, set())
    chosen = expect_readable(collection, caller)
    path = f"/ogc/collections/{chosen}/tiles"
    return answer({"tilesets": [_tileset(request, chosen)], "links": [link(request, path, "self")]})


@router.get("/WebMercatorQuad", response_class=JSONResponse)
def read_tileset(collection: str, caller: Anyone, request: Request, state: State) -> Response:
    """What a client needs to draw it."""
    expect_parameters(request, set())
    west, south, east, north = state.bounds
    chosen = expect_readable(collection, caller)
    box = {"lowerLeft": (west, south), "upperRight": (east, north)}
    return answer({**_tileset(request, chosen), "boundingBox": box, "layers": [{"id": chosen, "dataType": "vector"}]})


@router.get("/WebMercatorQuad/tilejson.json", response_class=JSONResponse)
def read_tilejson(collection: str, caller: Anyone, request: Request, state: State) -> Response:
    """The same as TileJSON 3, as MapLibre reads it."""
    expect_parameters(request, set())
    chosen = expect_readable(collection, caller)
    title, about = TITLES[chosen]
    return answer(
        {
            "tilejson": "3.0.0",
            "name": title,
            "description": about,
            "tiles": [_template(request, chosen)],
            "minzoom": 0,
            "maxzoom": MOST_ZOOM,
            "bounds": state.bounds,
            "vector_layers": [{"id": chosen, "fields": _FIELDS[chosen]}],
        }
    )


@router.get("/WebMercatorQuad/{z}/{y}/{x}", response_class=Response, responses={200: {"content": {MVT: {}}}})
def read_tile(
    collection: str, z: int, y: int, x: int, caller: Anyone, state: State, reading: Reading, during: TileTime
) -> Response:
    """A tile: `z` zoom, `y` row from the north, `x` column. Reservations and conflicts: those that are not over."""
    chosen = expect_readable(collection, caller)
    if not (0 <= z <= MOST_ZOOM and 0 <= x < 2**z and 0 <= y < 2**z):
        raise NoSuchTile(f"WebMercatorQuad has no tile {z}/{y}/{x} here")
    cursor, tile, span = raw(reading).cursor(), Tile(z, x, y), still(state.clock(), during)
    if chosen is Collection.ZONES:
        content = published.zone_tile(cursor, tile)
    elif chosen is Collection.RESERVATIONS:
        content = published.reservation_tile(cursor, tile, span, operator=whose(caller))
    else:
        content = published.conflict_tile(cursor, tile, span)
    return Response(content, media_type=MVT, headers={"cache-control": "private, max-age=5"})


def _tileset(request: Request, collection: Collection) -> dict[str, Any]:
    path = f"/ogc/collections/{collection}/tiles/{_QUAD}"
    return {
        "title": TITLES[collection][0],
        "dataType": "vector",
        "crs": "http://www.opengis.net/def/crs/EPSG/0/3857",
        "tileMatrixSetURI": _QUAD_URI,
        "links": [
            link(request, path, "self", JSON),
            link(request, f"{path}/tilejson.json", "describedby", JSON, "TileJSON"),
            {"href": _template(request, collection, _VARIABLES), "rel": "item", "type": MVT, "templated": True},
            {"href": _QUAD_URI, "rel": "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme", "type": JSON},
        ],
    }


def _template(request: Request, collection: Collection, variables: str = "{z}/{y}/{x}") -> str:
    return link(request, f"/ogc/collections/{collection}/tiles/{_QUAD}/{variables}", "item").href
