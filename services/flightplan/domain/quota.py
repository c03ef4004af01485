"""How much of a day's airspace one operator may plan to take. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo


@dataclass(frozen=True, slots=True)
class Quota:
    """At most so many square kilometres times hours by all plans of an operator that leave on one civil day."""

    most_km2_h_a_day: float
    timezone: tzinfo


def day_span(day: date, quota: Quota) -> tuple[datetime, datetime]:
    """The civil day's first instant, and that of the next."""
    first, after = (datetime.combine(each, time(0), quota.timezone) for each in (day, day + timedelta(days=1)))
    return first, after
