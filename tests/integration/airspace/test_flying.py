"""Flights in the air hold what they hold: priority goes across them, zones tell them, their end frees it."""

from datetime import timedelta

from services.airspace.usecases.replaying import replay
from shared.contracts.assessment import Effect, FindingCode
from shared.contracts.flightplan import FlightPlanActivated, FlightPlanEnded, FlightPlanNoShow, FlightPlanSubmitted
from tests.integration.airspace.conftest import LAT, LNG, NOW, Caller, World, circle, moved, submitted
from tests.integration.airspace.test_revising import publish


def taken_off(plan: FlightPlanSubmitted) -> FlightPlanActivated:
    return FlightPlanActivated(plan_id=plan.plan_id, revision=1, operator=plan.operator, activated_at=NOW)


def over(plan: FlightPlanSubmitted) -> FlightPlanEnded:
    return FlightPlanEnded(plan_id=plan.plan_id, revision=1, operator=plan.operator, ended_at=NOW)


def absent(plan: FlightPlanSubmitted) -> FlightPlanNoShow:
    late = plan.intent.departs_at + timedelta(minutes=15)
    return FlightPlanNoShow(
        plan_id=plan.plan_id,
        revision=1,
        operator=plan.operator,
        departs_at=plan.intent.departs_at,
        waited_until=late,
    )


def test_a_no_show_and_an_end_free_the_airspace(world: World) -> None:
    for end in (absent, over):
        plan = submitted()
        assert world.decide(plan) == ["approved"]
        world.handle(taken_off(plan))
        assert world.decide(submitted()) == ["refused"]
        world.handle(end(plan))
        assert world.state_of(plan) == "free"


def test_higher_priority_goes_across_what_is_in_the_air_and_both_are_told(world: World) -> None:
    flying, urgent, late = submitted(operator="beta"), submitted(priority=10), submitted(minute=60.5)
    world.handle(flying)
    world.handle(taken_off(flying))
    accepted, told = world.handle(urgent)
    assert accepted.assessment.outcome == "approved"
    (note,) = accepted.assessment.findings
    assert (note.code, note.effect, note.against_id) == (FindingCode.PLAN_NEARBY, Effect.NOTE, str(flying.plan_id))
    assert (told.plan_id, told.because, told.assessment.outcome) == (flying.plan_id, "preempted", "approved")
    (note,) = told.assessment.findings
    assert (note.against_id, note.article) == (str(urgent.plan_id), "ASTM F3548-21 SCD0090")
    assert [world.state_of(plan) for plan in (flying, urgent)] == ["held", "held"]
    assert world.decide(late) == ["refused"]
    with world.service.database.reading() as connection:
        found = [
            one for plan in (flying, urgent, late) for one in replay(world.service.state, connection, plan.plan_id)
        ]
    assert [one.differences for one in found] == [[]] * 4


def test_a_zone_that_now_forbids_tells_the_flight_in_the_air_and_takes_nothing(world: World, regulator: Caller) -> None:
    flying = submitted()
    world.handle(flying)
    world.handle(taken_off(flying))
    publish(regulator, "Z9", outline=circle()["outline"])
    (told,) = [event for event in world.spread() if getattr(event, "plan_id", None) == flying.plan_id]
    assert told.assessment.outcome == "refused"
    assert world.state_of(flying) == "held"
    assert regulator.request("DELETE", "/zones/Z9?reason=over").status_code == 200
    world.spread()
    assert world.decide(submitted()) == ["refused"]


