"""The location models by trying everything: slow, short and beyond doubt."""

from collections.abc import Iterator
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
ENOUGH = 1e-9


def sets(m: int, sizes: range, fixed: list[int]) -> Iterator[list[int]]:
    """Every set of sites of these sizes that has the fixed ones."""
    for size in sizes:
        yield from (list(each) for each in combinations(range(m), size) if set(fixed) <= set(each))


def mclp(cost: Floats, weights: Floats, radius: float, p: int, fixed: list[int]) -> float:
    """The most weight that p sites cover."""
    reach = cost <= radius
    return max(
        float(weights[reach[:, chosen].any(axis=1)].sum()) for chosen in sets(cost.shape[1], range(p, p + 1), fixed)
    )


def p_median(cost: Floats, weights: Floats, p: int, fixed: list[int]) -> float:
    """The least weighted cost of p sites."""
    return min(
        float((weights * cost[:, chosen].min(axis=1)).sum()) for chosen in sets(cost.shape[1], range(p, p + 1), fixed)
    )


def lscp(cost: Floats, weights: Floats, radius: float, percent: float, fixed: list[int]) -> int | None:
    """The fewest sites that cover so much; None where none do."""
    reach = cost <= radius
    for chosen in sets(cost.shape[1], range(len(fixed), cost.shape[1] + 1), fixed):
        covered = reach[:, chosen].any(axis=1)
        if covered.all() if percent == 100 else weights[covered].sum() >= percent / 100 * weights.sum() - ENOUGH:
            return len(chosen)
    return None


def assigned(
    allowed: NDArray[np.bool_], gains: Floats, weights: Floats, capacity: Floats, chosen: list[int], *, every: bool
) -> float | None:
    """The most gain of an assignment to the chosen sites, each point to one allowed site within its capacity."""
    best = None
    options = [[site for site in chosen if allowed[row, site]] + ([] if every else [-1]) for row in range(len(weights))]
    for assignment in product(*options):
        there = [(row, site) for row, site in enumerate(assignment) if site >= 0]
        load = np.zeros(len(capacity))
        for row, site in there:
            load[site] += weights[row]
        if (load <= capacity + ENOUGH).all():
            gain = float(sum(gains[row, site] for row, site in there))
            best = gain if best is None else max(best, gain)
    return best
