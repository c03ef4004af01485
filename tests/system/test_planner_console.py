"""The planner's pages on the real platform show what the API says, and what the API says follows a zone."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from shared.datums import wgs84_to_gcj02
from tests.conftest import FreshDatabase
from tests.system import world
from tests.system.chromium import Screen, Visitor
from tests.system.platform import ALL, Platform, ok, running
from tests.waiting import eventually

pytestmark = pytest.mark.browser

LNG, LAT = world.CENTER
SHANGHAI = timedelta(hours=8)
UNITS = ("东湖高新区", "江汉区", "武昌区")
ZONED = 30


def month_ago(months: int) -> str:
    """The name of a month gone by, in the city."""
    now = datetime.now(UTC) + SHANGHAI
    years, number = divmod(now.month - 1 - months, 12)
    return f"{now.year + years}-{number + 1:02d}"


@pytest.fixture(scope="module")
def platform(fresh_database: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A platform whose city has been building for eight months."""
    with fresh_database() as url, running(url, "log://", tmp_path_factory.mktemp("platform"), [ALL]) as platform:
        planner = platform.client("planner", "fgw")
        _build_out(planner)
        yield platform


def _build_out(planner: httpx.Client) -> None:
    """40 nests, five a month, every fourth only approved; 30 stand together. A route that was opened in the past."""
    features = [_nest(number) for number in range(40)]
    document = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    report = ok(planner.post("/sites/import", content=document, headers={"content-type": "application/geo+json"}))
    assert report["created"] == 40, report
    spot = {"site_id": "N-01", "lng": _place(1)[0], "lat": _place(1)[1]}
    route = {
        "route_id": "R-1",
        "name": "巡查环线",
        "origin": spot,
        "destination": spot,
        "path": [{"lng": LNG, "lat": world.north(LAT, 9_000), "height_m": 90}],
        "aircraft_class": "light",
        "scenario": "governance",
        "unit": UNITS[0],
    }
    eventually(lambda: planner.post("/routes", json=route).is_success)
    since = f"{month_ago(3)}-15T04:00:00Z"
    eventually(lambda: planner.post("/routes/R-1/open", json={"effective_at": since}).is_success)
    ruling = {"route_class": "governance", "evidence": "任务单 7", "effective_at": since}
    ok(planner.post("/routes/R-1/classification", json=ruling))
    eventually(lambda: _total(planner)["sites_laid_out"] == 40)
    eventually(lambda: _total(planner)["governance_routes"] == 1)
    eventually(lambda: ok(planner.get("/progress/history"))["months"][-1]["total"] == _total(planner))


def _nest(number: int) -> dict[str, Any]:
    month = month_ago(8 - number // 5)
    life = {"proposed_at": f"{month}-02", "approved_at": f"{month}-04"}
    if number % 4:
        life["commissioned_at"] = f"{month}-09"
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": list(_place(number))},
        "properties": {
            "site_id": f"N-{number:02d}",
            "name": f"机巢 {number:02d}",
            "kind": "nest",
            "unit": UNITS[number % 3],
            **life,
        },
    }


