"""A flight and a zone, either side of touching: each family a function of chance and how many."""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.random import Generator

from tests.oracle import flights, outlines, schedules
from tests.oracle.matter import Area, Height, Pair, Position, Shape, Slice, gap_m, measured
from tests.oracle.placing import (
    BANDS,
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
    wide,
)

FEET: Final = 0.3048


def flight_and_zone(
    family: str, chance: Generator, ours: Shape, zone: Shape, gap: float, axis: str, most_m: float = 8_000.0
) -> Pair:
    """A slice and a zone; a polygon has no radius, so the flight has it all."""
    lies = apart(chance, gap, axis, most_m)
    share = 1.0 if zone.rings else float(chance.choice([0.5, chance.uniform(0.05, 0.95)]))
    one = Slice(wide(ours, lies.radii_m * share), *lies.ours, "AGL", *lies.our_us)
    upper = None if chance.uniform() < 0.3 and axis != "height" else (lies.theirs[1], "AGL")
    other = wide(zone, 0.0 if zone.rings else lies.radii_m - lies.radii_m * share)
    return Pair(family, [one], Area(other, (lies.theirs[0], "AGL"), upper, *lies.their_us), np.array([[gap]]))


def circles(chance: Generator, n: int) -> Iterator[Pair]:
    """Circles of some metres to 15 km."""
    drawn = [
        (
            segment(chance, place, 30.0),
            towards(place, course(chance), float(chance.choice([50.0, 600.0, 5_100.0, 15_000.0]))),
        )
        for place in places(chance, n)
    ]
    gaps = between([line for line, _ in drawn], [(at, at) for _, at in drawn])
    for (line, at), gap in zip(drawn, gaps, strict=True):
        axis = str(chance.choice(["plan", "plan", "plan", "height", "time", "any"]))
        yield flight_and_zone("circles", chance, shape(line), Shape([at]), gap, axis, 16_000.0)


def polygons(chance: Generator, n: int) -> Iterator[Pair]:
    """Concave polygons with bays and holes: a slice beside, in a bay, in a hole, across; or a polygon flown in."""
    for place in places(chance, n):
        area = outlines.any_of(chance, place)
        zone = Shape(rings=area.rings, geodesic=bool(chance.integers(2)))
        inner = area.spot(chance)
        ours = shape(segment(chance, inner, 30.0, 400.0))
        if chance.uniform() < 0.25:
            ours = Shape(
                rings=outlines.star(chance, inner, float(chance.choice([20.0, 3_000.0]))).rings, geodesic=False
            )
        axis = str(chance.choice(["plan", "plan", "plan", "plan", "height", "time"]))
        yield flight_and_zone("polygons", chance, ours, zone, gap_m(ours, zone), axis)


def areas_in_circles(chance: Generator, n: int) -> Iterator[Pair]:
    """An area flown in freely, and a circle beside it, in its bay or its hole."""
    for place in places(chance, n):
        area = outlines.any_of(chance, place)
        ours, zone = Shape(rings=area.rings, geodesic=False), Shape([area.spot(chance)])
        yield flight_and_zone("areas and circles", chance, ours, zone, gap_m(ours, zone), "plan")


def long_edges(chance: Generator, n: int) -> Iterator[Pair]:
    """Edges of 5 to 80 km at 30, 45 and 60 degrees north, at bearing 60 and others, of both kinds."""
    for place in places(chance, n, (30.0, 45.0, 60.0), 3.0):
        length = float(chance.choice([5_000.0, 20_000.0, 80_000.0]))
        heading = float(chance.choice([90.0, 60.0, 60.0, chance.uniform(0, 360)]))
        zone = Shape(rings=[outlines.strip(place, heading, length)], geodesic=bool(chance.integers(2)))
        along = towards(place, heading, length * float(chance.choice([0.5, chance.uniform(0.02, 0.98)])))
        beside = towards(along, heading + 90, float(chance.choice([-1, 1])) * float(chance.uniform(200, 1_500)))
        ours = shape(segment(chance, beside, 50.0))
        yield flight_and_zone("long edges", chance, ours, zone, gap_m(ours, zone), "plan")


def corridors(chance: Generator, n: int) -> Iterator[Pair]:
    """Lines with a width, of 1 to 60 km, of both kinds."""
    for place in places(chance, n, (-45.0, 30.0, 45.0, 60.0), 3.0):
        line = outlines.line(chance, place, float(chance.choice([1_000.0, 10_000.0, 30_000.0])))
        zone = Shape(line, geodesic=bool(chance.integers(2)))
        at = np.array(line[0]) + (np.array(line[1]) - np.array(line[0])) * chance.uniform()
        ours = shape(segment(chance, (float(at[0]), float(at[1])), 1_500.0))
        yield flight_and_zone("corridors", chance, ours, zone, gap_m(ours, zone), "plan")


