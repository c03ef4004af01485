"""Files of sites: what is sound goes in, what is not is explained by row, and what comes out goes in again."""

import csv
import io
import json
import re
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from pyproj import Transformer

from shared.auth import Role
from shared.contracts.sites import SiteRegistered, SiteStateChanged, SiteUpdated
from shared.datums import wgs84_to_gcj02
from tests.integration.sites.conftest import CENTRE, Caller, World, site

HEADER = "site_id,name,kind,lng,lat,state,pads\n"
GEOJSON = "application/geo+json"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPES = {"csv": "text/csv", "xlsx": XLSX, "geojson": GEOJSON}
PREMISES: dict[str, Any] = {
    "movements_per_window": 12,
    "window_min": 30,
    "length_m": 20.5,
    "width_m": 15,
    "surface": "concrete",
    "owner": "=业主",
    "contacts": [{"name": "张三", "role": "值班|夜班", "phone": "+86 27 0000", "email": ""}],
    "documents": [{"name": "批复;一", "kind": "approval", "reference": "http://x.cn/a?b|c", "dated_on": "2026-04-01"}],
    "feasibility": [
        {
            "aspect": "economic",
            "result": "conditional",
            "assessed_by": "设计院",
            "assessed_on": "2026-03-02",
            "note": "\\",
        }
    ],
}


def rows(number: int, faulty: int) -> bytes:
    """A CSV of so many sites, every so-and-so-many-th with one of five faults."""
    faults = ["abc", "NaN", "", "200", "114.3;30.6"]
    lines = []
    for index in range(number):
        bad = index % (number // faulty) == 0
        lng = faults[index // (number // faulty) % len(faults)] if bad else f"{114.0 + index * 0.0005:.4f}"
        lines.append(f"n{index},机巢 {index},nest,{lng},30.6,approved,1\n")
    return ("\ufeff" + HEADER + "".join(lines)).encode()


def workbook(content: bytes) -> bytes:
    """The CSV as a spreadsheet program saves it: numbers are numbers, and the last rows are empty."""
    book = Workbook()
    for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))):
        book.active.append([float(cell) if re.fullmatch(r"[0-9.]+", cell) else cell or None for cell in row])
    book.active.append([None, " "])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("media_type", ["text/csv", XLSX])
def test_a_thousand_rows_with_fifty_faults(world: World, planner: Caller, media_type: str) -> None:
    content = rows(1_000, 50)
    content = content if media_type == "text/csv" else workbook(content)
    report = planner.send("/sites/import", content, media_type).json()
    assert (report["created"], report["updated"], report["unchanged"]) == (950, 0, 0)
    assert len({error["row"] for error in report["errors"]}) == 50
    assert {error["field"] for error in report["errors"]} == {"lng"}
    assert report["errors"][0] == {"row": 2, "field": "lng", "detail": "'abc' is not a number"}
    assert [error["detail"] for error in report["errors"][1:5]] == [
        "'NaN' is not a finite number",
        "is required",
        "must be less than or equal to 180",
        "'114.3;30.6' is not a number",
    ]

    again = planner.send("/sites/import", content, media_type).json()
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 950)
    assert again["errors"] == report["errors"]
    assert len(world.events()) == 950
    assert world.rows("SELECT count(*) FROM sites.site")[0][0] == 950
    assert world.rows("SELECT count(*) FROM sites.site WHERE district = ''")[0][0] == 0


def test_a_row_restates_a_site_and_moves_it_on(world: World, planner: Caller) -> None:
    planner.register(site("n1", name="甲"), site("n2", name="乙"), site("n3", name="丙"))
    lng, lat = CENTRE
    content = (
        HEADER + f"n1,甲,nest,{lng},{lat},approved,2\nn2,乙,nest,{lng},{lat},suspended,1\nn3,丙,nest,{lng},{lat},,\n"
    )
    report = planner.send("/sites/import", content.encode()).json()
    assert (report["created"], report["updated"], report["unchanged"]) == (0, 1, 1)
    assert report["errors"] == [
        {
            "row": 3,
            "field": "state",
            "detail": "site n2 cannot go from proposed to suspended: "
            "from proposed only to approved or assessed or retired",
        }
    ]
    assert [type(event) for event in world.events()[3:]] == [SiteUpdated, SiteStateChanged]
    shown = planner.read("/sites/n1")
    assert (shown["state"], shown["spec"]["pads"], shown["revision"]) == ("approved", 2, 3)


