"""Sunrise, sunset and civil twilight at a place, by NOAA's equations (Meeus): seconds off, not minutes. Pure.

Own code because pure modules import no ephemeris; the tests hold it against one.
"""

import math
from datetime import UTC, date, datetime, timedelta
from typing import Final

from shared.contracts.zones import DaylightEvent

_J2000: Final = datetime(2000, 1, 1, 12, tzinfo=UTC)
_DAYS_A_CENTURY: Final = 36_525.0
# the sun's centre so far from the zenith: its radius and the refraction at the horizon; civil twilight
_ZENITH_DEG: Final = {
    DaylightEvent.SR: 90.833,
    DaylightEvent.SS: 90.833,
    DaylightEvent.BMCT: 96.0,
    DaylightEvent.EECT: 96.0,
}
_MORNING: Final = (DaylightEvent.BMCT, DaylightEvent.SR)


def is_morning(event: DaylightEvent) -> bool:
    """True for what the sun does before noon."""
    return event in _MORNING


def event_at(event: DaylightEvent, solar_day: date, lng: float, lat: float) -> datetime | None:
    """When the event comes in the solar day whose noon falls on that date of UTC shifted by the longitude.

    None where the sun does not come so far down, or up: near the poles.
    """
    side = -1.0 if is_morning(event) else 1.0
    noon = datetime(solar_day.year, solar_day.month, solar_day.day, 12, tzinfo=UTC) - timedelta(hours=lng / 15)
    instant = noon
    for _ in range(2):  # the sun moves on between noon and the event
        declination, equation_min = _sun(instant)
        angle = _hour_angle_deg(_ZENITH_DEG[event], lat, declination)
        if angle is None:
            return None
        instant = noon + timedelta(minutes=side * 4.0 * angle - equation_min)
    return instant


def _hour_angle_deg(zenith_deg: float, lat: float, declination: float) -> float | None:
    phi = math.radians(lat)
    level = math.cos(phi) * math.cos(declination)
    if abs(level) < 1e-12:
        return None
    cosine = (math.cos(math.radians(zenith_deg)) - math.sin(phi) * math.sin(declination)) / level
    return math.degrees(math.acos(cosine)) if -1.0 <= cosine <= 1.0 else None


def _sun(instant: datetime) -> tuple[float, float]:
    """The sun's declination in radians, and how far a sundial is ahead of the clock, in minutes."""
    t = (instant - _J2000) / timedelta(days=_DAYS_A_CENTURY)
    mean = math.radians((280.46646 + t * (36_000.76983 + t * 0.0003032)) % 360)
    anomaly = math.radians(357.52911 + t * (35_999.05029 - t * 0.0001537))
    eccentricity = 0.016708634 - t * (0.000042037 + t * 0.0000001267)
    node = math.radians(125.04 - 1_934.136 * t)
    centre = math.radians(
        math.sin(anomaly) * (1.914602 - t * (0.004817 + t * 0.000014))
        + math.sin(2 * anomaly) * (0.019993 - t * 0.000101)
        + math.sin(3 * anomaly) * 0.000289
    )
    longitude = mean + centre - math.radians(0.00569 + 0.00478 * math.sin(node))
    obliquity_s = 21.448 - t * (46.815 + t * (0.00059 - t * 0.001813))
    obliquity = math.radians(23 + (26 + obliquity_s / 60) / 60 + 0.00256 * math.cos(node))
    y = math.tan(obliquity / 2) ** 2
    equation = (
        y * math.sin(2 * mean)
        - 2 * eccentricity * math.sin(anomaly)
        + 4 * eccentricity * y * math.sin(anomaly) * math.cos(2 * mean)
        - y * y / 2 * math.sin(4 * mean)
        - 1.25 * eccentricity**2 * math.sin(2 * anomaly)
    )
    return math.asin(math.sin(obliquity) * math.sin(longitude)), 4 * math.degrees(equation)


def floor_minute(instant: datetime) -> datetime:
    """The minute that the instant is in."""
    return instant.replace(second=0, microsecond=0)


def ceil_minute(instant: datetime) -> datetime:
    """The first whole minute not before the instant."""
    floor = floor_minute(instant)
    return floor if floor == instant else floor + timedelta(minutes=1)
