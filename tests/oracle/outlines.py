"""Outlines, ways and daily periods to make pairs of: concave, with bays and holes, long, and slanting."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np
from numpy.random import Generator

from tests.oracle.matter import Position

Ring = Sequence[Position]


@dataclass(frozen=True, slots=True)
class Drawn:
    """Rings, and places from which they are looked at: in a bay, in a hole, outside, within."""

    rings: Sequence[Ring]
    views: Sequence[Position]

    def spot(self, chance: Generator) -> Position:
        """One of them."""
        return self.views[int(chance.integers(len(self.views)))]


def any_of(chance: Generator, place: Position) -> Drawn:
    """A star, a horseshoe, a frame or a comb, turned and of some size."""
    size = float(chance.choice([200.0, 1_000.0, 5_000.0]))
    kind = (star, horseshoe, frame, comb)[int(chance.integers(4))]
    return kind(chance, place, size)


def star(chance: Generator, place: Position, size_m: float) -> Drawn:
    """Spikes of different lengths: their hull is far larger."""
    n = int(chance.integers(4, 12))
    angles = (np.arange(n) + chance.uniform(0, 0.6, n)) * 2 * np.pi / n
    reach = chance.uniform(0.15, 1.0, n) * size_m
    corners = [(r * np.cos(a), r * np.sin(a)) for r, a in zip(reach, angles, strict=True)]
    bay = _at(place, corners[0], 0.0, 0.6)
    return Drawn([_ring(place, corners, 0.0)], [bay, _at(place, (1.1 * size_m, 0), chance.uniform(0, 6.3)), place])


def horseshoe(chance: Generator, place: Position, size_m: float) -> Drawn:
    """A flight in its bay lies in the hull and in the box, not in the horseshoe."""
    s, turned = size_m, chance.uniform(0, 2 * np.pi)
    corners = [
        (-s, -s),
        (s, -s),
        (s, s),
        (0.6 * s, s),
        (0.6 * s, -0.6 * s),
        (-0.6 * s, -0.6 * s),
        (-0.6 * s, s),
        (-s, s),
    ]
    views = [(0.0, 0.0), (0.0, 0.5 * s), (0.0, 1.3 * s), (0.0, -0.8 * s)]
    return Drawn([_ring(place, corners, turned)], [_at(place, view, turned) for view in views])


def frame(chance: Generator, place: Position, size_m: float) -> Drawn:
    """With a hole, or two."""
    s, turned = size_m, chance.uniform(0, 2 * np.pi)
    shell = _ring(place, _square(0, 0, s), turned)
    holes = [[(0.0, 0.0, 0.5 * s)], [(-0.5 * s, 0.0, 0.3 * s), (0.5 * s, 0.1 * s, 0.35 * s)]][int(chance.integers(2))]
    rings = [shell, *(_ring(place, _square(*hole)[::-1], turned) for hole in holes)]
    views = [(x, y) for x, y, _ in holes] + [(0.0, 0.75 * s), (1.2 * s, 0.0)]
    return Drawn(rings, [_at(place, view, turned) for view in views])


def comb(chance: Generator, place: Position, size_m: float) -> Drawn:
    """Teeth with narrow bays between them."""
    s, turned, teeth = size_m, chance.uniform(0, 2 * np.pi), int(chance.integers(2, 5))
    width = 2 * s / (2 * teeth - 1)
    corners = [(-s, -s), (s, -s)]
    for k in reversed(range(teeth)):
        left = -s + 2 * k * width
        corners += (
            [(left + width, s), (left, s)]
            if k == teeth - 1
            else [(left + width, -0.5 * s), (left + width, s), (left, s)]
        )
        if k:
            corners += [(left, -0.5 * s)]
    views = [(-s + 1.5 * width, 0.2 * s), (-s + 1.5 * width, 1.2 * s), (0.0, -0.7 * s)]
    return Drawn([_ring(place, corners, turned)], [_at(place, view, turned) for view in views])


def strip(place: Position, heading_deg: float, length_m: float) -> Ring:
    """A thin parallelogram whose long edges run along a heading from a place."""
    turned = np.radians(90 - heading_deg)
    return _ring(place, [(0.0, 0.0), (length_m, 0.0), (length_m, 3_000.0), (0.0, 3_000.0)], turned)


def line(chance: Generator, place: Position, longest_m: float) -> list[Position]:
    """Two to four points of a line."""
    points = [place]
    for _ in range(int(chance.integers(1, 4))):
        points.append(_at(points[-1], (float(chance.uniform(0.3, 1.0)) * longest_m, 0.0), chance.uniform(0, 6.3)))
    return points


def flight(chance: Generator, place: Position) -> dict[str, Any]:
    """Legs of different speeds and heights, some points held, some passed twice or above one another."""
    here, path = place, []
    for _ in range(int(chance.integers(1, 5))):
        here = _at(here, (float(chance.uniform(100, 2_500)), 0.0), chance.uniform(0, 6.3))
        point = {"lng": here[0], "lat": here[1], "height_m": float(chance.choice([60.0, 90.0, 119.0, 300.0]))}
        if chance.uniform() < 0.3:
            point["speed_mps"] = float(chance.choice([5.0, 20.0, 60.0]))
        if chance.uniform() < 0.2:
            point |= {"hover_s": 45.0, "hover_radius_m": float(chance.choice([0.0, 60.0]))}
        path.append(point)
    kind = str(chance.choice(["light", "small", "medium"]))
    return _intent(
        place, here if chance.uniform() < 0.5 else place, path, kind, float(chance.choice([8.0, 12.0, 25.0]))
    )


def far_flight(chance: Generator, place: Position) -> dict[str, Any]:
    """175 km in one leg."""
    end = _at(place, (175_000.0, 0.0), chance.uniform(0, 6.3))
    path = [{"lng": end[0], "lat": end[1], "height_m": 300.0}]
    return _intent(place, end, path, "medium", float(chance.choice([40.0, 70.0])))


def hovering(chance: Generator, spot: Position, height_m: float, reference: str = "AGL") -> dict[str, Any]:
    """Up, a wait over the spot, and down."""
    point = {"lng": spot[0], "lat": spot[1], "height_m": height_m, "hover_radius_m": 0.0}
    point["hover_s"] = float(chance.choice([1.0, 20.0, 200.0]))
    return _intent(spot, spot, [point], "light", 12.0) | {"height_reference": reference}


def _intent(start: Position, end: Position, path: list[dict[str, Any]], kind: str, speed: float) -> dict[str, Any]:
    return {
        "departure": {"lng": start[0], "lat": start[1]},
        "arrival": {"lng": end[0], "lat": end[1]},
        "aircraft_class": kind,
        "purpose": "patrol",
        "clawbacks": ["network_relay"],
        "speed_mps": speed,
        "path": path,
    }


def period(chance: Generator) -> tuple[dict[str, Any], list[datetime]]:
    """A daily period by clock, by the sun, or by both, and the midnights of the days around it."""
    clocks = ["00:00", "06:30", "12:00", "22:00", "23:59"]
    said: dict[str, Any] = {"day": [["ANY"], ["MON", "WED", "FRI"], ["SUN"]][int(chance.integers(3))]}
    for side, events in (("start", ["SR", "SS", "BMCT", "EECT"]), ("end", ["SS", "SR", "EECT", "BMCT"])):
        if chance.uniform() < 0.4:
            said[f"{side}_event"] = str(chance.choice(events))
        else:
            said[f"{side}_time"] = str(chance.choice(clocks))
    first = date(2026, 1, 5) + timedelta(days=int(chance.integers(0, 360)))
    return said, [datetime.combine(first + timedelta(days=k), time(), UTC) for k in range(12)]


def _square(x: float, y: float, s: float) -> list[Position]:
    return [(x - s, y - s), (x + s, y - s), (x + s, y + s), (x - s, y + s)]


def _ring(place: Position, corners: Sequence[Position], turned: float) -> list[Position]:
    ring = [_at(place, corner, turned) for corner in corners]
    return [*ring, ring[0]]


def _at(place: Position, offset: Position, turned: float, share: float = 1.0) -> Position:
    """So many metres east and north of a place, turned about it."""
    x, y = offset[0] * share, offset[1] * share
    east, north = x * np.cos(turned) - y * np.sin(turned), x * np.sin(turned) + y * np.cos(turned)
    lng = place[0] + east / (111_320.0 * np.cos(np.radians(place[1])))
    return float(lng), float(place[1] + north / 110_950.0)
