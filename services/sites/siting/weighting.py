"""Fewer sites that still cover everything: rows that stay uncovered come to weigh more."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from services.sites.siting.arrays import Bools
from services.sites.siting.choice import Choice
from services.sites.siting.cover import Cover, Reach


def weigh(
    reach: Reach,
    choice: Choice,
    opened: Bools,
    rng: np.random.Generator,
    stop: Callable[[], bool],
    found: Callable[[Bools], None],
) -> None:
    """Row weighting local search for set covering with equal costs (Gao, Weise and Li 2015).

    Close one site too many; then over and over close the least useful, open the best for a random uncovered row, and
    let every row that is still uncovered weigh one more. A site just opened is not closed again at once.
    """
    cover = Cover(replace(reach, weights=np.ones(len(reach.weights))), opened)
    movable = np.ones(choice.m, np.bool_)
    movable[choice.fixed] = False
    since = np.zeros(choice.m, np.int64)
    just_opened, step = -1, 0
    while not stop():
        uncovered = np.flatnonzero(cover.counts == 0)
        if not len(uncovered):
            found(cover.opened)
            if _close(cover, movable, since, -1) is None:
                return
            continue
        step += 1
        closed = _close(cover, movable, since, just_opened)
        if closed is not None:
            since[closed] = step
        row = int(rng.choice(np.flatnonzero(cover.counts == 0)))
        just_opened = _open(cover, choice, row, since, closed)
        since[just_opened] = step
        for left in np.flatnonzero(cover.counts == 0):
            cover.reweigh(int(left), 1.0)


def _close(cover: Cover, movable: Bools, since: np.ndarray, kept: int) -> int | None:
    """Close the site that loses least, the oldest of equals."""
    there = np.flatnonzero(cover.opened & movable)
    there = there[there != kept]
    if not len(there):
        return None
    alone = np.where(cover.counts == 1, cover.weights, 0.0)
    losses = (cover.reach.by_column.T @ alone)[there]
    least = there[losses == losses.min()]
    site = int(least[since[least].argmin()])
    cover.remove(site)
    return site


def _open(cover: Cover, choice: Choice, row: int, since: np.ndarray, closed: int | None) -> int:
    """Open the candidate of the row that gains most, the oldest of equals, not the one just closed if it can be."""
    matrix = cover.reach.by_row
    there = matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]
    allowed = there[choice.addable(cover.opened)[there]]
    there = allowed if len(allowed) else there
    others = there[there != closed]
    there = others if len(others) else there
    gains = cover.gain[there]
    most = there[gains == gains.max()]
    site = int(most[since[most].argmin()])
    cover.add(site)
    return site
