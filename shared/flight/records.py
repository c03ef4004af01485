"""The 4D volumes of one flight as a struct of arrays, `FlightVolumes`, for the hot path and for a bytea column. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from shared.volumes import TimeWindow, Volume4D

Records = NDArray[np.void]
Floats = NDArray[np.float64]

RECORD = np.dtype(
    [
        ("lng1", "<f8"),  # the core: a segment between two points, equal for a column, a hover or a circle
        ("lat1", "<f8"),
        ("lng2", "<f8"),
        ("lat2", "<f8"),
        ("radius_m", "<f8"),
        ("lower_m", "<f8"),  # in the flight's own reference, with the vertical tolerance
        ("upper_m", "<f8"),
        ("declared_upper_m", "<f8"),  # as the operator declared it, without tolerance
        ("amsl_lower_m", "<f8"),  # through the terrain, rounded to the unsafe-to-claim side: never too narrow
        ("amsl_upper_m", "<f8"),
        ("start_us", "<i8"),  # half-open [start, end), microseconds since 1970 UTC
        ("end_us", "<i8"),
        ("reference", "<i4"),  # index into `REFERENCES`
        ("area", "<i4"),  # index into `areas` where the core is a polygon, else -1
    ]
)


@dataclass(frozen=True, eq=False)
class FlightVolumes:
    """Volumes in the order they are flown; `records` has dtype `RECORD`, `areas` the polygon cores in degrees."""

    records: Records
    areas: tuple[shapely.Polygon, ...] = ()

    def __len__(self) -> int:
        return len(self.records)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FlightVolumes) and self.to_bytes() == other.to_bytes()

    def to_bytes(self) -> bytes:
        """Versioned binary form: equal volumes give equal bytes."""
        raise NotImplementedError

    @classmethod
    def from_bytes(cls, data: bytes | memoryview) -> "FlightVolumes":
        """What `to_bytes` wrote. Raises ValueError for anything else."""
        raise NotImplementedError

    @cached_property
    def boxes(self) -> Floats:
        """(n, 4) west, south, east, north in degrees of each footprint, never too small: radius and edges' bend are in."""
        raise NotImplementedError

    @cached_property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north around all footprints."""
        raise NotImplementedError

    @cached_property
    def window(self) -> TimeWindow:
        """From the first start to the last end."""
        raise NotImplementedError

    @cached_property
    def amsl_band(self) -> tuple[float, float]:
        """Lowest and highest height above sea level that any volume may reach."""
        raise NotImplementedError

    def as_volume4ds(self) -> Sequence[Volume4D]:
        """The same as objects, for the edges."""
        raise NotImplementedError

    def take(self, index: Any) -> "FlightVolumes":  # whatever numpy indexes by
        """The chosen volumes."""
        return FlightVolumes(self.records[index], self.areas)
