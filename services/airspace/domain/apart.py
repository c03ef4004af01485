"""How far a flight has to be moved as a whole until none of its cores is too near another. Pure.

Along an axis two cores are too near from one shift to another, where they are so across it: by the stripes that they
take up, so rather more than is true. The least shift that lies in none of those spans is enough.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from services.airspace.domain.exact import TOUCH_M, core_in, local
from shared.flight import FlightVolumes
from shared.flight.records import joined
from shared.flight.rules import MAX_CORE_M
from shared.geodesy import frame_error_m
from shared.ragged import spread

Floats = NDArray[np.float64]
Index = NDArray[np.intp]

_SPARE_M: Final = 0.1  # before what is met next: what is said is a decimetre or less too much
_COMPASS: Final = np.array([(np.cos(t), np.sin(t)) for t in np.arange(3) * np.pi / 6])
_AT_ONCE: Final = 64  # meetings: more need memory rather than less time


class Aside(NamedTuple):
    """How far, in whole decimetres, and on which course a flight moved as a whole comes clear."""

    metres: float
    course_deg: float


def course_deg(ways: Floats) -> Floats:
    """From north by east, 0 to 360."""
    turned: Floats = np.round(np.degrees(np.arctan2(ways[..., 0], ways[..., 1])), 6) % np.float64(360.0)
    return turned


def upwards(metres: Floats) -> Floats:
    """To the decimetre, so that what is said is what was asked."""
    whole: Floats = np.round(np.ceil(metres * 10) / 10, 1)
    return whole


def unit(vectors: Floats) -> Floats:
    """As long as a metre; east where one has no length."""
    lengths = np.hypot(vectors[..., 0], vectors[..., 1])[..., None]
    made: Floats = np.where(lengths > 0, vectors, (1.0, 0.0)) / np.where(lengths > 0, lengths, 1.0)
    return made


def crossed(lines: Floats) -> Floats:
    """(..., 2 g, 2) axes: along each of (..., g, 2) lines and, next to it, across it."""
    across = np.stack((lines[..., 1], -lines[..., 0]), axis=-1)
    axes: Floats = np.stack((lines, across), axis=-2).reshape(*lines.shape[:-2], -1, 2)
    return axes


def along(points: Floats, ways: Floats) -> Floats:
    """Metres along directions. Spelt out: a matrix product rounds one way alone and another in company."""
    metres: Floats = points[..., 0] * ways[..., 0] + points[..., 1] * ways[..., 1]
    return metres


def least_shifts(low_m: Floats, high_m: Floats, first: Index, axes: Floats) -> tuple[Floats, Floats]:
    """Metres and way of the least shift that is enough, for meetings of pairs of cores that begin at `first`.

    Along `axes`, (meetings, 2 g, 2) and made by `crossed`, a pair is too near from `low_m` to `high_m`, (n, 2 g).
    """
    stripe = ((low_m <= 0) & (high_m >= 0)).reshape(len(low_m), -1, 2)[:, :, ::-1].reshape(low_m.shape)
    pair, axis = np.nonzero(stripe)
    low, high = low_m[pair, axis], high_m[pair, axis]
    ways = np.concatenate((axes, -axes), axis=1)
    way = ways.shape[1] * np.repeat(np.arange(len(first)), np.diff(np.append(first, len(low_m))))[pair] + axis
    shift = _free(np.append(way, way + axes.shape[1]), np.append(low, -high), np.append(high, -low), ways[..., 0].size)
    shift = shift.reshape(ways.shape[:2])
    least, rows = shift.argmin(axis=1), np.arange(len(first))
    return shift[rows, least], ways[rows, least]


def _free(way: Index, begin_m: Floats, end_m: Floats, ways: int) -> Floats:
    """(ways,): the least shift along each that lies in no span from `begin_m` to `end_m` of it."""
    shift, end_m = np.zeros(ways), upwards(end_m)
    while True:
        near = begin_m - _SPARE_M <= shift[way]
        if not near.any():
            return shift
        np.maximum.at(shift, way[near], end_m[near])
        ahead = ~near & (end_m > shift[way])
        way, begin_m, end_m = way[ahead], begin_m[ahead], end_m[ahead]


def plan_asides(pairs: Sequence[tuple[FlightVolumes, FlightVolumes]]) -> list[Aside]:
    """Of flights that meet: how far the first, flown at the same times and heights, would be clear of the second."""
    parts = [pairs[k : k + _AT_ONCE] for k in range(0, len(pairs), _AT_ONCE)]
    return [aside for part in parts for aside in _plan_asides(part)]


def _plan_asides(pairs: Sequence[tuple[FlightVolumes, FlightVolumes]]) -> list[Aside]:
    n = len(pairs)
    volumes, flight = joined([*(a for a, _ in pairs), *(b for _, b in pairs)])
    meeting, i, j = _at_once(volumes.records, np.bincount(flight), n)
    first = np.flatnonzero(np.diff(meeting, prepend=-1))
    starts = volumes.records[np.searchsorted(flight, np.arange(n))]
    frames = np.column_stack((starts["lng1"], starts["lat1"]))[flight % n]
    legs = local(volumes.records, frames[:, 0], frames[:, 1])
    lines = np.concatenate(
        (_lines(legs, i, j, meeting, first), np.broadcast_to(_COMPASS, (n, *_COMPASS.shape))), axis=1
    )
    axes = crossed(lines)
    low, high = _spans(volumes, legs, axes[flight % n], frames)
    reach_m = np.hypot(legs[::2, i], legs[1::2, i]).max(axis=0)
    apart_m = volumes.records["radius_m"][i] + volumes.records["radius_m"][j] + TOUCH_M
    apart_m = (apart_m + frame_error_m(reach_m + apart_m, apart_m, MAX_CORE_M))[:, None]
    metres, ways = least_shifts(low[j] - high[i] - apart_m, high[j] - low[i] + apart_m, first, axes)
    return [Aside(*aside) for aside in zip(metres.tolist(), course_deg(ways).tolist(), strict=True)]


def _at_once(records: NDArray[np.void], sizes: Index, n: int) -> tuple[Index, Index, Index]:
    """Volumes of each meeting that share an instant and a height; in different references any height.

    The ground elsewhere is another.
    """
    first = np.cumsum(sizes) - sizes
    meeting, step = spread(sizes[:n] * sizes[n:])
    row, column = np.divmod(step, sizes[n:][meeting])
    i, j = first[:n][meeting] + row, first[n:][meeting] + column
    at_once = (records["start_us"][i] < records["end_us"][j]) & (records["start_us"][j] < records["end_us"][i])
    meeting, i, j = meeting[at_once], i[at_once], j[at_once]
    level = (records["lower_m"][i] <= records["upper_m"][j]) & (records["lower_m"][j] <= records["upper_m"][i])
    level |= records["reference"][i] != records["reference"][j]
    return meeting[level], i[level], j[level]


def _lines(legs: Floats, i: Index, j: Index, meeting: Index, first: Index) -> Floats:
    """(meetings, 4, 2): the longest leg of either, how they pass each other, and to where they are nearest."""
    vectors, middles = (legs[2:] - legs[:2]).T, (legs[2:] + legs[:2]).T / 2
    apart = middles[j] - middles[i]
    passing = apart - apart[first][meeting]
    longest = [of[greatest(np.hypot(of[:, 0], of[:, 1]), meeting, first)] for of in (vectors[i], vectors[j], passing)]
    nearest = apart[greatest(-np.hypot(apart[:, 0], apart[:, 1]), meeting, first)]
    return unit(np.stack((*longest, nearest), axis=1))


def greatest(by: Floats, meeting: Index, first: Index) -> Index:
    """Of each meeting the first one of which a figure is the greatest."""
    at = np.flatnonzero(by == np.maximum.reduceat(by, first)[meeting])
    found: Index = at[np.diff(meeting[at], prepend=-1) > 0]
    return found


def _spans(volumes: FlightVolumes, legs: Floats, axes: Floats, frames: Floats) -> tuple[Floats, Floats]:
    """(n, 2 g) twice: from where to where each core reaches along each of its axes."""
    start, end = along(legs[:2].T[:, None], axes), along(legs[2:].T[:, None], axes)
    low, high = np.minimum(start, end), np.maximum(start, end)
    for i in np.flatnonzero(volumes.records["area"] >= 0).tolist():
        corners = shapely.get_coordinates(core_in(volumes, i, *frames[i].tolist()))
        reached = along(corners[:, None], axes[i])
        low[i], high[i] = reached.min(axis=0), reached.max(axis=0)
    return low, high
