"""Every conformance class that is declared, walked through what it requires; none is declared that is not walked.

The requirements are those of OGC 17-069r4 (Features), 19-072 and 20-024 (Common) and 20-057 (Tiles), named as there.
"""

import math
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final

import httpx
import pytest
from shapely.geometry import box, shape

from services.airspace.api.ogc import CONFORMS_TO
from tests.integration.airspace.conftest import LAT, LNG, NOW, Caller, World, circle, submitted
from tests.integration.airspace.mvt import layers_of

CRS84: Final = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
DEF: Final = "http://www.opengis.net/def"
GEOJSON: Final = "application/geo+json"
ZOOM: Final = 11
COLLECTIONS: Final = ("zones", "reservations", "conflicts")
PLACES: Final = {"Z0": (LNG, LAT), "Z1": (LNG + 0.3, LAT), "Z2": (LNG, LAT + 0.3), "Far": (179.5, -16.5)}


@pytest.fixture
def client(world: World, regulator: Caller) -> Caller:
    """A client of a world with some features in each collection."""
    for zone_id, place in PLACES.items():
        outline = {"type": "Circle", "center": place, "radius_m": 800.0}
        assert regulator.post("/zones", {"zone_id": zone_id, **circle(outline=outline)}).status_code == 201
    slanting = [[LNG + 1.0, LAT], [LNG + 1.2, LAT], [LNG + 1.2, LAT + 0.2], [LNG + 1.0, LAT]]  # half of its own box
    body = circle(outline={"type": "Polygon", "coordinates": [slanting]}, ends_at=_text(NOW + timedelta(hours=2)))
    assert regulator.post("/zones", {"zone_id": "Slanting", **body}).status_code == 201
    world.handle(*(submitted(lat=LAT + 0.05, minute=60, operator=who) for who in ("alpha", "beta")))
    return regulator


