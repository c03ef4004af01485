"""Sites that close or go out of use refuse flights; those accepted before are told, and all can be made again."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.airspace.usecases.replaying import replay
from shared.contracts.airspace import PlanAssessed
from shared.contracts.assessment import FindingCode
from shared.contracts.flightplan import FlightPlanSubmitted
from shared.contracts.sites import SiteState, SiteStateChanged, SiteStatus, SiteStatusChanged
from tests.integration.airspace.conftest import LAT, NOW, World, submitted
from tests.integration.airspace.test_slots import PLACES, from_port, loop, registered, spec, spot

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
