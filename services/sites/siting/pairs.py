"""Assignment to sites with capacities: the pairs that may be, and the relaxation that prices them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from services.sites.siting.arrays import Bools, Floats, Ints, shares, sums
from services.sites.siting.choice import Choice
from services.sites.siting.dual import Relaxed


@dataclass(frozen=True, eq=False)  # without slots, for what is derived once
class Pairs:
    """Which demand point (`rows`, ascending, then by cost) may go to which site at what `cost`.

    `opening` is what opening a site costs. At least `needed` of the weight must be assigned; None is every point,
    0 none. No pair left out costs less than `beyond` (n).
    """

    rows: Ints
    sites: Ints
    cost: Floats
    weights: Floats
    capacity: Floats
    opening: float
    needed: float | None
    beyond: Floats
    choice: Choice

    @property
    def n(self) -> int:
        """How many demand points."""
        return len(self.weights)

    @cached_property
    def starts(self) -> Ints:
        """Where each point's pairs begin, and the end."""
        return np.concatenate([[0], np.cumsum(np.bincount(self.rows, minlength=self.n))])

    def within(self, prices: Floats) -> Floats:
        """Prices in their bounds: what must be assigned is paid for, what may be is worth at most its cost."""
        if self.needed == 0:
            return np.minimum(prices, 0.0)
        return np.minimum(prices if self.needed is None else np.maximum(prices, 0.0), self.beyond)

    def relax(self, prices: Floats) -> Relaxed:
        """Every site fills a knapsack in fractions with what the prices make worth having; the best sites open."""
        value = self.cost - prices[self.rows]
        kept = np.flatnonzero(value < 0)
        rows, sites, value = self.rows[kept], self.sites[kept], value[kept]
        share = self._fill(rows, sites, value)
        reduced = self.opening + sums(sites, share * value, self.choice.m)
        opened = self._open(reduced)
        covered, worth = self._cheapest(prices)
        served = sums(rows, share * opened[sites], self.n)
        return Relaxed(worth + float(reduced[opened].sum()), covered - served, opened, reduced)

    def _fill(self, rows: Ints, sites: Ints, value: Floats) -> Floats:
        weight = self.weights[rows]
        order = np.lexsort((shares(value, weight), sites))
        ordered, by_site = weight[order], sites[order]
        before = np.cumsum(ordered) - ordered
        first = np.flatnonzero(np.r_[True, by_site[1:] != by_site[:-1]]) if len(order) else np.zeros(0, np.int64)
        before -= np.repeat(before[first], np.diff(np.append(first, len(order))))
        share = np.empty(len(order))
        room = self.capacity[by_site] - before
        share[order] = np.where(ordered > 0, np.clip(shares(room, ordered), 0.0, 1.0), 1.0)
        return share

    def _open(self, reduced: Floats) -> Bools:
        if self.choice.p is not None:
            return self.choice.best(-reduced)
        opened = reduced < 0
        opened[self.choice.fixed] = True
        return opened

    def _cheapest(self, prices: Floats) -> tuple[Floats, float]:
        if not self.needed:  # every point, or (then the prices are at most 0) each at most once
            return np.ones(self.n), float(prices.sum())
        order = np.argsort(shares(prices, self.weights), kind="stable")
        weight = self.weights[order]
        left = self.needed - (np.cumsum(weight) - weight)
        covered = np.zeros(self.n)
        covered[order] = np.where(weight > 0, np.clip(shares(left, weight), 0.0, 1.0), 0.0)
        return covered, float(prices @ covered)

    def value(self, found: Ints, opened: Bools) -> float:
        """The objective of an assignment; infinite where not enough is assigned."""
        if self.needed is None and (found < 0).any():
            return np.inf
        there = found >= 0
        if self.needed and float(self.weights[there].sum()) < self.needed * (1 - 1e-12):
            return np.inf
        chosen = (found[self.rows] == self.sites) & there[self.rows]
        return self.opening * float(opened.sum()) + float(self.cost[chosen].sum())

    def fits(self, found: Ints) -> bool:
        """True where no site takes more than its capacity."""
        there = found >= 0
        load = sums(found[there], self.weights[there], self.choice.m)
        return bool((load <= self.capacity * (1 + 1e-9) + 1e-9).all())
