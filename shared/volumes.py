"""Space and time of the airspace: `Altitude`, `TimeWindow`, `Outline` and `Volume4D`. Pure.

Longitude and latitude are WGS-84 degrees, lengths are metres, instants are UTC. A footprint is a core and a radius:
a circle is its centre and radius, a buffered line is the line and its radius; neither is ever made a polygon.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Literal

import shapely
from annotated_types import Ge, Gt, Le, Len

from shared.values import Instant, Latitude, Longitude


class AltitudeReference(StrEnum):
    """What a height is measured from."""

    AGL = "AGL"  # 真高: above the ground below
    AMSL = "AMSL"  # 海拔: above mean sea level
    WGS84 = "WGS84"  # above the ellipsoid


@dataclass(frozen=True, slots=True)
class Altitude:
    """A height with what it is measured from; two references are compared only through a terrain model."""

    value_m: Annotated[float, Ge(-1_000.0), Le(100_000.0)]
    reference: AltitudeReference = AltitudeReference.AGL


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """Half-open span of time `[start, end)`, in UTC. Raises ValueError unless start < end."""

    start: Instant
    end: Instant

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", self.start.astimezone(UTC))
        object.__setattr__(self, "end", self.end.astimezone(UTC))
        if self.end <= self.start:
            raise ValueError(f"end {self.end.isoformat()} is not after start {self.start.isoformat()}")

    def overlaps(self, other: "TimeWindow") -> bool:
        """True where the two share an instant: a window that ends when the other starts does not."""
        return self.start < other.end and other.start < self.end

    def contains(self, instant: datetime) -> bool:
        """True where the instant lies in `[start, end)`."""
        return self.start <= instant < self.end


Coordinate = tuple[Longitude, Latitude]
Ring = Annotated[Sequence[Coordinate], Len(4, 10_000)]


class Edges(StrEnum):
    """What runs between two positions of an outline."""

    STRAIGHT = "straight"  # straight in longitude and latitude (RFC 7946, ED-318)
    GEODESIC = "geodesic"  # the shortest path on the ellipsoid (ASTM F3548, ED-269)


@dataclass(frozen=True, slots=True)
class PolygonOutline:
    """A GeoJSON Polygon: rings closed, the first the shell."""

    type: Literal["Polygon"]
    coordinates: Annotated[Sequence[Ring], Len(1, 1_000)]
    edges: Edges = Edges.STRAIGHT


@dataclass(frozen=True, slots=True)
class CircleOutline:
    """Centre `(longitude, latitude)` and radius in metres."""

    type: Literal["Circle"]
    center: Coordinate
    radius_m: Annotated[float, Gt(0.0), Le(200_000.0)]


@dataclass(frozen=True, slots=True)
class CorridorOutline:
    """A line and how far to each side of it, in metres, round ends included (线缓冲区, MH/T 4053 A.7)."""

    type: Literal["Corridor"]
    coordinates: Annotated[Sequence[Coordinate], Len(2, 10_000)]
    radius_m: Annotated[float, Gt(0.0), Le(20_000.0)]
    edges: Edges = Edges.STRAIGHT


AreaOutline = PolygonOutline | CircleOutline
Outline = PolygonOutline | CircleOutline | CorridorOutline


@dataclass(frozen=True, slots=True)
class Volume4D:
    """A footprint (core in degrees, radius in metres), a height band and a window of time (ASTM F3548 `Volume4D`)."""

    core: shapely.Geometry  # Point, LineString or Polygon in longitude, latitude
    radius_m: float
    lower: Altitude
    upper: Altitude
    window: TimeWindow

    def __post_init__(self) -> None:
        if self.radius_m < 0:
            raise ValueError(f"radius_m {self.radius_m} is negative")
        if self.lower.reference != self.upper.reference:
            raise ValueError("lower and upper have different references")
        if self.upper.value_m < self.lower.value_m:
            raise ValueError(f"upper {self.upper.value_m} m is below lower {self.lower.value_m} m")
