"""Every decision comes out the same when it is made again from the log, and a log that was touched is found out."""

import random
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from services.airspace.usecases.replaying import Replayed, replay
from shared.contracts.assessment import Outcome
from shared.contracts.flightplan import (
    AuthorizationWithdrawn,
    FlightPlanSubmitted,
    FlightPlanWithdrawn,
)
from tests.integration.airspace.conftest import LAT, LNG, NOW, Caller, World, circle, moved, submitted
from tests.integration.airspace.test_revising import permit, publish

PLANS = 100


def a_busy_morning(world: World, regulator: Caller) -> list[FlightPlanSubmitted]:
    """Plans that meet zones and one another, are moved, withdrawn and made to yield; permits that come and go."""
    dice = random.Random(11)
    publish(regulator, "Z1", outline={"type": "Circle", "center": [LNG + 0.02, LAT], "radius_m": 300.0})
    publish(
        regulator,
        "Z2",
        restriction="REQ_AUTHORIZATION",
        outline={"type": "Circle", "center": [LNG, LAT + 0.02], "radius_m": 900.0},
    )
    publish(regulator, "Z3", restriction="NO_RESTRICTION", outline=circle()["outline"] | {"radius_m": 9_000.0})
    allowed = permit("alpha")
    world.handle(allowed)
    plans = [filed(dice) for _ in range(PLANS)]
    for batch in range(0, PLANS, 20):
        world.clock.forward(seconds=7)
        world.handle(*plans[batch : batch + 20])
        _changes(world, dice, plans[batch : batch + 20])
        if batch == 40:
            late(world, regulator)
        if batch == 60:
            withdrawn = {"number": allowed.spec.number, "operator": "alpha", "withdrawn_by": "caac"}
            world.handle(AuthorizationWithdrawn(authorization_id=allowed.authorization_id, **withdrawn))
    return plans


def filed(dice: random.Random) -> FlightPlanSubmitted:
    """Somewhere among the zones, some time in half an hour."""
    return submitted(
        operator=dice.choice(["alpha", "beta", "gamma"]),
        voluntary=dice.random() < 0.3,
        lng=LNG + dice.choice([0.0, 0.002, 0.005, 0.014]),
        lat=LAT + dice.choice([0.0, 0.001, 0.02, 0.021]),
        minute=60 + dice.randrange(30),
        height_m=dice.choice([60.0, 90.0, 100.0]),
        priority=dice.choice([0] * 9 + [5]),
    )


def late(world: World, regulator: Caller) -> None:
    """A zone after the plans it touches, another version of one, and the end of a third."""
    publish(regulator, "Z4", outline={"type": "Circle", "center": [LNG + 0.004, LAT], "radius_m": 100.0})
    world.spread()
    answer = regulator.request("DELETE", "/zones/Z3?reason=over")
    assert answer.status_code == 200, answer.text
    world.spread()
    outline = {"type": "Circle", "center": [LNG, LAT + 0.02], "radius_m": 500.0}
    assert regulator.request(
        "PUT", "/zones/Z2", json=circle(restriction="REQ_AUTHORIZATION", outline=outline)
    ).is_success
    world.spread()


def _changes(world: World, dice: random.Random, plans: Sequence[FlightPlanSubmitted]) -> None:
    over = {plan.plan_id for plan in dice.sample(plans, 3)}
    world.handle(
        *(FlightPlanWithdrawn(plan_id=p.plan_id, revision=1, operator=p.operator) for p in plans if p.plan_id in over)
    )
    others = [plan for plan in plans if plan.plan_id not in over]
    world.handle(*(moved(plan, minute=60 + dice.randrange(30), lng=LNG + 0.002) for plan in dice.sample(others, 4)))


def replayed(world: World, plans: Sequence[FlightPlanSubmitted]) -> list[Replayed]:
    database, state = world.service.database, world.service.state
    with database.reading() as connection:
        return [one for plan in plans for one in replay(state, connection, plan.plan_id)]


def test_a_hundred_plans_are_decided_the_same_again(world: World, regulator: Caller, alpha: Caller) -> None:
    plans = a_busy_morning(world, regulator)
    found = replayed(world, plans)
    assert [(one.position, one.because, one.differences) for one in found if one.differences] == []
    recorded = world.rows("SELECT count(*) AS n FROM airspace.event_log WHERE type = 'PlanAssessed'")[0].n
    assert len(found) == recorded > PLANS
    outcomes = Counter(one.recorded.outcome for one in found)
    assert all(outcomes[outcome] > 1 for outcome in Outcome), outcomes
    kinds = Counter(one.because.split(":")[0] for one in found)
    assert all(kinds[kind] > 1 for kind in ("filed", "moved", "preempted", "zone")), kinds
    answer = regulator.get(f"/airspace/replays/{plans[0].plan_id}").json()
    assert answer["same"] is True
    assert answer["decisions"][0]["findings"] == []
    assert alpha.get(f"/airspace/replays/{plans[0].plan_id}").status_code == 403
    assert regulator.get(f"/airspace/replays/{uuid4()}").status_code == 404


def test_a_log_that_was_touched_is_found_out(world: World, regulator: Caller) -> None:
    first, second = submitted(), submitted(minute=60.5)
    assert world.decide(first) + world.decide(second) == ["approved", "refused"]
    assert not any(one.differences for one in replayed(world, [first, second]))
    tampered: Any = f"UPDATE airspace.journal SET outcome = 'refused' WHERE plan_id = '{first.plan_id}'"
    with world.service.database.engine.begin() as connection:
        connection.execute(sa.text(tampered))
    answer = regulator.get(f"/airspace/replays/{second.plan_id}").json()
    assert answer["same"] is False
    (decision,) = answer["decisions"]
    assert (decision["outcome"], decision["outcome_again"]) == ("refused", "approved")
    assert decision["differences"] == ["outcome", "findings"]
    assert decision["findings"][0]["code"] == "plan_conflict"
    assert decision["decided_at"] == NOW.isoformat().replace("+00:00", "Z")
    assert decision["findings"][0]["ends_at"] > (NOW + timedelta(hours=1)).isoformat()
