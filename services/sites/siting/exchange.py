"""Better sets by exchange: greedy, swaps until none helps, then small neighbourhoods torn down and built anew."""

from collections.abc import Callable, Iterable
from typing import Final, Protocol

import numpy as np

from services.sites.siting.arrays import Bools, Floats, Ints
from services.sites.siting.choice import Choice

WARMTH: Final = 0.02  # of a site's mean value: how much worse a step may be at first
NOISE: Final = 0.15  # of a gain, when a neighbourhood is built anew
POOL: Final = 8_192  # how many different stretches of noise there are
CHECK_EVERY: Final = 8


class Set(Protocol):
    """An open set whose `value` is to be large; `gain` is what each candidate would add."""

    opened: Bools
    gain: Floats
    value: float

    def add(self, site: int) -> None:
        """Open a site."""

    def remove(self, site: int) -> None:
        """Close a site."""

    def near(self, site: int) -> Ints:
        """The open sites that serve some of the same demand."""


class Exchange:
    """Improves a set under a choice; fixed sites stay."""

    def __init__(self, state: Set, choice: Choice, rng: np.random.Generator) -> None:
        self.state, self.choice, self.rng = state, choice, rng
        self._movable = np.ones(self.choice.m, np.bool_)
        self._movable[self.choice.fixed] = False
        # drawn once: drawing anew for every step costs more than the step
        self._noise = 1 + NOISE * self.rng.standard_normal(self.choice.m + POOL)

    def fill(self) -> bool:
        """Open the best candidate until there are p; False where the limits leave none."""
        for _ in range((self.choice.p or 0) - int(self.state.opened.sum())):
            site = self._best(self.state.gain)
            if site is None:
                return False
            self.state.add(site)
        return True

    def _best(self, gain: Floats) -> int | None:
        allowed = self.choice.addable(self.state.opened)
        worth = np.where(allowed, gain, -np.inf)
        site = int(worth.argmax())
        return site if allowed[site] else None

    def climb(self, queue: Iterable[int], stop: Callable[[], bool]) -> None:
        """Swap each site of the queue for the best there is, and look again at the neighbours of what changed."""
        waiting = [site for site in queue if self._movable[site]]
        known = set(waiting)
        steps = 0
        while waiting:
            steps += 1
            if steps % CHECK_EVERY == 0 and stop():
                return
            site = waiting.pop()
            known.discard(site)
            if self.state.opened[site]:
                for near in self._swap(site):
                    if near not in known:
                        known.add(near)
                        waiting.append(near)

    def _swap(self, site: int) -> list[int]:
        state = self.state
        state.remove(site)
        other = self._best(state.gain)
        if other is None or state.gain[other] <= state.gain[site] + _slack(state.gain[site]):
            state.add(site)
            return []
        around = state.near(site)
        state.add(other)
        around = np.union1d(around, state.near(other))
        return [int(near) for near in around[self._movable[around]]]

    def anneal(self, stop: Callable[[], bool], warm: Callable[[], float], found: Callable[[Set], None]) -> None:
        """Tear down and build anew around random sites; `warm` falls from 1 to 0 and lets worse sets pass at first."""
        state = self.state
        scale = WARMTH * max(abs(state.value), 1e-12) / max(1, int(state.opened.sum()))
        best = state.value
        while not stop():
            before, value = state.opened.copy(), state.value
            if not self._rebuild(stop):
                return
            worse = value - state.value
            if worse > 0 and self.rng.random() >= np.exp(-worse / max(scale * warm(), 1e-12)):
                self._return_to(before)
            elif state.value > best + _slack(best):
                best = state.value
                found(state)

    def _rebuild(self, stop: Callable[[], bool]) -> bool:
        state = self.state
        there = np.flatnonzero(state.opened & self._movable)
        if not len(there):
            return False
        before = state.opened.copy()
        around = state.near(int(there[self.rng.integers(len(there))]))
        around = around[self._movable[around]]
        around = around if len(around) else self.rng.choice(there, 1)
        out = self.rng.permutation(around)[: int(self.rng.integers(2, 6))]
        for site in out:
            state.remove(int(site))
        first = int(self.rng.integers(POOL))
        noise = self._noise[first : first + self.choice.m]
        for _ in out:
            other = self._best(state.gain * noise)
            if other is None:
                break
            state.add(other)
        if int(state.opened.sum()) < int(before.sum()):
            self._return_to(before)
            return True
        changed = np.flatnonzero(state.opened != before)
        self.climb({int(near) for site in changed for near in state.near(int(site))}, stop)
        return True

    def _return_to(self, opened: Bools) -> None:
        for site in np.flatnonzero(self.state.opened & ~opened):
            self.state.remove(int(site))
        for site in np.flatnonzero(opened & ~self.state.opened):
            self.state.add(int(site))


def _slack(value: float) -> float:
    return 1e-9 * max(1.0, abs(value))
