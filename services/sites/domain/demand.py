"""Where people are: the census spread over a regular grid inside each district, off the water. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from shared.city import District

METRES_A_DEGREE = 111_320.0


@dataclass(frozen=True, slots=True)
class DemandPoint:
    """The middle of a grid cell, with the people it stands for."""

    lng: float
    lat: float
    adcode: str
    population: float


def spread(districts: Iterable[District], spacing_m: float, reference_lat: float) -> list[DemandPoint]:
    """A point every `spacing_m` in each district's dry land, each with its part of the district's people by area.

    The lattice is fixed to the degrees (square at `reference_lat`), so the same city always gives the same points. A
    district too small for any gets one point inside, so that nobody is lost.
    """
    step_lat = spacing_m / METRES_A_DEGREE
    step_lng = step_lat / np.cos(np.radians(reference_lat))
    return [point for district in districts for point in _spread(district, step_lng, step_lat)]


def _spread(district: District, step_lng: float, step_lat: float) -> list[DemandPoint]:
    lng, lat = _lattice(district.dry.bounds, step_lng, step_lat)
    shapely.prepare(district.dry)
    inside = shapely.contains_xy(district.dry, lng, lat)
    lng, lat = lng[inside], lat[inside]
    if not len(lng):
        middle = district.dry.representative_point()
        lng, lat = np.array([middle.x]), np.array([middle.y])
    area = np.cos(np.radians(lat))  # a cell of equal degrees is narrower to the north
    people = district.population * area / area.sum()
    return [
        DemandPoint(x, y, district.adcode, p)
        for x, y, p in zip(lng.tolist(), lat.tolist(), people.tolist(), strict=True)
    ]


def _lattice(
    bounds: tuple[float, float, float, float], step_lng: float, step_lat: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    west, south, east, north = bounds
    columns = (np.arange(np.floor(west / step_lng), np.ceil(east / step_lng)) + 0.5) * step_lng
    rows = (np.arange(np.floor(south / step_lat), np.ceil(north / step_lat)) + 0.5) * step_lat
    lng, lat = np.meshgrid(columns, rows)
    return lng.ravel().round(6), lat.ravel().round(6)
