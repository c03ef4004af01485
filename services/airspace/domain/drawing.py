"""What a map draws of a flight: the way it takes, or the area it works, flat. Pure."""

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from shared.flight import FlightVolumes


def drawn(flight: FlightVolumes) -> BaseGeometry:
    """Its worked areas where it has any, else its way as a line; a point where it stays above one."""
    if flight.areas:
        return flight.areas[0] if len(flight.areas) == 1 else shapely.MultiPolygon(flight.areas)
    records = flight.records
    ends = np.column_stack((records["lng1"], records["lat1"], records["lng2"], records["lat2"])).reshape(-1, 2)
    new = np.r_[True, (ends[1:] != ends[:-1]).any(axis=1)]
    way = ends[new]
    return shapely.Point(way[0]) if len(way) == 1 else shapely.LineString(way)
