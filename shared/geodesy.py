"""The local frame of exact distances, and lines on the ellipsoid. Pure numpy, WGS-84 degrees in and out.

The frame is azimuthal equidistant, in closed form: the chord from the centre, seen in the centre's east-north plane,
stretched to the arc. Distances from the centre are true to 0.1 mm within 50 km; elsewhere see `frame_error_m`.
"""

import math
from typing import Final

import numpy as np
import pyproj
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

SEMI_MAJOR_M: Final = 6_378_137.0
_FLATTENING: Final = 1 / 298.257223563
_E2: Final = _FLATTENING * (2 - _FLATTENING)
_SMALLEST_RADIUS_M: Final = 6_335_000.0  # of curvature anywhere on the ellipsoid: errors are bounded with it
_M_PER_DEGREE_LAT: Final = 110_500.0  # the least anywhere, so that paddings are never too small
_M_PER_DEGREE_LNG: Final = 111_300.0  # at the equator, likewise

_GEOD = pyproj.Geod(ellps="WGS84")


def to_local(lng: ArrayLike, lat: ArrayLike, lng0: ArrayLike, lat0: ArrayLike) -> tuple[Floats, Floats]:
    """Metres east and north of (lng0, lat0); all four broadcast against each other."""
    lam0, phi0 = np.radians(lng0), np.radians(lat0)
    sin_lam, cos_lam, sin_phi, cos_phi = np.sin(lam0), np.cos(lam0), np.sin(phi0), np.cos(phi0)
    x, y, z = _ecef(np.radians(lng), np.radians(lat))
    x0, y0, z0 = _ecef(lam0, phi0)
    dx, dy, dz = x - x0, y - y0, z - z0
    outward = cos_lam * dx + sin_lam * dy
    east = cos_lam * dy - sin_lam * dx
    north = cos_phi * dz - sin_phi * outward
    up = cos_phi * outward + sin_phi * dz
    level2 = east * east + north * north
    chord = np.sqrt(level2 + up * up)
    twice_radius = 2 * _radius(north * north, level2, sin_phi)
    arc = twice_radius * np.arcsin(np.minimum(chord / twice_radius, 1.0))
    stretch = np.divide(arc, np.sqrt(level2), out=np.ones_like(arc), where=level2 > 0)
    return east * stretch, north * stretch


def from_local(x: ArrayLike, y: ArrayLike, lng0: ArrayLike, lat0: ArrayLike, rounds: int = 6) -> tuple[Floats, Floats]:
    """The inverse of `to_local`, to 1 mm within 100 km: a first guess by degrees, then corrections.

    After 3 rounds it is good to 3 cm within 100 km of anywhere, and to 0.01 mm within 50 km of the city: for places to
    show. Their number is fixed, so that a place does not depend on what else is asked.
    """
    x, y, lng0, lat0 = np.broadcast_arrays(*(np.asarray(a, np.float64) for a in (x, y, lng0, lat0)))
    phi0 = np.radians(lat0)
    per_lat, per_lng = _metres_per_degree(phi0)
    lng, lat = lng0 + x / per_lng, lat0 + y / per_lat
    for _ in range(rounds):
        at_x, at_y = to_local(lng, lat, lng0, lat0)
        per_lat, per_lng = _metres_per_degree(np.radians(lat))
        lng, lat = lng + (x - at_x) / per_lng, lat + (y - at_y) / per_lat
    return lng, lat


def frame_error_m(reach_m: ArrayLike, apart_m: ArrayLike, core_m: ArrayLike = 0.0) -> Floats:
    """The most by which a distance of `apart_m`, measured `reach_m` away from the frame's centre, may be wrong.

    S r² / 6 R² for the frame's stretch across, and r L² / 12 R² for a geodesic core of `core_m` drawn straight.
    """
    reach, apart, core = (np.asarray(a, np.float64) for a in (reach_m, apart_m, core_m))
    r2 = _SMALLEST_RADIUS_M**2
    return apart * reach**2 / (6 * r2) + reach * core**2 / (12 * r2)


def legs(lng1: Floats, lat1: Floats, lng2: Floats, lat2: Floats) -> tuple[Floats, Floats, Floats]:
    """Geodesics: azimuth (degrees) at the start, azimuth of travel at the end, length in metres."""
    start, back, length = _GEOD.inv(lng1, lat1, lng2, lat2)
    return np.asarray(start), np.asarray(back) + 180.0, np.asarray(length)


