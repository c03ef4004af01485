"""Closed sites: at every instant the last word that holds counts, and a flight is refused if it holds a pad then."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.airspace.domain.assess import assess
from services.airspace.domain.closures import Closure, Stated, closures
from services.airspace.domain.terminals import Terminal
from services.airspace.domain.zone_index import ZoneIndex
from shared.contracts.assessment import Effect, FindingCode, Outcome
from shared.contracts.sites import SiteStatus
from shared.flight.records import FOREVER_US, to_us
from tests.unit.geometry.test_slots import SITES, flown
from tests.unit.geometry.worlds import FLAT, NOON, NOW, RULES, request

spans = st.tuples(st.integers(0, 30), st.integers(1, 30) | st.none())
words = st.lists(st.tuples(st.sampled_from(SiteStatus), spans), max_size=7)


@given(words)
def test_at_every_instant_the_last_word_counts(said: list[tuple[SiteStatus, tuple[int, int | None]]]) -> None:
    stated = [
        Stated(number, status, start, FOREVER_US if length is None else start + length)
        for number, (status, (start, length)) in enumerate(said, start=1)
    ]
    found = closures(stated)
    for at in range(-1, 65):
        holding = [one for one in stated if one.start_us <= at < one.end_us]
        status = max(holding)[1] if holding else SiteStatus.OPEN
        met = [one for one in found if one.start_us <= at < one.end_us]
        assert len(met) == status.is_closed
        assert all(
            (one.code is FindingCode.SITE_CLOSED_FOR_WEATHER) == (status is SiteStatus.WEATHER_CLOSED) for one in met
        )
    assert list(found) == sorted(found, key=lambda one: one.start_us)


def test_a_short_word_interrupts_a_long_one() -> None:
    long = Stated(1, SiteStatus.CLOSED, 0, FOREVER_US, "检修")
    open_ = Stated(2, SiteStatus.OPEN, 10, 20)
    assert closures([long, open_]) == (Closure(0, 10, reason="检修"), Closure(20, FOREVER_US, reason="检修"))


@pytest.mark.parametrize(
    ("start_s", "end_s", "is_refused"),
    [(-3600, -60, False), (-3600, -59, True), (59, 61, True), (60, 3600, True), (7200, 9000, False)],
)
def test_a_closed_site_refuses_whoever_would_hold_a_pad(start_s: int, end_s: int, is_refused: bool) -> None:
    """A nest's only pad is held from a minute before the take-off to a minute after the return."""
    start, end = (to_us(NOON + timedelta(seconds=seconds)) for seconds in (start_s, end_s))
    terminals = {site_id: Terminal(site_id, "机巢", 1, nest=True, closures=(Closure(start, end),)) for site_id in SITES}
    asked = request(flown())
    answer = assess(asked, ZoneIndex(1), (), (), RULES, FLAT, NOW, terminals)
    assert (answer.outcome is Outcome.REFUSED) is is_refused
    codes = [(finding.code, finding.effect) for finding in answer.findings]
    assert codes == ([(FindingCode.SITE_CLOSED, Effect.REFUSES)] if is_refused else [])
    free = assess(replace(asked, voluntary=True), ZoneIndex(1), (), (), RULES, FLAT, NOW, terminals)
    assert free.outcome is Outcome.NOT_REQUIRED
    assert [finding.effect for finding in free.findings] == [Effect.NOTE] * is_refused
