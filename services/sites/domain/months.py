"""Calendar months in the city's time. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

_WRITTEN = re.compile(r"(\d{4})-(0[1-9]|1[0-2])").fullmatch


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of a year, written `2026-11`."""

    year: int
    number: int  # 1 to 12

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"

    def plus(self, months: int) -> "Month":
        """So many months later, or earlier."""
        years, number = divmod(self.number - 1 + months, 12)
        return Month(self.year + years, number + 1)

    def starts_at(self, timezone: ZoneInfo) -> datetime:
        """Its first instant."""
        return datetime(self.year, self.number, 1, tzinfo=timezone)

    def ends_at(self, timezone: ZoneInfo) -> datetime:
        """The first instant of the next one: what took effect before it belongs to the month."""
        return self.plus(1).starts_at(timezone)


def parse_month(text: str) -> Month:
    """`2026-11` as a month. Raises ValueError."""
    match = _WRITTEN(text)
    if match is None:
        raise ValueError(f"{text!r} is no month such as 2026-11")
    return Month(int(match[1]), int(match[2]))


def month_of(instant: datetime, timezone: ZoneInfo) -> Month:
    """The month an instant lies in."""
    local = instant.astimezone(timezone)
    return Month(local.year, local.month)


def months(first: Month, last: Month) -> Iterator[Month]:
    """Every month from the first to the last one."""
    while first <= last:
        yield first
        first = first.plus(1)
