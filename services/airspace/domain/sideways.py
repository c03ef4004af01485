"""How far to the side flights would have to be to be clear of a zone. Pure.

Moved as a whole along some direction by what is said here, every core of the flight lies beyond the zone's hull by the
sum of the radii: that is enough. The directions tried are those across the hull's edges, those across the flight's
longest leg and its way as a whole, and some round the compass, so that it is the least there is for a straight flight
past a convex outline. A flight of legs alone is followed as it leaves a circle, which its other legs may pass closely.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from services.airspace.domain.apart import Aside, along, course_deg, crossed, greatest, least_shifts, unit, upwards
from services.airspace.domain.exact import TOUCH_M, LocalShape, core_in, local
from shared.flight import FlightVolumes
from shared.geodesy import frame_error_m

Floats = NDArray[np.float64]
Index = NDArray[np.intp]

_COARSE: Final = 1e-4  # of its reach: how far a hull may be from the corners it is taken by
_MOST_EDGES: Final = 32  # the longest: any direction is right, more only find a shorter way
_COMPASS: Final = np.array([(np.cos(t), np.sin(t)) for t in np.arange(8) * np.pi / 4])
_WAYS: Final = 2 * _MOST_EDGES + len(_COMPASS)


@dataclass(frozen=True, slots=True, eq=False)
class _Hull:
    """The convex hull of a zone's outline or line in its frame."""

    corners: Floats  # (c, 2)
    across: Floats  # (_WAYS, 2): directions across its edges and round the compass, over and over where they are fewer
    support_m: Floats  # (_WAYS,): how far the corners reach in each
    beyond_m: float  # how far the hull may reach beyond them


@dataclass(frozen=True, slots=True, eq=False)
class _Cores:
    """Segments in the frames of their zones, meeting 0, 1, ... one after another; `first` is where each begins."""

    ends: Floats  # (n, 2, 2)
    radius_m: Floats
    meeting: Index
    first: Index

    def nearest(self, ways: Floats) -> Floats:
        """(meetings, k): the least of each meeting along k directions of its own, (meetings, k, 2)."""
        own = ways[self.meeting]
        metres = np.minimum(along(self.ends[:, 0, None], own), along(self.ends[:, 1, None], own))
        reached: Floats = np.minimum.reduceat(metres - self.radius_m[:, None], self.first)
        return reached

    def of(self, meetings: Index) -> "_Cores":
        """Those of some meetings alone, numbered anew."""
        number = np.full(len(self.first), -1)
        number[meetings] = np.arange(len(meetings))
        kept = np.flatnonzero(number[self.meeting] >= 0)
        meeting = number[self.meeting[kept]]
        first = np.flatnonzero(np.diff(meeting, prepend=-1))
        return _Cores(self.ends[kept], self.radius_m[kept], meeting, first)

    @property
    def reach_m(self) -> Floats:
        """How far from the frame's middle each meeting gets."""
        furthest = np.hypot(self.ends[..., 0], self.ends[..., 1]).max(axis=1)
        reached: Floats = np.maximum.reduceat(furthest, self.first)
        return reached


def asides(
    volumes: FlightVolumes, chosen: Index, meeting: Index, shapes: Sequence[LocalShape], radii_m: Floats
) -> list[Aside]:
    """What is enough, for meetings 0, 1, ... of a flight with a zone.

    `chosen` are the volumes of each meeting's flight (`meeting`, ascending). `shapes` are the zones' outlines or lines
    in frames of their own, or nothing for a circle; `radii_m` those of line or circle.
    """
    cores = _cores(volumes, chosen, meeting, shapes)
    legs = np.bincount(meeting, volumes.records["area"][chosen] >= 0) == 0
    past_it = legs & np.array([shape.shape.is_empty for shape in shapes])
    metres, ways = np.empty(len(shapes)), np.empty((len(shapes), 2))
    for k in filter(len, (np.flatnonzero(past_it), np.flatnonzero(~past_it))):
        leave = _from_circles if past_it[k[0]] else _beyond_hulls
        metres[k], ways[k] = leave(cores.of(k), [shapes[i] for i in k.tolist()], radii_m[k])
    return [Aside(*aside) for aside in zip(metres.tolist(), course_deg(ways).tolist(), strict=True)]


def _beyond_hulls(cores: _Cores, shapes: Sequence[LocalShape], radii_m: Floats) -> tuple[Floats, Floats]:
    """Metres and the way along which every core is beyond the zone's hull."""
    across = crossed(_own_lines(cores))[:, 1::2]
    own = np.concatenate((across, -across), axis=1)
    hulls = [_hull(shape) for shape in shapes]
    apart_m = (radii_m + np.array([hull.beyond_m for hull in hulls]))[:, None]
    across_it, supports_m = np.array([hull.across for hull in hulls]), np.array([hull.support_m for hull in hulls])
    metres = np.hstack(
        (supports_m + apart_m - cores.nearest(across_it), _supports_m(hulls, own) + apart_m - cores.nearest(own))
    )
    least, way = _least(metres, np.hstack((across_it, own)))
    reach_m = np.array([shape.reach_m for shape in shapes])
    error = frame_error_m(np.maximum(cores.reach_m, reach_m), np.abs(least))
    return upwards(np.maximum(least, 0.0) + error + TOUCH_M), way


