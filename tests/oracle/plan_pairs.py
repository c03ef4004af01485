"""Flights against flights, either side of touching: each family a function of chance and how many."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.random import Generator

from tests.oracle import earth, flights, outlines
from tests.oracle.matter import Pair, Shape, Slice, gap_m, gaps_of
from tests.oracle.placing import (
    NOON_US,
    OFF_M,
    REFERENCES,
    SECOND_US,
    apart,
    away,
    between,
    course,
    meeting,
    places,
    segment,
    shape,
    towards,
    two_slices,
)


def _lines(family: str, chance: Generator, n: int, axes: Sequence[str], longest_m: float) -> Iterator[Pair]:
    lines = [
        (segment(chance, place, 10.0, longest_m), segment(chance, place, float(chance.choice([30.0, 400.0, 8_000.0]))))
        for place in places(chance, n)
    ]
    gaps = between([one for one, _ in lines], [two for _, two in lines])
    for (one, two), gap in zip(lines, gaps, strict=True):
        lies = apart(chance, gap, str(chance.choice(list(axes))))
        yield two_slices(family, chance, shape(one), shape(two), gap, lies)


def slices(chance: Generator, n: int) -> Iterator[Pair]:
    """Two slices, in plan."""
    return _lines("slices", chance, n, ["plan", "plan", "plan", "any"], 1_950.0)


def only_height(chance: Generator, n: int) -> Iterator[Pair]:
    """Only height separates them."""
    return _lines("only height", chance, n, ["height"], 1_950.0)


def only_time(chance: Generator, n: int) -> Iterator[Pair]:
    """Only time separates them."""
    return _lines("only time", chance, n, ["time"], 1_950.0)


def discs(chance: Generator, n: int) -> Iterator[Pair]:
    """Circle to circle, of some metres to 5 km and more."""
    ends = []
    for place in places(chance, n):
        far = float(chance.choice([10_000.0, 5_000.0, chance.uniform(10, 10_000)]))
        ends.append((place, towards(place, course(chance), far)))
    both = np.array(ends)
    gaps = earth.arc(np.linalg.norm(np.diff(earth.space(both[..., 0], both[..., 1]), axis=1)[:, 0], axis=1))
    for (one, two), gap in zip(ends, gaps.tolist(), strict=True):
        yield two_slices("discs", chance, Shape([one]), Shape([two]), gap, apart(chance, gap, "plan", 12_000.0))


def mixed_heights(chance: Generator, n: int) -> Iterator[Pair]:
    """Heights above the ground, the sea and the ellipsoid, over ground known as a band."""
    for place in places(chance, n):
        theirs_in, ours_in = str(chance.choice(REFERENCES)), str(chance.choice(REFERENCES))
        low = float(chance.uniform(50, 400)), theirs_in
        off = float(chance.choice([-OFF_M, OFF_M, 30.0, -30.0]))
        ours, theirs = meeting(low, ours_in, off)
        one, two = Shape([place], radius_m=30.0), Shape([away(place, 20.0, 0.0)], radius_m=30.0)
        above = Slice(two, theirs, theirs + 20.0, theirs_in, NOON_US, NOON_US + 1)
        below = Slice(one, ours - 20.0, ours, ours_in, NOON_US, NOON_US + 1)
        pair = (above, below) if chance.uniform() < 0.5 else (below, above)
        yield Pair("mixed heights", [pair[0]], [pair[1]], np.array([[20.0]]))


def flown_areas(chance: Generator, n: int) -> Iterator[Pair]:
    """Concave areas with holes flown in freely, against a slice or another area: beside, in a bay, in a hole."""
    for place in places(chance, n):
        area = outlines.any_of(chance, place)
        ours = Shape(rings=area.rings, geodesic=bool(chance.integers(2)))
        inner = area.spot(chance)
        if chance.uniform() < 0.4:
            other = outlines.star(chance, inner, float(chance.choice([20.0, 200.0, 3_000.0])))
            theirs = Shape(rings=other.rings, geodesic=bool(chance.integers(2)))
        else:
            theirs = shape(segment(chance, inner, 30.0, 400.0))
        gap = gap_m(ours, theirs)
        pair = (ours, theirs) if chance.uniform() < 0.5 else (theirs, ours)
        yield two_slices("flown areas", chance, *pair, gap, apart(chance, gap, "plan"))


def legs(chance: Generator, n: int) -> Iterator[Pair]:
    """Flights of several legs, speeds, heights and holds; another one waits beside a leg as it is passed, or not."""
    for place in places(chance, n):
        yield _beside_a_flight("legs", chance, outlines.flight(chance, place))


def legs_above_sea(chance: Generator, n: int) -> Iterator[Pair]:
    """The same with heights above the ground, the sea and the ellipsoid, often each in another."""
    for place in places(chance, n):
        said = {"height_reference": str(chance.choice(REFERENCES))}
        yield _beside_a_flight("legs", chance, outlines.flight(chance, place) | said, str(chance.choice(REFERENCES)))


def far_flights(chance: Generator, n: int) -> Iterator[Pair]:
    """Flights of 175 km."""
    for place in places(chance, n, (-50.0, -25.0, 5.0, 30.0, 45.0, 58.0), 5.0):
        yield _beside_a_flight("175 km", chance, outlines.far_flight(chance, place))


def _beside_a_flight(family: str, chance: Generator, intent: dict[str, Any], their_reference: str = "AGL") -> Pair:
    """Another aircraft that hovers over a place beside the way; its radius is what all but touches."""
    departs_us = NOON_US
    ours = flights.slices(intent, departs_us)
    moving = [one for one in ours if len(one.shape.line) > 1]
    passed = moving[int(chance.integers(len(moving)))]
    spot = towards(passed.shape.line[2], chance.uniform(0, 360), float(chance.uniform(60, 1_500)))
    above_m = max(round((passed.declared_m or 0.0) - flights.GROUND.level(passed.reference), 3), 1.0)
    waiting = outlines.hovering(chance, spot, flights.GROUND.level(their_reference) + above_m, their_reference)
    theirs_at = _waits(chance, (passed.start_us, passed.end_us), *_climbs_and_hovers(waiting))
    theirs = flights.slices(waiting, theirs_at)
    gaps = gaps_of(ours, theirs)
    hover = 1  # after the climb
    slack = [float(gaps[i, hover]) - one.shape.radius_m for i, one in enumerate(ours) if np.isfinite(gaps[i, hover])]
    free = min(slack, default=np.inf) - flights.KEPT_FREE[waiting["aircraft_class"]][0]
    if 1.0 < free < 1_900.0:
        waiting["path"][0]["hover_radius_m"] = free + float(chance.choice([-OFF_M, OFF_M]))
        theirs = flights.slices(waiting, theirs_at)
    return Pair(family, ours, theirs, gaps, (intent, departs_us, waiting, theirs_at))


def _waits(chance: Generator, window: tuple[int, int], climbs_us: int, hovers_us: int) -> int:
    """When to take off so that the hover comes in the window, or ends or begins a millisecond beside it."""
    kept = 30 * SECOND_US
    off = int(chance.choice([-1_000, 1_000]))
    before = window[0] - hovers_us - kept + off - climbs_us
    after = window[1] + kept + off - climbs_us
    within = (window[0] + window[1]) // 2 - climbs_us
    return int(chance.choice([before, after, within, within]))


def hovers(chance: Generator, n: int) -> Iterator[Pair]:
    """Two that wait beside one another: their discs all but touch, in one of the axes or in plan."""
    for place in places(chance, n):
        height = float(chance.choice([60.0, 90.0]))
        one = outlines.hovering(chance, place, height)
        beside = float(chance.choice([0.0, 0.0, 20.0, 20.011, -20.0, -20.011]))
        two = outlines.hovering(chance, towards(place, course(chance), chance.uniform(250, 1_900)), height + beside)
        ours = flights.slices(one, NOON_US)
        theirs_at = _waits(chance, (ours[1].start_us, ours[1].end_us), *_climbs_and_hovers(two))
        gap = gap_m(ours[1].shape, flights.slices(two, theirs_at)[1].shape)
        free = gap - 40.0 + float(chance.choice([-OFF_M, OFF_M])) + (100.0 if beside else 0.0)
        share = chance.uniform(0.1, 0.8)
        one["path"][0]["hover_radius_m"], two["path"][0]["hover_radius_m"] = free * share, free * (1 - share)
        ours, theirs = flights.slices(one, NOON_US), flights.slices(two, theirs_at)
        yield Pair("hovers", ours, theirs, gaps_of(ours, theirs), (one, NOON_US, two, theirs_at))


def _climbs_and_hovers(intent: dict[str, Any]) -> tuple[int, int]:
    point, ground_m = intent["path"][0], flights.GROUND.level(intent["height_reference"])
    return round((point["height_m"] - ground_m) / flights.CLIMB_MPS * 1e6), round(point["hover_s"] * 1e6)
