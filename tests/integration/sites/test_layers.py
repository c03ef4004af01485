"""Layers of demand over HTTP: points and rasters come in as files, coverage and scenarios look at them."""

import json
from collections.abc import Iterator

import numpy as np
import pytest
import rasterio
import sqlalchemy as sa

from tests.integration.sites.conftest import CENTRE, Caller, World, site
from tests.integration.sites.test_coverage import points_of
from tests.integration.sites.test_scenarios import COARSE, over


@pytest.fixture(autouse=True)
def no_layers(world: World) -> Iterator[None]:
    """None of another test."""
    yield
    with world.service.database.engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM sites.demand_point WHERE layer NOT IN ('population', 'towns')"))
        connection.execute(sa.text("DELETE FROM sites.demand_layer WHERE layer NOT IN ('population', 'towns')"))
        connection.execute(sa.text("TRUNCATE sites.scenario"))


def test_points_become_a_layer(world: World, planner: Caller) -> None:
    rows = ["lng,lat,weight,name", "114.30,30.60,10,a", "114.31,30.60,,b", "x,30.60,1,c", "114.3,95,1,d", "10,50,1,e"]
    file = "\n".join([*rows, "114.30,30.61,-1,f"]).encode()
    report = planner.send("/demand/depots", file).json()
    assert report["layer"]["points"] == 2
    assert report["layer"]["weight"] == 11
    assert report["outside_city"] == 1
    assert [(each["row"], each["field"]) for each in report["errors"]] == [(4, "lng"), (5, "lat"), (7, "weight")]
    assert planner.send("/demand/depots", file).json()["unchanged"]
    planner.register(site(lng=114.30, lat=30.60, state="commissioned"))
    assert planner.read("/coverage", layer="depots", radius_m=500)["properties"]["served"] == 10
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [114.30, 30.60]},
        "properties": {"weight": 7},
    }
    body = json.dumps({"type": "FeatureCollection", "features": [feature, {"type": "Feature"}]}).encode()
    replaced = planner.send("/demand/depots", body, "application/geo+json").json()
    assert replaced["layer"]["points"] == 1
    assert [each["row"] for each in replaced["errors"]] == [2]
    assert planner.read("/coverage", layer="depots")["properties"]["population"] == 7
    assert {each["layer"] for each in planner.read("/demand")} == {"population", "towns", "depots"}
    assert planner.client.delete("/demand/depots", headers=planner.headers).status_code == 204
    assert planner.client.delete("/demand/depots", headers=planner.headers).status_code == 404
    assert planner.get("/coverage", layer="depots").status_code == 404


def test_the_towns_are_a_layer(world: World, planner: Caller) -> None:
    towns = {each["layer"]: each for each in planner.read("/demand")}["towns"]
    assert towns["source"] == "towns"
    assert 0 < towns["points"] <= len(world.city.towns)
    assert planner.read("/coverage", layer="towns")["properties"]["population"] == towns["points"]


def geotiff(pixels: np.ndarray, *, crs: str, west: float, north: float, side: float) -> bytes:
    """A raster of one band with -1 where nothing is known."""
    shape = {"height": pixels.shape[0], "width": pixels.shape[1], "count": 1, "dtype": "float32"}
    with rasterio.MemoryFile() as memory:
        with memory.open(
            driver="GTiff", crs=crs, transform=rasterio.Affine(side, 0, west, 0, -side, north), nodata=-1, **shape
        ) as f:
            f.write(pixels.astype(np.float32), 1)
        return bytes(memory.read())


@pytest.mark.parametrize(
    ("crs", "west", "north", "side"), [("EPSG:4326", 114.0, 31.0, 0.01), ("EPSG:32650", 2.2e5, 3.4e6, 1e3)]
)
def test_a_raster_becomes_a_layer(
    world: World, planner: Caller, crs: str, west: float, north: float, side: float
) -> None:
    random = np.random.default_rng(3)
    pixels = random.integers(0, 50, (60, 60)).astype(float)
    pixels[random.random((60, 60)) < 0.3] = -1
    report = planner.send("/demand/raster", geotiff(pixels, crs=crs, west=west, north=north, side=side), "image/tiff")
    assert report.status_code == 200, report.text
    view = report.json()
    known = {"outside": view["outside_city"], "points": view["layer"]["points"]}
    assert view["layer"]["source"] == "raster"
    assert known["points"] > 500
    assert view["layer"]["weight"] <= pixels[pixels > 0].sum()
    rows, columns = np.nonzero(pixels > 0)
    x, y = west + (columns + 0.5) * side, north - (rows + 0.5) * side
    lng, lat = rasterio.warp.transform(crs, "EPSG:4326", x, y)
    expected = {(round(a, 5), round(b, 5)) for a, b in zip(lng, lat, strict=True)}
    assert {(round(a, 5), round(b, 5)) for a, b in points_of(world, "raster")} <= expected


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"", "text/csv"),
        (b"lng,weight\n114,1\n", "text/csv"),
        (b"lng,lat\n10,50\n", "text/csv"),
        (b"\xff\xfe", "text/csv"),
        (b'lng,lat\n"114', "text/csv"),
        (b"{}", "application/geo+json"),
        (b"[", "application/geo+json"),
        (b"no tiff", "image/tiff"),
        (b"", "image/tiff"),
        (geotiff(np.ones((3, 3)), crs="EPSG:4326", west=10.0, north=50.0, side=0.01), "image/tiff"),
        (geotiff(np.full((3, 3), -5.0), crs="EPSG:4326", west=114.0, north=30.6, side=0.01), "image/tiff"),
    ],
)
def test_a_file_that_is_no_layer_is_refused(planner: Caller, content: bytes, media_type: str) -> None:
    answer = planner.send("/demand/bad", content, media_type)
    assert answer.status_code == 422, answer.text
    assert "bad" not in {each["layer"] for each in planner.read("/demand")}


def test_the_layers_of_the_city_stay(planner: Caller, operator: Caller) -> None:
    assert planner.send("/demand/population", b"lng,lat\n114.3,30.6\n").status_code == 409
    assert planner.client.delete("/demand/towns", headers=planner.headers).status_code == 409
    assert operator.send("/demand/mine", b"lng,lat\n114.3,30.6\n").status_code == 403


def test_a_scenario_looks_at_the_layer_and_the_time_it_is_asked_for(world: World, planner: Caller) -> None:
    places = "".join(f"{CENTRE[0] + 0.05 * number},{CENTRE[1]},1\n" for number in range(-2, 3))
    planner.send("/demand/five", f"lng,lat,weight\n{places}".encode())
    asked = COARSE | {"layer": "five", "new_sites": 2, "service_time": {"minutes": 3, "cruise_mps": 13.0}}
    shown = over(planner, planner.post("/sites/solve", asked).json()["scenario_id"])
    assert shown["state"] == "solved", shown
    assert shown["inputs"]["demand_points"] == 5
    assert shown["inputs"]["layer"] == "five"
    assert shown["inputs"]["service_radius_m"] == 150 * 10
    missing = planner.post("/sites/solve", asked | {"layer": "none"})
    assert missing.status_code == 422
    assert missing.json()["errors"][0]["field"] == "layer"
    late = planner.post("/sites/solve", asked | {"service_time": {"minutes": 0.1}})
    assert late.json()["errors"][0]["field"] == "service_time.minutes"