def along(lng: Floats, lat: Floats, azimuth: Floats, distance_m: Floats) -> tuple[Floats, Floats]:
    """The points reached from (lng, lat) along geodesics."""
    out_lng, out_lat, _ = _GEOD.fwd(lng, lat, azimuth, distance_m)
    return np.asarray(out_lng), np.asarray(out_lat)


def densify(ring: Floats, longest_m: float) -> Floats:
    """The line (n, 2) with points added on its edges, straight in degrees, so that none is longer than `longest_m`."""
    steps = np.diff(ring, axis=0)
    middle = np.radians((ring[1:, 1] + ring[:-1, 1]) / 2)
    length = np.hypot(steps[:, 0] * np.cos(middle), steps[:, 1]) * _M_PER_DEGREE_LNG
    counts = np.maximum(np.ceil(length / longest_m), 1).astype(np.int64)
    edge = np.repeat(np.arange(len(counts)), counts)
    step = np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts)
    points = ring[edge] + steps[edge] * (step / counts[edge])[:, None]
    return np.vstack((points, ring[-1:]))


def densify_geodesics(line: Floats, longest_m: float) -> Floats:
    """The line (n, 2) with points added along its edges, shortest paths, so that none is longer than `longest_m`."""
    azimuth, _, length = legs(line[:-1, 0], line[:-1, 1], line[1:, 0], line[1:, 1])
    counts = np.maximum(np.ceil(length / longest_m), 1).astype(np.int64)
    edge = np.repeat(np.arange(len(counts)), counts)
    step = np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts)
    inner = step > 0
    points = line[edge].copy()
    points[inner] = np.column_stack(
        along(
            line[edge[inner], 0],
            line[edge[inner], 1],
            azimuth[edge[inner]],
            (length / counts)[edge[inner]] * step[inner],
        )
    )
    return np.vstack((points, line[-1:]))


def padding_deg(lat: ArrayLike, metres: ArrayLike) -> tuple[Floats, Floats]:
    """Degrees of longitude and of latitude that are at least `metres`, for points no nearer to a pole than `lat`."""
    pad_lat = np.asarray(metres, np.float64) / _M_PER_DEGREE_LAT
    furthest = np.minimum(np.abs(lat) + pad_lat, 89.0)
    return pad_lat * _M_PER_DEGREE_LAT / (_M_PER_DEGREE_LNG * np.cos(np.radians(furthest))), pad_lat


def turn(azimuth_in: Floats, azimuth_out: Floats) -> Floats:
    """By how many degrees the course changes, 0 to 180."""
    return np.abs((azimuth_out - azimuth_in + 180.0) % 360.0 - 180.0)


def turn_radius_m(speed_mps: Floats, bank_deg: float) -> Floats:
    """Radius of a level turn."""
    return speed_mps * speed_mps / (9.80665 * math.tan(math.radians(bank_deg)))


def _ecef(lam: Floats, phi: Floats) -> tuple[Floats, Floats, Floats]:
    sin_phi, cos_phi = np.sin(phi), np.cos(phi)
    normal = SEMI_MAJOR_M / np.sqrt(1 - _E2 * sin_phi * sin_phi)
    return normal * cos_phi * np.cos(lam), normal * cos_phi * np.sin(lam), normal * (1 - _E2) * sin_phi


def _radius(north2: Floats, level2: Floats, sin_phi: Floats) -> Floats:
    """Euler's radius of curvature of the normal section towards the point."""
    w = 1 - _E2 * sin_phi * sin_phi
    normal = SEMI_MAJOR_M / np.sqrt(w)
    meridian = normal * (1 - _E2) / w
    cos2 = np.divide(north2, level2, out=np.zeros_like(level2), where=level2 > 0)
    return 1 / (cos2 / meridian + (1 - cos2) / normal)


def _metres_per_degree(phi: Floats) -> tuple[Floats, Floats]:
    w = 1 - _E2 * np.sin(phi) ** 2
    normal = SEMI_MAJOR_M / np.sqrt(w)
    return np.radians(normal * (1 - _E2) / w), np.radians(normal * np.cos(phi))
