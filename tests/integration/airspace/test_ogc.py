"""Zones, reservations and conflicts as a GIS client reads them: features, pages, tiles, and each to its own."""

import math
from datetime import timedelta
from typing import Any

import pytest
from shapely.geometry import Point, shape

from shared.auth import Role
from tests.integration.airspace.conftest import LAT, LNG, NOW, Caller, World, circle, submitted
from tests.integration.airspace.mvt import layers_of

ITEMS = "/ogc/collections/{}/items"
TILES = "/ogc/collections/{}/tiles/WebMercatorQuad"


def linked(document: dict[str, Any], rel: str) -> Any:
    """The link of that relation, or None."""
    return next((link for link in document["links"] if link["rel"] == rel), None)


def tile_at(z: int, lng: float = LNG, lat: float = LAT) -> str:
    """`z/y/x` of the tile that the place is in."""
    x = int((lng + 180) / 360 * 2**z)
    y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**z)
    return f"{z}/{y}/{x}"


def publish(regulator: Caller, zone_id: str, **changes: Any) -> None:
    answer = regulator.post("/zones", {"zone_id": zone_id, **circle(**changes)})
    assert answer.status_code == 201, answer.text


def test_a_client_finds_its_way_from_the_landing_page(world: World, regulator: Caller) -> None:
    landing = regulator.get("/ogc").json()
    conformance = regulator.get(linked(landing, "conformance")["href"]).json()
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in conformance["conformsTo"]
    assert regulator.get(linked(landing, "service-desc")["href"]).json()["openapi"].startswith("3.")
    collections = regulator.get(linked(landing, "data")["href"]).json()["collections"]
    assert [one["id"] for one in collections] == ["zones", "reservations", "conflicts"]
    for one in collections:
        assert regulator.get(linked(one, "self")["href"]).json() == one
        items = regulator.get(linked(one, "items")["href"])
        assert items.headers["content-type"] == linked(one, "items")["type"] == "application/geo+json"
        assert items.json()["type"] == "FeatureCollection"
        assert linked(items.json(), "self")["href"].endswith(ITEMS.format(one["id"]))
    assert world.client.get("/ogc").status_code == 401


def test_zones_are_drawn_as_areas_and_read_a_page_at_a_time(regulator: Caller, alpha: Caller) -> None:
    for n in range(5):
        outline = {"type": "Circle", "center": [LNG + n * 0.1, LAT], "radius_m": 500.0}
        publish(regulator, f"Z{n}", outline=outline)
    line = {"type": "Corridor", "coordinates": [[LNG, LAT], [LNG + 0.02, LAT]], "radius_m": 200.0}
    publish(regulator, "Z9", outline=line)
    first = alpha.get(ITEMS.format("zones"), limit=4).json()
    assert (first["numberReturned"], [one["id"] for one in first["features"]]) == (4, ["Z0", "Z1", "Z2", "Z3"])
    rest = alpha.request("GET", linked(first, "next")["href"]).json()
    assert [one["id"] for one in rest["features"]] == ["Z4", "Z9"]
    assert linked(rest, "next") is None

    drawn = shape(first["features"][0]["geometry"])
    assert drawn.contains(Point(LNG, LAT))
    radius = drawn.exterior.distance(Point(LNG, LAT)) * 111_000 * math.cos(math.radians(LAT))
    assert 420 < radius < 510
    assert first["features"][0]["properties"]["outline"]["radius_m"] == 500.0
    assert shape(rest["features"][1]["geometry"]).contains(Point(LNG + 0.01, LAT + 0.001))

    one = alpha.get(ITEMS.format("zones") + "/Z4")
    assert one.headers["content-type"] == "application/geo+json"
    assert (one.json()["id"], linked(one.json(), "collection")["rel"]) == ("Z4", "collection")
    regulator.request("DELETE", "/zones/Z4")
    assert alpha.get(ITEMS.format("zones") + "/Z4").status_code == 404


