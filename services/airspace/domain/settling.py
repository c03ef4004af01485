"""Settling: which flights that come together do so only at a site that both use, where slots part them. Pure.

Round a site lies a terminal of radius R = max(100 m, 1.25 × the two lateral tolerances summed). Two flights that use
the site are settled there if no two points of their centre lines, at least one of them outside R, come within the sum
of the radii. That is asked of the lines alone, whenever they are flown and however high: two flights that slots have
parted cannot come together further out because one is late. Where an aircraft may be anywhere within a radius (a hover,
a worked area, a turn cut inside), that far belongs to its line. A worked polygon that reaches out of R counts as
outside altogether.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from services.airspace.domain.contacts import Contact
from services.airspace.domain.exact import TOUCH_M, core_in, lines_of, local, segment_gap_m
from services.airspace.domain.terminals import Spot, Terminals, spots
from shared.flight import FlightVolumes
from shared.flight.records import joined
from shared.ragged import spread

LEAST_RADIUS_M: Final = 100.0
RADIUS_FACTOR: Final = 1.25  # times the two lateral tolerances

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Index = NDArray[np.intp]


class Meeting(NamedTuple):
    """Two flights that both use a site."""

    a: FlightVolumes
    b: FlightVolumes
    spot: Spot


def unsettled(met: Sequence[Contact], flights: Sequence[FlightVolumes], terminals: Terminals) -> list[Contact]:
    """The contacts that are none of slots alone."""
    asked = [
        (k, Meeting(flights[contact.a], flights[contact.b], spot))
        for k, contact in enumerate(met)
        for spot in shared_spots(flights[contact.a], flights[contact.b], terminals)
    ]
    outside = meet_outside([meeting for _, meeting in asked])
    settled = {k for (k, _), met_outside in zip(asked, outside, strict=True) if not met_outside}
    return [contact for k, contact in enumerate(met) if k not in settled]


def settled(a: FlightVolumes, b: FlightVolumes, terminals: Terminals) -> bool:
    """True where the two both use one of these sites and come near each other in its terminal only."""
    return not all(meet_outside([Meeting(a, b, spot) for spot in shared_spots(a, b, terminals)]))


def shared_spots(a: FlightVolumes, b: FlightVolumes, terminals: Terminals) -> list[Spot]:
    """Which of these sites both use, at one position."""
    if a.movements is None or b.movements is None:
        return []
    both = {*spots(a, a.movements)} & {*spots(b, b.movements)}
    return sorted(spot for spot in both if spot.site_id in terminals)


def radius_m(a: FlightVolumes, b: FlightVolumes) -> float:
    """R for the two; the columns over the ends have the lateral tolerance for a radius."""
    return max(LEAST_RADIUS_M, RADIUS_FACTOR * (_lateral_m(a) + _lateral_m(b)))


def _lateral_m(flight: FlightVolumes) -> float:
    return float(flight.records["radius_m"][0])


def meet_outside(meetings: Sequence[Meeting]) -> list[bool]:
    """Whether two points of the lines, at least one outside the terminal, come within the sum of the radii.

    In the frame of the site, true to millimetres as far as a city reaches.
    """
    lines = [k for k, (a, b, _) in enumerate(meetings) if not a.areas and not b.areas]
    outside = [False] * len(meetings)
    for k, meet in zip(lines, lines_meet_outside([meetings[k] for k in lines]), strict=True):
        outside[k] = meet
    for k in {*range(len(meetings))} - {*lines}:
        outside[k] = shapes_meet_outside(meetings[k])
    return outside


def lines_meet_outside(meetings: Sequence[Meeting]) -> list[bool]:
    """All at once: every part outside of one's legs, with every leg of the other."""
    if not meetings:
        return []
    n = len(meetings)
    volumes, flight = joined([*(meeting.a for meeting in meetings), *(meeting.b for meeting in meetings)])
    spot = np.array([(meeting.spot.lng, meeting.spot.lat) for meeting in meetings])[flight % n]
    legs = local(volumes.records, spot[:, 0], spot[:, 1])
    radii, sizes = np.ascontiguousarray(volumes.records["radius_m"]), np.bincount(flight)
    first = np.cumsum(sizes) - sizes
    around = np.array([radius_m(meeting.a, meeting.b) for meeting in meetings])[flight % n]
    leg, parts = _outside(legs, around - (radii - radii[first][flight]))
    other = (flight[leg] + n) % (2 * n)
    part, step = spread(sizes[other])
    theirs = first[other][part] + step
    gaps = segment_gap_m(parts[:, part], legs[:, theirs])
    near = gaps <= radii[leg[part]] + radii[theirs] + TOUCH_M
    met = np.bincount(flight[leg[part[near]]] % n, minlength=n)
    return (met > 0).tolist()  # type: ignore[no-any-return]


