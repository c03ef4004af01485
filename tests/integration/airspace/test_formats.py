"""Files of zones over HTTP: ED-318, ED-269 and GeoJSON in and out; notices; schedules and corridors in decisions."""

import json
from typing import Any

import pytest

from shared.auth import Role
from tests.integration.airspace.conftest import LAT, LNG, Caller, World, circle, submitted
from tests.unit.airspace.test_formats import LAYER, ed269, ed318

FORMATS = ["geojson", "ed318", "ed269"]


def upload(caller: Caller, document: Any, media_type: str = "application/json", **params: Any) -> Any:
    """Import a file; the report."""
    answer = caller.request(
        "POST",
        "/zones/import",
        content=json.dumps(document),
        headers={"content-type": media_type},
        params=params,
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def collection(*features: Any) -> dict[str, Any]:
    """A FeatureCollection."""
    return {"type": "FeatureCollection", "features": features}


def ring(number: int) -> list[list[float]]:
    """A square of its own."""
    lng, lat = 113.7 + number % 100 * 0.012, 30.0 + number // 100 * 0.012
    return [[lng, lat], [lng + 0.01, lat], [lng + 0.01, lat + 0.01], [lng, lat + 0.01], [lng, lat]]


def test_files_are_known_by_what_they_say_or_by_name(world: World, regulator: Caller) -> None:
    assert upload(regulator, collection(ed318()))["accepted"] == 1
    assert upload(regulator, {"features": [ed269(identifier="B")]})["accepted"] == 1
    assert upload(regulator, collection(ed318()), "application/vnd.ed318+json")["unchanged"] == 1
    assert upload(regulator, collection(ed318(identifier="C")), format="ed318")["accepted"] == 1
    zones = {zone["zone_id"]: zone for zone in regulator.get("/zones").json()["items"]}
    assert sorted(zones) == ["CHN:B", "CHN:C", "CHN:WUH001"]
    assert zones["CHN:B"]["spec"]["outline"]["edges"] == "geodesic"
    wrong = regulator.post("/zones/import", collection(), params={"format": "kml"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "format")


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_exported_is_imported_unchanged(world: World, regulator: Caller, name: str) -> None:
    line = {"type": "LineString", "coordinates": [[LNG, LAT], [LNG + 0.05, LAT]]}
    known = {key: value for key, value in circle().items() if key != "outline"}
    corridor = {"type": "Feature", "id": "river", "geometry": line, "properties": {**known, "radius_m": 80}}
    upload(regulator, collection(corridor))
    area = {"type": "Feature", "id": "area", "geometry": None}
    upload(regulator, collection({**area, "properties": {**known, "administrative_area": "武汉市/江岸区"}}))
    sun = [{"schedule": [{"day": ["SAT"], "startEvent": "SR", "endEvent": "SS"}]}]
    upload(regulator, collection(ed318(limitedApplicability=sun)))
    upload(regulator, {"features": [ed269(identifier="B")]})
    exported = regulator.get("/zones/export", format=name)
    assert exported.status_code == 200
    assert name in exported.headers["content-disposition"]
    report = upload(regulator, exported.json(), exported.headers["content-type"], format=name, strict="true")
    assert (report["accepted"], report["unchanged"], report["errors"]) == (0, 4, [])


def test_versions_say_who_when_and_from_when_to_when(world: World, regulator: Caller) -> None:
    upload(regulator, collection(ed318()))
    world.clock.forward(hours=1)
    service = world.caller(Role.SERVICE, "feed")
    upload(service, collection(ed318(type="PROHIBITED")))
    world.clock.forward(hours=1)
    regulator.request("DELETE", "/zones/CHN:WUH001", params={"reason": "撤销"})
    versions = regulator.get("/zones/CHN:WUH001/versions").json()
    assert [v["published_by"].partition("/")[0] for v in versions] == ["caac", "feed", "caac"]
    assert [v["spec"]["restriction"] for v in versions[:2]] == ["REQ_AUTHORIZATION", "PROHIBITED"]
    assert [(v["in_force_from"], v["in_force_to"]) for v in versions[:2]] == [
        ("2026-05-01T01:00:00Z", "2026-05-01T02:00:00Z"),
        ("2026-05-01T02:00:00Z", "2026-05-01T03:00:00Z"),
    ]
    assert versions[2]["reason"] == "撤销"


NOTICE = {"determined_by": "武汉市人民政府", "number": "1 号", "issued_at": "2026-05-01T01:00:00Z"}
SPAN = {"starts_at": "2026-05-02T01:00:00Z", "ends_at": "2026-05-02T05:00:00Z"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({**SPAN}, "notice"),
        ({**SPAN, "notice": {**NOTICE, "number": ""}}, "notice.number"),
        ({**SPAN, "notice": NOTICE, "starts_at": "2026-05-02T00:59:59Z"}, "starts_at"),
        ({"notice": NOTICE, "starts_at": SPAN["starts_at"]}, "ends_at"),
    ],
)
def test_a_temporary_control_without_its_notice_is_refused(
    world: World, regulator: Caller, changes: Any, field: str
) -> None:
    zone = circle(kind="temporary", **changes)
    regulator.post("/zones", {"zone_id": "T", **circle()})
    for answer in (regulator.post("/zones", zone), regulator.request("PUT", "/zones/T", json=zone)):
        assert (answer.status_code, answer.json()["field"]) == (422, field), answer.text
    known = {key: value for key, value in zone.items() if key != "outline"}
    point = {"type": "Point", "coordinates": [LNG, LAT]}
    report = upload(
        regulator,
        collection({"type": "Feature", "id": "F", "geometry": point, "properties": {**known, "radius_m": 5}}),
    )
    assert [error["field"] for error in report["errors"]] == [f"properties.{field}"]
    assert regulator.post("/zones/impact", zone).status_code == (200 if field != "notice.number" else 422)


def test_a_temporary_control_with_its_notice_is_published(world: World, regulator: Caller) -> None:
    assert regulator.post("/zones", circle(kind="temporary", notice=NOTICE, grade=4, **SPAN)).status_code == 201
    soon = {**SPAN, "starts_at": "2026-05-01T01:30:00Z"}
    urgent = circle(kind="temporary", notice={**NOTICE, "emergency": True}, **soon)
    assert regulator.post("/zones", urgent).status_code == 201


def test_a_plan_meets_a_scheduled_zone_only_when_it_is_active_by_the_citys_clock(
    world: World, regulator: Caller
) -> None:
    """02:00 UTC is ten in the morning in Wuhan, on a Friday."""
    periods = [{"schedule": [{"day": ["FRI"], "start_time": "10:30", "end_time": "02:00"}]}]
    assert regulator.post("/zones", {"zone_id": "Z", **circle(limited_applicability=periods)}).status_code == 201
    assert world.decide(submitted(minute=60)) == ["approved"]
    assert world.decide(submitted(minute=90)) == ["refused"]
    assert world.decide(submitted(minute=16 * 60)) == ["refused"]  # one in the night that began on Friday
    assert world.decide(submitted(minute=18 * 60)) == ["approved"]  # three in that night


def test_a_corridor_zone_is_found_by_the_database_and_met_exactly(world: World, regulator: Caller) -> None:
    line = [[LNG - 0.5, LAT + 0.0025], [LNG + 0.5, LAT + 0.0025]]  # 277 m north of the flight
    for radius, outcome in ((240.0, "approved"), (260.0, "refused")):
        outline = {"type": "Corridor", "coordinates": line, "radius_m": radius}
        assert regulator.request("PUT", "/zones/K", json=circle(outline=outline)).status_code in (200, 404)
        if radius == 240.0:
            assert regulator.post("/zones", {"zone_id": "K", **circle(outline=outline)}).status_code == 201
        assert world.decide(submitted(minute=60 + radius)) == [outcome]


def square(number: int, **more: Any) -> dict[str, Any]:
    """A zone of ED-318 of its own."""
    return ed318({"type": "Polygon", "coordinates": [ring(number)], "layer": LAYER}, identifier=f"W{number:05}", **more)


def test_five_thousand_zones_with_a_bad_one_among_them(world: World, regulator: Caller) -> None:
    features = [square(i) for i in range(5_000)]
    features[4_321] = {**square(4_321), "geometry": {"type": "Polygon", "coordinates": [ring(7)[:-1]]}}
    report = upload(regulator, collection(*features))
    assert report["accepted"] == 4_999
    (error,) = report["errors"]
    assert (error["index"], error["field"], error["position"]) == (4_321, "geometry.coordinates.0", ring(7)[0])
