"""Swaps within capacities: whatever is swapped, the assignment stays one, costs what it says and gets no worse."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.sites.siting.assigning import _first
from services.sites.siting.budget import Budget
from services.sites.siting.instance import Instance
from services.sites.siting.ledger import Ledger
from services.sites.siting.pairs import Pairs
from services.sites.siting.swapping import Swapping


def pairs_of(seed: int, *, must: bool) -> Pairs:
    """Forty points and fifteen candidates with room for a little more than there is."""
    rng = np.random.default_rng(seed)
    weights = rng.integers(1, 20, 40).astype(np.float64)
    instance = Instance.from_points(
        rng.random((40, 2)),
        rng.random((15, 2)),
        weights,
        p=6,
        fixed=[2],
        capacity=rng.uniform(0.9, 1.4, 15) * weights.sum() / 5,
    )
    nearest = instance.costs.nearest(15 if must else 8)
    k = nearest.candidates.shape[1]
    assert instance.capacity is not None
    return Pairs(
        rows=np.repeat(np.arange(40), k),
        sites=nearest.candidates.ravel(),
        cost=(nearest.costs * weights[:, None]).ravel() if must else np.repeat(-weights, k),
        weights=weights,
        capacity=instance.capacity,
        opening=0.0,
        needed=None if must else 0.0,
        beyond=np.full(40, np.inf),
        choice=instance.choice,
    )


@pytest.mark.parametrize("must", [True, False])
@settings(max_examples=25)
@given(seed=st.integers(0, 10_000))
def test_swaps_keep_to_everything_and_never_cost_more(must: bool, seed: int) -> None:
    pairs = pairs_of(seed, must=must)
    ledger = Ledger(whole=False)
    _first(pairs, ledger, Budget(60.0))
    if ledger.opened is None or ledger.assignment is None:
        return  # so tight that nothing quick was found
    swapping = Swapping(pairs, ledger.opened, ledger.assignment, np.arange(15), np.random.default_rng(seed))
    assert swapping.value == pytest.approx(ledger.value)
    for step in range(30):
        before = swapping.value
        if step % 5:
            swapping.swap()
        else:
            swapping.polish()
        assert swapping.value <= before + 1e-9
    assert swapping.value == pytest.approx(pairs.value(swapping.found, swapping.opened))
    assert pairs.fits(swapping.found)
    assert int(swapping.opened.sum()) == 6
    assert swapping.opened[2], "it is fixed"
    assert swapping.opened[swapping.found[swapping.found >= 0]].all()
