"""Coverage over HTTP: two computations agree on every point, events keep it up, what-if says what would come true."""

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import sqlalchemy as sa
from pyproj import Geod

from services.sites.domain.reach import Standard
from services.sites.store.demand import POPULATION
from services.sites.usecases.coverage import CoverageBook, Question
from tests.integration.sites.conftest import Caller, World, site

GEOD = Geod(ellps="WGS84")
RADII = (None, 800.0, 5_000.0, 12_000.0)
BY_POSTGIS = sa.text("""
SELECT (SELECT count(*) FROM sites.site s
         WHERE s.state = 'commissioned' AND (CAST(:kind AS text) IS NULL OR s.kind = :kind)
           AND (CAST(:function AS text) IS NULL OR s.spec -> 'functions' ? :function)
           AND ST_DWithin(CAST(s.position AS geography), d.position,
                          coalesce(CAST(:radius_m AS float8), s.service_radius_m, 3000)))
  FROM sites.demand_point d WHERE d.layer = :layer ORDER BY d.point_id
""")


def by_postgis(world: World, **asked: Any) -> list[int]:
    """How many sites reach each point, by the database."""
    question = {"layer": POPULATION, "radius_m": None, "kind": None, "function": None} | asked
    with world.service.database.reading() as connection:
        return list(connection.execute(BY_POSTGIS, question).scalars())


def by_point(planner: Caller, **asked: Any) -> list[tuple[float, float, float, int]]:
    """Longitude, latitude, people and number of sites of each point, by the platform."""
    answer = planner.get("/coverage.csv", by="point", **asked)
    assert answer.status_code == 200, answer.text
    rows = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    return [(float(row["lng"]), float(row["lat"]), float(row["people"]), int(row["sites"])) for row in rows]


def points_of(world: World, layer: str = POPULATION) -> list[tuple[float, float]]:
    """Where the layer's points are, in the database's order."""
    return [
        (row[0], row[1])
        for row in world.rows(f"""
            SELECT ST_X(CAST(position AS geometry)), ST_Y(CAST(position AS geometry))
              FROM sites.demand_point WHERE layer = '{layer}' ORDER BY point_id""")
    ]


def scattered(planner: Caller, number: int) -> None:
    """Sites of two kinds and several radii round the centre, every fifth suspended."""
    random = np.random.default_rng(20260501)
    for each in range(number):
        functions = ["takeoff_landing", "energy"] if each % 2 else ["takeoff_landing"]
        planner.register(
            site(
                f"s{each}",
                lng=float(random.normal(114.3, 0.15)),
                lat=float(random.normal(30.6, 0.15)),
                kind="nest" if each % 3 else "point",
                state="commissioned" if each % 5 else "suspended",
                functions=functions,
                service_radius_m=RADII[each % 4],
            )
        )


def test_postgis_and_pyproj_agree_on_every_point(world: World, planner: Caller) -> None:
    scattered(planner, 20)
    places = points_of(world)
    for asked in (
        {},
        {"radius_m": 2_500.0},
        {"radius_m": 60_000.0},
        {"kind": "point", "radius_m": 1_500.0},
        {"function": "energy"},
    ):
        ours = {(lng, lat): number for lng, lat, _, number in by_point(planner, **asked)}
        assert [ours[place] for place in places] == by_postgis(world, **asked), asked


def test_districts_cells_and_tiles_add_up_to_the_points(world: World, planner: Caller, tmp_path: Path) -> None:
    scattered(planner, 30)
    points = by_point(planner)
    served = [sum(people for *_, people, sites in points if sites >= fold) for fold in (1, 2, 3)]
    assert served[0] > served[1] > served[2] > 0
    for k, expected in enumerate(served, start=1):
        answer = planner.read("/coverage", k=k)
        total = answer["properties"]
        assert len(answer["features"]) == 13
        assert total["served"] == total["served_by"][k - 1] == pytest.approx(expected, abs=2)
        assert total["share"] == pytest.approx(expected / 12_326_518, abs=1e-5)
        assert sum(each["properties"]["served"] for each in answer["features"]) == pytest.approx(expected, abs=13)
    cells = planner.read("/coverage/cells.geojson", cell_m=2_000)["features"]
    table = planner.get("/coverage.csv", by="cell", cell_m=2_000).text.splitlines()
    assert len(table) == len(cells) + 1
    districts = list(csv.DictReader(io.StringIO(planner.get("/coverage.csv").content.decode("utf-8-sig"))))
    assert len(districts) == 14
    for fold in (1, 2, 3):
        assert sum(each["properties"][f"served_{fold}"] for each in cells) == pytest.approx(served[fold - 1], rel=1e-6)
        assert float(districts[-1][f"served_{fold}"]) == pytest.approx(served[fold - 1], abs=2)
    tile = planner.get("/coverage/tiles/0/0/0.mvt", cell_m=20_000)
    assert tile.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    (tmp_path / "0.mvt").write_bytes(tile.content)
    frame = pyogrio.read_dataframe(tmp_path / "0.mvt", layer="coverage")
    coarse = planner.read("/coverage/cells.geojson", cell_m=20_000)["features"]
    assert sorted(frame["people"]) == pytest.approx(sorted(each["properties"]["people"] for each in coarse), abs=0.001)
    assert planner.get("/coverage/tiles/9/0/0.mvt").content == b""
    assert planner.get("/coverage/tiles/1/2/0.mvt").status_code == 404


