"""How an intent becomes slices, written again from its description: columns, slices of 30 s, holds, wide turns.

Heights above the sea or the ellipsoid are flown over ground known to the metre. A course is found from the first metres
of a leg, a length by adding up its pieces.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np

from tests.oracle import earth
from tests.oracle.earth import Floats
from tests.oracle.matter import Ground, Position, Shape, Slice

CLIMB_MPS: Final = 3.0
DESCENT_MPS: Final = 2.5
SLICE_S: Final = 30.0
LONGEST_M: Final = 2_000.0
BANK_DEG: Final = 25.0
SHARPEST_DEG: Final = 150.0
GROUND: Final = Ground()
KEPT_FREE: Final = {  # metres to the side, metres up and down, seconds before and after
    "micro": (20.0, 10.0, 30.0),
    "light": (20.0, 10.0, 30.0),
    "small": (30.0, 10.0, 30.0),
    "medium": (50.0, 15.0, 60.0),
    "crewed": (150.0, 30.0, 120.0),
}


@dataclass
class Stage:
    """A part of a flight: a leg along a row of points, or time spent at one place."""

    points: Floats
    bottom_m: float
    top_m: float  # where it begins and ends, of a leg
    lasts_s: float
    speed_mps: float
    radius_m: float = 0.0
    turn_in: tuple[float, float] = (0.0, 0.0)  # metres wider, over the first so many metres
    turn_out: tuple[float, float] = (0.0, 0.0)

    @property
    def length_m(self) -> float:
        """Of a leg; 0 of what stays."""
        return earth.length_m(self.points) if len(self.points) > 1 else 0.0


def slices(intent: Mapping[str, Any], departs_us: int) -> list[Slice]:
    """The slices of a flight along a path."""
    stages = list(_stages(intent))
    _widen_turns(stages)
    lateral, vertical, early_s = KEPT_FREE[intent["aircraft_class"]]
    found, since_s = [], 0.0
    reference = intent.get("height_reference", "AGL")
    for stage in stages:
        found += _cut(stage, since_s, (lateral, vertical, early_s), departs_us, reference)
        since_s += stage.lasts_s
    return found


def lasts_us(intent: Mapping[str, Any]) -> int:
    """From take-off until it is down."""
    return sum(round(stage.lasts_s * 1e6) for stage in _stages(intent))


def _stages(intent: Mapping[str, Any]) -> Iterator[Stage]:
    path = intent["path"]
    here, height = _at(intent["departure"]), path[0]["height_m"]
    ground_m = GROUND.level(intent.get("height_reference", "AGL"))
    yield _column(here, ground_m, height, (height - ground_m) / CLIMB_MPS)
    for point in path:
        speed = point.get("speed_mps") or intent["speed_mps"]
        if (here, height) != (_at(point), point["height_m"]):
            yield _leg(here, _at(point), height, point["height_m"], speed)
        here, height = _at(point), point["height_m"]
        if point.get("hover_s"):
            yield _column(here, height, height, point["hover_s"], point.get("hover_radius_m", 0.0))
    if here != _at(intent["arrival"]):
        yield _leg(here, _at(intent["arrival"]), height, height, intent["speed_mps"])
    yield _column(_at(intent["arrival"]), height, ground_m, (height - ground_m) / DESCENT_MPS)


def _at(place: Mapping[str, float]) -> Position:
    return place["lng"], place["lat"]


def _column(here: Position, bottom_m: float, top_m: float, lasts_s: float, radius_m: float = 0.0) -> Stage:
    return Stage(earth.space(*(np.array([v]) for v in here)), bottom_m, top_m, lasts_s, 0.0, radius_m)


def _leg(here: Position, there: Position, one_m: float, two_m: float, speed_mps: float) -> Stage:
    if here == there:
        points = earth.space(np.array([here[0]]), np.array([here[1]]))
    else:
        ends = earth.space(np.array([here[0], there[0]]), np.array([here[1], there[1]]))
        far = float(np.linalg.norm(ends[1] - ends[0]))
        points = earth.halved(ends, max(3, math.ceil(math.log2(max(far / 300.0, 1.0)))))
    rises = max((two_m - one_m) / CLIMB_MPS, (one_m - two_m) / DESCENT_MPS)
    stage = Stage(points, one_m, two_m, rises, speed_mps)
    stage.lasts_s = max(stage.length_m / speed_mps, rises)
    return stage


def _widen_turns(stages: Sequence[Stage]) -> None:
    """Between two legs flown through an aircraft cuts the corner."""
    for one, two in pairwise(stages):
        if not (one.length_m and two.length_m):
            continue
        came, goes = one.points[-1] - one.points[-2], two.points[1] - two.points[0]
        up = one.points[-1] / np.linalg.norm(one.points[-1])
        came, goes = came - up * (came @ up), goes - up * (goes @ up)
        cosine = came @ goes / np.linalg.norm(came) / np.linalg.norm(goes)
        turned = min(math.degrees(math.acos(max(-1.0, min(1.0, cosine)))), SHARPEST_DEG)
        speed = max(one.speed_mps, two.speed_mps)
        radius = speed * speed / (9.80665 * math.tan(math.radians(BANK_DEG)))
        half = math.radians(turned / 2)
        one.turn_out = two.turn_in = radius * (1 - math.cos(half)), radius * math.tan(half)


def _cut(
    stage: Stage, since_s: float, kept_free: tuple[float, float, float], departs_us: int, reference: str
) -> Iterator[Slice]:
    length, (lateral_m, vertical_m, early_s) = stage.length_m, kept_free
    n = 1 if length == 0 else max(math.ceil(max(stage.lasts_s / SLICE_S, length / LONGEST_M) - 1e-6), 1)
    for k in range(n):
        one, two = (stage.bottom_m + (stage.top_m - stage.bottom_m) * share for share in (k / n, (k + 1) / n))
        wide = max(
            stage.turn_in[0] if length * k / n < stage.turn_in[1] else 0.0,
            stage.turn_out[0] if length * (1 - (k + 1) / n) < stage.turn_out[1] else 0.0,
        )
        curve = stage.points if length == 0 else earth.part(stage.points, k / n, (k + 1) / n)
        yield Slice(
            _drawn(curve, lateral_m + stage.radius_m + wide),
            max(min(one, two) - vertical_m, 0.0) if reference == "AGL" else min(one, two) - vertical_m,
            max(one, two) + vertical_m,
            reference,
            departs_us + round((since_s + stage.lasts_s * k / n - early_s) * 1e6),
            departs_us + round((since_s + stage.lasts_s * (k + 1) / n + early_s) * 1e6),
            max(one, two),
        )


def _drawn(curve: Floats, radius_m: float) -> Shape:
    lng, lat = earth.degrees(curve)
    return Shape(tuple(zip(lng.tolist(), lat.tolist(), strict=True)), radius_m=radius_m)
