"""When a zone with daily periods is active, day by day, and where the sun stands: own formulas, found by bisection."""

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Final

DAYS: Final = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
UNSURE_S: Final = 40.0  # the formulas are good to some seconds; a minute's edge nearer than this is left alone
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_BELOW_DEG: Final = {"SR": -0.833, "SS": -0.833, "BMCT": -6.0, "EECT": -6.0}


class Unsure(Exception):
    """The sun's event is too near a minute's edge, or there is none."""


def us(instant: datetime) -> int:
    """Microseconds since 1970."""
    return (instant - _EPOCH) // timedelta(microseconds=1)


def spans(
    period: dict[str, object], days: Sequence[date], lng: float, lat: float, offset_h: float
) -> list[tuple[int, int]]:
    """The daily period on each of the days. Raises Unsure."""
    return list(_spans(period, days, lng, lat, timezone(timedelta(hours=offset_h))))


def _spans(
    period: dict[str, object], days: Sequence[date], lng: float, lat: float, clock: timezone
) -> Iterator[tuple[int, int]]:
    wanted = period["day"]
    assert isinstance(wanted, list)
    for day in days:
        if "ANY" not in wanted and DAYS[day.weekday()] not in wanted:
            continue
        start = _moment(period, "start", day, lng, lat, clock)
        end = _moment(period, "end", day, lng, lat, clock)
        if end <= start:
            end = _moment(period, "end", day + timedelta(days=1), lng, lat, clock)
        yield us(start), us(end)


def _moment(period: dict[str, object], side: str, day: date, lng: float, lat: float, clock: timezone) -> datetime:
    event, text = period.get(f"{side}_event"), period.get(f"{side}_time")
    if event is not None:
        return to_minute(sun(str(event), day, lng, lat, clock), up=side == "end")
    hour, minute = (int(part) for part in str(text).split(":")[:2])
    return datetime.combine(day, time(hour, minute), clock).astimezone(UTC)


def to_minute(instant: datetime, *, up: bool) -> datetime:
    """Outwards to the whole minute. Raises Unsure near one."""
    seconds = instant.second + instant.microsecond / 1e6
    if seconds < UNSURE_S / 2 or seconds > 60 - UNSURE_S / 2:
        raise Unsure
    whole = instant.replace(second=0, microsecond=0)
    return whole + timedelta(minutes=1) if up else whole


def sun(event: str, day: date, lng: float, lat: float, clock: timezone) -> datetime:
    """When the sun's centre passes the event's height on that local day. Raises Unsure where it does not."""
    rising = event in ("SR", "BMCT")
    midnight = datetime.combine(day, time(), clock).astimezone(UTC)
    for minutes in range(0, 24 * 60, 10):
        one, two = midnight + timedelta(minutes=minutes), midnight + timedelta(minutes=minutes + 10)
        before, after = (height_deg(at, lng, lat) - _BELOW_DEG[event] for at in (one, two))
        if (before < 0 <= after) if rising else (before >= 0 > after):
            return _passes(one, two, _BELOW_DEG[event], lng, lat)
    raise Unsure


def _passes(one: datetime, two: datetime, level_deg: float, lng: float, lat: float) -> datetime:
    was = height_deg(one, lng, lat) < level_deg
    while two - one > timedelta(seconds=0.5):
        middle = one + (two - one) / 2
        one, two = (middle, two) if (height_deg(middle, lng, lat) < level_deg) == was else (one, middle)
    return one


def height_deg(instant: datetime, lng: float, lat: float) -> float:
    """Of the sun's centre over the horizon, without refraction: the Astronomical Almanac's short formulas."""
    n = (instant - datetime(2000, 1, 1, 12, tzinfo=UTC)) / timedelta(days=1)
    mean = math.radians((280.460 + 0.9856474 * n) % 360)
    anomaly = math.radians((357.528 + 0.9856003 * n) % 360)
    along = mean + math.radians(1.915 * math.sin(anomaly) + 0.020 * math.sin(2 * anomaly))
    tilt = math.radians(23.439 - 4e-7 * n)
    ascension = math.atan2(math.cos(tilt) * math.sin(along), math.cos(along))
    declination = math.asin(math.sin(tilt) * math.sin(along))
    turned = math.radians((280.46061837 + 360.98564736629 * n + lng) % 360) - ascension
    phi = math.radians(lat)
    return math.degrees(
        math.asin(math.sin(phi) * math.sin(declination) + math.cos(phi) * math.cos(declination) * math.cos(turned))
    )
