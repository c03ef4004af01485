"""Fixed routes: filed, assessed, opened, suspended, filed anew, classified."""

from typing import Any

import pytest

from shared.contracts.assessment import Outcome
from shared.contracts.sites import SiteState
from tests.integration.flightplan.conftest import APPROVED, AWAITING, REFUSED, Caller, World, assessment


def route(**more: Any) -> dict[str, Any]:
    """A loop by a place in Wuhan."""
    return {
        "name": "东湖巡查一号线",
        "origin": {"lng": 114.3, "lat": 30.5},
        "destination": {"lng": 114.3, "lat": 30.5},
        "path": [{"lng": 114.31, "lat": 30.51, "height_m": 90}, {"lng": 114.32, "lat": 30.5, "height_m": 90}],
        "aircraft_class": "light",
        **more,
    }


def look(caller: Caller, route_id: str = "R1") -> dict[str, Any]:
    found: dict[str, Any] = caller.get(f"/routes/{route_id}").json()
    return found


def test_a_route_lives(world: World, alpha: Caller, planner: Caller) -> None:
    filed = alpha.post("/routes", route(route_id="R1"))
    assert (filed.status_code, filed.json()["state"], filed.json()["operator"]) == (201, "filed", "alpha")
    assert filed.headers["location"] == "/routes/R1"
    early = planner.post("/routes/R1/open")
    assert (early.status_code, "not assessed" in early.json()["detail"]) == (409, True)
    assert planner.post("/routes/R1/suspend").status_code == 409

    world.assess_route("R1", APPROVED)
    assert look(planner)["state"] == "assessed"
    opened = planner.post("/routes/R1/open", {"reason": "开通"})
    assert (opened.status_code, opened.json()["state"], opened.json()["because"]) == (200, "open", "开通")
    assert planner.post("/routes/R1/open").json()["because"] == "开通"

    world.assess_route("R1", AWAITING, because="zone Z2")
    assert look(planner)["state"] == "open"
    world.assess_route("R1", REFUSED, because="zone Z1")
    suspended = look(planner)
    assert (suspended["state"], suspended["because"]) == ("suspended", "zone Z1")
    assert suspended["assessment"]["findings"][0]["message"]["zh"]
    assert planner.post("/routes/R1/open").status_code == 409
    world.assess_route("R1", assessment(Outcome.NOT_REQUIRED), because="zone Z1 withdrawn")
    assert look(planner)["state"] == "suspended"
    assert planner.post("/routes/R1/open").json()["state"] == "open"
    assert planner.post("/routes/R1/suspend", {"reason": "检修"}).json()["state"] == "suspended"
    assert planner.post("/routes/R1/suspend").status_code == 200
    assert [type(event).__name__ for event in world.events()] == ["RouteFiled", *["RouteStateChanged"] * 7]


def test_what_happened_before_it_was_reported_is_dated(world: World, alpha: Caller, planner: Caller) -> None:
    alpha.post("/routes", route(route_id="R1"))
    world.assess_route("R1", APPROVED)
    march, april, ahead = "2026-03-01T02:00:00Z", "2026-04-01T02:00:00Z", "2126-01-01T00:00:00Z"
    for path in ("open", "classification"):
        body = {"effective_at": ahead} | (
            {"route_class": "governance", "evidence": "x"} if path == "classification" else {}
        )
        early = planner.post(f"/routes/R1/{path}", body)
        assert (early.status_code, early.json()["field"]) == (422, "effective_at"), "it has not happened yet"
    opened = planner.post("/routes/R1/open", {"reason": "开通", "effective_at": april})
    assert (opened.json()["state"], opened.json()["effective_at"]) == ("open", april)
    before = planner.post("/routes/R1/suspend", {"effective_at": march})
    assert (before.status_code, before.json()["field"]) == (422, "effective_at"), "it was opened after that"
    ruling = {"route_class": "governance", "evidence": "任务单 7", "effective_at": march}
    assert planner.post("/routes/R1/classification", ruling).json()["classification"]["ruled_at"] == march
    revised = planner.post("/routes/R1/classification", {"route_class": "commercial", "evidence": "合同 3"})
    assert revised.json()["classification"]["route_class"] == "commercial"
    dated = [str(getattr(event, "effective_at", None) or "")[:10] for event in world.events()]
    assert dated == ["", "", "2026-04-01", "", ""]


@pytest.mark.parametrize("outcome", [AWAITING, REFUSED])
def test_a_route_opens_only_when_compatible(world: World, alpha: Caller, planner: Caller, outcome: Any) -> None:
    alpha.post("/routes", route(route_id="R1"))
    world.assess_route("R1", outcome)
    assert planner.post("/routes/R1/open").status_code == 409


