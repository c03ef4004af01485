"""ED-269: UAS zones as a list of features with volumes. Edges are shortest paths on the ellipsoid.

A zone with several volumes is several zones, `id.1`, `id.2`, ... Limits are whole metres or feet, written outwards.
ED-269 has no word for sunrise: a day with an event of the sun is written as the whole day.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from services.airspace.imports import attributes, own
from services.airspace.imports.attributes import Dialect, written_clock
from services.airspace.imports.eurocae import (
    Record,
    best,
    limit,
    listed,
    metres_of,
    number,
    positions,
    record,
    setting_offset,
)
from services.airspace.imports.rows import Json, Setting, as_json, parts_named, sound
from services.airspace.imports.shapes import corridor_polygon
from services.airspace.store.zones import Zone
from services.airspace.usecases.zones import Stated
from shared.contracts.airspace import ZoneSpec
from shared.contracts.zones import DailyPeriod, DaylightEvent, Weekday
from shared.errors import Invalid
from shared.geodesy import densify
from shared.volumes import Altitude, AltitudeReference, CircleOutline, CorridorOutline, Edges, Outline, PolygonOutline

DIALECT: Final = Dialect("restriction", "type", "applicability", "")
EDGE_M: Final = 500.0  # an edge as long, of the other kind, lies no more than 3 mm off at 30 degrees, 1 cm at 60
_SECONDS: Final = len("00:00:00")
_MORNING: Final = (DaylightEvent.BMCT, DaylightEvent.SR)
_EVENING: Final = (DaylightEvent.SS, DaylightEvent.EECT)
_DAYS: Final = (Weekday.MON, Weekday.TUE, Weekday.WED, Weekday.THU, Weekday.FRI, Weekday.SAT, Weekday.SUN)
_MOST: Final = {"otherReasonInfo": 30, "message": 200, "name": 200}  # characters the standard has room for


def is_ed269(document: Json) -> bool:
    """Whether a feature of the list speaks ED-269."""
    found = features(document)
    return isinstance(found, list) and any(isinstance(each, dict) and "restriction" in each for each in found)


def features(document: Json) -> Json:
    """The features of the document, which may also be the bare list of them."""
    return document.get("features") if isinstance(document, dict) else document


def zones(feature: Json, setting: Setting) -> list[Stated]:
    """The zones of a feature. Raises Invalid naming its field."""
    said = record(feature, "")
    part = own.ours(said, setting, DIALECT.prefix)
    if part and own.says_the_same(own.unsigned(said), _standard(part.zone_id, part.spec, setting)):
        return [part]
    fields = attributes.fields_of(said, DIALECT)
    volumes = listed(said.get("geometry"), "geometry")
    if not volumes:
        raise Invalid("a zone has at least one volume", field="geometry")
    read = [
        sound({**fields, **_volume(each, f"geometry.{i}")}, setting, _Places(f"geometry.{i}"))
        for i, each in enumerate(volumes)
    ]
    name = part.zone_id if part else attributes.zone_id_of(said, DIALECT.prefix)
    return [Stated(zone_id, spec) for zone_id, spec in parts_named(name, own.completed(read, part))]


class _Places:
    """Where a field of ours stands in the feature, for the volume at `at`."""

    def __init__(self, at: str) -> None:
        self._at = at

    def __call__(self, field: str) -> str:
        if field == "" or field.partition(".")[0] in ("lower", "upper"):
            return f"{self._at}.{field.partition('.')[0]}Limit" if field else self._at
        if field.startswith("outline"):
            shape = field.replace("radius_m", "radius")
            return shape.replace("outline", f"{self._at}.horizontalProjection", 1)
        return attributes.place(field, DIALECT)


def _volume(volume: Json, at: str) -> Record:
    said = record(volume, at)
    metres = metres_of(said.get("uomDimensions"), f"{at}.uomDimensions")
    heights = {
        side: limit(
            said.get(f"{side}Limit"),
            said.get(f"{side}VerticalReference"),
            metres,
            f"{at}.{side}Limit",
            f"{at}.{side}VerticalReference",
        )
        for side in ("lower", "upper")
    }
    at = f"{at}.horizontalProjection"
    return {**heights, "outline": _outline(record(said.get("horizontalProjection"), at), metres, at)}


def _outline(shape: Record, metres: float, at: str) -> Record:
    """The radius is in the volume's unit, as `uomDimensions` says it of all its dimensions."""
    kind = str(shape.get("type")).capitalize()
    if kind == "Polygon":
        rings = positions(shape.get("coordinates"), f"{at}.coordinates", 2)
        return {"type": "Polygon", "coordinates": rings, "edges": Edges.GEODESIC}
    if kind == "Circle":
        radius = round(number(shape.get("radius"), f"{at}.radius") * metres, 6)
        return {"type": "Circle", "center": positions(shape.get("center"), f"{at}.center", 0), "radius_m": radius}
    raise Invalid(f"{shape.get('type')!r} is neither Polygon nor Circle", field=f"{at}.type")


