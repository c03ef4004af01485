"""Reports opened and read back: their numbers are the API's, and a past month's come out the same, byte for byte."""

import csv
import io
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from PIL import Image
from typer.testing import CliRunner

from cli.__main__ import app
from services.sites.reports import fonts
from services.sites.usecases.history import replay
from shared.auth import Role
from shared.contracts.flightplan import RouteClass
from shared.contracts.sites import SiteKind
from tests.integration.sites.chronicle import Chronicle, chronicle
from tests.integration.sites.conftest import APPROVED, REFUSED

MEASURES = {
    "布局站点": "sites_laid_out",
    "投用站点": "sites_in_use",
    "商业航线": "commercial_routes",
    "治理航线": "governance_routes",
}
UNIT = "东湖高新区"


@pytest.fixture(scope="module")
def told(fresh_database: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chronicle]:
    """Nine months in which a demo city is built."""
    with fresh_database() as url, chronicle(url, tmp_path_factory.mktemp("reports")) as made:
        live(made)
        made.settle()
        yield made


def live(city: Chronicle) -> None:
    """Some sites a month all over the city, a route from each third, a zone in July that goes in August."""
    chance, polygons = random.Random(7), [district.polygon for district in city.world.city.districts]
    number = 0
    for month in range(1, 10):
        city.at(f"2026-{month:02d}-12 09:00")
        for _ in range(3 + chance.randrange(6)):
            place = polygons[number % len(polygons)].representative_point()
            city.site(
                f"s{number:02d}",
                chance.choice(["commissioned", "approved", "proposed"]),
                lng=place.x + chance.uniform(-0.08, 0.08),
                lat=place.y + chance.uniform(-0.05, 0.05),
                unit=UNIT if number % 3 else "=江汉区",
                kind=SiteKind.NEST if number % 2 else SiteKind.POINT,
                demo=True,
                service_radius_m=6000.0,
            )
            if number % 3 == 0:
                name = "loop \ufffe"  # which no XML can hold
                route_class = RouteClass.COMMERCIAL if number % 2 else RouteClass.GOVERNANCE
                city.route(
                    f"r{number:02d}",
                    f"s{number:02d}",
                    route_class,
                    name=name,
                    scenario="logistics",
                    unit=UNIT,
                    demo=True,
                )
            number += 1
        for site_id in ("s00", "s01", "s02"):
            if month in (7, 8):
                city.assess(site_id, REFUSED if month == 7 else APPROVED, because="zone")
    city.at("2026-09-20 09:00")


_WRITTEN: dict[tuple[str, str], bytes] = {}


def ask(told: Chronicle, path: str, **asked: Any) -> bytes:
    """A report's file."""
    answer = told.planner.get(f"/reports/{path}", **asked)
    assert answer.status_code == 200, answer.text
    assert f'.{asked.get("format", "docx")}"' in answer.headers["content-disposition"]
    return answer.content


def august(told: Chronicle, format_: str) -> bytes:
    """August's brief, written once for the tests that only read it."""
    key = (told.world.service.database.url, format_)
    if key not in _WRITTEN:
        _WRITTEN[key] = ask(told, "monthly", month="2026-08", format=format_)
    return _WRITTEN[key]


def docx_tables(content: bytes) -> dict[str, list[list[str]]]:
    """The tables of a document by the captions above them."""
    document = docx.Document(io.BytesIO(content))
    captions = [each.text for each in document.paragraphs if each.text.startswith("表：")]
    empty = [each.text for each in document.paragraphs].count("（无）")
    assert len(captions) == len(document.tables) + empty
    grids = {table.rows[0].cells[0].text + table.rows[0].cells[-1].text: table for table in document.tables}
    assert len(grids) == len(document.tables), "every table has columns of its own"
    return {key: [[cell.text for cell in row.cells] for row in table.rows] for key, table in grids.items()}


