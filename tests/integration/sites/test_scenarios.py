"""Scenarios on real PostGIS: asked over HTTP, solved in a process of their own, compared, proposed, cancelled."""

from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest
import sqlalchemy as sa
from pyproj import Geod

from services.sites.usecases.runs import Runs
from shared.auth import Role
from shared.contracts.airspace import ZoneChanged, ZoneKind, ZonePublished, ZoneSpec, ZoneWithdrawn
from shared.contracts.assessment import Restriction
from shared.db import lock_key
from shared.volumes import Altitude, AltitudeReference, CircleOutline, PolygonOutline
from tests.integration.sites.conftest import CENTRE, REFUSED, Caller, World, site
from tests.waiting import eventually

COARSE = {"name": "二期", "model": "mclp", "new_sites": 6, "spacing_m": 8_000, "time_limit_s": 20}
LONGEST_S = 90.0


def zone(name: str, outline: Any, restriction: Restriction = Restriction.PROHIBITED, **more: Any) -> ZoneSpec:
    """A zone on the ground."""
    return ZoneSpec(
        name=name, kind=ZoneKind.PROHIBITED, restriction=restriction, outline=outline, authority="空管", **more
    )


@pytest.fixture(autouse=True)
def nothing_left(world: World) -> None:
    """No scenario or zone of another test."""
    with world.service.database.engine.begin() as connection:
        connection.execute(sa.text("TRUNCATE sites.scenario, sites.zone"))


def solved(planner: Caller, **asked: Any) -> dict[str, Any]:
    """A scenario when it is over."""
    answer = planner.post("/sites/solve", COARSE | asked)
    assert answer.status_code == 202, answer.text
    return over(planner, answer.json()["scenario_id"])


def over(planner: Caller, scenario_id: str) -> dict[str, Any]:
    """The scenario once nothing more comes."""

    def view() -> dict[str, Any] | None:
        shown: dict[str, Any] = planner.read(f"/scenarios/{scenario_id}")
        return None if shown["state"] in ("queued", "running") else shown

    found = eventually(view, timeout_s=LONGEST_S, every_s=0.1)
    assert found is not None
    return found


def in_use(planner: Caller, *sites: dict[str, Any]) -> None:
    """Sites in use."""
    planner.register(*({"state": "commissioned", **each} for each in sites))


def test_the_best_next_sites_stand_beside_those_there_are(world: World, planner: Caller) -> None:
    in_use(planner, site("s1"), site("s2", lng=114.40))
    shown = solved(planner, unit_cost_cny=500_000)
    assert shown["state"] == "solved", shown
    result, inputs = shown["result"], shown["inputs"]
    assert inputs["existing"] == ["s1", "s2"]
    assert inputs["demand_points"] > 10_000
    assert inputs["people"] == pytest.approx(12_326_518)
    assert len(result["sites"]) == 6
    assert result["bound"] >= result["objective"] > 0
    served = sum(each["after"] for each in result["districts"])
    assert served == pytest.approx(result["objective"])
    assert all(each["before"] <= each["after"] <= each["population"] + 1e-6 for each in result["districts"])
    newly = served - sum(each["before"] for each in result["districts"])
    assert shown["price"]["cost_per_person_cny"] == pytest.approx(6 * 500_000 / newly)
    places = planner.read(f"/scenarios/{shown['scenario_id']}/candidates")
    assert len(places) == inputs["candidates"]
    assert all([each["place"]["lng"], each["place"]["lat"]] in places for each in result["sites"])


def test_postgis_counts_the_same_people(world: World, planner: Caller) -> None:
    in_use(planner, site("s1"))
    shown = solved(planner)
    scenario_id = shown["scenario_id"]
    proposed = planner.post(f"/scenarios/{scenario_id}/propose").json()
    for site_id in proposed["site_ids"]:
        planner.move(site_id, "approve", "construct", "commission")
    coverage = planner.read("/coverage", radius_m=shown["inputs"]["service_radius_m"])
    by_adcode = {each["id"]: each["properties"]["served"] for each in coverage["features"]}
    for district in shown["result"]["districts"]:
        assert by_adcode[district["adcode"]] == pytest.approx(district["after"], abs=1)


