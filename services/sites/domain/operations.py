"""What happens at a site: movements, how it stands for the day, and how much of its capacity is used. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.sites.domain.errors import EventDiffers, InvalidPeriod, NotYetHappened
from services.sites.domain.life import CLOCK_SKEW
from shared.contracts.inbound import SiteMovementReported, SiteStatusReported
from shared.contracts.sites import Movement, SiteSpec

HOUR: Final = timedelta(hours=1)
LONGEST_PERIOD: Final = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class KnownStatus:
    """A status as it is kept: the highest number among those that hold at an instant counts."""

    number: int
    report: SiteStatusReported


@dataclass(frozen=True, slots=True, kw_only=True)
class HourUsed:
    """What moved in an hour, and which share of the capacity that is, where the site states one."""

    starts_at: datetime
    takeoffs: int
    landings: int
    diversions: int
    movements: int
    capacity: float | None
    used: float | None


def check_movement(report: SiteMovementReported, known: SiteMovementReported | None, now: datetime) -> bool:
    """True of a new one, False of one told again. Raises NotYetHappened, EventDiffers."""
    if known is not None:
        if known != report:
            raise EventDiffers(report.event_id)
        return False
    if report.at > now + CLOCK_SKEW:
        raise NotYetHappened(report.at)
    return True


def check_status(report: SiteStatusReported, known: SiteStatusReported | None) -> bool:
    """True of a new one, False of one told again. Raises InvalidPeriod, EventDiffers."""
    if known is not None:
        if known != report:
            raise EventDiffers(report.event_id)
        return False
    if report.ends_at is not None and report.ends_at <= report.starts_at:
        raise InvalidPeriod("must be after starts_at", field="ends_at")
    return True


def check_period(since: datetime, until: datetime) -> None:
    """Raises InvalidPeriod unless it is some time, and not too much."""
    if not timedelta(0) < until - since <= LONGEST_PERIOD:
        raise InvalidPeriod(f"must be after from, by at most {LONGEST_PERIOD.days} days", field="to")


def hourly_capacity(spec: SiteSpec) -> float | None:
    """Movements that the site takes in an hour."""
    return None if spec.movements_per_window is None else spec.movements_per_window * 60 / spec.window_min


def hours(
    counts: Mapping[tuple[datetime, Movement], int], since: datetime, until: datetime, capacity: float | None
) -> list[HourUsed]:
    """Every hour that meets the period, with what moved in it; `since` begins an hour."""
    starts = (since + number * HOUR for number in range(-((since - until) // HOUR)))
    return [_hour(counts, at, capacity) for at in starts]


def _hour(counts: Mapping[tuple[datetime, Movement], int], at: datetime, capacity: float | None) -> HourUsed:
    by_kind = {movement: counts.get((at, movement), 0) for movement in Movement}
    total = sum(by_kind.values())
    return HourUsed(
        starts_at=at,
        takeoffs=by_kind[Movement.TAKEOFF],
        landings=by_kind[Movement.LANDING],
        diversions=by_kind[Movement.DIVERSION],
        movements=total,
        capacity=capacity,
        used=None if capacity is None else total / capacity,
    )


def key(report: SiteMovementReported | SiteStatusReported) -> tuple[str, str, str]:
    """What makes a report unique."""
    return report.site_id, report.reported_by, report.event_id
