"""The service as it runs, its database narrowing what is near, decides as the independent oracle does: 2,600 plans."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import numpy as np
import orjson
import pytest

from shared.contracts.airspace import PlanAssessed
from shared.contracts.assessment import Outcome
from shared.contracts.codec import encode_value
from shared.contracts.flightplan import FlightPlanSubmitted
from tests.integration.airspace.conftest import Caller, World
from tests.oracle import plan_pairs, zone_pairs
from tests.oracle.matter import Area, Ground, Pair, verdict
from tests.oracle.pairs import Family
from tests.oracle.service import intent_of, spec_of

AT_ONCE = 250


def judged(made: Sequence[Pair]) -> list[tuple[Pair, bool]]:
    """The pairs that lie clear of the band, with what the oracle says."""
    found = [(pair, said) for pair in made if (said := verdict(pair, Ground())) is not None]
    assert len(found) >= len(made) * 0.99
    assert len(found) / 10 < sum(said for _, said in found) < len(found) * 0.9
    return found


def refused(world: World, plans: Sequence[tuple[int, Any, int]]) -> dict[int, bool]:
    """Whether each of the numbered flights is refused, filed in this order."""
    outcomes: dict[int, bool] = {}
    for first in range(0, len(plans), AT_ONCE):
        batch = [filed(*plan) for plan in plans[first : first + AT_ONCE]]
        for event in world.handle(*batch):
            assert isinstance(event, PlanAssessed)
            outcomes[event.plan_id.int] = event.assessment.outcome is Outcome.REFUSED
    return outcomes


def filed(number: int, intent: Any, departs_us: int) -> FlightPlanSubmitted:
    """A plan was filed."""
    return FlightPlanSubmitted(
        plan_id=UUID(int=number),
        revision=1,
        operator="alpha",
        intent=intent_of(intent, departs_us),
        voluntary=False,
    )


@pytest.mark.parametrize(("family", "count"), [(plan_pairs.hovers, 1_000), (plan_pairs.legs, 200)])
def test_plans_against_plans(world: World, family: Family, count: int) -> None:
    found = judged(list(family(np.random.default_rng(20_261_122), count)))
    said: list[Any] = [pair.said for pair, _ in found]
    theirs = [(count + i, two, at) for i, (_, _, two, at) in enumerate(said)]
    assert not any(refused(world, theirs).values())
    answers = refused(world, [(i, one, at) for i, (one, at, _, _) in enumerate(said)])
    differ = [pair for i, (pair, meets) in enumerate(found) if answers[i] != meets]
    assert differ == [], f"{len(differ)} of {len(found)}, the first: {differ[0]}"


def test_plans_against_zones(world: World, regulator: Caller) -> None:
    found = judged(list(zone_pairs.hovers_by_zones(np.random.default_rng(5), 200)))
    for i, (pair, _) in enumerate(found):
        assert isinstance(pair.theirs, Area)
        body = orjson.loads(encode_value(spec_of(pair.theirs)))
        answer = regulator.post("/zones", {"zone_id": f"Z{i}", **{k: v for k, v in body.items() if v is not None}})
        assert answer.status_code == 201, answer.text
    said: list[Any] = [pair.said for pair, _ in found]
    answers = refused(world, [(i, intent, at) for i, (intent, at) in enumerate(said)])
    differ = [pair for i, (pair, meets) in enumerate(found) if answers[i] != meets]
    assert differ == [], f"{len(differ)} of {len(found)}, the first: {differ[0]}"
