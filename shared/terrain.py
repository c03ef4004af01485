"""Ground and geoid under the city, as bands: heights in different references compare through it. Pure.

`Terrain` knows for every small cell the lowest and highest ground above sea level. Today they come from the districts' bands; a raster
fills the same cells with truer numbers. Whatever is not known is taken as unknown, never as clear.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from shared.volumes import Altitude

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class GroundBand:
    """Lowest and highest ground above mean sea level within a polygon (degrees)."""

    polygon: shapely.Polygon | shapely.MultiPolygon
    min_m: float
    max_m: float


class Terrain:
    """Ground band by place, geoid band for all; `name` says in a finding what heights were compared through."""

    def __init__(self, name: str, bands: Sequence[GroundBand], geoid_min_m: float, geoid_max_m: float) -> None:
        raise NotImplementedError

    @classmethod
    def flat(cls, ground_m: float = 0.0, geoid_m: float = 0.0) -> "Terrain":
        """The same ground everywhere: for tests and for a city without any terrain facts."""
        raise NotImplementedError

    def ground(self, boxes: Floats) -> tuple[Floats, Floats]:
        """Lowest and highest ground above sea level within each box: (n, 4) west, south, east, north in degrees."""
        raise NotImplementedError

    def amsl(self, lower: Altitude, upper: Altitude, box: Sequence[float]) -> tuple[float, float]:
        """The widest band above sea level that `lower` to `upper` may mean somewhere in the box."""
        raise NotImplementedError