def shapes_meet_outside(meeting: Meeting) -> bool:
    """The same where an area is worked, one by one."""
    around_m = radius_m(meeting.a, meeting.b)
    one, two = (_Shapes(flight, meeting.spot, around_m) for flight in (meeting.a, meeting.b))
    return one.leaves_to_meet(two) or two.leaves_to_meet(one)


class _Shapes:
    """The cores of a flight round a site, and what of each lies outside the terminal."""

    def __init__(self, flight: FlightVolumes, spot: Spot, around_m: float) -> None:
        records = flight.records
        legs = local(records, spot.lng, spot.lat)
        self.cores = lines_of(legs)
        self.radii = np.ascontiguousarray(records["radius_m"])
        least_m = around_m - (self.radii - _lateral_m(flight))
        polygons = np.flatnonzero(records["area"] >= 0)
        for i in polygons.tolist():
            self.cores[i] = core_in(flight, i, spot.lng, spot.lat)
        reach = np.array([float(np.hypot(*shapely.get_coordinates(core).T).max()) for core in self.cores[polygons]])
        far = polygons[reach > least_m[polygons]] if len(polygons) else polygons
        leg, parts = _outside(legs, least_m)
        line = records["area"][leg] < 0
        self.source, self.outside = np.append(leg[line], far), np.append(lines_of(parts[:, line]), self.cores[far])

    def leaves_to_meet(self, other: "_Shapes") -> bool:
        """Whether it comes to the other while it is outside the terminal itself."""
        gaps = shapely.distance(self.outside[:, None], other.cores[None, :])
        return bool((gaps <= self.radii[self.source][:, None] + other.radii[None, :] + TOUCH_M).any())


def _outside(legs: Floats, least_m: Floats) -> tuple[Index, Floats]:
    """The parts of legs, (4, n), further from the origin than `least_m` each, and which leg each is of."""
    x, y, dx, dy = legs[0], legs[1], legs[2] - legs[0], legs[3] - legs[1]
    length2 = dx * dx + dy * dy
    b, c = x * dx + y * dy, x * x + y * y - np.square(least_m)
    root = np.sqrt(np.maximum(b * b - length2 * c, 0.0))
    crosses = (length2 > 0) & (b * b > length2 * c) & (least_m > 0)
    enters = np.where(crosses, np.divide(-b - root, length2, out=np.ones_like(b), where=length2 > 0), 1.0)
    leaves = np.where(crosses, np.divide(-b + root, length2, out=np.ones_like(b), where=length2 > 0), 1.0)
    still_inside = (length2 == 0) & (c <= 0) & (least_m > 0)
    before = ~still_inside & (enters > 0)
    after = crosses & (np.maximum(leaves, 0.0) < 1)
    parts = [_part(legs[:, before], np.zeros(before.sum()), np.minimum(enters[before], 1.0))]
    parts.append(_part(legs[:, after], np.maximum(leaves[after], 0.0), np.ones(after.sum())))
    return np.append(np.flatnonzero(before), np.flatnonzero(after)), np.concatenate(parts, axis=1)


def _part(legs: Floats, start: Floats, end: Floats) -> Floats:
    x, y, dx, dy = legs[0], legs[1], legs[2] - legs[0], legs[3] - legs[1]
    return np.stack((x + start * dx, y + start * dy, x + end * dx, y + end * dy))