def _place(number: int) -> tuple[float, float]:
    """Thirty close together round the centre, the others some kilometres north."""
    if number >= ZONED:
        return world.east(LNG, (number - ZONED) * 400), world.north(LAT, 9_000)
    return world.east(LNG, (number % 6 - 2.5) * 150), world.north(LAT, (number // 6 - 2) * 150)


def _total(planner: httpx.Client) -> dict[str, int]:
    total: dict[str, int] = ok(planner.get("/progress"))["total"]
    return total


def table(page: Screen, test_id: str) -> dict[str, list[str]]:
    """The rows of a table by their heads."""
    rows: dict[str, list[str]] = page.at(test_id).evaluate(
        "(table) => Object.fromEntries([...table.querySelectorAll('tbody tr')].map((row) =>"
        " [row.querySelector('th').innerText, [...row.querySelectorAll('td')].map((cell) => cell.innerText)]))"
    )
    return rows


def test_numbers_are_the_apis_and_open_down_to_events(platform: Platform, visitor: Visitor) -> None:
    planner = platform.client("planner", "fgw")
    page = visitor("planner", "fgw")
    page.at("planner-trend").click()
    expect(page.at("burnup")).to_be_visible()
    expect(page.at("months-table")).to_be_visible()
    months = ok(planner.get("/progress/history"))["months"]
    assert {head[:7]: row for head, row in table(page, "months-table").items()} == {
        month["month"]: [
            text
            for measure in ("sites_laid_out", "sites_in_use")
            for text in (
                str(month["total"][measure]),
                _signed("+", month["entered"][measure]),
                _signed("−", month["left"][measure]),
            )
        ]
        for month in months
    }
    burn = ok(planner.get("/progress/burnup", params={"target_id": "sites"}))
    expect(page.at("trend-count")).to_have_text(str(burn["points"][-1]["count"]))
    expect(page.at("outlook")).to_contain_text(burn["reached_mid"] or "36 个月内未达成")
    page.page.locator(".chart svg").focus()
    page.page.keyboard.press("ArrowLeft")
    expect(page.page.locator(".tip")).to_contain_text(burn["points"][-2]["month"])
    page.keep("planner-trend")

    page.at("trend-target").select_option("governance_routes")
    row = page.at("months-table").locator("tr").filter(has_text=month_ago(3))
    row.locator(".gain .opens").click()
    expect(page.at("change-row")).to_have_count(1)
    page.at("change-row").click()
    life = ok(planner.get("/progress/routes/R-1"))
    expect(page.at("standings").locator("li")).to_have_count(len(life["standings"]))
    expect(page.at("life-events").locator("li")).to_have_count(len(life["events"]))
    expect(page.at("classification")).to_contain_text("任务单 7")

    page.at("classify").click()
    page.at("route-class").select_option("commercial")
    page.at("evidence").fill("合同 3")
    page.at("classify-confirm").click()
    expect(page.at("classification")).to_contain_text("合同 3")
    page.keep("planner-life")
    assert ok(planner.get("/routes/R-1"))["classification"]["route_class"] == "commercial"
    eventually(lambda: _total(planner)["commercial_routes"] == 1)


def _signed(sign: str, number: int) -> str:
    return f"{sign}{number}" if number else "·"


def test_units_groups_and_idle_nests(platform: Platform, visitor: Visitor) -> None:
    planner = platform.client("planner", "fgw")
    page = visitor("planner", "fgw")
    page.at("planner-units").click()
    expect(page.at("units-table")).to_be_visible()
    units = ok(planner.get("/progress/units"))
    shown = table(page, "units-table")
    assert {head.split("\n")[0].split(" ")[0]: row[:4] for head, row in shown.items()} == {
        unit["unit"]: [str(number) for number in unit["tally"].values()] for unit in units
    }
    assert [("滞后" in head) for head in shown] == [unit["lags"] for unit in units]
    page.keep("planner-units")
    opens_as_many(page, "unit-entered", "change-row")
    opens_as_many(page, "unit-unused", "counted-row")
    past = month_ago(2)
    page.at("units-groups").click()
    page.at("units-month").select_option(past)
    groups = ok(planner.get("/progress/breakdown", params={"by": "kind", "month": past}))
    expect(page.at("groups-table").locator("tbody .opens").first).to_have_text(
        str(groups[0]["tally"]["sites_laid_out"])
    )
    page.at("groups-table").locator("tbody .opens").first.click()
    expect(page.at("counted-row")).to_have_count(groups[0]["tally"]["sites_laid_out"])
    page.page.locator(".back").click()
    page.at("units-month").select_option(month_ago(0))
    page.at("units-by").select_option("family")
    eventually(lambda: list(table(page, "groups-table")) == ["低空+治理"])
    page.at("units-by").select_option("scenario")
    page.at("dictionary").locator("summary").click()
    expect(page.at("dictionary")).to_contain_text("10 大类 42 个")
    expect(page.at("dictionary-table").locator("tbody tr")).to_have_count(24)
    page.keep("planner-dictionary")
    page.at("units-idle").click()
    page.at("units-month").select_option(past)
    idle = ok(planner.get("/progress/idle", params={"month": past}))
    assert idle, "no flight left any nest"
    expect(page.at("idle-count")).to_have_text(str(len(idle)))
    expect(page.at("idle-row")).to_have_count(len(idle))


def opens_as_many(page: Screen, number: str, row: str) -> None:
    """The first of such numbers that is not zero opens as many rows as it says."""
    opener = page.at(number).and_(page.page.locator("button")).first
    shown = int(opener.inner_text().lstrip("+"))
    opener.click()
    expect(page.at(row)).to_have_count(shown)
    page.page.locator(".back").click()


def test_a_zone_over_thirty_sites_lowers_the_count_by_exactly_those(platform: Platform, visitor: Visitor) -> None:
    planner, regulator = platform.client("planner", "fgw"), platform.client("regulator", "authority")
    before = _total(planner)
    zone = world.circle_zone(lng=LNG, lat=LAT, radius_m=700, name="湿地禁飞区")
    zone_id = ok(regulator.post("/zones", json=zone))["zone_id"]
    eventually(lambda: _total(planner)["sites_laid_out"] == before["sites_laid_out"] - ZONED)
    eventually(lambda: len(_changes(planner, entered=False)) == ZONED)  # the ledger follows on its own
    left = _changes(planner, entered=False)
    assert {change["subject_id"] for change in left} == {f"N-{number:02d}" for number in range(ZONED)}
    assert all(change["because"][0]["zones"] == [zone_id] for change in left)

    page = visitor("planner", "fgw")
    page.at("planner-trend").click()
    page.at("months-table").locator("tbody tr").first.locator(".loss .opens").first.click()
    expect(page.at("change-row")).to_have_count(ZONED)
    expect(page.at("changes")).to_contain_text("所在空域禁止起降：湿地禁飞区")
    page.keep("planner-changes")

    ok(regulator.delete(f"/zones/{zone_id}", params={"reason": "期满"}))
    eventually(lambda: _total(planner)["sites_laid_out"] == before["sites_laid_out"])
    zoned = {change["subject_id"] for change in left}
    eventually(lambda: {change["subject_id"] for change in _changes(planner, entered=True)} >= zoned)


def _changes(planner: httpx.Client, *, entered: bool) -> list[dict[str, Any]]:
    asked = {"measure": "sites_laid_out", "entered": str(entered).lower(), "limit": "500"}
    found: list[dict[str, Any]] = ok(planner.get("/progress/changes", params=asked))["items"]
    return found


KNOWN_THEN = {"known_at": "2020-01-01T00:00:00Z"}


def table_of(report: dict[str, Any]) -> dict[str, list[str]]:
    """The changes of a report as the page shows them."""
    columns = ("期初", "新增", "退出", "期末")
    return {row["指标"]: [str(row[column]) for column in columns] for row in report["tables"]["本期变化"]}


def test_a_past_report_is_looked_at_and_saved(platform: Platform, visitor: Visitor, tmp_path: Path) -> None:
    planner = platform.client("planner", "fgw")
    page = visitor("planner", "fgw")
    page.at("planner-reports").click()
    past = month_ago(1)
    page.at("report-month").select_option(past)
    page.at("report-unit").select_option(UNITS[1])
    asked = {"month": past, "unit": UNITS[1]}
    report = ok(planner.get("/reports/monthly", params={**asked, "format": "json"}))
    expect(page.at("report-look")).to_contain_text(report["title"])
    assert table(page, "report-本期变化") == table_of(report)
    page.keep("planner-reports")
    page.at("report-known-at").fill("2020-01-01T08:00")
    then = table_of(ok(planner.get("/reports/monthly", params={**asked, "format": "json", **KNOWN_THEN})))
    assert then != table_of(report), "nothing was known in 2020"
    eventually(lambda: table(page, "report-本期变化") == then)
    page.at("report-known-at").fill("")
    eventually(lambda: table(page, "report-本期变化") == table_of(report))
    with page.page.expect_download() as saving:
        page.at("report-csv").click()
    saved = tmp_path / saving.value.suggested_filename
    saving.value.save_as(saved)
    assert saved.name == f"tianyuan-monthly-{past}.csv"
    assert saved.read_bytes() == planner.get("/reports/monthly", params={**asked, "format": "csv"}).content


@pytest.mark.parametrize("ending", ["csv", "xlsx", "geojson"])
def test_sites_are_exported_and_imported(platform: Platform, visitor: Visitor, tmp_path: Path, ending: str) -> None:
    planner = platform.client("planner", "fgw")
    page = visitor("planner", "fgw")
    page.at("planner-sites").click()
    page.at("site-files-open").click()
    with page.page.expect_download() as saving:
        page.at(f"export-{ending}").click()
    saved = tmp_path / saving.value.suggested_filename
    saving.value.save_as(saved)
    assert saved.name == f"sites.{ending}"
    sites = len(ok(planner.get("/sites", params={"limit": "500"}))["items"])
    page.at("import-file").set_input_files(saved)
    page.at("import-start").click()
    expect(page.at("import-unchanged")).to_have_text(str(sites))
    expect(page.at("import-errors")).to_have_count(0)
    if ending != "csv":
        return

    lng, lat = wgs84_to_gcj02(LNG, LAT)
    lines = (
        "site_id,name,kind,unit,lng,lat",
        f"G-1,甲,nest,{UNITS[0]},{lng},{lat}",
        f"G-2,乙,helipad,{UNITS[0]},{lng},{lat}",
        f"G-3,丙,nest,{UNITS[0]},x,91",
    )
    page.at("import-file").set_input_files(
        {"name": "新场地.csv", "mimeType": "application/vnd.ms-excel", "buffer": "\n".join(lines).encode()}
    )
    page.at("import-datum").select_option("gcj02")
    page.at("import-start").click()
    expect(page.at("import-created")).to_have_text("1")
    expect(page.at("import-faulty")).to_have_text("2")
    expect(page.at("import-conversion")).to_contain_text("GCJ-02")
    cells = page.at("import-errors").locator("tbody tr").all_inner_texts()
    assert [tuple(cell.split("\t")[:2]) for cell in cells] == [("3", "kind"), ("4", "lng"), ("4", "lat")]
    assert not any(cell.split("\t")[2].isascii() for cell in cells), "faults of rows are said in Chinese"
    page.keep("planner-import")
    place = ok(planner.get("/sites/G-1"))["spec"]
    assert (place["lng"], place["lat"]) == pytest.approx((LNG, LAT), abs=1e-6)

    page.page.locator(".back").click()
    page.at("site-state").select_option("proposed")
    page.at("site-row").filter(has_text="G-1").click()
    page.at("move-retire").click()
    expect(page.at("move-touches")).to_contain_text("0 个计划")
    page.at("move-reason").fill("试验")
    page.at("move-confirm").click()
    expect(page.at("moves")).to_have_count(0)
    assert ok(planner.get("/sites/G-1"))["state"] == "retired"


def test_scenarios_are_solved_compared_and_adopted(platform: Platform, visitor: Visitor) -> None:
    planner = platform.client("planner", "fgw")
    page = visitor("planner", "fgw")
    page.at("planner-scenarios").click()
    for name, count in (("一期", 3), ("二期", 6)):
        page.at("new-scenario").click()
        page.at("scenario-name").fill(name)
        page.at("scenario-count").fill(str(count))
        page.page.locator("summary").first.click()
        page.at("scenario-spacing").fill("6000")
        page.at("scenario-start").click()
        expect(page.at("scenario")).to_have_attribute("data-state", "solved")
        if count == 3:
            page.page.locator(".back").click()
    second, first = ok(planner.get("/scenarios"))["items"]
    assert (second["name"], first["name"]) == ("二期", "一期")
    expect(page.at("new-sites")).to_have_text("6")
    expect(page.at("objective")).to_have_text(f"{round(second['objective']):,}")
    expect(page.at("bound")).to_have_text(f"{round(second['bound']):,}")
    expect(page.at("gap")).to_have_text(f"{second['gap'] * 100:.2f} %")
    page.shows("scenario")
    page.keep("planner-scenario")

    page.at("propose").click()
    page.at("sure").click()
    expect(page.at("proposed")).to_contain_text("6")
    assert len(ok(planner.get("/sites", params={"state": "proposed"}))["items"]) == 6

    page.page.locator(".back").click()
    page.at("scenario-choose").nth(1).check()
    page.at("scenario-choose").nth(0).check()
    page.at("compare").click()
    asked = {"a": first["scenario_id"], "b": second["scenario_id"]}
    both = ok(planner.get("/scenarios/compare", params=asked))
    expect(page.at("compared-sides")).to_be_visible()
    sides = table(page, "compared-sides")
    assert sides["新增场地"] == ["3", "6"]
    assert sides["新覆盖人口"] == [f"{round(both[side]['newly_served']):,}" for side in ("a", "b")]
    names = {each["adcode"]: each["name"]["zh"] for each in ok(planner.get("/city"))["districts"]}
    assert table(page, "compared-districts") == {
        names[row["adcode"]]: [
            *(f"{row[side] / row['population'] * 100:.1f} %" for side in ("before", "a", "b")),
            f"+{round(row['b'] - row['a']):,}" if round(row["b"] - row["a"]) else "·",
        ]
        for row in both["districts"]
    }
    page.keep("planner-compared")


def test_a_running_scenario_is_stopped_and_renamed(platform: Platform, visitor: Visitor) -> None:
    planner = platform.client("planner", "fgw")
    page = visitor("planner", "fgw")
    page.at("planner-scenarios").click()
    page.at("new-scenario").click()
    page.at("scenario-name").fill("太久")
    page.at("scenario-count").fill("120")
    page.page.locator("summary").first.click()
    page.at("scenario-spacing").fill("1200")
    page.at("scenario-time").fill("600")
    page.at("scenario-start").click()
    expect(page.at("scenario")).to_have_attribute("data-state", "running")
    page.keep_as_is("planner-running")
    page.at("scenario-cancel").click()
    expect(page.at("scenario")).to_have_attribute("data-state", "cancelled")
    assert ok(planner.get("/scenarios"))["items"][0]["state"] == "cancelled"

    page.at("rename").click()
    page.at("rename-name").fill("三期")
    page.at("rename-save").click()
    expect(page.at("scenario").locator("h3")).to_have_text("三期")
    assert ok(planner.get("/scenarios"))["items"][0]["name"] == "三期"
