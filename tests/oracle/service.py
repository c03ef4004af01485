"""What the platform decides on pairs: its own volumes, zones and decision, asked about many pairs at once."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray

from services.airspace.domain.assess import decide
from services.airspace.domain.subjects import PlanRequest, Reservation
from services.airspace.domain.zone_index import ZoneIndex
from services.airspace.domain.zones import Zone, zone
from services.airspace.imports import Setting, read_zones
from shared.contracts.airspace import HeightBasis, ZoneKind, ZoneSpec
from shared.contracts.assessment import Outcome, Restriction
from shared.contracts.codec import decode_value, encode_value
from shared.contracts.zones import DailyPeriod, TimePeriod
from shared.flight import FlightIntent, FlightRules, FlightVolumes, volumes_of_all
from shared.flight.records import RECORD, from_us, joined
from shared.outlines import polygon_of
from shared.terrain import REFERENCES, Terrain
from shared.volumes import Altitude, AltitudeReference, CircleOutline, CorridorOutline, Edges, Outline, PolygonOutline
from tests.oracle.matter import Area, Ground, Height, Pair, Shape, Slice

RULES: Final = FlightRules()
NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)
CITY_TIME: Final = ZoneInfo("Asia/Shanghai")
SETTING: Final = Setting(now=NOW, city_time=CITY_TIME)


class Everywhere(Terrain):
    """One band of ground for the whole Earth."""

    def __init__(self, ground: Ground) -> None:
        super().__init__("everywhere", (), ground.geoid_lowest_m, ground.geoid_highest_m)
        self._ground = ground

    def ground(self, boxes: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The same for each box."""
        return np.full(len(boxes), self._ground.lowest_m), np.full(len(boxes), self._ground.highest_m)


def refused(pairs: Sequence[Pair], ground: Ground, *, among: bool) -> list[bool]:
    """Whether each pair's first is refused for its second; `among`: the second is asked about before it."""
    terrain = Everywhere(ground)
    ours, theirs = _flights(pairs, terrain)
    zones = ZoneIndex(1, _zones([(i, pair.theirs) for i, pair in enumerate(pairs) if isinstance(pair.theirs, Area)]))
    requests = [_request(i, flight) for i, flight in enumerate(ours)]
    others = [_request(len(pairs) + i, flight) for i, flight in theirs.items()]
    standing = [] if among else [_standing(other) for other in others]
    asked = [*others, *requests] if among else requests
    decided = decide(asked, zones, standing, (), RULES, terrain, NOW)
    found = {decision.request.plan_id.int: decision.assessment.outcome is Outcome.REFUSED for decision in decided}
    assert not any(found.get(len(pairs) + i, False) for i in theirs), "a flight with nothing in its way was refused"
    return [found[i] for i in range(len(pairs))]


def _flights(pairs: Sequence[Pair], terrain: Terrain) -> tuple[list[FlightVolumes], dict[int, FlightVolumes]]:
    """Each pair's first flight, and by the pair's number the second where it is one."""
    plans = {i: pair.theirs for i, pair in enumerate(pairs) if not isinstance(pair.theirs, Area)}
    said = [pair.said for pair in pairs]
    if any(isinstance(each, tuple) for each in said):
        intents = [(intent_of(one, at), intent_of(two, then)) for one, at, two, then in said]  # type: ignore[misc]
        made = volumes_of_all([intent for both in intents for intent in both], RULES, terrain)
        return made[::2], dict(enumerate(made[1::2]))
    made = volumes_of([pair.ours[0] for pair in pairs] + [plan[0] for plan in plans.values()], terrain)
    return made[: len(pairs)], dict(zip(plans, made[len(pairs) :], strict=True))


def intent_of(said: Any, departs_us: int) -> FlightIntent:
    """The intent of a dictionary, at a time."""
    found: FlightIntent = decode_value(FlightIntent, encode_value({**said, "departs_at": from_us(departs_us)}))
    return found


def volumes_of(slices: Sequence[Slice], terrain: Terrain) -> list[FlightVolumes]:
    """Flights of one slice each."""
    records = np.zeros(len(slices), RECORD)
    ends = np.array([(*one.shape.corners[0], *_last(one.shape)) for one in slices])
    for name, column in zip(("lng1", "lat1", "lng2", "lat2"), ends.T, strict=True):
        records[name] = column
    records["radius_m"] = [one.shape.radius_m for one in slices]
    records["lower_m"], records["upper_m"] = [one.lower_m for one in slices], [one.upper_m for one in slices]
    records["declared_upper_m"] = [one.upper_m if one.declared_m is None else one.declared_m for one in slices]
    records["start_us"], records["end_us"] = [one.start_us for one in slices], [one.end_us for one in slices]
    records["reference"] = [REFERENCES.index(AltitudeReference(one.reference)) for one in slices]
    records["area"] = [0 if one.shape.rings else -1 for one in slices]
    areas = [(_polygon(one.shape),) if one.shape.rings else () for one in slices]
    flights = [FlightVolumes(records[i : i + 1], area) for i, area in enumerate(areas)]
    boxes = joined(flights)[0].boxes
    codes, lower, upper = records["reference"], records["lower_m"], records["upper_m"]
    records["amsl_lower_m"], records["amsl_upper_m"] = terrain.above_sea(codes, lower, upper, boxes)
    return flights


