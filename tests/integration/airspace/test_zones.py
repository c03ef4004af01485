"""Zones over HTTP: their life, what is refused and where, files in and out."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from services.airspace.usecases.zones import change_zone
from shared.auth import Role
from shared.contracts.airspace import ZoneSpec
from shared.contracts.codec import decode_value, encode_value
from tests.integration.airspace.conftest import LAT, LNG, Caller, World, circle
from tests.waiting import eventually

SQUARE = [[114.30, 30.50], [114.32, 30.50], [114.32, 30.52], [114.30, 30.52], [114.30, 30.50]]


def polygon(ring: Any) -> dict[str, Any]:
    """A zone with that shell."""
    return circle(outline={"type": "Polygon", "coordinates": [ring]})


def test_life_of_a_zone(world: World, regulator: Caller, alpha: Caller) -> None:
    published = regulator.post("/zones", {"zone_id": "Z1", **circle()})
    assert published.status_code == 201, published.text
    assert published.headers["location"] == "/zones/Z1"
    zone = published.json()
    assert (zone["zone_version"], zone["state"], zone["spec"]["authority"]) == (1, "in_force", "武汉市人民政府")
    assert regulator.post("/zones", {"zone_id": "Z1", **circle()}).status_code == 200
    other = regulator.post("/zones", {"zone_id": "Z1", **circle(name="另一个")})
    assert other.status_code == 409

    changed = regulator.request("PUT", "/zones/Z1", json=circle(name="改名"), headers={"if-match": '"1"'})
    assert (changed.status_code, changed.json()["zone_version"]) == (200, 2)
    late = regulator.request("PUT", "/zones/Z1", json=circle(), headers={"if-match": '"1"'})
    assert (late.status_code, late.json()["field"]) == (409, "If-Match")
    assert regulator.request("PUT", "/zones/Z1", json=circle(name="改名")).json()["zone_version"] == 2

    withdrawn = regulator.request("DELETE", "/zones/Z1", params={"reason": "活动结束"}).json()
    assert (withdrawn["zone_version"], withdrawn["state"]) == (3, "withdrawn")
    assert regulator.request("DELETE", "/zones/Z1").json() == withdrawn
    assert regulator.post("/zones", {"zone_id": "Z1", **circle()}).status_code == 409

    versions = alpha.get("/zones/Z1/versions").json()
    assert [version["state"] for version in versions] == ["in_force", "in_force", "withdrawn"]
    assert versions[0]["in_force_to"] == versions[1]["in_force_from"]
    assert versions[1]["in_force_to"] == versions[2]["in_force_from"] == versions[2]["in_force_to"]
    assert versions[2]["reason"] == "活动结束"
    assert [type(event).__name__ for event in world.events()] == ["ZonePublished", "ZoneChanged", "ZoneWithdrawn"]
    back = regulator.request("PUT", "/zones/Z1", json=circle()).json()
    assert (back["zone_version"], back["state"]) == (4, "in_force")


def test_zones_are_read_by_page_box_state_and_time(world: World, regulator: Caller, alpha: Caller) -> None:
    for index in range(5):
        spot = circle(outline={"type": "Circle", "center": [LNG + index * 0.1, LAT], "radius_m": 100.0})
        regulator.post("/zones", {"zone_id": f"Z{index}", **spot})
    evening = {"starts_at": "2026-05-01T10:00:00Z", "ends_at": "2026-05-01T14:00:00Z"}
    regulator.post("/zones", {"zone_id": "Z5", **circle(**evening)})
    regulator.request("DELETE", "/zones/Z4")

    first = alpha.get("/zones", limit=2).json()
    second = alpha.get("/zones", limit=2, cursor=first["next"]).json()
    third = alpha.get("/zones", limit=2, cursor=second["next"]).json()
    pages = [[zone["zone_id"] for zone in page["items"]] for page in (first, second, third)]
    assert pages == [["Z0", "Z1"], ["Z2", "Z3"], ["Z5"]]
    assert third["next"] is None

    def ids(**params: Any) -> list[str]:
        return [zone["zone_id"] for zone in alpha.get("/zones", **params).json()["items"]]

    assert ids(bbox="114.40,30.5,114.42,30.6") == ["Z1"]
    assert ids(state="withdrawn") == ["Z4"]
    assert len(ids(state="all")) == 6
    assert "Z5" not in ids(at="2026-05-01T09:59:59Z")
    assert "Z5" in ids(at="2026-05-01T10:00:00Z")
    assert alpha.get("/zones", at="2026-05-01T10:00:00").json()["field"] == "at"
    assert alpha.get("/zones", state="gone").status_code == 422
    assert alpha.get("/zones/Z9").status_code == 404
    assert alpha.get("/zones/Z9/versions").status_code == 404


def test_only_those_who_publish_may(world: World, regulator: Caller, alpha: Caller) -> None:
    planner = world.caller(Role.PLANNER, "fgw")
    for caller in (alpha, planner):
        assert caller.post("/zones", circle()).status_code == 403
        assert caller.request("PUT", "/zones/Z1", json=circle()).status_code == 403
        assert caller.request("DELETE", "/zones/Z1").status_code == 403
        assert caller.post("/zones/import", {"type": "FeatureCollection", "features": []}).status_code == 403
        assert caller.post("/zones/impact", circle()).status_code == 403
        assert caller.get("/zones/Z1/hits").status_code == 403
        assert caller.get("/zones").status_code == 200
    assert world.client.get("/zones").status_code == 401
    assert world.caller(Role.SERVICE, "city").post("/zones", circle()).status_code == 201


BOW_TIE = [[114.30, 30.50], [114.32, 30.52], [114.32, 30.50], [114.30, 30.52], [114.30, 30.50]]
HEIGHT = {"value_m": 50, "reference": "AGL"}
FAULTS: list[tuple[str, dict[str, Any], str]] = [
    ("bow-tie", polygon(BOW_TIE), "outline"),
    ("unclosed", polygon([*SQUARE[:-1], [114.30, 30.51]]), "outline"),
    ("three positions", polygon(SQUARE[:2] + SQUARE[:1]), "outline"),
    ("empty ring", polygon([]), "outline"),
    ("no ring", circle(outline={"type": "Polygon", "coordinates": []}), "outline"),
    ("repeated position", polygon([SQUARE[0], *SQUARE]), "outline"),
    ("no area", polygon([SQUARE[0], SQUARE[1], SQUARE[0], SQUARE[0]]), "outline"),
    ("latitude", polygon([[114, 91], [115, 91], [115, 92], [114, 91]]), "outline"),
    ("unknown shape", circle(outline={"type": "Line", "coordinates": []}), "outline"),
    ("no radius", circle(outline={"type": "Circle", "center": [LNG, LAT], "radius_m": 0}), "outline.radius_m"),
    ("true for a number", circle(outline={"type": "Circle", "center": [LNG, LAT], "radius_m": True}), "outline"),
    ("swapped heights", circle(lower={"value_m": 120, "reference": "AGL"}, upper=HEIGHT), ""),
    ("unknown reference", circle(lower={"value_m": 1, "reference": "QNH"}), "lower"),
    ("reversed times", circle(starts_at="2026-05-02T00:00:00Z", ends_at="2026-05-01T00:00:00Z"), ""),
    ("no offset", circle(starts_at="2026-05-02T00:00:00"), "starts_at"),
    ("no authority", {k: v for k, v in circle().items() if k != "authority"}, "authority"),
    ("blank authority", circle(authority="  "), "authority"),
    ("NUL", circle(name="a\0b"), "name"),
    ("long name", circle(name="长" * 201), "name"),
    ("unknown field", circle(colour="red"), "colour"),
    ("unknown kind", circle(kind="fence"), "kind"),
    ("bad id", {"zone_id": "-x", **circle()}, "zone_id"),
]


@pytest.mark.parametrize(("body", "field"), [fault[1:] for fault in FAULTS], ids=[fault[0] for fault in FAULTS])
def test_fault_is_named(world: World, regulator: Caller, body: dict[str, Any], field: str) -> None:
    for path in ("/zones", "/zones/impact"):
        answer = regulator.post(path, body)
        assert answer.status_code == 422, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert str(answer.json().get("field", "")).startswith(field), answer.text
        assert answer.json()["detail"]
    assert world.events() == []


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_no_number_is_refused(world: World, regulator: Caller, number: str) -> None:
    text = json.dumps({"zone_id": "Z1", **circle()}).replace("300.0", number)
    answer = regulator.request("POST", "/zones", content=text, headers={"content-type": "application/json"})
    assert answer.status_code in (400, 422), answer.text
    assert world.events() == []


def feature(zone_id: str | None = "Z1", geometry: Any = None, **properties: Any) -> dict[str, Any]:
    """A zone as a GeoJSON feature."""
    known = {key: value for key, value in circle().items() if key != "outline"}
    named = {"zone_id": zone_id} if zone_id else {}
    geometry = geometry or {"type": "Polygon", "coordinates": [SQUARE]}
    return {"type": "Feature", "geometry": geometry, "properties": {**named, **known, **properties}}


def collection(*features: Any) -> dict[str, Any]:
    """A FeatureCollection."""
    return {"type": "FeatureCollection", "features": list(features)}


def test_import_takes_what_is_sound_and_names_the_rest(world: World, regulator: Caller) -> None:
    point = {"type": "Point", "coordinates": [LNG, LAT]}
    file = collection(
        feature("Z1"),
        feature("Z2", {"type": "Polygon", "coordinates": [BOW_TIE]}),
        feature("Z3", point, radius_m=500),
        feature("Z4", point),
        feature("Z5", kind="fence"),
        {"type": "Feature", "geometry": point, "properties": None},
        feature(None),
        feature("Z8", {"type": "LineString", "coordinates": SQUARE}),
        "no feature",
    )
    report = regulator.post("/zones/import", file).json()
    assert (report["accepted"], report["unchanged"]) == (3, 0)
    found = [(error["index"], error["field"]) for error in report["errors"]]
    assert [index for index, _ in found] == [1, 3, 4, 5, 7, 8]
    fields = dict(found)
    assert fields[1].startswith("geometry")
    assert fields[3] == "properties.radius_m"
    assert fields[4] == "properties.kind"
    assert fields[5] == "properties"
    assert report["errors"][0]["position"] == [114.30, 30.50]
    again = regulator.post("/zones/import", file).json()
    assert (again["accepted"], again["unchanged"]) == (0, 3)
    changed = regulator.post("/zones/import", collection(feature("Z1", name="改名"))).json()
    assert changed["accepted"] == 1
    assert regulator.get("/zones/Z1").json()["zone_version"] == 2


def test_strict_import_takes_all_or_nothing(world: World, regulator: Caller) -> None:
    file = collection(feature("Z1"), feature("Z2", kind="fence"))
    answer = regulator.request("POST", "/zones/import", params={"strict": "true"}, json=file)
    assert (answer.status_code, answer.json()["field"]) == (422, "features.1.properties.kind")
    assert world.events() == []


NO_FILES = ["", "[]", "{", '{"type": "FeatureCollection"}', '{"features": 3}', "NaN", "[" * 9_999]


@pytest.mark.parametrize("text", NO_FILES)
def test_file_that_is_none_is_refused(world: World, regulator: Caller, text: str) -> None:
    headers = {"content-type": "application/geo+json"}
    answer = regulator.request("POST", "/zones/import", content=text, headers=headers)
    assert answer.status_code in (400, 422), answer.text


def test_what_is_drawn_can_be_imported(world: World, regulator: Caller, alpha: Caller) -> None:
    point = {"type": "Point", "coordinates": [LNG, LAT]}
    regulator.post("/zones/import", collection(feature("Z1"), feature("Z2", point, radius_m=500, demo=True)))
    drawn = alpha.get("/zones.geojson")
    assert drawn.headers["content-type"] == "application/geo+json"
    assert [one["id"] for one in drawn.json()["features"]] == ["Z1", "Z2"]
    assert drawn.json()["features"][1]["properties"]["radius_m"] == 500
    report = regulator.post("/zones/import", drawn.json()).json()
    assert report == {"accepted": 0, "unchanged": 2, "errors": []}
    assert alpha.get("/zones.geojson", bbox="110,30,111,31").json()["features"] == []


def test_many_zones_are_imported_at_once(world: World, regulator: Caller) -> None:
    spots = [{"type": "Point", "coordinates": [114 + (i % 50) * 0.01, 30.3 + i // 50 * 0.01]} for i in range(1_000)]
    file = collection(*(feature(f"Z{i}", spot, radius_m=50) for i, spot in enumerate(spots)))
    assert regulator.post("/zones/import", file).json()["accepted"] == 1_000
    assert world.rows("SELECT version FROM airspace.zones_version")[0].version == 1_000


def test_database_refuses_an_invalid_outline_by_itself(world: World) -> None:
    tie = "POLYGON((0 0, 1 1, 1 0, 0 1, 0 0))"
    with pytest.raises(Exception, match="core_is_valid"):
        world.rows(
            "INSERT INTO airspace.zone VALUES ('Z', 1, 1, 'in_force', '{}', "
            f"ST_GeomFromText('{tie}', 4326), ST_MakeEnvelope(0, 0, 1, 1, 4326), NULL, NULL, 'x', now())"
        )


def test_an_import_that_was_overtaken_follows_what_overtook_it(world: World, regulator: Caller) -> None:
    regulator.post("/zones", {"zone_id": "Z1", **circle()})
    properties = {**circle(name="由文件"), "zone_id": "Z1", "radius_m": 300.0}
    del properties["outline"]
    feature = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [LNG, LAT]}, "properties": properties}
    file = {"type": "FeatureCollection", "features": [feature, _elsewhere(feature)]}
    with ThreadPoolExecutor(1) as pool:
        with world.service.database.transaction() as publication:
            spec = decode_value(ZoneSpec, encode_value(circle(name="抢先")))
            change_zone(publication, "Z1", spec, by="caac/x")
            waiting = pool.submit(regulator.post, "/zones/import", file)
            eventually(lambda: world.rows("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"))
        assert waiting.result().json()["accepted"] == 2
    versions = regulator.get("/zones/Z1/versions").json()
    assert [(one["zone_version"], one["spec"]["name"]) for one in versions] == [
        (1, "测试区"),
        (2, "抢先"),
        (3, "由文件"),
    ]
    assert [one["zones_version"] for one in versions] == [1, 2, 3]
    assert [one["in_force_to"] for one in versions] == [one["in_force_from"] for one in versions[1:]] + [None]
    assert [event.zones_version for event in world.events()] == [1, 2, 3, 4]
    assert world.events()[2].former.name == "抢先"


def _elsewhere(feature: dict[str, Any]) -> dict[str, Any]:
    geometry = {"type": "Point", "coordinates": [LNG + 0.1, LAT]}
    return {**feature, "geometry": geometry, "properties": {**feature["properties"], "zone_id": "Z2"}}