def test_zones_are_found_by_box_and_time(regulator: Caller, alpha: Caller) -> None:
    publish(regulator, "always")
    publish(regulator, "evening", starts_at="2026-05-01T10:00:00Z", ends_at="2026-05-01T14:00:00Z")
    nights = [{"day": ["ANY"], "start_time": "22:00", "end_time": "06:00"}]
    period = {"starts_at": "2026-05-01T00:00:00Z", "ends_at": "2026-06-01T00:00:00Z", "schedule": nights}
    publish(regulator, "nights", limited_applicability=[period])

    def ids(**params: Any) -> list[str]:
        answer = alpha.get(ITEMS.format("zones"), **params)
        assert answer.status_code == 200, answer.text
        return [one["id"] for one in answer.json()["features"]]

    assert ids() == ["always", "evening", "nights"]
    assert ids(bbox=f"{LNG},{LAT},{LNG + 0.1},{LAT + 0.1}") == ids(bbox=f"{LNG},{LAT},0,{LNG + 0.1},{LAT + 0.1},100")
    assert ids(bbox="10,10,11,11") == []
    assert ids(datetime="2026-05-01T10:00:00Z") == ["always", "evening"]
    assert ids(datetime="2026-05-01T16:00:00Z") == ["always", "nights"]  # midnight in Wuhan
    assert ids(datetime="../2026-05-01T09:00:00Z") == ["always"]
    assert ids(datetime="../2026-05-01T15:00:00Z") == ["always", "evening", "nights"]
    assert ids(datetime="2026-05-01T15:00:00+08:00/2026-05-01T18:00:00+08:00") == ["always", "evening"]
    assert ids(datetime="2026-05-02T09:00:00Z/") == ["always", "nights"]
    at = "2026-05-01T09:00:00Z"
    assert [zone["zone_id"] for zone in alpha.get("/zones", at=at).json()["items"]] == ["always"]


def test_a_page_of_zones_is_full_though_most_are_not_active(regulator: Caller, alpha: Caller) -> None:
    nights = [{"day": ["ANY"], "start_time": "22:00", "end_time": "06:00"}]
    period = {"starts_at": "2026-05-01T00:00:00Z", "ends_at": "2026-06-01T00:00:00Z", "schedule": nights}
    for n in range(12):
        publish(regulator, f"Z{n:02}", **({} if n % 5 == 4 else {"limited_applicability": [period]}))
    first = alpha.get("/zones", at="2026-05-01T09:00:00Z", limit=1).json()
    assert [zone["zone_id"] for zone in first["items"]] == ["Z04"]
    rest = alpha.get("/zones", at="2026-05-01T09:00:00Z", limit=1, cursor=first["next"]).json()
    assert ([zone["zone_id"] for zone in rest["items"]], rest["next"]) == (["Z09"], None)


def test_reservations_are_their_operators_and_the_regulators(
    world: World, regulator: Caller, alpha: Caller, beta: Caller
) -> None:
    mine, theirs = submitted(), submitted(operator="beta", lat=LAT + 0.1, minute=300)
    world.handle(mine, theirs)

    def ids(caller: Caller, **params: Any) -> list[str]:
        return [one["id"] for one in caller.get(ITEMS.format("reservations"), **params).json()["features"]]

    assert ids(regulator) == [str(mine.plan_id), str(theirs.plan_id)]
    assert ids(regulator, limit=1) == [str(mine.plan_id)]
    assert (ids(alpha), ids(beta)) == ([str(mine.plan_id)], [str(theirs.plan_id)])
    assert ids(regulator, datetime=f"{(NOW + timedelta(minutes=290)).isoformat()}/..".replace("+00:00", "Z")) == [
        str(theirs.plan_id)
    ]
    way = alpha.get(ITEMS.format("reservations") + f"/{mine.plan_id}").json()
    assert way["geometry"]["type"] == "LineString"
    assert way["geometry"]["coordinates"][0] == [LNG, LAT]
    assert alpha.get(ITEMS.format("reservations") + f"/{theirs.plan_id}").status_code == 404
    assert world.caller(Role.PLANNER, "fgw").get(ITEMS.format("reservations")).status_code == 403
    assert [one["id"] for one in alpha.get("/ogc/collections").json()["collections"]] == ["zones", "reservations"]

    tile = TILES.format("reservations") + f"/{tile_at(10)}"
    for caller, operators in ((regulator, {"alpha", "beta"}), (alpha, {"alpha"}), (beta, {"beta"})):
        found = layers_of(caller.get(tile).content)
        assert {one["operator"] for one in found["reservations"]} == operators


