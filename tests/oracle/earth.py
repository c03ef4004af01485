"""The ellipsoid in Cartesian coordinates: geodesics by halving, distances between straight pieces in space.

Nothing is projected. A curve is a row of points on the surface, the pieces between them chords; the distance of two
curves is that of their chords, stretched to the arc. A chord of 500 m lies 5 mm deep at its middle, which adds less
than a micrometre to a distance of 20 m.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

A_M: Final = 6_378_137.0
B_M: Final = 6_356_752.314245179
E2: Final = 1 - (B_M / A_M) ** 2
MEAN_M: Final = 6_371_000.0


def space(lng: ArrayLike, lat: ArrayLike) -> Floats:
    """(..., 3) metres from the Earth's centre, on the surface."""
    lam, phi = np.radians(lng), np.radians(lat)
    normal = A_M / np.sqrt(1 - E2 * np.sin(phi) ** 2)
    return np.stack(
        (normal * np.cos(phi) * np.cos(lam), normal * np.cos(phi) * np.sin(lam), normal * (1 - E2) * np.sin(phi)), -1
    )


def degrees(points: Floats) -> tuple[Floats, Floats]:
    """Longitude and latitude below or above points near the surface."""
    x, y, z = points[..., 0], points[..., 1], points[..., 2]
    across = np.hypot(x, y)
    phi = np.arctan2(z, across * (1 - E2))
    for _ in range(4):
        normal = A_M / np.sqrt(1 - E2 * np.sin(phi) ** 2)
        phi = np.arctan2(z + E2 * normal * np.sin(phi), across)
    return np.degrees(np.arctan2(y, x)), np.degrees(phi)


def halved(points: Floats, times: int) -> Floats:
    """(..., n, 3) to twice as many geodesic pieces, so many times.

    The middle of a geodesic lies in the plane of its ends and of the normal between them, but for terms of the fourth
    order: the chord's middle, lifted along the normal, is it.
    """
    for _ in range(times):
        middles = space(*degrees((points[..., :-1, :] + points[..., 1:, :]) / 2))
        finer = np.empty((*points.shape[:-2], 2 * points.shape[-2] - 1, 3))
        finer[..., ::2, :], finer[..., 1::2, :] = points, middles
        points = finer
    return points


def geodesic(one: ArrayLike, two: ArrayLike, halvings: int = 2) -> Floats:
    """(..., n, 3) along the shortest path between (..., 2) degrees."""
    ends = np.stack((np.asarray(one, np.float64), np.asarray(two, np.float64)), -2)
    return halved(space(ends[..., 0], ends[..., 1]), halvings)


def straight(one: ArrayLike, two: ArrayLike, pieces: int) -> Floats:
    """(n, 3) along the line that is straight in degrees."""
    share = np.linspace(0.0, 1.0, pieces + 1)[:, None]
    start, end = np.asarray(one, np.float64), np.asarray(two, np.float64)
    line = start + (end - start) * share
    return space(line[:, 0], line[:, 1])


def length_m(points: Floats) -> float:
    """Along a row of points on the surface."""
    return float(arc(np.linalg.norm(np.diff(points, axis=-2), axis=-1)).sum(-1))


def arc(chord: Floats) -> Floats:
    """The way along the surface whose chord that is; half a per cent of curvature is a millimetre over 40 km."""
    return 2 * MEAN_M * np.arcsin(np.minimum(chord / (2 * MEAN_M), 1.0))


def part(points: Floats, start: float, end: float, pieces: int = 4) -> Floats:
    """(pieces + 1, 3) from a share of the length of a row of points to another, on the surface."""
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    at = np.concatenate(([0.0], np.cumsum(steps)))
    wanted = np.linspace(start, end, pieces + 1) * at[-1]
    between = np.stack([np.interp(wanted, at, points[:, axis]) for axis in range(3)], -1)
    return space(*degrees(between))


def gaps_m(a: Floats, b: Floats) -> Floats:
    """(n,) least distance along the surface of n pairs of curves, (n, i, 3) and (n, j, 3); a point is a curve too."""
    least = np.full(len(a), np.inf)
    for i in range(max(a.shape[1] - 1, 1)):
        for j in range(max(b.shape[1] - 1, 1)):
            one = a[:, i], a[:, min(i + 1, a.shape[1] - 1)]
            two = b[:, j], b[:, min(j + 1, b.shape[1] - 1)]
            least = np.minimum(least, chords_apart(*one, *two))
    return arc(least)


def chords_apart(p0: Floats, p1: Floats, q0: Floats, q1: Floats) -> Floats:
    """Least distance of straight pieces p0 p1 and q0 q1 in space, (..., 3) each."""
    u, v, w = p1 - p0, q1 - q0, p0 - q0
    a, b, c = _dot(u, u), _dot(u, v), _dot(v, v)
    d, e = _dot(u, w), _dot(v, w)
    ends = np.minimum(
        np.minimum(_away(-d, a, u, w), _away(b - d, a, u, w - v)),
        np.minimum(_away(e, c, -v, w), _away(e + b, c, -v, w + u)),
    )
    across = a * c - b * b
    crossing = across > 1e-12 * a * c
    share = np.where(crossing, across, 1.0)
    s, t = (b * e - c * d) / share, (a * e - b * d) / share
    inner = crossing & (s > 0) & (s < 1) & (t > 0) & (t < 1)
    between = w + s[..., None] * u - t[..., None] * v
    return np.sqrt(np.where(inner, _dot(between, between), ends))


def _away(along: Floats, length2: Floats, step: Floats, start: Floats) -> Floats:
    """Squared distance from the origin of the piece start, start + step; `along` is the foot, times `length2`."""
    share = np.clip(np.divide(along, length2, out=np.zeros_like(along), where=length2 > 0), 0.0, 1.0)
    nearest = start + share[..., None] * step
    return _dot(nearest, nearest)


def _dot(a: Floats, b: Floats) -> Floats:
    found: Floats = np.einsum("...i,...i->...", a, b)
    return found
