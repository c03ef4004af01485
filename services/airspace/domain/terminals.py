"""Terminals: which flights that use a site are settled there by slots, and how long each holds a pad. Pure.

Round a site lies a terminal of radius R = max(100 m, 1.25 × the two lateral tolerances summed). Two flights that use
the site are settled there if no two points of their centre lines, at least one of them outside R, come within the sum
of the radii. That is asked of the lines alone, whenever they are flown and however high: two flights that slots have
parted cannot come together further out because one is late. Where an aircraft may be anywhere within a radius (a hover,
a worked area, a turn cut inside), that far belongs to its line. A worked polygon that reaches out of R counts as
outside altogether.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from services.airspace.domain.closures import Closure
from services.airspace.domain.exact import TOUCH_M, lines_of, local
from shared.flight import FlightVolumes, Movements
from shared.outlines import projected

LEAST_RADIUS_M: Final = 100.0
RADIUS_FACTOR: Final = 1.25  # times the two lateral tolerances
PAD_HELD_US: Final = 60_000_000  # before and after a movement

Floats = NDArray[np.float64]
Shapes = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Terminal:
    """What slots need to know of a site. `nest`: its aircraft lives there, so a pad of its own waits for it."""

    site_id: str
    name: str = ""
    pads: int = 1  # of a site not known here: the fewest there can be
    nest: bool = False
    closures: tuple[Closure, ...] = ()


Terminals = Mapping[str, Terminal]
NO_TERMINALS: Final[Terminals] = MappingProxyType({})


class Spot(NamedTuple):
    """A site at its position: one that has moved is another place, with pads of its own."""

    site_id: str
    lng: float
    lat: float


class PadHold(NamedTuple):
    """A pad held for a movement, or for both of a flight, half-open; `volume` is the flight's column over it."""

    spot: Spot
    start_us: int
    end_us: int
    volume: int


def pad_holds(flight: FlightVolumes, terminals: Terminals) -> list[PadHold]:
    """The pads that it holds at these sites: 60 s before and after each movement, a nest's only pad throughout."""
    ends = flight.movements
    if ends is None or not (ends.departure in terminals or ends.arrival in terminals):
        return []
    found = _holds(flight, lambda site_id: _only_pad(terminals.get(site_id)))
    return [hold for hold in found if hold.spot.site_id in terminals]


def widest_holds(flight: FlightVolumes) -> list[PadHold]:
    """The pads that it may come to hold, whatever is known of its sites: what is looked up by."""
    return _holds(flight, lambda site_id: True)


def closed(flight: FlightVolumes, terminals: Terminals) -> list[tuple[PadHold, Terminal, Closure]]:
    """Where it would hold a pad while the site is closed, and the first closure that it meets there."""
    met = []
    for hold in pad_holds(flight, terminals):
        terminal = terminals[hold.spot.site_id]
        first = next((c for c in terminal.closures if c.start_us < hold.end_us and c.end_us > hold.start_us), None)
        if first is not None:
            met.append((hold, terminal, first))
    return met


def settled(a: FlightVolumes, b: FlightVolumes, terminals: Terminals) -> bool:
    """True where the two both use one of these sites and come near each other in its terminal only."""
    if a.movements is None or b.movements is None:
        return False
    shared = {*_spots(a, a.movements)} & {*_spots(b, b.movements)}
    return any(spot.site_id in terminals and not _meet_outside(a, b, spot) for spot in sorted(shared))


def radius_m(a: FlightVolumes, b: FlightVolumes) -> float:
    """R for the two; the columns over the ends have the lateral tolerance for a radius."""
    return max(LEAST_RADIUS_M, RADIUS_FACTOR * (_lateral_m(a) + _lateral_m(b)))


def _only_pad(terminal: Terminal | None) -> bool:
    return terminal is not None and terminal.nest and terminal.pads == 1


