"""Hypothesis strategies and small makers for geometry: flights, zones and plans around one place near Wuhan."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyproj
import shapely
from hypothesis import strategies as st

from services.airspace.domain.subjects import PlanRequest, Reservation
from services.airspace.domain.zones import Zone, zone
from shared.contracts.airspace import Binds, HeightBasis, ZoneKind, ZoneSpec
from shared.contracts.assessment import Restriction
from shared.flight import AircraftClass, FlightArea, FlightIntent, FlightRules, FlightVolumes, Purpose, Spot, Waypoint
from shared.flight.records import RECORD, to_us
from shared.terrain import GroundBand, Terrain
from shared.volumes import Altitude, AltitudeReference, CircleOutline, Outline, PolygonOutline

GEOD = pyproj.Geod(ellps="WGS84")
LNG, LAT = 114.3, 30.5
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
RULES = FlightRules()
FLAT = Terrain.flat(20.0, -14.0)


def away(east_m: float, north_m: float, lng: float = LNG, lat: float = LAT) -> tuple[float, float]:
    """The place so far east and north of another."""
    azimuth, distance = float(np.degrees(np.arctan2(east_m, north_m))), float(np.hypot(east_m, north_m))
    out_lng, out_lat, _ = GEOD.fwd(lng, lat, azimuth, distance)
    return float(out_lng), float(out_lat)


def spot(east_m: float = 0.0, north_m: float = 0.0) -> Spot:
    lng, lat = away(east_m, north_m)
    return Spot(lng=lng, lat=lat)


def waypoint(east_m: float, north_m: float, height_m: float = 90.0, **more: Any) -> Waypoint:
    lng, lat = away(east_m, north_m)
    return Waypoint(lng=lng, lat=lat, height_m=height_m, **more)


def flight(path: Sequence[Waypoint] = (), **changes: Any) -> FlightIntent:
    """A light aircraft from the middle and back."""
    values: dict[str, Any] = {
        "departure": spot(),
        "arrival": spot(),
        "departs_at": NOON,
        "aircraft_class": AircraftClass.LIGHT,
        "purpose": Purpose.PATROL,
        "speed_mps": 12.0,
        "path": path,
    }
    return FlightIntent(**{**values, **changes})


def slab(
    one: tuple[float, float],
    two: tuple[float, float],
    *,
    radius_m: float = 20.0,
    lower_m: float = 80.0,
    upper_m: float = 100.0,
    start: datetime = NOON,
    seconds: float = 60.0,
) -> FlightVolumes:
    """One volume along a segment."""
    records = np.zeros(1, RECORD)
    (records["lng1"], records["lat1"]), (records["lng2"], records["lat2"]) = one, two
    records["radius_m"], records["lower_m"], records["upper_m"] = radius_m, lower_m, upper_m
    records["declared_upper_m"] = upper_m
    records["amsl_lower_m"], records["amsl_upper_m"] = lower_m + 20.0, upper_m + 20.0
    records["start_us"] = to_us(start)
    records["end_us"] = to_us(start) + int(seconds * 1e6)
    records["area"] = -1
    return FlightVolumes(records)


def zoned(zone_id: str, outline: Outline, restriction: Restriction = Restriction.PROHIBITED, **more: Any) -> Zone:
    spec = ZoneSpec(
        name=more.pop("name", "区"),
        kind=ZoneKind.CONTROLLED_OTHER,
        restriction=restriction,
        outline=outline,
        authority="市空管",
        **more,
    )
    return zone(zone_id, 1, spec)


def square(half_m: float, east_m: float = 0.0, north_m: float = 0.0) -> PolygonOutline:
    corners = [(-half_m, -half_m), (half_m, -half_m), (half_m, half_m), (-half_m, half_m), (-half_m, -half_m)]
    return PolygonOutline("Polygon", [[away(east_m + x, north_m + y) for x, y in corners]])


def circle(radius_m: float, east_m: float = 0.0, north_m: float = 0.0) -> CircleOutline:
    return CircleOutline("Circle", away(east_m, north_m), radius_m)


def request(volumes: FlightVolumes, number: int = 1, **more: Any) -> PlanRequest:
    values: dict[str, Any] = {
        "plan_id": uuid.UUID(int=number),
        "revision": 1,
        "operator": "org-a",
        "priority": 0,
        "crewed": False,
        "voluntary": False,
        "volumes": volumes,
    }
    return PlanRequest(**{**values, **more})


def reservation(volumes: FlightVolumes, number: int = 1_000, **more: Any) -> Reservation:
    values: dict[str, Any] = {
        "plan_id": uuid.UUID(int=number),
        "revision": 1,
        "operator": "org-b",
        "priority": 0,
        "crewed": False,
        "volumes": volumes,
    }
    return Reservation(**{**values, **more})


metres = st.integers(-2_000, 2_000).map(float)
places = st.tuples(metres, metres)
heights = st.sampled_from([0.0, 60.0, 90.0, 100.0, 119.9, 120.0, 300.0])
moments = st.integers(0, 900).map(lambda s: NOON + timedelta(seconds=s))


@st.composite
def paths(draw: st.DrawFn) -> tuple[Waypoint, ...]:
    """Waypoints that may repeat, stand above one another, or hold the aircraft."""
    points: list[Waypoint] = []
    for _ in range(draw(st.integers(1, 5))):
        here: tuple[float, float] = draw(st.one_of(places, st.just((0.0, 0.0))))
        if points and draw(st.integers(0, 3)) == 0:
            again = points[-1]
            points.append(Waypoint(lng=again.lng, lat=again.lat, height_m=draw(heights)))
            continue
        hover_s = draw(st.sampled_from([0.0, 0.0, 0.0, 45.0]))
        speed = draw(st.sampled_from([None, None, 5.0, 60.0]))
        points.append(waypoint(*here, draw(heights), hover_s=hover_s, hover_radius_m=hover_s, speed_mps=speed))
    return tuple(points)


@st.composite
def outlines(draw: st.DrawFn) -> Outline:
    """A circle, or a star-shaped polygon."""
    east, north = draw(places)
    if draw(st.booleans()):
        return circle(draw(st.integers(1, 900)), east, north)
    radii = draw(st.lists(st.integers(100, 900), min_size=3, max_size=9))
    turns = [2 * np.pi * i / len(radii) for i in range(len(radii))]
    ring = [away(east + r * np.cos(t), north + r * np.sin(t)) for r, t in zip(radii, turns, strict=True)]
    return PolygonOutline("Polygon", [[*ring, ring[0]]])


@st.composite
def intents(draw: st.DrawFn) -> FlightIntent:
    """A flight along a path or in an area, of any class, in any reference."""
    more: dict[str, Any] = {
        "departure": spot(*draw(places)),
        "departs_at": draw(moments),
        "aircraft_class": draw(st.sampled_from(AircraftClass)),
        "speed_mps": draw(st.sampled_from([3.0, 12.0, 40.0])),
        "height_reference": draw(st.sampled_from([*[AltitudeReference.AGL] * 3, *AltitudeReference])),
    }
    if draw(st.integers(0, 3)) == 0:
        lower = draw(st.sampled_from([0.0, 50.0]))
        return flight(area=FlightArea(outline=draw(outlines()), lower_m=lower, upper_m=90.0, duration_s=600.0), **more)
    return flight(draw(paths()), **more)


@st.composite
def zones(draw: st.DrawFn, number: int = 0) -> Zone:
    """A zone of any kind, somewhere near."""
    height = st.sampled_from([None, 0.0, 60.0, 100.0, 120.0, 130.0])
    lower, upper = draw(height), draw(height)
    reference = draw(st.sampled_from([*[AltitudeReference.AGL] * 3, *AltitudeReference]))
    if lower is not None and upper is not None and upper <= lower:
        upper = None
    starts_at, ends_at = draw(st.sampled_from([(None, None), (NOON, None), (None, NOON + timedelta(minutes=5))]))
    return zoned(
        f"zone-{number}",
        draw(outlines()),
        draw(st.sampled_from(Restriction)),
        lower=None if lower is None else Altitude(lower, reference),
        upper=None if upper is None else Altitude(upper, reference),
        height_basis=draw(st.sampled_from(HeightBasis)),
        binds=draw(st.sampled_from([Binds.BOTH, Binds.UNCREWED, Binds.CREWED])),
        starts_at=starts_at,
        ends_at=ends_at,
    )


def hills() -> Terrain:
    """Ground from 10 to 300 m above the sea near the middle, unknown elsewhere."""
    near = shapely.box(LNG - 0.3, LAT - 0.3, LNG + 0.3, LAT + 0.3)
    return Terrain("hills", [GroundBand(near, 10.0, 300.0)], -15.0, -12.0)
