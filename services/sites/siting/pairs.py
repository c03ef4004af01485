"""Assignment to sites with capacities: the pairs that may be, the relaxation that prices them, and a quick answer."""

from dataclasses import dataclass

import numpy as np

from services.sites.siting.arrays import Bools, Floats, Ints, shares, sums
from services.sites.siting.choice import Choice
from services.sites.siting.dual import Relaxed


@dataclass(frozen=True, slots=True, eq=False)
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

    @property
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

    def assign(self, opened: Bools) -> Ints:
        """A site for each point, -1 where nothing had room: heavy points first, each to the cheapest with room."""
        room = np.where(opened, self.capacity, -1.0)
        found = np.full(self.n, -1, np.int64)
        starts = self.starts
        for row in np.argsort(-self.weights, kind="stable"):
            part = slice(starts[row], starts[row + 1])
            self._place(int(row), part, found, room)
        for row in np.flatnonzero(found < 0):
            self._push(int(row), starts, found, room)
        return found

    def _place(self, row: int, part: slice, found: Ints, room: Floats) -> bool:
        sites = self.sites[part]
        fits = np.flatnonzero(room[sites] >= self.weights[row])
        if not len(fits):
            return False
        cheapest = fits[self.cost[part][fits] == self.cost[part][fits[0]]]
        site = sites[cheapest[room[sites[cheapest]].argmin()]]  # the tightest of equals keeps room for the heavy
        found[row], room[site] = site, room[site] - self.weights[row]
        return True

    def _push(self, row: int, starts: Ints, found: Ints, room: Floats) -> None:
        """Make room for a point by moving another one elsewhere."""
        weight = self.weights[row]
        for site in self.sites[starts[row] : starts[row + 1]]:
            if room[site] < 0:
                continue
            there = np.flatnonzero((found == site) & (self.weights < weight))
            for other in there[self.weights[there] >= weight - room[site]]:
                part = slice(starts[other], starts[other + 1])
                kept, room[site] = room[site], -1.0
                if self._place(int(other), part, found, room):
                    room[site] = kept + self.weights[other] - weight
                    found[row] = site
                    return
                room[site] = kept

    def improve(self, found: Ints, opened: Bools) -> None:
        """Move points to cheaper sites that have room by now."""
        room = np.where(opened, self.capacity, -1.0)
        np.subtract.at(room, found[found >= 0], self.weights[found >= 0])
        starts = self.starts
        for row in np.flatnonzero(found >= 0):
            part = slice(starts[row], starts[row + 1])
            now = int(found[row])
            room[now] += self.weights[row]
            self._place(int(row), part, found, room)

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
