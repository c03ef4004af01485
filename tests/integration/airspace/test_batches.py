"""A batch decides as its plans would one by one, through the decider and its database, whatever conflicts inside it."""

import random
from collections.abc import Sequence
from pathlib import Path

from shared.auth import Role
from shared.contracts.airspace import PlanAssessed
from shared.contracts.codec import encode
from shared.contracts.flightplan import FlightPlanMoved, FlightPlanSubmitted
from tests.conftest import FreshDatabase
from tests.integration.airspace.conftest import LAT, LNG, circle, moved, running
from tests.integration.airspace.test_replay import filed
from tests.integration.airspace.test_revising import publish

Asked = FlightPlanSubmitted | FlightPlanMoved


def a_rush(seed: int) -> list[Asked]:
    """Plans that meet one another, of two priorities, some of them moved soon after."""
    dice = random.Random(seed)
    plans: list[Asked] = []
    for _ in range(60):
        plan = filed(dice)
        plans.append(plan)
        if dice.random() < 0.2:
            plans.append(moved(plan, minute=60 + dice.randrange(30), lng=LNG + 0.002))
    return plans


def decided(database: FreshDatabase, folder: Path, batches: Sequence[Sequence[Asked]]) -> list[bytes]:
    """What is recorded of them in a city of its own, as it is written."""
    with database() as url, running(url, folder) as world:
        regulator = world.caller(Role.REGULATOR, "caac")
        publish(regulator, "Z1", outline={"type": "Circle", "center": [LNG + 0.02, LAT], "radius_m": 300.0})
        suitable = circle()["outline"] | {"radius_m": 9_000.0}
        publish(regulator, "Z2", restriction="NO_RESTRICTION", outline=suitable)
        recorded = [event for batch in batches for event in world.handle(*batch)]
    return [encode(event) for event in recorded if isinstance(event, PlanAssessed)]


def test_a_batch_decides_as_its_plans_one_by_one(fresh_database: FreshDatabase, tmp_path: Path) -> None:
    rush = a_rush(1)
    alone = decided(fresh_database, tmp_path, [[asked] for asked in rush])
    together = decided(fresh_database, tmp_path, [rush[:10], rush[10:]])
    assert alone == together
    for word in (b'"approved"', b'"refused"', b'"preempted"', b'"moved"'):
        assert any(word in one for one in alone), word
