"""Where and when volumes lie, as one bigint a cell, so that a B-tree can narrow four dimensions to a few ranges.

A key is `day | level | row | column | slot`. The day stands highest: a plan asks one range a level, cell and day, and
expired rows are the left end of the index. Each volume is entered at the finest level where it takes at most 64 keys:

level 0   1 km × 30 min     cells of 0.01 degrees
level 1   8 km × the day    cells of 0.08 degrees
level 2   everywhere × the day

What stands for many days is entered at level 1 or 2 of a day that is always: entered everywhere for each day, a
thousand corridors held for a year would be read by every look-up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.flight import FlightVolumes
from shared.flight.records import joined as joined_volumes
from shared.ragged import spread

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
Index = NDArray[np.intp]

DAY_US = 86_400_000_000
SLOT_US = 1_800_000_000
SLOTS_A_DAY = DAY_US // SLOT_US
CELLS_A_DEGREE = 100
COARSE = 8  # cells of level 0 in one of level 1, each way
SPARE_DEGREES = 1e-7  # a centimetre: touching counts, whatever the rounding
MIXED = -1
MOST_KEYS = 64  # of one volume
MOST_DAYS = 7  # of a wide volume that is entered day by day
MOST_CELLS = 2_048  # a wider volume is looked up by the boxes of whole plans instead

_ROWS, _COLUMNS, _LEVELS = 2**15, 2**16, 4
_DAY_SHIFT, _LEVEL_SHIFT, _ROW_SHIFT, _COLUMN_SHIFT = 39, 37, 22, 6
_ALWAYS = 2**23 - 1  # the day of what stands for many: after every other, so that it does not expire with them
_NONE = np.empty(0, np.int64)
_KEY, _CELL = 0, _COLUMN_SHIFT  # what rows are united by: the whole key, or the key without its slot


@dataclass(frozen=True, slots=True)
class Boxes:
    """Struct of arrays: the bounds of each volume, in degrees, metres and microseconds."""

    plan: Longs  # which plan it is of: 0, 1, ...
    west: Floats
    south: Floats
    east: Floats
    north: Floats
    lower_m: Floats
    upper_m: Floats
    reference: Longs  # of the heights; MIXED where several were united, and then they say nothing
    start_us: Longs  # half-open [start, end)
    end_us: Longs

    def take(self, index: NDArray[np.intp] | NDArray[np.bool_]) -> "Boxes":
        """The chosen ones."""
        return Boxes(*(getattr(self, name)[index] for name in self.__slots__))


def joined(parts: Sequence[Boxes]) -> Boxes:
    """All of them together."""
    return Boxes(*(np.concatenate([getattr(part, name) for part in parts]) for name in Boxes.__slots__))


def boxes_of(flights: Sequence[FlightVolumes]) -> Boxes:
    """The boxes of all volumes of the flights."""
    volumes, plan = joined_volumes(flights)
    records = volumes.records
    west, south, east, north = volumes.boxes.T
    return Boxes(
        plan=plan,
        west=west - SPARE_DEGREES,
        south=south - SPARE_DEGREES,
        east=east + SPARE_DEGREES,
        north=north + SPARE_DEGREES,
        lower_m=records["lower_m"],
        upper_m=records["upper_m"],
        reference=records["reference"].astype(np.int64),
        start_us=records["start_us"],
        end_us=records["end_us"],
    )


@dataclass(frozen=True, slots=True)
class Cells:
    """Boxes united by plan and cell: `low` and `high` are the first and last key, the same where it is one key."""

    low: Longs
    high: Longs
    boxes: Boxes


def entered(boxes: Boxes) -> Cells:
    """One row for each key that a plan's volumes are found under, with the united box of those volumes."""
    grid = _Grid(boxes)
    fine = grid.cells(1) * grid.slots() <= MOST_KEYS
    coarse = ~fine & (grid.cells(COARSE) * grid.days() <= MOST_KEYS)
    long = ~fine & ~coarse & (grid.days() > MOST_DAYS)
    wide = grid.cells(COARSE) > MOST_KEYS
    parts = [
        _spread(boxes, np.flatnonzero(fine), 0, by_slot=True),
        _spread(boxes, np.flatnonzero(coarse), 1),
        _spread(boxes, np.flatnonzero(~fine & ~coarse & ~long), 2),
        _spread(boxes, np.flatnonzero(long & ~wide), 1, always=True),
        _spread(boxes, np.flatnonzero(long & wide), 2, always=True),
    ]
    return _united(boxes, parts, _KEY)


def asked(boxes: Boxes) -> tuple[Cells, Longs]:
    """The ranges that find whatever was entered where the boxes are, and the plans too wide for ranges."""
    grid = _Grid(boxes)
    wide = np.unique(boxes.plan[grid.cells(1) * grid.days() > MOST_CELLS])
    narrow = np.flatnonzero(~np.isin(boxes.plan, wide)) if len(wide) else np.arange(len(boxes.plan))
    parts = [_spread(boxes, narrow, level) for level in (0, 1, 2)]
    parts += [_spread(boxes, narrow, level, always=True) for level in (1, 2)]
    return _united(boxes, parts, _CELL), wide


@dataclass(frozen=True, slots=True)
class Extents:
    """Struct of arrays, a plan each: the box round its volumes, and the time from first start to last end."""

    west: Floats
    south: Floats
    east: Floats
    north: Floats
    start_us: Longs
    end_us: Longs


