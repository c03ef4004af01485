"""The `tianyuan` command against a running platform: what people type, what they read, how it ends."""

import json
import os
import pty
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli.__main__ import app
from tests.system.platform import Platform
from tests.system.world import intent, tomorrow
from tests.waiting import eventually

EXAMPLES = Path(__file__).parents[3] / "examples"


def tomorrow_at(hour: int) -> str:
    """An instant as the platform writes it."""
    return tomorrow(hour).isoformat().replace("+00:00", "Z")


@dataclass
class Terminal:
    """Somebody who types commands."""

    url: str
    token: str = ""

    def type(self, *words: str, stdin: str | None = None) -> Result:
        """Run a command."""
        environment = {"TIANYUAN_URL": self.url, "TIANYUAN_TOKEN": self.token, "TIANYUAN_LANGUAGE": "en"}
        return CliRunner().invoke(app, list(words), input=stdin, env=environment)

    def read(self, *words: str) -> Any:
        """Run a command for its JSON."""
        result = self.type("--json", *words)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return json.loads(result.stdout)

    def become(self, role: str, org: str) -> "Terminal":
        """Somebody else, with the token the command gives."""
        result = self.type("token", role, org)
        assert result.exit_code == 0, result.stderr
        return Terminal(self.url, result.stdout.strip())


@pytest.fixture(scope="module")
def anybody(platform: Platform) -> Terminal:
    """Nobody yet."""
    return Terminal(platform.processes[0].url)


@pytest.fixture(scope="module")
def operator(anybody: Terminal) -> Terminal:
    return anybody.become("operator", "东湖飞行")


@pytest.fixture(scope="module")
def regulator(anybody: Terminal) -> Terminal:
    return anybody.become("regulator", "空管")


@pytest.fixture(scope="module")
def planner(anybody: Terminal) -> Terminal:
    return anybody.become("planner", "市发改委")


@pytest.fixture
def flight(tmp_path: Path) -> Any:
    """Writes the example flight with changes; gives the file's name."""

    def write(**changes: Any) -> str:
        example = json.loads((EXAMPLES / "flight.json").read_text())
        document = {**example, "departs_at": tomorrow_at(2), **changes}
        path = tmp_path / "flight.json"
        path.write_text(json.dumps(document))
        return str(path)

    return write


def test_a_flight_is_checked_filed_moved_and_withdrawn(operator: Terminal, flight: Any) -> None:
    checked = operator.type("check", flight())
    assert checked.exit_code in (0, 4), checked.output
    filed = operator.read("file", flight(), "--key", "cli-1")
    assert filed["state"] in ("approved", "awaiting")
    assert operator.read("file", flight(), "--key", "cli-1")["plan_id"] == filed["plan_id"]
    listed = operator.type("plans")
    assert filed["plan_id"] in listed.stdout
    moved = operator.type("move", filed["plan_id"], tomorrow_at(4))
    assert moved.exit_code == 0, moved.output

    def has_moved() -> bool:
        plans = operator.read("plans", "--limit", "5")
        return any(plan["intent"]["departs_at"] == tomorrow_at(4) for plan in plans)

    eventually(has_moved)
    withdrawn = operator.type("withdraw", filed["plan_id"], "--reason", "weather")
    assert "withdrawn" in withdrawn.stdout


def test_a_flight_takes_off_is_moved_and_ends(operator: Terminal, flight: Any) -> None:
    departs_at = datetime.now(UTC) + timedelta(seconds=20)
    filed = operator.read("file", flight(**intent(at=departs_at, lat=30.40)))
    plan_id = filed["plan_id"]
    assert (filed["state"], operator.type("end", plan_id).exit_code) == ("approved", 1)
    taken_off = operator.type("activate", plan_id)
    assert (taken_off.exit_code, "activated" in taken_off.stdout) == (0, True), taken_off.output
    later = (departs_at + timedelta(seconds=30)).isoformat()
    assert operator.read("move", plan_id, later)["state"] == "activated"
    eventually(lambda: any(plan["revision"] == 2 for plan in operator.read("plans", "--state", "activated")))
    start, end = intent(at=departs_at, lat=30.40)["path"]
    bent = [start, {**end, "lat": 30.405}, end]
    turned = operator.type("move", plan_id, "--way", flight(path=bent))
    assert (turned.exit_code, "is being decided" in turned.stdout) == (0, True), turned.output
    eventually(lambda: any(plan["revision"] == 3 for plan in operator.read("plans", "--state", "activated")))
    bad = operator.type("move", plan_id, "--way", flight(path=[{**end, "lat": 91}]))
    assert (bad.exit_code, "flight.json" in bad.stderr, "path.0.lat" in bad.stderr) == (1, True, True), bad.stderr
    far = operator.type("move", plan_id, tomorrow_at(4))
    assert (far.exit_code, "in the air" in far.stderr) == (1, True), far.stderr
    ended = operator.type("end", plan_id)
    assert (ended.exit_code, "ended" in ended.stdout) == (0, True), ended.output
    assert operator.type("activate", plan_id).exit_code == 1


