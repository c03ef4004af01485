"""Who is served by whom at what cost: each demand point by the cheapest open site, kept up to date under exchange."""

from dataclasses import dataclass

import numpy as np

from services.sites.siting.arrays import Bools, Floats, Ints, spans
from services.sites.siting.costs import Nearest

FAR: float = 2.0  # times the last listed cost: what a point is taken to cost that no listed site serves


@dataclass(frozen=True, slots=True, eq=False)
class Lists:
    """Of each demand point the k cheapest candidates with their weighted costs, ascending, and what none of them costs.

    `beyond` bounds the others from below (infinite where all are listed), `far` is what being served by one of them is
    taken to cost in the search. `by_candidate` lists, for each candidate, the flat places where it is listed.
    """

    candidates: Ints
    costs: Floats
    beyond: Floats
    far: Floats
    by_candidate: Ints
    starts: Ints

    @property
    def k(self) -> int:
        """How many are listed."""
        return int(self.candidates.shape[1])


def lists_of(nearest: Nearest, weights: Floats, m: int) -> Lists:
    """The lists with costs times weights."""
    costs = nearest.costs * weights[:, None]
    flat = nearest.candidates.ravel()
    bounded = weighted(nearest.beyond, weights)
    last = np.where(np.isinf(bounded), costs[:, -1], bounded)
    return Lists(
        candidates=nearest.candidates,
        costs=costs,
        beyond=bounded,
        far=FAR * last + 1e-9,
        by_candidate=np.argsort(flat, kind="stable"),
        starts=np.concatenate([[0], np.cumsum(np.bincount(flat, minlength=m))]),
    )


def weighted(beyond: Floats, weights: Floats) -> Floats:
    """Costs times weights; infinite stays so, whatever the weight."""
    costs = np.full(len(weights), np.inf)
    listed = np.isfinite(beyond)
    costs[listed] = beyond[listed] * weights[listed]
    return costs


class Serving:
    """A set of open sites and minus what serving costs by them; `gain` is what each candidate would save."""

    def __init__(self, lists: Lists, opened: Bools) -> None:
        self.lists = lists
        self.opened = np.zeros(len(opened), np.bool_)
        self.place = np.full(len(lists.costs), lists.k, np.int64)  # of the serving site in the row's list, k for none
        self.now = lists.far.copy()
        self.value = -float(self.now.sum())
        self.gain = np.zeros(len(opened))
        self._count(np.arange(len(lists.costs)), 1.0)
        for site in np.flatnonzero(opened):
            self.add(int(site))

    def add(self, site: int) -> None:
        """Open a site."""
        self.opened[site] = True
        rows, places = self._listed(site)
        nearer = places < self.place[rows]
        self._serve(rows[nearer], places[nearer])

    def remove(self, site: int) -> None:
        """Close a site; those it served go to the next."""
        self.opened[site] = False
        rows, places = self._listed(site)
        lost = rows[places == self.place[rows]]
        is_open = self.opened[self.lists.candidates[lost]]
        self._serve(lost, np.where(is_open.any(axis=1), is_open.argmax(axis=1), self.lists.k))

    def near(self, site: int) -> Ints:
        """The open sites that serve what this one would serve first or nearly first."""
        rows, places = self._listed(site)
        rows = rows[places <= 2 * self.place[rows] + 1]
        served = rows[self.place[rows] < self.lists.k]
        return np.unique(self.lists.candidates[served, self.place[served]])

    def _listed(self, site: int) -> tuple[Ints, Ints]:
        flat = self.lists.by_candidate[self.lists.starts[site] : self.lists.starts[site + 1]]
        return flat // self.lists.k, flat % self.lists.k

    def _serve(self, rows: Ints, places: Ints) -> None:
        if not len(rows):
            return
        self._count(rows, -1.0)
        there = places < self.lists.k
        costs = self.lists.far[rows]
        costs[there] = self.lists.costs[rows[there], places[there]]
        self.value += float((self.now[rows] - costs).sum())
        self.place[rows], self.now[rows] = places, costs
        self._count(rows, 1.0)

    def _count(self, rows: Ints, sign: float) -> None:
        """Add to `gain` what the candidates before the serving one would save."""
        lengths = self.place[rows]
        k = self.lists.k
        flat = spans(rows * k, lengths)
        saved = np.repeat(self.now[rows], lengths) - self.lists.costs.ravel()[flat]
        candidates = self.lists.candidates.ravel()[flat]
        np.add.at(self.gain, candidates, sign * saved)
