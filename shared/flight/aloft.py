"""Where a flight is at an instant, and whether another intent has brought it there by the same way. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

import numpy as np

from shared.flight.intent import FlightIntent
from shared.flight.parts import CLIMB, DESCENT, HOLD, LEG, Part, Parts, timed
from shared.flight.records import to_us
from shared.flight.rules import FlightRules
from shared.flight.slicing import parts_of
from shared.geodesy import along, legs
from shared.terrain import REFERENCES, Terrain

MAX_ASIDE_M: Final = 1.0  # rule TY-ALOFT: what is flown already was flown as filed, to a metre

_WITHOUT_END: Final = (1, 2, 3, 8, 10, 11)  # of a part: kind, where it begins, speed, radius, has an area


class Place(NamedTuple):
    """Degrees, and metres in the flight's own reference."""

    lng: float
    lat: float
    height_m: float


@dataclass(frozen=True, slots=True)
class _Way:
    intent: FlightIntent
    rows: Sequence[Part]
    parts: Parts

    def part_at(self, elapsed_us: int) -> int:
        """The last part begun, at the soonest; -1 before take-off."""
        return int(np.searchsorted(self.parts.early_us, elapsed_us, side="right")) - 1

    def is_over(self, i: int, elapsed_us: int) -> bool:
        """Whether a part has ended, at the latest."""
        return bool(self.parts.late_us[i] + self.parts.late_lasts_us[i] < elapsed_us)

    def place(self, i: int, elapsed_us: int) -> Place:
        """Where it is in a part; over an area or in a hover at its middle."""
        parts = self.parts
        share = (elapsed_us - int(parts.early_us[i])) / max(int(parts.early_lasts_us[i]), 1)
        share = min(max(share, 0.0), 1.0)
        lng, lat = float(parts.lng1[i]), float(parts.lat1[i])
        if self.rows[i][1] == LEG:
            one = slice(i, i + 1)
            lngs, lats = along(parts.lng1[one], parts.lat1[one], parts.azimuth[one], parts.length_m[one] * share)
            lng, lat = float(lngs[0]), float(lats[0])
        height1, height2 = float(parts.height1_m[i]), float(parts.height2_m[i])
        return Place(lng, lat, height1 + (height2 - height1) * share)


def place_at(intent: FlightIntent, at: datetime, rules: FlightRules, terrain: Terrain) -> Place:
    """Where the flight is then: over its departure before, and over its arrival after."""
    way, elapsed_us = _way(intent, rules, terrain), to_us(at) - to_us(intent.departs_at)
    return way.place(max(way.part_at(elapsed_us), 0), elapsed_us)


def same_until(former: FlightIntent, changed: FlightIntent, at: datetime, rules: FlightRules, terrain: Terrain) -> bool:
    """Whether both fly the same way, at the same times, until then: what is flown cannot be flown otherwise.

    What is under way may end otherwise: a leg sooner or farther on its line, a hover or the work over an area in time,
    a climb in another height that is not below.
    """
    one, other = _way(former, rules, terrain), _way(changed, rules, terrain)
    elapsed_us = to_us(at) - to_us(former.departs_at)
    i = one.part_at(elapsed_us)
    if i < 0:
        return True
    if i >= len(other.rows) or one.rows[:i] != other.rows[:i] or not _same_area(one, other, i):
        return False
    return _same_so_far(one, other, i, elapsed_us)


def _same_so_far(one: _Way, other: _Way, i: int, elapsed_us: int) -> bool:
    """In the part that is under way."""
    kind, rows = one.rows[i][1], (one.rows[i], other.rows[i])
    if any(rows[0][field] != rows[1][field] for field in _WITHOUT_END) or other.is_over(i, elapsed_us):
        return False
    if kind == DESCENT:
        return rows[0] == rows[1]
    if kind == HOLD:
        return rows[0][6:8] == rows[1][6:8]
    return _aside_m(one.place(i, elapsed_us), other.place(i, elapsed_us), heights=kind != CLIMB) <= MAX_ASIDE_M


def _aside_m(one: Place, other: Place, *, heights: bool) -> float:
    """The farther of to the side and up; climbs go up at one rate, whatever their end."""
    points = (np.array([value]) for value in (one.lng, one.lat, other.lng, other.lat))
    aside = float(legs(*points)[2][0])
    return max(aside, abs(one.height_m - other.height_m)) if heights else aside


def _same_area(one: _Way, other: _Way, i: int) -> bool:
    """Whether an area that was begun is the same."""
    begun = any(row[11] for row in one.rows[: i + 1])
    if not begun or one.intent.area is None or other.intent.area is None:
        return not begun
    return one.intent.area.outline == other.intent.area.outline


def _way(intent: FlightIntent, rules: FlightRules, terrain: Terrain) -> _Way:
    rows = list(parts_of(intent))
    codes = np.array([REFERENCES.index(intent.height_reference)])
    return _Way(intent, rows, timed(rows, codes, rules, terrain))
