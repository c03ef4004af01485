"""Shortest-path edges and corridors, against the oracle; what an authorization of a corridor covers."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from services.airspace.domain.zone_index import zone_hit
from shared.errors import Invalid
from shared.geodesy import densify_geodesics
from shared.outlines import MAX_VERTICES, box_of, check_outline, core_of
from shared.volumes import Coordinate, CorridorOutline, Edges, PolygonOutline
from tests.unit.geometry import oracle
from tests.unit.geometry.test_cover import covers, rim
from tests.unit.geometry.worlds import FLAT, GEOD, LAT, LNG, away, slab, zoned

metres = st.integers(-2_000, 2_000).map(float)
places = st.tuples(metres, metres)


def corridor(*at: tuple[float, float], radius_m: float = 100.0, edges: Edges = Edges.STRAIGHT) -> CorridorOutline:
    return CorridorOutline("Corridor", tuple(away(*each) for each in at), radius_m, edges)


def is_hit(outline: Any, one: Coordinate, two: Coordinate, radius_m: float = 20.0) -> bool:
    return zone_hit(zoned("z", outline), slab(one, two, radius_m=radius_m), crewed=False, terrain=FLAT) is not None


@given(
    st.lists(places, min_size=2, max_size=5, unique=True),
    st.tuples(places, places),
    st.sampled_from([0.0, 20.0, 150.0]),
)
@settings(max_examples=60, deadline=None)
def test_a_corridor_is_met_where_the_oracle_says(line: Any, at: Any, radius: float) -> None:
    outline = corridor(*line, radius_m=90.0)
    one, two = away(*at[0]), away(*at[1])
    flown = oracle.geodesic(one, two)
    gap = min(oracle.gap_m(flown, oracle.straight(*edge)) for edge in pairwise(outline.coordinates))
    assume(abs(gap - 90.0 - radius) > 0.01)
    assert is_hit(outline, one, two, radius) == (gap < 90.0 + radius)


@pytest.mark.parametrize("off", [-0.011, 0.011])
@pytest.mark.parametrize("half_deg", [0.03, 0.5])
@pytest.mark.parametrize("edges", Edges)
def test_an_edge_runs_as_it_says(off: float, half_deg: float, edges: Edges) -> None:
    """A slice 1.1 cm either side of touching the northern edge: the two kinds are metres apart in the middle."""
    west, south, east, north = LNG - half_deg, LAT - half_deg, LNG + half_deg, LAT + half_deg
    ring = ((west, south), (east, south), (east, north), (west, north), (west, south))
    curve = (oracle.straight if edges is Edges.STRAIGHT else oracle.geodesic)((west, north), (east, north))
    lng, lat = (float(v[0]) for v in curve(np.array([0.5])))
    beside = GEOD.fwd(lng, lat, 0.0, 50.0 + 0.001 + off)[:2]
    gap = oracle.gap_m(oracle.geodesic(beside, beside), curve)
    assert abs(gap - 50.001 - off) < 0.002
    assert is_hit(PolygonOutline("Polygon", (ring,), edges), beside, beside, 50.0) == (off < 0)
    line = CorridorOutline("Corridor", ((west, north), (east, north)), 30.0, edges)
    assert is_hit(line, beside, beside, 20.0) == (off < 0)


CITY = [(114.3, 30.6), (113.7, 31.35), (115.07, 29.98)]  # Wuhan's middle, its north-west and its south-east


@pytest.mark.parametrize("off", [-0.011, 0.011])
@pytest.mark.parametrize("edges", Edges)
@pytest.mark.parametrize("place", CITY, ids=["middle", "north-west", "south-east"])
def test_five_kilometres_east_to_west_are_right_everywhere_in_the_city(
    place: Coordinate, edges: Edges, off: float
) -> None:
    """Of a zone of that width, and of one that reaches from there across the city to its other end."""
    (lng, lat), half = place, away(2_500, 0, *place)[0] - place[0]
    (far, down) = (CITY[1], 0.0) if lat < 30.0 else (CITY[2], 180.0)
    ends = (lng - half, lat), (lng + half, lat)
    curve = (oracle.straight if edges is Edges.STRAIGHT else oracle.geodesic)(*ends)
    at = tuple(float(v[0]) for v in curve(np.array([0.5])))
    beside = GEOD.fwd(*at, down + 180, 50.0 + 0.001 + off)[:2]
    assert abs(oracle.gap_m(oracle.geodesic(beside, beside), curve) - 50.001 - off) < 0.001
    near = tuple(away(0, 3_000 if down == 0 else -3_000, *end) for end in ends)
    for ring in ((*ends, *near[::-1], ends[0]), (*ends, far, ends[0])):
        assert is_hit(PolygonOutline("Polygon", (ring,), edges), beside, beside, 50.0) == (off < 0)


def test_shortest_paths_are_followed_to_a_millimetre() -> None:
    line = np.array([away(-40_000, 9_000), away(40_000, 10_000), away(40_000, 10_100)])
    followed = densify_geodesics(line, 125.0)
    _, _, steps = GEOD.inv(*followed[:-1].T, *followed[1:].T)
    assert max(steps) <= 125.0001
    curve = oracle.geodesic(tuple(line[0]), tuple(line[1]))
    middle = (followed[300] + followed[301]) / 2
    assert oracle.point_gap_m(curve, tuple(middle)) < 0.001
    assert np.array_equal(followed[0], line[0])
    assert np.array_equal(followed[-1], line[-1])


def test_boxes_hold_the_whole_corridor() -> None:
    outline = corridor((-30_000, 0), (30_000, 0), radius_m=500.0, edges=Edges.GEODESIC)
    west, south, east, north = box_of(outline)
    core, _ = core_of(outline)
    for lng, lat in core.coords:
        for azimuth in (0, 90, 180, 270):
            x, y, _ = GEOD.fwd(lng, lat, azimuth, 500.0)
            assert west <= x <= east
            assert south <= y <= north


A, B, C = (114.3, 30.5), (114.4, 30.5), (114.4, 30.6)


@pytest.mark.parametrize(
    ("line", "radius", "field"),
    [
        ((A,), 10.0, "o.coordinates"),
        ((A, A), 10.0, "o.coordinates.1"),
        ((A, (114.3, float("nan"))), 10.0, "o.coordinates.1"),
        ((A, (114.3, 88.0)), 10.0, "o.coordinates.1"),
        ((A, (126.0, 30.5)), 10.0, "o.coordinates"),
        (((179.9, 0.0), (-179.9, 0.0)), 10.0, "o.coordinates"),
        (((179.99, 0.0), (179.999, 0.0)), 1_000.0, "o.coordinates"),
        ((A, B), 0.0, "o.radius_m"),
        (tuple((114.0 + i * 1e-5, 30.5) for i in range(MAX_VERTICES + 1)), 10.0, "o.coordinates"),
    ],
)
def test_what_is_no_corridor_is_refused_with_its_place(line: Any, radius: float, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_outline(CorridorOutline("Corridor", line, radius), "o")
    assert refused.value.field == field
    check_outline(CorridorOutline("Corridor", (A, B, C, A), 500.0))


def test_shortest_paths_that_cross_are_refused_though_the_straight_edges_touch_nothing() -> None:
    """A hole 1 m inside the southern edge: the shortest path bulges 18 m north of the straight edge over 40 km."""
    south, metre = 30.5, 1 / 111_000
    shell = ((114.0, south), (114.4, south), (114.4, 30.6), (114.0, 30.6), (114.0, south))
    low = south + metre
    hole = ((114.199, low), (114.199, 30.55), (114.201, 30.55), (114.201, low), (114.199, low))
    check_outline(PolygonOutline("Polygon", (shell, hole)))
    with pytest.raises(Invalid, match="shortest paths"):
        check_outline(PolygonOutline("Polygon", (shell, hole), Edges.GEODESIC))


@given(st.lists(places, min_size=2, max_size=4, unique=True), st.tuples(places, places))
@settings(max_examples=60, deadline=None)
def test_what_a_corridor_covers_lies_in_it(line: Any, at: Any) -> None:
    outline = corridor(*line, radius_m=800.0)
    made = slab(away(*at[0]), away(*at[1]), radius_m=20.0)
    if covers(outline, made):
        edges = [oracle.straight(*edge) for edge in pairwise(outline.coordinates)]
        assert all(min(oracle.point_gap_m(edge, p) for edge in edges) <= 800.0 for p in list(rim(made))[::12])


def test_a_flight_along_a_corridor_with_a_corner_is_covered() -> None:
    outline = corridor((0, 0), (1_000, 0), (1_000, 1_000), radius_m=60.0)
    for one, two in (((0, 0), (990, 0)), ((980, 0), (1_000, 30)), ((1_000, 0), (1_000, 1_000))):
        assert covers(outline, slab(away(*one), away(*two), radius_m=20.0))
    assert not covers(outline, slab(away(0, 0), away(1_000, 1_000), radius_m=20.0))
    assert not covers(outline, slab(away(0, 0), away(500, 0), radius_m=60.0))
