"""What the second opinion speaks of: slices of flights, zones, and when two of them meet.

Two footprints meet where their cores are no further apart than the sum of their radii; bands of heights where they
touch; times, half-open, where they share a microsecond. What is nearer to touching than `BAND_M` is not judged.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

import numpy as np

from tests.oracle import earth
from tests.oracle.earth import Floats

Position = tuple[float, float]  # longitude, latitude
Height = tuple[float, str]  # metres, reference

BAND_M: Final = 0.01
PIECE_M: Final = 90.0  # an edge straight in degrees leaves its chord by less than 0.3 mm sideways, up to 60 degrees
GEODESIC_PIECE_M: Final = 300.0


@dataclass(frozen=True, slots=True)
class Ground:
    """The same band of ground above the sea everywhere, and of the sea above the ellipsoid."""

    lowest_m: float = 20.0
    highest_m: float = 20.0
    geoid_lowest_m: float = -14.0
    geoid_highest_m: float = -14.0

    def above_sea(self, height: Height) -> tuple[float, float]:
        """The least and the most that a height may be above the sea."""
        value, reference = height
        if reference == "AMSL":
            return value, value
        if reference == "AGL":
            return value + self.lowest_m, value + self.highest_m
        return value - self.geoid_highest_m, value - self.geoid_lowest_m

    def level(self, reference: str) -> float:
        """The height of the ground, where it is known to the metre."""
        return {"AGL": 0.0, "AMSL": self.lowest_m, "WGS84": self.lowest_m + self.geoid_lowest_m}[reference]


@dataclass(frozen=True)
class Shape:
    """A core, a point, a line or rings, and a radius."""

    line: Sequence[Position] = ()
    rings: Sequence[Sequence[Position]] = ()
    geodesic: bool = True
    radius_m: float = 0.0

    @cached_property
    def curves(self) -> list[Floats]:
        """Its lines as points on the surface, near enough to one another to go straight between them."""
        return [followed(line, self.geodesic) for line in (self.rings or (self.line,))]

    @cached_property
    def pieces(self) -> tuple[Floats, Floats]:
        """(n, 3) where each of its pieces begins and ends."""
        starts = [curve[:-1] if len(curve) > 1 else curve for curve in self.curves]
        ends = [curve[1:] if len(curve) > 1 else curve for curve in self.curves]
        return np.concatenate(starts), np.concatenate(ends)

    def holds(self, point: Position) -> bool:
        """Whether a point lies within its rings: by counting the edges to the east of it."""
        return sum(_edges_east(*self._ring(k), *point) for k in range(len(self.rings))) % 2 == 1

    def _ring(self, k: int) -> tuple[Floats, Floats]:
        if self.geodesic:
            return earth.degrees(self.curves[k])
        ring = np.asarray(self.rings[k], np.float64)
        return ring[:, 0], ring[:, 1]

    @property
    def corners(self) -> list[Position]:
        """A point of each of its lines."""
        return [line[0] for line in (self.rings or (self.line,))]


def followed(line: Sequence[Position], geodesic: bool) -> Floats:
    """The line on the surface, its edges of one kind or the other."""
    points = np.asarray(line, np.float64)
    if len(points) == 1:
        return earth.space(points[:, 0], points[:, 1])
    rows = [_edge(points[i], points[i + 1], geodesic) for i in range(len(points) - 1)]
    return np.concatenate([rows[0], *(row[1:] for row in rows[1:])])


def _edge(one: Floats, two: Floats, geodesic: bool) -> Floats:
    ends = earth.space(np.array([one[0], two[0]]), np.array([one[1], two[1]]))
    length = float(np.linalg.norm(ends[1] - ends[0]))
    if geodesic:
        return earth.halved(ends, int(np.ceil(np.log2(max(length / GEODESIC_PIECE_M, 1.0)))))
    return earth.straight(one, two, max(int(np.ceil(length / PIECE_M)), 1))


def _edges_east(lng: Floats, lat: Floats, x: float, y: float) -> int:
    above = lat > y
    k = np.flatnonzero(above[1:] != above[:-1])
    at = lng[k] + (y - lat[k]) / (lat[k + 1] - lat[k]) * (lng[k + 1] - lng[k])
    return int((at > x).sum())


def gap_m(a: Shape, b: Shape) -> float:
    """Between two cores; 0 where one holds the other."""
    if (a.rings and any(map(a.holds, b.corners))) or (b.rings and any(map(b.holds, a.corners))):
        return 0.0
    (p0, p1), (q0, q1) = a.pieces, b.pieces
    apart = np.linalg.norm(((p0 + p1) / 2)[:, None] - ((q0 + q1) / 2)[None], axis=2)
    reach = np.linalg.norm(p1 - p0, axis=1)[:, None] / 2 + np.linalg.norm(q1 - q0, axis=1)[None] / 2
    i, j = np.nonzero(apart - reach <= (apart + reach).min())  # no other two pieces can be the nearest
    return float(earth.arc(earth.chords_apart(p0[i], p1[i], q0[j], q1[j]).min()))


@dataclass(frozen=True)
class Slice:
    """A part of a flight: where, how high and when."""

    shape: Shape
    lower_m: float = 80.0
    upper_m: float = 100.0
    reference: str = "AGL"
    start_us: int = 0
    end_us: int = 1
    declared_m: float | None = None  # its height without tolerance; else `upper_m`


@dataclass(frozen=True)
class Area:
    """A zone: where, between which heights, from when to when; `active` are the spans of its schedule around it."""

    shape: Shape
    lower: Height | None = None
    upper: Height | None = None
    start_us: int | None = None
    end_us: int | None = None
    declared: bool = False  # its lower limit is compared with the height declared
    active: Sequence[tuple[int, int]] | None = None
    said: object = field(default=None, compare=False)  # how it is stated to the platform where that is more than this


@dataclass(frozen=True)
class Pair:
    """A flight and what may be in its way; `gaps` between each of its slices and each of theirs, in metres."""

    family: str
    ours: Sequence[Slice]
    theirs: Sequence[Slice] | Area
    gaps: Floats
    said: object = None  # the two as the platform is asked, where that is not by their slices


def gaps_of(ours: Sequence[Slice], theirs: Sequence[Slice]) -> Floats:
    """Between all that share times and heights; the others are as good as far away."""
    gaps = np.full((len(ours), len(theirs)), np.inf)
    level = [
        (i, j)
        for i, one in enumerate(ours)
        for j, two in enumerate(theirs)
        if together(one, two) and is_level(one, two, Ground()) is not False
    ]
    for i, j in level:
        gaps[i, j] = gap_m(ours[i].shape, theirs[j].shape)
    return gaps


def measured(pair: Pair) -> Pair:
    """The same with the distances of its slices as they are now."""
    if isinstance(pair.theirs, Area):
        zone = pair.theirs.shape
        return replace(pair, gaps=np.array([[gap_m(one.shape, zone)] for one in pair.ours]))
    return replace(pair, gaps=gaps_of(pair.ours, pair.theirs))


def verdict(pair: Pair, ground: Ground) -> bool | None:
    """Whether the two meet; None where that is nearer to touching than is judged."""
    theirs: Sequence[Slice | Area] = [pair.theirs] if isinstance(pair.theirs, Area) else pair.theirs
    doubtful = False
    for i, one in enumerate(pair.ours):
        for j, two in enumerate(theirs):
            slack = pair.gaps[i, j] - one.shape.radius_m - two.shape.radius_m
            if slack > BAND_M or not together(one, two):
                continue
            level = is_level(one, two, ground)
            if level and slack < -BAND_M:
                return True
            doubtful |= level is not False
    return None if doubtful else False


def together(one: Slice, two: Slice | Area) -> bool:
    """Whether they share a microsecond."""
    start = one.start_us if two.start_us is None else max(one.start_us, two.start_us)
    end = one.end_us if two.end_us is None else min(one.end_us, two.end_us)
    if isinstance(two, Area) and two.active is not None:
        return any(max(start, begin) < min(end, stop) for begin, stop in two.active)
    return start < end


def is_level(one: Slice, two: Slice | Area, ground: Ground) -> bool | None:
    """Whether their heights touch; None where rounding decides it."""
    bottom, top = (one.lower_m, one.reference), (one.upper_m, one.reference)
    if isinstance(two, Slice):
        return _both(
            _reaches(top, (two.lower_m, two.reference), ground), _reaches((two.upper_m, two.reference), bottom, ground)
        )
    if two.declared and one.declared_m is not None:
        top = (one.declared_m, one.reference)
    rises = True if two.lower is None else _reaches(top, two.lower, ground)
    return _both(rises, True if two.upper is None else _reaches(two.upper, bottom, ground))


def _reaches(upper: Height, lower: Height, ground: Ground) -> bool | None:
    """Whether one height may be as high as another."""
    if upper[1] == lower[1]:
        return upper[0] >= lower[0]
    spare = ground.above_sea(upper)[1] - ground.above_sea(lower)[0]
    return None if abs(spare) < 1e-6 else spare > 0


def _both(one: bool | None, two: bool | None) -> bool | None:
    if one is False or two is False:
        return False
    return None if one is None or two is None else True
