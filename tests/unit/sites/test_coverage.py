"""Coverage kept up event by event is coverage counted anew, and what counts is what the standard says."""

from datetime import UTC, datetime

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from pyproj import Geod

from services.sites.domain.coverage import FOLDS, by_cell, by_district
from services.sites.domain.demand import DemandPoint
from services.sites.domain.errors import StandardNotClear
from services.sites.domain.reach import Demand, Server, ServiceTime, Standard
from services.sites.domain.times import Times
from services.sites.store.coverage import change_of
from shared.city import Dispatch
from shared.contracts.sites import (
    SiteFunction,
    SiteKind,
    SiteRegistered,
    SiteSpec,
    SiteState,
    SiteStateChanged,
    SiteUpdated,
)

NOW = datetime(2026, 5, 1, tzinfo=UTC)
GEOD = Geod(ellps="WGS84")
USUAL_M = 3_000.0

places = st.tuples(st.floats(8.0, 8.2).map(lambda x: round(x, 4)), st.floats(47.0, 47.2).map(lambda x: round(x, 4)))
radii = st.one_of(st.none(), st.sampled_from([500.0, 2_500.0, 8_000.0]))
kinds = st.sampled_from([SiteKind.NEST, SiteKind.POINT])
functions = st.lists(st.sampled_from(list(SiteFunction)), min_size=1, max_size=3, unique=True)
standards = st.builds(
    Standard,
    usual_m=st.just(USUAL_M),
    radius_m=st.one_of(st.none(), st.floats(100.0, 20_000.0)),
    kind=st.one_of(st.none(), kinds),
    function=st.one_of(st.none(), st.sampled_from(list(SiteFunction))),
)


@st.composite
def demands(draw: st.DrawFn) -> Demand:
    found = draw(st.lists(st.tuples(places, st.sampled_from(["a", "b"]), st.integers(0, 9)), min_size=1, max_size=25))
    return Demand.of([DemandPoint(lng, lat, adcode, float(people)) for (lng, lat), adcode, people in found])


@st.composite
def specs(draw: st.DrawFn) -> SiteSpec:
    lng, lat = draw(places)
    return SiteSpec(
        name="s", kind=draw(kinds), lng=lng, lat=lat, functions=draw(functions), service_radius_m=draw(radii)
    )


@st.composite
def events(draw: st.DrawFn) -> SiteRegistered | SiteUpdated | SiteStateChanged:
    type_ = draw(st.sampled_from([SiteRegistered, SiteUpdated, SiteStateChanged]))
    told = {
        "site_id": draw(st.sampled_from(["s1", "s2", "s3", "s4"])),
        "revision": 1,
        "spec": draw(specs()),
        "state": draw(st.sampled_from(list(SiteState))),
        "effective_at": NOW,
    }
    former = {"former_state": SiteState.PROPOSED} if type_ is SiteStateChanged else {}
    event: SiteRegistered | SiteUpdated | SiteStateChanged = type_(**told, **former)
    return event


def by_hand(demand: Demand, standard: Standard, servers: dict[str, Server]) -> list[int]:
    """Every point against every site."""
    times = np.zeros(len(demand), np.int64)
    for server in servers.values():
        reach_m = standard.reach_m(server)
        if reach_m is None:
            continue
        ones = np.ones(len(demand))
        _, _, metres = GEOD.inv(ones * server.lng, ones * server.lat, demand.lng, demand.lat)
        times += metres <= reach_m
    return [int(number) for number in times]


@settings(max_examples=150, deadline=None)
@given(demand=demands(), standard=standards, told=st.lists(events(), max_size=25))
def test_kept_up_by_any_events_it_is_as_counted_anew(
    demand: Demand, standard: Standard, told: list[SiteRegistered | SiteUpdated | SiteStateChanged]
) -> None:
    kept, servers = Times.none(demand, standard), dict[str, Server]()
    for event in told:
        change = change_of(event)
        assert change is not None
        kept.change([change])
        servers.pop(event.site_id, None)
        if event.state is SiteState.COMMISSIONED:
            servers[event.site_id] = Server.of(event.spec)
        anew = Times.count(demand, standard, servers)
        assert kept.reached.tolist() == anew.reached.tolist() == by_hand(demand, standard, servers)
        assert kept.sites == anew.sites


@settings(max_examples=50, deadline=None)
@given(demand=demands(), standard=standards, spec=specs(), cell_m=st.sampled_from([300.0, 2_000.0]))
def test_districts_and_cells_share_the_people_out(
    demand: Demand, standard: Standard, spec: SiteSpec, cell_m: float
) -> None:
    times = Times.count(demand, standard, {"s": Server.of(spec), "t": Server.of(spec)})
    city, cells = by_district(times).city, by_cell(times, cell_m, 47.0)
    assert city.population == pytest.approx(demand.weight.sum())
    assert cells.population.sum() == pytest.approx(demand.weight.sum())
    for fold in FOLDS:
        served = demand.weight[times.reached >= fold].sum()
        assert city.served[fold - 1] == pytest.approx(served)
        assert cells.served[:, fold - 1].sum() == pytest.approx(served)
    assert city.served[2] == 0  # of two sites no three serve anybody
    for lng, lat in zip(demand.lng, demand.lat, strict=True):
        west, south, east, north = cells.boxes.T
        assert ((west <= lng) & (lng < east) & (south <= lat) & (lat < north)).sum() == 1


def test_minutes_are_a_radius() -> None:
    usual = Dispatch(launch_delay_s=30.0, cruise_mps=15.0, wind_mps=3.0)
    assert ServiceTime(minutes=5.0).radius_m(usual) == 270 * 12
    assert ServiceTime(minutes=5.0, launch_delay_s=0.0, wind_mps=0.0, cruise_mps=20.0).radius_m(usual) == 6_000
    with pytest.raises(StandardNotClear) as late:
        ServiceTime(minutes=0.5).radius_m(usual)
    assert late.value.field == "minutes"
    with pytest.raises(StandardNotClear) as still:
        ServiceTime(minutes=5.0, wind_mps=15.0).radius_m(usual, "service_time.")
    assert still.value.field == "service_time.wind_mps"