def xlsx_tables(content: bytes) -> dict[str, list[list[Any]]]:
    """The sheets of a workbook as rows."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets}


def test_a_monthly_brief_says_what_the_board_says(told: Chronicle) -> None:
    board = told.planner.read("/progress", month="2026-08")
    sheets = xlsx_tables(august(told, "xlsx"))
    (month,) = told.planner.read("/progress/history", **{"from": "2026-08", "to": "2026-08"})["months"]
    (before,) = told.planner.read("/progress/history", **{"from": "2026-07", "to": "2026-07"})["months"]
    assert sheets["本期变化"] == [
        ["指标", "期初", "新增", "退出", "期末"],
        *(
            [name, before["total"][key], month["entered"][key], month["left"][key], month["total"][key]]
            for name, key in MEASURES.items()
        ),
    ]
    assert month["total"] == board["total"]
    by_target = {(row[0], row[2]): row for row in sheets["目标进展"][1:]}
    for target in board["targets"]:
        row = by_target[target["target"]["name"]["zh"], target["target"]["number"]]
        assert (row[3], row[5], row[6]) == (target["count"], target["laid_out"], target["in_use"])
    assert "已过期限" in by_target["低空地面起降场、起降点", 1000][7]
    districts = {each["name"]["zh"]: list(each["tally"].values()) for each in board["districts"]}
    assert {row[0]: row[1:] for row in sheets["分区进展"][1:]} == districts
    units = {each["unit"]: each for each in told.planner.read("/progress/units", month="2026-08")}
    for row in sheets["分单位进展"][1:]:
        assert row[1:5] == list(units[row[0]]["tally"].values())
    changes = told.planner.read("/progress/changes", month="2026-08", limit=500)["items"]
    assert [row[3] for row in sheets["变化明细"][1:]] == [change["subject_id"] for change in changes]
    idle = told.planner.read("/progress/idle", month="2026-08")
    assert [row[0] for row in sheets["空置机巢"][1:]] == [site["site_id"] for site in idle]
    reasons = {
        each["reason"]["zh"]: each["number"] for each in board["sites_not_laid_out"] + board["routes_not_counted"]
    }
    assert {row[0]: row[1] for row in sheets["未计入原因"][1:]} == reasons


def test_every_format_has_the_same_tables(told: Chronicle) -> None:
    data = json.loads(august(told, "json"))
    sheets = xlsx_tables(august(told, "xlsx"))
    document = docx_tables(august(told, "docx"))
    text = august(told, "csv").decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text)))
    for name, rows in data["tables"].items():
        as_rows = [list(row.values()) for row in rows]
        assert sheets[name][1:] == [[None if value == "" else value for value in row] for row in as_rows]
        if not rows:
            continue
        columns = list(rows[0])
        shown = document[columns[0] + columns[-1]]
        assert shown[0] == columns
        for row, cells in zip(as_rows, shown[1:], strict=True):
            for value, cell in zip(row, cells, strict=True):
                assert cell == "—" if value is None else cell in (str(value), _percent(value))
        start = lines.index([name]) + 1
        assert lines[start] == columns
        assert [row[0].lstrip("'") for row in lines[start + 1 : start + 1 + len(rows)]] == [str(r[0]) for r in as_rows]
    assert "\n'=江汉区" in text, "no spreadsheet runs what a unit calls itself"


def _percent(value: Any) -> str:
    return f"{value:.1%}" if isinstance(value, int | float) else ""


def test_coverage_in_the_report_is_the_coverage_api(told: Chronicle) -> None:
    """The present month's: the register stands as the history says."""
    rows = json.loads(ask(told, "monthly", month="2026-09", format="json"))["tables"]["人口覆盖"]
    view = told.planner.read("/coverage")
    wanted = [feature["properties"] for feature in view["features"]] + [view["properties"]]
    shown = {each["name"]["zh"]: [each["population"], each["served"], each["share"]] for each in wanted}
    shown["合计"] = shown.pop(view["properties"]["name"]["zh"])
    assert {row["区"]: [row["常住人口"], row["覆盖人口"], row["覆盖率"]] for row in rows} == shown
    assert shown["合计"][2] > 0


def test_a_past_report_is_the_same_byte_for_byte(told: Chronicle) -> None:
    formats = ("docx", "xlsx", "csv", "json")
    first = [ask(told, "monthly", month="2026-06", format=each) for each in formats]
    told.world.clock.forward(days=1)
    with told.world.service.database.transaction() as tx:
        replay(tx)
    assert [ask(told, "monthly", month="2026-06", format=each) for each in formats] == first
    told.world.clock.forward(days=-1)