NASTY: list[dict[str, Any]] = [
    site("a", name='引号 " 与, 逗号', address="两行\n地址", functions=["parking", "takeoff_landing"], pads=4),
    site("b", name="=1+1", operator="'=quoted", unit="-东湖高新", source="@x", service_radius_m=1234.5678901234),
    site("c", name="x", lng=114.28500000000001, lat=30.601, state="commissioned", demo=True),
    site("d", name="  spaces ", kind="vertiport", aircraft_classes=["small", "crewed"], state="retired"),
    site("e", name="'plain", address="=SUM(A1:A9)", unit=" ", state="assessed", **PREMISES),
]


@pytest.mark.parametrize("format_", MEDIA_TYPES)
def test_what_is_exported_imports_as_the_same_sites(
    world: World, planner: Caller, fresh_world: World, format_: str
) -> None:
    planner.register(*NASTY)
    file = planner.get("/sites/export", format=format_)
    assert file.headers["content-disposition"] == f'attachment; filename="sites.{format_}"'
    media_type = MEDIA_TYPES[format_]

    report = planner.send("/sites/import", file.content, media_type).json()
    assert report == {"created": 0, "updated": 0, "unchanged": 5, "errors": [], "conversion": None}
    elsewhere = fresh_world.caller(Role.PLANNER)
    assert elsewhere.send("/sites/import", file.content, media_type).json()["created"] == 5
    back = elsewhere.get("/sites/export", format=format_).content
    assert content_of(back, format_) == content_of(file.content, format_)
    specs = [event.spec for event in world.events() if isinstance(event, SiteRegistered)]
    assert [event.spec for event in fresh_world.events() if isinstance(event, SiteRegistered)] == specs


LIFE = "site_id,name,kind,lng,lat,state,approved_at,under_construction_at,commissioned_at,suspended_at\n"


def test_a_life_is_loaded_with_its_dates_and_only_once(world: World, planner: Caller) -> None:
    lng, lat = CENTRE
    place = f"机巢,nest,{lng},{lat}"
    content = LIFE + (
        f"n1,{place},commissioned,2026-02-01,,2026-03-01T08:00+08:00,\n"
        f"n2,{place},,2026-02-01,2026-02-02,2026-02-03,2026-02-04\n"
        f"n3,{place},commissioned,2026-03-01,,2026-02-01,\n"
        f"n4,{place},commissioned,2026-03-01,,2026-09-01,\n"
        f"n5,{place},approved,,,,\n"
    )
    report = planner.send("/sites/import", content.encode()).json()
    assert (report["created"], report["updated"], report["unchanged"]) == (3, 0, 0)
    assert [(error["row"], error["field"]) for error in report["errors"]] == [(4, "state"), (5, "commissioned_at")]
    told = [
        (event.site_id, event.state.value, event.effective_at.isoformat())
        for event in world.events()
        if isinstance(event, SiteRegistered | SiteStateChanged)
    ]
    assert told == [
        ("n1", "approved", "2026-01-31T16:00:00+00:00"),
        ("n1", "commissioned", "2026-03-01T00:00:00+00:00"),
        ("n2", "approved", "2026-01-31T16:00:00+00:00"),
        ("n2", "under_construction", "2026-02-01T16:00:00+00:00"),
        ("n2", "commissioned", "2026-02-02T16:00:00+00:00"),
        ("n2", "suspended", "2026-02-03T16:00:00+00:00"),
        ("n5", "approved", "2026-05-01T01:00:00+00:00"),
    ]

    again = planner.send("/sites/import", content.encode()).json()
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 3)
    assert len(world.events()) == len(told)
    later = LIFE + f"n1,{place},,2026-02-01,,2026-03-01T08:00+08:00,2026-04-01\nn5,{place},,2026-02-01,,,\n"
    third = planner.send("/sites/import", later.encode()).json()
    assert (third["updated"], third["unchanged"]) == (1, 0)
    assert third["errors"] == [
        {
            "row": 3,
            "field": "approved_at",
            "detail": "2026-01-31T16:00:00+00:00 is before the site's last move of 2026-05-01T01:00:00+00:00",
        }
    ]
    assert planner.read("/sites/n1")["state"] == "suspended"


def content_of(file: bytes, format_: str) -> Any:
    """What it says: a workbook also says when it was made."""
    return file if format_ != "xlsx" else list(load_workbook(io.BytesIO(file)).active.iter_rows(values_only=True))


