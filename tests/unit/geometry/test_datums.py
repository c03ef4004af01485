"""Positions of Chinese sources: there and back is the same place, and known points come out where they are known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod, Transformer

from shared.datums import AS_IT_IS, Crs, Datum, NotThere, gcj02_to_wgs84, wgs84_to_gcj02

WUHAN = Datum(Crs.CGCS2000, near_lng=114.3055)
in_china = st.tuples(st.floats(73.0, 136.0), st.floats(3.0, 54.0))
in_wuhan = st.tuples(st.floats(113.69, 115.085), st.floats(29.965, 31.37))


@given(in_china)
def test_gcj02_there_and_back(position: tuple[float, float]) -> None:
    lng, lat = gcj02_to_wgs84(*wgs84_to_gcj02(*position))
    assert abs(lng - position[0]) < 1e-7 and abs(lat - position[1]) < 1e-7


@given(in_wuhan)
def test_the_offset_of_wuhan_is_some_hundred_metres(position: tuple[float, float]) -> None:
    shown = wgs84_to_gcj02(*position)
    _, _, distance_m = Geod(ellps="WGS84").inv(*position, *shown)
    assert 300 < distance_m < 900
    converted = Datum(Crs.GCJ02).to_wgs84(*shown)
    assert converted == pytest.approx(position, abs=1e-9)


def test_the_offset_as_others_compute_it() -> None:
    assert wgs84_to_gcj02(116.404, 39.915) == pytest.approx((116.41024449916938, 39.91640428150164), abs=1e-9)
    assert wgs84_to_gcj02(2.3, 48.9) == (2.3, 48.9)


@given(in_wuhan, st.sampled_from([4547, 4526]))
def test_metres_of_either_kind_are_the_same_place(position: tuple[float, float], epsg: int) -> None:
    """With the zone before the easting, and without."""
    x, y = Transformer.from_crs(4490, epsg, always_xy=True).transform(*position)
    assert WUHAN.to_wgs84(x, y) == pytest.approx(position, abs=1e-9)


def test_degrees_of_cgcs2000_stay() -> None:
    assert WUHAN.to_wgs84(114.3, 30.6) == (114.3, 30.6)
    assert WUHAN.to_wgs84(200.0, 30.6) == (200.0, 30.6)  # refused as a longitude later
    assert AS_IT_IS.to_wgs84(1e9, 1.0) == (1e9, 1.0)


@pytest.mark.parametrize(
    ("x", "y", "field"),
    [(3_386_000.0, 529_000.0, "lng"), (529_000.0, 30.6, "lat"), (1e9, 3e6, "lng"), (529_000.0, -5.0, "lat")],
)
def test_what_is_no_position_is_said(x: float, y: float, field: str) -> None:
    with pytest.raises(NotThere) as raised:
        WUHAN.to_wgs84(x, y)
    assert raised.value.field == field