def _holds(flight: FlightVolumes, whole: Callable[[str], bool]) -> list[PadHold]:
    ends = flight.movements
    if ends is None:
        return []
    last = len(flight) - 1
    up = ends.departs_us - PAD_HELD_US, ends.departs_us + PAD_HELD_US
    down = ends.lands_us - PAD_HELD_US, ends.lands_late_us + PAD_HELD_US
    origin, home = _spots(flight, ends)
    if origin == home and (whole(ends.departure) or down[0] <= up[1]):
        return [PadHold(origin, up[0], down[1], 0)]
    both = (PadHold(origin, *up, 0), PadHold(home, *down, last))
    return [hold for hold in both if hold.spot.site_id]


def _spots(flight: FlightVolumes, ends: Movements) -> tuple[Spot, Spot]:
    start, end = flight.ends
    return Spot(ends.departure, *start), Spot(ends.arrival, *end)


def _lateral_m(flight: FlightVolumes) -> float:
    return float(flight.records["radius_m"][0])


def _meet_outside(a: FlightVolumes, b: FlightVolumes, spot: Spot) -> bool:
    """Whether two points of the lines, at least one outside the terminal, come within the sum of the radii.

    In the frame of the site, true to millimetres as far as a city reaches.
    """
    around_m = radius_m(a, b)
    one, two = _Lines(a, spot, around_m), _Lines(b, spot, around_m)
    return one.leaves_to_meet(two) or two.leaves_to_meet(one)


class _Lines:
    """The cores of a flight round a site, and what of each lies outside the terminal."""

    def __init__(self, flight: FlightVolumes, spot: Spot, around_m: float) -> None:
        records = flight.records
        segments = local(records, spot.lng, spot.lat)
        self.cores = lines_of(segments)
        self.radii = np.ascontiguousarray(records["radius_m"])
        least_m = around_m - (self.radii - _lateral_m(flight))
        polygons = np.flatnonzero(records["area"] >= 0)
        for i in polygons.tolist():
            self.cores[i] = projected(flight.areas[records["area"][i]], spot.lng, spot.lat)
        self.source, self.outside = _outside(segments, least_m, np.asarray(records["area"] < 0))
        reach = np.array([float(np.hypot(*shapely.get_coordinates(core).T).max()) for core in self.cores[polygons]])
        far = polygons[reach > least_m[polygons]] if len(polygons) else polygons
        self.source, self.outside = np.append(self.source, far), np.append(self.outside, self.cores[far])

    def leaves_to_meet(self, other: "_Lines") -> bool:
        """Whether it comes to the other while it is outside the terminal itself."""
        gaps = shapely.distance(self.outside[:, None], other.cores[None, :])
        return bool((gaps <= self.radii[self.source][:, None] + other.radii[None, :] + TOUCH_M).any())


def _outside(segments: Floats, least_m: Floats, is_line: NDArray[np.bool_]) -> tuple[NDArray[np.intp], Shapes]:
    """The parts of segments further from the origin than `least_m` each, and which segment each is of."""
    x, y, dx, dy = segments[0], segments[1], segments[2] - segments[0], segments[3] - segments[1]
    length2 = dx * dx + dy * dy
    b, c = x * dx + y * dy, x * x + y * y - np.square(least_m)
    root = np.sqrt(np.maximum(b * b - length2 * c, 0.0))
    crosses = (length2 > 0) & (b * b > length2 * c) & (least_m > 0)
    enters = np.where(crosses, np.divide(-b - root, length2, out=np.ones_like(b), where=length2 > 0), 1.0)
    leaves = np.where(crosses, np.divide(-b + root, length2, out=np.ones_like(b), where=length2 > 0), 1.0)
    still_inside = (length2 == 0) & (c <= 0) & (least_m > 0)
    before = is_line & ~still_inside & (enters > 0)
    after = is_line & crosses & (np.maximum(leaves, 0.0) < 1)
    parts = [_part(segments[:, before], np.zeros(before.sum()), np.minimum(enters[before], 1.0))]
    parts.append(_part(segments[:, after], np.maximum(leaves[after], 0.0), np.ones(after.sum())))
    return np.append(np.flatnonzero(before), np.flatnonzero(after)), lines_of(np.concatenate(parts, axis=1))


def _part(segments: Floats, start: Floats, end: Floats) -> Floats:
    x, y, dx, dy = segments[0], segments[1], segments[2] - segments[0], segments[3] - segments[1]
    return np.stack((x + start * dx, y + start * dy, x + end * dx, y + end * dy))
