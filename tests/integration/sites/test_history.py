"""Progress of any month is what the events say: replayed, laid under a zone and freed again, asked by month."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from services.sites.usecases.history import replay
from shared.auth import Role
from shared.contracts.flightplan import PlanState, RouteClass, RouteState
from tests.integration.sites.chronicle import Chronicle, chronicle, local
from tests.integration.sites.conftest import APPROVED, AWAITING, REFUSED, running

MONTHS = {"from": "2025-12", "to": "2026-06"}
SITES = [f"s{number:03d}" for number in range(40)]


@pytest.fixture(scope="module")
def told(fresh_database: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chronicle]:
    """Seven months of a city's build-out."""
    with fresh_database() as url, chronicle(url, tmp_path_factory.mktemp("history")) as made:
        live(made)
        made.settle()
        yield made


def live(city: Chronicle) -> None:
    """What happens: 40 sites in January, routes in February, a zone in March and April, a few moves."""
    city.at("2026-01-10 09:00")
    for number, site_id in enumerate(SITES):
        city.site(
            site_id, "commissioned" if number % 2 == 0 else "approved", unit="东湖高新区" if number < 30 else "江汉区"
        )
    city.at("2026-02-10 09:00")
    city.site("late", "commissioned", since="2026-01-20 08:00", unit="江汉区")
    for number in range(6):
        scenario = ("river_lake_patrol", "city_safety", "governance", "governance", "logistics", "logistics")[number]
        city.route(f"r{number}", SITES[2 * number], scenario=scenario, unit="市城管委")
    city.fly(SITES[0])
    city.fly(SITES[2], PlanState.REFUSED)
    city.at("2026-02-20 09:00")
    city.classify("r5", RouteClass.COMMERCIAL, "文件 2")
    city.at("2026-03-15 09:00")
    for site_id in SITES[:30]:
        city.assess(site_id, REFUSED, because="zone z1 published")
    city.open("r0", REFUSED)
    city.move(SITES[39], "commissioned", "竣工")
    city.at("2026-04-15 09:00")
    for site_id in SITES[:30]:
        city.assess(site_id, APPROVED, because="zone z1 withdrawn")
    city.open("r0", APPROVED)
    city.move(SITES[2], "suspended", "检修")
    city.at("2026-05-31 23:59:59")
    city.move(SITES[4], "retired", "拆除")
    city.at("2026-06-01 00:00")
    city.move(SITES[6], "retired", "拆除")
    city.at("2026-06-20 09:00")


def rows(city: Chronicle, **asked: Any) -> dict[str, tuple[int, ...]]:
    """The four numbers of each month."""
    view = city.planner.read("/progress/history", **{**MONTHS, **asked})
    return {month["month"]: tuple(month["total"].values()) for month in view["months"]}


def test_each_month_has_what_stood_when_it_ended(told: Chronicle) -> None:
    assert rows(told) == {
        "2025-12": (0, 0, 0, 0),
        "2026-01": (41, 21, 0, 0),  # with the one reported in February, dated back
        "2026-02": (41, 21, 1, 5),
        "2026-03": (11, 22, 1, 4),  # a zone lies over 30 sites and a route
        "2026-04": (41, 21, 1, 4),  # it is withdrawn; a site is suspended, and a route with it
        "2026-05": (40, 20, 1, 3),  # retired in the last second of May
        "2026-06": (39, 19, 1, 2),  # retired in the first of June
    }
    june = told.planner.read("/progress/history", **MONTHS)["months"][-1]
    assert not june["complete"]
    assert june["total"] == told.planner.read("/progress")["total"], "the history ends where the board stands"


def test_a_late_report_is_not_in_what_was_known(told: Chronicle) -> None:
    known = rows(told, known_at="2026-01-31T23:59:59+08:00")
    assert known["2026-01"] == (40, 20, 0, 0)
    assert told.planner.read("/progress", month="2026-01")["total"]["sites_laid_out"] == 41


def test_replay_of_the_whole_log_gives_the_same_for_every_month(told: Chronicle) -> None:
    def boards() -> list[Any]:
        months = [f"2026-{number:02d}" for number in range(1, 7)]
        return [rows(told)] + [told.planner.read("/progress", month=month) | {"as_of": ""} for month in months]

    before, ledger = boards(), told.ledger()
    idle = told.planner.read("/progress/idle", month="2026-02")
    with told.world.service.database.transaction() as tx:
        assert replay(tx) == len(ledger) + 2  # and the decisions on plans
    assert told.ledger() == ledger
    assert boards() == before
    assert told.planner.read("/progress/idle", month="2026-02") == idle