def test_zones_are_imported_published_and_refuse_a_flight(
    operator: Terminal, regulator: Terminal, flight: Any, tmp_path: Path
) -> None:
    imported = regulator.type("zones", "import", str(EXAMPLES / "zones.geojson"))
    assert imported.exit_code == 0, imported.output
    assert "2 accepted" in imported.stdout
    zone = {
        "zone_id": "cli-closed",
        "name": "演练",
        "kind": "prohibited",
        "restriction": "PROHIBITED",
        "outline": {"type": "Circle", "center": [114.421, 30.486], "radius_m": 300},
        "authority": "示例",
    }
    published = regulator.type("zones", "publish", "-", stdin=json.dumps(zone))
    assert published.exit_code == 0, published.output
    assert "cli-closed version 1 in force" in published.stdout
    assert "cli-closed" in regulator.type("zones", "list").stdout
    refused = operator.type("check", flight())
    assert refused.exit_code == 3, refused.output
    assert "演练" in refused.stdout
    after = operator.type("check", flight(), "--departs-at", "yesterday")
    assert (after.exit_code, "departs_at: must be an instant" in after.stderr) == (1, True)
    filed = operator.type("file", flight())
    assert filed.exit_code == 3


def test_a_regulator_rules_what_awaits(operator: Terminal, regulator: Terminal, flight: Any) -> None:
    high = [{"lng": 114.30, "lat": 30.60, "height_m": 150}, {"lng": 114.31, "lat": 30.60, "height_m": 150}]
    spot, end = {"lng": 114.30, "lat": 30.60}, {"lng": 114.31, "lat": 30.60}
    zone = {
        "name": "120 m",
        "kind": "controlled_height",
        "restriction": "REQ_AUTHORIZATION",
        "outline": {"type": "Circle", "center": [114.30, 30.60], "radius_m": 5000},
        "lower": {"value_m": 120},
        "authority": "示例",
    }
    assert regulator.type("zones", "publish", "-", stdin=json.dumps(zone)).exit_code == 0
    filed = operator.type("--json", "file", flight(departure=spot, arrival=end, path=high))
    assert filed.exit_code == 4, filed.output
    plan_id = json.loads(filed.stdout)["plan_id"]
    ruled = regulator.type("rule", plan_id, "approve", "--reason", "空域函〔2030〕1号")
    assert ruled.exit_code == 0, ruled.output
    assert "approved" in ruled.stdout
    assert operator.type("rule", plan_id, "refuse", "--reason", "x").exit_code == 1


def test_sites_go_in_and_out_and_the_board_shows_them(planner: Terminal, tmp_path: Path) -> None:
    imported = planner.type("sites", "import", str(EXAMPLES / "sites.csv"))
    assert imported.exit_code == 0, imported.output
    assert "example-nest-1" in planner.type("sites", "list").stdout
    out = tmp_path / "sites.xlsx"
    assert planner.type("sites", "export", "--format", "xlsx", "--output", str(out)).exit_code == 0
    again = planner.type("sites", "import", str(out))
    assert "0 created" in again.stdout, again.output
    assert "0 refused" in again.stdout
    board = planner.type("progress")
    assert board.exit_code == 0, board.output
    assert "demo data" in board.stdout
    assert planner.read("progress")["sites_by_state"]
    assert "%" in planner.type("coverage").stdout
    assert planner.read("coverage", "--radius-m", "2000")["features"]


