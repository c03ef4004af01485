"""Who covers whom: demand points that the same candidates reach merged into one row, and what a set of sites covers."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import scipy.sparse as sp

from services.sites.siting.arrays import Bools, Floats, Ints, sums


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """The rows that matter: `by_row` and `by_column` are one (rows, m) matrix of ones; `settled` is covered anyway."""

    by_row: sp.csr_array
    by_column: sp.csc_array
    weights: Floats
    settled: float

    @property
    def coverable(self) -> float:
        """The weight that all candidates together cover."""
        return self.settled + float(self.weights.sum())


def reduce(reach: sp.csr_array, weights: Floats, fixed: Ints) -> Reach:
    """Drop what nobody reaches and what the fixed sites cover, merge rows that are alike."""
    reach.sort_indices()
    covered = np.zeros(reach.shape[0], np.bool_)
    if len(fixed):
        covered = reach[:, fixed].sum(axis=1) > 0
    open_rows = np.flatnonzero((np.diff(reach.indptr) > 0) & ~covered)
    rows = reach[open_rows]
    first, group = _alike(rows)
    merged = sums(group, weights[open_rows], len(first))
    rows = rows[first]
    return Reach(rows, sp.csc_array(rows), merged, float(weights[covered].sum()))


def _alike(rows: sp.csr_array) -> tuple[Ints, Ints]:
    """The first of each kind of row, and each row's kind: rows are told apart by two random 64-bit sums."""
    if not rows.shape[0]:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    codes = np.random.default_rng(0).integers(0, 2**63, (2, rows.shape[1]), np.uint64)
    sums = [np.add.reduceat(code[rows.indices], rows.indptr[:-1]) for code in codes]
    _, first, group = np.unique(np.column_stack(sums), axis=0, return_index=True, return_inverse=True)
    return first, group.ravel()


class Cover:
    """What an open set covers, kept up to date: `gain` is what each candidate would add to `value`."""

    def __init__(self, reach: Reach, opened: Bools) -> None:
        self.reach = reach
        self.weights = reach.weights
        self.counts = np.zeros(len(reach.weights), np.int64)
        self.opened = np.zeros(reach.by_row.shape[1], np.bool_)
        self.gain = np.asarray(reach.by_column.T @ reach.weights, np.float64)
        self.value = reach.settled
        # a list of small arrays: slicing the matrix anew at every step costs more than the step
        self._reached = _slices(reach.by_column)
        self._reachers = _slices(reach.by_row)
        self._lengths = np.diff(reach.by_row.indptr)
        for site in np.flatnonzero(opened):
            self.add(int(site))

    def add(self, site: int) -> None:
        """Open a site."""
        rows = self._reached[site]
        before = self.counts[rows]
        self.counts[rows] = before + 1
        self.opened[site] = True
        fresh = rows[before == 0]
        self.value += float(self.weights[fresh].sum())
        self._shift(fresh, -1.0)

    def remove(self, site: int) -> None:
        """Close a site."""
        rows = self._reached[site]
        before = self.counts[rows]
        self.counts[rows] = before - 1
        self.opened[site] = False
        lost = rows[before == 1]
        self.value -= float(self.weights[lost].sum())
        self._shift(lost, 1.0)

    def near(self, site: int) -> Ints:
        """The open sites that share a demand point with it."""
        around = self._columns(self._reached[site])
        around = around[self.opened[around]]
        return np.unique(around)

    def loss(self, site: int) -> float:
        """What closing an open site would lose."""
        rows = self._reached[site]
        return float(self.weights[rows[self.counts[rows] == 1]].sum())

    def reweigh(self, row: int, by: float) -> None:
        """Make an uncovered row matter more."""
        self.weights[row] += by
        self.gain[self._columns(np.array([row]))] += by

    def _columns(self, rows: Ints) -> Ints:
        if not len(rows):
            return rows
        return np.concatenate([self._reachers[row] for row in rows.tolist()])

    def _shift(self, rows: Ints, sign: float) -> None:
        if len(rows):
            worth = np.repeat(sign * self.weights[rows], self._lengths[rows])
            np.add.at(self.gain, self._columns(rows), worth)


def _slices(matrix: sp.csr_array | sp.csc_array) -> list[Ints]:
    indices, ends = matrix.indices.astype(np.int64), matrix.indptr.tolist()
    return [indices[start:end] for start, end in pairwise(ends)]