def test_conflicts_are_the_regulators(world: World, regulator: Caller, alpha: Caller) -> None:
    standing, refused = submitted(), submitted(operator="beta")
    assert world.decide(standing, refused) == ["approved", "refused"]
    (conflict,) = regulator.get(ITEMS.format("conflicts")).json()["features"]
    assert (conflict["id"], conflict["geometry"]["type"]) == (str(refused.plan_id), "Point")
    assert conflict["properties"]["against_operator"] == "alpha"
    assert conflict["properties"]["message"]["zh"]
    assert regulator.get(ITEMS.format("conflicts") + f"/{refused.plan_id}").json()["id"] == conflict["id"]
    tile = TILES.format("conflicts") + f"/{tile_at(12)}"
    assert [one["operator"] for one in layers_of(regulator.get(tile).content)["conflicts"]] == ["beta"]
    for path in ("", "/items", f"/items/{refused.plan_id}", "/tiles", f"/tiles/WebMercatorQuad/{tile_at(12)}"):
        assert alpha.get(f"/ogc/collections/conflicts{path}").status_code == 403
    world.clock.forward(hours=5)
    assert regulator.get(ITEMS.format("conflicts")).json()["features"] == []


def test_tiles_show_what_lies_in_them(regulator: Caller, alpha: Caller) -> None:
    publish(regulator, "Z1", outline={"type": "Circle", "center": [LNG, LAT], "radius_m": 2_000.0})
    publish(regulator, "Z2", outline={"type": "Circle", "center": [LNG + 3.0, LAT], "radius_m": 2_000.0})
    tilejson = alpha.get(TILES.format("zones") + "/tilejson.json").json()
    assert tilejson["vector_layers"][0]["id"] == "zones"
    z, y, x = tile_at(11).split("/")
    answer = alpha.get(tilejson["tiles"][0].replace("{z}", z).replace("{y}", y).replace("{x}", x))
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    (zone,) = layers_of(answer.content)["zones"]
    assert (zone["zone_id"], zone["restriction"], zone["name"]) == ("Z1", "PROHIBITED", "测试区")
    assert set(zone) <= set(tilejson["vector_layers"][0]["fields"])
    assert len(layers_of(alpha.get(TILES.format("zones") + f"/{tile_at(4)}").content)["zones"]) == 2
    assert layers_of(alpha.get(TILES.format("zones") + "/11/0/0").content) == {}
    (tileset,) = alpha.get("/ogc/collections/zones/tiles").json()["tilesets"]
    assert alpha.get(linked(tileset, "self")["href"]).json()["layers"] == [{"id": "zones", "dataType": "vector"}]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=x", "limit"),
        ("bbox=1,2,3", "bbox"),
        ("bbox=1,4,3,2", "bbox"),
        ("bbox=181,2,3,4", "bbox"),
        ("datetime=yesterday", "datetime"),
        ("datetime=2026-05-01T10:00:00", "datetime"),
        ("datetime=../..", "datetime"),
        ("datetime=2026-05-02T00:00:00Z/2026-05-01T00:00:00Z", "datetime"),
        ("cursor=x", "cursor"),
        ("colour=red", "colour"),
    ],
)
def test_what_is_not_asked_rightly_is_named(alpha: Caller, query: str, field: str) -> None:
    answer = alpha.request("GET", f"{ITEMS.format('zones')}?{query}")
    assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert answer.headers["content-type"] == "application/problem+json"


def test_what_is_not_there_is_not_found(alpha: Caller) -> None:
    assert alpha.get("/ogc/collections/routes").status_code == 404
    assert alpha.get(ITEMS.format("zones") + "/none").status_code == 404
    assert alpha.get(ITEMS.format("reservations") + "/none").status_code == 404
    assert alpha.get(TILES.format("zones") + "/3/8/0").status_code == 404
    assert alpha.get(TILES.format("zones") + "/23/0/0").status_code == 404
    assert alpha.get(ITEMS.format("zones"), limit=5000).status_code == 200  # taken as the most there is
