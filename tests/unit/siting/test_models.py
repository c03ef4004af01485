"""The three models against trying everything, and what must hold of any answer."""

from dataclasses import dataclass
from typing import Any

import geopandas
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pyproj import Geod

from services.sites.siting.answer import Answer
from services.sites.siting.budget import Budget, Stage
from services.sites.siting.choice import Limit
from services.sites.siting.costs import GeodesicCosts, PlanarCosts
from services.sites.siting.faults import Infeasible
from services.sites.siting.instance import Instance
from services.sites.siting.models import Model
from services.sites.siting.solving import solve
from tests.unit.siting import enumeration

Floats = NDArray[np.float64]
QUICKLY = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
NEVER_REACHED_S = 60.0  # every instance here is proven long before


@dataclass(frozen=True)
class World:
    """A small instance."""

    demand: Floats
    candidates: Floats
    weights: Floats
    radius: float
    p: int
    fixed: list[int]

    @property
    def cost(self) -> Floats:
        """Distances in the plane."""
        return np.asarray(np.linalg.norm(self.demand[:, None] - self.candidates[None], axis=2), np.float64)

    def instance(self, *, as_matrix: bool = True, **more: Any) -> Instance:
        """As the solvers take it."""
        what = {"service_radius": self.radius, "p": self.p, "fixed": self.fixed} | more
        if as_matrix:
            return Instance.from_matrix(self.cost, self.weights, **what)
        return Instance.from_points(self.demand, self.candidates, self.weights, **what)


@st.composite
def worlds(draw: st.DrawFn, most_demand: int = 12, most_candidates: int = 8) -> World:
    """Positions on a small lattice, so that ties and equal rows are common."""
    n, m = draw(st.integers(1, most_demand)), draw(st.integers(1, most_candidates))
    place = st.tuples(st.integers(0, 8), st.integers(0, 8))
    weight = st.one_of(st.integers(0, 9).map(float), st.floats(0, 10, allow_subnormal=False).map(lambda x: round(x, 3)))
    p = draw(st.integers(1, m))
    return World(
        demand=np.array(draw(st.lists(place, min_size=n, max_size=n)), np.float64),
        candidates=np.array(draw(st.lists(place, min_size=m, max_size=m)), np.float64),
        weights=np.array(draw(st.lists(weight, min_size=n, max_size=n))),
        radius=float(draw(st.integers(0, 6))),
        p=p,
        fixed=sorted(draw(st.sets(st.integers(0, m - 1), max_size=p))),
    )


def proven(model: Model, instance: Instance) -> Answer:
    """The answer, with what must hold of every one."""
    answer = solve(model, instance, Budget(NEVER_REACHED_S))
    assert set(instance.fixed.tolist()) <= set(answer.sites)
    assert len(answer.sites) == instance.p or model is Model.LSCP
    assert answer.bound >= answer.objective if model.maximises else answer.bound <= answer.objective
    assert answer.gap <= 1e-6 or abs(answer.bound - answer.objective) <= 1e-6
    return answer


@QUICKLY
@given(world=worlds(), as_matrix=st.booleans())
def test_mclp_covers_as_much_as_any_set_does(world: World, as_matrix: bool) -> None:
    answer = proven(Model.MCLP, world.instance(as_matrix=as_matrix))
    best = enumeration.mclp(world.cost, world.weights, world.radius, world.p, world.fixed)
    assert answer.objective == pytest.approx(best, abs=1e-7)


@QUICKLY
@given(world=worlds(), as_matrix=st.booleans())
def test_p_median_costs_as_little_as_any_set_does(world: World, as_matrix: bool) -> None:
    answer = proven(Model.P_MEDIAN, world.instance(as_matrix=as_matrix))
    best = enumeration.p_median(world.cost, world.weights, world.p, world.fixed)
    assert answer.objective == pytest.approx(best, abs=1e-6)


@QUICKLY
@given(world=worlds(), percent=st.sampled_from([100.0, 99.0, 95.0, 90.0, 50.0]))
def test_lscp_needs_as_few_sites_as_any_set_does(world: World, percent: float) -> None:
    fewest = enumeration.lscp(world.cost, world.weights, world.radius, percent, world.fixed)
    instance = world.instance(coverage_percent=percent)
    if fewest is None:
        with pytest.raises(Infeasible, match=r"within service_radius of demand point \d|all candidates together cover"):
            solve(Model.LSCP, instance, Budget(NEVER_REACHED_S))
    else:
        assert proven(Model.LSCP, instance).objective == fewest


