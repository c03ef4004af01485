"""Where demand is: the census spread over a regular grid inside each district, off the water; other layers. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
import shapely
from numpy.typing import NDArray

from shared.city import District

METRES_A_DEGREE = 111_320.0


class LayerSource(StrEnum):
    """Where a layer of demand comes from."""

    CENSUS = "census"  # of the city's profile: its people, spread over its dry land
    TOWNS = "towns"  # of the city's profile: each town once
    POINTS = "points"  # imported
    RASTER = "raster"  # imported


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A layer of demand points; `version` changes with any of them."""

    layer: str
    source: LayerSource
    version: str
    points: int
    weight: float
    imported_at: datetime
    imported_by: str


@dataclass(frozen=True, slots=True)
class DemandPoint:
    """A place with the people (or whatever else the layer weighs by) it stands for."""

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


def settle(lng: NDArray[np.float64], lat: NDArray[np.float64], districts: Iterable[District]) -> list[str]:
    """The district (adcode) of each position, empty outside the city; on a shared edge the first by adcode."""
    found = np.full(len(lng), "", dtype=object)
    for district in sorted(districts, key=lambda each: each.adcode, reverse=True):
        shapely.prepare(district.polygon)
        found[shapely.intersects_xy(district.polygon, lng, lat)] = district.adcode
    return list(found)
