"""Zones written in the field's formats are read back equal, and say no less without our part of them."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from implicitdict import ImplicitDict
from uas_standards.eurocae_ed269 import ED269Schema
from uas_standards.eurocae_ed318 import ED318Schema, Point, Polygon

from services.airspace.imports import FORMATS, format_named, read_zones
from services.airspace.store.zones import Zone, ZoneState
from services.airspace.usecases.zones import Stated
from shared.contracts.airspace import Binds, HeightBasis, ZoneKind, ZoneSpec
from shared.contracts.assessment import Restriction
from shared.contracts.codec import encode_value
from shared.contracts.zones import DailyPeriod, DaylightEvent, TimePeriod, Weekday
from shared.volumes import Altitude, AltitudeReference, CircleOutline, CorridorOutline, Edges, PolygonOutline
from tests.unit.airspace.test_formats import SETTING, ed269, ed318, read, spec_of
from tests.unit.geometry.worlds import NOW, outlines


def zone(zone_id: str, spec: ZoneSpec) -> Zone:
    return Zone(
        zone_id=zone_id, zone_version=1, state=ZoneState.IN_FORCE, spec=spec, published_by="a/b", published_at=NOW
    )


def written(name: str, zone_id: str, spec: ZoneSpec) -> Any:
    return json.loads(encode_value(format_named(name).document([zone(zone_id, spec)], SETTING)))


heights = st.sampled_from([None, Altitude(0.0), Altitude(60.5), Altitude(100.0, AltitudeReference.AMSL)])
uppers = st.sampled_from([None, Altitude(120.3), Altitude(400.0, AltitudeReference.WGS84), Altitude(99_999.0)])
clocks = st.sampled_from([None, "08:00", "20:30:15", "23:00Z", "06:00+08:00"])
suns = st.sampled_from([None, *DaylightEvent])


@st.composite
def dailies(draw: st.DrawFn) -> DailyPeriod:
    start, end = draw(clocks), draw(clocks)
    return DailyPeriod(
        day=tuple(draw(st.lists(st.sampled_from(Weekday), min_size=1, max_size=3))),
        start_time=start,
        start_event=None if start else draw(suns),
        end_time=end,
        end_event=None if end else draw(suns),
    )


@st.composite
def specs(draw: st.DrawFn) -> ZoneSpec:
    outline: Any = draw(outlines())
    if isinstance(outline, PolygonOutline):
        ring = tuple(outline.coordinates[0])
        shape = draw(st.sampled_from(["straight", "geodesic", "corridor"]))
        outline = PolygonOutline("Polygon", (ring,), Edges.GEODESIC if shape == "geodesic" else Edges.STRAIGHT)
        if shape == "corridor":
            outline = CorridorOutline("Corridor", ring[:-1], 50.5)
    starts, ends = draw(st.sampled_from([None, NOW])), draw(st.sampled_from([None, NOW + timedelta(days=9)]))
    periods = draw(st.lists(st.builds(TimePeriod, schedule=st.lists(dailies(), max_size=2).map(tuple)), max_size=2))
    return ZoneSpec(
        name=draw(st.sampled_from(["区", "Zone 1"])),
        kind=draw(st.sampled_from([kind for kind in ZoneKind if kind is not ZoneKind.TEMPORARY])),
        restriction=draw(st.sampled_from(Restriction)),
        outline=outline,
        lower=draw(heights),
        upper=draw(uppers),
        height_basis=draw(st.sampled_from(HeightBasis)),
        starts_at=starts,
        ends_at=ends,
        binds=draw(st.sampled_from(Binds)),
        authority="空管局",
        source=draw(st.sampled_from(["", "AIP"])),
        reason=draw(st.sampled_from(["", "油库"])),
        conditions=draw(st.sampled_from(["", "白天"])),
        grade=draw(st.sampled_from([None, 4])),
        limited_applicability=tuple(periods),
    )


@pytest.mark.parametrize("name", [each.name for each in FORMATS])
@given(spec=specs())
@settings(max_examples=50, deadline=None)
def test_what_is_written_is_read_back_equal(name: str, spec: ZoneSpec) -> None:
    document = written(name, "zone-with-a-long-name", spec)
    stated, errors = read_zones(json.dumps(document).encode(), SETTING, strict=True)
    assert errors == []
    assert stated == [Stated("zone-with-a-long-name", spec)]


@pytest.mark.parametrize("name", ["ed318", "ed269"])
@given(spec=specs())
@settings(max_examples=40, deadline=None)
def test_what_is_written_is_the_standards_and_says_no_less_without_our_part(name: str, spec: ZoneSpec) -> None:
    document = written(name, "z", spec)
    (feature,) = document["features"]
    said = feature["properties"] if name == "ed318" else feature
    del said["extendedProperties"]  # the model of ED-269 cannot read any
    _parse_by_the_model(document)
    assert len(said["identifier"]) <= 7
    other = spec_of(feature)
    assert (other.restriction, other.authority) == (spec.restriction, spec.authority)
    again = written(name, "z", other)
    assert _bare(again) == _bare(document)


def _parse_by_the_model(document: Any) -> None:
    if "type" not in document:
        ED269Schema.from_dict(document)
        return
    (feature,) = document["features"]  # the model takes every geometry for the first of its union, a Point
    ImplicitDict.parse(feature["geometry"], Polygon if feature["geometry"]["type"] == "Polygon" else Point)
    ED318Schema.from_dict({**document, "features": [{**feature, "geometry": None}]})


def _bare(document: Mapping[str, Any]) -> Any:
    """Geometry and times, which the standard has words for."""
    feature = document["features"][0]
    said = feature.get("properties", feature)
    return feature["geometry"], said.get("limitedApplicability"), said.get("applicability")


def test_where_somebody_changed_the_standards_fields_they_count() -> None:
    spec = ZoneSpec(
        name="区",
        kind=ZoneKind.CONTROLLED_HERITAGE,
        restriction=Restriction.REQ_AUTHORIZATION,
        outline=CircleOutline("Circle", (114.3, 30.5), 200.0),
        upper=Altitude(300.0),
        binds=Binds.UNCREWED,
        authority="文物局",
        article="Decree 761 Art. 19(7)",
        grade=2,
    )
    document = written("ed318", "heritage-1", spec)
    document["features"][0]["geometry"]["layer"]["upper"] = 350
    ((changed,), _) = read_zones(json.dumps(document).encode(), SETTING)
    assert changed.zone_id == "heritage-1"
    assert changed.spec.upper == Altitude(350.0)
    assert replace(changed.spec, upper=spec.upper, uas_zone=None) == spec
    part = document["features"][0]["properties"]["extendedProperties"]["tianyuan"]
    part["spec"]["grade"] = 9
    _, (error,) = read_zones(json.dumps(document).encode(), SETTING)
    assert error.field == "properties.extendedProperties.tianyuan.spec.grade"


MIDNIGHT = "00:00:00.00+0800"


def test_ed269_is_written_never_smaller() -> None:
    spec = replace(
        spec_of(ed269()),
        lower=Altitude(10.4, AltitudeReference.WGS84),
        upper=Altitude(99.5, AltitudeReference.WGS84),
        limited_applicability=(
            TimePeriod(schedule=(DailyPeriod(day=(Weekday.SUN,), start_event=DaylightEvent.SS, end_time="06:00"),)),
        ),
    )
    (feature,) = written("ed269", "z", spec)["features"]
    (volume_,) = feature["geometry"]
    assert (volume_["lowerLimit"], volume_["lowerVerticalReference"]) == (22, "AMSL")  # 10.4 + 11.7
    assert (volume_["upperLimit"], volume_["upperVerticalReference"]) == (115, "AMSL")  # 99.5 + 15
    (period,) = feature["applicability"]
    assert period["schedule"] == [{"day": ["MON", "SUN"], "startTime": MIDNIGHT, "endTime": MIDNIGHT}]


def test_a_uspace_airspace_asks_for_its_conditions_and_stays_one() -> None:
    spec = spec_of(ed318(type="USPACE"))
    assert spec.restriction is Restriction.CONDITIONAL
    assert written("ed318", "z", spec)["features"][0]["properties"]["type"] == "USPACE"


def test_parts_of_a_feature_have_identifiers_of_their_own_when_they_are_written() -> None:
    several = {"type": "GeometryCollection", "geometries": [ed318()["geometry"], ed318()["geometry"]]}
    for identifier in ("A4", "WUH001"):
        stated, _ = read(ed318(several, identifier=identifier))
        features = [each for one in stated for each in written("ed318", one.zone_id, one.spec)["features"]]
        names = [feature["properties"]["identifier"] for feature in features]
        assert (len(set(names)), max(map(len, names)) <= 7) == (2, True)
        foreign = [{**each, "properties": {**each["properties"], "extendedProperties": {}}} for each in features]
        again, errors = read(*foreign)
        assert (len({one.zone_id for one in again}), errors) == (2, [])
