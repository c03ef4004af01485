"""Rows of programs that several models share."""

from typing import Final

import numpy as np
import scipy.sparse as sp

from services.sites.siting.arrays import Bools, Floats
from services.sites.siting.budget import Budget
from services.sites.siting.choice import Choice

LARGEST: Final = 400_000  # entries; more would not get past presolving
A_SECOND: Final = 2_000  # entries that HiGHS may get somewhere with in a second


def fits(reach: sp.csr_array, free: Bools, budget: Budget) -> bool:
    """True where a program over the free columns is small enough for the time that is left."""
    return int(reach[:, np.flatnonzero(free)].nnz) <= min(LARGEST, A_SECOND * budget.left)


def choice_rows(choice: Choice, before: int) -> tuple[list[sp.csr_array], list[Floats], list[Floats]]:
    """Σ x = p and the limits, for x behind `before` other columns: rows, lower and upper."""
    rows, lower, upper = [], [], []
    if choice.p is not None:
        rows.append(sp.csr_array(np.ones((1, choice.m))))
        lower.append(np.array([float(choice.p)]))
        upper.append(np.array([float(choice.p)]))
    for limit in choice.limits:
        member = np.flatnonzero(limit.labels >= 0)
        ones = np.ones(len(member))
        shape = (len(limit.most), choice.m)
        rows.append(sp.csr_array((ones, (limit.labels[member], member)), shape=shape))
        lower.append(np.zeros(shape[0]) if limit.least is None else limit.least.astype(np.float64))
        upper.append(np.maximum(limit.most, limit.counts(choice.fixed)).astype(np.float64))
    padded = [sp.hstack([sp.csr_array((row.shape[0], before)), row], format="csr") for row in rows]
    return padded, lower, upper


def whole(values: Floats) -> bool:
    """True where every number is whole, and their sum exact."""
    return bool((values == np.floor(values)).all()) and float(values.sum()) < 2**50
