"""Flights at sites, written again from the rules: what is settled in a terminal, and who holds a pad from when to when.

Round a site two flights are settled there unless two points of their lines, at least one of them further off than R,
come within the sum of the radii. A pad is held a minute before and after each movement; a nest's only pad throughout.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Any, Final

import numpy as np

from tests.oracle import earth, flights
from tests.oracle.earth import Floats
from tests.oracle.flights import KEPT_FREE
from tests.oracle.matter import BAND_M, Ground, Pair, Position, Slice, gaps_of, verdict

LEAST_M: Final = 100.0
FACTOR: Final = 1.25
HELD_US: Final = 60_000_000
UNSURE_US: Final = 200  # a landing after legs is known so well


class Unsure(Exception):
    """Nearer to an edge than is judged."""


@dataclass(frozen=True, slots=True)
class Site:
    """As the register has it."""

    pads: int = 1
    nest: bool = False


UNKNOWN: Final = Site()


@dataclass(frozen=True, eq=False, slots=True)
class Edge:
    """An instant; `sure` where it is known to the microsecond."""

    us: int
    sure: bool = True

    def before(self, other: "Edge") -> bool:
        """Whether it comes first. Raises Unsure."""
        if self is not other and not (self.sure and other.sure) and abs(self.us - other.us) <= UNSURE_US:
            raise Unsure
        return self.us < other.us


@dataclass(frozen=True, slots=True)
class Hold:
    """A pad held, half-open. A site that has moved is another place."""

    spot: tuple[str, Position]
    start: Edge
    end: Edge

    def meets(self, other: "Hold") -> bool:
        """Whether both hold at some instant. Raises Unsure."""
        return self.spot == other.spot and self.start.before(other.end) and other.start.before(self.end)

    def holds_at(self, instant: Edge) -> bool:
        """Raises Unsure."""
        return not instant.before(self.start) and instant.before(self.end)


@dataclass(frozen=True)
class Flight:
    """A plan: its intent, when it departs, and what is known from that."""

    number: int
    said: Mapping[str, Any]
    departs_us: int
    priority: int = 0

    @cached_property
    def slices(self) -> list[Slice]:
        """The parts that it flies."""
        return flights.slices(self.said, self.departs_us)

    def lasting(self, more_us: int) -> list[Slice]:
        """The same, where it is behind a leg from so much earlier on and until so much later."""
        flown = [len(one.shape.line) > 1 for one in self.slices]
        legs = [*accumulate(flown, initial=0)]
        return [
            replace(one, start_us=one.start_us - more_us * (before > 0), end_us=one.end_us + more_us * (behind > 0))
            for one, (before, behind) in zip(self.slices, pairwise(legs), strict=True)
        ]

    @cached_property
    def lands(self) -> Edge:
        """When it is down: with no leg, known to the microsecond."""
        hops = all(len(one.shape.line) == 1 for one in self.slices)
        return Edge(self.departs_us + flights.lasts_us(self.said), hops)

    @cached_property
    def pieces(self) -> tuple[Floats, Floats, Floats]:
        """Where each piece of its lines begins and ends, and its radius."""
        starts, ends = zip(*(one.shape.pieces for one in self.slices), strict=True)
        radii = [np.full(len(start), one.shape.radius_m) for start, one in zip(starts, self.slices, strict=True)]
        return np.concatenate(starts), np.concatenate(ends), np.concatenate(radii)

    @property
    def crewed(self) -> bool:
        """Two of them may overlap."""
        return bool(self.said["aircraft_class"] == "crewed")

    @property
    def lateral_m(self) -> float:
        """Kept free to its sides."""
        return KEPT_FREE[self.said["aircraft_class"]][0]

    def spot(self, end: str) -> tuple[str, Position]:
        """Its `departure` or `arrival`: the site, if it is one, and the place."""
        place = self.said[end]
        return place.get("site_id", ""), (place["lng"], place["lat"])

    def holds(self, sites: Mapping[str, Site]) -> list[Hold]:
        """Of pads."""
        up = Hold(self.spot("departure"), Edge(self.departs_us - HELD_US), Edge(self.departs_us + HELD_US))
        lands = self.lands
        down = Hold(self.spot("arrival"), Edge(lands.us - HELD_US, lands.sure), Edge(lands.us + HELD_US, lands.sure))
        site = sites.get(up.spot[0], UNKNOWN)
        waits = (site.nest and site.pads == 1) or down.start.us <= up.end.us
        both = [Hold(up.spot, up.start, down.end)] if up.spot == down.spot and waits else [up, down]
        return [hold for hold in both if hold.spot[0]]


def conflict(a: Flight, b: Flight) -> bool:
    """Whether two flights meet where no terminal settles it. Raises Unsure."""
    (one, two), (longer, others) = ((a.lasting(by), b.lasting(by)) for by in (-UNSURE_US, UNSURE_US))
    if longer[-1].end_us <= others[0].start_us or others[-1].end_us <= longer[0].start_us:
        return False
    gaps = gaps_of(longer, others)
    meet = verdict(Pair("sites", one, two, gaps), Ground())
    if meet is None or meet != verdict(Pair("sites", longer, others, gaps), Ground()):
        raise Unsure
    return meet and not settled(a, b)


def settled(a: Flight, b: Flight) -> bool:
    """Whether at a site of both their lines come near each other in its terminal only. Raises Unsure."""
    shared = {spot for end in ("departure", "arrival") if (spot := a.spot(end))[0]}
    shared &= {b.spot("departure"), b.spot("arrival")}
    return any(_settled_at(a, b, place) for _, place in sorted(shared))


def _settled_at(a: Flight, b: Flight, place: Position) -> bool:
    clear = not _near_outside(a, b, place, BAND_M)
    if clear == _near_outside(a, b, place, -BAND_M):
        raise Unsure
    return clear


def _near_outside(a: Flight, b: Flight, place: Position, more_m: float) -> bool:
    """Whether the one outside comes to the other, all of it, a terminal so much smaller and radii so much larger."""
    around_m = max(LEAST_M, FACTOR * (a.lateral_m + b.lateral_m)) - more_m
    return _leaves_to_meet(a, b, place, around_m, more_m) or _leaves_to_meet(b, a, place, around_m, more_m)


def _leaves_to_meet(a: Flight, b: Flight, place: Position, around_m: float, more_m: float) -> bool:
    (p0, p1, radii), (q0, q1, others) = a.pieces, b.pieces
    centre = earth.space(*(np.array(v) for v in place))
    parts = [
        (*part, radius)
        for one, two, radius in zip(p0, p1, radii, strict=True)
        for part in _outside(one, two, centre, around_m - (radius - a.lateral_m))
    ]
    if not parts:
        return False
    s0, s1, far_radii = (np.array(column) for column in zip(*parts, strict=True))
    gaps = earth.arc(earth.chords_apart(s0[:, None], s1[:, None], q0[None], q1[None]))
    return bool((gaps <= far_radii[:, None] + others[None] + more_m).any())


def _outside(one: Floats, two: Floats, centre: Floats, least_m: float) -> Iterator[tuple[Floats, Floats]]:
    """What of a straight piece is further than that from a point: found by halving towards where it crosses."""
    chord = 2 * earth.MEAN_M * np.sin(max(least_m, 0.0) / (2 * earth.MEAN_M))
    nearest = _nearest(one, two, centre)
    if least_m <= 0 or float(np.linalg.norm(nearest - centre)) > chord:
        yield one, two
        return
    for end in (one, two):
        if float(np.linalg.norm(end - centre)) > chord:
            yield end, _crossing(end, nearest, centre, chord)


def _nearest(one: Floats, two: Floats, centre: Floats) -> Floats:
    step = two - one
    length2 = float(step @ step)
    share = float(np.clip((centre - one) @ step / length2, 0.0, 1.0)) if length2 else 0.0
    nearest: Floats = one + share * step
    return nearest


def _crossing(outer: Floats, inner: Floats, centre: Floats, chord: float) -> Floats:
    """The point between one outside and one inside that is just so far off."""
    for _ in range(40):
        middle = (outer + inner) / 2
        outer, inner = (middle, inner) if float(np.linalg.norm(middle - centre)) > chord else (outer, middle)
    return outer
