"""A target's count by month, and how it may go on. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from services.sites.domain.forecast import METHOD, forecast
from services.sites.domain.history import History
from services.sites.domain.months import Month
from services.sites.domain.scope import EVERYTHING, Scope
from services.sites.domain.series import target_series
from shared.city import Target

HORIZON_MONTHS: Final = 36


@dataclass(frozen=True, slots=True)
class Point:
    """What counted toward the target when a month ended, or counts now in a month that is not over."""

    month: str
    count: int


@dataclass(frozen=True, slots=True)
class MonthBand:
    """A month to come: the median, and the interval that holds 80 % of what was drawn."""

    month: str
    low: float
    mid: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BurnUp:
    """A target's count by month; forecast from the months that are over, from the first in which anything was known.

    `reached_*`: the month in which the number is reached by the quick tenth, the half and nine tenths of the draws;
    null where not within 36 months. Without bands there are too few months to say anything.
    """

    target_id: str
    number: int
    points: tuple[Point, ...]
    bands: tuple[MonthBand, ...]
    reached_early: str | None
    reached_mid: str | None
    reached_late: str | None
    method: str


def burn_up(
    history: History,
    target: Target,
    wanted: Sequence[Month],
    timezone: ZoneInfo,
    now: datetime,
    scope: Scope = EVERYTHING,
) -> BurnUp:
    """The burn-up of a target over the months asked for."""
    counts = target_series(history, target, wanted, timezone, now, scope)
    began = history.starts_at()
    over = [
        (month, count)
        for month, count in zip(wanted, counts, strict=True)
        if month.ends_at(timezone) <= now and began is not None and month.ends_at(timezone) > began
    ]
    known = forecast([count for _, count in over], target.number, HORIZON_MONTHS)
    last = over[-1][0] if over else None

    def ahead(months: int | None) -> str | None:
        return None if months is None or last is None else str(last.plus(months))

    bands = known.bands if known else ()
    return BurnUp(
        target_id=target.target_id,
        number=target.number,
        points=tuple(Point(str(month), count) for month, count in zip(wanted, counts, strict=True)),
        bands=tuple(
            MonthBand(ahead(place + 1) or "", each.low, each.mid, each.high) for place, each in enumerate(bands)
        ),
        reached_early=ahead(known.reached_early) if known else None,
        reached_mid=ahead(known.reached_mid) if known else None,
        reached_late=ahead(known.reached_late) if known else None,
        method=METHOD,
    )
