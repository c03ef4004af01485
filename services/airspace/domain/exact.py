"""Exact horizontal distances between cores: vectorised segments, and polygons in their own frames. Pure.

Touching is meeting: two footprints meet where their cores are no further apart than the sum of their radii and 1 mm.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from shared.flight import FlightVolumes
from shared.geodesy import frame_error_m, from_local, to_local
from shared.outlines import projected

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Index = NDArray[np.intp]
Ends = tuple[float, float, float, float]  # longitude, latitude of a segment's ends

TOUCH_M: Final = 0.001
FRAME_ERROR_M: Final = 0.002  # the most a frame may add before another one is asked


@dataclass(frozen=True, eq=False)
class LocalShape:
    """A polygon or line in the frame of its middle, prepared; `reach_m` is its farthest point from there."""

    shape: shapely.Polygon | shapely.LineString
    lng0: float
    lat0: float
    reach_m: float


@lru_cache(maxsize=4_096)
def local_shape(core: shapely.Polygon | shapely.LineString) -> LocalShape:
    """The polygon or line (degrees, edges straight in degrees) projected once."""
    west, south, east, north = core.bounds
    lng0, lat0 = (west + east) / 2, (south + north) / 2
    shape = projected(core, lng0, lat0)
    shapely.prepare(shape)
    points = shapely.get_coordinates(shape)
    return LocalShape(shape, lng0, lat0, float(np.hypot(points[:, 0], points[:, 1]).max()))


def segment_gap_m(a: Floats, b: Floats) -> Floats:
    """Distance between segments x1, y1, x2, y2, (4, n) each; a point is one of no length. Symmetric to the bit."""
    gap = np.minimum(
        np.minimum(_point_gap(a[0], a[1], b), _point_gap(a[2], a[3], b)),
        np.minimum(_point_gap(b[0], b[1], a), _point_gap(b[2], b[3], a)),
    )
    crossing = (_side(a, b[0], b[1]) * _side(a, b[2], b[3]) < 0) & (_side(b, a[0], a[1]) * _side(b, a[2], a[3]) < 0)
    return np.where(crossing, 0.0, gap)


def core_gaps_m(a: FlightVolumes, i: Index, b: FlightVolumes, j: Index) -> Floats:
    """For each pair of volumes a[i], b[j] the distance between their cores."""
    one, two = a.records[i], b.records[j]
    gaps = np.empty(len(i))
    lines = (one["area"] < 0) & (two["area"] < 0)
    lng0, lat0 = _between(one[lines], two[lines])
    gaps[lines] = segment_gap_m(local(one[lines], lng0, lat0), local(two[lines], lng0, lat0))
    for k in np.flatnonzero(~lines).tolist():
        gaps[k] = polygon_gap_m(a, int(i[k]), b, int(j[k]))
    return gaps


def polygon_gap_m(a: FlightVolumes, i: int, b: FlightVolumes, j: int) -> float:
    """Distance between two cores of which at least one is a polygon, in the frame of the smaller polygon."""
    shapes = [local_shape(f.areas[f.records["area"][k]]) for f, k in ((a, i), (b, j)) if f.records["area"][k] >= 0]
    frame = min(shapes, key=lambda shape: (shape.reach_m, shape.lng0, shape.lat0))
    return float(shapely.distance(core_in(a, i, frame.lng0, frame.lat0), core_in(b, j, frame.lng0, frame.lat0)))


def core_in(flight: FlightVolumes, index: int, lng0: float, lat0: float) -> shapely.Geometry:
    """One core in the frame of (lng0, lat0)."""
    record = flight.records[index : index + 1]
    if record["area"][0] >= 0:
        own = local_shape(flight.areas[record["area"][0]])
        same = (own.lng0, own.lat0) == (lng0, lat0)
        return own.shape if same else projected(flight.areas[record["area"][0]], lng0, lat0)
    return lines_of(local(record, lng0, lat0))[0]  # type: ignore[no-any-return]


def local(records: NDArray[np.void], lng0: Floats | float, lat0: Floats | float) -> Floats:
    """(4, n) x1, y1, x2, y2 of segment cores in their frames: both ends at once, a frame costs as much as an end."""
    lngs, lats = np.array((records["lng1"], records["lng2"])), np.array((records["lat1"], records["lat2"]))
    x, y = to_local(lngs, lats, lng0, lat0)
    return np.stack((x[0], y[0], x[1], y[1]))


def lines_of(segments: Floats) -> NDArray[np.object_]:
    """Segments as shapely lines, for distances to polygons; a column is a point.

    GEOS says that a line of no length is never within a distance of a prepared polygon's edge: it would be overlooked.
    """
    ends = np.ascontiguousarray(segments.T).reshape(-1, 2, 2)
    lines = np.asarray(shapely.linestrings(ends), np.object_)
    still = (ends[:, 0] == ends[:, 1]).all(axis=1)
    lines[still] = shapely.points(ends[still, 0])
    return lines


def meeting_place(a: FlightVolumes, i: int, b: FlightVolumes, j: int) -> tuple[float, float]:
    """Longitude and latitude of the point of core a[i] that is nearest to core b[j]."""
    if a.records["area"][i] < 0 and b.records["area"][j] < 0:
        return _nearest_on_segment(a.records[i].item()[:4], b.records[j].item()[:4])
    lng0, lat0 = middle(a, i)
    line = shapely.shortest_line(core_in(a, i, lng0, lat0), core_in(b, j, lng0, lat0))
    x, y = shapely.get_coordinates(line)[0]
    lng, lat = from_local(x, y, lng0, lat0)
    return float(lng), float(lat)


def _nearest_on_segment(a: Ends, b: Ends) -> tuple[float, float]:
    """The same for segments, in plain floats: a place to show, good to a decimetre, and fifty times faster."""
    lng0, lat0 = (a[0] + a[2]) / 2, (a[1] + a[3]) / 2
    scale = math.cos(math.radians(lat0))
    x1, y1, dx, dy = (a[0] - lng0) * scale, a[1] - lat0, (a[2] - a[0]) * scale, a[3] - a[1]
    u1, v1, du, dv = (b[0] - lng0) * scale, b[1] - lat0, (b[2] - b[0]) * scale, b[3] - b[1]
    cross = dx * dv - dy * du
    if cross:
        share = ((u1 - x1) * dv - (v1 - y1) * du) / cross
        other = ((u1 - x1) * dy - (v1 - y1) * dx) / cross
        if 0 <= share <= 1 and 0 <= other <= 1:
            return a[0] + share * (a[2] - a[0]), a[1] + share * (a[3] - a[1])
    ends_of_b = ((u1, v1), (u1 + du, v1 + dv))
    shares = [0.0, 1.0, *(_share(x, y, x1, y1, dx, dy) for x, y in ends_of_b)]
    share = min(shares, key=lambda at: _away2(x1 + at * dx, y1 + at * dy, u1, v1, du, dv))
    return a[0] + share * (a[2] - a[0]), a[1] + share * (a[3] - a[1])


def _share(x: float, y: float, x1: float, y1: float, dx: float, dy: float) -> float:
    """How far along the segment from (x1, y1) the point nearest to (x, y) lies, 0 to 1."""
    length2 = dx * dx + dy * dy
    return min(max(((x - x1) * dx + (y - y1) * dy) / length2, 0.0), 1.0) if length2 else 0.0


def _away2(x: float, y: float, u1: float, v1: float, du: float, dv: float) -> float:
    at = _share(x, y, u1, v1, du, dv)
    return (x - u1 - at * du) ** 2 + (y - v1 - at * dv) ** 2


def middle(flight: FlightVolumes, index: int) -> tuple[float, float]:
    """Middle of a core in degrees."""
    record = flight.records[index]
    if record["area"] >= 0:
        own = local_shape(flight.areas[record["area"]])
        return own.lng0, own.lat0
    return float(record["lng1"] + record["lng2"]) / 2, float(record["lat1"] + record["lat2"]) / 2


def frame_error(reach_m: Floats, apart_m: Floats, core_m: float) -> Floats:
    """Bound of the error of distances near contact; see `shared.geodesy.frame_error_m`."""
    return frame_error_m(reach_m + apart_m, apart_m, core_m)


def _between(one: NDArray[np.void], two: NDArray[np.void]) -> tuple[Floats, Floats]:
    """The frame's centre for each pair: the middle of the core with the wider radius, or between two equal ones.

    From the middle of a wide disc distances are true; between equal ones the frame is the same whichever asks.
    """
    share = (np.sign(one["radius_m"] - two["radius_m"]) + 1) / 2
    lng = share * (one["lng1"] + one["lng2"]) / 2 + (1 - share) * (two["lng1"] + two["lng2"]) / 2
    lat = share * (one["lat1"] + one["lat2"]) / 2 + (1 - share) * (two["lat1"] + two["lat2"]) / 2
    return lng, lat


def _point_gap(x: Floats, y: Floats, segment: Floats) -> Floats:
    x1, y1, x2, y2 = segment
    dx, dy = x2 - x1, y2 - y1
    length2 = dx * dx + dy * dy
    along = np.divide((x - x1) * dx + (y - y1) * dy, length2, out=np.zeros_like(x), where=length2 > 0)
    along = np.clip(along, 0.0, 1.0)
    gap: Floats = np.hypot(x - x1 - along * dx, y - y1 - along * dy)
    return gap


def _side(segment: Floats, x: Floats, y: Floats) -> Floats:
    x1, y1, x2, y2 = segment
    side: Floats = (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1)
    return side
