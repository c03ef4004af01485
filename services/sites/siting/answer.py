"""What a solver answers: the sites, how good they are, and how good any choice could be at most."""

from dataclasses import dataclass

from services.sites.siting.arrays import Ints
from services.sites.siting.models import Model


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """`sites` are indices of candidates, ascending; `bound` is proven: no choice does better than it.

    `assignment` is, with capacities, the site of each demand point, -1 for none. `stopped` says that the caller
    cancelled before the time was over.
    """

    model: Model
    objective: float
    bound: float
    sites: tuple[int, ...]
    seconds: float
    assignment: Ints | None = None
    stopped: bool = False

    @property
    def gap(self) -> float:
        """How far the objective may be from the best, as a share of the objective."""
        return relative_gap(self.objective, self.bound)


def relative_gap(objective: float, bound: float) -> float:
    """|bound - objective| / |objective|; infinite where the objective is 0 and the bound is not."""
    if objective == bound:
        return 0.0
    return abs(bound - objective) / abs(objective) if objective else float("inf")