def test_another_process_reads_the_same(told: Chronicle, tmp_path: Any) -> None:
    database = told.world.service.database
    with running(database.url, tmp_path) as other:
        other.clock.now = told.world.clock.now
        view = other.caller(Role.PLANNER).read("/progress/history", **MONTHS)
    assert {month["month"]: tuple(month["total"].values()) for month in view["months"]} == rows(told)


def test_a_zone_lowers_the_count_by_exactly_the_sites_under_it(told: Chronicle) -> None:
    def moved(month: str, entered: str) -> list[Any]:
        found = told.planner.read(
            "/progress/changes", month=month, measure="sites_laid_out", entered=entered, limit=500
        )
        return list(found["items"])

    left = moved("2026-03", "false")
    assert {change["subject_id"] for change in left} == set(SITES[:30])
    assert {change["reasons"][0]["code"] for change in left} == {"position_refused"}
    (because,) = left[0]["because"]
    assert (because["type"], because["reason"], because["zones"]) == ("SiteAssessed", "zone z1 published", ["z1"])
    assert {change["subject_id"] for change in moved("2026-04", "true")} == set(SITES[:30])


def test_every_month_is_the_one_before_with_its_changes(told: Chronicle) -> None:
    for within in ({}, {"unit": "江汉区"}, {"kind": "nest"}, {"scenario": "logistics"}, {"family": "governance"}):
        months = told.planner.read("/progress/history", **MONTHS, **within)["months"]
        for before, after in pairwise(months):
            for measure, count in after["total"].items():
                assert count == before["total"][measure] + after["entered"][measure] - after["left"][measure]
            changes = told.planner.read("/progress/changes", month=after["month"], limit=500, **within)["items"]
            assert Counter(change["measure"] for change in changes if change["entered"]) == Counter(
                {measure: number for measure, number in after["entered"].items() if number}
            )


def test_a_class_that_is_revised_leaves_one_count_for_the_other(told: Chronicle) -> None:
    found = told.planner.read("/progress/changes", month="2026-02", limit=500)["items"]
    revised = [change for change in found if change["subject_id"] == "r5" and change["at"] >= "2026-02-20"]
    assert [(change["measure"], change["entered"]) for change in revised] == [
        ("commercial_routes", True),
        ("governance_routes", False),
    ]
    assert revised[0]["because"][0]["reason"] == "文件 2"


def test_a_route_leaves_because_of_the_site_at_its_end(told: Chronicle) -> None:
    found = told.planner.read("/progress/changes", month="2026-04", measure="governance_routes")["items"]
    left = next(change for change in found if not change["entered"])
    assert left["subject_id"] == "r1"
    assert left["reasons"][0]["code"] == "end_not_in_use"
    assert (left["because"][0]["subject_id"], left["because"][0]["reason"]) == (SITES[2], "检修")


def test_numbers_open_down_to_rows_and_events(told: Chronicle) -> None:
    listed = told.planner.read("/progress/sites", month="2026-03", measure="sites_laid_out", limit=500)["items"]
    assert len(listed) == 11
    routes = told.planner.read("/progress/routes", month="2026-03", measure="governance_routes")["items"]
    assert {route["route_id"] for route in routes} == {"r1", "r2", "r3", "r4"}
    life = told.planner.read(f"/progress/sites/{SITES[2]}")
    assert [standing["counts_toward"] for standing in life["standings"]] == [
        ["sites_in_use", "sites_laid_out"],
        ["sites_in_use"],
        ["sites_laid_out"],  # freed and suspended at one instant
    ]
    assert [event["type"] for event in life["events"]] == [
        "SiteRegistered",
        "SiteAssessed",
        "SiteAssessed",
        "SiteStateChanged",
        "SiteAssessed",
    ]
    assert told.planner.read("/progress/routes/r0")["standings"][-1]["counts_toward"] == ["governance_routes"]
    assert told.planner.get("/progress/sites/none").status_code == 404
    assert told.planner.get("/progress/routes/none").status_code == 404


def test_breakdowns_add_up(told: Chronicle) -> None:
    total = told.planner.read("/progress", month="2026-03")["total"]
    for by, measures in {
        "district": list(total),
        "unit": list(total),
        "kind": ["sites_laid_out", "sites_in_use"],
        "scenario": ["commercial_routes", "governance_routes"],
        "family": ["commercial_routes", "governance_routes"],
    }.items():
        groups = told.planner.read("/progress/breakdown", by=by, month="2026-03")
        for measure in measures:
            assert sum(group["tally"][measure] for group in groups) == total[measure], (by, measure)


