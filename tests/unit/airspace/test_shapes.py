"""The shapes of MH/T 4053: sectors to a centimetre, corridors, areas by name; and polygons drawn round corridors."""

import json
import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.airspace.imports import Setting, areas_by_name, read_zones
from services.airspace.imports.shapes import ARC_ERROR_M, corridor_polygon, sector
from services.airspace.usecases.zones import Stated
from shared.city import load_city
from shared.outlines import check_outline, polygon_of
from shared.volumes import CircleOutline, CorridorOutline, Edges, PolygonOutline
from tests.unit.airspace.test_formats import GEOJSON, SETTING
from tests.unit.geometry import oracle
from tests.unit.geometry.worlds import GEOD, LAT, LNG, away

CITY = load_city(Path(__file__).resolve().parents[3] / "city" / "wuhan")
TRIANGLE = [[114.3, 30.5], [114.4, 30.5], [114.4, 30.6], [114.3, 30.5]]
HERE = Setting(now=SETTING.now, city_time=SETTING.city_time, areas=areas_by_name(CITY))


def read(geometry: Any, **properties: Any) -> tuple[list[Stated], list[str]]:
    feature = {"type": "Feature", "id": "z", "geometry": geometry, "properties": {**GEOJSON, **properties}}
    content = json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()
    stated, errors = read_zones(content, HERE)
    return stated, [error.field for error in errors]


@given(
    st.sampled_from([50.0, 800.0, 5_000.0, 60_000.0]),
    st.floats(0, 360),
    st.floats(0.5, 360),
    st.sampled_from([(LNG, LAT), (25.0, 60.0)]),
)
@settings(max_examples=25, deadline=None)
def test_a_sectors_arc_is_right_to_a_centimetre_and_never_inside(
    radius: float, start: float, turn: float, center: tuple[float, float]
) -> None:
    outline = sector(center, radius, start, start + turn)
    check_outline(outline)
    assert outline.edges is Edges.GEODESIC
    ring = np.array(outline.coordinates[0])
    arc = ring[1:-1] if tuple(ring[0]) == center else ring[:-1]
    azimuth, _, away_m = GEOD.inv(*np.broadcast_to(center, arc.shape).T, *arc.T)
    assert (away_m >= radius - 1e-6).all()
    assert (away_m <= radius + ARC_ERROR_M + 1e-6).all()
    middles = [oracle.geodesic(tuple(one), tuple(two))(np.array([0.5])) for one, two in pairwise(arc)]
    _, _, inner = GEOD.inv(*np.broadcast_to(center, (len(middles), 2)).T, *np.array(middles)[:, :, 0].T)
    assert (inner >= radius - 1e-3).all()
    if tuple(ring[0]) == center:
        bearings = [(float(azimuth[i]) - edge + 180) % 360 - 180 for i, edge in ((-1, start), (0, start + turn))]
        assert max(map(abs, bearings)) < 1e-6


def test_shapes_in_geojson() -> None:
    point = {"type": "Point", "coordinates": [114.3, 30.5]}
    line = {"type": "LineString", "coordinates": [[114.3, 30.5], [114.4, 30.5, 20]]}
    ((one,), _) = read(point, radius_m=500, sector=[350, 80])
    assert one.spec.outline == sector((114.3, 30.5), 500, 350, 80)
    ((one,), _) = read(line, radius_m=100)
    assert one.spec.outline == CorridorOutline("Corridor", ((114.3, 30.5), (114.4, 30.5)), 100.0)
    ((one,), _) = read(line, radius_m=100, edges="geodesic")
    assert one.spec.outline == CorridorOutline("Corridor", ((114.3, 30.5), (114.4, 30.5)), 100.0, Edges.GEODESIC)
    several, _ = read({"type": "MultiPolygon", "coordinates": [[TRIANGLE], [[[x + 1, y] for x, y in TRIANGLE]]]})
    assert [one.zone_id for one in several] == ["z.1", "z.2"]
    one, other = (read(None, shape=shape, coor="114.3,30.5,500")[0] for shape in (2, "2"))
    assert one == other  # numbers come as strings too