def test_proposing_twice_registers_once_and_leaves_alone_what_has_changed(world: World, planner: Caller) -> None:
    scenario_id = solved(planner)["scenario_id"]
    first = planner.post(f"/scenarios/{scenario_id}/propose").json()
    assert first["created"] == 6
    sites = {each["site_id"]: each for each in planner.read("/sites")["items"]}
    assert set(sites) == set(first["site_ids"])
    assert {each["state"] for each in sites.values()} == {"proposed"}
    assert {each["spec"]["source"] for each in sites.values()} == {f"scenario {scenario_id}"}
    changed = planner.put(f"/sites/{first['site_ids'][0]}", sites[first["site_ids"][0]]["spec"] | {"name": "新名"})
    assert changed.status_code == 200
    events = len(world.events())
    second = planner.post(f"/scenarios/{scenario_id}/propose").json()
    assert second == {"site_ids": first["site_ids"], "created": 0}
    assert len(world.events()) == events
    assert planner.read(f"/sites/{first['site_ids'][0]}")["spec"]["name"] == "新名"


def test_candidates_keep_out_of_prohibited_zones(world: World, planner: Caller) -> None:
    free = solved(planner, name="free")
    places = np.array(planner.read(f"/scenarios/{free['scenario_id']}/candidates"))
    circle = CircleOutline("Circle", CENTRE, 20_000.0)
    world.handle(
        ZonePublished(zone_id="z1", zone_version=1, zones_version=1, spec=zone("禁", circle), published_by="r")
    )
    kept = solved(planner, name="kept")
    left = np.array(planner.read(f"/scenarios/{kept['scenario_id']}/candidates"))
    geod = Geod(ellps="WGS84")
    _, _, metres = geod.inv(
        np.full(len(places), CENTRE[0]), np.full(len(places), CENTRE[1]), places[:, 0], places[:, 1]
    )
    assert left.tolist() == places[np.asarray(metres) > 20_000].tolist()
    assert kept["inputs"]["zones"] == ["z1@1"]
    assert kept["inputs"]["left_out"] == (np.asarray(metres) <= 20_000).sum() > 0
    assert kept["result"]["objective"] < free["result"]["objective"]


def test_only_the_zones_in_force_that_last_and_reach_the_ground_keep_out(world: World, planner: Caller) -> None:
    ring = [(113.0, 29.0), (116.0, 29.0), (116.0, 32.0), (113.0, 32.0), (113.0, 29.0)]
    everywhere = PolygonOutline("Polygon", [ring])
    harmless = [
        zone("有终", everywhere, ends_at=world.clock.now),
        zone("高处", everywhere, lower=Altitude(120.0, AltitudeReference.AGL)),
        zone("适飞", everywhere, Restriction.NO_RESTRICTION),
        zone("管制", everywhere, Restriction.REQ_AUTHORIZATION),
    ]
    for number, spec in enumerate(harmless):
        world.handle(
            ZonePublished(zone_id=f"z{number}", zone_version=1, zones_version=number + 1, spec=spec, published_by="r")
        )
    prohibited = zone("禁", everywhere)
    world.handle(
        ZonePublished(zone_id="all", zone_version=1, zones_version=9, spec=prohibited, published_by="r"),
        ZoneChanged(
            zone_id="all", zone_version=2, zones_version=10, spec=prohibited, former=prohibited, published_by="r"
        ),
    )
    refused = solved(planner)
    assert refused["state"] == "failed"
    assert refused["failure"] == "no candidate is left outside the zones"
    world.handle(ZoneWithdrawn(zone_id="all", zone_version=3, zones_version=11, former=prohibited, published_by="r"))
    world.handle(
        ZonePublished(zone_id="all", zone_version=1, zones_version=9, spec=prohibited, published_by="r")
    )  # told again
    assert solved(planner)["inputs"]["zones"] == []
    strict = solved(planner, avoid=["PROHIBITED", "REQ_AUTHORIZATION"])
    assert strict["state"] == "failed"


