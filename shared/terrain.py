"""Ground and geoid under the city, as bands: heights in different references compare through it. Pure.

`Terrain` knows, for every small cell, the lowest and highest ground above sea level. Today they come from the
districts' bands; a raster fills the same cells with truer numbers. What is not known is unknown, never clear.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from shared.volumes import Altitude, AltitudeReference

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

REFERENCES: Final = (AltitudeReference.AGL, AltitudeReference.AMSL, AltitudeReference.WGS84)  # by their code in arrays
AGL, AMSL, WGS84 = range(3)
CELL_DEG: Final = 0.02  # about 2 km: no slice touches more than two by two
_SEAM_DEG: Final = 0.001  # slivers between neighbouring districts are not the outside
_UNKNOWN_MIN_M, _UNKNOWN_MAX_M = -450.0, 8_900.0  # of the Earth's land


@dataclass(frozen=True, slots=True)
class GroundBand:
    """Lowest and highest ground above mean sea level within a polygon (degrees)."""

    polygon: shapely.Polygon | shapely.MultiPolygon
    min_m: float
    max_m: float


class Terrain:
    """Ground band by place, geoid band for all; `name` says in a finding what heights were compared through."""

    def __init__(self, name: str, bands: Sequence[GroundBand], geoid_min_m: float, geoid_max_m: float) -> None:
        self.name = name
        self.geoid_min_m, self.geoid_max_m = geoid_min_m, geoid_max_m
        bounds = shapely.total_bounds([band.polygon for band in bands]) if bands else np.zeros(4)
        self._west, self._south = bounds[:2] - CELL_DEG  # a ring of cells around stands for everything outside
        columns, rows = (np.ceil((bounds[2:] - bounds[:2]) / CELL_DEG) + 2).astype(int)
        self._lowest, self._highest = _cells(bands, self._west, self._south, columns, rows)

    @classmethod
    def flat(cls, ground_m: float = 0.0, geoid_m: float = 0.0) -> "Terrain":
        """The same ground everywhere, as for tests."""
        everywhere = shapely.box(-180.0, -90.0, 180.0, 90.0)
        terrain = cls("flat", (), geoid_m, geoid_m)
        band = GroundBand(everywhere, ground_m, ground_m)
        terrain._lowest, terrain._highest = np.full((1, 1), band.min_m), np.full((1, 1), band.max_m)
        return terrain

    def ground(self, boxes: Floats) -> tuple[Floats, Floats]:
        """Lowest and highest ground above sea level within each box: (n, 4) west, south, east, north in degrees."""
        rows, columns = self._lowest.shape
        x1 = _cell(boxes[:, 0], self._west, columns)
        x2 = _cell(boxes[:, 2], self._west, columns)
        y1 = _cell(boxes[:, 1], self._south, rows)
        y2 = _cell(boxes[:, 3], self._south, rows)
        lowest = _corners(np.minimum, self._lowest, x1, x2, y1, y2)
        highest = _corners(np.maximum, self._highest, x1, x2, y1, y2)
        for i in np.flatnonzero((x2 - x1 > 1) | (y2 - y1 > 1)):
            block = np.s_[y1[i] : y2[i] + 1, x1[i] : x2[i] + 1]
            lowest[i], highest[i] = self._lowest[block].min(), self._highest[block].max()
        return lowest, highest

    def above_sea(self, codes: NDArray[np.int32], lower: Floats, upper: Floats, boxes: Floats) -> tuple[Floats, Floats]:
        """The widest bands above sea level that `lower` to `upper` may mean somewhere in the boxes."""
        lowest, highest = self.ground(boxes)
        down = _by_reference(codes, lowest, np.zeros_like(lowest), np.full_like(lowest, -self.geoid_max_m))
        up = _by_reference(codes, highest, np.zeros_like(highest), np.full_like(highest, -self.geoid_min_m))
        return lower + down, upper + up

    def above_ground(
        self, codes: NDArray[np.int32], lower: Floats, upper: Floats, boxes: Floats
    ) -> tuple[Floats, Floats]:
        """The widest bands above the ground that `lower` to `upper` may mean somewhere in the boxes."""
        lowest, highest = self.ground(boxes)
        down = _by_reference(codes, np.zeros_like(highest), -highest, -highest - self.geoid_max_m)
        up = _by_reference(codes, np.zeros_like(lowest), -lowest, -lowest - self.geoid_min_m)
        return lower + down, upper + up

    def amsl(self, lower: Altitude, upper: Altitude, box: Sequence[float]) -> tuple[float, float]:
        """The widest band above sea level that `lower` to `upper` may mean somewhere in the box."""
        boxes = np.asarray([box], np.float64)
        down, _ = self.above_sea(*_one(lower), boxes)
        _, up = self.above_sea(*_one(upper), boxes)
        return float(down[0]), float(up[0])


def _by_reference(codes: NDArray[np.int32], agl: Floats, amsl: Floats, wgs84: Floats) -> Floats:
    return np.where(codes == AGL, agl, np.where(codes == AMSL, amsl, wgs84))


def _one(altitude: Altitude) -> tuple[NDArray[np.int32], Floats, Floats]:
    value = np.array([altitude.value_m])
    return np.array([REFERENCES.index(altitude.reference)], np.int32), value, value


def _cells(bands: Sequence[GroundBand], west: float, south: float, columns: int, rows: int) -> tuple[Floats, Floats]:
    """Lowest and highest ground of each cell; a cell that is not wholly inside some band is partly unknown."""
    lowest, highest = np.full(rows * columns, np.inf), np.full(rows * columns, -np.inf)
    y, x = np.divmod(np.arange(rows * columns), columns)
    boxes = shapely.box(
        west + x * CELL_DEG, south + y * CELL_DEG, west + (x + 1) * CELL_DEG, south + (y + 1) * CELL_DEG
    )
    for band in bands:
        shapely.prepare(band.polygon)
        touched = shapely.intersects(band.polygon, boxes)
        lowest[touched] = np.minimum(lowest[touched], band.min_m)
        highest[touched] = np.maximum(highest[touched], band.max_m)
    known = shapely.union_all([shapely.buffer(band.polygon, _SEAM_DEG) for band in bands])
    shapely.prepare(known)
    inside = shapely.covers(known, boxes)
    lowest[~inside] = np.minimum(lowest[~inside], _UNKNOWN_MIN_M)
    highest[~inside] = np.maximum(highest[~inside], _UNKNOWN_MAX_M)
    return lowest.reshape(rows, columns), highest.reshape(rows, columns)


def _cell(degrees: Floats, origin: float, count: int) -> Longs:
    return np.clip(np.floor((degrees - origin) / CELL_DEG), 0, count - 1).astype(np.int64)


def _corners(choose: np.ufunc, grid: Floats, x1: Longs, x2: Longs, y1: Longs, y2: Longs) -> Floats:
    best: Floats = choose(choose(grid[y1, x1], grid[y1, x2]), choose(grid[y2, x1], grid[y2, x2]))
    return best
