"""Take-offs confirmed, ends reported, and plans whose take-off never was, in the database and over HTTP."""

from shared.auth import Role
from shared.contracts.flightplan import FlightPlanActivated, FlightPlanEnded, FlightPlanNoShow
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
    assert alpha.post(f"/flight-plans/{plan_id}/move", {"departs_at": "2026-05-01T09:00:00Z"}).status_code == 409
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