def test_the_register_offers_proposed_sites_that_airspace_does_not_refuse(world: World, planner: Caller) -> None:
    planner.register(site("a"), site("b", lng=114.35), site("c", lng=114.30, lat=30.55))
    world.assess("b", REFUSED)
    shown = solved(planner, source="proposed", new_sites=2)
    assert shown["state"] == "solved", shown
    assert {each["place"]["site_id"] for each in shown["result"]["sites"]} == {"a", "c"}
    proposed = planner.post(f"/scenarios/{shown['scenario_id']}/propose").json()
    assert proposed["created"] == 0
    assert set(proposed["site_ids"]) == {"a", "c"}
    many = solved(planner, source="proposed", new_sites=3)
    assert many["state"] == "failed"
    assert many["failure"].startswith("p: p is 3, but there are only 2 candidates")


def test_quotas_cells_and_capacity(world: World, planner: Caller) -> None:
    quotas = {"420103": {"most": 1}, "420117": {"least": 2}}
    shown = solved(planner, quotas=quotas, cell_m=20_000)
    assert shown["state"] == "solved", shown
    districts = [each["place"]["district"] for each in shown["result"]["sites"]]
    assert districts.count("420117") >= 2
    assert districts.count("420103") <= 1
    limited = solved(planner, new_sites=2, capacity=50_000, spacing_m=20_000, time_limit_s=1.5)
    assert limited["result"]["objective"] <= 2 * 50_000 + 1


def test_two_scenarios_side_by_side(world: World, planner: Caller) -> None:
    in_use(planner, site("s1"))
    a = solved(planner, name="a", new_sites=4, unit_cost_cny=100.0)
    world.clock.forward(seconds=1)
    b = solved(planner, name="b", new_sites=8)
    compared = planner.read("/scenarios/compare", a=a["scenario_id"], b=b["scenario_id"])
    assert [compared[side]["name"] for side in "ab"] == ["a", "b"]
    assert compared["a"]["new_sites"] == 4
    assert compared["b"]["new_sites"] == 8
    assert compared["b"]["share"] >= compared["a"]["share"] > 0
    assert compared["a"]["price"]["cost_cny"] == 400.0
    assert compared["b"]["price"]["cost_cny"] is None
    assert len(compared["districts"]) == 13
    for district, ours in zip(compared["districts"], a["result"]["districts"], strict=True):
        assert district["adcode"] == ours["adcode"]
        assert district["a"] == ours["after"]
        assert district["before"] == ours["before"]
    listed = planner.read("/scenarios", limit=1)
    assert [each["name"] for each in listed["items"]] == ["b"]
    rest = planner.read("/scenarios", limit=1, cursor=listed["next"])
    assert [each["name"] for each in rest["items"]] == ["a"]
    renamed = planner.put(f"/scenarios/{a['scenario_id']}/name", {"name": "首选"})
    assert renamed.json()["name"] == planner.read(f"/scenarios/{a['scenario_id']}")["name"] == "首选"
    points = planner.read(f"/scenarios/{a['scenario_id']}/sites.geojson")
    assert len(points["features"]) == 4


def test_fewest_sites_for_a_share(world: World, planner: Caller) -> None:
    asked = {"model": "lscp", "new_sites": None, "coverage_percent": 60, "service_radius_m": 9_000}
    shown = solved(planner, **asked)
    assert shown["state"] == "solved", shown
    result = shown["result"]
    assert len(result["sites"]) == result["objective"] >= result["bound"]
    people = sum(each["population"] for each in result["districts"])
    assert sum(each["after"] for each in result["districts"]) >= 0.6 * people - 1
    everybody = solved(planner, **(asked | {"coverage_percent": 100, "service_radius_m": 1_000}))
    assert everybody["state"] == "failed"
    assert "within service_radius of demand point" in everybody["failure"]


