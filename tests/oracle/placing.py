"""How pairs are put either side of touching: where they lie, and one axis at a time.

A pair is put 1.1 cm either side of touching by its radii: the cores lie anywhere, their distance is measured, and the
two radii are made to add up to that and 1.1 cm more, or less. Every pair of a family lies in a degree of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.random import Generator

from tests.oracle import earth
from tests.oracle.matter import Ground, Height, Pair, Position, Shape, Slice

OFF_M: Final = 0.011
NOON_US: Final = 1_795_406_400_000_000  # 2026-11-23 04:00 UTC
SECOND_US: Final = 1_000_000
REFERENCES: Final = ("AGL", "AMSL", "WGS84")
LATITUDES: Final = (-66.0, -45.0, -20.0, 0.2, 20.0, 30.0, 30.6, 38.0, 45.0, 52.0, 60.0, 66.0)
BANDS: Final = Ground(10.0, 300.0, -15.0, -12.0)


def places(chance: Generator, n: int, latitudes: Sequence[float] = LATITUDES, every_deg: float = 1.0) -> list[Position]:
    """So many places, each in a cell of its own."""
    columns = int(340 / every_deg)
    cells = chance.choice(columns * len(latitudes), n, replace=False)
    jitter = chance.uniform(-0.1, 0.1, (n, 2))
    return [
        (-170 + every_deg * (cell % columns) + x, latitudes[cell // columns] + y * 0.3)
        for cell, (x, y) in zip(cells.tolist(), jitter.tolist(), strict=True)
    ]


def away(place: Position, east_m: float, north_m: float) -> Position:
    """So far off, near enough."""
    lng = place[0] + east_m / (111_320.0 * np.cos(np.radians(place[1])))
    return float(lng), float(place[1] + north_m / 110_950.0)


def towards(place: Position, course_deg: float, metres: float) -> Position:
    """The same by a course."""
    course = np.radians(course_deg)
    return away(place, metres * np.sin(course), metres * np.cos(course))


def course(chance: Generator) -> float:
    """Any, and those at which axes are easily confused."""
    return float(chance.choice([0.0, 90.0, 60.0, chance.uniform(0, 360)]))


def segment(chance: Generator, place: Position, near_m: float, longest_m: float = 1_950.0) -> tuple[Position, Position]:
    """A slice's line that begins within so many metres; often a point."""
    one = towards(place, chance.uniform(0, 360), near_m * chance.uniform() ** 2)
    length = float(chance.choice([0.0, 1.0, 40.0, 360.0, longest_m, chance.uniform(0, longest_m)]))
    return (one, one) if length == 0 else (one, towards(one, course(chance), length))


def shape(line: tuple[Position, Position]) -> Shape:
    """Of a slice's line."""
    return Shape(line[:1] if line[0] == line[1] else line)


def between(ones: Sequence[tuple[Position, Position]], others: Sequence[tuple[Position, Position]]) -> list[float]:
    """How far each two lines are apart."""
    one, other = (np.array(lines) for lines in (ones, others))
    found: list[float] = earth.gaps_m(
        earth.geodesic(one[:, 0], one[:, 1]), earth.geodesic(other[:, 0], other[:, 1])
    ).tolist()
    return found


@dataclass(frozen=True, slots=True)
class Apart:
    """How a pair lies: the sum of its radii, its heights and its times."""

    radii_m: float
    ours: tuple[float, float] = (60.0, 100.0)
    theirs: tuple[float, float] = (90.0, 130.0)
    our_us: tuple[int, int] = (NOON_US, NOON_US + 60 * SECOND_US)
    their_us: tuple[int, int] = (NOON_US + 30 * SECOND_US, NOON_US + 90 * SECOND_US)


def apart(chance: Generator, gap: float, axis: str, most_m: float = 8_000.0) -> Apart:
    """Separated, or just not, along one axis: `plan`, `height`, `time`, or somehow (`any`)."""
    if axis == "plan":
        return Apart(near(chance, gap, most_m))
    over = gap + chance.uniform(0.5, 50.0)
    if axis == "height":
        return Apart(over, *heights(chance))
    if axis == "time":
        return Apart(over, our_us=(times := instants(chance))[0], their_us=times[1])
    our_us, their_us = instants(chance)
    return Apart(
        float(chance.choice([over, max(gap * chance.uniform(0.5, 1.5), 1.0)])), *heights(chance), our_us, their_us
    )


def near(chance: Generator, gap: float, most_m: float) -> float:
    """A sum of radii with which the footprints all but touch; where the cores meet, any."""
    off = float(chance.choice([-OFF_M, OFF_M]))
    return gap + off if 2 * OFF_M < gap < most_m else float(chance.uniform(1.0, 200.0))


def heights(chance: Generator) -> tuple[tuple[float, float], tuple[float, float]]:
    """Two bands of which one ends where the other begins: they touch, or miss by a hair or a centimetre."""
    edge, off = float(chance.uniform(50, 400)), float(chance.choice([0.0, OFF_M, -OFF_M, 1e-6]))
    low, high = (edge - 30.0, edge), (edge + off, edge + off + 40.0)
    return (low, high) if chance.uniform() < 0.5 else (high, low)


def instants(chance: Generator) -> tuple[tuple[int, int], tuple[int, int]]:
    """Two windows of which one ends where the other starts: they share a microsecond, or none."""
    edge = NOON_US + int(chance.integers(0, 10**10))
    off = int(chance.choice([0, 1, -1, SECOND_US]))
    first, second = (edge - 45 * SECOND_US, edge), (edge + off, edge + off + 60 * SECOND_US)
    return (first, second) if chance.uniform() < 0.5 else (second, first)


def two_slices(family: str, chance: Generator, one: Shape, two: Shape, gap: float, lies: Apart, **more: Any) -> Pair:
    """Two flights of one slice each."""
    share = float(chance.choice([0.5, chance.uniform(0.1, 0.9)]))
    ours = Slice(wide(one, lies.radii_m * share), *lies.ours, "AGL", *lies.our_us)
    theirs = Slice(wide(two, lies.radii_m - lies.radii_m * share), *lies.theirs, "AGL", *lies.their_us)
    return Pair(family, [replace(ours, **more)], [theirs], np.array([[gap]]))


def wide(one: Shape, radius_m: float) -> Shape:
    return Shape(one.line, one.rings, one.geodesic, radius_m)


def meeting(lower: Height, upper_in: str, off_m: float) -> tuple[float, float]:
    """The top, in a reference, that comes so far short of a bottom; and that bottom."""
    if lower[1] == upper_in:
        return lower[0] + off_m, lower[0]
    spare = BANDS.above_sea(lower)[0] - BANDS.above_sea((0.0, upper_in))[1]
    return spare + off_m, lower[0]
