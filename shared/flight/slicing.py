"""From a `FlightIntent` to its `FlightVolumes`: columns, slices, hovers, areas. Pure.

A flight is first a table of parts (`shared/flight/parts.py`), then each leg is cut into slices. All flights of a batch
share one table, so numpy's cost per call is shared too.
"""

import math
from collections.abc import Iterator, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from shared.errors import Invalid
from shared.flight.intent import FlightIntent, Spot, Waypoint
from shared.flight.parts import Part, Parts, Place, area_parts, path_parts, timed
from shared.flight.records import FOREVER_US, RECORD, FlightVolumes, Movements, Records, boxes_of, to_us
from shared.flight.rules import MAX_AREA_KM2, MAX_FLIGHT_S, MAX_VOLUMES, FlightRules, Tolerance
from shared.geodesy import along
from shared.outlines import MAX_LATITUDE, area_km2, check_outline, polygon_of
from shared.ragged import spread
from shared.terrain import AGL, REFERENCES, Terrain
from shared.volumes import AltitudeReference, CircleOutline

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]


def volumes(intent: FlightIntent, rules: FlightRules, terrain: Terrain) -> FlightVolumes:
    """The volumes of one flight, in the order flown.

    A column at each end, cruise slices of at most `rules.slice_s`, a disc for a hover, the area for its duration.
    Raises Invalid with field `departure`, `arrival`, `path` or `area...` where the flight has no position, is too long
    or too large. The caller puts its own prefix before the field.
    """
    return volumes_of_all([intent], rules, terrain)[0]


def volumes_of_all(intents: Sequence[FlightIntent], rules: FlightRules, terrain: Terrain) -> list[FlightVolumes]:
    """`volumes` of each intent, in one pass: a batch costs a fraction of one by one."""
    if not intents:
        return []
    areas = [_area(intent) for intent in intents]
    rows = [part for i, intent in enumerate(intents) for part in _parts(i, intent)]
    codes = np.array([REFERENCES.index(intent.height_reference) for intent in intents])
    parts = timed(rows, codes, rules, terrain)
    _check_size(parts, intents)
    kept_free = [rules.tolerances[intent.aircraft_class] for intent in intents]
    departs_us = np.array([to_us(intent.departs_at) for intent in intents])
    records = _sliced(parts, codes, kept_free, departs_us)
    return _split(records, parts, areas, _movements(intents, parts, departs_us), terrain)


def corridor(
    origin: Spot,
    destination: Spot,
    path: Sequence[Waypoint],
    *,
    half_width_m: float,
    half_height_m: float,
    reference: AltitudeReference,
    terrain: Terrain,
) -> FlightVolumes:
    """The volumes of a fixed route, columns at its ends included, at all times (`FOREVER_US`).

    Raises Invalid with field `origin`, `destination` or `path`.
    """
    ends = _place(origin, "origin"), _place(destination, "destination")
    slow = 1.0  # metres a second: the corridor's width is as filed, no turn widens it
    rows = list(path_parts(0, *ends, path, slow, own_speeds=False))
    codes = np.array([REFERENCES.index(reference)])
    parts = timed(rows, codes, FlightRules(slice_s=1e9), terrain)
    _check_extent(parts)
    records = _sliced(parts, codes, [Tolerance(half_width_m, half_height_m, 0.0)], np.zeros(1, np.int64))
    records["start_us"], records["end_us"] = -FOREVER_US, FOREVER_US
    return _split(records, parts, [None], [None], terrain)[0]


def parts_of(intent: FlightIntent) -> Iterator[Part]:
    """The parts of one flight, in the order flown. Raises Invalid with field `departure` or `arrival`."""
    return _parts(0, intent)


def _parts(flight: int, intent: FlightIntent) -> Iterator[Part]:
    ends = _place(intent.departure, "departure"), _place(intent.arrival, "arrival")
    if intent.area is not None:
        return area_parts(flight, *ends, intent)
    return path_parts(flight, *ends, intent.path, intent.speed_mps)


def _place(spot: Spot, field: str) -> Place:
    if spot.lng is None or spot.lat is None:
        raise Invalid(f"the position of site {spot.site_id} is not known here", field=field)
    return spot.lng, spot.lat


def _area(intent: FlightIntent) -> shapely.Polygon | None:
    """The polygon the flight works in, checked; None where it has none or a circle."""
    if intent.area is None:
        return None
    outline = intent.area.outline
    check_outline(outline, "area.outline")
    polygon: shapely.Polygon | None = None
    if isinstance(outline, CircleOutline):
        size_km2 = math.pi * (outline.radius_m / 1000) ** 2
    else:
        polygon = polygon_of(outline)
        size_km2 = area_km2(shapely.get_coordinates(polygon))
    if size_km2 > MAX_AREA_KM2:
        raise Invalid(f"the area of one flight is at most {MAX_AREA_KM2:,.0f} km²", field="area.outline")
    return polygon


def _check_size(parts: Parts, intents: Sequence[FlightIntent]) -> None:
    """Rules TY-FLIGHT-DURATION and OiMaxVertices."""
    _check_extent(parts)
    lasts = np.bincount(parts.flight, parts.late_lasts_us) / 1e6
    for i in np.flatnonzero(lasts > MAX_FLIGHT_S).tolist():
        field = "path" if intents[i].area is None else "area.duration_s"
        raise Invalid(f"the flight lasts {lasts[i]:,.0f} s, at most {MAX_FLIGHT_S:,.0f} s", field=field)


