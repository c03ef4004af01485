"""Filing by HTTP: accepted once, told apart by key, refused with the field, answered only after the commit."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from shared.auth import Role
from shared.contracts.flightplan import FlightPlanSubmitted
from shared.contracts.sites import SiteState
from tests.integration.flightplan.conftest import APPROVED, NOW, REFUSED, Caller, World, intent
from tests.waiting import eventually


def test_a_plan_is_filed_and_its_event_recorded(world: World, alpha: Caller) -> None:
    answer = alpha.post("/flight-plans", intent())
    plan = answer.json()
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/flight-plans/{plan['plan_id']}"
    assert (plan["state"], plan["operator"], plan["revision"], plan["demo"]) == ("submitted", "alpha", 1, False)
    assert plan["assessment"] is None
    (event,) = world.events()
    assert isinstance(event, FlightPlanSubmitted)
    assert str(event.plan_id) == plan["plan_id"]
    assert alpha.get(answer.headers["location"]).json() == plan


def test_the_window_spans_the_flight(alpha: Caller) -> None:
    window = alpha.post("/flight-plans", intent()).json()["window"]
    assert window["start"] == "2026-05-01T03:00:00Z"
    # 90 m up at 3 m/s, 767 m at 12 m/s, 90 m down at 2.5 m/s
    assert window["end"].startswith("2026-05-01T03:02:09.87")


def test_the_same_key_files_one_plan(world: World, alpha: Caller, beta: Caller) -> None:
    first = alpha.post("/flight-plans", intent(), idempotency_key="a")
    again = alpha.post("/flight-plans", intent(), idempotency_key="a")
    assert (first.status_code, again.status_code) == (202, 200)
    assert first.json() == again.json()
    assert beta.post("/flight-plans", intent(), idempotency_key="a").json()["plan_id"] != first.json()["plan_id"]
    other = alpha.post("/flight-plans", intent(remark="another"), idempotency_key="a")
    assert other.status_code == 409
    assert first.json()["plan_id"] in other.json()["detail"]
    assert len(world.events()) == 2


def test_a_repeated_key_answers_even_when_the_filing_would_be_refused_by_now(world: World, alpha: Caller) -> None:
    world.site("S1")
    asked = intent(departure={"site_id": "S1"})
    first = alpha.post("/flight-plans", asked, idempotency_key="a")
    world.assess(first.json()["plan_id"], APPROVED)
    world.site("S1", SiteState.RETIRED, revision=2)
    world.clock.forward(days=2)
    again = alpha.post("/flight-plans", asked, idempotency_key="a")
    assert (again.status_code, again.json()["state"]) == (200, "approved")


def test_eight_threads_with_one_key_file_one_plan(world: World, alpha: Caller) -> None:
    for round_ in range(5):
        start = threading.Barrier(8)

        def file(key: str = f"key-{round_}", start: threading.Barrier = start) -> tuple[int, str]:
            start.wait()
            answer = alpha.post("/flight-plans", intent(), idempotency_key=key)
            return answer.status_code, answer.json()["plan_id"]

        with ThreadPoolExecutor(8) as threads:
            answers = [future.result() for future in [threads.submit(file) for _ in range(8)]]
        assert len({plan_id for _, plan_id in answers}) == 1
        assert sorted(status for status, _ in answers) == [200] * 7 + [202]
    assert len(world.events()) == 5


def test_a_system_must_send_a_key(world: World) -> None:
    system = world.caller(Role.SERVICE, "alpha")
    answer = system.post("/flight-plans", intent())
    assert (answer.status_code, answer.json()["field"]) == (422, "Idempotency-Key")
    assert system.post("/flight-plans", intent(), idempotency_key="k").status_code == 202


def test_wait_holds_the_answer_until_the_decision(world: World, alpha: Caller) -> None:
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(alpha.post, "/flight-plans", intent(), prefer="wait=20")
        (row,) = eventually(lambda: world.rows("SELECT plan_id FROM flightplan.plan"))
        world.assess(row.plan_id, REFUSED)
        answer = waiting.result(timeout=10)
    assert answer.headers["preference-applied"] == "wait=20"
    assert answer.json()["state"] == "refused"
    finding = answer.json()["assessment"]["findings"][0]
    assert finding["message"]["zh"]
    assert finding["message"]["en"]


def test_wait_ends_with_the_plan_as_it_is(alpha: Caller) -> None:
    answer = alpha.post("/flight-plans", intent(), prefer="respond-async, wait=1")
    assert (answer.status_code, answer.json()["state"]) == (202, "submitted")
    assert answer.headers["preference-applied"] == "wait=1"


def test_wait_is_capped_and_nonsense_is_passed_over(world: World, alpha: Caller) -> None:
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(alpha.post, "/flight-plans", intent(), prefer="wait=999999")
        (row,) = eventually(lambda: world.rows("SELECT plan_id FROM flightplan.plan"))
        world.assess(row.plan_id, APPROVED)
        assert waiting.result(timeout=10).headers["preference-applied"] == "wait=30"
    answer = alpha.post("/flight-plans", intent(), prefer="wait=soon")
    assert answer.status_code == 202
    assert "preference-applied" not in answer.headers


def test_a_site_gives_its_position(world: World, alpha: Caller) -> None:
    world.site("S1", lng=114.3123)
    plan = alpha.post("/flight-plans", intent(departure={"site_id": "S1"}, arrival={"site_id": "S1"})).json()
    assert plan["intent"]["departure"] == {"site_id": "S1", "lng": 114.3123, "lat": 30.52}
    assert plan["intent"]["arrival"] == plan["intent"]["departure"]


def test_an_older_event_of_a_site_changes_nothing(world: World, alpha: Caller) -> None:
    world.site("S1", SiteState.SUSPENDED, revision=3)
    world.site("S1", SiteState.COMMISSIONED, revision=2)
    assert alpha.post("/flight-plans", intent(departure={"site_id": "S1"})).status_code == 422


SQUARE = [[114.3, 30.5], [114.31, 30.5], [114.31, 30.51], [114.3, 30.51], [114.3, 30.5]]
BOW_TIE = [[114.3, 30.5], [114.31, 30.51], [114.31, 30.5], [114.3, 30.51], [114.3, 30.5]]


def area(ring: list[list[float]], **more: Any) -> dict[str, Any]:
    """A flight over an area instead of along a path."""
    outline = {"type": "Polygon", "coordinates": [ring]}
    return {"path": [], "area": {"outline": outline, "upper_m": 100, "duration_s": 600, **more}}


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"departure": {"site_id": "NOWHERE"}}, 422, "departure.site_id"),
        ({"arrival": {"site_id": "PROPOSED"}}, 422, "arrival.site_id"),
        ({"departure": {"site_id": "SUSPENDED"}}, 422, "departure.site_id"),
        ({"departure": {"site_id": "RETIRED"}}, 422, "departure.site_id"),
        ({"departs_at": (NOW - timedelta(minutes=6)).isoformat()}, 422, "departs_at"),
        ({"departs_at": (NOW + timedelta(days=30, minutes=1)).isoformat()}, 422, "departs_at"),
        ({"departs_at": "2026-05-01T08:00:00"}, 422, "departs_at"),
        ({"departs_at": 1777600000}, 422, "departs_at"),
        ({"departs_at": "0001-01-01T00:00:00+14:00"}, 422, "departs_at"),
        ({"departs_at": "9999-12-31T23:59:59-14:00"}, 422, "departs_at"),
        ({"priority": 1}, 403, "priority"),
        ({"priority": True}, 422, "priority"),
        ({"speed_mps": True}, 422, "speed_mps"),
        ({"speed_mps": 0}, 422, "speed_mps"),
        ({"speed_mps": 1e-6}, 422, None),
        ({"speed_mps": "12"}, 422, "speed_mps"),
        ({"path": []}, 422, None),
        ({"path": [{"lng": 200, "lat": 30, "height_m": 10}]}, 422, "path.0.lng"),
        ({"path": [{"lng": 114, "lat": 30, "height_m": -1}]}, 422, "path.0.height_m"),
        ({"path": [{"lng": -66, "lat": -30, "height_m": 10}]}, 422, None),
        ({"path": [{"lng": 114, "lat": 30, "height_m": 10}] * 501}, 422, "path"),
        ({"departure": {}}, 422, "departure"),
        ({"departure": {"lng": 114}}, 422, "departure"),
        ({"aircraft_class": "rocket"}, 422, "aircraft_class"),
        ({"remark": "a\x00b"}, 422, "remark"),
        ({"remark": "x" * 2001}, 422, "remark"),
        ({"nonsense": 1}, 422, "nonsense"),
        (area(BOW_TIE), 422, None),
        (area(SQUARE[:-1]), 422, None),
        (area(SQUARE, lower_m=120), 422, "area"),
        (area(SQUARE, duration_s=86_401), 422, "area.duration_s"),
        (area([[100, 20], [120, 20], [120, 35], [100, 35], [100, 20]]), 422, None),
    ],
)
def test_bad_input_is_a_problem_that_names_the_field(
    world: World, alpha: Caller, changes: dict[str, Any], status: int, field: str | None
) -> None:
    for state in (SiteState.PROPOSED, SiteState.SUSPENDED, SiteState.RETIRED):
        world.site(state.name, state)
    answer = alpha.post("/flight-plans", {**intent(), **changes})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    assert answer.json()["detail"]
    if field is not None:
        assert answer.json()["field"] == field
    assert world.events() == []
    assert alpha.post("/flight-plans", intent()).status_code == 202


def test_a_fault_stays_with_its_own_filing(world: World, alpha: Caller) -> None:
    bodies = [intent(), intent(departure={"site_id": "NOWHERE"})] * 10
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda body: alpha.post("/flight-plans", body).status_code, bodies))
    assert answers == [202, 422] * 10
    assert len(world.events()) == 10


def test_an_area_and_a_flight_on_the_spot_are_plans_too(alpha: Caller) -> None:
    assert alpha.post("/flight-plans", {**intent(), **area(SQUARE)}).status_code == 202
    circle = {"outline": {"type": "Circle", "center": [114.3, 30.5], "radius_m": 300}, "upper_m": 60, "duration_s": 900}
    assert alpha.post("/flight-plans", {**intent(), "path": [], "area": circle}).status_code == 202
    spot = {"lng": 114.3, "lat": 30.5}
    still = intent(departure=spot, arrival=spot, path=[{**spot, "height_m": 50, "hover_s": 60}])
    assert alpha.post("/flight-plans", still).status_code == 202
    assert len(alpha.get("/flight-plans?bbox=114.2,30.4,114.4,30.6").json()["items"]) == 3


def test_only_a_regulator_files_above_priority_0(world: World, alpha: Caller, regulator: Caller) -> None:
    assert alpha.post("/flight-plans", intent(priority=1)).status_code == 403
    answer = regulator.post("/flight-plans", intent(priority=50))
    assert (answer.status_code, answer.json()["operator"]) == (202, "caac")


def test_a_refused_commit_is_never_an_acceptance(world: World, alpha: Caller) -> None:
    world.execute(
        "CREATE FUNCTION flightplan.refuse() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'the disk is full' USING ERRCODE = '53100'; END $$",
        "CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON flightplan.plan DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION flightplan.refuse()",
    )
    answer = alpha.post("/flight-plans", intent(), idempotency_key="a")
    assert answer.status_code >= 500
    assert world.events() == []
    world.execute("DROP TRIGGER refuse ON flightplan.plan")
    assert alpha.post("/flight-plans", intent(), idempotency_key="a").status_code == 202
    assert len(world.events()) == 1


def test_a_demo_plan_is_labelled(world: World, alpha: Caller) -> None:
    answer = alpha.request("POST", "/flight-plans?demo=true", json=intent())
    assert answer.json()["demo"] is True
    assert world.events()[0].demo is True
