"""`Schedule`: when a zone with daily periods is active, as sorted instants. Pure.

Rules (ED-318 `limited_applicability`): a day is the local date of the clock's own offset, else the city's; an end that
is not after its start is the next day's; events of the sun are those at the zone's centroid, rounded outwards to the
minute; where the sun does not rise or set the zone is active all day.

A chunk of days is worked out when somebody first asks about it and kept: a look-up is then two bisections.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Final

from services.airspace.domain.daylight import ceil_minute, event_at, floor_minute
from shared.contracts.zones import DailyPeriod, DaylightEvent, TimePeriod, Weekday
from shared.flight.records import FOREVER_US, from_us, to_us

CHUNK_DAYS: Final = 8
LONGEST_ASKED_DAYS: Final = 400  # what asks about longer than this, a route, meets the schedule at some time
_CHUNK_US: Final = CHUNK_DAYS * 86_400_000_000
_MOST_CHUNKS: Final = 64
_DAY: Final = timedelta(days=1)
_OFFSET: Final = re.compile(r"(Z|[+-]\d\d:\d\d)$")
_WEEKDAYS: Final = (Weekday.MON, Weekday.TUE, Weekday.WED, Weekday.THU, Weekday.FRI, Weekday.SAT, Weekday.SUN)

Span = tuple[int, int]  # microseconds since 1970 UTC, half-open
Chunk = tuple[list[int], list[int]]  # starts and ends of spans that neither overlap nor touch


class Schedule:
    """The instants at which a zone's periods hold; `lng`, `lat` its centroid, `city_time` for clocks without offset."""

    def __init__(self, periods: Sequence[TimePeriod], lng: float, lat: float, city_time: tzinfo) -> None:
        self._periods = periods
        self._lng, self._lat, self._city_time = lng, lat, city_time
        self._chunks: dict[int, Chunk] = {}

    @property
    def hull(self) -> Span:
        """From the first period's start to the last one's end."""
        starts = [_start_us(period) for period in self._periods]
        return min(starts), max(_end_us(period) for period in self._periods)

    def overlap(self, start_us: int, end_us: int) -> Span | None:
        """The first and last instant of `[start_us, end_us)` at which the zone is active; None where there is none.

        What lasts longer than `LONGEST_ASKED_DAYS` meets it, from the hull's start to its end.
        """
        number = start_us // _CHUNK_US
        if (end_us - 1) // _CHUNK_US == number:
            return _overlap(self._chunk(number), start_us, end_us)
        return self._long_overlap(start_us, end_us)

    def spans(self, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
        """The active spans that meet `[start, end)`, not cut to it; for people and tests."""
        found = _merged(self._between(to_us(start), to_us(end)))
        return [(from_us(one), from_us(two)) for one, two in found if one < to_us(end) and two > to_us(start)]

    def _long_overlap(self, start_us: int, end_us: int) -> Span | None:
        hull = self.hull
        start_us, end_us = max(start_us, hull[0]), min(end_us, hull[1])
        if start_us >= end_us:
            return None
        if end_us - start_us > LONGEST_ASKED_DAYS * 86_400_000_000:
            return start_us, end_us
        numbers = range(start_us // _CHUNK_US, (end_us - 1) // _CHUNK_US + 1)
        found = [span for n in numbers if (span := _overlap(self._chunk(n), start_us, end_us))]
        return (found[0][0], found[-1][1]) if found else None

    def _chunk(self, number: int) -> Chunk:
        chunk = self._chunks.get(number)
        if chunk is None:
            spans = _merged(self._between(number * _CHUNK_US, (number + 1) * _CHUNK_US))
            chunk = [start for start, _ in spans], [end for _, end in spans]
            if len(self._chunks) >= _MOST_CHUNKS:
                self._chunks = {}  # whoever reads the old one keeps it
            self._chunks[number] = chunk
        return chunk

    def _between(self, start_us: int, end_us: int) -> Iterator[Span]:
        """Every span that meets the window, and some around it."""
        for period in self._periods:
            first, last = _start_us(period), _end_us(period)
            if first >= end_us or last <= start_us:
                continue
            if not period.schedule:
                yield first, last
            for daily in period.schedule:
                for start, end in self._daily(daily, from_us(start_us), from_us(end_us)):
                    begin, stop = max(to_us(start), first), min(to_us(end), last)
                    if begin < stop:
                        yield begin, stop

    def _daily(self, daily: DailyPeriod, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The daily period's spans on the days from two before the window to one after it."""
        zone = _zone_of(daily) or self._city_time
        day, last = start.astimezone(zone).date() - 2 * _DAY, end.astimezone(zone).date() + _DAY
        while day <= last:
            if Weekday.ANY in daily.day or _WEEKDAYS[day.weekday()] in daily.day:
                yield self._span(daily, day, zone)
            day += _DAY

    def _span(self, daily: DailyPeriod, day: date, zone: tzinfo) -> tuple[datetime, datetime]:
        start = self._start(daily, day, zone)
        end = self._end(daily, day, zone)
        if start is None or end is None:
            return self._all_day(daily, day, zone, start, end)
        if end <= start:
            end = self._end(daily, day + _DAY, zone)
        return (start, end) if end is not None else self._all_day(daily, day, zone, start, None)

    def _all_day(
        self, daily: DailyPeriod, day: date, zone: tzinfo, start: datetime | None, end: datetime | None
    ) -> tuple[datetime, datetime]:
        """No such event: the whole day, and the night after it where the period may run into it."""
        midnight, next_midnight = _midnight(day, zone), _midnight(day + _DAY, zone)
        if start is not None:
            return min(start, midnight), max(next_midnight, start + _DAY)
        into_night = daily.start_event in (DaylightEvent.SS, DaylightEvent.EECT)
        return midnight, max(next_midnight + _DAY * into_night, end or next_midnight)

    def _start(self, daily: DailyPeriod, day: date, zone: tzinfo) -> datetime | None:
        if daily.start_event:
            event = self._event(daily.start_event, day, zone)
            return event and floor_minute(event)
        return _at(day, daily.start_time, zone)

    def _end(self, daily: DailyPeriod, day: date, zone: tzinfo) -> datetime | None:
        if daily.end_event:
            event = self._event(daily.end_event, day, zone)
            return event and ceil_minute(event)
        return _at(day, daily.end_time, zone)

    def _event(self, event: DaylightEvent, day: date, zone: tzinfo) -> datetime | None:
        """The event on a local date: not on the date that UTC has then, which in China is the day before."""
        for solar_day in (day, day - _DAY, day + _DAY):
            instant = event_at(event, solar_day, self._lng, self._lat)
            if instant is not None and instant.astimezone(zone).date() == day:
                return instant
        return None


def _overlap(chunk: Chunk, start_us: int, end_us: int) -> Span | None:
    starts, ends = chunk
    first = bisect_right(ends, start_us)
    last = bisect_left(starts, end_us) - 1
    if first > last:
        return None
    return max(starts[first], start_us), min(ends[last], end_us)


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((start, end))
    return merged


def _start_us(period: TimePeriod) -> int:
    return -FOREVER_US if period.starts_at is None else to_us(period.starts_at)


def _end_us(period: TimePeriod) -> int:
    return FOREVER_US if period.ends_at is None else to_us(period.ends_at)


def _zone_of(daily: DailyPeriod) -> tzinfo | None:
    """The offset that the period's clocks say, the start's first; None where none says any."""
    for text in (daily.start_time, daily.end_time):
        if text and (found := _OFFSET.search(text)):
            return _offset(found[1])
    return None


def _offset(text: str) -> tzinfo:
    if text == "Z":
        return UTC
    hours, minutes = text[1:].split(":")
    ahead = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-ahead if text[0] == "-" else ahead)


def _at(day: date, text: str | None, zone: tzinfo) -> datetime:
    """The clock's time on the day, by its own offset where it has one; midnight where it says nothing."""
    if text is None:
        return _midnight(day, zone)
    found = _OFFSET.search(text)
    clock = time.fromisoformat(text[: found.start()] if found else text)
    return datetime.combine(day, clock, _offset(found[1]) if found else zone).astimezone(UTC)


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