@settings(QUICKLY, max_examples=20)
@given(world=worlds(most_demand=6, most_candidates=4), data=st.data())
def test_capacities_are_kept_and_used_as_well_as_can_be(world: World, data: st.DataObject) -> None:
    m = len(world.candidates)
    capacity = np.array(data.draw(st.lists(st.integers(0, 25), min_size=m, max_size=m)), np.float64)
    instance = world.instance(capacity=capacity)
    best = max(
        enumeration.assigned(
            world.cost <= world.radius,
            np.repeat(world.weights[:, None], m, axis=1),
            world.weights,
            capacity,
            chosen,
            every=False,
        )
        or 0.0
        for chosen in enumeration.sets(m, range(world.p, world.p + 1), world.fixed)
    )
    answer = proven(Model.MCLP, instance)
    assert answer.objective == pytest.approx(best, abs=1e-6)
    check_assignment(answer, world, capacity)


@settings(QUICKLY, max_examples=20)
@given(world=worlds(most_demand=6, most_candidates=4), data=st.data())
def test_the_cheapest_assignment_within_capacities(world: World, data: st.DataObject) -> None:
    m = len(world.candidates)
    capacity = np.array(data.draw(st.lists(st.integers(5, 40), min_size=m, max_size=m)), np.float64)
    costs = world.weights[:, None] * world.cost
    found = [
        enumeration.assigned(np.isfinite(costs), -costs, world.weights, capacity, chosen, every=True)
        for chosen in enumeration.sets(m, range(world.p, world.p + 1), world.fixed)
    ]
    gains = [gain for gain in found if gain is not None]
    if not gains:
        with pytest.raises(Infeasible, match=r"capacities|together take|weighs"):
            solve(Model.P_MEDIAN, world.instance(capacity=capacity), Budget(NEVER_REACHED_S))
        return
    answer = proven(Model.P_MEDIAN, world.instance(capacity=capacity))
    assert answer.objective == pytest.approx(-max(gains), abs=1e-6)
    check_assignment(answer, world, capacity)


def check_assignment(answer: Answer, world: World, capacity: Floats) -> None:
    """Each point at one open site, no site overloaded."""
    assert answer.assignment is not None
    there = answer.assignment >= 0
    assert set(answer.assignment[there].tolist()) <= set(answer.sites)
    load = np.bincount(answer.assignment[there], world.weights[there], len(capacity))
    assert (load <= capacity + 1e-6).all()


@QUICKLY
@given(world=worlds(most_candidates=7), place=st.tuples(st.integers(0, 8), st.integers(0, 8)))
def test_one_more_candidate_never_covers_less(world: World, place: tuple[int, int]) -> None:
    more = World(world.demand, np.vstack([world.candidates, place]), world.weights, world.radius, world.p, world.fixed)
    assert proven(Model.MCLP, more.instance()).objective >= proven(Model.MCLP, world.instance()).objective - 1e-9


@QUICKLY
@given(world=worlds(), data=st.data())
def test_groups_have_as_many_as_they_may(world: World, data: st.DataObject) -> None:
    m = len(world.candidates)
    cells = np.array(data.draw(st.lists(st.integers(-1, 3), min_size=m, max_size=m)))
    districts = np.array(data.draw(st.lists(st.integers(0, 1), min_size=m, max_size=m)))
    quota = Limit(districts, np.array(data.draw(st.lists(st.integers(1, 4), min_size=2, max_size=2))))
    world = World(world.demand, world.candidates, world.weights, world.radius, world.p, [])
    limits = (quota, Limit(cells, np.ones(4, np.int64)))

    def allowed(chosen: list[int]) -> bool:
        return all((limit.counts(np.array(chosen)) <= limit.most).all() for limit in limits)

    kept = [chosen for chosen in enumeration.sets(m, range(world.p, world.p + 1), []) if allowed(chosen)]
    reach = world.cost <= world.radius
    best = max((float(world.weights[reach[:, chosen].any(axis=1)].sum()) for chosen in kept), default=None)
    if best is None:
        with pytest.raises(Infeasible):
            solve(Model.MCLP, world.instance(limits=limits), Budget(NEVER_REACHED_S))
        return
    answer = proven(Model.MCLP, world.instance(limits=limits))
    assert allowed(list(answer.sites))
    assert answer.objective == pytest.approx(best, abs=1e-7)