def document_of(shown: Sequence[Zone], setting: Setting) -> Mapping[str, Any]:
    """The zones as an ED-269 document, each with our part."""
    written = [own.signed(z.zone_id, z.zone_version, z.spec, _standard(z.zone_id, z.spec, setting)) for z in shown]
    return {"title": "UAS zones", "description": f"Issued {setting.now.isoformat()}", "features": written}


def _standard(zone_id: str, spec: ZoneSpec, setting: Setting) -> dict[str, Any]:
    """What the standard itself has of a zone."""
    said = as_json({**attributes.properties_of(zone_id, spec, DIALECT), DIALECT.applicability: []})
    said.pop("dataSource", None)
    uas = spec.uas_zone
    if said[DIALECT.restriction] == "USPACE":
        said[DIALECT.restriction] = spec.restriction.value
    said[DIALECT.restriction] = said[DIALECT.restriction].replace("AUTHORIZATION", "AUTHORISATION")
    for name, most in _MOST.items():
        if name in said:
            said[name] = best(said[name])[:most]
    said["reason"] = [each for each in said.get("reason", ()) if each != "DAR"] or ["OTHER"]
    said["zoneAuthority"] = [_contact(each) for each in said["zoneAuthority"]]
    said[DIALECT.applicability] = as_json(_applicability(spec, setting))
    if uas and uas.u_space_class:
        said["uSpaceClass"] = uas.u_space_class
    return {**said, "geometry": [as_json(_written(spec, setting))]}


def _contact(authority: Record) -> Record:
    """ED-269 has one text where ED-318 has one for each language."""
    return {name: best(value) if isinstance(value, list) else value for name, value in authority.items()}


def _applicability(spec: ZoneSpec, setting: Setting) -> list[Record]:
    periods = attributes.properties_of("-", spec, DIALECT).get(DIALECT.applicability, ())
    offset = setting_offset(setting)
    return [
        {"permanent": "NO", **attributes.period_document(each, [_daily(daily, offset) for daily in each.schedule])}
        for each in periods
    ] or [{"permanent": "YES"}]


def _daily(daily: DailyPeriod, offset: str) -> Record:
    """With its clocks; where the sun says when, the whole of the days it touches."""
    days, midnight = list(daily.day), _clock("00:00", offset)
    if daily.start_event or daily.end_event:
        by_day = daily.start_event in _MORNING and daily.end_event in _EVENING
        if not by_day and Weekday.ANY not in days:
            days = [day for i, day in enumerate(_DAYS) if day in days or _DAYS[i - 1] in days]
        return {"day": days, "startTime": midnight, "endTime": midnight}
    start, end = _clock(daily.start_time, offset), _clock(daily.end_time, offset)
    return {"day": days, "startTime": start or midnight, "endTime": end or midnight}


def _clock(text: str | None, offset: str) -> str | None:
    """With hundredths, as in the standard's own examples: `08:00:00.00Z`, `08:00:00.00+0800`."""
    written = written_clock(text, offset)
    return written and f"{written[:_SECONDS]}.00{written[_SECONDS:].replace(':', '')}"


def _written(spec: ZoneSpec, setting: Setting) -> Record:
    lower, lower_reference = _height(spec.lower, setting, math.floor, setting.geoid_max_m)
    upper, upper_reference = _height(spec.upper, setting, math.ceil, setting.geoid_min_m)
    return {
        "uomDimensions": "M",
        "lowerLimit": lower or 0,
        "lowerVerticalReference": lower_reference,
        "upperLimit": upper,
        "upperVerticalReference": upper_reference,
        "horizontalProjection": _projection(spec.outline),
    }


def _height(
    altitude: Altitude | None, setting: Setting, outwards: Any, geoid_m: float
) -> tuple[int | None, AltitudeReference]:
    """Whole metres, never inwards. ED-269 knows no ellipsoid: its heights are taken above the sea through the geoid."""
    if altitude is None:
        return None, AltitudeReference.AGL
    if altitude.reference is AltitudeReference.WGS84:
        return outwards(altitude.value_m - geoid_m), AltitudeReference.AMSL
    return outwards(altitude.value_m), altitude.reference


def _projection(outline: Outline) -> Record:
    if isinstance(outline, CircleOutline):
        return {"type": "Circle", "center": outline.center, "radius": outline.radius_m}
    if isinstance(outline, CorridorOutline):
        outline = corridor_polygon(outline)
    return {"type": "Polygon", "coordinates": _shortest(outline)}


def _shortest(polygon: PolygonOutline) -> Any:
    """The rings with shortest paths for edges: straight ones are followed."""
    if polygon.edges is Edges.GEODESIC:
        return polygon.coordinates
    return [densify(np.asarray(ring, np.float64), EDGE_M).tolist() for ring in polygon.coordinates]
