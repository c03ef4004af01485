"""What is not a sound area is refused at the edge, with the place of the fault."""

import math
from typing import Any

import pytest

from shared.errors import Invalid
from shared.outlines import MAX_VERTICES, box_of, check_outline
from shared.volumes import CircleOutline, PolygonOutline
from tests.unit.geometry.worlds import GEOD, LAT, LNG, circle, square

A, B, C, D = (114.0, 30.0), (114.1, 30.0), (114.1, 30.1), (114.0, 30.1)
MANY = [(114 + math.cos(i / 2_000) / 10, 30 + math.sin(i / 2_000) / 10) for i in range(MAX_VERTICES + 1)]


@pytest.mark.parametrize(
    ("rings", "field", "says"),
    [
        ([], "coordinates", "no ring"),
        ([[]], "coordinates.0", "at least 4"),
        ([[A, B, A]], "coordinates.0", "at least 4"),
        ([[A, B, C, D]], "coordinates.0", "not closed: it ends at [114, 30.1]"),
        ([[A, B, B, C, A]], "coordinates.0.2", "[114.1, 30] is repeated"),
        ([[A, B, (math.nan, 30.0), A]], "coordinates.0.2", "two numbers"),
        ([[A, B, (114.1, math.inf), A]], "coordinates.0.2", "two numbers"),
        ([[A, C, B, D, A]], "coordinates", "114.05 30.05"),
        ([[A, B, (114.2, 30.0), A]], "coordinates", "simple area"),
        ([[A, B, C, D, A], [(115.0, 30.0), (115.1, 30.0), (115.1, 30.1), (115.0, 30.0)]], "coordinates", "Hole lies"),
        ([[(179.9, 1.0), (-179.9, 1.0), (-179.9, 2.0), (179.9, 1.0)]], "coordinates.0", "antimeridian"),
        ([[(0.0, 84.0), (1.0, 86.0), (2.0, 84.0), (0.0, 84.0)]], "coordinates.0.1", "pole"),
        ([[(30.0, 114.0), (30.1, 114.0), (30.1, 114.1), (30.0, 114.0)]], "coordinates.0.0", "not on Earth"),
        ([[(100.0, 20.0), (120.0, 20.0), (120.0, 40.0), (100.0, 20.0)]], "coordinates.0", "wider than 10"),
        ([[(110.0, 26.0), (119.0, 26.0), (119.0, 34.0), (110.0, 34.0), (110.0, 26.0)]], "coordinates.0", "larger"),
        ([[*MANY, MANY[0]]], "coordinates", "10,000 positions"),
    ],
)
def test_unsound_polygons(rings: Any, field: str, says: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_outline(PolygonOutline("Polygon", rings), "spec.outline")
    assert refused.value.field == f"spec.outline.{field}"
    assert says in refused.value.detail


@pytest.mark.parametrize(
    ("center", "radius", "field"),
    [
        ((math.nan, 30.0), 5.0, "center"),
        ((114.0, 89.0), 5.0, "center"),
        ((179.9999, 30.0), 5_000.0, "center"),
        ((114.0, 30.0), math.nan, "radius_m"),
        ((114.0, 30.0), 0.0, "radius_m"),
        ((114.0, 30.0), 190_000.0, "radius_m"),
    ],
)
def test_unsound_circles(center: tuple[float, float], radius: float, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_outline(CircleOutline("Circle", center, radius))
    assert refused.value.field == f"outline.{field}"


def test_sound_outlines_pass() -> None:
    check_outline(square(5_000))
    check_outline(circle(5_000))
    hole = [(114.02, 30.02), (114.05, 30.02), (114.05, 30.05), (114.02, 30.02)]
    check_outline(PolygonOutline("Polygon", [[A, B, C, D, A], hole]))


def test_boxes_are_never_too_small() -> None:
    west, south, east, north = box_of(circle(1_000), pad_m=50.0)
    for azimuth in range(0, 360, 5):
        lng, lat, _ = GEOD.fwd(LNG, LAT, azimuth, 1_050.0)
        assert west <= lng <= east
        assert south <= lat <= north
