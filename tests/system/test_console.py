"""The console in a real Chromium on the real platform: what operators, regulators and planners do there, and no errors.

Screenshots are kept in build/screenshots/.
"""

import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect

from shared.auth import Role, load_issuer
from shared.settings import Profile, Settings
from tests.conftest import FreshDatabase
from tests.system import world
from tests.system.chromium import ROOT, Screen, Visitor, screen
from tests.system.platform import ALL, Platform, Process, environment_of, ok, running

pytestmark = pytest.mark.browser

LNG, LAT = world.CENTER


@pytest.fixture(scope="module")
def platform(fresh_database: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """One platform for the module: each test has its own operator, and its own part of the city to fly in."""
    with fresh_database() as url, running(url, "log://", tmp_path_factory.mktemp("platform"), [ALL]) as platform:
        yield platform


def file(operator: httpx.Client, intent: dict[str, Any]) -> dict[str, Any]:
    """File a plan by the API and wait for its decision."""
    headers = {"prefer": "wait=20", "idempotency-key": str(uuid.uuid4())}
    plan: dict[str, Any] = ok(operator.post("/flight-plans", json=intent, headers=headers))
    return plan


def register(planner: httpx.Client, site_id: str, state: str = "commissioned", **more: Any) -> None:
    """A nest in some state."""
    ok(planner.post("/sites", json={"site_id": site_id, "state": state, **world.site(**more)}))


def test_operator_files_a_plan_and_reads_its_refusal(platform: Platform, visitor: Visitor) -> None:
    regulator, planner = platform.client("regulator", "authority"), platform.client("planner", "fgw")
    ok(regulator.post("/zones", json=world.circle_zone(name="东湖赛事临时管制", article="条例第二十条")))
    west, east = world.east(LNG, -1200), world.east(LNG, 1200)
    register(planner, "NEST-W", name="西岸机巢", lng=west)
    register(planner, "NEST-E", name="东岸机巢", lng=east)

    page = visitor("operator", "alpha")
    page.look_at(LNG, LAT)
    page.click_map(west, LAT)
    page.click_map(LNG, world.north(LAT, 150))
    page.click_map(east, LAT)
    points = page.at("path-points")
    expect(points).to_contain_text("西岸机巢")  # a click near a site in use takes the site
    expect(points).to_contain_text("东岸机巢")

    page.at("check").click()
    expect(page.at("answer")).to_have_attribute("data-outcome", "refused")
    finding = page.at("finding").first
    expect(finding).to_have_attribute("data-code", "zone_prohibited")
    expect(finding).to_contain_text("东湖赛事临时管制")
    expect(finding).to_contain_text("条例第二十条")
    finding.hover()
    page.keep("operator-check")
    operator = platform.client("operator", "alpha")
    assert ok(operator.get("/flight-plans"))["items"] == []  # asking files nothing

    page.at("file").click()
    expect(page.at("plan-detail")).to_have_attribute("data-state", "refused")
    expect(page.at("plan-detail")).to_contain_text("预审不通过")
    expect(page.at("plan-detail").get_by_test_id("finding").first).to_contain_text("东湖赛事临时管制")
    expect(page.at("history").locator("li")).to_have_count(2)
    page.keep("operator-refusal")

    (plan,) = ok(operator.get("/flight-plans"))["items"]
    assert plan["state"] == "refused"
    assert (plan["intent"]["departure"]["site_id"], plan["intent"]["arrival"]["site_id"]) == ("NEST-W", "NEST-E")
    assert plan["assessment"]["findings"][0]["name"] == "东湖赛事临时管制"
    page.at("language").click()
    expect(page.at("plan-detail")).to_contain_text("Pre-review failed")


def test_operator_moves_and_withdraws_by_keyboard(platform: Platform, visitor: Visitor) -> None:
    lat = LAT + 0.03
    page = visitor("operator", "beta")
    for point in (f"{LNG}, {lat}", f"{world.east(LNG, 900)}, {lat}"):
        page.at("typed-point").fill(point)
        page.at("typed-point").press("Enter")
    page.page.get_by_text("特殊情形与许可").press("Enter")
    page.page.get_by_label("经基站或互联网中继飞行").press("Space")
    page.at("file").press("Enter")
    expect(page.at("plan-detail")).to_have_attribute("data-state", "approved")
    first = page.at("plan-detail").get_by_text("第 2 稿")
    expect(first).to_have_count(0)

    page.at("move").press("Enter")
    later = page.at("move-to").input_value().replace("T10:", "T11:")
    page.at("move-to").fill(later)
    page.at("move-confirm").press("Enter")
    expect(page.at("plan-detail").get_by_text("第 2 稿")).to_be_visible()
    expect(page.at("plan-detail")).to_contain_text("11:")

    page.at("withdraw").press("Enter")
    page.at("withdraw-confirm").press("Enter")
    expect(page.at("plan-detail")).to_have_attribute("data-state", "withdrawn")
    (plan,) = ok(platform.client("operator", "beta").get("/flight-plans"))["items"]
    assert (plan["state"], plan["revision"]) == ("withdrawn", 2)


def test_operator_moves_a_flight_in_the_air_and_ends_it(platform: Platform, visitor: Visitor) -> None:
    operator = platform.client("operator", "theta")
    plan = file(operator, world.intent(at=datetime.now(UTC) + timedelta(seconds=30), lat=LAT + 0.12))
    ok(operator.post(f"/flight-plans/{plan['plan_id']}/activate"))
    page = visitor("operator", "theta")
    page.at("operator-mine").click()
    page.at("plan-row").click()
    expect(page.at("plan-detail")).to_have_attribute("data-state", "activated")
    expect(page.at("withdraw")).to_have_count(0)
    page.at("move").click()
    later = datetime.fromisoformat(plan["intent"]["departs_at"]) + timedelta(hours=8, seconds=20)
    page.at("move-to").fill(later.strftime("%Y-%m-%dT%H:%M:%S"))
    page.at("move-confirm").click()
    expect(page.at("plan-detail").get_by_text("第 2 稿")).to_be_visible()
    page.at("end").click()
    expect(page.at("plan-detail")).to_have_attribute("data-state", "ended")


def test_a_page_loaded_anew_is_still_everybodys(platform: Platform, visitor: Visitor) -> None:
    page = visitor("operator", "zeta")
    page.page.reload()
    expect(page.at("tab-planner")).to_be_visible()
    expect(page.at("persona")).to_have_value("zeta")
    # a token that ran out, or another demo's: replaced without a question
    page.page.evaluate("sessionStorage['tianyuan.token'] = sessionStorage['tianyuan.token'].replace(/[^.]+$/, 'x')")
    page.page.reload()
    expect(page.at("persona")).to_have_value("zeta")
    expect(page.at("live")).to_have_attribute("data-state", "open")
    expect(page.at("gate")).to_have_count(0)
    page.errors.clear()  # the 401s were asked for


def test_a_problem_is_told_in_the_language_of_the_page(platform: Platform, visitor: Visitor) -> None:
    page = visitor("operator", "zeta")
    page.page.evaluate("crypto.randomUUID = undefined")  # as on a page that came without TLS from another machine
    for point in (f"{LNG}, {LAT + 0.15}", f"{world.east(LNG, 900)}, {LAT + 0.15}"):
        page.at("typed-point").fill(point)
        page.at("typed-point").press("Enter")
    page.at("departs-at").fill("2020-01-01T10:00")
    page.at("file").click()
    expect(page.at("problem")).to_contain_text("起飞时间已过")
    page.at("language").click()
    expect(page.at("problem")).to_contain_text("Departure in past")
    page.errors.clear()  # the 422 was asked for


def test_operator_takes_the_nearest_legal_flight(platform: Platform, visitor: Visitor) -> None:
    lat = LAT + 0.12
    zone = world.circle_zone(lat=lat, radius_m=200, name="小学周边")
    ok(platform.client("regulator", "authority").post("/zones", json=zone))
    page = visitor("operator", "epsilon")
    for point in (f"{world.east(LNG, -1500)}, {lat}", f"{world.east(LNG, 1500)}, {lat}"):
        page.at("typed-point").fill(point)
        page.at("add-point").click()
    page.at("check").click()
    expect(page.at("answer")).to_have_attribute("data-outcome", "refused")
    page.at("alternatives").hover()
    page.keep("operator-alternatives")
    page.at("take").first.click()
    expect(page.at("answer")).to_have_attribute("data-outcome", "not_required")
    page.at("file").click()
    expect(page.at("plan-detail")).to_have_attribute("data-state", "not_required")


def test_published_zone_changes_an_approved_plan_on_the_open_page(platform: Platform, visitor: Visitor) -> None:
    lat = LAT + 0.06
    operator = platform.client("operator", "gamma")
    plan = file(operator, world.intent(at=world.tomorrow(), lat=lat))
    assert plan["state"] == "approved"

    watched = visitor("operator", "gamma")
    watched.at("operator-mine").click()
    watched.at("plan-row").click()
    expect(watched.at("plan-detail")).to_have_attribute("data-state", "approved")

    page = visitor("regulator", "authority")
    page.at("regulator-zones").click()
    page.at("new-zone").click()
    page.look_at(LNG, lat)
    page.click_map(LNG, lat)
    page.click_map(world.east(LNG, 500), lat)
    assert 480 <= float(page.at("zone-radius").input_value()) <= 520
    page.at("zone-publish").click()
    expect(page.at("zone-name")).to_be_focused()  # what is missing comes into view
    page.at("zone-name").fill("长江大桥安全演练")
    page.at("zone-upper").fill("300")
    page.at("zone-impact").click()
    expect(page.at("impact-plans")).to_contain_text("1")
    expect(page.at("hit").first).to_contain_text("预审不通过")
    page.keep("regulator-impact")
    page.at("zone-publish").click()
    expect(page.at("zone-row").filter(has_text="长江大桥安全演练")).to_be_visible()
    expect(page.at("zone-done")).to_contain_text("已发布")

    # nobody touched the operator's page
    expect(watched.at("plan-detail")).to_have_attribute("data-state", "refused")
    expect(watched.at("plan-detail").get_by_test_id("finding").first).to_contain_text("长江大桥安全演练")
    expect(watched.at("history").locator("li")).to_have_count(3)
    watched.shows("zones")
    watched.keep("operator-plan-changed")

    # and withdrawing the zone shows in the list; a refusal stays one
    page.at("zone-row").filter(has_text="长江大桥安全演练").click()
    page.at("withdraw-zone").click()
    page.at("withdraw-zone-confirm").click()
    expect(page.at("zone-row").filter(has_text="长江大桥安全演练")).to_have_count(0)
    page.at("regulator-traffic").click()  # what came while another part was in front is there
    expect(page.at("feed")).to_contain_text("发布空域 长江大桥安全演练")


def test_regulator_rules_a_waiting_plan(platform: Platform, visitor: Visitor) -> None:
    lat = LAT + 0.09
    regulator, operator = platform.client("regulator", "authority"), platform.client("operator", "delta")
    ok(regulator.post("/zones", json=world.circle_zone(lat=lat, restriction="REQ_AUTHORIZATION", name="水厂周边")))
    page = visitor("regulator", "authority")
    plan = file(operator, world.intent(at=world.tomorrow(), lat=lat))
    assert plan["state"] == "awaiting"

    expect(page.at("feed").locator("li").first).to_be_visible()  # the stream brought it to the open page
    page.at("regulator-queue").click()
    page.at("plan-row").click()
    page.at("approve").click()
    expect(page.page.get_by_text("请写明理由")).to_be_visible()
    page.at("ruling-reason").fill("空管批复〔2026〕17 号")
    page.keep("regulator-ruling")
    page.at("approve").click()
    expect(page.at("plan-detail")).to_have_attribute("data-state", "approved")
    ruled = ok(operator.get(f"/flight-plans/{plan['plan_id']}"))
    assert (ruled["state"], ruled["ruling"]["reason"]) == ("approved", "空管批复〔2026〕17 号")


def test_planner_reads_the_numbers_of_the_api(platform: Platform, visitor: Visitor) -> None:
    planner = platform.client("planner", "fgw")
    states = ("commissioned", "commissioned", "under_construction", "approved", "proposed")
    for number, state in enumerate(states):
        register(planner, f"S-{number}", state, name=f"机巢{number}", lng=world.east(LNG, number * 700), lat=LAT - 0.1)
    page = visitor("planner", "fgw")
    _board_equals(page, planner)

    # another site comes into use while the board is open
    ok(planner.post("/sites/S-2/commission", json={"reason": "验收通过"}))
    in_use = ok(planner.get("/progress"))["total"]["sites_in_use"]
    expect(page.at("target-sites").get_by_test_id("in-use")).to_have_text(str(in_use))
    _board_equals(page, planner)
    page.keep("planner-board")

    page.at("target-sites").get_by_test_id("why").click()
    (left_out,) = ok(planner.get("/progress/sites", params={"counts": "false"}))["items"]
    expect(page.at("why-list")).to_contain_text(left_out["name"])
    expect(page.at("why-list")).to_contain_text(left_out["reason"]["zh"])

    page.at("planner-coverage").click()
    page.at("radius").select_option("2000")
    coverage = ok(planner.get("/coverage", params={"radius_m": 2000}))
    expect(page.at("city-share")).to_have_text(f"{coverage['properties']['share'] * 100:.1f} %")
    assert _table(page, "coverage-table") == {
        row["name"]["zh"]: [f"{row['population']:,}", f"{row['served']:,}", f"{row['share'] * 100:.1f} %"]
        for row in (feature["properties"] for feature in coverage["features"])
    }
    page.at("radius").select_option("m5")
    page.at("fold").select_option("2")
    page.at("coverage-kind").select_option("nest")
    twice = ok(planner.get("/coverage", params={"minutes": 5, "k": 2, "kind": "nest"}))
    expect(page.at("city-share")).to_have_text(f"{twice['properties']['share'] * 100:.1f} %")
    page.keep("planner-coverage")
    page.at("planner-sites").click()
    page.at("site-state").select_option("proposed")
    expect(page.at("site-row")).to_have_count(1)


def _board_equals(page: Screen, planner: httpx.Client) -> None:
    progress = ok(planner.get("/progress"))
    for entry in progress["targets"]:
        if entry["target"]["headline"]:
            shown = page.at(f"target-{entry['target']['target_id']}").get_by_test_id("target-count")
            expect(shown).to_have_text(f"{entry['count']:,}")
    fields = ("sites_laid_out", "sites_in_use", "commercial_routes", "governance_routes")
    assert _table(page, "district-table") == {
        **{row["name"]["zh"]: [str(row["tally"][name]) for name in fields] for row in progress["districts"]},
        "合计": [str(progress["total"][name]) for name in fields],
    }


def _table(page: Screen, test_id: str) -> dict[str, list[str]]:
    """The rows of a table by their heads."""
    rows = page.at(test_id).locator("tbody tr, tfoot tr").all()
    return {row.locator("th").inner_text(): row.locator("td").all_inner_texts() for row in rows}


def test_production_asks_for_a_token_and_never_writes_it_into_the_address(
    database_url: str, tmp_path: Path, browser: Browser
) -> None:
    made = Settings(database_url=database_url, profile=Profile.TEST, issuer_key=tmp_path / "elsewhere.jwk")
    identity = load_issuer(made)  # stands for the city's own identity system
    (tmp_path / "jwks.json").write_text(str(identity.keys.as_dict(private=False)).replace("'", '"'))
    settings = environment_of(database_url, "log://", tmp_path)
    production = Process(
        ALL, {**settings, "PROFILE": "production", "JWKS": str(tmp_path / "jwks.json")}, tmp_path / "log"
    )
    production.start()
    try:
        production.ready()
        page = screen(browser)
        page.page.goto(production.url)
        expect(page.at("gate")).to_be_visible()
        page.keep_as_is("gate")
        page.at("gate-token").fill("nonsense")
        page.at("gate-enter").click()
        expect(page.page.get_by_text("这不是可识别的令牌")).to_be_visible()

        token = identity.token(Role.REGULATOR, "武汉市空管")
        page.at("gate-token").fill(token)
        page.at("gate-enter").click()
        expect(page.at("view-regulator")).to_be_visible()
        expect(page.at("tab-operator")).to_have_count(0)  # a view the token does not open
        assert token not in page.page.url

        # a token the platform no longer takes: the page asks again
        page.page.evaluate("sessionStorage.setItem('tianyuan.token', sessionStorage.getItem('tianyuan.token') + 'x')")
        page.page.reload()
        expect(page.at("gate")).to_be_visible()
        page.page.context.close()
    finally:
        production.stop()


def test_generated_types_are_those_of_the_api(tmp_path: Path) -> None:
    document, fresh = tmp_path / "openapi.json", tmp_path / "schema.d.ts"
    run(sys.executable, "-m", "services.openapi", str(document))
    options = ("--default-non-nullable", "false", "--output", str(fresh))
    run("infra/npm.sh", "exec", "--", "openapi-typescript", str(document), *options)
    committed = ROOT / "console" / "src" / "api" / "schema.d.ts"
    assert _types(fresh) == _types(committed), "the API changed: infra/npm.sh run types"


def _types(file: Path) -> str:
    """The types without the comments: a better sentence about a field changes no type."""
    return re.sub(r"\s*/\*\*.*?\*/", "", file.read_text(), flags=re.DOTALL)


def test_the_consoles_own_checks_pass() -> None:
    run("infra/npm.sh", "run", "check")
    run("infra/npm.sh", "run", "test")


def run(*command: str) -> None:
    """Run a command of the repository; fail with what it said."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
