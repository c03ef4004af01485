"""The counting rule, taken apart: each condition alone can keep a route from counting, and nothing else can."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from services.sites.domain.counting import (
    ReasonCode,
    RouteEnd,
    Standing,
    count_route,
    count_site,
    obstacles,
    standing,
    words,
)
from shared.contracts.flightplan import RouteClass, RouteState
from shared.contracts.sites import SiteState

ENDS = st.builds(
    RouteEnd,
    site_id=st.sampled_from([None, "s1"]),
    state=st.sampled_from([None, *SiteState]),
    in_city=st.booleans(),
)


def test_a_site_is_laid_out_once_approved_where_it_may_be() -> None:
    for state, position in product(SiteState, Standing):
        count = count_site(state, position)
        assert count.laid_out == (state.is_laid_out and position.is_good)
        assert count.in_use == (state is SiteState.COMMISSIONED)
        assert (count.reason is None) == count.laid_out


@given(
    st.sampled_from(RouteState), st.sampled_from([None, *RouteClass]), st.sampled_from(Standing), st.tuples(ENDS, ENDS)
)
def test_a_route_counts_exactly_when_every_condition_holds(
    state: RouteState, route_class: RouteClass | None, airspace: Standing, ends: tuple[RouteEnd, RouteEnd]
) -> None:
    in_city = [end for end in ends if end.in_city]
    known = all(end.site_id is None or end.state is not None for end in ends)
    used = all(end.site_id is not None and end.state is SiteState.COMMISSIONED for end in in_city)
    expected = (
        state is RouteState.OPEN and route_class is not None and airspace.is_good and bool(in_city) and known and used
    )
    count = count_route(state, route_class, airspace, ends)
    assert count.counts == expected
    assert count.counts == (not count.reasons)
    assert len(set(count.reasons)) == len(count.reasons)


def test_every_reason_has_words() -> None:
    for reason in ReasonCode:
        assert words(reason).zh
        assert words(reason).en


def test_what_was_never_assessed_stands_nowhere() -> None:
    assert standing(None) is Standing.UNASSESSED
    assert obstacles(None) == ""
