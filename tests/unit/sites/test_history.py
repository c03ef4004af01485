"""History is a function of the facts, whatever order they are read in; a forecast is the same for the same series."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.sites.domain.changes import Measure, changes, measures
from services.sites.domain.counting import Standing
from services.sites.domain.facts import Fact, RouteStated, SiteStated, Subject, Told
from services.sites.domain.forecast import forecast
from services.sites.domain.history import History, history
from services.sites.domain.months import Month, month_of, months, parse_month
from shared.contracts.flightplan import RouteClass, RouteState
from shared.contracts.sites import SiteKind, SiteState
from shared.flight import Spot

START = datetime(2026, 1, 1, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")
QUICKLY = settings(max_examples=50, deadline=None)
SITES, ROUTES = ["a", "b"], ["r", "q"]


def fact(position: int, subject: Subject, key: str, day: int, told: Told) -> Fact:
    """A fact of that day."""
    at = START + timedelta(days=day)
    log = "airspace" if subject is Subject.SITE and told.standing else "sites"
    return Fact(
        event_id=UUID(int=position),
        log=log,
        position=position,
        type="Told",
        subject=subject,
        subject_id=key,
        effective_at=at,
        recorded_at=at,
        told=told,
    )


def stated(unit: str, lng: float) -> SiteStated:
    """A nest."""
    return SiteStated(
        name="n", kind=SiteKind.NEST, unit=unit, district="1", demo=False, lng=lng, lat=30.0, service_radius_m=None
    )


def loop(site_id: str) -> RouteStated:
    """A route from a site and back."""
    spot = Spot(site_id=site_id)
    return RouteStated(name="r", operator="o", unit="u", scenario="", demo=False, origin=spot, destination=spot)


@st.composite
def lives(draw: st.DrawFn) -> list[Fact]:
    """What may be told of two sites and two routes over a while, in the order of the logs."""
    facts = [
        fact(
            n,
            Subject.SITE,
            key,
            0,
            Told(revision=1, site=stated("u", 114.0), moved=True, site_state=SiteState.PROPOSED),
        )
        for n, key in enumerate(SITES)
    ]
    facts += [
        fact(
            10 + n,
            Subject.ROUTE,
            key,
            0,
            Told(revision=1, route=loop(SITES[n]), route_state=RouteState.FILED, standing=Standing.UNASSESSED),
        )
        for n, key in enumerate(ROUTES)
    ]
    revision = dict.fromkeys(SITES, 1)
    day = 0
    for number in range(draw(st.integers(0, 25))):
        day += draw(st.integers(0, 9))
        key = draw(st.sampled_from(SITES + ROUTES))
        if key in ROUTES:
            told = draw(
                st.sampled_from(
                    [
                        Told(revision=1, route_state=RouteState.OPEN, standing=Standing.COMPATIBLE),
                        Told(revision=1, route_state=RouteState.OPEN, standing=Standing.REFUSED),
                        Told(revision=1, route_state=RouteState.SUSPENDED),
                        Told(revision=1, route_class=RouteClass.COMMERCIAL),
                        Told(revision=1, route_class=RouteClass.GOVERNANCE),
                    ]
                )
            )
            facts.append(fact(100 + number, Subject.ROUTE, key, day, told))
            continue
        what = draw(st.sampled_from(["state", "answer", "moved", "unit"]))
        if what == "answer":
            told = Told(revision=revision[key], standing=draw(st.sampled_from(Standing)))
        else:
            revision[key] += 1
            told = Told(
                revision=revision[key],
                site_state=draw(st.sampled_from(SiteState)) if what == "state" else None,
                site=None if what == "state" else stated(what, 114.0 + number),
                moved=what == "moved",
            )
        facts.append(fact(100 + number, Subject.SITE, key, day, told))
    return facts


def counted(told: History, instant: datetime) -> dict[Measure, int]:
    """The four numbers at an instant."""
    rows = [measures(site) for site in told.sites_at(instant)] + [measures(route) for route in told.routes_at(instant)]
    return {measure: sum(measure in row for row in rows) for measure in Measure}


@QUICKLY
@given(lives(), st.randoms(use_true_random=False))
def test_the_order_in_which_facts_are_read_does_not_matter(facts: list[Fact], chance: random.Random) -> None:
    shuffled = list(facts)
    chance.shuffle(shuffled)
    assert history(shuffled, {}) == history(facts, {})


@QUICKLY
@given(lives(), st.integers(0, 200), st.integers(0, 60))
def test_a_number_is_the_one_before_with_what_entered_and_left(facts: list[Fact], first: int, days: int) -> None:
    told = history(facts, {})
    since, until = START + timedelta(days=first), START + timedelta(days=first + days)
    before, after = counted(told, since), counted(told, until)
    moved = changes(told, since, until)
    for measure in Measure:
        net = sum((1 if change.entered else -1) for change in moved if change.measure is measure)
        assert after[measure] == before[measure] + net
    assert all(change.because for change in moved)


@QUICKLY
@given(lives(), st.integers(1, 25))
def test_what_is_told_later_changes_nothing_before_it(facts: list[Fact], more: int) -> None:
    """But for the first answer about a position, which holds from when the position was stated."""
    last = facts[-1]
    later = last.effective_at + timedelta(days=more)
    told = Told(revision=99, site_state=SiteState.COMMISSIONED)
    extended = [*facts, fact(999, Subject.SITE, "a", (later - START).days, told)]
    assert counted(history(extended, {}), later) == counted(history(facts, {}), later)


@QUICKLY
@given(
    st.lists(
        st.tuples(st.sampled_from([RouteState.OPEN, RouteState.SUSPENDED, None]), st.integers(0, 9), st.booleans()),
        max_size=12,
    )
)
def test_a_route_ends_as_it_stands_however_its_moves_are_dated(
    moves: list[tuple[RouteState | None, int, bool]],
) -> None:
    """A move may be reported late, dated back as far as the one before it; answers of airspace come in between."""
    told = Told(revision=1, route=loop("a"), route_state=RouteState.FILED, standing=Standing.UNASSESSED)
    facts = [fact(0, Subject.ROUTE, "r", 0, told)]
    state, day, moved_on = RouteState.FILED, 0, 0
    for number, (wanted, days, is_late) in enumerate(moves, 1):
        day += days
        state = wanted or (RouteState.ASSESSED if state is RouteState.FILED else state)
        if wanted is not None:
            moved_on = moved_on if is_late else day
        at = moved_on if wanted is not None else day
        told = Told(revision=1, route_state=state, standing=Standing.COMPATIBLE)
        facts.append(replace(fact(number, Subject.ROUTE, "r", day, told), effective_at=START + timedelta(days=at)))
    spans = history(facts, {}).routes["r"]
    assert spans[-1].row.state is state
    assert all(earlier.starts_at < later.starts_at for earlier, later in pairwise(spans))


@QUICKLY
@given(st.lists(st.integers(0, 500), min_size=4, max_size=20), st.integers(1, 1_000))
def test_a_forecast_is_ordered_and_repeatable(series: list[int], target: int) -> None:
    found = forecast(series, target, 12)
    assert found is not None
    assert found == forecast(series, target, 12)
    for band in found.bands:
        assert 0 <= band.low <= band.mid <= band.high
    reached = [month for month in (found.reached_early, found.reached_mid, found.reached_late) if month is not None]
    assert reached == sorted(reached)
    if series[-1] >= target:
        assert reached == [0, 0, 0]


def test_a_steady_series_is_forecast_without_doubt() -> None:
    found = forecast([10, 20, 30, 40], 100, 12)
    assert found is not None
    assert [(band.low, band.mid, band.high) for band in found.bands[:2]] == [(50, 50, 50), (60, 60, 60)]
    assert (found.reached_early, found.reached_mid, found.reached_late) == (6, 6, 6)
    assert forecast([1, 2, 3], 100, 12) is None, "two increments say nothing"


def test_months_are_the_citys() -> None:
    december = parse_month("2025-12")
    assert december.ends_at(SHANGHAI) == datetime(2025, 12, 31, 16, tzinfo=UTC)
    assert month_of(datetime(2025, 12, 31, 16, tzinfo=UTC), SHANGHAI) == Month(2026, 1) == december.plus(1)
    assert [str(month) for month in months(Month(2025, 11), Month(2026, 2))] == [
        "2025-11",
        "2025-12",
        "2026-01",
        "2026-02",
    ]
    with pytest.raises(ValueError, match="2026-13"):
        parse_month("2026-13")
