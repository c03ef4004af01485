"""Slots on a real database: pads are held and freed with plans, the register's events count, all can be made again."""

import random
from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from services.airspace.usecases.replaying import replay
from shared.contracts.airspace import PlanAssessed
from shared.contracts.assessment import Finding, FindingCode
from shared.contracts.flightplan import FlightPlanSubmitted, FlightPlanWithdrawn
from shared.contracts.sites import SiteKind, SiteRegistered, SiteSpec, SiteState, SiteUpdated
from tests.integration.airspace.conftest import LAT, LNG, NOW, Caller, World, moved, submitted

HELD = timedelta(seconds=60)
PLACES = {"NEST": (LNG, LAT), "PORT": (LNG + 0.008, LAT)}


def spec(site_id: str, pads: int, kind: SiteKind = SiteKind.POINT) -> SiteSpec:
    lng, lat = PLACES[site_id]
    return SiteSpec(name=f"{site_id} 起降场", kind=kind, lng=lng, lat=lat, pads=pads)


def registered(site_id: str, pads: int, kind: SiteKind = SiteKind.POINT) -> SiteRegistered:
    return SiteRegistered(
        site_id=site_id, revision=1, spec=spec(site_id, pads, kind), state=SiteState.COMMISSIONED, effective_at=NOW
    )


def repadded(site_id: str, pads: int, revision: int) -> SiteUpdated:
    return SiteUpdated(
        site_id=site_id, revision=revision, spec=spec(site_id, pads), state=SiteState.COMMISSIONED, effective_at=NOW
    )


def spot(site_id: str) -> dict[str, Any]:
    lng, lat = PLACES[site_id]
    return {"site_id": site_id, "lng": lng, "lat": lat}


def way(degrees_east: float, degrees_north: float) -> list[dict[str, float]]:
    return [{"lng": LNG + degrees_east, "lat": LAT + degrees_north, "height_m": 90.0}]


def from_port(north: float, **more: Any) -> FlightPlanSubmitted:
    """From the port to a spot of its own so far north of it."""
    lng = PLACES["PORT"][0]
    end = {"lng": lng, "lat": LAT + north}
    return submitted(departure=spot("PORT"), arrival=end, path=[{**end, "height_m": 90.0}], **more)


def loop(north: float, **more: Any) -> FlightPlanSubmitted:
    """From the nest and back."""
    return submitted(departure=spot("NEST"), arrival=spot("NEST"), path=way(0.0, north), **more)


def full(event: Any) -> list[Finding]:
    return [each for each in event.assessment.findings if each.code is FindingCode.SITE_FULL]


def test_two_pads_serve_two_and_the_third_is_told_which_shift_helps(world: World) -> None:
    world.handle(registered("PORT", 2))
    plans = [from_port(0.01), from_port(-0.01), from_port(-0.01, minute=60.5, operator="beta")]
    first, second, third = world.handle(*plans)
    assert [one.assessment.outcome for one in (first, second, third)] == ["approved", "approved", "refused"]
    (finding,) = full(third)
    assert (finding.against_id, finding.name, finding.pads) == ("PORT", "PORT 起降场", 2)
    assert (finding.starts_at, finding.ends_at) == (NOW + timedelta(minutes=59.5), NOW + timedelta(minutes=61))
    assert finding.shift_min is not None
    again = from_port(-0.01, minute=60.5 + finding.shift_min)
    assert full(world.handle(again)[0]) == []
    world.handle(FlightPlanWithdrawn(plan_id=plans[0].plan_id, revision=1, operator="alpha"))
    assert full(world.handle(from_port(0.01, minute=60.5))[0]) == []


def test_a_nest_whose_aircraft_is_away_takes_no_other(world: World) -> None:
    world.handle(registered("NEST", 1, SiteKind.NEST))
    out = loop(0.05, minute=60)
    assert world.decide(out) == ["approved"]
    (told,) = world.handle(loop(-0.01, minute=65))
    (finding,) = full(told)
    lands_at = finding.ends_at - HELD
    minutes = (lands_at - NOW) / timedelta(minutes=1)
    assert minutes > 70
    assert world.decide(loop(-0.01, minute=float(int(minutes) + 3))) == ["approved"]


