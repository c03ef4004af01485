"""Sites that close refuse the flights that use them then; those accepted before are told, and all can be made again."""

from datetime import datetime, timedelta
from typing import Any

from services.airspace.usecases.replaying import replay
from shared.contracts.airspace import PlanAssessed
from shared.contracts.assessment import FindingCode
from shared.contracts.flightplan import FlightPlanSubmitted
from shared.contracts.sites import SiteStatus, SiteStatusChanged
from tests.integration.airspace.conftest import LAT, NOW, World, submitted
from tests.integration.airspace.test_slots import PLACES, from_port, registered, spot

HOUR = timedelta(hours=1)


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
    answers = {event.plan_id: event for event in told if isinstance(event, PlanAssessed)}
    assert {plan_id: one.assessment.outcome.value for plan_id, one in answers.items()} == {
        soon.plan_id: "approved",
        arriving.plan_id: "refused",
    } or set(answers) == {arriving.plan_id}
    assert answers[arriving.plan_id].because == "site:PORT#1"
    assert codes(answers[arriving.plan_id]) == ["site_closed"]
    assert [world.state_of(plan) for plan in (arriving, later, elsewhere)] == ["free", "held", "held"]
    assert world.handle(said(1, SiteStatus.CLOSED, NOW, NOW + 2 * HOUR)) == []
    assert world.handle(said(2, SiteStatus.OCCUPIED, NOW)) == []
    for plan in (soon, later, arriving, elsewhere):
        with world.service.database.reading() as connection:
            assert [one.differences for one in replay(world.service.state, connection, plan.plan_id)] != []
            assert all(not one.differences for one in replay(world.service.state, connection, plan.plan_id))
