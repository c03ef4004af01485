"""The best Lagrangian bound by subgradient steps: every value on the way is a valid bound."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from services.sites.siting.arrays import Bools, Floats
from services.sites.siting.budget import Budget

PATIENCE: Final = 20  # steps without a better bound before the step is made shorter
SHORTER: Final = 0.6
INERTIA: Final = 0.7  # how much of the former direction a step keeps
SMALLEST_STEP: Final = 1e-4
MOST_STEPS: Final = 3_000


@dataclass(frozen=True, slots=True, eq=False)
class Relaxed:
    """The relaxation at some prices: a lower bound, a subgradient, which sites it opens, each site's reduced cost."""

    bound: float
    slope: Floats
    opened: Bools
    reduced: Floats


@dataclass(slots=True, eq=False)
class Dual:
    """The best bound found and its prices."""

    prices: Floats
    best: Relaxed


def ascend(
    relax: Callable[[Floats], Relaxed],
    within: Callable[[Floats], Floats],
    start: Floats,
    target: float,
    seconds: float,
    budget: Budget,
) -> Dual:
    """Raise the bound of a minimisation from the prices `start`; `within` puts prices back into their bounds.

    `target` is the value of a known answer: the bound cannot rise above it, and steps are sized by the distance.
    """
    until = budget.elapsed + seconds
    prices = within(start)
    dual = Dual(prices, relax(prices))
    now, direction = dual.best, np.zeros_like(start)
    step, waited = 1.0, 0
    for _ in range(MOST_STEPS):
        direction = now.slope + INERTIA * direction
        length = float(direction @ direction)
        distance = target - now.bound
        if length == 0 or distance <= 1e-12 * max(1.0, abs(target)) or budget.elapsed > until or budget.over():
            break
        prices = within(prices + step * distance / length * direction)
        now = relax(prices)
        if now.bound > dual.best.bound + 1e-7 * abs(dual.best.bound):
            dual, waited = Dual(prices, now), 0
            continue
        waited += 1
        if waited >= PATIENCE:
            step, waited, prices, now = SHORTER * step, 0, dual.prices, dual.best
            direction = np.zeros_like(start)
        if step < SMALLEST_STEP:
            break
    return dual
