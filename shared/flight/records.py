"""The 4D volumes of one flight as a struct of arrays, `FlightVolumes`: for the hot path and a bytea column. Pure."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Final, cast

import numpy as np
import shapely
from numpy.typing import NDArray

from shared.geodesy import padding_deg
from shared.terrain import REFERENCES
from shared.volumes import Altitude, TimeWindow, Volume4D

Records = NDArray[np.void]
Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

RECORD: Final = np.dtype(
    [
        ("lng1", "<f8"),  # the core: a segment between two points, equal for a column, a hover or a circle
        ("lat1", "<f8"),
        ("lng2", "<f8"),
        ("lat2", "<f8"),
        ("radius_m", "<f8"),
        ("lower_m", "<f8"),  # in the flight's own reference, with the vertical tolerance
        ("upper_m", "<f8"),
        ("declared_upper_m", "<f8"),  # as the operator declared it, without tolerance
        ("amsl_lower_m", "<f8"),  # through the terrain: the widest it may mean, never too narrow
        ("amsl_upper_m", "<f8"),
        ("start_us", "<i8"),  # half-open [start, end), microseconds since 1970 UTC
        ("end_us", "<i8"),
        ("reference", "<i4"),  # index into `shared.terrain.REFERENCES`
        ("area", "<i4"),  # index into `areas` where the core is a polygon, else -1
    ]
)
FOREVER_US: Final = 2**53  # the year 2255: the end of what has no end; as a negative number its beginning

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_HEADER: Final = struct.Struct("<2sBxII")  # magic, version, records, areas
_ENDS: Final = struct.Struct("<qqqHH")  # the times of `Movements`, bytes of the two ids
_MAGIC, _PLAIN, _WITH_ENDS = b"TV", 1, 2  # the version says whether movements follow
_BEND_M: Final = 1.0  # a geodesic core of 2 km bulges less than this out of the box of its ends, up to 85 degrees


def to_us(instant: datetime) -> int:
    """Microseconds since 1970 UTC, exactly."""
    return (instant - _EPOCH) // timedelta(microseconds=1)


def from_us(us: int) -> datetime:
    """The instant, in UTC."""
    return _EPOCH + timedelta(microseconds=int(us))


def boxes_of(records: Records, areas: Sequence[shapely.Polygon | None]) -> Floats:
    """(n, 4) west, south, east, north in degrees of each footprint, never too small."""
    boxes = np.empty((len(records), 4))
    np.minimum(records["lng1"], records["lng2"], out=boxes[:, 0])
    np.minimum(records["lat1"], records["lat2"], out=boxes[:, 1])
    np.maximum(records["lng1"], records["lng2"], out=boxes[:, 2])
    np.maximum(records["lat1"], records["lat2"], out=boxes[:, 3])
    for i in np.flatnonzero(records["area"] >= 0):
        boxes[i] = shapely.bounds(areas[records["area"][i]])
    furthest = np.maximum(np.abs(boxes[:, 1]), np.abs(boxes[:, 3]))
    pad_lng, pad_lat = padding_deg(furthest, records["radius_m"] + _BEND_M)
    boxes[:, 0] -= pad_lng
    boxes[:, 1] -= pad_lat
    boxes[:, 2] += pad_lng
    boxes[:, 3] += pad_lat
    return boxes


@dataclass(frozen=True, slots=True)
class Movements:
    """The sites of the register that a flight leaves from and lands at (empty where it is no site), and when."""

    departure: str
    arrival: str
    departs_us: int
    lands_us: int  # at the soonest
    lands_late_us: int  # at the latest: above sea level the ground is known as a band


@dataclass(frozen=True, eq=False)
class FlightVolumes:
    """Volumes in the order they are flown; `records` has dtype `RECORD`, `areas` the polygon cores in degrees.

    `movements` is None where the flight uses no site of the register.
    """

    records: Records
    areas: tuple[shapely.Polygon, ...] = ()
    movements: Movements | None = None

    def __len__(self) -> int:
        return len(self.records)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FlightVolumes) and self.to_bytes() == other.to_bytes()

    def __hash__(self) -> int:
        return hash(self.to_bytes())

    def to_bytes(self) -> bytes:
        """Versioned binary form: equal volumes give equal bytes."""
        version = _PLAIN if self.movements is None else _WITH_ENDS
        header = _HEADER.pack(_MAGIC, version, len(self.records), len(self.areas))
        shapes = (shapely.to_wkb(area, byte_order=1) for area in self.areas)
        sized = (struct.pack("<I", len(shape)) + shape for shape in shapes)
        return b"".join((header, self.records.tobytes(), *sized, _ends_to_bytes(self.movements)))

    @classmethod
    def from_bytes(cls, data: bytes | memoryview) -> "FlightVolumes":
        """What `to_bytes` wrote, without copying it. Raises ValueError for anything else."""
        try:
            version, count, areas = _counts(data)
            records = np.frombuffer(data, RECORD, count, _HEADER.size)
            shapes, offset = _areas(data, _HEADER.size + records.nbytes, areas)
            movements = _ends_from_bytes(data, offset, with_ends=version == _WITH_ENDS)
            return cls(records, shapes, movements)
        except (ValueError, struct.error, shapely.GEOSException) as error:
            raise ValueError(f"no volumes of version {_PLAIN} or {_WITH_ENDS}: {error}") from error

    @cached_property
    def boxes(self) -> Floats:
        """(n, 4) west, south, east, north in degrees of each footprint, never too small; for many flights `joined`."""
        return boxes_of(self.records, self.areas)

    @cached_property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north around all footprints."""
        low, high = self.boxes.min(axis=0), self.boxes.max(axis=0)
        return float(low[0]), float(low[1]), float(high[2]), float(high[3])

    @cached_property
    def window(self) -> TimeWindow:
        """From the first start to the last end."""
        return TimeWindow(from_us(self.records["start_us"].min()), from_us(self.records["end_us"].max()))

    @cached_property
    def ends(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Longitude and latitude of where the flight leaves and of where it lands."""
        first, last = self.records[0].item(), self.records[-1].item()
        return first[:2], last[2:4]

    @cached_property
    def amsl_band(self) -> tuple[float, float]:
        """Lowest and highest height above sea level that any volume may reach."""
        return float(self.records["amsl_lower_m"].min()), float(self.records["amsl_upper_m"].max())

    def core(self, index: int) -> shapely.Point | shapely.LineString | shapely.Polygon:
        """The core of one volume in degrees: Point, LineString or Polygon."""
        record = self.records[index]
        if record["area"] >= 0:
            return self.areas[int(record["area"])]
        one, two = (record["lng1"], record["lat1"]), (record["lng2"], record["lat2"])
        return shapely.Point(one) if one == two else shapely.LineString((one, two))

    def as_volume4ds(self) -> Sequence[Volume4D]:
        """The same as objects, for the edges."""
        return [
            Volume4D(
                core=self.core(i),
                radius_m=float(record["radius_m"]),
                lower=Altitude(float(record["lower_m"]), REFERENCES[record["reference"]]),
                upper=Altitude(float(record["upper_m"]), REFERENCES[record["reference"]]),
                window=TimeWindow(from_us(record["start_us"]), from_us(record["end_us"])),
            )
            for i, record in enumerate(self.records)
        ]

    def take(self, index: Any) -> "FlightVolumes":  # whatever numpy indexes by
        """The chosen volumes."""
        return FlightVolumes(self.records[index], self.areas)


def joined(flights: Sequence[FlightVolumes]) -> tuple[FlightVolumes, Longs]:
    """The volumes of many flights as one array, and for each volume the position of its flight."""
    if len(flights) == 1:
        return flights[0], np.zeros(len(flights[0]), np.int64)
    owner = np.repeat(np.arange(len(flights)), [len(flight) for flight in flights])
    # through bytes: concatenating structured arrays compares their fields, array by array
    records = np.frombuffer(bytearray(b"".join(flight.records.tobytes() for flight in flights)), RECORD)
    first = np.cumsum([0, *(len(flight.areas) for flight in flights)])
    polygons = records["area"] >= 0
    records["area"][polygons] += first[owner[polygons]].astype(np.int32)
    return FlightVolumes(records, tuple(area for flight in flights for area in flight.areas)), owner


def _counts(data: bytes | memoryview) -> tuple[int, int, int]:
    magic, version, records, areas = _HEADER.unpack_from(data)
    if magic != _MAGIC or version not in (_PLAIN, _WITH_ENDS):
        raise ValueError(f"they begin with {magic!r} {version}")
    return version, records, areas


def _areas(data: bytes | memoryview, offset: int, count: int) -> tuple[tuple[shapely.Polygon, ...], int]:
    shapes = []
    for _ in range(count):
        (size,) = struct.unpack_from("<I", data, offset)
        shapes.append(bytes(data[offset + 4 : offset + 4 + size]))
        offset += 4 + size
    return tuple(cast(shapely.Polygon, shapely.from_wkb(shape)) for shape in shapes), offset


def _ends_to_bytes(ends: Movements | None) -> bytes:
    if ends is None:
        return b""
    ids = ends.departure.encode(), ends.arrival.encode()
    times = ends.departs_us, ends.lands_us, ends.lands_late_us
    return b"".join((_ENDS.pack(*times, *map(len, ids)), *ids))


def _ends_from_bytes(data: bytes | memoryview, offset: int, *, with_ends: bool) -> Movements | None:
    """What is left of the bytes, all of it."""
    ends, offset = _read_ends(data, offset) if with_ends else (None, offset)
    if offset != len(data):
        raise ValueError(f"volumes of {len(data)} bytes end at {offset}")
    return ends


def _read_ends(data: bytes | memoryview, offset: int) -> tuple[Movements, int]:
    departs_us, lands_us, lands_late_us, departure, arrival = _ENDS.unpack_from(data, offset)
    first = offset + _ENDS.size
    second, end = first + departure, first + departure + arrival
    ids = str(data[first:second], "utf-8"), str(data[second:end], "utf-8")
    return Movements(*ids, departs_us, lands_us, lands_late_us), end
