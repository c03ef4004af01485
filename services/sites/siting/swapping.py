"""Within capacities: a site is swapped for another near by, and points for which there was no room make it.

Of a swap only the points round the two sites are assigned anew. A point that would rather be elsewhere goes there, if
need be in place of another for which there is room again: what it left, or what some third site has.
"""

from collections.abc import Callable
from typing import Final

import numpy as np

from services.sites.siting.arrays import Bools, Floats, Ints, shares
from services.sites.siting.filling import place, push
from services.sites.siting.pairs import Pairs

WARMTH: Final = 0.03  # of a site's mean value: how much worse a step may be at first
FAR: Final = 0.15  # of the swaps open a site that the prices favour, wherever it is
PUSHED: Final = 12  # points for which others are moved, in one swap
POLISHED: Final = 300  # points that are looked at, those first that pay most more than they would have to
TABLE: Final = 6_000_000  # pairs up to which there is a table of all costs


class Swapping:
    """An assignment of p sites that is improved by swaps; `value` is to be small."""

    def __init__(self, pairs: Pairs, opened: Bools, found: Ints, tempting: Ints, rng: np.random.Generator) -> None:
        self.pairs, self.tempting, self.rng = pairs, tempting, rng
        self.opened, self.found = opened.copy(), found.copy()
        by_site = np.argsort(pairs.sites, kind="stable")
        self._rows, self._costs = pairs.rows[by_site], pairs.cost[by_site]
        self._starts = np.concatenate([[0], np.cumsum(np.bincount(pairs.sites, minlength=pairs.choice.m))])
        self._dearest = np.zeros(pairs.n)
        self._dearest[pairs.rows] = pairs.cost  # the last of a point's pairs is its dearest
        self._movable = np.ones(pairs.choice.m, np.bool_)
        self._movable[pairs.choice.fixed] = False
        self.room: Floats = np.where(opened, pairs.capacity, -1.0)
        np.subtract.at(self.room, found[found >= 0], pairs.weights[found >= 0])
        self.paid = self._paid(np.arange(pairs.n), self.found, np.zeros(pairs.n))
        self._table = _table(pairs) if pairs.needed is None and pairs.n * pairs.choice.m <= TABLE else None

    @property
    def value(self) -> float:
        """What the assignment costs."""
        return float(self.paid.sum())

    def anneal(
        self, stop: Callable[[], bool], warm: Callable[[], float], better: Callable[[Bools, Ints, float], None]
    ) -> None:
        """Swap until told to stop; `warm` falls from 1 to 0 and lets worse assignments pass at first."""
        if not (self.opened & self._movable).any():
            return
        self.polish()
        best = self.value
        scale = WARMTH * abs(best) / max(1, int(self.opened.sum()))
        while not stop():
            allowed = -scale * warm() * np.log(max(self.rng.random(), 1e-12))
            if self.swap(allowed) and self.value < best - 1e-9 * abs(best):
                self.polish()
                best = self.value
                better(self.opened, self.found, best)

    def swap(self, allowed: float = 0.0) -> bool:
        """Swap a random site for one near by; False where that costs more than `allowed`, and nothing is changed."""
        there = np.flatnonzero(self.opened & self._movable)
        if not len(there):
            return False
        out = int(self.rng.choice(there))
        into = self._other(out)
        if into is None:
            return False
        before = self.found.copy(), self.room.copy(), self.paid.copy(), self.opened.copy()
        was = self.value
        self._close(out)
        self._open(into)
        if self._settle(before[0]) and self.value <= was + allowed:
            return True
        self.found, self.room, self.paid, self.opened = before
        return False

    def polish(self) -> None:
        """Points that pay more than they would have to go to cheaper sites, others making room; sites stay."""
        self._send_all(np.arange(self.pairs.n))

    def _send_all(self, rows: Ints) -> None:
        if self._table is None:
            return
        there = np.flatnonzero(self.opened)
        regret = self.paid[rows] - self._table[np.ix_(rows, there)].min(axis=1)
        for place_ in np.argsort(-regret, kind="stable")[:POLISHED].tolist():
            if regret[place_] > 0:
                self._send(self._table, int(rows[place_]), there)

    def _send(self, table: Floats, row: int, there: Ints) -> None:
        """Send a point to the cheapest site that gains by it, if there is one."""
        weight, now, paid = self.pairs.weights[row], int(self.found[row]), self.paid[row]
        cheaper = there[table[row, there] < paid - 1e-12 * abs(paid)]
        for site in cheaper[np.argsort(table[row, cheaper], kind="stable")].tolist():
            if self.room[site] >= weight:
                self._move(table, row, site)
                return
            other = self._ejected(table, row, site, there)
            if other is not None:
                self.room[now] += weight  # the point is on its way
                self._move(table, *other)
                self.room[now] -= weight
                self._move(table, row, site)
                return

    def _ejected(self, table: Floats, row: int, site: int, there: Ints) -> tuple[int, int] | None:
        """The point of the site, and where it goes, that lets this one in at the least cost, if that is a gain."""
        weights, weight = self.pairs.weights, self.pairs.weights[row]
        rows = np.flatnonzero((self.found == site) & (weights >= weight - self.room[site]))
        if not len(rows):
            return None
        room = self.room[there].copy()
        room[there == self.found[row]] += weight
        room[there == site] = -1.0
        costs = np.where(room[None] >= weights[rows, None], table[np.ix_(rows, there)], np.inf)
        gain = self.paid[row] - table[row, site] + self.paid[rows] - costs.min(axis=1)
        best = int(gain.argmax())
        if not gain[best] > 1e-9 * abs(self.paid[row]):
            return None
        return int(rows[best]), int(there[costs[best].argmin()])

    def _move(self, table: Floats, row: int, site: int) -> None:
        self.room[self.found[row]] += self.pairs.weights[row]
        self.room[site] -= self.pairs.weights[row]
        self.found[row], self.paid[row] = site, table[row, site]

    def _other(self, out: int) -> int | None:
        choices = self.tempting
        if self.rng.random() >= FAR:
            rows = self._rows[self._starts[out] : self._starts[out + 1]]
            choices = self._near(int(self.rng.choice(rows))) if len(rows) else choices
        choices = choices[~self.opened[choices]]
        if self.pairs.needed is None:  # all together must hold everything
            spare = float(self.pairs.capacity[self.opened].sum() - self.pairs.weights.sum())
            choices = choices[self.pairs.capacity[choices] >= self.pairs.capacity[out] - spare]
        return int(self.rng.choice(choices)) if len(choices) else None

    def _near(self, row: int) -> Ints:
        return self.pairs.sites[self.pairs.starts[row] : self.pairs.starts[row + 1]]

    def _close(self, site: int) -> None:
        self.opened[site], self.room[site] = False, -1.0
        rows = np.flatnonzero(self.found == site)
        self.found[rows] = -1
        self.paid[rows] = 0.0 if self.pairs.needed == 0 else self._elsewhere(rows)

    def _elsewhere(self, rows: Ints) -> Floats:
        """What each point would cost at the cheapest site that is open and has room; its dearest where none has."""
        costs = self._dearest[rows].copy()
        for place_, row in enumerate(rows.tolist()):
            part = slice(self.pairs.starts[row], self.pairs.starts[row + 1])
            roomy = np.flatnonzero(self.room[self.pairs.sites[part]] >= self.pairs.weights[row])
            if len(roomy):
                costs[place_] = self.pairs.cost[part][roomy[0]]
        return costs

    def _open(self, site: int) -> None:
        """The points that gain most by their weight go there, as far as it holds."""
        self.opened[site], self.room[site] = True, self.pairs.capacity[site]
        part = slice(self._starts[site], self._starts[site + 1])
        rows, costs = self._rows[part], self._costs[part]
        gain = self.paid[rows] - costs
        weights = self.pairs.weights[rows]
        order = np.lexsort((-weights, -shares(gain, weights)))
        for place_, row in zip(order.tolist(), rows[order].tolist(), strict=True):
            weight = self.pairs.weights[row]
            if gain[place_] <= 0 or weight > self.room[site]:
                continue
            if self.found[row] >= 0:
                self.room[self.found[row]] += weight
            self.found[row], self.paid[row] = site, costs[place_]
            self.room[site] -= weight

    def _settle(self, before: Ints) -> bool:
        """Give what is left a site; False where something that must have one gets none."""
        left = np.flatnonzero(self.found < 0)
        for row in left[np.argsort(-self.pairs.weights[left], kind="stable")].tolist():
            place(self.pairs, row, self.found, self.room)
        for row in np.flatnonzero(self.found < 0)[:PUSHED].tolist():
            push(self.pairs, row, self.found, self.room)
        if self.pairs.needed is None and (self.found < 0).any():
            return False
        if self.pairs.choice.limits and not self.pairs.choice.meets(self.opened):
            return False
        changed = np.flatnonzero(self.found != before)
        self.paid[changed] = self._paid(changed, self.found[changed], self.paid[changed])
        self._send_all(changed)
        return True

    def _paid(self, rows: Ints, sites: Ints, otherwise: Floats) -> Floats:
        """What each point costs at its site; nothing where it has none."""
        paid = otherwise.copy()
        for place_, (row, site) in enumerate(zip(rows.tolist(), sites.tolist(), strict=True)):
            part = slice(self.pairs.starts[row], self.pairs.starts[row + 1])
            paid[place_] = self.pairs.cost[part][self.pairs.sites[part] == site].sum() if site >= 0 else 0.0
        return paid


def polished(pairs: Pairs, opened: Bools, found: Ints) -> Ints:
    """The assignment with points at cheaper sites, as far as it is a whole one."""
    if (found < 0).any():
        return found
    swapping = Swapping(pairs, opened, found, np.zeros(0, np.int64), np.random.default_rng(0))
    swapping.polish()
    return swapping.found


def _table(pairs: Pairs) -> Floats:
    """Every cost; infinite for what is not listed."""
    table = np.full((pairs.n, pairs.choice.m), np.inf)
    table[pairs.rows, pairs.sites] = pairs.cost
    return table
