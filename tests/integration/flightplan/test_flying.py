"""Take-offs confirmed, ends reported, and plans whose take-off never was, in the database and over HTTP."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from shared.auth import Role
from shared.contracts.codec import decode_value, encode_value
from shared.contracts.flightplan import FlightPlanActivated, FlightPlanEnded, FlightPlanMoved, FlightPlanNoShow
from shared.contracts.inbound import FlightPlanEndReported, FlightPlanMoveRequested, FlightPlanTakeOffReported
from shared.flight import Spot, Waypoint
from tests.integration.flightplan.conftest import APPROVED, NOW, REFUSED, Caller, World
from tests.integration.flightplan.test_life import history, look


def approved(world: World, caller: Caller, **more: object) -> str:
    plan_id = caller.file(**more)
    world.assess(plan_id, APPROVED)
    return plan_id


def test_a_flight_takes_off_and_ends(world: World, alpha: Caller, beta: Caller) -> None:
    plan_id = approved(world, alpha)
    early = alpha.post(f"/flight-plans/{plan_id}/activate")
    assert (early.status_code, "too early" in early.json()["detail"]) == (409, True)
    world.clock.forward(hours=2)
    assert beta.post(f"/flight-plans/{plan_id}/activate").status_code == 404
    assert alpha.post(f"/flight-plans/{plan_id}/end").status_code == 409
    for _ in range(2):  # repeating it changes nothing
        flying = alpha.post(f"/flight-plans/{plan_id}/activate").json()
        assert (flying["state"], flying["activated_at"]) == (
            "activated",
            world.clock.now.isoformat().replace("+00:00", "Z"),
        )
    assert alpha.post(f"/flight-plans/{plan_id}/withdraw", {"reason": ""}).status_code == 409
    away = alpha.post(f"/flight-plans/{plan_id}/move", {"departs_at": "2026-05-01T09:00:00Z"})
    assert (away.status_code, away.json()["field"]) == (422, "departs_at")
    world.assess(plan_id, REFUSED, because="zone:Z1@1")
    told = look(alpha, plan_id)
    assert (told["state"], told["assessment"]["outcome"]) == ("activated", "refused")
    for _ in range(2):
        assert alpha.post(f"/flight-plans/{plan_id}/end").json()["state"] == "ended"
    events = [type(event) for event in world.events()]
    assert (events.count(FlightPlanActivated), events.count(FlightPlanEnded)) == (1, 1)
    assert history(alpha, plan_id)[-1] == "FlightPlanEnded"


def test_a_plan_that_did_not_take_off_ends_a_quarter_of_an_hour_after_its_time(world: World, alpha: Caller) -> None:
    left, flown = approved(world, alpha), approved(world, alpha, lat=30.6)
    crewed = approved(world, alpha, lat=30.7, aircraft_class="crewed")
    notice = alpha.file(lat=30.8)
    world.clock.forward(hours=2)
    alpha.post(f"/flight-plans/{flown}/activate")
    world.clock.forward(minutes=14, seconds=59)
    world.periodic()
    assert look(alpha, left)["state"] == "approved"
    world.clock.forward(seconds=1)
    world.periodic()
    world.periodic()
    states = [look(alpha, plan_id)["state"] for plan_id in (left, flown, crewed, notice)]
    assert states == ["no_show", "activated", "approved", "submitted"]
    (told,) = [event for event in world.events() if isinstance(event, FlightPlanNoShow)]
    assert str(told.plan_id) == left
    assert (told.waited_until - told.departs_at).total_seconds() == 900
    assert alpha.post(f"/flight-plans/{left}/activate").status_code == 409


def test_only_the_operator_takes_off(world: World, alpha: Caller) -> None:
    plan_id = approved(world, alpha)
    world.clock.forward(hours=2)
    planner = world.caller(Role.PLANNER, "fgw")
    assert planner.post(f"/flight-plans/{plan_id}/activate").status_code == 403
    assert world.clock.now > NOW


def test_a_flight_in_the_air_is_moved_and_stays_in_the_air(world: World, alpha: Caller) -> None:
    plan_id = approved(world, alpha)
    world.clock.forward(hours=2)
    alpha.post(f"/flight-plans/{plan_id}/activate")
    move = f"/flight-plans/{plan_id}/move"
    asked = alpha.post(move, {"departs_at": "2026-05-01T03:00:30Z"})
    assert (asked.status_code, asked.json()["state"]) == (202, "activated")
    assert alpha.post(move, {"departs_at": "2026-05-01T03:00:10Z"}).status_code == 409  # one at a time
    world.assess(plan_id, REFUSED, revision=2)
    stays = look(alpha, plan_id)
    assert (stays["state"], stays["revision"], stays["intent"]["departs_at"]) == (
        "activated",
        1,
        "2026-05-01T03:00:00Z",
    )
    assert stays["move_refused"]["outcome"] == "refused"
    alpha.post(move, {"departs_at": "2026-05-01T03:00:30Z"})
    world.assess(plan_id, APPROVED, revision=3)
    moved = look(alpha, plan_id)
    assert (moved["state"], moved["revision"], moved["intent"]["departs_at"]) == (
        "activated",
        3,
        "2026-05-01T03:00:30Z",
    )
    assert moved["activated_at"] == "2026-05-01T03:00:00Z"
    world.clock.forward(hours=1)
    assert alpha.post(move, {"departs_at": "2026-05-01T04:00:00Z"}).status_code == 409  # it was to be over
    assert alpha.post(f"/flight-plans/{plan_id}/end").json()["state"] == "ended"


def test_take_offs_and_ends_come_as_events_too(world: World, alpha: Caller) -> None:
    plan_id, early, other = (UUID(approved(world, alpha, lat=lat)) for lat in (30.5, 30.6, 30.7))
    world.clock.forward(hours=2)
    off = [FlightPlanTakeOffReported(plan_id=each, operator="alpha") for each in (plan_id, plan_id, other)]
    theft = FlightPlanTakeOffReported(plan_id=early, operator="beta")
    nobody = FlightPlanTakeOffReported(plan_id=uuid4(), operator="alpha")
    refused = world.handle(*off, theft, nobody)
    assert [event for event, _ in refused] == [theft, nobody]
    assert {"no flight plan" in str(error) for _, error in refused} == {True}
    landed = [FlightPlanEndReported(plan_id=each, operator="alpha") for each in (plan_id, plan_id, early)]
    ((event, error),) = world.handle(*landed)
    assert (event.plan_id, "only a flight that has taken off ends" in str(error)) == (early, True)
    states = [look(alpha, str(each))["state"] for each in (plan_id, early, other)]
    assert states == ["ended", "approved", "activated"]
    events = [type(event) for event in world.events()]
    assert (events.count(FlightPlanActivated), events.count(FlightPlanEnded)) == (2, 1)


def bent(lng: float, height_m: float = 90.0) -> list[dict[str, float]]:
    """East to a longitude, then 1 km north."""
    turn = {"lng": lng, "lat": 30.5, "height_m": 90.0}
    return [{"lng": 114.3, "lat": 30.5, "height_m": 90.0}, turn, {"lng": lng, "lat": 30.509, "height_m": height_m}]


def test_a_flight_in_the_air_goes_another_way_from_ahead_of_where_it_is(world: World, alpha: Caller) -> None:
    """It has climbed 30 s and is 120 m along 770 m; 5 s on it will be 180 m along."""
    plan_id = approved(world, alpha)
    world.clock.forward(hours=2)
    alpha.post(f"/flight-plans/{plan_id}/activate")
    world.clock.forward(seconds=40)
    move = f"/flight-plans/{plan_id}/move"
    elsewhere = {"lng": 114.304, "lat": 30.509}
    behind = alpha.post(move, {"path": bent(114.3015), "arrival": elsewhere})
    assert (behind.status_code, behind.json()["field"]) == (422, "path")
    assert "114.30187" in behind.json()["detail"]
    assert "at 90 m AGL" in behind.json()["detail"]
    gone = alpha.post(move, {"path": bent(114.304), "arrival": elsewhere, "departs_at": "2026-05-01T02:40:00Z"})
    assert (gone.status_code, gone.json()["field"]) == (422, "departs_at")
    assert alpha.post(move, {"speed_mps": 9.0}).json()["field"] == "speed_mps"

    asked = alpha.post(move, {"path": bent(114.304, 100.0), "arrival": elsewhere})
    assert (asked.status_code, asked.json()["state"]) == (202, "activated"), asked.text
    again = alpha.post(move, {"path": bent(114.304, 100.0), "arrival": elsewhere})
    assert (again.status_code, again.json()["proposal"]) == (202, asked.json()["proposal"])  # asked already
    event = world.events()[-1]
    assert isinstance(event, FlightPlanMoved)
    assert [point.height_m for point in event.intent.path] == [90.0, 90.0, 100.0]
    before = asked.json()
    world.assess(plan_id, REFUSED, revision=2)
    stays = look(alpha, plan_id)
    assert (stays["state"], stays["intent"], stays["window"]) == ("activated", before["intent"], before["window"])

    alpha.post(move, {"path": bent(114.304, 100.0), "arrival": elsewhere})
    world.assess(plan_id, APPROVED, revision=3)
    moved = look(alpha, plan_id)
    assert (moved["state"], moved["revision"], moved["intent"]["arrival"]["lat"]) == ("activated", 3, 30.509)
    assert (moved["window"]["start"], moved["window"]["end"] > before["window"]["end"]) == (
        before["window"]["start"],
        True,
    )
    north = alpha.get("/flight-plans?bbox=114.3,30.506,114.31,30.51").json()["items"]
    assert [plan["plan_id"] for plan in north] == [plan_id]
    alpha.post(move, {"departs_at": "2026-05-01T03:00:10Z"})
    world.assess(plan_id, APPROVED, revision=4)
    later = look(alpha, plan_id)
    ends = [datetime.fromisoformat(plan["window"]["end"]) for plan in (moved, later)]
    assert (ends[1] - ends[0], later["intent"]["path"]) == (timedelta(seconds=10), moved["intent"]["path"])


def test_a_plan_on_the_ground_goes_any_other_way(world: World, alpha: Caller) -> None:
    notice = alpha.file(clawbacks=[])
    world.assess(notice, APPROVED)
    low, high = ([{"lng": 114.31, "lat": 30.51, "height_m": height_m}] for height_m in (60.0, 150.0))
    for revision, (path, is_voluntary) in enumerate(((low, True), (high, False)), start=2):
        assert alpha.post(f"/flight-plans/{notice}/move", {"path": path}).status_code == 202
        event = world.events()[-1]
        assert isinstance(event, FlightPlanMoved)
        assert (event.revision, event.voluntary) == (revision, is_voluntary)
        world.assess(notice, APPROVED, revision=revision)
    assert look(alpha, notice)["intent"]["path"][0]["height_m"] == 150.0
    circle = {"type": "Circle", "center": [114.31, 30.5], "radius_m": 300.0}
    area = {"outline": circle, "upper_m": 90.0, "duration_s": 600.0}
    worked = alpha.post(f"/flight-plans/{notice}/move", {"area": area}).json()["proposal"]["intent"]
    assert (worked["path"], worked["area"]["duration_s"]) == ([], 600.0)


def test_a_bad_change_is_named(world: World, alpha: Caller) -> None:
    plan_id = approved(world, alpha)
    area = {"outline": {"type": "Circle", "center": [114.31, 30.5], "radius_m": 300.0}, "upper_m": 90.0}
    point = {"lng": 114.3, "lat": 30.5, "height_m": 90.0}
    for body, field in (
        ({}, ""),
        ({"path": []}, "path"),
        ({"path": [point, {**point, "lat": 91.0}]}, "path.1.lat"),
        ({"path": [{**point, "height_m": -1.0}]}, "path.0.height_m"),
        ({"path": [point], "area": {**area, "duration_s": 60.0}}, ""),
        ({"area": area}, "area.duration_s"),
        ({"arrival": {"site_id": "NOWHERE"}}, "arrival.site_id"),
        ({"arrival": {}}, "arrival"),
        ({"speed_mps": "fast"}, "speed_mps"),
        ({"departs_at": "soon"}, "departs_at"),
        ({"aircraft_class": "crewed"}, "aircraft_class"),
        ({"path": [point, {**point, "lng": -114.3}]}, "path"),
    ):
        answer = alpha.post(f"/flight-plans/{plan_id}/move", body)
        assert (answer.status_code, answer.json().get("field")) == (422, field), (body, answer.text)
    assert look(alpha, plan_id)["proposal"] is None


def test_another_way_comes_as_an_event_too(world: World, alpha: Caller) -> None:
    plan_id = approved(world, alpha)
    way: tuple[Waypoint, ...] = decode_value(tuple[Waypoint, ...], encode_value(bent(114.304)))
    asked = FlightPlanMoveRequested(
        plan_id=UUID(plan_id), operator="alpha", departs_at=NOW + timedelta(hours=2), path=way, speed_mps=9.0
    )
    beyond = FlightPlanMoveRequested(
        plan_id=UUID(plan_id), operator="alpha", departs_at=NOW + timedelta(hours=2), arrival=Spot(site_id="NOWHERE")
    )
    ((_, error),) = world.handle(asked, beyond)
    assert "NOWHERE" in str(error)
    proposal = look(alpha, plan_id)["proposal"]["intent"]
    assert (len(proposal["path"]), proposal["speed_mps"]) == (3, 9.0)
