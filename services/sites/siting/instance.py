"""An instance of a location problem: demand, candidates, costs, and what any answer must keep to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from services.sites.siting.arrays import Floats, Ints
from services.sites.siting.choice import Choice, Limit, check_limits
from services.sites.siting.costs import LARGEST, Costs, GeodesicCosts, MatrixCosts, PlanarCosts
from services.sites.siting.faults import InvalidInstance

NO_LIMIT = 1e15  # a radius or capacity of more says that there is none

if TYPE_CHECKING:
    from geopandas import GeoDataFrame


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Instance:
    """n demand points with weights, m candidates.

    `p` counts the `fixed` sites, which stand in any case. `capacity` (m) bounds the sum of the weights assigned to a
    site; each demand point then goes to one site. `coverage_percent` is how much of the weight `lscp` must cover.
    """

    weights: Floats
    costs: Costs
    service_radius: float | None = None
    p: int | None = None
    fixed: Ints
    capacity: Floats | None = None
    limits: tuple[Limit, ...] = ()
    coverage_percent: float = 100.0

    @staticmethod
    def from_matrix(cost: ArrayLike, weights: ArrayLike, **what: Any) -> Instance:
        """From a cost matrix (n, m). `what` is service_radius, p, fixed, capacity, limits, coverage_percent."""
        return make(MatrixCosts(cost), weights, **what)

    @staticmethod
    def from_points(demand: ArrayLike, candidates: ArrayLike | None, weights: ArrayLike, **what: Any) -> Instance:
        """From positions in the plane, (n, 2) and (m, 2); without candidates the demand points are."""
        return make(PlanarCosts(demand, demand if candidates is None else candidates), weights, **what)

    @staticmethod
    def from_geodataframe(
        demand: GeoDataFrame, candidates: GeoDataFrame | None = None, *, weight: str, **what: Any
    ) -> Instance:
        """From points in any CRS; costs and the radius are metres along the ellipsoid. `weight` names the column."""
        places = [_lng_lat(frame, name) for frame, name in ((demand, "demand"), (candidates, "candidates"))]
        costs = GeodesicCosts(places[0], places[0] if candidates is None else places[1])
        return make(costs, demand[weight].to_numpy(), **what)

    @property
    def n(self) -> int:
        """How many demand points."""
        return self.costs.n

    @property
    def m(self) -> int:
        """How many candidates."""
        return self.costs.m

    @property
    def choice(self) -> Choice:
        """Which sets of p sites are allowed."""
        return Choice(self.m, self.p, self.fixed, self.limits)

    def need_radius(self) -> float:
        """The service radius. Raises InvalidInstance where there is none."""
        if self.service_radius is None:
            raise InvalidInstance("the model needs service_radius", field="service_radius")
        return self.service_radius

    def need_p(self) -> int:
        """The number of sites. Raises InvalidInstance where there is none."""
        if self.p is None:
            raise InvalidInstance("the model needs p, the number of sites", field="p")
        return self.p


def make(
    costs: Costs,
    weights: ArrayLike,
    *,
    service_radius: float | None = None,
    p: int | None = None,
    fixed: Sequence[int] | Ints = (),
    capacity: ArrayLike | None = None,
    limits: Sequence[Limit] = (),
    coverage_percent: float = 100.0,
) -> Instance:
    """Check everything and put it together. Raises InvalidInstance naming the field."""
    if service_radius is not None and not (np.isfinite(service_radius) and service_radius >= 0):
        raise InvalidInstance(f"{service_radius} is no radius", field="service_radius")
    if not 0 < coverage_percent <= 100:
        raise InvalidInstance("coverage is above 0 and at most 100 percent", field="coverage_percent")
    kept = tuple(limits)
    check_limits(kept, costs.m)
    known = _fixed(fixed, costs.m)
    _check_p(p, len(known), costs.m)
    return Instance(
        weights=_weights(weights, costs.n),
        costs=costs,
        service_radius=None if service_radius is None else min(service_radius, NO_LIMIT),
        p=p,
        fixed=known,
        capacity=None if capacity is None else np.minimum(_numbers(capacity, "capacity", costs.m), NO_LIMIT),
        limits=kept,
        coverage_percent=coverage_percent,
    )


def _numbers(values: ArrayLike, field: str, length: int) -> Floats:
    numbers = np.asarray(values, np.float64)
    if numbers.shape != (length,):
        raise InvalidInstance(f"{field} must be {length} numbers, not of shape {numbers.shape}", field=field)
    for bad in np.flatnonzero(~np.isfinite(numbers) | (numbers < 0)):
        raise InvalidInstance(f"{field}.{bad} is {numbers[bad]}: not a finite number from 0", field=f"{field}.{bad}")
    return numbers


def _weights(values: ArrayLike, length: int) -> Floats:
    weights = _numbers(values, "weights", length)
    for bad in np.flatnonzero(weights > LARGEST):
        raise InvalidInstance(f"weights.{bad} is {weights[bad]}: beyond {LARGEST:g}", field=f"weights.{bad}")
    return weights


def _fixed(fixed: Sequence[int] | Ints, m: int) -> Ints:
    indices = np.asarray(fixed, np.int64)
    if indices.ndim != 1:
        raise InvalidInstance("fixed must be a list of indices of candidates", field="fixed")
    for place in np.flatnonzero((indices < 0) | (indices >= m)):
        raise InvalidInstance(f"there is no candidate {indices[place]}: there are {m}", field=f"fixed.{place}")
    found: Ints = np.unique(indices)
    if len(found) < len(indices):
        raise InvalidInstance("a candidate is fixed twice", field="fixed")
    return found


def _check_p(p: int | None, fixed: int, m: int) -> None:
    if p is None:
        return
    if p < 1:
        raise InvalidInstance(f"p is {p}: at least one site is needed", field="p")
    if p > m:
        raise InvalidInstance(f"p is {p}, but there are only {m} candidates", field="p")
    if p < fixed:
        raise InvalidInstance(f"p is {p}, but {fixed} sites are fixed and p counts them", field="p")


def _lng_lat(frame: GeoDataFrame | None, field: str) -> Floats:
    if frame is None:
        return np.empty((0, 2))
    if frame.crs is None:
        raise InvalidInstance("the frame has no CRS", field=field)
    points = frame.geometry.to_crs("EPSG:4326")
    if not (points.geom_type == "Point").all():
        raise InvalidInstance("the geometries must be points", field=field)
    return np.column_stack([points.x.to_numpy(), points.y.to_numpy()])