def _from_circles(cores: _Cores, _: Sequence[LocalShape], radii_m: Floats) -> tuple[Floats, Floats]:
    """The same of circles, leg by leg: also across the nearest and away from it."""
    lines = np.concatenate((_own_lines(cores), _nearest(cores)), axis=1)
    axes = crossed(np.concatenate((lines, np.broadcast_to(_COMPASS[:2], (len(lines), 2, 2))), axis=1))
    start, end = (along(cores.ends[:, k, None], axes[cores.meeting]) for k in (0, 1))
    apart_m = (cores.radius_m + radii_m[cores.meeting] + TOUCH_M)[:, None]
    return least_shifts(-np.maximum(start, end) - apart_m, apart_m - np.minimum(start, end), cores.first, axes)


def _least(metres: Floats, ways: Floats) -> tuple[Floats, Floats]:
    """Of each row the least, and its way."""
    at, rows = metres.argmin(axis=1), np.arange(len(metres))
    return metres[rows, at], ways[rows, at]


def _cores(volumes: FlightVolumes, chosen: Index, meeting: Index, shapes: Sequence[LocalShape]) -> _Cores:
    """A worked area counts by the edges round it."""
    records = volumes.records[chosen]
    lines = records["area"] < 0
    middles = np.array([(shape.lng0, shape.lat0) for shape in shapes])[meeting[lines]]
    x1, y1, x2, y2 = local(records[lines], middles[:, 0], middles[:, 1])
    ends, owners = [np.stack((x1, y1, x2, y2), axis=1).reshape(-1, 2, 2)], [meeting[lines]]
    radii = [records["radius_m"][lines]]
    for i in np.flatnonzero(~lines).tolist():
        shape = shapes[meeting[i]]
        ring = shapely.get_coordinates(core_in(volumes, int(chosen[i]), shape.lng0, shape.lat0))
        ends.append(np.stack((ring[:-1], ring[1:]), axis=1))
        owners.append(np.full(len(ring) - 1, meeting[i]))
        radii.append(np.full(len(ring) - 1, records["radius_m"][i]))
    owned = np.concatenate(owners)
    order = np.argsort(owned, kind="stable")
    first = np.flatnonzero(np.r_[True, np.diff(owned[order]) > 0])
    return _Cores(np.concatenate(ends)[order], np.concatenate(radii)[order], owned[order], first)


@lru_cache(maxsize=4_096)
def _hull(shape: LocalShape) -> _Hull:
    """Made once.

    The long edges of a wide zone bend in its frame: as they were followed they would be thousands of corners. Those of
    a circle's centre are anyone's.
    """
    corners, ways, beyond_m = np.zeros((1, 2)), _COMPASS, 0.0
    if not shape.shape.is_empty:
        beyond_m = _COARSE * shape.reach_m
        corners = shapely.get_coordinates(shapely.convex_hull(shape.shape).simplify(beyond_m))
        edges = np.diff(corners, axis=0)
        lengths = np.hypot(edges[:, 0], edges[:, 1])
        edges = edges[np.argsort(-lengths, kind="stable")][: min(_MOST_EDGES, int((lengths > 0).sum()))]
        edges = edges / np.hypot(edges[:, 0], edges[:, 1])[:, None]
        across = np.column_stack((edges[:, 1], -edges[:, 0]))
        ways = np.vstack((across, -across, _COMPASS))
    ways = np.resize(ways, (_WAYS, 2))
    return _Hull(corners, ways, along(corners[:, None], ways).max(axis=0), beyond_m)


def _supports_m(hulls: Sequence[_Hull], ways: Floats) -> Floats:
    """(meetings, k): how far each hull reaches along the k directions of its meeting."""
    counts = np.array([len(hull.corners) for hull in hulls])
    metres = along(np.concatenate([hull.corners for hull in hulls])[:, None], np.repeat(ways, counts, axis=0))
    reached: Floats = np.maximum.reduceat(metres, np.cumsum(counts) - counts)
    return reached


def _own_lines(cores: _Cores) -> Floats:
    """(meetings, 2, 2): along each flight's longest leg, and the way to where it is furthest off."""
    legs = cores.ends[:, 1] - cores.ends[:, 0]
    away = cores.ends[:, 1] - cores.ends[cores.first, 0][cores.meeting]
    return unit(np.stack((_longest(legs, cores), _longest(away, cores)), axis=1))


def _nearest(cores: _Cores) -> Floats:
    """(meetings, 2, 2): along the leg that comes nearest to the frame's middle, and from there to it."""
    start, leg = cores.ends[:, 0], cores.ends[:, 1] - cores.ends[:, 0]
    length2 = (leg * leg).sum(axis=1)
    share = np.divide(-(start * leg).sum(axis=1), length2, out=np.zeros(len(leg)), where=length2 > 0)
    near = start + np.clip(share, 0.0, 1.0)[:, None] * leg
    at = greatest(-np.hypot(near[:, 0], near[:, 1]), cores.meeting, cores.first)
    return unit(np.stack((leg[at], near[at]), axis=1))


def _longest(vectors: Floats, cores: _Cores) -> Floats:
    """Of each meeting the longest vector."""
    return vectors[greatest(np.hypot(vectors[:, 0], vectors[:, 1]), cores.meeting, cores.first)]
