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
METRES_A_DEGREE = 111_320.0


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
        return np.asarray(shapely.intersects_xy(core, lng, lat), np.bool_)
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
    step_lat = cell_m / METRES_A_DEGREE
    step_lng = step_lat / np.cos(np.radians(reference_lat))
    places = np.column_stack([np.floor(lng / step_lng), np.floor(lat / step_lat)])
    _, numbers = np.unique(places, axis=0, return_inverse=True)
    return np.asarray(numbers.ravel(), np.int64)
