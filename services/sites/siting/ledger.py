"""The books of a run: the best set yet and the best bound, of a minimisation; nobody can make the bound invalid."""

from dataclasses import dataclass

import numpy as np

from services.sites.siting.arrays import Bools, Ints
from services.sites.siting.budget import Budget

TINY = 1e-10  # of a bound: what adding up in floating point may be off by


@dataclass(slots=True, eq=False)
class Ledger:
    """`whole` says that every objective is a whole number, so that a bound may be rounded up; `sign` is how to show it.

    `gap` is the share of the objective at which the run may end.
    """

    whole: bool
    sign: float = 1.0
    gap: float = 0.0
    value: float = np.inf
    bound: float = -np.inf
    opened: Bools | None = None
    assignment: Ints | None = None

    def offer(self, value: float, opened: Bools, assignment: Ints | None = None) -> bool:
        """Keep a set if it is the best yet."""
        if value >= self.value:
            return False
        self.value, self.opened, self.assignment = value, opened.copy(), assignment
        return True

    def lift(self, bound: float) -> None:
        """Take a bound that was proven."""
        if not np.isfinite(bound):
            return
        safe = bound - TINY * abs(bound)
        self.bound = max(self.bound, float(np.ceil(safe - 1e-6)) + 0.0 if self.whole else safe)

    def prove(self) -> None:
        """The best set is proven to be best."""
        self.bound = self.value

    def best(self) -> Bools:
        """The best set; one has been offered."""
        assert self.opened is not None
        return self.opened

    def closed(self) -> bool:
        """True where there is nothing left to gain."""
        if np.isinf(self.value):
            return False
        return bool(self.value - self.bound <= max(self.gap, 10 * TINY) * abs(self.value))

    @property
    def proven(self) -> float:
        """The bound to show: the value itself where they differ by no more than adding up may."""
        return self.value if self.value - self.bound <= 10 * TINY * abs(self.value) else self.bound

    @property
    def cutoff(self) -> float:
        """No set of more than this is of any use."""
        return self.value - 1 + 1e-6 if self.whole else self.value + 1e-9 * abs(self.value)

    def tell(self, budget: Budget, doing: str) -> None:
        """Report."""
        value = self.sign * self.value if self.opened is not None else None
        budget.tell(doing, value, self.sign * self.bound if np.isfinite(self.bound) else None)
