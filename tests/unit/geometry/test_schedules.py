"""Daily schedules: by the clock, by the sun, across midnight; and what a zone with one does to a flight."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from astral import Observer
from astral.sun import dawn, dusk, sunrise, sunset
from hypothesis import given, settings
from hypothesis import strategies as st

from services.airspace.domain.assess import assess
from services.airspace.domain.daylight import ceil_minute, event_at, floor_minute
from services.airspace.domain.schedules import CHUNK_DAYS, Schedule
from services.airspace.domain.zone_index import ZoneIndex, zone_hit
from services.airspace.domain.zones import zone
from shared.contracts.zones import DailyPeriod, DaylightEvent, TimePeriod, Weekday
from shared.flight import volumes
from shared.flight.records import FOREVER_US, from_us, to_us
from tests.unit.geometry.worlds import FLAT, NOW, RULES, circle, flight, request, slab, waypoint, zoned

CITY = ZoneInfo("Asia/Shanghai")
WUHAN = (114.3, 30.6)
DAY = timedelta(days=1)
SUNDAY = Weekday.SUN
BY_EVENT = {DaylightEvent.SR: sunrise, DaylightEvent.SS: sunset, DaylightEvent.BMCT: dawn, DaylightEvent.EECT: dusk}


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CITY)


def schedule(*daily: DailyPeriod, at: tuple[float, float] = WUHAN, **period: Any) -> Schedule:
    return Schedule([TimePeriod(schedule=daily, **period)], *at, CITY)


def active(of: Schedule, instant: datetime) -> bool:
    return of.overlap(to_us(instant), to_us(instant) + 1) is not None


@given(
    st.dates(date(2020, 1, 1), date(2040, 12, 31)),
    st.floats(-179, 179),
    st.floats(-54, 54),  # beyond, the ephemeris itself is a minute off
    st.sampled_from(DaylightEvent),
)
@settings(max_examples=200, deadline=None)
def test_the_sun_is_where_an_ephemeris_says(day: date, lng: float, lat: float, event: DaylightEvent) -> None:
    ours = event_at(event, day, lng, lat)
    try:
        candidates = [BY_EVENT[event](Observer(lat, lng), day + n * DAY, tzinfo=UTC) for n in (-1, 0, 1)]
    except ValueError:  # the sun does not come so far down on one of the days
        return
    assert ours is not None
    assert min(abs(ours - theirs) for theirs in candidates) < timedelta(minutes=1)


def test_wuhans_sunrise_is_on_its_own_day() -> None:
    """In UTC the sun rises on the day before: asked so, the answer would be a day off."""
    daylight = schedule(DailyPeriod(day=[Weekday.MON], start_event=DaylightEvent.SR, end_event=DaylightEvent.SS))
    ((start, end),) = daylight.spans(local("2026-11-23T00:00"), local("2026-11-24T00:00"))  # a Monday
    assert start.astimezone(CITY).date() == end.astimezone(CITY).date() == date(2026, 11, 23)
    rises = sunrise(Observer(30.6, 114.3), date(2026, 11, 23), tzinfo=CITY)
    sets = sunset(Observer(30.6, 114.3), date(2026, 11, 23), tzinfo=CITY)
    assert start == start.replace(second=0, microsecond=0)
    assert timedelta(0) <= rises - start < timedelta(minutes=1, seconds=20)
    assert timedelta(0) <= end - sets < timedelta(minutes=1, seconds=20)


def test_a_night_runs_into_the_next_day() -> None:
    night = schedule(DailyPeriod(day=[Weekday.SUN], start_time="22:00", end_time="06:00"))
    assert not active(night, local("2026-11-22T21:59:59"))
    assert active(night, local("2026-11-22T22:00"))
    assert active(night, local("2026-11-23T05:59:59"))
    assert not active(night, local("2026-11-23T06:00"))
    assert not active(night, local("2026-11-23T23:00"))
    dark = schedule(DailyPeriod(day=[Weekday.SUN], start_event=DaylightEvent.EECT, end_event=DaylightEvent.BMCT))
    assert active(dark, local("2026-11-22T23:00"))
    assert active(dark, local("2026-11-23T05:00"))
    assert not active(dark, local("2026-11-23T23:00"))


@pytest.mark.parametrize(
    ("daily", "inside", "outside"),
    [
        # the clock's own offset makes the day: 23:00Z on a Sunday is Monday morning in Wuhan
        (DailyPeriod(day=[SUNDAY], start_time="23:00Z", end_time="23:30Z"), "2026-11-23T07:15", "2026-11-22T07:15"),
        (DailyPeriod(day=[SUNDAY], start_time="23:00+08:00", end_time="23:30"), "2026-11-22T23:15", "2026-11-23T07:15"),
        (DailyPeriod(day=[Weekday.SAT]), "2026-11-21T00:00", "2026-11-22T00:00"),
        (DailyPeriod(start_time="12:00"), "2026-11-22T23:59", "2026-11-22T11:59"),
        (DailyPeriod(end_time="12:00"), "2026-11-22T00:00", "2026-11-22T12:00"),
        (DailyPeriod(start_time="08:00", end_time="08:00"), "2026-11-22T07:59", None),
    ],
)  # fmt: skip
def test_days_and_clocks(daily: DailyPeriod, inside: str, outside: str | None) -> None:
    assert active(schedule(daily), local(inside))
    assert outside is None or not active(schedule(daily), local(outside))


@pytest.mark.parametrize("day", [date(2026, 6, 21), date(2026, 12, 21)])
def test_where_the_sun_neither_rises_nor_sets_the_zone_is_active_all_day(day: date) -> None:
    north = (25.0, 78.0)
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=CITY)
    for start, end in ((DaylightEvent.SR, DaylightEvent.SS), (DaylightEvent.SS, DaylightEvent.SR)):
        lit = schedule(DailyPeriod(start_event=start, end_event=end), at=north)
        assert all(active(lit, noon + timedelta(hours=h)) for h in range(-12, 13))
    only = schedule(DailyPeriod(start_time="20:00", end_event=DaylightEvent.SR), at=north)
    assert all(active(only, noon + timedelta(hours=h)) for h in range(-12, 13))


times = st.times().map(lambda t: f"{t:%H:%M}")
dailies = st.builds(
    DailyPeriod,
    day=st.lists(st.sampled_from(Weekday), min_size=1, max_size=7),
    start_time=times,
    end_time=times,
)
instants = st.integers(0, 2 * 365 * 86_400).map(lambda s: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=s))


@given(st.lists(dailies, min_size=1, max_size=3), instants, st.timedeltas(timedelta(seconds=1), timedelta(days=20)))
@settings(max_examples=80, deadline=None)
def test_look_ups_agree_with_the_rule_read_minute_by_minute(
    daily: Sequence[DailyPeriod], start: datetime, lasts: timedelta
) -> None:
    """By clock only: a local minute is in where its day, or the night of the day before, has it."""

    def rule(instant: datetime) -> bool:
        here = instant.astimezone(CITY)
        return any(_on(each, here, back) for each in daily for back in (0, 1))

    end = start + lasts
    found = schedule(*daily).overlap(to_us(start), to_us(end))
    step = max(timedelta(minutes=1), lasts / 200)
    minutes = [start + i * step for i in range(int(lasts / step) + 1) if start + i * step < end]
    held = [minute for minute in minutes if rule(minute)]
    if found is None:
        assert not held
        return
    first, last = (from_us(us) for us in found)
    assert start <= first < last <= end
    assert rule(first)
    assert rule(last - timedelta(microseconds=1))
    assert all(first <= minute < last for minute in held)


def _on(daily: DailyPeriod, here: datetime, back: int) -> bool:
    day = (here - back * DAY).date()
    if Weekday.ANY not in daily.day and list(Weekday)[day.weekday()] not in daily.day:
        return False
    begin = datetime.fromisoformat(f"{day}T{daily.start_time}").replace(tzinfo=CITY)
    stop = datetime.fromisoformat(f"{day}T{daily.end_time}").replace(tzinfo=CITY)
    return begin <= here < (stop if stop > begin else stop + DAY)


@given(instants, st.sampled_from(DaylightEvent))
@settings(max_examples=50, deadline=None)
def test_rounding_outwards_never_shortens(instant: datetime, event: DaylightEvent) -> None:
    found = event_at(event, instant.date(), *WUHAN)
    assert found is not None
    assert floor_minute(found) <= found <= ceil_minute(found)
    assert ceil_minute(found) - floor_minute(found) in (timedelta(0), timedelta(minutes=1))
    assert ceil_minute(floor_minute(found)) == floor_minute(found)


def test_periods_bound_their_days() -> None:
    daily = DailyPeriod(start_time="08:00", end_time="20:00")
    of = schedule(daily, starts_at=local("2026-11-22T10:00"), ends_at=local("2026-11-23T09:00"))
    assert of.spans(local("2026-11-20T00:00"), local("2026-11-30T00:00")) == [
        (local("2026-11-22T10:00"), local("2026-11-22T20:00")),
        (local("2026-11-23T08:00"), local("2026-11-23T09:00")),
    ]
    assert of.hull == (to_us(local("2026-11-22T10:00")), to_us(local("2026-11-23T09:00")))
    assert of.overlap(-FOREVER_US, FOREVER_US) == of.overlap(*of.hull) == (of.hull[0], of.hull[1])
    two = Schedule(
        [TimePeriod(ends_at=local("2026-11-22T10:00")), TimePeriod(starts_at=local("2026-11-23T10:00"))], *WUHAN, CITY
    )
    assert active(two, local("2026-11-22T09:59"))
    assert not active(two, local("2026-11-22T12:00"))
    assert active(two, local("2026-11-23T10:00"))


def test_spans_run_on_over_the_seams_of_chunks() -> None:
    weekly = schedule(DailyPeriod(start_time="22:00", end_time="04:00"))
    for number in range(5):
        seam = from_us(to_us(local("2026-11-22T00:00")) // (86_400_000_000 * CHUNK_DAYS) * 86_400_000_000 * CHUNK_DAYS)
        seam += number * CHUNK_DAYS * DAY  # 08:00 in Wuhan: not active
        assert weekly.overlap(to_us(seam - timedelta(hours=6)), to_us(seam + timedelta(hours=16))) == (
            to_us(seam - timedelta(hours=6)),
            to_us(seam + timedelta(hours=16)),
        )
        assert weekly.overlap(to_us(seam - timedelta(hours=1)), to_us(seam + timedelta(hours=1))) is None


NIGHTLY = {"limited_applicability": (TimePeriod(schedule=(DailyPeriod(start_time="12:02", end_time="06:00"),)),)}


def test_a_zone_binds_in_its_active_periods_only() -> None:
    """The flight takes off at 12:00 in Wuhan and is 1 km away within two minutes."""
    made = volumes(flight([waypoint(1_000, 0)]), RULES, FLAT)
    spec = zoned("z", circle(2_000), **NIGHTLY).spec
    (hit,) = ZoneIndex(1, [zone("z", 1, spec, CITY)]).hits([made], [False], FLAT)[0]
    assert from_us(hit.start_us).astimezone(CITY) == local("2026-11-23T12:02")
    assert hit.end_us == made.records["end_us"].max()
    assert len(hit.volumes) < len(made)
    early = slab((114.3, 30.5), (114.3, 30.5), start=local("2026-11-23T11:00"), seconds=3_720.0)
    assert zone_hit(zone("z", 1, spec, CITY), early, crewed=False, terrain=FLAT) is None  # half-open
    assert zone_hit(zone("z", 1, spec, UTC), early, crewed=False, terrain=FLAT) is not None  # 03:00 there, at night


def test_the_finding_says_when_the_two_meet() -> None:
    made = volumes(flight([waypoint(1_000, 0)]), RULES, FLAT)
    index = ZoneIndex(1, [zone("z", 1, zoned("z", circle(2_000), **NIGHTLY).spec, CITY)])
    (finding,) = assess(request(made), index, [], [], RULES, FLAT, NOW).findings
    assert finding.starts_at == local("2026-11-23T12:02")
    assert finding.ends_at == made.window.end
