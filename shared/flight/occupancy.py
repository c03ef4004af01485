"""How much airspace a flight takes from others: area × time of its volumes. Pure."""

import math

import numpy as np
import shapely

from shared.flight.records import FlightVolumes
from shared.geodesy import legs
from shared.outlines import area_km2


def occupied_km2_h(flight: FlightVolumes) -> float:
    """Square kilometres times hours, volume by volume: neighbours overlap by design, and both count."""
    records = flight.records
    _, _, length_m = legs(records["lng1"], records["lat1"], records["lng2"], records["lat2"])
    radius_m = records["radius_m"]
    footprint_km2 = (math.pi * radius_m**2 + 2 * radius_m * length_m) / 1e6
    for i in np.flatnonzero(records["area"] >= 0).tolist():
        footprint_km2[i] = _polygon_km2(flight.areas[records["area"][i]], float(radius_m[i]))
    hours = (records["end_us"] - records["start_us"]) / 3.6e9
    return float((footprint_km2 * hours).sum())


def _polygon_km2(polygon: shapely.Polygon, radius_m: float) -> float:
    """The polygon with a band of the radius round it."""
    ring = shapely.get_coordinates(shapely.get_exterior_ring(polygon))
    around_m = float(legs(ring[:-1, 0], ring[:-1, 1], ring[1:, 0], ring[1:, 1])[2].sum())
    return area_km2(ring) + (around_m * radius_m + math.pi * radius_m**2) / 1e6