def test_pads_of_the_latest_word_count_and_what_was_accepted_stays(world: World) -> None:
    world.handle(registered("PORT", 1))
    apart = {"north": -0.01}
    assert world.decide(from_port(0.01), from_port(**apart)) == ["approved", "refused"]
    world.handle(repadded("PORT", 2, 2))
    second = from_port(**apart)
    assert world.decide(second) == ["approved"]
    world.handle(repadded("PORT", 1, 3))
    assert (world.state_of(second), world.decide(from_port(0.02))) == ("held", ["refused"])


def test_a_move_takes_the_pad_at_its_new_time_only(world: World) -> None:
    world.handle(registered("PORT", 1))
    plan = from_port(0.01)
    assert world.decide(plan) == ["approved"]
    way_there = {"departure": spot("PORT"), "arrival": plan.intent.arrival, "path": plan.intent.path}
    assert world.decide(moved(plan, minute=61, **way_there)) == ["approved"]
    assert world.decide(from_port(-0.01, minute=59)) == ["approved"]


def test_slots_show_in_checks_with_alternatives_and_in_conflicts(world: World, regulator: Caller, beta: Caller) -> None:
    world.handle(registered("PORT", 1))
    world.handle(from_port(0.01))
    asked = from_port(-0.01, minute=61, operator="beta")
    body = {"departure": {"site_id": "PORT"}, "arrival": {"lng": LNG + 0.008, "lat": LAT - 0.01}}
    rest = {"path": [{"lng": LNG + 0.008, "lat": LAT - 0.01, "height_m": 90.0}], "aircraft_class": "light"}
    times = {"departs_at": (NOW + timedelta(minutes=61)).isoformat(), "purpose": "patrol", "speed_mps": 12.0}
    answer = beta.post("/checks", {"intent": {**body, **rest, **times, "clawbacks": ["network_relay"]}}).json()
    assert answer["outcome"] == "refused"
    (finding,) = [each for each in answer["findings"] if each["code"] == "site_full"]
    assert (finding["pads"], finding["shift_min"], finding["against"]) == (1, 1, "site")
    assert "PORT 起降场" in finding["message"]["zh"]
    assert "1 min" in finding["message"]["en"]
    assert answer["alternatives"][0]["shift_s"] == 60
    world.handle(asked)
    (listed,) = regulator.get("/conflicts").json()["items"]
    assert (listed["plan_id"], listed["finding"]["code"]) == (str(asked.plan_id), "site_full")


def test_what_a_city_is_told_in_a_busy_hour_never_overbooks_and_is_decided_the_same_again(world: World) -> None:
    dice = random.Random(5)
    world.handle(registered("PORT", 2), registered("NEST", 1, SiteKind.NEST))
    plans = [drawn(dice) for _ in range(90)]
    for start in range(0, 90, 15):
        batch = plans[start : start + 15]
        world.handle(*batch)
        over = dice.sample(batch, 2)
        world.handle(*(FlightPlanWithdrawn(plan_id=p.plan_id, revision=1, operator=p.operator) for p in over))
        if start == 45:
            world.handle(repadded("PORT", 3, 2))
    answers = [event for event in world.events() if isinstance(event, PlanAssessed)]
    assert Counter(bool(full(event)) for event in answers)[True] > 10
    holding = {row.plan_id for row in world.rows("SELECT plan_id FROM airspace.reservation WHERE state = 'held'")}
    accepted = [plan for plan in plans if plan.plan_id in holding]
    assert most_at_once(accepted) <= 3
    with world.service.database.reading() as connection:
        again = [one for plan in plans for one in replay(world.service.state, connection, plan.plan_id)]
    assert [(one.position, one.because, one.differences) for one in again if one.differences] == []


def drawn(dice: random.Random) -> FlightPlanSubmitted:
    north = dice.choice([0.01, -0.01, 0.02, -0.02])
    more = {"minute": 60 + dice.randrange(80) / 2, "priority": dice.choice([0] * 9 + [5]), "plan_id": uuid4()}
    return loop(north, **more) if dice.random() < 0.3 else from_port(north, **more)


def most_at_once(plans: list[FlightPlanSubmitted]) -> int:
    """The most pads of the port held at one instant: all leave it, none comes back."""
    leaves: list[datetime] = [p.intent.departs_at for p in plans if p.intent.departure.site_id == "PORT"]
    return max((sum(t - HELD <= s - HELD < t + HELD for t in leaves) for s in leaves), default=0)
