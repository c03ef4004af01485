"""`Zone`: one version of a zone, projected and prepared for exact questions. Pure."""

from dataclasses import dataclass
from datetime import UTC, tzinfo
from functools import cached_property
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from services.airspace.domain.exact import LocalShape, local_shape
from services.airspace.domain.schedules import Schedule
from shared.contracts.airspace import Binds, HeightBasis, ZoneSpec
from shared.flight.records import FOREVER_US, to_us
from shared.outlines import Core, box_of, core_of
from shared.terrain import REFERENCES
from shared.volumes import Altitude

ROW: Final = np.dtype(
    [
        ("lng0", "f8"),
        ("lat0", "f8"),
        ("radius_m", "f8"),
        ("reach_m", "f8"),  # of a core from its frame's centre; a circle's centre reaches nowhere
        ("shaped", "?"),  # a polygon or a corridor's line
        ("lower_m", "f8"),
        ("lower_reference", "i4"),
        ("upper_m", "f8"),
        ("upper_reference", "i4"),
        ("start_us", "i8"),
        ("end_us", "i8"),
        ("scheduled", "?"),  # within start and end active at some times only
        ("declared", "?"),
        ("binds_crewed", "?"),
        ("binds_uncrewed", "?"),
    ]
)


@dataclass(frozen=True, eq=False)
class Zone:
    """A zone version, projected once into its own frame and prepared. Make it with `zone(...)`."""

    zone_id: str
    zone_version: int
    spec: ZoneSpec
    local: LocalShape  # a circle's centre stands for it here: only `row` knows its radius
    row: NDArray[np.void]  # one row of `ROW`
    box: tuple[float, float, float, float]  # west, south, east, north in degrees, never too small
    schedule: Schedule | None = None

    @cached_property
    def start_us(self) -> int:
        """It is never active before this."""
        return int(self.row["start_us"][0])

    @cached_property
    def end_us(self) -> int:
        """Nor from this on."""
        return int(self.row["end_us"][0])


def zone(zone_id: str, zone_version: int, spec: ZoneSpec, city_time: tzinfo = UTC) -> Zone:
    """The zone, projected and prepared (0.1 to a few ms, by vertices). The outline has been checked.

    `city_time`: of the clocks in its schedule that say no offset, and of the days of its sunrises.
    """
    core, radius_m = core_of(spec.outline)
    shape = _centre(core) if isinstance(core, shapely.Point) else local_shape(core)
    row = np.zeros(1, ROW)
    row["lng0"], row["lat0"], row["reach_m"], row["radius_m"] = shape.lng0, shape.lat0, shape.reach_m, radius_m
    row["shaped"] = not isinstance(core, shapely.Point)
    row["lower_m"], row["lower_reference"] = _height(spec.lower, -np.inf)
    row["upper_m"], row["upper_reference"] = _height(spec.upper, np.inf)
    schedule = Schedule(spec.limited_applicability, *_centroid(core), city_time) if spec.limited_applicability else None
    first, last = schedule.hull if schedule else (-FOREVER_US, FOREVER_US)
    row["start_us"] = first if spec.starts_at is None else max(first, to_us(spec.starts_at))
    row["end_us"] = last if spec.ends_at is None else min(last, to_us(spec.ends_at))
    row["scheduled"] = schedule is not None
    row["declared"] = spec.height_basis is HeightBasis.DECLARED
    row["binds_crewed"] = spec.binds is not Binds.UNCREWED
    row["binds_uncrewed"] = spec.binds is not Binds.CREWED
    return Zone(zone_id, zone_version, spec, shape, row, box_of(spec.outline), schedule)


def active(spec: ZoneSpec, start_us: int, end_us: int, city_time: tzinfo = UTC) -> bool:
    """Whether the zone is in its period, and its schedule active, at some instant of `[start_us, end_us)`."""
    start_us = start_us if spec.starts_at is None else max(start_us, to_us(spec.starts_at))
    end_us = end_us if spec.ends_at is None else min(end_us, to_us(spec.ends_at))
    if start_us >= end_us or not spec.limited_applicability:
        return start_us < end_us
    core, _ = core_of(spec.outline)
    return Schedule(spec.limited_applicability, *_centroid(core), city_time).overlap(start_us, end_us) is not None


def _centroid(core: Core) -> tuple[float, float]:
    return core.centroid.x, core.centroid.y


def _centre(point: shapely.Point) -> LocalShape:
    return LocalShape(shapely.Polygon(), point.x, point.y, 0.0)


def _height(altitude: Altitude | None, absent: float) -> tuple[float, int]:
    return (absent, -1) if altitude is None else (altitude.value_m, REFERENCES.index(altitude.reference))
