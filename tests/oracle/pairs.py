"""Pairs of flights, and of a flight and a zone, either side of touching: each family a function of chance and places.

A pair is put 1.1 cm either side of touching by its radii: the cores lie anywhere, their distance is measured, and the
two radii are made to add up to that and 1.1 cm more, or less. Every pair of a family lies in a degree of its own.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.random import Generator

from tests.oracle import earth, flights, outlines, schedules
from tests.oracle.earth import Floats
from tests.oracle.matter import Area, Ground, Height, Pair, Position, Shape, Slice, gap_m, is_level, together

OFF_M: Final = 0.011
NOON_US: Final = 1_795_406_400_000_000  # 2026-11-23 04:00 UTC
SECOND_US: Final = 1_000_000
REFERENCES: Final = ("AGL", "AMSL", "WGS84")
FEET: Final = 0.3048
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


# ------------------------------------------------------------------------- one axis at a time


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
    ours = Slice(_wide(one, lies.radii_m * share), *lies.ours, "AGL", *lies.our_us)
    theirs = Slice(_wide(two, lies.radii_m - lies.radii_m * share), *lies.theirs, "AGL", *lies.their_us)
    return Pair(family, [replace(ours, **more)], [theirs], np.array([[gap]]))


def _wide(one: Shape, radius_m: float) -> Shape:
    return Shape(one.line, one.rings, one.geodesic, radius_m)


# ------------------------------------------------------------------------- flights against flights


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
        ours, theirs = _meeting(low, ours_in, off)
        one, two = Shape([place], radius_m=30.0), Shape([away(place, 20.0, 0.0)], radius_m=30.0)
        above = Slice(two, theirs, theirs + 20.0, theirs_in, NOON_US, NOON_US + 1)
        below = Slice(one, ours - 20.0, ours, ours_in, NOON_US, NOON_US + 1)
        pair = (above, below) if chance.uniform() < 0.5 else (below, above)
        yield Pair("mixed heights", [pair[0]], [pair[1]], np.array([[20.0]]))


def _meeting(lower: Height, upper_in: str, off_m: float) -> tuple[float, float]:
    """The top, in a reference, that comes so far short of a bottom; and that bottom."""
    if lower[1] == upper_in:
        return lower[0] + off_m, lower[0]
    spare = BANDS.above_sea(lower)[0] - BANDS.above_sea((0.0, upper_in))[1]
    return spare + off_m, lower[0]


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
    gaps = _gaps(ours, theirs)
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


def _gaps(ours: Sequence[Slice], theirs: Sequence[Slice]) -> Floats:
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
    return replace(pair, gaps=_gaps(pair.ours, pair.theirs))


# ------------------------------------------------------------------------- flights against zones


def flight_and_zone(
    family: str, chance: Generator, ours: Shape, zone: Shape, gap: float, axis: str, most_m: float = 8_000.0
) -> Pair:
    """A slice and a zone; a polygon has no radius, so the flight has it all."""
    lies = apart(chance, gap, axis, most_m)
    share = 1.0 if zone.rings else float(chance.choice([0.5, chance.uniform(0.05, 0.95)]))
    one = Slice(_wide(ours, lies.radii_m * share), *lies.ours, "AGL", *lies.our_us)
    upper = None if chance.uniform() < 0.3 and axis != "height" else (lies.theirs[1], "AGL")
    other = _wide(zone, 0.0 if zone.rings else lies.radii_m - lies.radii_m * share)
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
            top, _ = _meeting((at, zone_in), ours_in, off)
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


# ------------------------------------------------------------------------- intents, for the service with its database


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
        yield Pair("hovers", ours, theirs, _gaps(ours, theirs), (one, NOON_US, two, theirs_at))


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


def _climbs_and_hovers(intent: dict[str, Any]) -> tuple[int, int]:
    point, ground_m = intent["path"][0], flights.GROUND.level(intent["height_reference"])
    return round((point["height_m"] - ground_m) / flights.CLIMB_MPS * 1e6), round(point["hover_s"] * 1e6)


Family = Callable[[Generator, int], Iterator[Pair]]
FAMILIES: Final[dict[Family, float]] = {  # and their share of all pairs
    slices: 0.30,
    discs: 0.15,
    only_height: 0.08,
    only_time: 0.08,
    mixed_heights: 0.06,
    flown_areas: 0.02,
    legs: 0.008,
    legs_above_sea: 0.004,
    far_flights: 0.001,
    circles: 0.16,
    polygons: 0.04,
    areas_in_circles: 0.007,
    long_edges: 0.02,
    corridors: 0.02,
    zone_heights: 0.03,
    declared_heights: 0.01,
    daily: 0.01,
}
assert abs(sum(FAMILIES.values()) - 1) < 1e-9
