"""Zones in ED-318, ED-269 and GeoJSON: every form a file may have and what is wrong with one."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.airspace.imports import Setting, format_named, read_zones
from services.airspace.imports.rows import ImportRefused, NotFeatureCollection, RowError, TooManyFeatures
from services.airspace.usecases.zones import Stated
from shared.contracts.airspace import ZoneKind, ZoneSpec
from shared.contracts.assessment import Restriction
from shared.contracts.zones import DailyPeriod, DaylightEvent, LocalText, Weekday, ZoneReason
from shared.volumes import Altitude, AltitudeReference, CircleOutline, Edges, PolygonOutline
from tests.unit.geometry.worlds import NOW

SETTING = Setting(now=NOW, city_time=ZoneInfo("Asia/Shanghai"), geoid_min_m=-15.0, geoid_max_m=-11.7)
RING = [[114.30, 30.50], [114.32, 30.50], [114.32, 30.52], [114.30, 30.52], [114.30, 30.50]]
HOLE = [[114.305, 30.505], [114.31, 30.505], [114.31, 30.51], [114.305, 30.505]]
LAYER = {"upper": 120, "upperReference": "AGL", "lower": 0, "lowerReference": "AGL", "uom": "m"}
AUTHORITY = {
    "purpose": "AUTHORIZATION",
    "intervalBefore": "P3D",
    "name": [{"text": "Authority", "lang": "en-GB"}, {"text": "空管局", "lang": "zh-CN"}],
    "contactName": [{"text": "值班室", "lang": "zh-CN"}],
    "siteURL": "https://example.org/zones",
    "email": {"text": "zones@example.org", "lang": "en"},
    "phone": "+86 27 0000 0000",
}


def ed318(geometry: Any = None, **properties: Any) -> dict[str, Any]:
    said = {
        "identifier": "WUH001",
        "country": "CHN",
        "name": [{"text": "Test", "lang": "en-GB"}, {"text": "测试", "lang": "zh-CN"}],
        "type": "REQ_AUTHORIZATION",
        "variant": "COMMON",
        "zoneAuthority": [AUTHORITY],
        **properties,
    }
    geometry = geometry or {"type": "Polygon", "coordinates": [RING], "layer": LAYER}
    return {"type": "Feature", "properties": said, "geometry": geometry}


def ed269(*volumes: Any, **fields: Any) -> dict[str, Any]:
    return {
        "identifier": "WUH001",
        "country": "CHN",
        "name": "测试",
        "type": "COMMON",
        "restriction": "REQ_AUTHORISATION",
        "applicability": [{"permanent": "YES"}],
        "zoneAuthority": [{"name": "Authority", "purpose": "INFORMATION"}],
        "geometry": volumes or [volume()],
        **fields,
    }


def volume(projection: Any = None, **limits: Any) -> dict[str, Any]:
    return {
        "uomDimensions": "M",
        "lowerLimit": 0,
        "lowerVerticalReference": "AGL",
        "upperLimit": 120,
        "upperVerticalReference": "AGL",
        "horizontalProjection": projection or {"type": "Polygon", "coordinates": [RING]},
        **limits,
    }


def read(*features: Any, setting: Setting = SETTING, **more: Any) -> tuple[list[Stated], list[RowError]]:
    is_feature = features and isinstance(features[0], dict) and features[0].get("type") == "Feature"
    document = {"type": "FeatureCollection", "features": features} if is_feature else {"features": features}
    return read_zones(json.dumps(document).encode(), setting, **more)


def spec_of(feature: Any, setting: Setting = SETTING) -> ZoneSpec:
    stated, errors = read(feature, setting=setting)
    assert errors == []
    (one,) = stated
    return one.spec


def test_ed318_says_who_what_and_whom_to_ask() -> None:
    ((zone,), _) = read(
        ed318(
            reason=["AIR_TRAFFIC", "NOISE"],
            restrictionConditions="联系塔台",
            otherReasonInfo=[{"text": "机场净空", "lang": "zh-CN"}],
            message=[{"text": "Ask the tower", "lang": "en-GB"}],
            regulationExemption="NO",
            region=3,
            dataSource={"originator": "AIP", "creationDateTime": "2026-01-01T00:00:00Z"},
            extendedProperties={"colour": "red"},
        )
    )
    spec = zone.spec
    assert (zone.zone_id, spec.name, spec.authority) == ("CHN:WUH001", "测试", "空管局")
    assert (spec.kind, spec.restriction) == (ZoneKind.CONTROLLED_AIRPORT, Restriction.REQ_AUTHORIZATION)
    assert (spec.reason, spec.conditions, spec.source) == ("Ask the tower", "联系塔台", "AIP")
    assert (spec.lower, spec.upper) == (None, Altitude(120.0))
    assert isinstance(spec.outline, PolygonOutline)
    assert spec.outline.edges is Edges.STRAIGHT
    uas = spec.uas_zone
    assert uas is not None
    assert (uas.identifier, uas.country, uas.region, uas.regulation_exemption) == ("WUH001", "CHN", 3, False)
    assert uas.names == (LocalText("Test", "en-GB"), LocalText("测试", "zh-CN"))
    assert uas.reasons == (ZoneReason.AIR_TRAFFIC, ZoneReason.NOISE)
    assert json.loads(uas.extended) == {"colour": "red"}
    (contact,) = uas.authorities
    assert (contact.interval_before, contact.email, contact.phone) == ("P3D", "zones@example.org", "+86 27 0000 0000")
    assert contact.site_url == "https://example.org/zones"
    assert contact.contact_name == (LocalText("值班室", "zh-CN"),)


@pytest.mark.parametrize("word", ["REQ_AUTHORISATION", "REQ_AUTHORIZATION", "req_authorisation"])
def test_both_spellings_of_authorization_are_read(word: str) -> None:
    for feature in (ed318(type=word), ed269(restriction=word)):
        assert spec_of(feature).restriction is Restriction.REQ_AUTHORIZATION


LIMITS = [
    ({"uom": "ft", "lower": 100, "upper": 400}, Altitude(30.48), Altitude(121.92)),
    ({"uom": "FT", "lower": "100", "upper": " 400.0 "}, Altitude(30.48), Altitude(121.92)),
    ({"lowerReference": "AMSL", "upperReference": "WGS84"}, (0.0, "AMSL"), (120.0, "WGS84")),
    ({"upper": None}, None, None),
    ({"upper": "UNL"}, None, None),
    ({"upper": 999_999, "uom": "ft"}, None, None),
    ({"lower": "GND", "lowerReference": None}, None, Altitude(120.0)),
    ({"lower": 30, "lowerReference": "agl"}, Altitude(30.0), Altitude(120.0)),
]


@pytest.mark.parametrize(("layer", "lower", "upper"), LIMITS)
def test_limits_in_any_unit_and_reference_or_open(layer: Any, lower: Any, upper: Any) -> None:
    def height(said: Any) -> Altitude | None:
        return Altitude(said[0], AltitudeReference(said[1])) if isinstance(said, tuple) else said

    spec = spec_of(ed318({"type": "Polygon", "coordinates": [RING], "layer": {**LAYER, **layer}}))
    assert (spec.lower, spec.upper) == (height(lower), height(upper))
    names = {"uom": "uomDimensions", "lower": "lowerLimit", "upper": "upperLimit"}
    names |= {f"{side}Reference": f"{side}VerticalReference" for side in ("lower", "upper")}
    other = spec_of(ed269(volume(**{names[name]: value for name, value in layer.items()})))
    assert (other.lower, other.upper) == (height(lower), height(upper))


def test_without_a_layer_a_zone_reaches_from_the_ground_without_limit() -> None:
    spec = spec_of(ed318({"type": "Polygon", "coordinates": [RING]}))
    assert (spec.lower, spec.upper) == (None, None)


def test_circles_are_centre_and_radius() -> None:
    point = {"type": "Point", "coordinates": ["114.3", 30.5, 20], "extent": {"subType": "Circle", "radius": "500"}}
    assert spec_of(ed318({**point, "layer": LAYER})).outline == CircleOutline("Circle", (114.3, 30.5), 500.0)
    circle = {"type": "Circle", "center": [114.3, 30.5], "radius": 1000}
    assert spec_of(ed269(volume(circle))).outline == CircleOutline("Circle", (114.3, 30.5), 1000.0)
    assert spec_of(ed269(volume(circle, uomDimensions="FT"))).outline == CircleOutline("Circle", (114.3, 30.5), 304.8)


def test_edges_of_ed269_are_shortest_paths() -> None:
    outline = spec_of(ed269(volume({"type": "Polygon", "coordinates": [RING, HOLE]}))).outline
    assert isinstance(outline, PolygonOutline)
    assert (outline.edges, len(outline.coordinates)) == (Edges.GEODESIC, 2)


def test_several_geometries_are_several_zones() -> None:
    high = {**LAYER, "lower": 60}
    polygon = {"type": "Polygon", "coordinates": [RING]}
    point = {"type": "Point", "coordinates": [114.4, 30.5], "extent": {"subType": "Circle", "radius": 100}}
    collection = {"type": "GeometryCollection", "geometries": [{**polygon, "layer": high}, point], "layer": LAYER}
    stated, errors = read(ed318(collection))
    assert errors == []
    assert [one.zone_id for one in stated] == ["CHN:WUH001.1", "CHN:WUH001.2"]
    assert [one.spec.lower for one in stated] == [Altitude(60.0), None]
    east = [[[x + 0.1, y] for x, y in RING]]
    multi = {"type": "MultiPolygon", "coordinates": [[RING], east], "layer": LAYER}
    assert len(read(ed318(multi))[0]) == 2
    assert [one.spec.upper for one in read(ed269(volume(), volume(upperLimit=60)))[0]] == [
        Altitude(120.0),
        Altitude(60.0),
    ]


def test_days_hours_and_the_sun() -> None:
    period = {
        "startDateTime": "2026-10-01T00:00:00+08:00",
        "endDateTime": "2027-01-01T00:00:00Z",
        "schedule": [
            {"day": ["MON", "TUE"], "startTime": "08:00:00+08:00", "endTime": "18:00:00.00+0800"},
            {"day": ["ANY"], "startEvent": "BMCT", "endEvent": "EECT"},
            {"day": ["SAT"], "startTime": "22:00Z", "endEvent": "SR"},
            {"day": ["SUN"], "startTime": "00:00", "endTime": "24:00"},
        ],
    }
    spec = spec_of(ed318(limitedApplicability=[period]))
    (found,) = spec.limited_applicability
    assert found.schedule == (
        DailyPeriod(day=(Weekday.MON, Weekday.TUE), start_time="08:00+08:00", end_time="18:00+08:00"),
        DailyPeriod(day=(Weekday.ANY,), start_event=DaylightEvent.BMCT, end_event=DaylightEvent.EECT),
        DailyPeriod(day=(Weekday.SAT,), start_time="22:00Z", end_event=DaylightEvent.SR),
        DailyPeriod(day=(Weekday.SUN,), start_time="00:00", end_time="00:00"),
    )
    assert spec.starts_at == datetime(2026, 9, 30, 16, tzinfo=UTC) == found.starts_at
    assert spec.ends_at == datetime(2027, 1, 1, tzinfo=UTC)


def test_a_single_span_is_the_zones_own_period_and_permanent_is_none() -> None:
    span = {"startDateTime": "2026-10-01T00:00:00Z", "endDateTime": "2026-10-02T00:00:00Z"}
    for feature in (ed318(limitedApplicability=[span]), ed269(applicability=[{"permanent": "NO", **span}])):
        spec = spec_of(feature)
        assert spec.limited_applicability == ()
        assert (spec.starts_at, spec.ends_at) == (datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 10, 2, tzinfo=UTC))
    later = {"startDateTime": "2026-11-01T00:00:00Z"}
    both = spec_of(ed318(limitedApplicability=[span, later]))
    assert (both.starts_at, both.ends_at, len(both.limited_applicability)) == (
        datetime(2026, 10, 1, tzinfo=UTC),
        None,
        2,
    )
    for always in (ed269(), ed269(applicability=[]), ed318(limitedApplicability=[span, {}])):
        assert (spec_of(always).starts_at, spec_of(always).limited_applicability) == (None, ())


BAD = {"type": "Polygon", "coordinates": [RING[:-1]]}
FAULTS = [
    (ed318(type="MAYBE"), "properties.type"),
    (ed318(identifier=None), "properties.identifier"),
    (ed318(zoneAuthority=[{"purpose": "AUTHORIZATION"}]), "properties.zoneAuthority"),
    (ed318(zoneAuthority=[{**AUTHORITY, "purpose": "TEA"}]), "properties.zoneAuthority.0.purpose"),
    (ed318(reason=["BORED"]), "properties.reason.0"),
    (ed318(BAD), "geometry.coordinates.0"),
    (ed318({"type": "Point", "coordinates": [114.3, 30.5]}), "geometry.extent"),
    (ed318({"type": "LineString", "coordinates": RING}), "geometry.type"),
    (ed318({"type": "Polygon", "coordinates": [RING], "layer": {**LAYER, "upper": "high"}}), "geometry.layer.upper"),
    (ed318({"type": "Polygon", "coordinates": [RING], "layer": {**LAYER, "uom": "ell"}}), "geometry.layer.uom"),
    (
        ed318({"type": "Polygon", "coordinates": [RING], "layer": {**LAYER, "upperReference": "QNH"}}),
        "geometry.layer.upperReference",
    ),
    (ed318({"type": "Polygon", "coordinates": [RING], "layer": {**LAYER, "lower": 200}}), "geometry.layer"),
    (
        ed318({"type": "Point", "coordinates": [114.3, 30.5], "extent": {"subType": "Circle", "radius": 0}}),
        "geometry.extent.radius",
    ),
    (
        ed318(limitedApplicability=[{"startDateTime": "2026-10-01T00:00:00"}]),
        "properties.limitedApplicability.0.startDateTime",
    ),
    (
        ed318(limitedApplicability=[{"schedule": [{"day": ["MOO"], "startTime": "08:00Z", "endTime": "09:00Z"}]}]),
        "properties.limitedApplicability.0.schedule.0.day.0",
    ),
    (
        ed318(limitedApplicability=[{"schedule": [{"day": ["MON"], "startTime": "25:00Z", "endTime": "09:00Z"}]}]),
        "properties.limitedApplicability.0.schedule.0.startTime",
    ),
    (
        ed318(limitedApplicability=[{"schedule": [{"day": ["MON"], "startEvent": "NOON", "endTime": "09:00Z"}]}]),
        "properties.limitedApplicability.0.schedule.0.startEvent",
    ),
    (ed269(restriction="MAYBE"), "restriction"),
    (ed269(geometry=[]), "geometry"),
    (ed269(volume(), volume(BAD)), "geometry.1.horizontalProjection.coordinates.0"),
    (ed269(volume({"type": "Square"})), "geometry.0.horizontalProjection.type"),
    (ed269(volume({"type": "Circle", "center": [114.3], "radius": 5})), "geometry.0.horizontalProjection.center"),
    (
        ed269(volume({"type": "Circle", "center": [114.3, 30.5], "radius": -5})),
        "geometry.0.horizontalProjection.radius",
    ),
    (ed269(volume(upperLimit=True)), "geometry.0.upperLimit"),
    (ed269(applicability=[{"permanent": "PERHAPS"}]), "applicability.0.permanent"),
    (ed269(name=5), "name"),
]  # fmt: skip


@pytest.mark.parametrize(("feature", "field"), FAULTS, ids=[field for _, field in FAULTS])
def test_a_bad_feature_is_named_and_blocks_no_other(feature: Any, field: str) -> None:
    good = ed318() if feature.get("type") == "Feature" else ed269()
    name = "ed318" if feature.get("type") == "Feature" else "ed269"
    stated, errors = read(good, feature, good, name=name)
    assert len(stated) == 2
    assert {error.index for error in errors} == {1}
    assert errors[0].field.startswith(field), errors
    assert errors[0].position is None or len(errors[0].position) == 2
    with pytest.raises(ImportRefused) as refused:
        read(good, feature, name=name, strict=True)
    assert refused.value.errors[0].field.startswith(f"features.1.{field}")


def test_the_format_is_known_by_its_words() -> None:
    geojson = {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [RING]}, "properties": GEOJSON}
    for feature in (ed318(), ed269(), geojson):
        assert len(read(feature)[0]) == 1
    bare = json.dumps([ed269()]).encode()
    assert len(read_zones(bare, SETTING)[0]) == 1
    assert len(read_zones(b"\xef\xbb\xbf" + bare, SETTING)[0]) == 1
    assert len(read_zones(bare, SETTING, media_type=format_named("ed269").media_type)[0]) == 1
    with pytest.raises(NotFeatureCollection):
        read_zones(bare, SETTING, name="ed318")
    with pytest.raises(TooManyFeatures):
        read_zones(json.dumps([0] * 10_001).encode(), SETTING, name="ed269")


GEOJSON = {"name": "x", "kind": "isolated", "restriction": "CONDITIONAL", "authority": "a", "grade": 3}


EXAMPLES = Path(__file__).resolve().parents[3] / "examples"


@pytest.mark.parametrize(
    ("file", "count"),
    [("zones.geojson", 2), ("zones.shapes.geojson", 4), ("zones.ed318.json", 3), ("zones.ed269.json", 2)],
)
def test_the_examples_are_read(file: str, count: int) -> None:
    stated, errors = read_zones((EXAMPLES / file).read_bytes(), SETTING, strict=True)
    assert (len(stated), errors) == (count, [])


def test_features_of_one_id_that_say_otherwise_are_named() -> None:
    same, other = ed318(), ed318(type="PROHIBITED")
    stated, errors = read(same, same, other)
    assert ([one.spec.restriction for one in stated], len(errors)) == (["REQ_AUTHORIZATION"] * 2, 1)
    assert (errors[0].index, errors[0].field, "feature 1" in errors[0].detail) == (2, "properties.identifier", True)
    with pytest.raises(ImportRefused):
        read(same, other, strict=True)


def test_periods_spelt_in_small_letters_are_read() -> None:
    period = {"schedule": [{"day": ["SUN"], "startTime": "08:00", "endEvent": "SS"}]}
    assert spec_of(ed318(limited_applicability=[period])) == spec_of(ed318(limitedApplicability=[period]))
    _, (error,) = read(ed318(limited_applicability=[{"schedule": [{"day": ["FUN"]}]}]))
    assert error.field.startswith("properties.limited_applicability.0")