def zone_heights(chance: Generator, n: int) -> Iterator[Pair]:
    """Limits in any reference, in metres and in feet, against flights in any other."""
    for place in places(chance, n):
        zone_in, ours_in = str(chance.choice(REFERENCES)), str(chance.choice(REFERENCES))
        feet = chance.uniform() < 0.5
        limit = round(float(chance.uniform(150, 1_200)), int(chance.integers(3)))
        at = limit * FEET if feet else limit
        off = float(chance.choice([-OFF_M, OFF_M]))
        shape_ = Shape([place], radius_m=500.0)
        if chance.uniform() < 0.5:
            top, _ = meeting((at, zone_in), ours_in, off)
            ours, zone = (top - 20.0, top), Area(shape_, lower=(at, zone_in), said=("feet" if feet else "m", limit))
        else:
            bottom = _bottom((at, zone_in), ours_in, off)
            ours, zone = (
                (bottom, bottom + 20.0),
                Area(shape_, upper=(at, zone_in), said=("feet" if feet else "m", limit)),
            )
        one = Slice(Shape([away(place, 100.0, 0.0)], radius_m=20.0), *ours, ours_in, NOON_US, NOON_US + 1)
        yield Pair("zone heights", [one], zone, np.array([[100.0]]))


def _bottom(upper: Height, lower_in: str, off_m: float) -> float:
    if upper[1] == lower_in:
        return upper[0] + off_m
    return BANDS.above_sea(upper)[1] - BANDS.above_sea((0.0, lower_in))[0] + off_m


def declared_heights(chance: Generator, n: int) -> Iterator[Pair]:
    """Zones whose lower limit is compared with the height declared, not with the volume's."""
    for place in places(chance, n):
        declared = 120.0 + float(chance.choice([0.0, -OFF_M, OFF_M, -1e-6]))
        one = Slice(Shape([place], radius_m=20.0), 80.0, declared + 10.0, "AGL", NOON_US, NOON_US + 1, declared)
        zone = Area(Shape([place], radius_m=50.0), lower=(120.0, "AGL"), declared=True)
        yield Pair("declared heights", [one], zone, np.array([[0.0]]))


def daily(chance: Generator, n: int) -> Iterator[Pair]:
    """Zones active by the day, the clock or the sun, across midnight: a microsecond either side of their edges."""
    made = 0
    while made < n:
        for place in places(chance, n - made, (-45.0, -20.0, 0.2, 20.0, 30.6, 45.0)):
            try:
                pair = _daily(chance, place)
            except schedules.Unsure:
                continue
            made += 1
            yield pair


def _daily(chance: Generator, place: Position) -> Pair:
    period, days = outlines.period(chance)
    active = schedules.spans(period, days, *place, 8.0)
    middle = [span for span in active if schedules.us(days[2]) <= span[0] < schedules.us(days[-2])] if active else []
    edges = [edge for span in middle for edge in span] or [NOON_US]
    edge = int(chance.choice(edges)) + int(chance.choice([-1, 0, 1]))
    window = (edge, edge + int(chance.choice([1, 60 * SECOND_US])))
    if chance.uniform() < 0.5:
        window = (edge - int(chance.choice([1, 60 * SECOND_US])), edge)
    one = Slice(Shape([place], radius_m=20.0), start_us=window[0], end_us=window[1])
    return Pair("daily", [one], Area(Shape([place], radius_m=50.0), active=active, said=period), np.array([[0.0]]))


def hovers_by_zones(chance: Generator, n: int) -> Iterator[Pair]:
    """One that waits beside a zone, in its bay or its hole, and all but touches it."""
    for place in places(chance, n):
        drawn = outlines.any_of(chance, place)
        shape_ = Shape(rings=drawn.rings, geodesic=bool(chance.integers(2)))
        if chance.uniform() < 0.3:
            shape_ = Shape([place], radius_m=float(chance.uniform(5, 5_000)))
        intent = outlines.hovering(chance, drawn.spot(chance), 90.0)
        gap = gap_m(flights.slices(intent, NOON_US)[1].shape, shape_)
        free = gap - shape_.radius_m - 20.0 + float(chance.choice([-OFF_M, OFF_M]))
        intent["path"][0]["hover_radius_m"] = free if 0 < free < 2_000 else 0.0
        ours = flights.slices(intent, NOON_US)
        gaps = np.array([[gap_m(one.shape, shape_)] for one in ours])
        yield Pair("hovers by zones", ours, Area(shape_), gaps, (intent, NOON_US))


def legs_by_zones(chance: Generator, n: int) -> Iterator[Pair]:
    """Flights of several legs, and a low circle on their way."""
    for place in places(chance, n):
        intent = outlines.flight(chance, place)
        ours = flights.slices(intent, NOON_US)
        moving = [one for one in ours if len(one.shape.line) > 1]
        middle = moving[int(chance.integers(len(moving)))].shape.line[2]
        zone = Area(Shape([middle], radius_m=float(chance.uniform(30, 400))), upper=(150.0, "AGL"))
        yield measured(Pair("legs by zones", ours, zone, np.empty(0), (intent, NOON_US)))