@pytest.mark.parametrize(("crs", "epsg"), [("cgcs2000", 4490), ("cgcs2000", 4547), ("gcj02", 0)])
def test_positions_of_other_systems_are_converted_and_said_so(
    world: World, planner: Caller, crs: str, epsg: int
) -> None:
    there = wgs84_to_gcj02(*CENTRE) if not epsg else Transformer.from_crs(4490, epsg, always_xy=True).transform(*CENTRE)
    content = f"{HEADER}n1,甲,nest,{there[0]!r},{there[1]!r},,\n".encode()
    for wanted in ("created", "unchanged"):
        answer = planner.client.post(
            "/sites/import",
            params={"crs": crs},
            content=content,
            headers={**planner.headers, "content-type": "text/csv"},
        ).json()
        assert (answer[wanted], answer["errors"]) == (1, [])
        assert answer["conversion"]["crs"] == crs
        assert answer["conversion"]["accuracy_m"] == {"gcj02": 2.0, "cgcs2000": 1.0}[crs]
        assert "converted from" in answer["conversion"]["en"]
    spec = planner.read("/sites/n1")["spec"]
    assert (spec["lng"], spec["lat"]) == pytest.approx(CENTRE, abs=1e-8)
    assert planner.get("/sites/template", format="kml").status_code == 422


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:EPSG::4547", "EPSG:4490", "urn:ogc:def:crs:OGC:1.3:CRS84"])
def test_a_geojson_file_may_name_its_system_itself(planner: Caller, name: str) -> None:
    epsg = 4490 if name.endswith("84") else int(name[-4:])
    there = Transformer.from_crs(4490, epsg, always_xy=True).transform(*CENTRE)
    nowhere = (1e300, there[1])
    report = planner.send("/sites/import", collection(name, there, nowhere), GEOJSON).json()
    assert report["created"] == 1
    assert (report["errors"][0]["row"], len(report["errors"])) == (2, 1)
    spec = planner.read("/sites/n1")["spec"]
    assert (spec["lng"], spec["lat"]) == pytest.approx(CENTRE, abs=1e-8)
    if epsg == 4547:
        assert report["errors"][0]["field"] == "geometry.coordinates"
        assert (report["conversion"]["crs"], "CM 114E" in report["conversion"]["en"]) == ("cgcs2000", True)
        assert planner.send("/sites/import", collection(name, there), GEOJSON).json()["unchanged"] == 1


@pytest.mark.parametrize(
    "crs", ["EPSG:4214", "EPSG:4479", "EPSG:999999", "/etc/passwd", "+proj=utm +zone=50", "", 7, None, ["x"]]
)
def test_a_system_that_is_not_taken_is_refused_by_name(planner: Caller, crs: Any) -> None:
    answer = planner.send("/sites/import", collection(crs, CENTRE), GEOJSON)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "crs")


def collection(crs: Any, *places: tuple[float, float]) -> bytes:
    """Sites n1, n2, ... at positions of a system."""
    features = [
        {
            "type": "Feature",
            "properties": {"site_id": f"n{number}", "name": "甲", "kind": "nest"},
            "geometry": {"type": "Point", "coordinates": place},
        }
        for number, place in enumerate(places, start=1)
    ]
    named = {"type": "name", "properties": {"name": crs}}
    return json.dumps({"type": "FeatureCollection", "crs": named, "features": features}).encode()


def test_the_records_that_uom_takes(world: World, planner: Caller) -> None:
    planner.register(
        site("n1", name="=甲", address="建设大道1号", functions=["takeoff_landing", "energy"], demo=True),
        site("n2", name="乙", kind="point", lng=110.5, lat=30.25, address="别处"),
        site("n3", name="丙"),
    )
    lines = list(csv.reader(io.StringIO(planner.get("/sites/export", format="uom").content.decode("utf-8-sig"))))
    assert lines == [
        ["pntName", "pntLoc", "pntAddress", "pntDesc", "pntType"],
        ["'=甲", "114.2605,30.612", "湖北省-武汉市-江汉区-建设大道1号", "无人机机巢；补能、起降；演示数据", "0"],
        ["乙", "110.5,30.25", "别处", "起降点；起降", "0"],
        ["丙", "114.2605,30.612", "无", "无人机机巢；起降", "0"],
    ]
    file = planner.get("/sites/export", format="uom-xlsx")
    assert file.headers["content-disposition"] == 'attachment; filename="sites-uom.xlsx"'
    assert [list(row) for row in content_of(file.content, "xlsx")][1:] == [["=甲", *lines[1][1:]], *lines[2:]]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"not a workbook"])
def test_a_workbook_that_is_none_is_refused_whole(planner: Caller, content: bytes) -> None:
    answer = planner.send("/sites/import", content, XLSX)
    assert (answer.status_code, "not a workbook" in answer.json()["detail"]) == (422, True)


