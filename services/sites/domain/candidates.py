"""Which positions zones leave free, and which cell of a grid each lies in. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from shared.contracts.airspace import ZoneSpec
from shared.geodesy import legs
from shared.outlines import box_of, core_of, projected
from shared.volumes import AltitudeReference

Floats = NDArray[np.float64]
TOUCH_M = 0.001  # touching is inside, as airspace decides it
TOUCH_DEG = 2e-8  # no less than that anywhere between the polar circles
METRES_A_DEGREE = 111_320.0
_MOST_ROWS = 2**31


@dataclass(frozen=True, slots=True)
class ZoneCopy:
    """A zone that airspace has in force."""

    zone_id: str
    zone_version: int
    spec: ZoneSpec

    @property
    def name(self) -> str:
        """`zone_id@zone_version`."""
        return f"{self.zone_id}@{self.zone_version}"


def lasts_on_ground(spec: ZoneSpec, ground_max_m: float, geoid_max_m: float) -> bool:
    """True for a zone without an end in time whose band may reach the ground, as airspace assesses a site.

    A height above the sea or the ellipsoid may reach the ground where it is not above the city's highest.
    """
    if spec.ends_at is not None:
        return False
    lower = spec.lower
    if lower is None or lower.value_m <= 0:
        return True
    match lower.reference:
        case AltitudeReference.AGL:
            return False
        case AltitudeReference.AMSL:
            return lower.value_m <= ground_max_m
        case _:
            return lower.value_m - geoid_max_m <= ground_max_m


def inside(zones: Iterable[ZoneCopy], lng: Floats, lat: Floats) -> NDArray[np.bool_]:
    """Which positions lie in a zone or on its edge. Edges of a core are straight in degrees."""
    found = np.zeros(len(lng), np.bool_)
    for zone in zones:
        west, south, east, north = box_of(zone.spec.outline, TOUCH_M)
        near = np.flatnonzero((lng >= west) & (lng <= east) & (lat >= south) & (lat <= north) & ~found)
        found[near] = _within(zone, lng[near], lat[near])
    return found


def _within(zone: ZoneCopy, lng: Floats, lat: Floats) -> NDArray[np.bool_]:
    core, radius_m = core_of(zone.spec.outline)
    if isinstance(core, shapely.Polygon):
        shapely.prepare(core)
        return np.asarray(shapely.dwithin(core, shapely.points(lng, lat), TOUCH_DEG), np.bool_)
    if isinstance(core, shapely.Point):
        _, _, metres = legs(np.full(len(lng), core.x), np.full(len(lat), core.y), lng, lat)
    else:
        here = shapely.Point(0.0, 0.0)  # of a frame round each position, where distances from it are true
        metres = np.array(
            [projected(core, x, y).distance(here) for x, y in zip(lng.tolist(), lat.tolist(), strict=True)]
        )
    return np.asarray(metres <= radius_m + TOUCH_M, np.bool_)


def cells(lng: Floats, lat: Floats, cell_m: float, reference_lat: float) -> NDArray[np.int64]:
    """A number for the square cell of each position, counted from 0; squares at `reference_lat`."""
    return lattice_cells(lng, lat, cell_m, reference_lat)[1]


def lattice_cells(
    lng: Floats, lat: Floats, cell_m: float, reference_lat: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The cells that positions lie in, as columns and rows of the lattice (c, 2), and the cell of each position."""
    step_lng, step_lat = _steps(cell_m, reference_lat)
    columns, rows = np.floor(lng / step_lng).astype(np.int64), np.floor(lat / step_lat).astype(np.int64)
    found, numbers = np.unique(columns * _MOST_ROWS + rows + _MOST_ROWS // 2, return_inverse=True)  # one key a cell
    places = np.column_stack([found // _MOST_ROWS, found % _MOST_ROWS - _MOST_ROWS // 2])
    return places, np.asarray(numbers, np.int64)


def lattice_corner(places: NDArray[np.int64], cell_m: float, reference_lat: float) -> Floats:
    """The south-west corner of cells of the lattice, longitude and latitude."""
    return np.asarray(places * np.array(_steps(cell_m, reference_lat)), np.float64)


def _steps(cell_m: float, reference_lat: float) -> tuple[float, float]:
    step_lat = cell_m / METRES_A_DEGREE
    return step_lat / float(np.cos(np.radians(reference_lat))), step_lat