def test_least_numbers_by_district() -> None:
    line = np.column_stack([np.arange(10.0), np.zeros(10)])
    weights = np.array([9.0] * 5 + [1.0] * 5)
    halves = np.repeat([0, 1], 5)
    quota = Limit(halves, np.array([5, 5]), least=np.array([0, 3]))
    answer = proven(Model.MCLP, Instance.from_points(line, None, weights, p=5, service_radius=0.5, limits=[quota]))
    assert quota.counts(np.array(answer.sites)).tolist() == [2, 3]
    too_many = Limit(halves, np.array([5, 5]), least=np.array([3, 3]))
    impossible = Instance.from_points(line, None, weights, p=5, service_radius=0.5, limits=[too_many])
    with pytest.raises(Infeasible, match="need 6 sites"):
        solve(Model.MCLP, impossible, Budget(1.0))


def test_limits_that_corner_whoever_takes_the_best_first() -> None:
    """The best candidate fills both its cell and its district; only the other two make a set."""
    places = np.array([(0.0, 0.0), (10.0, 0.0), (20.0, 0.0)])
    cells, districts = Limit.one_per(np.array([0, 0, 1])), Limit.one_per(np.array([0, 1, 0]))
    weights = np.array([9.0, 1.0, 1.0])
    what = {"p": 2, "service_radius": 1.0, "limits": (cells, districts)}
    assert proven(Model.MCLP, Instance.from_points(places, None, weights, **what)).sites == (1, 2)
    assert proven(Model.P_MEDIAN, Instance.from_points(places, None, weights, **what)).sites == (1, 2)


def test_a_grid_whose_medians_are_known() -> None:
    """Nine crosses of five points far apart: the middles are the medians, each arm costs 1."""
    middles = np.array([(100.0 * x, 100.0 * y) for x in range(3) for y in range(3)])
    arms = np.array([(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)], np.float64)
    points = (middles[:, None] + arms[None]).reshape(-1, 2)
    answer = proven(Model.P_MEDIAN, Instance.from_points(points, None, np.ones(45), p=9))
    assert answer.sites == tuple(range(0, 45, 5))
    assert answer.objective == 36.0
    assert proven(Model.LSCP, Instance.from_points(points, None, np.ones(45), service_radius=1.0)).objective == 9
    assert proven(Model.MCLP, Instance.from_points(points, None, np.ones(45), service_radius=1.0, p=4)).objective == 20


def test_a_ring_whose_cover_is_known_though_its_relaxation_is_not_whole() -> None:
    """On a ring of 3k + 1 points each covers its two neighbours: (n / 3) in the relaxation, k + 1 in truth."""
    n = 31
    apart = np.abs(np.arange(n)[:, None] - np.arange(n)[None])
    ring = np.minimum(apart, n - apart).astype(np.float64)
    assert proven(Model.LSCP, Instance.from_matrix(ring, np.ones(n), service_radius=1)).objective == 11