@pytest.mark.parametrize("format_", MEDIA_TYPES)
def test_the_template_is_a_file_that_imports(planner: Caller, format_: str) -> None:
    file = planner.get("/sites/template", format=format_)
    report = planner.send("/sites/import", file.content, MEDIA_TYPES[format_]).json()
    assert (report["created"], report["errors"]) == (1, [])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "the first row must name the columns"),
        (b"\n\n", "the first row must name the columns"),
        (b"site_id,name,kind,lng\nx,y,nest,1\n", "the header lacks lat"),
        (b"site_id,name,kind,lng,lat,colour\n", "unknown columns 'colour'"),
        (b"site_id,name,kind,lng,lat,lat\n", "names a column twice"),
        ("site_id,name,kind,lng,lat\nx,机巢,nest,1,2\n".encode("gbk"), "is not UTF-8"),
        (b"site_id,name,kind,lng,lat\nx,a\0b,nest,1,2\n", "NUL"),
        (b'site_id,name,kind,lng,lat\nx,"open,nest,1,2\n', "line 2"),
        (b"site_id,name,kind,lng,lat\n" + b"x,y,nest,1,2\n" * 20_001, "at most 20000"),
    ],
)
def test_a_file_that_is_none_is_refused_whole(planner: Caller, content: bytes, says: str) -> None:
    answer = planner.send("/sites/import", content)
    assert answer.status_code == 422
    assert says in answer.json()["detail"]


@pytest.mark.parametrize(
    ("line", "field", "says"),
    [
        ("x,y,nest,114.3", "", "has 4 cells, the header has 7"),
        ("a b,y,nest,114.3,30.6,,", "site_id", "must be 1 to 64"),
        (",y,nest,114.3,30.6,,", "site_id", "is required"),
        ("x,y,helipad,114.3,30.6,,", "kind", "must be"),
        ("x,y,nest,inf,30.6,,", "lng", "is not a finite number"),
        ("x,y,nest,114.3,91,,", "lat", "must be less than or equal to 90"),
        ("x,y,nest,114.3,30.6,open,", "state", "must be one of proposed"),
        ("x,y,nest,114.3,30.6,,1.5", "pads", "is not a whole number"),
        ("x,y,nest,114.3,30.6,,0", "pads", "must be greater than or equal to 1"),
        ("export,y,nest,114.3,30.6,,", "site_id", "is a path of its own"),
        (f"x,{'y' * 201},nest,114.3,30.6,,", "name", "200"),
    ],
)
def test_a_bad_row_is_explained(planner: Caller, line: str, field: str, says: str) -> None:
    report = planner.send("/sites/import", f"{HEADER}{line}\nok,y,nest,114.3,30.6,,\n".encode()).json()
    assert report["created"] == 1
    assert [(error["row"], error["field"]) for error in report["errors"]] == [(2, field)]
    assert says in report["errors"][0]["detail"]


def test_an_id_that_stands_twice_is_taken_once(planner: Caller) -> None:
    line = "x,y,nest,114.3,30.6,,\n"
    report = planner.send("/sites/import", (HEADER + line + line).encode()).json()
    assert report["created"] == 1
    assert report["errors"] == [{"row": 3, "field": "site_id", "detail": "x stands in row 2 already"}]


def test_features_are_explained_one_by_one(planner: Caller) -> None:
    def feature(geometry: Any, **properties: Any) -> dict[str, Any]:
        return {"type": "Feature", "properties": {"name": "y", "kind": "nest", **properties}, "geometry": geometry}

    point = {"type": "Point", "coordinates": [114.3, 30.6]}
    features: list[Any] = [
        feature(point, site_id="ok"),
        feature({"type": "Polygon", "coordinates": []}, site_id="a"),
        feature({"type": "Point", "coordinates": ["114", 30]}, site_id="b"),
        feature(point, site_id="c", colour="red"),
        feature(point, site_id="d", pads=True),
        feature(point, site_id=7),
        "x",
        {"type": "Feature", "geometry": point, "properties": None},
        feature({"type": "Point", "coordinates": []}, site_id="e"),
        feature(None, site_id="f"),
        feature({"type": "Point", "coordinates": [30.6, 114.3]}, site_id="g"),
        feature({"type": "Point", "coordinates": [114.3, 30.6, "x"]}, site_id="h"),
        feature(point, site_id="i", pads=10**30),
    ]
    content = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    report = planner.send("/sites/import", content, GEOJSON).json()
    assert report["created"] == 1
    places = [(error["row"], error["field"]) for error in report["errors"]]
    assert {(2, "geometry"), (3, "lng"), (4, "colour"), (5, "pads"), (6, "site_id"), (7, ""), (8, "properties")} <= set(
        places
    )
    assert {(10, "geometry"), (11, "lat"), (12, "geometry.coordinates"), (13, "pads")} <= set(places)
    assert {row for row, _ in places} == set(range(2, 14))
    for broken in (
        b"{",
        b"[]",
        b'{"type": "FeatureCollection"}',
        b'{"type":"FeatureCollection","features":[NaN]}',
        b"[" * 100_000,
    ):
        assert planner.send("/sites/import", broken, GEOJSON).status_code == 422
    assert planner.send("/sites/import", b"x", "application/pdf").status_code == 415
