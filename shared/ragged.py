"""Arrays of groups of unequal size, one group after another. Pure numpy."""

import numpy as np
from numpy.typing import NDArray

Index = NDArray[np.intp]


def spread(counts: Index) -> tuple[Index, Index]:
    """For each thing counted its group, and which one of the group it is: of (2, 1) these are (0, 0, 1), (0, 1, 0)."""
    group = np.repeat(np.arange(len(counts)), counts)
    return group, np.arange(len(group)) - np.repeat(np.cumsum(counts) - counts, counts)