def test_a_graph_as_the_pmed_instances_are_defined() -> None:
    """Random edges with whole costs on a path of n points (Beasley 1985); any set's cost is above the bound."""
    rng = np.random.default_rng(8)
    n = 60
    cost = np.full((n, n), 1e9)
    np.fill_diagonal(cost, 0)
    for a, b in [*((i, i + 1) for i in range(n - 1)), *rng.integers(0, n, (n * n // 50, 2)).tolist()]:
        if a != b:
            cost[a, b] = cost[b, a] = rng.integers(1, 101)
    for k in range(n):
        cost = np.minimum(cost, cost[:, k : k + 1] + cost[k : k + 1])
    answer = proven(Model.P_MEDIAN, Instance.from_matrix(cost, np.ones(n), p=2))
    assert answer.objective == enumeration.p_median(cost, np.ones(n), 2, [])


@pytest.mark.parametrize("model", list(Model))
def test_a_large_instance_has_a_bound_when_the_time_is_over(model: Model) -> None:
    rng = np.random.default_rng(3)
    demand, candidates = rng.random((3_000, 2)) * 100, rng.random((1_500, 2)) * 100
    weights = rng.integers(1, 100, 3_000).astype(np.float64)
    stages: list[Stage] = []
    instance = Instance.from_points(demand, candidates, weights, p=100, service_radius=4.0, coverage_percent=90)
    answer = solve(model, instance, Budget(1.5, report=stages.append))
    assert answer.seconds < 1.5 * 1.2 + 1.0  # and a second for a machine that is busy
    assert answer.bound >= answer.objective if model.maximises else answer.bound <= answer.objective
    assert np.isfinite(answer.gap)
    assert any(stage.objective is not None for stage in stages)


def test_whoever_cancels_gets_what_there_is() -> None:
    rng = np.random.default_rng(3)
    demand = rng.random((3_000, 2)) * 100
    seen: list[Stage] = []
    budget = Budget(60.0, report=seen.append, cancelled=lambda: bool(seen) and seen[-1].objective is not None)
    answer = solve(Model.MCLP, Instance.from_points(demand, None, rng.random(3_000), p=200, service_radius=3.0), budget)
    assert answer.stopped
    assert answer.seconds < 30
    assert answer.bound >= answer.objective > 0


def test_the_bound_of_short_lists_holds_for_all_pairs() -> None:
    """Prices stay below what the candidates left out cost: the bound is the whole instance's, not the lists'."""
    rng = np.random.default_rng(4)
    demand, candidates = rng.random((400, 2)), rng.random((3_000, 2))
    instance = Instance.from_points(demand, candidates, np.ones(400), p=350)
    answer = solve(Model.P_MEDIAN, instance, Budget(3.0))
    everyone = PlanarCosts(demand, candidates)
    _, costs = everyone.serve(np.array(answer.sites))
    assert answer.objective == pytest.approx(costs.sum())
    assert answer.bound <= answer.objective


def test_frames_are_measured_along_the_ellipsoid() -> None:
    rng = np.random.default_rng(6)
    lng, lat = 114.0 + rng.random(40), 30.2 + rng.random(40)
    frame = geopandas.GeoDataFrame(
        {"people": rng.integers(1, 9, 40)}, geometry=geopandas.points_from_xy(lng, lat), crs="EPSG:4326"
    )
    lngs, lats = np.repeat(lng, 40), np.repeat(lat, 40)
    metres = Geod(ellps="WGS84").inv(lngs, lats, np.tile(lng, 40), np.tile(lat, 40))[2].reshape(40, 40)
    for projected in (frame, frame.to_crs("EPSG:4547")):
        by_frame = Instance.from_geodataframe(projected, weight="people", p=4, service_radius=20_000.0)
        by_matrix = Instance.from_matrix(metres, frame["people"].to_numpy(), p=4, service_radius=20_000.0)
        assert by_frame.costs.nearest(7).costs == pytest.approx(np.sort(metres, axis=1)[:, :7], abs=1e-3)
        for model in (Model.MCLP, Model.P_MEDIAN):
            assert proven(model, by_frame).objective == pytest.approx(proven(model, by_matrix).objective, rel=1e-6)


def test_reach_by_chords_is_reach_by_geodesics() -> None:
    rng = np.random.default_rng(7)
    degrees = np.column_stack([114 + 2 * rng.random(60), 29 + 2 * rng.random(60)])
    costs = GeodesicCosts(degrees, degrees[:30])
    rows, sites = np.divmod(np.arange(60 * 30), 30)
    metres = costs.pairs(rows, sites).reshape(60, 30)
    radius = float(np.median(metres))
    assert (costs.within(radius).toarray() > 0).tolist() == (metres <= radius).tolist()
    _, nearest = costs.serve(np.arange(10))
    assert nearest == pytest.approx(metres[:, :10].min(axis=1), abs=1e-6)


def test_sites_with_hardly_room_for_all_are_moved_to_where_points_are_left_over() -> None:
    """Two towns of unequal size: medians without regard to capacity stand wrong, and nothing fits."""
    rng = np.random.default_rng(9)
    demand = np.vstack([rng.normal(0, 3, (300, 2)), rng.normal(60, 12, (100, 2))])
    weights = rng.integers(1, 5, 400).astype(float)
    capacity = np.full(400, weights.sum() / 20 * 1.06)
    answer = solve(Model.P_MEDIAN, Instance.from_points(demand, None, weights, p=20, capacity=capacity), Budget(3.0))
    assert answer.assignment is not None
    assert (np.bincount(answer.assignment, weights, 400) <= capacity + 1e-6).all()
    assert answer.bound <= answer.objective
