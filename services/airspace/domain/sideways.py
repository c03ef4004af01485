"""How far to the side flights would have to be to be clear of a zone. Pure.

Moved as a whole along some direction by what is said here, every core of the flight lies beyond the zone's hull by the
sum of the radii: that is enough. The directions tried are those across the hull's edges, those across the flight's
longest leg and its way as a whole, and some round the compass, so that it is the least there is for a straight flight
past a convex outline.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from services.airspace.domain.exact import LocalShape, core_in, local
from shared.flight import FlightVolumes
from shared.geodesy import frame_error_m

Floats = NDArray[np.float64]
Index = NDArray[np.intp]

_COARSE: Final = 1e-4  # of its reach: how far a hull may be from the corners it is taken by
_MOST_EDGES: Final = 32  # the longest: any direction is right, more only find a shorter way
_COMPASS: Final = np.array([(np.cos(t), np.sin(t)) for t in np.arange(8) * np.pi / 4])


@dataclass(frozen=True, slots=True, eq=False)
class _Cores:
    """Segments in the zone's frame, those of flight 0, 1, ... one after another; `first` is where each begins."""

    ends: Floats  # (n, 2, 2)
    radius_m: Floats
    owner: Index
    first: Index

    def nearest(self, ways: Floats) -> Floats:
        """(flights, k): the least of each flight along k directions, (k, 2), or along its own, (flights, k, 2)."""
        own = ways if ways.ndim == 2 else ways[self.owner]
        along = np.minimum(_along(self.ends[:, 0, None], own), _along(self.ends[:, 1, None], own))
        reached: Floats = np.minimum.reduceat(along - self.radius_m[:, None], self.first)
        return reached

    @property
    def reach_m(self) -> Floats:
        """How far from the frame's middle each flight gets."""
        furthest = np.hypot(self.ends[..., 0], self.ends[..., 1]).max(axis=1)
        reached: Floats = np.maximum.reduceat(furthest, self.first)
        return reached


def _along(points: Floats, ways: Floats) -> Floats:
    """Metres along directions. Spelt out: a matrix product rounds one way alone and another in company."""
    metres: Floats = points[..., 0] * ways[..., 0] + points[..., 1] * ways[..., 1]
    return metres


def asides_m(volumes: FlightVolumes, chosen: Index, owner: Index, shape: LocalShape, radius_m: float) -> Floats:
    """Metres that are enough, for flights 0, 1, ... that the chosen volumes are of (`owner`, ascending).

    `shape` is the zone's outline or line in its own frame, or nothing for a circle; `radius_m` that of line or circle.
    """
    cores = _cores(volumes, chosen, owner, shape)
    hull, across, beyond_m = _hull(shape)
    own, apart_m = _across_ways(cores), radius_m + beyond_m
    least = np.minimum(
        (_along(hull[:, None], across).max(axis=0) + apart_m - cores.nearest(across)).min(axis=1),
        (_along(hull, own[:, :, None]).max(axis=2) + apart_m - cores.nearest(own)).min(axis=1),
    )
    error = frame_error_m(np.maximum(cores.reach_m, shape.reach_m), np.abs(least))
    enough: Floats = np.maximum(least, 0.0) + error
    return enough


def _cores(volumes: FlightVolumes, chosen: Index, owner: Index, shape: LocalShape) -> _Cores:
    """A worked area counts by the edges round it."""
    records = volumes.records[chosen]
    lines = records["area"] < 0
    x1, y1, x2, y2 = local(records[lines], shape.lng0, shape.lat0)
    ends, owners = [np.stack((x1, y1, x2, y2), axis=1).reshape(-1, 2, 2)], [owner[lines]]
    radii = [records["radius_m"][lines]]
    for i in np.flatnonzero(~lines).tolist():
        ring = shapely.get_coordinates(core_in(volumes, int(chosen[i]), shape.lng0, shape.lat0))
        ends.append(np.stack((ring[:-1], ring[1:]), axis=1))
        owners.append(np.full(len(ring) - 1, owner[i]))
        radii.append(np.full(len(ring) - 1, records["radius_m"][i]))
    owned = np.concatenate(owners)
    order = np.argsort(owned, kind="stable")
    first = np.flatnonzero(np.r_[True, np.diff(owned[order]) > 0])
    return _Cores(np.concatenate(ends)[order], np.concatenate(radii)[order], owned[order], first)


@lru_cache(maxsize=4_096)
def _hull(shape: LocalShape) -> tuple[Floats, Floats, float]:
    """Corners of the convex hull, directions across its edges, and how far it may reach beyond these corners.

    The long edges of a wide zone bend in its frame: as they were followed they would be thousands of corners. Those of
    a circle's centre are anyone's.
    """
    if shape.shape.is_empty:
        return np.zeros((1, 2)), _COMPASS, 0.0
    beyond_m = _COARSE * shape.reach_m
    corners = shapely.get_coordinates(shapely.convex_hull(shape.shape).simplify(beyond_m))
    edges = np.diff(corners, axis=0)
    lengths = np.hypot(edges[:, 0], edges[:, 1])
    edges = edges[np.argsort(-lengths, kind="stable")][: min(_MOST_EDGES, int((lengths > 0).sum()))]
    edges = edges / np.hypot(edges[:, 0], edges[:, 1])[:, None]
    across = np.column_stack((edges[:, 1], -edges[:, 0]))
    return corners, np.vstack((across, -across, _COMPASS)), beyond_m


def _across_ways(cores: _Cores) -> Floats:
    """(flights, 4, 2): to either side of each flight's longest leg, and of the way to where it is furthest off."""
    legs = cores.ends[:, 1] - cores.ends[:, 0]
    away = cores.ends[:, 1] - cores.ends[cores.first, 0][cores.owner]
    ways = np.stack((_longest(legs, cores), _longest(away, cores)), axis=1)
    across = np.stack((ways[..., 1], -ways[..., 0]), axis=-1)
    return np.concatenate((across, -across), axis=1)


def _longest(vectors: Floats, cores: _Cores) -> Floats:
    """Of each flight the longest vector, made one metre long; east where none has a length."""
    lengths = np.hypot(vectors[:, 0], vectors[:, 1])
    last = np.append(cores.first[1:], len(lengths)) - 1
    at = np.lexsort((lengths, cores.owner))[last]
    found = np.where(lengths[at, None] > 0, vectors[at], (1.0, 0.0))
    unit: Floats = found / np.hypot(found[:, 0], found[:, 1])[:, None]
    return unit
