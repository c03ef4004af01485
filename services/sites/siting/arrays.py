"""The array types of the solvers."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def spans(starts: Ints, lengths: Ints) -> Ints:
    """The indices of several ranges one after the other: start, start + 1, ... of each."""
    before = np.cumsum(lengths) - lengths
    return np.repeat(starts - before, lengths) + np.arange(int(lengths.sum()))


def shares(values: Floats, weights: Floats) -> Floats:
    """Values by weight; infinite, with the sign of the value, for what weighs nothing."""
    light = weights <= np.finfo(np.float64).tiny
    return np.where(light, np.copysign(np.inf, values), values / np.where(light, 1.0, weights))


def sums(groups: Ints, values: NDArray[Any], length: int) -> Floats:
    """The sum of the values of each group."""
    return np.bincount(groups, values, length).astype(np.float64, copy=False)
