"""The life of a site: every pair of states, allowed or named."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sites.domain.errors import MoveInTheFuture, MoveNotAllowed, MoveTooEarly, SiteRetired
from services.sites.domain.life import FOLLOWS, Move, check_date, check_move
from services.sites.domain.register import Report, Step, register, revise, tidy
from shared.contracts.sites import SiteFunction, SiteKind, SiteSpec, SiteState
from shared.errors import TianyuanError

S = SiteState
NOW = datetime(2026, 5, 1, tzinfo=UTC)
SPEC = SiteSpec(name="机巢", kind=SiteKind.NEST, lng=114.3, lat=30.6)
ALLOWED = {
    (S.PROPOSED, S.ASSESSED),
    (S.PROPOSED, S.APPROVED),
    (S.ASSESSED, S.APPROVED),
    (S.APPROVED, S.UNDER_CONSTRUCTION),
    (S.APPROVED, S.COMMISSIONED),
    (S.UNDER_CONSTRUCTION, S.COMMISSIONED),
    (S.COMMISSIONED, S.SUSPENDED),
    (S.SUSPENDED, S.COMMISSIONED),
    *((state, S.RETIRED) for state in S if state is not S.RETIRED),
}


@pytest.mark.parametrize(("former", "wanted"), list(product(S, S)))
def test_every_move_is_allowed_or_named(former: SiteState, wanted: SiteState) -> None:
    if (former, wanted) in ALLOWED:
        check_move("s1", former, wanted)
        return
    with pytest.raises(MoveNotAllowed) as raised:
        check_move("s1", former, wanted)
    assert f"from {former} to {wanted}" in raised.value.detail
    assert raised.value.extra["allowed"] == sorted(FOLLOWS[former])


def test_every_state_but_the_first_is_led_to_by_a_move() -> None:
    assert {move.leads_to for move in Move} == set(S) - {S.PROPOSED}


def test_dates_run_forward_and_not_ahead() -> None:
    check_date(NOW, NOW, NOW)
    check_date(NOW + timedelta(minutes=4), NOW, NOW)  # their clock is a little fast
    with pytest.raises(MoveInTheFuture):
        check_date(NOW + timedelta(minutes=6), None, NOW)
    with pytest.raises(MoveTooEarly):
        check_date(NOW - timedelta(days=1), NOW, NOW)


def test_equal_sites_are_equal_values() -> None:
    one, other = SiteFunction.PARKING, SiteFunction.ENERGY
    stated = [
        SiteSpec(name="a", kind=SiteKind.PAD, lng=1.0, lat=2.0, functions=f) for f in ([one, other, one], [other, one])
    ]
    assert tidy(stated[0]) == tidy(stated[1])


def first(state: SiteState) -> Step:
    """A site that stands so."""
    return register(Report(site_id="s1", spec=SPEC, state=state), SPEC, "420102", NOW)


def test_a_report_may_restate_and_move_at_once() -> None:
    step = revise(
        first(S.APPROVED).site,
        Report(site_id="s1", spec=SiteSpec(name="新", kind=SiteKind.NEST, lng=114.3, lat=30.6), state=S.COMMISSIONED),
        "420102",
        NOW,
    )
    assert [event.revision for event in step.events] == [2, 3]
    assert (step.site.state, step.site.spec.name, step.site.position_revision) == (S.COMMISSIONED, "新", 1)
    with pytest.raises(SiteRetired):
        revise(
            first(S.RETIRED).site,
            Report(site_id="s1", spec=SiteSpec(name="新", kind=SiteKind.NEST, lng=1.0, lat=2.0)),
            "",
            NOW,
        )


@given(st.sampled_from(list(S)), st.lists(st.sampled_from(list(S)), max_size=12))
def test_whatever_is_reported_the_life_holds(state: SiteState, reported: list[SiteState]) -> None:
    step = first(state)
    lived, revisions = [state], [1]
    for wanted in reported:
        try:
            step = revise(step.site, Report(site_id="s1", state=wanted), "420102", NOW)
        except TianyuanError:
            continue
        assert bool(step.events) == (wanted is not lived[-1])
        revisions += [event.revision for event in step.events]
        if step.events:
            lived.append(step.site.state)
    assert revisions == list(range(1, len(revisions) + 1))
    assert all(pair in ALLOWED for pair in pairwise(lived))