@pytest.mark.parametrize(
    ("geometry", "properties", "field"),
    [
        ({"type": "Point", "coordinates": [114.3, 30.5]}, {"radius_m": 5, "sector": [1]}, "properties.sector"),
        ({"type": "Point", "coordinates": [114.3, 30.5]}, {"radius_m": 0, "sector": [1, 2]}, "properties.radius_m"),
        ({"type": "Point", "coordinates": ["x"]}, {"radius_m": 5, "sector": [1, 2]}, "geometry.coordinates"),
        ({"type": "LineString", "coordinates": [[114.3, 30.5]] * 2}, {"radius_m": 5}, "geometry.coordinates.1"),
        ({"type": "LineString", "coordinates": [[114.3, 30.5], [114.4, 30.5]]}, {}, "properties.radius_m"),
        ({"type": "MultiPolygon", "coordinates": []}, {}, "geometry.coordinates"),
        ({"type": "Polygon", "coordinates": [TRIANGLE]}, {"edges": "round"}, "properties.edges"),
        (None, {"administrative_area": "朝阳区"}, "properties.administrative_area"),
        (None, {"administrative_area": "北京市/朝阳区/洪山区"}, "properties.administrative_area"),
        (None, {"shape": 0, "coor": "g1|g2"}, "properties.shape"),
        (None, {"shape": [], "coor": "1,2"}, "properties.shape"),
        (None, {"shape": {}, "coor": "1,2"}, "properties.shape"),
        (None, {"shape": True, "coor": "1,2"}, "properties.shape"),
        (None, {"coor": "1,2"}, "properties.shape"),
        (None, {"shape": "0", "coor": "g1|g2"}, "properties.shape"),
        (None, {"shape": 9, "coor": "1,2"}, "properties.shape"),
        (None, {"shape": 3, "coor": "114.3,30.5|500"}, "properties.coor"),
        (None, {"shape": 2, "coor": "114.3,here,500"}, "properties.coor"),
        (None, {"shape": 4, "coor": "114.3,30.5,100"}, "properties.coor"),
        (None, {}, "geometry.type"),
    ],
)
def test_what_is_no_shape_is_named(geometry: Any, properties: Any, field: str) -> None:
    stated, fields = read(geometry, **properties)
    assert stated == []
    assert all(each.startswith(field) for each in fields), fields


def test_coordinate_texts_of_mht_4053() -> None:
    def outlines(shape: int, coor: str) -> list[Any]:
        stated, fields = read(None, shape=shape, coor=coor)
        assert fields == []
        return [one.spec.outline for one in stated]

    corners = "114.3,30.5|114.4,30.5|114.4,30.6"
    (polygon,) = outlines(1, corners)
    assert polygon.coordinates[0][0] == polygon.coordinates[0][-1] == (114.3, 30.5)
    assert outlines(1, f"{corners}|114.3,30.5") == [polygon]
    circle = CircleOutline("Circle", (114.3, 30.5), 500.0)
    assert outlines(2, "114.3,30.5,500") == outlines(2, "114.3,30.5|500") == [circle]
    assert outlines(3, "114.3,30.5|500|0|90") == [sector((114.3, 30.5), 500, 0, 90)]
    wide, narrow = outlines(4, "114.3,30.5,200|114.4,30.5,200|114.4,30.6,100|114.5,30.6,100")
    assert wide == CorridorOutline("Corridor", ((114.3, 30.5), (114.4, 30.5), (114.4, 30.6)), 100.0)
    assert narrow == CorridorOutline("Corridor", ((114.4, 30.6), (114.5, 30.6)), 50.0)
    assert outlines(6, "湖北省/武汉市/江岸区") == outlines(6, "江岸区")


@pytest.mark.parametrize("district", CITY.districts, ids=lambda district: district.adcode)
def test_every_district_is_a_zone_by_its_name(district: Any) -> None:
    stated, fields = read(None, administrative_area=district.name.zh)
    assert fields == []
    assert len(stated) == len(district.polygon.geoms)
    assert stated[0].zone_id == ("z" if len(stated) == 1 else "z.1")
    assert sum(polygon_of(one.spec.outline).area for one in stated) == pytest.approx(district.polygon.area)  # type: ignore[arg-type]
    assert read(None, administrative_area=district.adcode)[0] == stated


@given(
    st.lists(st.tuples(*[st.integers(-4_000, 4_000).map(float)] * 2), min_size=2, max_size=5, unique=True),
    st.sampled_from([30.0, 400.0]),
)
@settings(max_examples=20, deadline=None)
def test_a_polygon_drawn_round_a_corridor_is_never_inside_it(line: Any, radius: float) -> None:
    corridor = CorridorOutline("Corridor", tuple(away(*at) for at in line), radius)
    polygon = corridor_polygon(corridor)
    edges = [oracle.straight(*edge) for edge in pairwise(corridor.coordinates)]
    corners = polygon.coordinates[0][:: max(1, math.floor(len(polygon.coordinates[0]) / 25))]
    assert all(radius <= min(oracle.point_gap_m(edge, corner) for edge in edges) <= radius + 0.1 for corner in corners)
    assert isinstance(polygon, PolygonOutline)
    assert all(oracle.within(polygon, *corner) for corner in corridor.coordinates)
