"""How a count may go on: a bootstrap of its monthly increments. Pure, and the same for the same series."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

FEWEST_MONTHS: Final = 3
WINDOW_MONTHS: Final = 12
DRAWS: Final = 4_000
LOW, HIGH = 10, 90  # percentiles
METHOD: Final = "bootstrap of the last 12 monthly increments at most: median and 80 % interval of 4000 draws"
_SEED: Final = 20_260_101  # fixed, so that a report of a past month comes out the same


@dataclass(frozen=True, slots=True)
class Band:
    """A number so many months ahead: the median, and the interval that holds 80 % of what was drawn."""

    low: float
    mid: float
    high: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """Bands month by month, and after how many months the target is reached; None: not within the horizon."""

    bands: tuple[Band, ...]
    reached_early: int | None
    reached_mid: int | None
    reached_late: int | None


def forecast(series: Sequence[int], target: int, months_ahead: int) -> Forecast | None:
    """The bands for the months after the series; None where it has fewer than 3 increments.

    With counts y_0 … y_n at the ends of months, increments d_i = y_i - y_(i-1) for the last 12 months at most, and
    D drawn from them independently with replacement:

        Y_k = max(0, y_n + D_1 + … + D_k),   band_k = (Q_10, Q_50, Q_90) of Y_k over 4,000 draws,
        months to target T = min { k : Y_k >= T };  early, mid, late are its 10th, 50th and 90th percentiles.

    It assumes that months to come are like the months gone by and do not depend on each other: no season, no plan.
    """
    increments = np.diff(np.asarray(series, dtype=np.int64))[-WINDOW_MONTHS:]
    if len(increments) < FEWEST_MONTHS:
        return None
    chance = np.random.default_rng(_SEED)
    steps = chance.choice(increments, size=(DRAWS, months_ahead))
    paths = np.maximum(0, series[-1] + np.cumsum(steps, axis=1))
    low, mid, high = np.percentile(paths, (LOW, 50, HIGH), axis=0)
    bands = tuple(Band(*(round(float(value), 1) for value in band)) for band in zip(low, mid, high, strict=True))
    early, middle, late = _reached(paths, series[-1], target, months_ahead)
    return Forecast(bands, early, middle, late)


def _reached(paths: np.ndarray, last: int, target: int, months_ahead: int) -> list[int | None]:
    if last >= target:
        return [0, 0, 0]
    there = paths >= target
    months = np.where(there.any(axis=1), there.argmax(axis=1) + 1, months_ahead + 1)
    found = (int(value) for value in np.percentile(months, (LOW, 50, HIGH), method="higher"))
    return [value if value <= months_ahead else None for value in found]