def test_a_family_opens_to_its_scenarios(told: Chronicle) -> None:
    def groups(by: str, **within: str) -> dict[str, int]:
        found = told.planner.read("/progress/breakdown", by=by, month="2026-02", **within)
        return {group["name"]: group["tally"]["governance_routes"] for group in found}

    families = groups("family")
    scenarios = groups("scenario", family="governance")
    assert set(families) == {"低空+治理", "低空+物流"}
    assert set(scenarios) == {"低空+治理", "河湖巡查", "城市安全"}
    assert families["低空+治理"] == sum(scenarios.values())
    listed = told.planner.read("/progress/routes", month="2026-02", family="governance")["items"]
    assert {route["route_id"] for route in listed} == {"r0", "r1", "r2", "r3"}
    assert told.planner.read("/progress/sites", month="2026-02", family="governance")["items"] == []
    assert told.planner.read("/progress/routes", month="2026-02", family="none")["items"] == []


def test_what_waits_and_what_moved_opens_to_as_many(told: Chronicle) -> None:
    for unit in told.planner.read("/progress/units", month="2026-05"):
        within = {"unit": unit["unit"], "month": "2026-05", "limit": 500}
        for part in ("waiting", "unused"):
            assert len(told.planner.read("/progress/sites", part=part, **within)["items"]) == unit[f"{part}_sites"]
        for entered in (True, False):
            asked = {"from": "2026-03", "entered": str(entered).lower(), **within}
            moved = told.planner.read("/progress/changes", **asked)["items"]
            assert len(moved) == unit["entered_in_3_months" if entered else "left_in_3_months"]


def test_units_that_gain_nothing_lag_and_nests_without_flights_idle(told: Chronicle) -> None:
    june = {unit["unit"]: unit for unit in told.planner.read("/progress/units", month="2026-06")}
    assert not june["东湖高新区"]["lags"], "30 sites came back into its count in April"
    assert june["江汉区"]["lags"], "nothing entered since March 15, and 江汉区 has approved sites not in use"
    assert not {unit["unit"]: unit for unit in told.planner.read("/progress/units", month="2026-05")}["江汉区"]["lags"]
    idle = {site["site_id"] for site in told.planner.read("/progress/idle", month="2026-02")}
    assert SITES[0] not in idle, "a flight left it"
    assert SITES[2] in idle, "its only plan was refused"
    assert len(idle) == 20


def test_a_forecast_says_how_sure_it_is(told: Chronicle) -> None:
    burn = told.planner.read("/progress/burnup", target_id="sites", **MONTHS)
    assert [point["count"] for point in burn["points"]] == [0, 41, 41, 11, 41, 40, 39]
    assert burn["bands"][0]["month"] == "2026-06", "June is not over: it is forecast"
    assert all(band["low"] <= band["mid"] <= band["high"] for band in burn["bands"])
    assert burn == told.planner.read("/progress/burnup", target_id="sites", **MONTHS)
    assert told.planner.get("/progress/burnup", target_id="pilot_routes_2024").status_code == 404


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/progress", {"month": "2026-07"}),
        ("/progress", {"month": "2026-13"}),
        ("/progress/history", {"from": "2026-05", "to": "2026-04"}),
        ("/progress/history", {"from": "1900-01"}),
        ("/progress/changes", {"month": "never"}),
        ("/progress/history", {"known_at": "2026-01-01T00:00:00"}),
    ],
)
def test_months_that_are_none_are_refused(told: Chronicle, path: str, asked: dict[str, str]) -> None:
    assert told.planner.get(path, **asked).status_code == 422


def test_a_route_that_waits_or_closes_counts_no_more(fresh_database: Any, tmp_path: Any) -> None:
    with fresh_database() as url, chronicle(url, tmp_path) as city:
        city.at("2026-01-10 09:00")
        city.site("s1")
        city.route("r1", "s1", None)
        city.at("2026-02-10 09:00")
        city.classify("r1", RouteClass.COMMERCIAL)
        city.at("2026-03-10 09:00")
        city.open("r1", AWAITING)
        city.at("2026-04-10 09:00")
        city.open("r1", APPROVED)
        city.at("2026-05-10 09:00")
        city.open("r1", APPROVED, RouteState.SUSPENDED)
        city.at("2026-06-10 09:00")
        city.settle()
        assert [numbers[2] for numbers in rows(city).values()] == [0, 0, 1, 0, 1, 0, 0]
        assert local("2026-06-10 09:00") == city.world.clock.now
