"""An assignment that leaves points over is mended: a site with room to spare goes where the most is left over."""

from collections.abc import Callable
from typing import Final

import numpy as np

from services.sites.siting.arrays import Bools, Floats, Ints, sums
from services.sites.siting.filling import MOST_PUSHES, place, push
from services.sites.siting.pairs import Pairs

PATIENCE: Final = 60  # moves of a site without less being left over
RESTS: Final = 20  # moves for which a site that was moved stays


def mend(pairs: Pairs, opened: Bools, found: Ints, over: Callable[[], bool]) -> tuple[Bools, Ints]:
    """The open sites and a site for each point, with as little left over (-1) as was found in the time."""
    mending = _Mending(pairs, opened, found)
    while mending.best_left > 0 and mending.waited < PATIENCE and not over() and mending.move():
        pass
    return mending.best


class _Mending:
    def __init__(self, pairs: Pairs, opened: Bools, found: Ints) -> None:
        self.pairs, self.opened, self.found = pairs, opened.copy(), found.copy()
        self.room: Floats = np.where(opened, pairs.capacity, -1.0)
        np.subtract.at(self.room, found[found >= 0], pairs.weights[found >= 0])
        self.rests = np.zeros(pairs.choice.m, np.int64)
        self.moves = self.waited = 0
        self.best, self.best_left = (opened, found), self._left()

    def _left(self) -> float:
        return float(self.pairs.weights[self.found < 0].sum())

    def move(self) -> bool:
        """Move one site; False where none can be moved."""
        self.moves += 1
        out, to = self._spare(), self._wanted()
        if out is None or to is None:
            return False
        self._close(out)
        self._open(to)
        self.rests[[out, to]] = self.moves + RESTS
        self._place_again()
        left = self._left()
        self.waited += 1
        if left < self.best_left:
            self.best, self.best_left, self.waited = (self.opened.copy(), self.found.copy()), left, 0
        return True

    def _spare(self) -> int | None:
        room = np.where(self.opened & (self.rests <= self.moves), self.room, -1.0)
        room[self.pairs.choice.fixed] = -1.0
        site = int(room.argmax())
        return site if room[site] > 0 else None

    def _wanted(self) -> int | None:
        rows = self.pairs.rows
        missing = self.found[rows] < 0
        worth = sums(self.pairs.sites[missing], self.pairs.weights[rows[missing]], self.pairs.choice.m)
        worth = np.where(self.opened | (self.rests > self.moves), 0.0, np.minimum(worth, self.pairs.capacity))
        site = int(worth.argmax())
        return site if worth[site] > 0 else None

    def _close(self, site: int) -> None:
        self.opened[site], self.room[site] = False, -1.0
        self.found[self.found == site] = -1

    def _open(self, site: int) -> None:
        pairs = self.pairs
        self.opened[site], self.room[site] = True, pairs.capacity[site]
        rows = pairs.rows[pairs.sites == site]
        for row in rows[self.found[rows] < 0].tolist():
            if pairs.weights[row] <= self.room[site]:
                self.found[row] = site
                self.room[site] -= pairs.weights[row]

    def _place_again(self) -> None:
        left = np.flatnonzero(self.found < 0)
        for row in left[np.argsort(-self.pairs.weights[left], kind="stable")].tolist():
            place(self.pairs, row, self.found, self.room)
        for row in np.flatnonzero(self.found < 0)[:MOST_PUSHES].tolist():
            push(self.pairs, row, self.found, self.room)