def _last(shape: Shape) -> tuple[float, float]:
    return shape.corners[0] if shape.rings else shape.line[-1]


def _polygon(shape: Shape) -> shapely.Polygon:
    return polygon_of(PolygonOutline("Polygon", shape.rings, _edges(shape)))


def _edges(shape: Shape) -> Edges:
    return Edges.GEODESIC if shape.geodesic else Edges.STRAIGHT


def _request(number: int, volumes: FlightVolumes) -> PlanRequest:
    return PlanRequest(
        plan_id=UUID(int=number),
        revision=1,
        operator="alpha",
        priority=0,
        crewed=False,
        voluntary=False,
        volumes=volumes,
    )


def _standing(request: PlanRequest) -> Reservation:
    return Reservation(
        plan_id=request.plan_id,
        revision=1,
        operator="beta",
        priority=0,
        crewed=False,
        volumes=request.volumes,
    )


def _zones(areas: Sequence[tuple[int, Area]]) -> list[Zone]:
    """Made from their specs; those with limits in feet come through an ED-318 file."""
    filed = [(i, area) for i, area in areas if isinstance(area.said, tuple)]
    specs = {i: spec_of(area) for i, area in areas if not isinstance(area.said, tuple)} | _read(filed)
    return [zone(f"z{i}", 1, spec, CITY_TIME) for i, spec in specs.items()]


def spec_of(area: Area) -> ZoneSpec:
    """As a regulator would state it."""
    return ZoneSpec(
        name="区",
        kind=ZoneKind.CONTROLLED_OTHER,
        restriction=Restriction.PROHIBITED,
        outline=outline_of(area.shape),
        lower=_altitude(area.lower),
        upper=_altitude(area.upper),
        height_basis=HeightBasis.DECLARED if area.declared else HeightBasis.VOLUME,
        starts_at=None if area.start_us is None else from_us(area.start_us),
        ends_at=None if area.end_us is None else from_us(area.end_us),
        authority="空管",
        limited_applicability=_periods(area.said) if area.active is not None else (),
    )


def outline_of(shape: Shape) -> Outline:
    """A polygon, a corridor or a circle."""
    if shape.rings:
        return PolygonOutline("Polygon", shape.rings, _edges(shape))
    if len(shape.line) > 1:
        return CorridorOutline("Corridor", shape.line, shape.radius_m, _edges(shape))
    return CircleOutline("Circle", shape.line[0], shape.radius_m)


def _altitude(height: Height | None) -> Altitude | None:
    return None if height is None else Altitude(height[0], AltitudeReference(height[1]))


def _periods(said: Any) -> Sequence[TimePeriod]:
    daily: DailyPeriod = decode_value(DailyPeriod, encode_value(said))
    return (TimePeriod(starts_at=NOW - timedelta(days=30), schedule=(daily,)),)


def _read(areas: Sequence[tuple[int, Area]]) -> dict[int, ZoneSpec]:
    """Through a file of ED-318, in the unit in which their limits are said."""
    if not areas:
        return {}
    document = {"type": "FeatureCollection", "features": [_feature(i, area) for i, area in areas]}
    stated, errors = read_zones(orjson.dumps(document), SETTING, name="ed318")
    assert not errors, errors[:3]
    return {i: one.spec for (i, _), one in zip(areas, stated, strict=True)}


def _feature(number: int, area: Area) -> dict[str, Any]:
    unit, limit = area.said  # type: ignore[misc]
    layer: dict[str, Any] = {"uom": {"feet": "ft"}.get(unit, unit)}
    for side, height in (("lower", area.lower), ("upper", area.upper)):
        if height is not None:
            layer |= {side: limit, f"{side}Reference": height[1]}
    return {
        "type": "Feature",
        "properties": {
            "identifier": f"Z{number}",
            "country": "CHN",
            "name": [{"text": "区", "lang": "zh-CN"}],
            "type": "PROHIBITED",
            "variant": "COMMON",
            "zoneAuthority": [{"purpose": "INFORMATION", "name": [{"text": "空管", "lang": "zh-CN"}]}],
        },
        "geometry": {
            "type": "Point",
            "coordinates": list(area.shape.line[0]),
            "extent": {"subType": "Circle", "radius": area.shape.radius_m},
            "layer": layer,
        },
    }
