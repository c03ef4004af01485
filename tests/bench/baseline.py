"""The same check in plain PostGIS: a flight's volumes against zones and other flights' volumes, by GiST indexes alone.

One statement a flight, as a service without an index of its own would ask: metres in EPSG:4547 (66 cm off at the city's
edge), distances between cores, ranges for heights and times. It decides nothing and writes nothing.
"""

import threading
import time
from collections.abc import Iterator, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any, Final

import numpy as np
import psycopg
import pyproj
import shapely
from numpy.typing import NDArray

from services.airspace.store.arrays import Parameter
from shared.city import CityProfile
from shared.contracts.airspace import ZoneSpec
from shared.contracts.codec import decode_value
from shared.contracts.inbound import FlightPlanRequested
from shared.flight import FlightVolumes, volumes_of_all
from shared.flight.records import FOREVER_US, joined, to_us
from shared.outlines import core_of
from tests.bench.standing import libpq

CONNECTIONS: Final = 2  # the machine's cores
_SRID: Final = 4547
_TO_METRES: Final = pyproj.Transformer.from_crs(4326, _SRID, always_xy=True)
_EWKB_LINE: Final = 0x2000_0002
_EWKB_POLYGON: Final = 0x2000_0003
_AT_ONCE: Final = 20_000

Floats = NDArray[np.float64]

_SCHEMA: Final = """
CREATE SCHEMA raw;
CREATE TABLE raw.zone (core geometry, box geometry, radius_m float8, lower_m float8, upper_m float8,
    start_us int8, end_us int8);
CREATE TABLE raw.leg (plan int8, core geometry, box geometry, radius_m float8, lower_m float8, upper_m float8,
    start_us int8, end_us int8, during int8range GENERATED ALWAYS AS (int8range(start_us, end_us)) STORED)"""
_INDEXES: Final = """
CREATE INDEX ON raw.zone USING gist (box);
CREATE INDEX ON raw.leg USING gist (during, box)"""
_CHECK: Final = """
SELECT count(DISTINCT z.ctid), count(DISTINCT l.plan)
FROM unnest(%s::bytea[], %s::bytea[], %s::float8[], %s::float8[], %s::float8[], %s::int8[], %s::int8[])
  AS w (core, box, radius_m, lower_m, upper_m, start_us, end_us)
CROSS JOIN LATERAL (SELECT w.core::geometry AS core, w.box::geometry AS box) AS a
LEFT JOIN LATERAL (SELECT z.ctid FROM raw.zone z
    WHERE z.box && a.box AND z.start_us < w.end_us AND z.end_us > w.start_us AND z.lower_m <= w.upper_m
      AND z.upper_m >= w.lower_m AND ST_Distance(z.core, a.core) <= z.radius_m + w.radius_m) AS z ON true
LEFT JOIN LATERAL (SELECT l.plan FROM raw.leg l
    WHERE l.during && int8range(w.start_us, w.end_us) AND l.box && a.box AND l.lower_m <= w.upper_m
      AND l.upper_m >= w.lower_m AND ST_Distance(l.core, a.core) <= l.radius_m + w.radius_m) AS l ON true"""


def fill(url: str, full_url: str) -> None:
    """Zones in force and volumes held, as plain rows with GiST indexes."""
    with psycopg.connect(libpq(full_url)) as full, psycopg.connect(libpq(url)) as raw:
        raw.execute(_SCHEMA)
        specs = full.execute("SELECT spec::text FROM airspace.zone WHERE state = 'in_force'").fetchall()
        with raw.cursor().copy("COPY raw.zone FROM STDIN") as copy:
            for row in map(_zone, (decode_value(ZoneSpec, spec.encode()) for (spec,) in specs)):
                copy.write_row(row)
        held = full.cursor("held")
        held.execute("SELECT volumes FROM airspace.reservation WHERE state = 'held'", binary=True)
        while rows := held.fetchmany(_AT_ONCE):
            _copy_legs(raw, [FlightVolumes.from_bytes(volumes) for (volumes,) in rows])
        raw.execute(_INDEXES)


def _zone(spec: ZoneSpec) -> tuple[Any, ...]:
    core, radius = core_of(spec.outline)
    local = shapely.transform(core, _metres)
    west, south, east, north = local.bounds
    box = shapely.box(west - radius, south - radius, east + radius, north + radius)
    return (
        shapely.to_wkb(shapely.set_srid(local, _SRID), hex=True, include_srid=True),
        shapely.to_wkb(shapely.set_srid(box, _SRID), hex=True, include_srid=True),
        radius,
        spec.lower.value_m if spec.lower else "-Infinity",
        spec.upper.value_m if spec.upper else "Infinity",
        to_us(spec.starts_at) if spec.starts_at else -FOREVER_US,
        to_us(spec.ends_at) if spec.ends_at else FOREVER_US,
    )


