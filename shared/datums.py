"""Positions in the reference systems of Chinese sources to WGS-84: GCJ-02 (the maps' offset), CGCS2000 (the surveys').

GCJ-02 moves a position by a published function (as in the open implementations; the authority's own is not public); it
is undone by iteration. CGCS2000 and WGS-84 are taken as one: they differ by the plates' movement since the epoch
2000.0, some 3 cm a year, which is less than a metre. Positions of CGCS2000 may also be metres of its 3-degree
Gauss-Krueger projections: EPSG:4547 where the central meridian is 114 degrees.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

from pyproj import Transformer

Position = tuple[float, float]

_A_M: Final = 6378245.0  # Krasovsky's ellipsoid, by which the offset is defined
_E2: Final = 0.00669342162296594323
_CLOSE_DEG: Final = 1e-11
_FIRST_ZONE, _LAST_ZONE = 25, 45  # central meridians 75 to 135 degrees
PLACES: Final = 10  # decimals of a degree that are kept: a hundredth of a millimetre


class Crs(StrEnum):
    """What the positions of a file refer to."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    CGCS2000 = "cgcs2000"


class NotThere(ValueError):
    """No position: which of the two numbers is wrong, and how."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail)
        self.field = field
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Datum:
    """How positions are taken to WGS-84; `near_lng` picks the projection where an easting does not name its zone."""

    crs: Crs = Crs.WGS84
    near_lng: float = 0.0

    def to_wgs84(self, x: float, y: float) -> Position:
        """Longitude and latitude in WGS-84 degrees. Raises NotThere where metres lie in no projection."""
        match self.crs:
            case Crs.WGS84:
                return x, y
            case Crs.GCJ02:
                return _kept(gcj02_to_wgs84(x, y)) if _is_geographic(x, y) else (x, y)
            case Crs.CGCS2000:
                return (x, y) if _is_geographic(x, y) else _kept(self._unprojected(x, y))

    def _unprojected(self, x: float, y: float) -> Position:
        if not 300_000.0 < y < 6_500_000.0:
            raise NotThere(
                "lat", f"{y:g} is no northing in metres of China; give the easting as lng, the northing as lat"
            )
        lng, lat = _projection(_epsg(x, self.near_lng)).transform(x, y)
        return float(lng), float(lat)

    @property
    def accuracy_m(self) -> float:
        """How far a converted position may be off because of the conversion."""
        return {Crs.WGS84: 0.0, Crs.GCJ02: 2.0, Crs.CGCS2000: 1.0}[self.crs]


AS_IT_IS: Final = Datum()


def wgs84_to_gcj02(lng: float, lat: float) -> Position:
    """The position as Chinese maps show it; outside the rectangle round China it stays."""
    if not (72.004 <= lng <= 137.8347 and 0.8293 <= lat <= 55.8271):
        return lng, lat
    x, y = lng - 105.0, lat - 35.0
    phi = math.radians(lat)
    magic = 1.0 - _E2 * math.sin(phi) ** 2
    d_lat = _north_m(x, y) * 180.0 / ((_A_M * (1.0 - _E2)) / (magic * math.sqrt(magic)) * math.pi)
    d_lng = _east_m(x, y) * 180.0 / (_A_M / math.sqrt(magic) * math.cos(phi) * math.pi)
    return lng + d_lng, lat + d_lat


def gcj02_to_wgs84(lng: float, lat: float) -> Position:
    """The position that Chinese maps show there: the offset varies so slowly that a few corrections settle it."""
    x, y = lng, lat
    for _ in range(20):
        shown_lng, shown_lat = wgs84_to_gcj02(x, y)
        d_lng, d_lat = shown_lng - lng, shown_lat - lat
        x, y = x - d_lng, y - d_lat
        if max(abs(d_lng), abs(d_lat)) < _CLOSE_DEG:
            break
    return x, y


def _waves(value: float, *terms: tuple[float, float]) -> float:
    return sum(factor * math.sin(value * math.pi / period) for factor, period in terms) * 2.0 / 3.0


def _east_m(x: float, y: float) -> float:
    smooth = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    fine = _waves(x, (20.0, 1 / 6), (20.0, 1 / 2), (20.0, 1.0), (40.0, 3.0), (150.0, 12.0), (300.0, 30.0))
    return smooth + fine


def _north_m(x: float, y: float) -> float:
    smooth = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    fine = _waves(x, (20.0, 1 / 6), (20.0, 1 / 2)) + _waves(y, (20.0, 1.0), (40.0, 3.0), (160.0, 12.0), (320.0, 30.0))
    return smooth + fine


def _is_geographic(x: float, y: float) -> bool:
    """True of degrees; what is neither degrees nor metres is refused as what it says it is."""
    return abs(x) <= 1_000.0 and abs(y) <= 1_000.0


def _epsg(easting_m: float, near_lng: float) -> int:
    """The 3-degree zone that an easting of eight digits names, or the one whose central meridian is nearest."""
    zone = int(easting_m // 1_000_000)
    if _FIRST_ZONE <= zone <= _LAST_ZONE:
        return 4488 + zone
    if 0.0 < easting_m < 1_000_000.0:
        return 4534 + min(max(round(near_lng / 3.0) - _FIRST_ZONE, 0), _LAST_ZONE - _FIRST_ZONE)
    raise NotThere("lng", f"{easting_m:g} is no easting in metres; give the easting as lng, the northing as lat")


@cache
def _projection(epsg: int) -> Transformer:
    """From metres to the degrees of the same system, EPSG:4490."""
    return Transformer.from_crs(epsg, 4490, always_xy=True)


def _kept(position: Position) -> Position:
    return round(position[0], PLACES), round(position[1], PLACES)
