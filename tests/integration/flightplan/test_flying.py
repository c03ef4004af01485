"""Take-offs confirmed, ends reported, and plans whose take-off never was, in the database and over HTTP."""

from uuid import UUID, uuid4

from shared.auth import Role
from shared.contracts.flightplan import FlightPlanActivated, FlightPlanEnded, FlightPlanNoShow
from shared.contracts.inbound import FlightPlanEndReported, FlightPlanTakeOffReported
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