def test_rows_that_are_wrong_are_named(planner: Terminal, regulator: Terminal, tmp_path: Path) -> None:
    rows = (EXAMPLES / "sites.csv").read_text().replace("example-point-1", "example-bad").replace("30.4795", "north")
    (tmp_path / "sites.csv").write_text(rows)
    imported = planner.type("sites", "import", str(tmp_path / "sites.csv"))
    assert imported.exit_code == 1
    assert "lat" in imported.stderr
    zones = json.loads((EXAMPLES / "zones.geojson").read_text())
    zones["features"][1]["geometry"] = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}
    (tmp_path / "zones.geojson").write_text(json.dumps(zones))
    imported = regulator.type("zones", "import", str(tmp_path / "zones.geojson"))
    assert imported.exit_code == 1
    assert "index 1" in imported.stderr


def test_what_happens_can_be_watched(regulator: Terminal, operator: Terminal, flight: Any) -> None:
    operator.read("file", flight(departs_at=tomorrow_at(8)))
    watched = regulator.type("watch", "flightplan", "--after", "0", "--count", "1")
    assert watched.exit_code == 0, watched.output
    assert "FlightPlanSubmitted" in watched.stdout
    events = regulator.type("--json", "watch", "flightplan", "--after", "0", "--count", "2").stdout.splitlines()
    assert [int(json.loads(event)["id"]) for event in events] == sorted(
        int(json.loads(event)["id"]) for event in events
    )


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b'{"path": [', "line 1 column 11"),
        (b'{"speed_mps": NaN}', "NaN is no JSON number"),
        (b"[1]", "not a JSON object"),
        (b'"\xff"', "not UTF-8"),
        (b'{"a":' * 100_000, "nested too deep"),
        (b'{"speed_mps": true}', "speed_mps: must be a number"),
        (b'{"remark": "\\u0000"}', "remark: must not contain control characters"),
    ],
)
def test_a_bad_file_is_refused_by_name_and_place(operator: Terminal, tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    for command in ("check", "file"):
        result = operator.type(command, str(path))
        assert result.exit_code in (1, 2)
        assert "bad.json" in result.stderr
        assert says in result.stderr


def test_mistakes_end_with_a_line_that_helps(anybody: Terminal, operator: Terminal) -> None:
    missing = operator.type("check", "nowhere.json")
    assert (missing.exit_code, "nowhere.json: no such file" in missing.stderr) == (2, True)
    folder = operator.type("zones", "import", "/")
    assert (folder.exit_code, "is a directory" in folder.stderr) == (2, True)
    ending = operator.type("sites", "import", "sites.kml")
    assert (ending.exit_code, ".csv" in ending.stderr) == (2, True)
    nobody = anybody.type("plans")
    assert (nobody.exit_code, "TIANYUAN_TOKEN" in nobody.stderr) == (1, True)
    forbidden = operator.type("zones", "publish", str(EXAMPLES / "flight.json"))
    assert (forbidden.exit_code, "regulator" in forbidden.stderr) == (1, True)
    unknown = operator.type("withdraw", "00000000-0000-0000-0000-000000000000")
    assert (unknown.exit_code, "not found" in unknown.stderr.lower()) == (1, True)
    assert operator.type("withdraw", "../zones").exit_code == 1
    absent = Terminal("http://127.0.0.1:9").type("progress")
    assert (absent.exit_code, "no answer from" in absent.stderr) == (1, True)
    assert Terminal("nonsense").type("progress").exit_code in (1, 2)
    assert operator.type("plans", "--limit", "0").exit_code == 2
    box = operator.type("plans", "--bbox", "1,2")
    assert (box.exit_code, box.stderr.count("must be west,south,east,north")) == (1, 1)
    assert Terminal(anybody.url.removeprefix("http://")).type("progress").exit_code == 2
    pasted = Terminal(anybody.url, "令牌").type("plans")
    assert (pasted.exit_code, "token" in pasted.stderr) == (2, True)
    assert operator.type("fly").exit_code == 2


def test_a_workbook_is_not_written_to_a_terminal(planner: Terminal) -> None:
    screen, keyboard = pty.openpty()
    environment = {**os.environ, "TIANYUAN_URL": planner.url, "TIANYUAN_TOKEN": planner.token}
    command = [sys.executable, "-m", "cli", "sites", "template"]
    ran = subprocess.run(command, env=environment, stdout=keyboard, stderr=subprocess.PIPE, text=True, check=False)
    os.close(keyboard)
    os.close(screen)
    assert (ran.returncode, "--output" in ran.stderr) == (2, True)


def test_zones_are_imported_in_any_format_in_parts_and_exported_again(regulator: Terminal, tmp_path: Path) -> None:
    for name, accepted in (("zones.ed318.json", 3), ("zones.ed269.json", 2), ("zones.shapes.geojson", 4)):
        assert regulator.read("zones", "import", str(EXAMPLES / name))["accepted"] == accepted
    document = json.loads((EXAMPLES / "zones.ed318.json").read_text())
    school = document["features"][0]
    many = [{**school, "properties": {**school["properties"], "identifier": f"P{i:04}"}} for i in range(1_201)]
    many[700] = {**school, "geometry": None}
    file = tmp_path / "many.json"
    file.write_text(json.dumps({**document, "features": many}))
    report = regulator.read("zones", "import", str(file))
    assert report["accepted"] == 1_200
    assert [(error["index"], error["field"]) for error in report["errors"]] == [(700, "geometry")]
    strict = regulator.type("zones", "import", str(file), "--strict")
    assert (strict.exit_code, "features.700.geometry" in strict.stderr) == (1, True)
    out = tmp_path / "zones.json"
    assert regulator.type("zones", "export", "--format", "ed269", "--output", str(out)).exit_code == 0
    again = regulator.read("zones", "import", str(out), "--format", "ed269")
    assert (again["accepted"], again["errors"]) == (0, [])
    assert again["unchanged"] >= 1_209


def test_a_site_moves_on(planner: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "sites.csv"
    file.write_text("site_id,name,kind,lng,lat\nmoved-1,甲,nest,114.31,30.51\n", encoding="utf-8")
    assert planner.read("sites", "import", str(file))["created"] == 1
    approved = planner.read("sites", "move", "moved-1", "approve", "--reason", "批复 1")
    assert approved["state"] == "approved"
    assert "moved-1 is commissioned" in planner.type("sites", "move", "moved-1", "commission").stdout
    back = planner.type("sites", "move", "moved-1", "construct")
    assert (back.exit_code, "cannot go from commissioned" in back.stderr) == (1, True)
    undated = planner.type("sites", "move", "moved-1", "retire", "--since", "yesterday")
    assert (undated.exit_code, "effective_at" in undated.stderr) == (1, True)
    assert planner.type("sites", "move", "../zones", "retire").exit_code == 1
    assert planner.type("sites", "move", "moved-1", "blow-up").exit_code == 2


def test_what_a_zone_or_a_closing_touches_is_shown_before_and_after(
    operator: Terminal, regulator: Terminal, planner: Terminal, flight: Any, tmp_path: Path
) -> None:
    file = tmp_path / "sites.csv"
    file.write_text(
        "site_id,name,kind,lng,lat,state\ntouched-1,乙,vertiport,114.36,30.41,commissioned\n", encoding="utf-8"
    )
    assert planner.read("sites", "import", str(file))["created"] == 1
    there = {"site_id": "touched-1"}
    asked = {**intent(at=tomorrow(5), lat=30.41, lng=114.36), "departure": there}
    filed = ("file", flight(**asked), "--key", "touched")
    eventually(lambda: operator.read(*filed)["state"] == "approved")  # once the site is known
    plan_id = operator.read(*filed)["plan_id"]

    shown = regulator.type("sites", "impact", "touched-1", "--reason", "检修")
    assert (shown.exit_code, plan_id in shown.stdout, "1 plans, of 1 the outcome is another" in shown.stdout) == (
        0,
        True,
        True,
    ), shown.output
    assert regulator.read("sites", "impact", "touched-1", "--kind", "closed")["count"] == 1
    at_night = ("--starts-at", tomorrow_at(20), "--ends-at", tomorrow_at(21))
    assert "nothing is touched" in regulator.type("sites", "impact", "touched-1", *at_night).stdout
    backwards = regulator.type(
        "sites", "impact", "touched-1", "--starts-at", tomorrow_at(2), "--ends-at", tomorrow_at(1)
    )
    assert (backwards.exit_code, "ends_at: must be after" in backwards.stderr) == (1, True), backwards.stderr
    assert "nothing is touched" in regulator.type("sites", "hits", "touched-1").stdout
    counted = planner.type("sites", "impact", "touched-1")
    assert (plan_id in counted.stdout, "1 plans" in counted.stdout) == (False, True), counted.stdout
    assert operator.type("sites", "impact", "touched-1").exit_code == 1

    zone = {
        "zone_id": "touching",
        "name": "演练二",
        "kind": "prohibited",
        "restriction": "PROHIBITED",
        "outline": {"type": "Circle", "center": [114.36, 30.41], "radius_m": 300},
        "authority": "示例",
    }
    drafted = json.dumps(zone)
    previewed = regulator.type("zones", "impact", "-", stdin=drafted)
    assert (previewed.exit_code, plan_id in previewed.stdout, "演练二" in previewed.stdout) == (0, True, True)
    assert "1 sites, of 1 the outcome is another" in previewed.stdout
    assert regulator.type("zones", "publish", "-", stdin=drafted).exit_code == 0
    eventually(lambda: plan_id in regulator.type("zones", "hits", "touching").stdout)
    assert regulator.read("zones", "hits", "touching")["changed"]["plans"] == 1
    withdrawn = regulator.type("zones", "withdraw", "touching", "--reason", "演练结束")
    assert (withdrawn.exit_code, "withdrawn" in withdrawn.stdout) == (0, True)
    listed = regulator.type("zones", "versions", "touching").stdout
    assert ("空管/" in listed, "演练结束" in listed, listed.count("in_force"), listed.count("withdrawn")) == (
        True,
        True,
        1,
        1,
    ), listed
    for unknown in (("zones", "hits"), ("zones", "versions"), ("zones", "withdraw"), ("sites", "hits")):
        assert regulator.type(*unknown, "nowhere").exit_code == 1


def test_scenarios_are_started_followed_compared_and_adopted(planner: Terminal, operator: Terminal) -> None:
    more = json.dumps({"spacing_m": 12_000, "unit_cost_cny": 500_000, "time_limit_s": 15})
    words = ("sites", "scenario", "start")
    started = planner.type(*words, "甲案", "--model", "mclp", "--new-sites", "3", "--more", "-", stdin=more)
    assert started.exit_code == 0, started.output
    assert "solved" in started.stdout
    assert "3 new sites" in started.stdout
    a = planner.read("sites", "scenario", "list", "--limit", "1")[0]["scenario_id"]
    asked = ("乙案", "--model", "mclp", "--new-sites", "5", "--minutes", "6", "--more", "-", "--no-watch")
    queued = planner.type("--json", *words, *asked, stdin=more)
    b = json.loads(queued.stdout)["scenario_id"]
    assert "solved" in planner.type("sites", "scenario", "watch", b).stdout
    compared = planner.type("sites", "scenario", "compare", a, b)
    assert compared.exit_code == 0, compared.output
    assert "甲案" in compared.stdout
    assert "CNY a person" in compared.stdout
    adopted = planner.type("sites", "scenario", "adopt", a)
    assert "3 sites proposed, 3 of them new" in adopted.stdout, adopted.output
    assert len(planner.read("sites", "list", "--state", "proposed", "--limit", "500")) >= 3
    assert "0 of them new" in planner.type("sites", "scenario", "adopt", a).stdout
    long = json.dumps({"spacing_m": 1_500, "time_limit_s": 600})
    running = planner.type(
        "--json", *words, "丙案", "--model", "mclp", "--new-sites", "300", "--more", "-", "--no-watch", stdin=long
    )
    c = json.loads(running.stdout)["scenario_id"]
    assert "cancelled" in planner.type("sites", "scenario", "cancel", c).stdout
    failed = planner.type(*words, "丁案", "--model", "lscp", "--radius-m", "10", "--more", "-", stdin=more)
    assert failed.exit_code == 1
    assert "failed" in failed.stdout
    assert operator.type("sites", "scenario", "list").exit_code == 1


def test_a_layer_of_demand_is_imported_covered_and_forgotten(planner: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "depots.csv"
    file.write_text("lng,lat,weight\n114.30,30.60,5\n114.31,30.60,x\n")
    imported = planner.type("demand", "import", "depots", str(file))
    assert imported.exit_code == 1
    assert "1 points that weigh 5" in imported.stdout
    assert "row 3 weight" in imported.stderr
    assert {each["layer"] for each in planner.read("demand", "list")} >= {"population", "towns", "depots"}
    assert planner.read("coverage", "--layer", "depots", "--minutes", "4")["properties"]["population"] == 5
    assert planner.type("demand", "forget", "depots").exit_code == 0
    assert planner.type("demand", "forget", "depots").exit_code == 1
    assert planner.type("demand", "import", "depots", str(tmp_path / "depots.doc")).exit_code == 2
