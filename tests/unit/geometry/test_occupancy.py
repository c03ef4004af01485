"""Area × time of a flight, against the plain sum of its volumes' buffered footprints."""

import pyproj
import pytest
import shapely

from shared.flight import FlightArea, FlightIntent, volumes
from shared.flight.occupancy import occupied_km2_h
from tests.unit.geometry.worlds import FLAT, LAT, LNG, RULES, circle, flight, square, waypoint

_METRES = pyproj.Transformer.from_crs(4326, f"+proj=aeqd +lat_0={LAT} +lon_0={LNG}", always_xy=True)


def buffered_km2_h(intent: FlightIntent) -> float:
    """By shapely, in a frame of its own."""
    total = 0.0
    for volume in volumes(intent, RULES, FLAT).as_volume4ds():
        local = shapely.transform(volume.core, lambda points: list(zip(*_METRES.transform(*points.T), strict=True)))
        hours = (volume.window.end - volume.window.start).total_seconds() / 3_600
        total += local.buffer(volume.radius_m, quad_segs=64).area / 1e6 * hours
    return total


@pytest.mark.parametrize(
    "intent",
    [
        flight([waypoint(2_000, 500), waypoint(0, 1_500, hover_s=120.0, hover_radius_m=100.0)]),
        flight(area=FlightArea(outline=square(400), upper_m=90.0, duration_s=1_800.0)),
        flight(area=FlightArea(outline=circle(350, 100, 0), upper_m=90.0, duration_s=900.0)),
    ],
    ids=["path", "polygon", "circle"],
)
def test_it_is_the_sum_of_footprints_by_their_time(intent: FlightIntent) -> None:
    assert occupied_km2_h(volumes(intent, RULES, FLAT)) == pytest.approx(buffered_km2_h(intent), rel=0.01)