def extents_of(flights: Sequence[FlightVolumes]) -> Extents:
    """What each flight spans, all in one pass: one by one they cost more than the rest of writing them."""
    boxes = boxes_of(flights)
    starts = np.searchsorted(boxes.plan, np.arange(len(flights)))
    least, most = np.minimum.reduceat, np.maximum.reduceat
    return Extents(
        west=least(boxes.west, starts),
        south=least(boxes.south, starts),
        east=most(boxes.east, starts),
        north=most(boxes.north, starts),
        start_us=least(boxes.start_us, starts),
        end_us=most(boxes.end_us, starts),
    )


def day_key(at_us: int) -> int:
    """The first key of the day of an instant: every key below it is of days before."""
    return (at_us // DAY_US) << _DAY_SHIFT


ALWAYS_KEY = _ALWAYS << _DAY_SHIFT  # the first of those that are of no day


class _Grid:
    """How many cells, slots and days each box touches."""

    def __init__(self, boxes: Boxes) -> None:
        self._boxes = boxes

    def cells(self, size: int) -> Longs:
        columns = _column(self._boxes.east, size) - _column(self._boxes.west, size) + 1
        rows = _row(self._boxes.north, size) - _row(self._boxes.south, size) + 1
        return columns * rows

    def slots(self) -> Longs:
        return (self._boxes.end_us - 1) // SLOT_US - self._boxes.start_us // SLOT_US + 1

    def days(self) -> Longs:
        return (self._boxes.end_us - 1) // DAY_US - self._boxes.start_us // DAY_US + 1


def _column(longitude: Floats, size: int) -> Longs:
    return _cell((longitude + 180.0) * CELLS_A_DEGREE, _COLUMNS) // size


def _row(latitude: Floats, size: int) -> Longs:
    return _cell((latitude + 90.0) * CELLS_A_DEGREE, _ROWS) // size


def _cell(measure: Floats, count: int) -> Longs:
    inside: Longs = np.minimum(np.maximum(measure, 0.0), count - 1.0).astype(np.int64)
    return inside


@dataclass(frozen=True, slots=True)
class _Spread:
    """Rows for cells: their first and last key, and which box each is of."""

    low: Longs
    high: Longs
    box: Index


def _spread(boxes: Boxes, chosen: Index, level: int, *, by_slot: bool = False, always: bool = False) -> _Spread:
    """A row for each cell and day a box touches, with the range of its slots there.

    Or `by_slot` for each slot, with one key; or for each cell alone, of no day (`always`).
    """
    if not len(chosen):
        return _Spread(_NONE, _NONE, chosen)
    size = COARSE if level == 1 else 1
    zero = np.zeros(len(chosen), np.int64)
    west, east = (zero, zero) if level == 2 else (_column(side[chosen], size) for side in (boxes.west, boxes.east))
    south, north = (zero, zero) if level == 2 else (_row(side[chosen], size) for side in (boxes.south, boxes.north))
    period = SLOT_US if by_slot else DAY_US
    first, last = boxes.start_us[chosen] // period, (boxes.end_us[chosen] - 1) // period
    if always:
        first = last = zero + _ALWAYS
    columns, rows = east - west + 1, north - south + 1
    source, step = spread(columns * rows * (last - first + 1))
    column = west[source] + step % columns[source]
    row = south[source] + step // columns[source] % rows[source]
    when = first[source] + step // (columns * rows)[source]
    day = when // SLOTS_A_DAY if by_slot else when
    cell = (day << _DAY_SHIFT) | (level << _LEVEL_SHIFT) | (row << _ROW_SHIFT) | (column << _COLUMN_SHIFT)
    box = chosen[source]
    if by_slot:
        low = high = cell | when % SLOTS_A_DAY
    elif level == 0:
        low = cell | np.maximum(boxes.start_us[box] // SLOT_US - day * SLOTS_A_DAY, 0)
        high = cell | np.minimum((boxes.end_us[box] - 1) // SLOT_US - day * SLOTS_A_DAY, SLOTS_A_DAY - 1)
    else:
        low = high = cell
    return _Spread(low, high, box)


def _united(boxes: Boxes, parts: Sequence[_Spread], unit: int) -> Cells:
    """One row for each plan and unit, with its boxes and ranges united."""
    low = np.concatenate([part.low for part in parts])
    high = np.concatenate([part.high for part in parts])
    box = np.concatenate([part.box for part in parts])
    group, plan = low >> unit, boxes.plan[box]
    order = np.lexsort((group, plan))
    if not len(order):
        return Cells(low, high, boxes.take(box))
    group, plan, box = group[order], plan[order], box[order]
    starts = np.flatnonzero(np.r_[True, (group[1:] != group[:-1]) | (plan[1:] != plan[:-1])])
    least = partial(_each, np.minimum, box, starts)
    most = partial(_each, np.maximum, box, starts)
    reference = least(boxes.reference)
    united = Boxes(
        plan=plan[starts],
        west=least(boxes.west),
        south=least(boxes.south),
        east=most(boxes.east),
        north=most(boxes.north),
        lower_m=least(boxes.lower_m),
        upper_m=most(boxes.upper_m),
        reference=np.where(reference != most(boxes.reference), MIXED, reference),
        start_us=least(boxes.start_us),
        end_us=most(boxes.end_us),
    )
    return Cells(np.minimum.reduceat(low[order], starts), np.maximum.reduceat(high[order], starts), united)


def _each(choose: np.ufunc, order: NDArray[np.intp], starts: NDArray[np.intp], values: NDArray[Any]) -> NDArray[Any]:
    return choose.reduceat(values[order], starts)