def _metres(degrees: Floats) -> Floats:
    return np.column_stack(_TO_METRES.transform(degrees[:, 0], degrees[:, 1]))


def _copy_legs(raw: "psycopg.Connection[Any]", flights: Sequence[FlightVolumes]) -> None:
    core, box, *rest = _columns(flights)
    plan = np.repeat(np.arange(len(flights)), [len(flight) for flight in flights])
    names = ("radius_m", "lower_m", "upper_m", "start_us", "end_us")
    columns = {"plan": plan, "core": core, "box": box, **dict(zip(names, rest, strict=True))}
    with raw.cursor().copy(f"COPY raw.leg ({', '.join(columns)}) FROM STDIN (FORMAT binary)") as copy:
        copy.write(_binary_rows(list(columns.values())))


def _binary_rows(columns: Sequence[NDArray[Any]]) -> bytes:
    fields: list[Any] = [("fields", ">i2")]
    for number, values in enumerate(columns):
        kind = values.dtype.str[1:]
        fields += [(f"length{number}", ">i4"), (f"value{number}", kind if kind[0] == "V" else f">{kind}")]
    rows = np.empty(len(columns[0]), fields)
    rows["fields"] = len(columns)
    for number, values in enumerate(columns):
        rows[f"length{number}"], rows[f"value{number}"] = values.dtype.itemsize, values
    return b"PGCOPY\n\xff\r\n\0" + bytes(8) + rows.tobytes() + b"\xff\xff"


def _columns(flights: Sequence[FlightVolumes]) -> list[NDArray[Any]]:
    """Core and box as EWKB, radius, height band, times. No archetype flies a polygon, so every core is a segment."""
    records = joined(flights)[0].records
    if (records["area"] >= 0).any():
        raise ValueError("the baseline knows no polygons among flights")
    x1, y1 = _TO_METRES.transform(records["lng1"], records["lat1"])
    x2, y2 = _TO_METRES.transform(records["lng2"], records["lat2"])
    reach = records["radius_m"]
    west, south = np.minimum(x1, x2) - reach, np.minimum(y1, y2) - reach
    east, north = np.maximum(x1, x2) + reach, np.maximum(y1, y2) + reach
    ring = np.column_stack((west, south, east, south, east, north, west, north, west, south))
    fields = (np.ascontiguousarray(records[name]) for name in ("radius_m", "lower_m", "upper_m", "start_us", "end_us"))
    return [_ewkb(_EWKB_LINE, (2,), np.column_stack((x1, y1, x2, y2))), _ewkb(_EWKB_POLYGON, (1, 5), ring), *fields]


def _ewkb(kind: int, counts: Sequence[int], numbers: Floats) -> NDArray[Any]:
    head: list[Any] = [("order", "u1"), ("kind", "<u4"), ("srid", "<u4"), ("counts", "<u4", len(counts))]
    rows = np.empty(len(numbers), [*head, ("numbers", "<f8", numbers.shape[1])])
    rows["order"], rows["kind"], rows["srid"] = 1, kind, _SRID
    rows["counts"], rows["numbers"] = counts if len(counts) > 1 else counts[0], numbers
    return rows.view(f"V{rows.dtype.itemsize}")


def checks_per_s(url: str, city: CityProfile, plans: Path, seconds: float) -> float:
    """Checks a second over a few connections, each asking flight after flight of the file."""
    filings = [decode_value(FlightPlanRequested, line) for line in plans.read_bytes().splitlines()]
    flights = volumes_of_all([filing.intent for filing in filings], city.flight_rules, city.terrain())
    ready = cycle(list(_parameters(flights)))
    done, lock = [0], threading.Lock()
    until = time.perf_counter() + seconds

    def ask() -> None:
        with psycopg.connect(libpq(url), autocommit=True, options="-c jit=off") as connection:
            cursor = connection.cursor()
            while time.perf_counter() < until:
                with lock:
                    parameters = next(ready)
                cursor.execute(_CHECK, parameters, prepare=True)
                with lock:
                    done[0] += 1

    began = time.perf_counter()
    threads = [threading.Thread(target=ask) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done[0] / (time.perf_counter() - began)


def _parameters(flights: Sequence[FlightVolumes]) -> Iterator[list[Any]]:
    for flight in flights:
        core, box, *rest = _columns([flight])
        yield [[row.tobytes() for row in core], [row.tobytes() for row in box], *map(Parameter, rest)]