def test_a_long_run_shows_its_progress_and_is_cancelled(world: World, planner: Caller) -> None:
    asked = COARSE | {"new_sites": 300, "spacing_m": 1_500, "time_limit_s": 600}
    scenario_id = planner.post("/sites/solve", asked).json()["scenario_id"]
    stage = eventually(lambda: planner.read(f"/scenarios/{scenario_id}")["stage"], timeout_s=LONGEST_S)
    assert stage["doing"]
    assert planner.client.delete(f"/scenarios/{scenario_id}", headers=planner.headers).status_code == 409
    waiting = planner.post("/sites/solve", COARSE).json()["scenario_id"]
    assert planner.post(f"/scenarios/{waiting}/cancel").json()["state"] == "cancelled"
    assert planner.get("/healthz").status_code == 200
    assert planner.post(f"/scenarios/{scenario_id}/cancel").status_code == 200
    shown = over(planner, scenario_id)
    assert shown["state"] == "cancelled"
    assert shown["cancelled_by"]
    assert planner.post(f"/scenarios/{scenario_id}/cancel").json()["state"] == "cancelled"
    if shown["result"] is not None:
        assert shown["result"]["bound"] >= shown["result"]["objective"]
    assert planner.client.delete(f"/scenarios/{scenario_id}", headers=planner.headers).status_code == 204
    assert planner.get(f"/scenarios/{scenario_id}").status_code == 404


def test_a_run_that_a_restart_broke_off_says_so(world: World, planner: Caller) -> None:
    lost, held = uuid4(), uuid4()
    scenario_id = solved(planner, new_sites=1)["scenario_id"]
    database = world.service.database
    with database.engine.begin() as connection:
        for other in (lost, held):
            connection.execute(
                sa.text(
                    "INSERT INTO sites.scenario (scenario_id, name, state, asked, asked_by, created_at, started_at)"
                    " SELECT :new, name, 'running', asked, asked_by, created_at, started_at FROM sites.scenario"
                    " WHERE scenario_id = :old"
                ),
                {"new": other, "old": UUID(scenario_id)},
            )
    restarted = Runs(database, world.city)
    with database.dedicated() as own:  # as a process that is still at it
        own.exec_driver_sql("SELECT pg_advisory_lock(%s)", (lock_key(f"scenario {held}"),))
        own.commit()
        restarted.start()
    restarted.stop()
    assert planner.read(f"/scenarios/{lost}")["state"] == "interrupted"
    assert planner.read(f"/scenarios/{held}")["state"] == "running"
    assert planner.post(f"/scenarios/{lost}/propose").status_code == 409


def test_a_platform_that_stops_leaves_no_run_behind(fresh_world: World) -> None:
    planner = fresh_world.caller(Role.PLANNER)
    asked = COARSE | {"new_sites": 300, "spacing_m": 1_500, "time_limit_s": 600}
    scenario_id = planner.post("/sites/solve", asked).json()["scenario_id"]
    eventually(lambda: planner.read(f"/scenarios/{scenario_id}")["state"] == "running", timeout_s=LONGEST_S)
    fresh_world.service.on_stop()
    assert planner.read(f"/scenarios/{scenario_id}")["state"] == "interrupted"


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"new_sites": None}, "new_sites"),
        ({"model": "lscp"}, "new_sites"),
        ({"new_sites": 0}, "new_sites"),
        ({"model": "guess"}, "model"),
        ({"source": "given"}, "positions"),
        ({"positions": [[114.0, 30.0]]}, "positions"),
        ({"source": "given", "positions": [[514.0, 30.0]]}, "positions"),
        ({"time_limit_s": 1e9}, "time_limit_s"),
        ({"coverage_percent": 101}, "coverage_percent"),
        ({"quotas": {"420103": {"most": 1, "least": 2}}}, "quotas"),
    ],
)
def test_what_cannot_be_asked_is_a_422(world: World, planner: Caller, asked: dict[str, Any], field: str) -> None:
    answer = planner.post("/sites/solve", {key: value for key, value in (COARSE | asked).items() if value is not None})
    assert answer.status_code == 422
    assert field in answer.text


def test_who_may_do_what(world: World, operator: Caller) -> None:
    regulator = world.caller(Role.REGULATOR)
    assert operator.post("/sites/solve", COARSE).status_code == 403
    assert regulator.post("/sites/solve", COARSE).status_code == 403
    assert operator.get("/scenarios").status_code == 403
    assert regulator.read("/scenarios")["items"] == []
    assert regulator.get(f"/scenarios/{uuid4()}").status_code == 404
    assert regulator.get("/scenarios/compare", a=str(uuid4()), b=str(uuid4())).status_code == 404