def _text(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


def read(client: Caller, href: str, *, accept: str = "*/*") -> httpx.Response:
    """A 200 (http)."""
    answer = client.request("GET", href, headers={"accept": accept})
    assert answer.status_code == 200, f"{href}: {answer.text}"
    assert answer.http_version == "HTTP/1.1"
    return answer


def link(document: Any, rel: str) -> Any:
    """The one link of that relation; each link of the document says its relation and type (fc-rel-type)."""
    assert all(one["href"] and one["rel"] and one["type"] for one in document["links"])
    (found,) = [one for one in document["links"] if one["rel"] == rel]
    return found


def landing(client: Caller) -> Any:
    return read(client, "/ogc").json()


def collections(client: Caller) -> Any:
    return read(client, link(landing(client), "data")["href"]).json()


def items(client: Caller, name: str, **query: Any) -> Any:
    """A page of a collection, by its own link."""
    one = next(each for each in collections(client)["collections"] if each["id"] == name)
    answer = client.get(link(one, "items")["href"], **query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == GEOJSON
    return answer.json()


def ids(client: Caller, name: str = "zones", **query: Any) -> list[str]:
    return [each["id"] for each in items(client, name, **query)["features"]]


# ------------------------------------------------------------------------------------------- Features, core


def features_core(client: Caller) -> None:
    """Part 1, requirements class core."""
    root_and_api(client)
    each_collection(client)
    parameters_are_defined(client)
    pages(client)
    boxes(client)
    times(client)
    single_features(client)
    wrong_queries(client)


def root_and_api(client: Caller) -> None:
    """root-success, api-definition-success, conformance-success."""
    found = landing(client)
    assert link(found, "self")["href"].endswith("/ogc")
    assert read(client, link(found, "service-desc")["href"]).json()["openapi"].startswith("3.")
    assert read(client, link(found, "service-doc")["href"]).headers["content-type"].startswith("text/html")
    declared = read(client, link(found, "conformance")["href"]).json()["conformsTo"]
    assert set(declared) == set(WALKS)


def each_collection(client: Caller) -> None:
    """fc-md-success, fc-md-links, fc-md-items, fc-md-items-links, fc-md-extent, sfc-md-success, crs84."""
    listed = collections(client)
    assert link(listed, "self")["href"].endswith("/ogc/collections")
    assert tuple(one["id"] for one in listed["collections"]) == COLLECTIONS
    for one in listed["collections"]:
        assert read(client, link(one, "self")["href"]).json() == one
        assert (link(one, "items")["type"], one["itemType"], one["crs"]) == (GEOJSON, "feature", [CRS84])
        extent = one["extent"]["spatial"]
        assert extent["crs"] == CRS84
        (bounds,) = extent["bbox"]
        found = items(client, one["id"])["features"]
        assert found
        assert all(box(*bounds).covers(shape(each["geometry"])) for each in found), one["id"]


def parameters_are_defined(client: Caller) -> None:
    """fc-limit-definition, fc-bbox-definition, fc-time-definition: in the API's own definition."""
    definition = read(client, link(landing(client), "service-desc")["href"]).json()
    operation = definition["paths"]["/ogc/collections/{collection}/items"]["get"]
    found = {each["name"]: each for each in operation["parameters"] if each["in"] == "query"}
    limit, bbox, time = found["limit"], found["bbox"], found["datetime"]
    assert all(not each["required"] for each in (limit, bbox, time))
    assert all((each["style"], each["explode"]) == ("form", False) for each in (limit, bbox, time))
    assert limit["schema"] == {"type": "integer", "minimum": 1, "maximum": 1_000, "default": 100}
    assert bbox["schema"] == {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6}
    assert time["schema"] == {"type": "string"}


def pages(client: Caller) -> None:
    """fc-limit-response, fc-links, fc-response, fc-timeStamp, fc-numberReturned."""
    for name in COLLECTIONS:
        every = ids(client, name)
        page, seen = items(client, name, limit=1), list[str]()
        while True:
            assert page["type"] == "FeatureCollection"
            assert page["numberReturned"] == len(page["features"]) <= 1
            assert datetime.fromisoformat(page["timeStamp"]).tzinfo is not None
            assert read(client, link(page, "self")["href"]).json()["features"] == page["features"]
            seen += [each["id"] for each in page["features"]]
            further = [each for each in page["links"] if each["rel"] == "next"]
            if not further:
                break
            page = read(client, further[0]["href"]).json()
        assert seen == every
    assert len(ids(client, limit=100_000)) == len(PLACES) + 1  # more than there may be is no error


def boxes(client: Caller) -> None:
    """fc-bbox-response: what intersects the box and nothing else, six numbers, and over the antimeridian."""
    for query, expected in (
        (f"{LNG - 0.1},{LAT - 0.1},{LNG + 0.1},{LAT + 0.1}", ["Z0"]),
        (f"{LNG - 0.1},{LAT - 0.1},0,{LNG + 0.1},{LAT + 0.1},100", ["Z0"]),
        (f"{LNG - 0.1},{LAT - 0.1},{LNG + 0.4},{LAT + 0.4}", ["Z0", "Z1", "Z2"]),
        ("-180,-90,180,90", ["Far", "Slanting", "Z0", "Z1", "Z2"]),
        (f"{LNG + 1.01},{LAT + 0.15},{LNG + 1.05},{LAT + 0.19}", []),  # in the bounds of a zone, not in the zone
        (f"{LNG + 1.01},{LAT - 0.01},{LNG + 1.05},{LAT + 0.01}", ["Slanting"]),
        ("177.0,-20.0,-177.0,-10.0", ["Far"]),
        ("170.0,-90,114.2,90", ["Far"]),
        (f"{LNG - 0.1},-90,-170.0,90", ["Far", "Slanting", "Z0", "Z1", "Z2"]),
        ("160.6,-55.95,-170,-25.89", []),
    ):
        assert ids(client, bbox=query) == expected, query
    for name in ("reservations", "conflicts"):
        every = ids(client, name)
        (one, *_) = items(client, name)["features"]
        west, south, east, north = shape(one["geometry"]).bounds
        assert one["id"] in ids(client, name, bbox=f"{west - 0.01},{south - 0.01},{east + 0.01},{north + 0.01}")
        assert ids(client, name, bbox=f"{east + 0.0001},{south - 0.00001},{east + 0.1},{north + 0.00001}") == []
        assert ids(client, name, bbox="170.0,-90,-170.0,90") == []
        assert ids(client, name, bbox=f"{west - 1},-90,-170.0,90") == every


def times(client: Caller) -> None:
    """fc-time-response: instants and spans, open on a side; what has no time of its own is always there."""
    always = ["Far", "Z0", "Z1", "Z2"]
    before, after = _text(NOW + timedelta(hours=1)), _text(NOW + timedelta(hours=3))
    for query, there in ((before, True), (after, False), (f"{after}/..", False), (f"../{after}", True)):
        assert ids(client, datetime=query) == (sorted([*always, "Slanting"]) if there else always), query
    assert ids(client, datetime=f"{after}/") == always
    assert ids(client, datetime=f"/{after}") == ids(client, datetime=f"{before}/{after}") == ids(client)
    assert ids(client, "reservations", datetime=f"{_text(NOW)}/{_text(NOW + timedelta(minutes=30))}") == []


def single_features(client: Caller) -> None:
    """f-success, f-links."""
    for name in COLLECTIONS:
        for listed in items(client, name)["features"]:
            answer = read(client, f"/ogc/collections/{name}/items/{listed['id']}", accept=GEOJSON)
            assert answer.headers["content-type"] == GEOJSON
            found = answer.json()
            assert {key: found[key] for key in listed} == listed
            assert read(client, link(found, "self")["href"]).json() == found
            assert read(client, link(found, "collection")["href"]).json()["id"] == name


def wrong_queries(client: Caller) -> None:
    """query-param-unknown, query-param-invalid; and what is not there."""
    for path in ("", "/conformance", "/collections", "/collections/zones", "/collections/zones/items"):
        assert client.get(f"/ogc{path}", colour="red").status_code == 400, path
    for query in ({"limit": 0}, {"limit": "many"}, {"bbox": "1,2,3"}, {"bbox": "1,2,3,4,5"}, {"bbox": "0,1,2,0"}):
        assert client.get("/ogc/collections/zones/items", **query).status_code == 400, query
    for time in ("yesterday", "2026-05-01", "2026-05-01T00:00:00Z/2026-04-01T00:00:00Z"):
        assert client.get("/ogc/collections/zones/items", datetime=time).status_code == 400, time
    assert client.get("/ogc/collections/none").status_code == 404
    assert client.get("/ogc/collections/zones/items/none").status_code == 404


def features_geojson(client: Caller) -> None:
    """Requirements class GeoJSON: definition, content."""
    for name in COLLECTIONS:
        page = items(client, name)
        for each in page["features"]:
            assert (each["type"], set(each) >= {"id", "geometry", "properties"}) == ("Feature", True)
            drawn = shape(each["geometry"])
            assert drawn.is_valid
            assert not drawn.is_empty
        assert {each["rel"] for each in page["links"]} >= {"self", "collection"}
    for path in ("", "/conformance", "/collections", "/collections/zones"):
        assert read(client, f"/ogc{path}").headers["content-type"] == "application/json"


# ------------------------------------------------------------------------------------------- Common


def common_core(client: Caller) -> None:
    """Part 1, core: HTTP, and queries that are not known or not right."""
    root_and_api(client)
    wrong_queries(client)


# ------------------------------------------------------------------------------------------- Tiles


def tilesets(client: Caller) -> Iterator[tuple[str, Any]]:
    """Each collection's tileset, found by its links."""
    for one in collections(client)["collections"]:
        listed = read(client, link(one, f"{DEF}/rel/ogc/1.0/tilesets-vector")["href"]).json()
        (tileset,) = listed["tilesets"]
        yield one["id"], read(client, link(tileset, "self")["href"]).json()


def tile(client: Caller, tileset: Any, z: int, y: int, x: int) -> httpx.Response:
    """By its template."""
    template = link(tileset, "item")
    assert template["templated"] is True
    href = template["href"]
    for name, value in (("{tileMatrix}", z), ("{tileRow}", y), ("{tileCol}", x)):
        assert href.count(name) == 1
        href = href.replace(name, str(value))
    return client.request("GET", href)


def nearest_tile(client: Caller, name: str) -> tuple[int, int, int]:
    """Zoom, row and column of a tile with a feature near the middle."""
    (first, *_) = items(client, name, bbox=f"{LNG - 0.2},{LAT - 0.2},{LNG + 0.2},{LAT + 0.2}")["features"]
    near = shape(first["geometry"]).representative_point()
    row = (1 - math.asinh(math.tan(math.radians(near.y))) / math.pi) / 2
    return ZOOM, int(row * 2**ZOOM), int((near.x + 180) / 360 * 2**ZOOM)


def tiles_core(client: Caller) -> None:
    """tc-op, tc-success, tc-error."""
    for name, tileset in tilesets(client):
        assert tile(client, tileset, *nearest_tile(client, name)).status_code == 200
        empty = tile(client, tileset, ZOOM, 0, 0)
        assert (empty.status_code, empty.content) in ((200, b""), (204, b""))
        for outside in ((ZOOM, 2**ZOOM, 0), (ZOOM, 0, 2**ZOOM), (60, 0, 0)):
            assert tile(client, tileset, *outside).status_code in (400, 404)


def tiles_tileset(client: Caller) -> None:
    """tileset/description: what the metadata of a tileset must have."""
    for name, tileset in tilesets(client):
        assert tileset["dataType"] == "vector"
        assert tileset["crs"].startswith(f"{DEF}/crs/")
        assert tileset["tileMatrixSetURI"] == f"{DEF}/tilematrixset/OGC/1.0/WebMercatorQuad"
        assert link(tileset, f"{DEF}/rel/ogc/1.0/tiling-scheme")["href"] == tileset["tileMatrixSetURI"]
        assert [layer["id"] for layer in tileset["layers"]] == [name]


def tiles_mvt(client: Caller) -> None:
    """mvt/content: a vector tile with the features that lie in it."""
    for name, tileset in tilesets(client):
        answer = tile(client, tileset, *nearest_tile(client, name))
        assert answer.headers["content-type"] == link(tileset, "item")["type"] == "application/vnd.mapbox-vector-tile"
        assert set(layers_of(answer.content)) == {name}


WALKS: Final[dict[str, Callable[[Caller], None]]] = {
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core": features_core,
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson": features_geojson,
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core": common_core,
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections": each_collection,
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core": tiles_core,
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tileset": tiles_tileset,
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/mvt": tiles_mvt,
}


@pytest.mark.parametrize("declared", CONFORMS_TO)
def test_what_is_declared_holds(client: Caller, declared: str) -> None:
    WALKS[declared](client)