def test_minutes_launch_speed_and_wind_are_a_radius(planner: Caller) -> None:
    planner.register(site(state="commissioned"))
    timed = planner.read("/coverage", minutes=5, launch_delay_s=60, cruise_mps=20, wind_mps=5)
    assert timed["properties"]["radius_m"] == 240 * 15
    assert timed["features"] == planner.read("/coverage", radius_m=3_600)["features"]
    assert planner.read("/coverage", minutes=5)["properties"]["radius_m"] == 270 * 12  # as the city's profile has it


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        *(({"radius_m": bad}, "radius_m") for bad in ("0", "-1", "nan", "inf", "100001", "x")),
        ({"radius_m": 3_000, "minutes": 5}, "radius_m"),
        ({"minutes": 0.5}, "minutes"),
        ({"minutes": 5, "wind_mps": 15}, "wind_mps"),
        ({"cruise_mps": 15}, "minutes"),
        ({"k": 4}, "k"),
        ({"kind": "castle"}, "kind"),
        ({"function": "sleep"}, "function"),
    ],
)
def test_what_cannot_be_asked_is_named(planner: Caller, asked: dict[str, Any], field: str) -> None:
    answer = planner.get("/coverage", **asked)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].endswith(field)


def test_no_such_layer_is_a_404(planner: Caller) -> None:
    assert planner.get("/coverage", layer="nowhere").status_code == 404
    assert planner.post("/coverage/what-if", {"layer": "nowhere"}).status_code == 404


def test_events_keep_it_up_as_if_it_were_counted_anew(world: World, planner: Caller) -> None:
    """Whatever becomes of the sites, what is kept is what a book opened now would count, and what PostGIS counts."""
    random = np.random.default_rng(7)
    question = Question(POPULATION, Standard(world.city.service_radius_m))
    kept = CoverageBook()

    def agree() -> list[int]:
        with world.service.database.reading() as connection:
            one = kept.ask(connection, question)
            anew = CoverageBook().ask(connection, question)
        assert one.reached.tolist() == anew.reached.tolist()
        assert one.sites == anew.sites
        return [int(number) for number in one.reached]

    agree()
    for number in range(6):
        planner.register(site(f"s{number}", lng=114.2 + 0.02 * number, state="commissioned", service_radius_m=4_000))
        agree()
    lives = {f"s{number}": "commissioned" for number in range(6)}
    for _ in range(12):
        site_id = f"s{random.integers(6)}"
        if random.random() < 0.4:
            place = {"lng": float(random.normal(114.3, 0.1)), "lat": float(random.normal(30.6, 0.1))}
            spec = planner.read(f"/sites/{site_id}")["spec"]
            assert planner.put(f"/sites/{site_id}", spec | place).status_code == 200
        else:
            move = "suspend" if lives[site_id] == "commissioned" else "resume"
            lives[site_id] = planner.move(site_id, move)["state"]
        agree()
    ours = {(lng, lat): number for lng, lat, _, number in by_point(planner)}
    assert [ours[place] for place in points_of(world)] == by_postgis(world)


def test_a_log_that_does_not_go_on_is_read_anew(world: World, planner: Caller) -> None:
    planner.register(site(state="commissioned"))
    assert planner.read("/coverage")["properties"]["sites"] == 1
    world.empty()  # as a database put back from a copy
    planner.register(site("other", state="commissioned"), site("third", lng=114.4, state="commissioned"))
    assert planner.read("/coverage")["properties"]["sites"] == 2


def test_what_if_says_what_comes_true(world: World, planner: Caller) -> None:
    scattered(planner, 12)
    asked = {
        "add": [{"lng": 114.5, "lat": 30.45, "service_radius_m": 6_000}],
        "move": [{"site_id": "s1", "lng": 114.1, "lat": 30.7}],
        "remove": ["s2"],
    }
    events = len(world.events())
    before = planner.read("/coverage")
    answer = planner.post("/coverage/what-if", asked)
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert len(world.events()) == events
    assert planner.read("/coverage") == before
    assert said["city"]["before"]["served_by"] == before["properties"]["served_by"]
    planner.register(site("new", lng=114.5, lat=30.45, service_radius_m=6_000, state="commissioned"))
    spec = planner.read("/sites/s1")["spec"]
    planner.put("/sites/s1", spec | {"lng": 114.1, "lat": 30.7})
    planner.move("s2", "suspend")
    after = planner.read("/coverage")
    assert said["sites_after"] == said["sites_before"] == after["properties"]["sites"]
    assert said["city"]["after"]["served_by"] == after["properties"]["served_by"]
    gained = said["newly_served"] - said["no_longer_served"]
    assert gained == pytest.approx(after["properties"]["served"] - before["properties"]["served"], abs=2)
    for district, feature in zip(said["districts"], after["features"], strict=True):
        assert district["adcode"] == feature["id"]
        assert district["after"]["served_by"] == feature["properties"]["served_by"]
    nothing = planner.post("/coverage/what-if", {}).json()
    assert nothing["city"]["before"] == nothing["city"]["after"]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"add": [{"lng": 514.0, "lat": 30.0}]}, "add.0.lng"),
        ({"service_time": {"minutes": 5, "cruise_mps": 2}}, "service_time.wind_mps"),
        ({"service_time": {"minutes": 5}, "radius_m": 100}, "radius_m"),
        ({"build": []}, "build"),
    ],
)
def test_a_what_if_that_makes_no_sense_is_named(planner: Caller, asked: dict[str, Any], field: str) -> None:
    answer = planner.post("/coverage/what-if", asked)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


def test_only_sites_in_use_are_moved_and_removed(planner: Caller) -> None:
    planner.register(site("idle"))
    elsewhere = {"site_id": "idle", "lng": 114.0, "lat": 30.0}
    for asked, field in (({"remove": ["idle"]}, "remove.0"), ({"move": [elsewhere]}, "move.0.site_id")):
        answer = planner.post("/coverage/what-if", asked)
        assert answer.status_code == 409
        assert answer.json()["field"] == field