def test_demo_data_is_labelled_and_pictures_are_there(told: Chronicle) -> None:
    content = august(told, "docx")
    document = docx.Document(io.BytesIO(content))
    assert any("演示数据" in paragraph.text for paragraph in document.paragraphs)
    assert document.sections[0].header.paragraphs[0].text == "演示数据"
    pictures = [part.blob for name, part in _parts(document) if name.endswith(".png")]
    assert len(pictures) == 2
    for picture in pictures:
        colours = Image.open(io.BytesIO(picture)).convert("RGB").getcolors(1 << 24)
        assert len(colours or []) > 50, "something is drawn"


def _parts(document: Any) -> list[tuple[str, Any]]:
    return [(str(part.partname), part) for part in document.part.package.iter_parts()]


def test_a_units_brief_has_its_own(told: Chronicle) -> None:
    data = json.loads(ask(told, "monthly", month="2026-08", unit=UNIT, format="json"))
    within = {"from": "2026-08", "to": "2026-08", "unit": UNIT}
    assert data["months"] == told.planner.read("/progress/history", **within)["months"]
    assert UNIT in data["title"]
    assert {row["单位"] for row in data["tables"]["变化明细"]} == {UNIT}


def test_half_year_and_year(told: Chronicle) -> None:
    half = json.loads(ask(told, "half-year", year=2026, half=1, format="json"))
    months = told.planner.read("/progress/history", **{"from": "2026-01", "to": "2026-06"})["months"]
    assert half["months"] == months
    assert half["complete"]
    assert "上半年总结" in half["title"]
    assert half["tables"]["本期变化"][0]["新增"] == sum(month["entered"]["sites_laid_out"] for month in months)
    year = json.loads(ask(told, "yearly", year=2026, format="json"))
    assert not year["complete"]
    assert "统计期未结束" in " ".join(year["notes"])
    assert [month["month"] for month in year["months"]] == [f"2026-{month:02d}" for month in range(1, 10)]


def test_who_may_ask_and_for_what(told: Chronicle) -> None:
    assert told.world.caller(Role.REGULATOR).get("/reports/yearly", year=2026, format="csv").status_code == 200
    assert told.world.caller(Role.OPERATOR).get("/reports/yearly", year=2026).status_code == 403
    wrong: dict[str, dict[str, Any]] = {
        "monthly": {"month": "2026-10"},
        "half-year": {"year": 2027, "half": 1},
        "yearly": {"year": 1},
        "monthly?month=0000-01": {},
    }
    for path, asked in wrong.items():
        assert told.planner.get(f"/reports/{path}", **asked).status_code == 422


def test_without_a_chinese_font_the_report_says_which_package(told: Chronicle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_KNOWN", ())
    fonts.chinese_font.cache_clear()
    answer = told.planner.get("/reports/monthly", month="2026-08")
    assert answer.status_code == 503
    assert "fonts-noto-cjk" in answer.json()["detail"]
    assert told.planner.get("/reports/monthly", month="2026-08", format="json").status_code == 200


def test_the_command_writes_the_same_file(told: Chronicle, tmp_path: Path) -> None:
    url, token = str(told.world.client.base_url), told.planner.headers["authorization"].removeprefix("Bearer ")
    for words, path, asked in (
        (["monthly", "2026-08"], "monthly", {"month": "2026-08"}),
        (["half-year", "2026", "1"], "half-year", {"year": 2026, "half": 1}),
        (["yearly", "2026", "--unit", UNIT], "yearly", {"year": 2026, "unit": UNIT}),
    ):
        file = tmp_path / path
        done = CliRunner().invoke(
            app, ["--url", url, "--token", token, "report", *words, "--format", "json", "--output", str(file)]
        )
        assert done.exit_code == 0, done.output
        assert file.read_bytes() == ask(told, path, format="json", **asked)
    refused = CliRunner().invoke(app, ["--url", url, "--token", token, "report", "monthly", "2030-01"])
    assert refused.exit_code == 1
    assert "has not begun" in refused.output