def test_a_flight_in_the_air_is_moved_where_nobody_is_in_the_way(world: World) -> None:
    flying, close = submitted(), submitted(operator="beta", minute=63)
    assert world.decide(flying, close) == ["approved", "approved"]
    world.handle(taken_off(flying))
    (refused,) = world.handle(moved(flying, minute=62))
    (finding,) = refused.assessment.findings
    assert (refused.assessment.outcome, finding.article) == ("refused", "ASTM F3548-21 SCD0050")
    (held,) = world.rows(f"SELECT revision, active FROM airspace.reservation WHERE plan_id = '{flying.plan_id}'")
    assert (held.revision, held.active) == (1, True)
    assert world.decide(submitted(operator="gamma")) == ["refused"]  # the old one stands

    assert world.decide(moved(flying, revision=3, minute=58)) == ["approved"]
    (held,) = world.rows(f"SELECT revision, active, state FROM airspace.reservation WHERE plan_id = '{flying.plan_id}'")
    assert (held.revision, held.active, held.state) == (3, True, "held")
    assert world.decide(submitted(operator="gamma", minute=60.9)) == ["approved"]
    urgent = submitted(priority=10, operator="rescue", minute=58)
    world.handle(urgent)
    again = moved(flying, revision=4, minute=58.2)
    assert world.decide(again) == ["approved"]  # it had come across before
    world.handle(over(flying))
    assert world.state_of(flying) == "free"
    with world.service.database.reading() as connection:
        plans = (flying, close, urgent)
        found = [one for plan in plans for one in replay(world.service.state, connection, plan.plan_id)]
    assert [one.differences for one in found] == [[]] * len(found)
    assert len(found) == 7


def test_a_move_in_the_air_into_controlled_airspace_is_refused(world: World, regulator: Caller) -> None:
    flying = submitted()
    world.handle(flying)
    world.handle(taken_off(flying))
    later = "2026-05-01T02:04:00Z"
    wide = {**circle()["outline"], "radius_m": 3_000.0}
    publish(regulator, restriction="REQ_AUTHORIZATION", starts_at=later, outline=wide)
    world.spread()
    assert world.decide(moved(flying, minute=62)) == ["refused"]
    assert world.state_of(flying) == "held"
    assert world.decide(moved(flying, revision=3, minute=59.5)) == ["approved"]


def around(lat: float) -> list[dict[str, float]]:
    """The same way for 400 m, then by another latitude to the same end."""
    corners = ((LNG, LAT), (LNG + 0.004, LAT), (LNG + 0.004, lat), (LNG + 0.008, lat), (LNG + 0.008, LAT))
    return [{"lng": lng, "lat": lat, "height_m": 90.0} for lng, lat in corners]


def test_a_flight_in_the_air_goes_another_way_where_nobody_is_in_the_way(world: World) -> None:
    flying, north = submitted(), submitted(operator="beta", lat=LAT + 0.003, minute=60.5)
    assert world.decide(flying, north) == ["approved", "approved"]
    world.handle(taken_off(flying))
    (refused,) = world.handle(moved(flying, path=around(LAT + 0.003)))
    (finding,) = refused.assessment.findings
    assert (refused.assessment.outcome, finding.article) == ("refused", "ASTM F3548-21 SCD0050")
    assert finding.leg is not None
    (held,) = world.rows(f"SELECT revision, active FROM airspace.reservation WHERE plan_id = '{flying.plan_id}'")
    assert (held.revision, held.active) == (1, True)

    there = submitted(operator="gamma", lat=LAT - 0.003, minute=60.5)
    assert world.decide(moved(flying, revision=3, path=around(LAT - 0.003))) == ["approved"]
    assert world.decide(there) == ["refused"]  # it holds its new way
    middle = {"lng": LNG + 0.006, "lat": LAT}
    hop = submitted(operator="gamma", lng=LNG + 0.006, degrees=0.0001, departure=middle, minute=61.2)
    assert world.decide(hop) == ["approved"]  # and no longer what it left
    with world.service.database.reading() as connection:
        found = [one for plan in (flying, north, hop) for one in replay(world.service.state, connection, plan.plan_id)]
    assert [one.differences for one in found] == [[]] * 5


def test_a_zone_that_is_passed_does_not_keep_a_flight_where_it_is(world: World, regulator: Caller) -> None:
    flying = submitted()
    world.handle(flying)
    world.handle(taken_off(flying))
    publish(regulator, outline={**circle()["outline"], "radius_m": 50.0})  # over its departure
    world.spread()
    world.clock.forward(minutes=61)
    assert world.decide(moved(flying, degrees=0.009)) == ["refused"]
    world.clock.forward(seconds=30)
    assert world.decide(moved(flying, revision=3, degrees=0.009)) == ["approved"]
    with world.service.database.reading() as connection:
        assert [one.differences for one in replay(world.service.state, connection, flying.plan_id)] == [[]] * 4
