"""Quick assignments within capacities: to given sites, and together with the choice of sites."""

from typing import Final

import numpy as np

from services.sites.siting.arrays import Bools, Floats, Ints, spans, sums
from services.sites.siting.pairs import Pairs

MOST_PUSHES: Final = 300  # points for which others are moved: each looks at a whole site
COUNTED: Final = 1e-9  # of a weight: what a point that weighs nothing is worth


def assign(pairs: Pairs, opened: Bools) -> Ints:
    """A site for each point, -1 where nothing had room: the cheapest where it holds, heavy points first elsewhere."""
    found = _cheapest(pairs, opened)
    room = _keep_what_fits(pairs, found, opened)
    left = np.flatnonzero(found < 0)
    for row in left[np.argsort(-pairs.weights[left], kind="stable")]:
        place(pairs, int(row), found, room)
    for row in np.flatnonzero(found < 0)[:MOST_PUSHES]:
        push(pairs, int(row), found, room)
    return found


def improve(pairs: Pairs, found: Ints, opened: Bools) -> None:
    """Move points to cheaper sites that have room by now."""
    room = np.where(opened, pairs.capacity, -1.0)
    np.subtract.at(room, found[found >= 0], pairs.weights[found >= 0])
    for row in np.flatnonzero((found >= 0) & (found != _cheapest(pairs, opened))):
        room[found[row]] += pairs.weights[row]
        place(pairs, int(row), found, room)


def pack(pairs: Pairs) -> tuple[Bools, Ints]:
    """Open one site after the other, each where it takes the most that is not assigned yet; fixed ones first.

    Ends with p sites, or with enough assigned, or where nothing more can be.
    """
    return _Packing(pairs).run()


class _Packing:
    def __init__(self, pairs: Pairs) -> None:
        self.pairs = pairs
        by_site = np.argsort(pairs.sites, kind="stable")
        self.rows = pairs.rows[by_site]
        self.starts = np.concatenate([[0], np.cumsum(np.bincount(pairs.sites, minlength=pairs.choice.m))])
        self.worth = pairs.weights + COUNTED * max(1.0, float(pairs.weights.max(initial=0.0)))
        self.offered = sums(pairs.sites, self.worth[pairs.rows], pairs.choice.m)
        self.opened = np.zeros(pairs.choice.m, np.bool_)
        self.found = np.full(pairs.n, -1, np.int64)

    def run(self) -> tuple[Bools, Ints]:
        for site in self.pairs.choice.fixed:
            self._open(int(site))
        while not self._done():
            worth = np.where(self.pairs.choice.addable(self.opened), self._takes(), -1.0)
            site = int(worth.argmax())
            if worth[site] < 0 or (worth[site] <= 0 and self.pairs.choice.p is None):
                break
            self._open(site)
        return self.opened, self.found

    def _takes(self) -> Floats:
        # subtracting leaves a trace below nothing, which must not look like a site that may not open
        return np.clip(self.offered, 0.0, self.pairs.capacity + COUNTED)

    def _done(self) -> bool:
        if self.pairs.choice.p is not None:
            return int(self.opened.sum()) >= self.pairs.choice.p
        if self.pairs.needed is None:
            return bool((self.found >= 0).all())
        return float(self.pairs.weights[self.found >= 0].sum()) >= self.pairs.needed * (1 - 1e-12)

    def _open(self, site: int) -> None:
        self.opened[site] = True
        rows = self.rows[self.starts[site] : self.starts[site + 1]]
        rows = rows[self.found[rows] < 0]
        rows = rows[np.argsort(-self.pairs.weights[rows], kind="stable")]
        room, taken = float(self.pairs.capacity[site]), []
        for row, weight in zip(rows.tolist(), self.pairs.weights[rows].tolist(), strict=True):
            if weight <= room:
                room -= weight
                taken.append(row)
        self._take(site, np.array(taken, np.int64))

    def _take(self, site: int, rows: Ints) -> None:
        self.found[rows] = site
        starts = self.pairs.starts[rows]
        lengths = self.pairs.starts[rows + 1] - starts
        sites = self.pairs.sites[spans(starts, lengths)]
        np.subtract.at(self.offered, sites, np.repeat(self.worth[rows], lengths))


def _cheapest(pairs: Pairs, opened: Bools) -> Ints:
    """The cheapest open site of each point, room or not; -1 where none may be."""
    there = np.flatnonzero(opened[pairs.sites])
    rows, first = np.unique(pairs.rows[there], return_index=True)  # pairs stand by row, then by cost
    found = np.full(pairs.n, -1, np.int64)
    found[rows] = pairs.sites[there[first]]
    return found


def _keep_what_fits(pairs: Pairs, found: Ints, opened: Bools) -> Floats:
    """Take away from overloaded sites, the lightest first; returns the room left."""
    rows = np.flatnonzero(found >= 0)
    rows = rows[np.lexsort((-pairs.weights[rows], found[rows]))]
    sites, weights = found[rows], pairs.weights[rows]
    load = np.cumsum(weights)
    first = np.searchsorted(sites, sites)
    load -= load[first] - weights[first]
    found[rows[load > pairs.capacity[sites]]] = -1
    room = np.where(opened, pairs.capacity, -1.0)
    np.subtract.at(room, found[found >= 0], pairs.weights[found >= 0])
    return room


def place(pairs: Pairs, row: int, found: Ints, room: Floats) -> bool:
    """Give a point to the cheapest site with room for it, if there is one; `room` is below 0 where no site is open."""
    part = slice(pairs.starts[row], pairs.starts[row + 1])
    sites, costs = pairs.sites[part], pairs.cost[part]
    fits = np.flatnonzero(room[sites] >= pairs.weights[row])
    if not len(fits):
        return False
    cheapest = fits[costs[fits] == costs[fits[0]]]
    site = sites[cheapest[room[sites[cheapest]].argmin()]]  # the tightest of equals keeps room for the heavy
    found[row], room[site] = site, room[site] - pairs.weights[row]
    return True


def push(pairs: Pairs, row: int, found: Ints, room: Floats) -> None:
    """Make room for a point by moving another one elsewhere."""
    weight = pairs.weights[row]
    for site in pairs.sites[pairs.starts[row] : pairs.starts[row + 1]]:
        if room[site] < 0:
            continue
        there = np.flatnonzero((found == site) & (pairs.weights < weight))
        for other in there[pairs.weights[there] >= weight - room[site]]:
            kept, room[site] = room[site], -1.0
            if place(pairs, int(other), found, room):
                room[site] = kept + pairs.weights[other] - weight
                found[row] = site
                return
            room[site] = kept