def _check_extent(parts: Parts) -> None:
    if np.abs(parts.lng2 - parts.lng1).max() > 180:
        raise Invalid("a leg crosses the antimeridian", field="path")
    if max(np.abs(parts.lat1).max(), np.abs(parts.lat2).max()) > MAX_LATITUDE:
        raise Invalid(f"nearer to a pole than latitude {MAX_LATITUDE:g}", field="path")
    if np.bincount(parts.flight, parts.cuts).max() > MAX_VOLUMES:
        raise Invalid(f"more than {MAX_VOLUMES:,} volumes; file the flight in parts", field="path")


def _sliced(parts: Parts, codes: Longs, kept_free: Sequence[Tolerance], departs_us: Longs) -> Records:
    """A record for each slice; heights above sea level and area numbers are still to come."""
    part, k = spread(parts.cuts)
    n, flight = parts.cuts[part], parts.flight[part]
    lateral, vertical, time_us = np.array([(t.lateral_m, t.vertical_m, t.time_s * 1e6) for t in kept_free]).T
    code = codes[flight]
    records = np.zeros(len(part), RECORD)
    records["reference"], records["area"] = code, np.where(parts.has_area[part], 0, -1)
    _place_cores(records, parts, part, k)
    records["radius_m"] = lateral[flight] + parts.radius_m[part] + _turning(parts, part, k, n)
    height1, climbed = parts.height1_m[part], (parts.height2_m - parts.height1_m)[part]
    one = height1 + climbed * (k / n)
    two = np.where(k + 1 == n, parts.height2_m[part], height1 + climbed * ((k + 1) / n))
    lower = np.minimum(one, two) - vertical[flight]
    records["lower_m"] = np.where(code == AGL, np.maximum(lower, 0.0), lower)
    records["declared_upper_m"] = np.maximum(one, two)
    records["upper_m"] = records["declared_upper_m"] + vertical[flight]
    before, after = np.ceil(time_us).astype(np.int64)[flight], departs_us[flight]
    records["start_us"] = after + parts.early_us[part] + parts.early_lasts_us[part] * k // n - before
    records["end_us"] = after + parts.late_us[part] - (-parts.late_lasts_us[part] * (k + 1) // n) + before
    return records


def _place_cores(records: Records, parts: Parts, part: Longs, k: Longs) -> None:
    """Cut the legs along their geodesics; a slice starts exactly where the one before ends."""
    for end in ("lng1", "lat1", "lng2", "lat2"):
        records[end] = getattr(parts, end)[part]
    inner = np.flatnonzero(k > 0)
    leg = part[inner]
    share = k[inner] / parts.cuts[leg]
    lng, lat = along(parts.lng1[leg], parts.lat1[leg], parts.azimuth[leg], parts.length_m[leg] * share)
    records["lng1"][inner], records["lat1"][inner] = lng, lat
    records["lng2"][inner - 1], records["lat2"][inner - 1] = lng, lat


def _turning(parts: Parts, part: Longs, k: Longs, n: Longs) -> Floats:
    """Metres to widen the slices that a fly-by turn at either end of their leg reaches."""
    length = parts.length_m[part]
    at_start = length * (k / n) < parts.turn_in_over_m[part]
    at_end = length * (1 - (k + 1) / n) < parts.turn_out_over_m[part]
    return np.maximum(at_start * parts.turn_in_m[part], at_end * parts.turn_out_m[part])


def _movements(intents: Sequence[FlightIntent], parts: Parts, departs_us: Longs) -> list[Movements | None]:
    """When each flight leaves its site and is down at the other; the descent is its last part."""
    last = np.flatnonzero(np.append(parts.flight[1:] != parts.flight[:-1], True))
    lands = departs_us + parts.early_us[last] + parts.early_lasts_us[last]
    lands_late = departs_us + parts.late_us[last] + parts.late_lasts_us[last]
    ends = zip(intents, departs_us.tolist(), lands.tolist(), lands_late.tolist(), strict=True)
    return [_ends(intent, *times) for intent, *times in ends]


def _ends(intent: FlightIntent, departs_us: int, lands_us: int, lands_late_us: int) -> Movements | None:
    departure, arrival = intent.departure.site_id or "", intent.arrival.site_id or ""
    return Movements(departure, arrival, departs_us, lands_us, lands_late_us) if departure or arrival else None


def _split(
    records: Records,
    parts: Parts,
    areas: Sequence[shapely.Polygon | None],
    movements: Sequence[Movements | None],
    terrain: Terrain,
) -> list[FlightVolumes]:
    """The records of each flight, with heights above sea level through the terrain."""
    counts = np.bincount(parts.flight, parts.cuts, len(areas)).astype(np.int64)
    _raise_to_sea_level(records, np.repeat(np.arange(len(areas)), counts), areas, terrain)
    ends = np.cumsum(counts)
    return [
        FlightVolumes(records[end - count : end], () if area is None else (area,), ends_at)
        for count, end, area, ends_at in zip(counts.tolist(), ends.tolist(), areas, movements, strict=True)
    ]


def _raise_to_sea_level(
    records: Records, flight: Longs, areas: Sequence[shapely.Polygon | None], terrain: Terrain
) -> None:
    with_area = records["area"] >= 0
    records["area"][with_area] = flight[with_area]
    boxes = boxes_of(records, areas)
    records["area"][with_area] = 0
    lower, upper = terrain.above_sea(records["reference"], records["lower_m"], records["upper_m"], boxes)
    records["amsl_lower_m"], records["amsl_upper_m"] = lower, upper
