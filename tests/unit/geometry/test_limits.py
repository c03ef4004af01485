"""Every limit: what stands exactly at it is taken, and the next beyond it is refused by the name of its field."""

import json
import math
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from services.airspace.imports import read_zones
from services.airspace.imports.rows import MOST_FEATURES, MOST_PARTS, TooManyFeatures
from services.flightplan.domain.filing import MAX_CLOCK_SKEW, MAX_HORIZON_DAYS, check_departure
from shared.errors import Invalid
from shared.flight import FlightArea, volumes
from shared.flight.rules import MAX_AREA_KM2 as FLOWN_KM2
from shared.outlines import MAX_AREA_KM2, MAX_LATITUDE, MAX_SPAN_DEG, MAX_VERTICES, area_km2, check_outline
from shared.volumes import CircleOutline, CorridorOutline, Outline, PolygonOutline
from tests.unit.airspace.test_formats import SETTING, ed318
from tests.unit.geometry.worlds import FLAT, LAT, LNG, NOW, RULES, flight

LEAST = timedelta(microseconds=1)


def refused(ask: Callable[[], object]) -> str:
    with pytest.raises(Invalid) as found:
        ask()
    return str(found.value.field)


def box(west: float, south: float, east: float, north: float) -> PolygonOutline:
    ring = ((west, south), (east, south), (east, north), (west, north), (west, south))
    return PolygonOutline("Polygon", (ring,))


def round_ring(positions: int) -> PolygonOutline:
    """With its first position again at the end, counted too."""
    turns = np.linspace(0, 2 * math.pi, positions - 1, endpoint=False)
    ring = [(float(LNG + math.cos(t) / 10), float(LAT + math.sin(t) / 10)) for t in turns]
    return PolygonOutline("Polygon", ((*ring, ring[0]),))


def line(positions: int) -> CorridorOutline:
    return CorridorOutline("Corridor", tuple((LNG + i * 1e-4, LAT) for i in range(positions)), 50.0)


def as_large_as(km2: float) -> PolygonOutline:
    """Three degrees wide, as high as that takes."""
    low, high = 0.0, 9.0
    for _ in range(60):
        middle = (low + high) / 2
        ring = np.asarray(box(LNG, LAT, LNG + 3, LAT + middle).coordinates[0])
        low, high = (middle, high) if area_km2(ring) <= km2 else (low, middle)
    return box(LNG, LAT, LNG + 3, LAT + low)


def circle_of(km2: float) -> CircleOutline:
    return CircleOutline("Circle", (LNG, LAT), math.sqrt(km2 / math.pi) * 1_000)


OUTLINES: list[tuple[str, Outline, Outline, str]] = [
    ("OiMaxVertices", round_ring(MAX_VERTICES), round_ring(MAX_VERTICES + 1), "outline.coordinates"),
    ("OiMaxVertices of a line", line(MAX_VERTICES), line(MAX_VERTICES + 1), "outline.coordinates"),
    ("TY-AREA", as_large_as(MAX_AREA_KM2), as_large_as(MAX_AREA_KM2 + 1), "outline.coordinates.0"),
    ("TY-AREA of a circle", circle_of(MAX_AREA_KM2 - 1), circle_of(MAX_AREA_KM2 + 1), "outline.radius_m"),
    (
        "TY-SPAN",
        box(110.0, 30.0, 110.0 + MAX_SPAN_DEG, 30.001),
        box(110.0, 30.0, math.nextafter(110.0 + MAX_SPAN_DEG, 180), 30.001),
        "outline.coordinates.0",
    ),
    (
        "TY-POLE",
        box(110.0, 84.99, 110.01, MAX_LATITUDE),
        box(110.0, 84.99, 110.01, math.nextafter(MAX_LATITUDE, 90)),
        "outline.coordinates.0.2",
    ),
    (
        "TY-POLE in the south",
        box(110.0, -MAX_LATITUDE, 110.01, -84.99),
        box(110.0, math.nextafter(-MAX_LATITUDE, -90), 110.01, -84.99),
        "outline.coordinates.0.0",
    ),
    ("antimeridian", box(179.9, 30.0, 180.0, 30.1), box(179.9, 30.0, -179.9, 30.1), "outline.coordinates.0"),
]


@pytest.mark.parametrize(("at", "beyond", "field"), [each[1:] for each in OUTLINES], ids=[each[0] for each in OUTLINES])
def test_an_outline_at_its_limit_and_beyond(at: Outline, beyond: Outline, field: str) -> None:
    check_outline(at)
    assert refused(lambda: check_outline(beyond)) == field


def test_a_departure_at_the_horizon_and_beyond() -> None:
    """OiMaxPlanHorizonDays, and maxClockSkew behind."""
    last, first = NOW + timedelta(days=MAX_HORIZON_DAYS), NOW - MAX_CLOCK_SKEW
    for at, beyond in ((last, last + LEAST), (first, first - LEAST)):
        check_departure(at, NOW)
        assert refused(lambda beyond=beyond: check_departure(beyond, NOW)) == "departs_at"  # type: ignore[misc]


def test_the_area_of_one_flight_and_beyond() -> None:
    def work(km2: float) -> Any:
        area = FlightArea(outline=circle_of(km2), upper_m=90.0, duration_s=60.0)
        return volumes(flight(area=area), RULES, FLAT)

    assert len(work(FLOWN_KM2 - 0.01).records) > 0
    assert refused(lambda: work(FLOWN_KM2 + 0.01)) == "area.outline"


def test_the_features_of_a_file_and_the_parts_of_one_and_beyond() -> None:
    assert len(read_zones(json.dumps([0] * MOST_FEATURES).encode(), SETTING, name="ed269")[1]) == MOST_FEATURES
    with pytest.raises(TooManyFeatures):
        read_zones(json.dumps([0] * (MOST_FEATURES + 1)).encode(), SETTING, name="ed269")
    for parts, errors in ((MOST_PARTS, []), (MOST_PARTS + 1, ["geometry.geometries"])):
        feature = ed318({"type": "GeometryCollection", "geometries": [ed318()["geometry"]] * parts})
        document = json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()
        assert [error.field for error in read_zones(document, SETTING)[1]] == errors
