"""Ground and geoid under the city, as bands: heights in different references compare through it. Pure.

`Terrain` knows, for every small cell, the lowest and highest ground above sea level: from the districts' bands, or
truer from a raster of heights (`RasterTerrain`). What is not known is unknown, never clear.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
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


@dataclass(frozen=True, eq=False)
class HeightRaster:
    """Ground above mean sea level by rows from the north and columns from the west; NaN where it is not known."""

    west: float
    north: float
    pixel_lng: float  # degrees
    pixel_lat: float
    heights_m: Floats

    @property
    def east(self) -> float:
        """Its eastern edge, in degrees."""
        return self.west + float(self.heights_m.shape[1]) * self.pixel_lng

    @property
    def south(self) -> float:
        """Its southern edge, in degrees."""
        return self.north - float(self.heights_m.shape[0]) * self.pixel_lat


class RasterTerrain(Terrain):
    """Ground by a raster, widened by its error; where it is silent, by another terrain.

    A box is answered from blocks of 4, 8, 16, ... pixels, the finest of which it touches at most two by two: so many
    boxes are answered at once, and never too narrowly. A pixel's neighbours count as its own: between their middles the
    ground may be anything from one to the other.
    """

    def __init__(self, name: str, raster: HeightRaster, error_m: float, elsewhere: Terrain) -> None:
        self.name = name
        self.geoid_min_m, self.geoid_max_m = elsewhere.geoid_min_m, elsewhere.geoid_max_m
        self._raster, self._elsewhere = raster, elsewhere
        known = np.flipud(raster.heights_m)  # rows from the south, as cells are counted
        lowest, highest = _widened(np.minimum, known), _widened(np.maximum, known)  # NaN beside NaN
        blocks = _pyramid(lowest, highest)
        self._blocks = [(pixels, low - error_m, high + error_m) for pixels, low, high in blocks]

    def ground(self, boxes: Floats) -> tuple[Floats, Floats]:
        """As `Terrain.ground`."""
        lowest, highest = self._elsewhere.ground(boxes)
        raster = self._raster
        left = np.flatnonzero(
            (boxes[:, 0] >= raster.west)
            & (boxes[:, 2] <= raster.east)
            & (boxes[:, 1] >= raster.south)
            & (boxes[:, 3] <= raster.north)
        )
        for pixels, low, high in self._blocks:
            rows, columns = low.shape
            x1, x2 = (_block(boxes[left, k] - raster.west, raster.pixel_lng * pixels, columns) for k in (0, 2))
            y1, y2 = (_block(boxes[left, k] - raster.south, raster.pixel_lat * pixels, rows) for k in (1, 3))
            fits = (x2 - x1 <= 1) & (y2 - y1 <= 1)
            down = _corners(np.minimum, low, x1, x2, y1, y2)[fits]
            up = _corners(np.maximum, high, x1, x2, y1, y2)[fits]
            known = ~np.isnan(down)  # one silent pixel, and the whole box is answered by the other terrain
            at = left[fits][known]
            lowest[at], highest[at] = down[known], up[known]
            left = left[~fits]
        return lowest, highest


_FINEST_PIXELS: Final = 4  # of a block's side: slices are hardly ever shorter


def _pyramid(lowest: Floats, highest: Floats) -> Iterator[tuple[int, Floats, Floats]]:
    """Blocks of pixels, each twice as wide as the one before, until two by two hold everything."""
    pixels = _FINEST_PIXELS
    lowest, highest = _blocks(np.minimum, lowest, pixels), _blocks(np.maximum, highest, pixels)
    yield pixels, lowest, highest
    while max(lowest.shape) > 2:
        pixels, lowest, highest = pixels * 2, _blocks(np.minimum, lowest, 2), _blocks(np.maximum, highest, 2)
        yield pixels, lowest, highest


def _blocks(choose: np.ufunc, grid: Floats, size: int) -> Floats:
    """The extreme of each block; NaN where a pixel of it is. The last blocks repeat the edge."""
    rows, columns = grid.shape
    full = np.pad(grid, ((0, -rows % size), (0, -columns % size)), mode="edge")
    tall = reduce(choose, (full[row::size] for row in range(size)))
    wide: Floats = reduce(choose, (tall[:, column::size] for column in range(size)))
    return wide


def _widened(choose: np.ufunc, grid: Floats) -> Floats:
    """The extreme of each pixel and its eight neighbours."""
    edged = np.pad(grid, 1, mode="edge")
    tall = choose(choose(edged[:-2], edged[1:-1]), edged[2:])
    wide: Floats = choose(choose(tall[:, :-2], tall[:, 1:-1]), tall[:, 2:])
    return wide


def _block(degrees: Floats, size: float, count: int) -> Longs:
    return np.clip(np.floor(degrees / size), 0, count - 1).astype(np.int64)
