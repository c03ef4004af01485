"""What is over is forgotten some at a time, and nobody waits for it: neither the decider nor the plans to come."""

from datetime import timedelta

import pytest

from services.airspace.store import narrowing, reservations
from services.airspace.usecases.pruning import prune
from tests.integration.airspace.conftest import LAT, NOW, World, submitted

A_DAY_OVER = {"days": 2, "hours": 2}  # after the flights of the first day are over, and a day more


@pytest.fixture
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> int:
    """Three at a time, so that it takes several times."""
    monkeypatch.setattr(reservations, "_PRUNED_AT_ONCE", 3)
    monkeypatch.setattr(narrowing, "_PRUNED_AT_ONCE", 3)
    return 3


def known(world: World, table: str = "reservation") -> int:
    return int(world.rows(f"SELECT count(*) AS n FROM airspace.{table}")[0].n)


def file_some(world: World, count: int) -> None:
    assert world.decide(*(submitted(lat=LAT + 0.01 * n, minute=60) for n in range(count))) == ["approved"] * count


def test_what_is_over_is_forgotten_some_at_a_time(world: World, few_at_once: int) -> None:
    file_some(world, 7)
    later = submitted(minute=3 * 24 * 60)
    assert world.decide(later) == ["approved"]
    keys = known(world, "reservation_key")
    for left in (8, 8):  # nothing is over yet, then not long enough
        with world.service.database.transaction() as tx:
            prune(tx)
        assert (known(world), known(world, "reservation_key")) == (left, keys)
        world.clock.forward(hours=3)
    world.clock.forward(**A_DAY_OVER)
    for left in (5, 2, 1, 1):
        with world.service.database.transaction() as tx:
            prune(tx)
        assert known(world) == left
        keys = max(keys - few_at_once, 0)
        assert known(world, "reservation_key") >= keys
    assert world.state_of(later) == "held"
    assert world.decide(submitted(minute=3 * 24 * 60, operator="beta")) == ["refused"]


def test_while_it_is_being_forgotten_plans_are_decided(world: World) -> None:
    file_some(world, 5)
    world.clock.forward(**A_DAY_OVER)
    minute = (world.clock.now - NOW) / timedelta(minutes=1) + 60
    with world.service.database.transaction() as forgetting:
        prune(forgetting)
        # if these had to wait they would for ever: the end of the forgetting comes after them
        assert world.decide(submitted(minute=minute), submitted(minute=minute)) == ["approved", "refused"]
    assert known(world) == 2
