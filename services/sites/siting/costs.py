"""What it costs to serve a demand point from a candidate: a matrix, distances in the plane, or on the ellipsoid."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final

import numpy as np
import pyproj
import scipy.sparse as sp
from numpy.typing import ArrayLike
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

from services.sites.siting.arrays import Floats, Ints
from services.sites.siting.faults import InvalidInstance

LARGEST: Final = 1e12  # of a weight, cost or coordinate: squares and products of them must not overflow
PAIRS_AT_ONCE: Final = 4_000_000
MANY_PAIRS: Final = 5_000_000
_GEOD: Final = pyproj.Geod(ellps="WGS84")
_ECEF: Final = pyproj.Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)


@dataclass(frozen=True, slots=True)
class Nearest:
    """Of each demand point some candidates (n, k) by cost, with the cost; no other costs less than `beyond` (n)."""

    candidates: Ints
    costs: Floats
    beyond: Floats


class Costs(ABC):
    """Costs of n demand points and m candidates, none negative."""

    n: int
    m: int

    @abstractmethod
    def pairs(self, demand: Ints, candidates: Ints) -> Floats:
        """The cost of each pair."""

    @abstractmethod
    def within(self, radius: float) -> sp.csr_array:
        """Which pairs cost at most `radius`: an (n, m) matrix of ones."""

    @abstractmethod
    def nearest(self, k: int) -> Nearest:
        """The k cheapest candidates of each demand point."""

    @abstractmethod
    def serve(self, sites: Ints) -> tuple[Ints, Floats]:
        """The cheapest of the sites for each demand point, and its cost."""


class MatrixCosts(Costs):
    """Costs as they are given, (n, m)."""

    def __init__(self, cost: ArrayLike) -> None:
        self.cost = checked(cost, "cost", columns=None)
        if (self.cost < 0).any():
            raise InvalidInstance(f"{_place(self.cost < 0, 'cost')} is negative", field="cost")
        self.n, self.m = self.cost.shape

    def pairs(self, demand: Ints, candidates: Ints) -> Floats:
        """The cost of each pair."""
        return self.cost[demand, candidates]

    def within(self, radius: float) -> sp.csr_array:
        """Which pairs cost at most `radius`."""
        return sp.csr_array(self.cost <= radius, dtype=np.float64)

    def nearest(self, k: int) -> Nearest:
        """The k cheapest candidates of each demand point."""
        if k < self.m:
            chosen = np.argpartition(self.cost, k, axis=1)
            beyond = np.take_along_axis(self.cost, chosen[:, k : k + 1], axis=1).ravel()
            chosen = chosen[:, :k]
        else:
            chosen, beyond = np.tile(np.arange(self.m), (self.n, 1)), np.full(self.n, np.inf)
        return _sorted(chosen, np.take_along_axis(self.cost, chosen, axis=1), beyond)

    def serve(self, sites: Ints) -> tuple[Ints, Floats]:
        """The cheapest of the sites for each demand point, and its cost."""
        part = self.cost[:, sites]
        best = part.argmin(axis=1)
        return sites[best], part[np.arange(self.n), best]


class PlanarCosts(Costs):
    """Straight distances in the plane; positions are (n, 2) and (m, 2) in one unit."""

    def __init__(self, demand: ArrayLike, candidates: ArrayLike) -> None:
        self.demand = checked(demand, "demand", columns=2)
        self.candidates = checked(candidates, "candidates", columns=2)
        self.n, self.m = len(self.demand), len(self.candidates)

    def pairs(self, demand: Ints, candidates: Ints) -> Floats:
        """The distance of each pair."""
        apart = self.demand[demand] - self.candidates[candidates]
        return np.asarray(np.sqrt((apart * apart).sum(axis=1)), np.float64)

    def within(self, radius: float) -> sp.csr_array:
        """Which pairs are at most `radius` apart."""
        narrowed = _near(self.demand, self.candidates, radius * (1 + 1e-9))
        if narrowed is not None:
            return _kept(self, *narrowed, radius)
        rows = [sp.csr_array(cdist(part, self.candidates) <= radius, dtype=np.float64) for part in self._parts()]
        return sp.vstack(rows, format="csr")

    def _parts(self) -> Iterator[Floats]:
        step = max(1, PAIRS_AT_ONCE // self.m)
        yield from (self.demand[start : start + step] for start in range(0, self.n, step))

    def nearest(self, k: int) -> Nearest:
        """The k nearest candidates of each demand point."""
        asked = min(k + 1, self.m)
        costs, chosen = cKDTree(self.candidates).query(self.demand, k=list(range(1, asked + 1)))
        beyond = costs[:, k] if k < self.m else np.full(self.n, np.inf)
        return Nearest(chosen[:, :k].astype(np.int64), costs[:, :k], beyond)

    def serve(self, sites: Ints) -> tuple[Ints, Floats]:
        """The nearest of the sites for each demand point, and its distance."""
        costs, chosen = cKDTree(self.candidates[sites]).query(self.demand)
        return sites[chosen], costs


class GeodesicCosts(Costs):
    """Metres along the WGS-84 ellipsoid; positions are (n, 2) and (m, 2) of longitude and latitude.

    Straight chords through the Earth narrow: a chord is never longer than the geodesic between its ends.
    """

    def __init__(self, demand: ArrayLike, candidates: ArrayLike) -> None:
        self.demand = _degrees(checked(demand, "demand", columns=2), "demand")
        self.candidates = _degrees(checked(candidates, "candidates", columns=2), "candidates")
        self.n, self.m = len(self.demand), len(self.candidates)
        self._demand_xyz, self._candidates_xyz = _ecef(self.demand), _ecef(self.candidates)

    def pairs(self, demand: Ints, candidates: Ints) -> Floats:
        """The geodesic of each pair."""
        one, two = self.demand[demand], self.candidates[candidates]
        _, _, metres = _GEOD.inv(one[:, 0], one[:, 1], two[:, 0], two[:, 1])
        return np.asarray(metres, np.float64)

    def within(self, radius: float) -> sp.csr_array:
        """Which pairs are at most `radius` metres apart."""
        narrowed = _near(self._demand_xyz, self._candidates_xyz, radius * (1 + 1e-9) + 1e-3)
        if narrowed is None:
            narrowed = np.divmod(np.arange(self.n * self.m), self.m)
        return _kept(self, *narrowed, radius)

    def nearest(self, k: int) -> Nearest:
        """The k nearest candidates of each demand point, by chord."""
        asked = min(k + 1, self.m)
        chords, chosen = cKDTree(self._candidates_xyz).query(self._demand_xyz, k=list(range(1, asked + 1)))
        beyond = chords[:, k] if k < self.m else np.full(self.n, np.inf)
        chosen = chosen[:, :k].astype(np.int64)
        return _sorted(chosen, self._grid(chosen), beyond)

    def _grid(self, chosen: Ints) -> Floats:
        k = chosen.shape[1]
        return self.pairs(np.repeat(np.arange(self.n), k), chosen.ravel()).reshape(self.n, k)

    def serve(self, sites: Ints) -> tuple[Ints, Floats]:
        """The nearest of the sites for each demand point, and its distance; by chord only a tie could differ."""
        k = min(3, len(sites))
        _, found = cKDTree(self._candidates_xyz[sites]).query(self._demand_xyz, k=list(range(1, k + 1)))
        costs = self._grid(sites[found])
        best = costs.argmin(axis=1)
        rows = np.arange(self.n)
        return sites[found][rows, best], costs[rows, best]


def _near(demand: Floats, candidates: Floats, radius: float) -> tuple[Ints, Ints] | None:
    """The pairs within a radius; None where they are so many that looking at all is cheaper."""
    tree = cKDTree(candidates)
    lengths = tree.query_ball_point(demand, radius, return_length=True)
    if lengths.sum() > MANY_PAIRS:
        return None
    near = tree.query_ball_point(demand, radius, return_sorted=True)
    chosen = np.fromiter(chain.from_iterable(near), np.int64, int(lengths.sum()))
    return np.repeat(np.arange(len(demand)), lengths), chosen


def _kept(costs: Costs, demand: Ints, candidates: Ints, radius: float) -> sp.csr_array:
    kept = costs.pairs(demand, candidates) <= radius
    ones = np.ones(int(kept.sum()))
    return sp.csr_array((ones, (demand[kept], candidates[kept])), shape=(costs.n, costs.m))


def checked(values: ArrayLike, field: str, *, columns: int | None) -> Floats:
    """A matrix of finite numbers with so many columns. Raises InvalidInstance naming the field."""
    matrix = np.asarray(values, np.float64)
    if matrix.ndim != 2 or not matrix.size or columns not in (None, matrix.shape[1]):
        wanted = "a matrix" if columns is None else f"rows of {columns} numbers"
        raise InvalidInstance(f"{field} must be {wanted}, not of shape {matrix.shape}", field=field)
    if not np.isfinite(matrix).all():
        raise InvalidInstance(f"{_place(~np.isfinite(matrix), field)} is no finite number", field=field)
    if (np.abs(matrix) > LARGEST).any():
        raise InvalidInstance(f"{_place(np.abs(matrix) > LARGEST, field)} is beyond {LARGEST:g}", field=field)
    return matrix


def _place(bad: np.ndarray, field: str) -> str:
    row, column = np.argwhere(bad)[0]
    return f"{field}.{row}.{column}"


def _degrees(positions: Floats, field: str) -> Floats:
    if (np.abs(positions) > [180.0, 90.0]).any():
        raise InvalidInstance(f"{_place(np.abs(positions) > [180.0, 90.0], field)} is not on Earth", field=field)
    return positions


def _ecef(degrees: Floats) -> Floats:
    x, y, z = _ECEF.transform(degrees[:, 0], degrees[:, 1], np.zeros(len(degrees)))
    return np.column_stack([x, y, z])


def _sorted(chosen: Ints, costs: Floats, beyond: Floats) -> Nearest:
    order = np.argsort(costs, axis=1, kind="stable")
    return Nearest(np.take_along_axis(chosen, order, axis=1), np.take_along_axis(costs, order, axis=1), beyond)