def test_filed_anew_it_is_assessed_anew(world: World, alpha: Caller, planner: Caller) -> None:
    alpha.post("/routes", route(route_id="R1"))
    world.assess_route("R1", APPROVED)
    planner.post("/routes/R1/classification", {"route_class": "governance", "evidence": "武政办〔2025〕46号"})
    assert alpha.post("/routes", route(route_id="R1")).status_code == 200
    again = alpha.post("/routes", route(route_id="R1", half_width_m=80))
    assert (again.status_code, again.json()["revision"], again.json()["state"]) == (201, 2, "filed")
    assert again.json()["assessment"] is None
    world.assess_route("R1", REFUSED, revision=1)
    assert look(planner)["state"] == "filed"
    world.assess_route("R1", APPROVED, revision=2)
    shown = look(planner)
    assert (shown["state"], shown["classification"]["route_class"]) == ("assessed", "governance")


def test_assessments_of_one_route_in_one_batch_follow_each_other(world: World, alpha: Caller, planner: Caller) -> None:
    from shared.contracts.airspace import RouteAssessed

    alpha.post("/routes", route(route_id="R1"))
    found = [APPROVED, REFUSED, AWAITING]
    world.handle(*(RouteAssessed(route_id="R1", revision=1, operator="alpha", assessment=one) for one in found))
    assert (look(planner)["state"], look(planner)["assessment"]["outcome"]) == ("assessed", "awaiting")


def test_a_planner_files_for_an_operator_and_classifies(world: World, planner: Caller) -> None:
    filed = planner.post("/routes", route(operator="alpha"))
    assert (filed.status_code, filed.json()["operator"], filed.json()["filed_by"]) == (201, "alpha", "planner@fgw")
    path = filed.headers["location"]
    ruled = planner.post(f"{path}/classification", {"route_class": "commercial", "evidence": "contract 7"})
    assert ruled.json()["classification"]["ruled_by"] == "planner@fgw"
    assert (
        planner.post("/routes/NONE/classification", {"route_class": "commercial", "evidence": "x"}).status_code == 404
    )


def test_a_route_may_be_planned_between_sites_still_to_be_built(world: World, alpha: Caller) -> None:
    world.site("S1", SiteState.PROPOSED)
    world.site("S2", SiteState.RETIRED)
    filed = alpha.post("/routes", route(origin={"site_id": "S1"}))
    assert filed.json()["spec"]["origin"] == {"site_id": "S1", "lng": 114.31, "lat": 30.52}
    for spot in ("S2", "NOWHERE"):
        answer = alpha.post("/routes", route(destination={"site_id": spot}))
        assert (answer.status_code, answer.json()["field"]) == (422, "destination.site_id")


def test_the_scenario_is_one_of_the_citys(world: World, alpha: Caller) -> None:
    for number, known in enumerate(["", "governance", "medical", "river_lake_patrol"]):
        assert alpha.post("/routes", route(route_id=f"R{number}", scenario=known)).status_code == 201
    refused = alpha.post("/routes", route(scenario="河湖巡查"))
    assert "river_lake_patrol" in refused.json()["detail"]


def test_lists_and_the_map(world: World, alpha: Caller, beta: Caller, planner: Caller) -> None:
    for n in range(5):
        alpha.post("/routes", route(route_id=f"A{n}"))
    beta.post("/routes", route(route_id="B1", path=[{"lng": 114.9, "lat": 30.9, "height_m": 50}]))
    world.assess_route("A1", APPROVED)
    planner.post("/routes/A1/open")

    def ids(query: str) -> list[str]:
        return [item["route_id"] for item in planner.get(f"/routes?{query}").json()["items"]]

    first = planner.get("/routes?limit=4").json()
    assert [item["route_id"] for item in first["items"]] == ["A0", "A1", "A2", "A3"]
    assert ids(f"limit=4&cursor={first['next']}") == ["A4", "B1"]
    assert ids("state=open") == ["A1"]
    assert ids("operator=beta") == ["B1"]
    assert ids("bbox=114.8,30.8,115,31") == ["B1"]
    drawn = planner.get("/routes.geojson").json()
    assert len(drawn["features"]) == 6
    assert drawn["features"][0]["geometry"]["coordinates"][1] == [114.31, 30.51]
    assert drawn["features"][1]["properties"]["outcome"] == "approved"
    assert drawn["complete"] is True


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"path": []}, "path"),
        ({"half_width_m": True}, "half_width_m"),
        ({"route_id": "../etc"}, "route_id"),
        ({"origin": {}}, "origin"),
        ({"scenario": "spying"}, "scenario"),
        ({"path": [{"lng": -66, "lat": -30, "height_m": 10}]}, None),
    ],
)
def test_bad_input_names_the_field(world: World, alpha: Caller, changes: dict[str, Any], field: str | None) -> None:
    answer = alpha.post("/routes", route(**changes))
    assert answer.status_code == 422, answer.text
    if field:
        assert answer.json()["field"] == field
    assert world.events() == []
