"""Sites that close or go out of use refuse flights; those accepted before are told, and all can be made again."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.airspace.usecases.replaying import replay
from shared.auth import Role
from shared.contracts.airspace import PlanAssessed, RouteAssessed
from shared.contracts.assessment import FindingCode
from shared.contracts.codec import decode_value, encode_value
from shared.contracts.flightplan import FlightPlanSubmitted, RouteFiled, RouteSpec
from shared.contracts.sites import SiteState, SiteStateChanged, SiteStatus, SiteStatusChanged
from tests.integration.airspace.conftest import LAT, NOW, Caller, World, submitted
from tests.integration.airspace.test_slots import PLACES, from_port, loop, registered, spec, spot

HOUR = timedelta(hours=1)
NOTHING = {"plans": [], "count": 0, "changed": 0, "routes": [], "route_count": 0}


def said(
    number: int, status: SiteStatus, starts_at: datetime, ends_at: datetime | None = None, site_id: str = "PORT"
) -> SiteStatusChanged:
    """How the port stands."""
    return SiteStatusChanged(
        site_id=site_id,
        number=number,
        event_id=f"e{number}",
        status=status,
        starts_at=starts_at,
        ends_at=ends_at,
        reason="大风",
    )


def codes(event: Any) -> list[str]:
    return [finding.code.value for finding in event.assessment.findings if finding.against.value == "site"]


def into_port(minute: float) -> FlightPlanSubmitted:
    """From elsewhere to the port."""
    lng = PLACES["PORT"][0]
    start = {"lng": lng, "lat": LAT - 0.03}
    return submitted(
        departure=start, arrival=spot("PORT"), path=[{"lng": lng, "lat": LAT, "height_m": 90.0}], minute=minute
    )


def test_a_closed_site_refuses_flights_of_that_time_only(world: World) -> None:
    world.handle(registered("PORT", 5))
    world.handle(said(1, SiteStatus.WEATHER_CLOSED, NOW + HOUR, NOW + 2 * HOUR))
    before, during, after = from_port(0.01, minute=30), from_port(0.01, minute=90), from_port(0.01, minute=130)
    assert world.decide(before, during, after) == ["approved", "refused", "approved"]
    assert world.decide(into_port(80), into_port(150)) == ["refused", "approved"]
    refused = [event for event in world.events() if isinstance(event, PlanAssessed) and codes(event)]
    (finding,) = [each for each in refused[0].assessment.findings if each.code is FindingCode.SITE_CLOSED_FOR_WEATHER]
    assert (finding.name, finding.reason, finding.free_from) == ("PORT 起降场", "大风", NOW + 2 * HOUR)

    world.handle(said(2, SiteStatus.OPEN, NOW))
    assert world.decide(from_port(-0.01, minute=90)) == ["approved"]
    assert world.decide(from_port(0.02, minute=95), into_port(100)) == ["approved", "approved"]


def test_closing_asks_the_plans_that_use_the_site_again(world: World) -> None:
    world.handle(registered("PORT", 5), registered("NEST", 5))
    soon, later = from_port(0.01, minute=30), from_port(0.01, minute=200)
    arriving, elsewhere = into_port(60), submitted(minute=60)
    assert world.decide(soon, later, arriving, elsewhere) == ["approved"] * 4
    world.clock.forward(minutes=40)  # the first has left
    told = world.handle(said(1, SiteStatus.CLOSED, NOW, NOW + 2 * HOUR))
    (refused,) = answers(told).values()
    assert (refused.plan_id, refused.assessment.outcome.value) == (arriving.plan_id, "refused")
    assert (refused.because, codes(refused)) == ("site:PORT#1", ["site_closed"])
    assert [world.state_of(plan) for plan in (arriving, later, elsewhere)] == ["free", "held", "held"]
    assert world.handle(said(1, SiteStatus.CLOSED, NOW, NOW + 2 * HOUR)) == []
    assert world.handle(said(2, SiteStatus.OCCUPIED, NOW)) == []
    _all_made_again(world, soon, later, arriving, elsewhere)


def turned(state: SiteState, revision: int, at: datetime = NOW, site_id: str = "PORT") -> SiteStateChanged:
    """The port goes out of use, or comes back into it."""
    return SiteStateChanged(
        site_id=site_id,
        revision=revision,
        spec=spec(site_id, 5),
        state=state,
        former_state=SiteState.COMMISSIONED,
        reason="检修",
        effective_at=at,
    )


def answers(told: list[Any]) -> dict[Any, PlanAssessed]:
    return {event.plan_id: event for event in told if isinstance(event, PlanAssessed)}


@pytest.mark.parametrize("state", [SiteState.SUSPENDED, SiteState.RETIRED])
def test_a_site_out_of_use_refuses_the_flights_that_were_to_use_it(world: World, state: SiteState) -> None:
    world.handle(registered("PORT", 5), registered("NEST", 5))
    world.handle(said(1, SiteStatus.CLOSED, NOW + 9 * HOUR))
    soon, later, arriving, notice = from_port(0.01, minute=30), from_port(0.01), into_port(60), into_port(90)
    notice = replace(notice, voluntary=True)
    elsewhere = [submitted(lat=LAT + 0.1), loop(0.02, minute=200)]
    assert (
        world.decide(soon, later, arriving, notice, *elsewhere)
        == ["approved"] * 3 + ["not_required"] + ["approved"] * 2
    )
    world.clock.forward(minutes=31)  # the first has left

    told = answers(world.handle(turned(state, 2, world.clock.now)))
    outcomes = {plan_id: event.assessment.outcome.value for plan_id, event in told.items()}
    assert outcomes == {later.plan_id: "refused", arriving.plan_id: "refused", notice.plan_id: "not_required"}
    assert {event.because for event in told.values()} == {"site:PORT@2"}
    assert codes(told[arriving.plan_id]) == ["site_out_of_use"]
    (finding,) = told[arriving.plan_id].assessment.findings
    assert (finding.reason, finding.starts_at, finding.ends_at) == ("检修", world.clock.now, None)
    assert [world.state_of(plan) for plan in (soon, later, arriving, notice)] == ["held", "free", "free", "noted"]
    assert world.handle(turned(state, 2, world.clock.now)) == []  # delivered again
    assert world.handle(said(2, SiteStatus.OPEN, NOW)) == []  # of the day; the site is out of use all the same
    assert world.decide(from_port(0.02, minute=100)) == ["refused"]
    _all_made_again(world, soon, later, arriving, notice, *elsewhere)


def test_a_site_that_comes_back_takes_flights_again_and_the_notes_go(world: World) -> None:
    world.handle(registered("PORT", 5))
    notice, over = replace(into_port(60), voluntary=True), from_port(0.01)
    world.decide(notice, over)
    world.handle(turned(SiteState.SUSPENDED, 2))
    world.clock.forward(minutes=5)
    told = answers(world.handle(turned(SiteState.COMMISSIONED, 3, world.clock.now)))
    assert {plan_id: (event.because, codes(event)) for plan_id, event in told.items()} == {
        notice.plan_id: ("site:PORT@3", [])
    }
    assert world.state_of(over) == "free"  # refused is refused: it is filed anew
    assert world.decide(from_port(0.01)) == ["approved"]
    both = world.handle(
        turned(SiteState.SUSPENDED, 4, world.clock.now), turned(SiteState.COMMISSIONED, 5, world.clock.now)
    )
    assert both == []
    _all_made_again(world, notice, over)


def test_many_sites_go_out_of_use_at_once(world: World) -> None:
    world.handle(registered("PORT", 5), registered("NEST", 5))
    there, here, between = from_port(0.01), loop(0.02), submitted(departure=spot("NEST"), arrival=spot("PORT"))
    world.decide(there, here, between)
    told = answers(world.handle(turned(SiteState.SUSPENDED, 2), turned(SiteState.RETIRED, 2, site_id="NEST")))
    assert {plan_id: event.because for plan_id, event in told.items()} == {
        there.plan_id: "site:PORT@2",
        here.plan_id: "site:NEST@2",
        between.plan_id: "site:NEST@2",
    }
    assert codes(told[between.plan_id]) == ["site_out_of_use"] * 2


def _all_made_again(world: World, *plans: FlightPlanSubmitted) -> None:
    with world.service.database.reading() as connection:
        found = [one for plan in plans for one in replay(world.service.state, connection, plan.plan_id)]
    assert len(found) >= len(plans)
    assert [one.differences for one in found] == [[]] * len(found)


def test_a_closing_is_previewed_and_lists_what_it_touched(world: World, regulator: Caller, alpha: Caller) -> None:
    world.handle(registered("PORT", 5), registered("NEST", 5))
    early, late, notice = from_port(0.01), into_port(200), replace(into_port(90), voluntary=True)
    world.decide(early, late, notice, loop(0.02))
    path = "/airspace/sites/PORT/impact"
    asked = regulator.post(path, {})
    preview = asked.json()
    assert (preview["count"], preview["changed"]) == (3, 2), asked.text
    assert {hit["finding"]["code"] for hit in preview["plans"]} == {"site_out_of_use"}
    assert preview["plans"][0]["finding"]["message"]["zh"].startswith("起降场“PORT 起降场”已停用")
    window = {"kind": "weather_closed", "ends_at": (NOW + 2 * HOUR).isoformat(), "reason": "大风"}
    preview = regulator.post(path, window).json()
    outcomes = {hit["plan_id"]: (hit["state_now"], hit["outcome_then"], hit["changed"]) for hit in preview["plans"]}
    assert outcomes == {
        str(early.plan_id): ("approved", "refused", True),
        str(notice.plan_id): ("not_required", "not_required", False),
    }
    assert world.rows("SELECT count(*) AS n FROM airspace.site_hit")[0].n == 0
    assert regulator.get("/airspace/sites/PORT/hits").json() == NOTHING

    world.handle(said(1, SiteStatus.WEATHER_CLOSED, NOW, NOW + 2 * HOUR))
    hits = regulator.get("/airspace/sites/PORT/hits").json()
    assert {
        hit["plan_id"]: (hit["state_now"], hit["outcome_then"], hit["changed"]) for hit in hits["plans"]
    } == outcomes
    assert {(hit["because"], hit["assessed_at"]) for hit in hits["plans"]} == {("site:PORT#1", "2026-05-01T01:00:00Z")}
    assert [hit["changed"] for hit in hits["plans"]] == [True, False]  # what changed comes first
    world.clock.forward(minutes=1)
    world.handle(said(2, SiteStatus.OPEN, NOW))
    latest = regulator.get("/airspace/sites/PORT/hits").json()
    assert (latest["count"], latest["changed"], latest["plans"][1:]) == (3, 1, hits["plans"])
    assert (latest["plans"][0]["because"], latest["plans"][0]["finding"]) == ("site:PORT#2", None)
    assert alpha.post(path, {}).status_code == alpha.get("/airspace/sites/PORT/hits").status_code == 403


def test_a_bad_draft_of_a_closing_is_named(world: World, regulator: Caller) -> None:
    world.handle(registered("PORT", 5))
    path = "/airspace/sites/PORT/impact"
    backwards = {"starts_at": "2026-05-02T00:00:00Z", "ends_at": "2026-05-01T00:00:00Z"}
    for body, field in (
        (backwards, "ends_at"),
        ({"ends_at": "2026-05-01T00:00:00Z"}, "ends_at"),  # it is over
        ({"kind": "busy"}, "kind"),
        ({"starts_at": "today"}, "starts_at"),
        ({"reason": 1}, "reason"),
        ({"until": "2026-05-02T00:00:00Z"}, "until"),
    ):
        answer = regulator.post(path, body)
        assert (answer.status_code // 100, answer.json().get("field")) == (4, field), answer.text
    assert regulator.post("/airspace/sites/NOWHERE/impact", {}).status_code == 404
    assert regulator.get("/airspace/sites/NOWHERE/hits").status_code == 404


def filed(route_id: str, origin: dict[str, Any], destination: dict[str, Any]) -> RouteFiled:
    """A fixed route between two spots, at 90 m."""
    path = [{"lng": origin["lng"], "lat": origin["lat"], "height_m": 90.0}]
    route = {
        "name": f"{route_id} 航线",
        "origin": origin,
        "destination": destination,
        "path": [*path, {"lng": destination["lng"], "lat": destination["lat"], "height_m": 90.0}],
        "aircraft_class": "small",
    }
    stated: RouteSpec = decode_value(RouteSpec, encode_value(route))
    return RouteFiled(route_id=route_id, revision=1, operator="alpha", spec=stated)


def test_routes_that_lose_their_site_are_previewed_told_and_listed(world: World, regulator: Caller) -> None:
    world.handle(registered("PORT", 5), registered("NEST", 5))
    meadow = {"lng": PLACES["PORT"][0], "lat": LAT - 0.03}
    routes = [
        filed("LOOP", spot("PORT"), spot("PORT")),
        filed("AWAY", spot("NEST"), spot("PORT")),
        filed("ELSEWHERE", spot("NEST"), meadow),
    ]
    assert [codes(event) for event in world.handle(*routes)] == [[], [], []]

    preview = regulator.post("/airspace/sites/PORT/impact", {"reason": "检修"}).json()
    assert [(hit["route_id"], hit["name"]) for hit in preview["routes"]] == [
        ("AWAY", "AWAY 航线"),
        ("LOOP", "LOOP 航线"),
    ]
    assert {hit["finding"]["reason"] for hit in preview["routes"]} == {"检修"}
    assert (preview["route_count"], preview["count"]) == (2, 0)
    for_a_day = regulator.post("/airspace/sites/PORT/impact", {"kind": "closed"}).json()
    assert (for_a_day["routes"], for_a_day["route_count"]) == ([], 0)  # it is still theirs

    told = world.handle(turned(SiteState.SUSPENDED, 2))
    assert {(event.route_id, event.because): codes(event) for event in told if isinstance(event, RouteAssessed)} == {
        ("AWAY", "site:PORT@2"): ["site_out_of_use"],
        ("LOOP", "site:PORT@2"): ["site_out_of_use"],
    }
    assert {event.assessment.outcome.value for event in told if isinstance(event, RouteAssessed)} == {"approved"}
    hits = regulator.get("/airspace/sites/PORT/hits").json()
    assert [hit["route_id"] for hit in hits["routes"]] == ["AWAY", "LOOP"]
    assert hits["routes"][0]["finding"]["message"]["zh"].startswith("起降场“PORT 起降场”已停用")
    world.handle(turned(SiteState.SUSPENDED, 2))  # delivered again
    assert codes(world.handle(filed("LATER", spot("PORT"), meadow))[0]) == ["site_out_of_use"]

    world.clock.forward(minutes=1)
    back = world.handle(turned(SiteState.COMMISSIONED, 3, world.clock.now))
    assert {event.route_id: codes(event) for event in back if isinstance(event, RouteAssessed)} == {
        "AWAY": [],
        "LATER": [],
        "LOOP": [],
    }
    latest = regulator.get("/airspace/sites/PORT/hits").json()
    assert (latest["route_count"], latest["routes"][0]["finding"]) == (5, None)


def test_a_planner_learns_how_many_plans_a_closing_touches_not_whose(world: World) -> None:
    world.handle(registered("PORT", 5))
    world.decide(from_port(0.01), into_port(200))
    world.handle(filed("LOOP", spot("PORT"), spot("PORT")))
    preview = world.caller(Role.PLANNER, "规划").post("/airspace/sites/PORT/impact", {}).json()
    assert (preview["plans"], preview["count"], preview["changed"], preview["route_count"]) == ([], 2, 2, 1)
