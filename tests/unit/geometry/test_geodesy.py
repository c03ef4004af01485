"""The frame against geodesics: distances near its centre, its inverse, the bound of its error."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.geodesy import densify, frame_error_m, from_local, padding_deg, to_local, turn
from tests.unit.geometry.oracle import GEOD


@pytest.mark.parametrize(("distance", "within"), [(100.0, 1e-6), (20_000.0, 1e-4), (100_000.0, 1e-3)])
def test_distances_from_the_centre_are_true(distance: float, within: float) -> None:
    azimuth = np.arange(0.0, 360.0, 1.0)
    lng0, lat0 = np.full(360, 114.3), np.linspace(-80, 80, 360)
    lng, lat, _ = GEOD.fwd(lng0, lat0, azimuth, np.full(360, distance))
    x, y = to_local(lng, lat, lng0, lat0)
    assert np.abs(np.hypot(x, y) - distance).max() < within
    back_lng, back_lat = from_local(x, y, lng0, lat0)
    assert np.asarray(GEOD.inv(lng, lat, back_lng, back_lat)[2]).max() < 1e-3


@given(st.floats(0, 360), st.floats(0, 60_000), st.floats(0, 360), st.floats(1, 2_000), st.floats(-60, 60))
@settings(max_examples=300, deadline=None)
def test_the_error_bound_holds(bearing: float, reach: float, course: float, apart: float, lat0: float) -> None:
    one = GEOD.fwd(114.3, lat0, bearing, reach)[:2]
    two = GEOD.fwd(*one, course, apart)[:2]
    x, y = to_local(np.array([one[0], two[0]]), np.array([one[1], two[1]]), 114.3, lat0)
    measured = float(np.hypot(x[1] - x[0], y[1] - y[0]))
    assert abs(measured - apart) <= frame_error_m(reach + apart, apart) + 1e-4


def test_densified_edges_are_short_and_keep_their_corners() -> None:
    ring = np.array([(114.0, 30.0), (114.1, 30.0), (114.1, 30.1), (114.0, 30.0)])
    fine = densify(ring, 125.0)
    assert np.asarray(GEOD.line_lengths(fine[:, 0], fine[:, 1])).max() <= 125.0
    assert all((fine == corner).all(axis=1).any() for corner in ring)


def test_paddings_are_never_too_small() -> None:
    for lat in (0.0, 30.5, 60.0, -84.0):
        pad_lng, pad_lat = padding_deg(lat, 500.0)
        assert GEOD.inv(114.0, lat, 114.0 + pad_lng, lat)[2] >= 500.0
        assert GEOD.inv(114.0, lat, 114.0, lat + pad_lat)[2] >= 500.0


def test_a_course_change_goes_the_short_way() -> None:
    assert turn(np.array([350.0, 10.0, 0.0]), np.array([10.0, 350.0, 180.0])).tolist() == [20.0, 20.0, 180.0]
