"""Another city by configuration: a made-up lake town in another country runs the whole story; nothing is Wuhan's."""

import io
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import docx
import httpx
import pytest
import shapely

from tests.conftest import FreshDatabase
from tests.system.platform import TOGETHER, Platform, running
from tests.waiting import eventually

SEEBURG = Path(__file__).parents[1] / "fixtures" / "seeburg"
ZURICH = ZoneInfo("Europe/Zurich")
CASTLE = shapely.box(8.44, 47.04, 8.47, 47.07)
MARKET = (8.565, 47.02)
WUHAN = re.compile(r"武汉|Wuhan|Shanghai|湖北|\b4201\d\d\b|天河")


@dataclass
class Town:
    """The platform as its people use it; every answer is kept."""

    platform: Platform
    heard: list[str] = field(default_factory=list)

    def somebody(self, role: str, org: str) -> httpx.Client:
        """A client whose answers are kept."""
        client = self.platform.client(role, org)
        client.event_hooks["response"].append(self._listen)
        return client

    def _listen(self, answer: httpx.Response) -> None:
        answer.read()
        if not answer.headers.get("content-type", "").startswith("application/vnd"):
            self.heard.append(answer.text)


@pytest.fixture(scope="module")
def town(fresh_database: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Seeburg."""
    folder = tmp_path_factory.mktemp("seeburg")
    with fresh_database() as url, running(url, "log://", folder, TOGETHER, city=SEEBURG) as platform:
        yield Town(platform)


def ok(answer: httpx.Response) -> Any:
    """The body of a 2xx answer."""
    assert answer.is_success, f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text}"
    return answer.json()


def local(hour: int) -> str:
    """That hour of the day after tomorrow on the town's clocks."""
    day = datetime.now(ZURICH).date() + timedelta(days=2)
    return datetime(day.year, day.month, day.day, hour, 30, tzinfo=ZURICH).isoformat()


def flight(at: str, lng: float, lat: float) -> dict[str, Any]:
    """A short hop to the east."""
    return {
        "departure": {"lng": lng, "lat": lat},
        "arrival": {"lng": lng + 0.005, "lat": lat},
        "departs_at": at,
        "aircraft_class": "light",
        "purpose": "patrol",
        "speed_mps": 12.0,
        "clawbacks": ["network_relay"],
        "path": [{"lng": lng, "lat": lat, "height_m": 60.0}, {"lng": lng + 0.005, "lat": lat, "height_m": 60.0}],
    }


def test_the_whole_story_in_another_city(town: Town) -> None:
    operator, planner = town.somebody("operator", "lakeair"), town.somebody("planner", "council")
    regulator = town.somebody("regulator", "tower")

    city = ok(planner.get("/city"))
    assert city["map_attribution"] == {"zh": "made up", "en": "made up"}, "as the files say, where the profile does not"
    assert (city["name"]["zh"], city["timezone"], city["population"]) == ("湖堡市", "Europe/Zurich", 65_000)
    assert [each["adcode"] for each in city["districts"]] == ["SB1", "SB2"]

    publish_zones(regulator)
    the_market_keeps_local_time(operator)
    site_ids = plan_sites(planner)
    build(planner, site_ids)
    fly_and_open_a_line(operator, planner, site_ids[0])
    report(planner)
    assert [text for text in town.heard if WUHAN.search(text)] == []


def publish_zones(regulator: httpx.Client) -> None:
    """The town's own file of zones."""
    content = (SEEBURG / "zones.geojson").read_bytes()
    answer = regulator.post("/zones/import", content=content, headers={"content-type": "application/geo+json"})
    assert ok(answer)["accepted"] == 2, answer.text


def the_market_keeps_local_time(operator: httpx.Client) -> None:
    """Closed from eight to ten by the town's clocks, whatever they show elsewhere."""
    for hour, outcome in ((9, "refused"), (2, "approved"), (15, "approved")):
        checked = ok(operator.post("/checks", json={"intent": flight(local(hour), *MARKET)}))
        assert checked["outcome"] == outcome, checked
        if outcome == "refused":
            assert "08:00" in str(checked["findings"]) or "09:" in str(checked["findings"])


def plan_sites(planner: httpx.Client) -> list[str]:
    """A scenario over the town's people, adopted: none of it is what airspace refuses."""
    asked = {
        "name": "第一批",
        "model": "mclp",
        "new_sites": 3,
        "spacing_m": 700,
        "time_limit_s": 10,
        "quotas": {"SB2": {"least": 1}},
    }
    scenario_id = ok(planner.post("/sites/solve", json=asked))["scenario_id"]
    view = eventually(
        lambda: (v := ok(planner.get(f"/scenarios/{scenario_id}")))["state"] == "solved" and v, timeout_s=60
    )
    assert view["inputs"]["people"] == pytest.approx(65_000)
    assert view["inputs"]["service_radius_m"] == 2_000
    assert view["price"]["cost_cny"] == 600_000
    places = [each["place"] for each in view["result"]["sites"]]
    assert not any(CASTLE.covers(shapely.Point(place["lng"], place["lat"])) for place in places)
    assert "SB2" in {place["district"] for place in places}
    site_ids: list[str] = ok(planner.post(f"/scenarios/{scenario_id}/propose"))["site_ids"]
    for site_id in site_ids:
        assessed = eventually(lambda s=site_id: ok(planner.get(f"/sites/{s}"))["assessment"], timeout_s=30)
        assert assessed["outcome"] == "approved", assessed
    return site_ids


def build(planner: httpx.Client, site_ids: list[str]) -> None:
    """In use they cover what the scenario promised, and count toward the town's target."""
    empty = ok(planner.get("/coverage"))["properties"]
    assert (empty["population"], empty["served"]) == (65_000, 0)
    lifted = {"add": [{key: ok(planner.get(f"/sites/{s}"))["spec"][key] for key in ("lng", "lat")} for s in site_ids]}
    promised = ok(planner.post("/coverage/what-if", json=lifted))
    for site_id in site_ids:
        for move in ("approve", "construct", "commission"):
            ok(planner.post(f"/sites/{site_id}/{move}", json={"reason": "决议 7"}))
    covered = ok(planner.get("/coverage"))["properties"]
    assert covered["served_by"] == promised["city"]["after"]["served_by"]
    assert covered["served"] > 5_000
    assert ok(planner.get("/coverage", params={"minutes": 5}))["properties"]["radius_m"] == 2_400
    board = ok(planner.get("/progress"))
    targets = {each["target"]["target_id"]: each for each in board["targets"]}
    assert set(targets) == {"pads", "lines"}
    assert targets["pads"]["count"] == len(site_ids)
    assert {each["name"]["en"] for each in board["districts"]} >= {"West Shore", "East Shore"}


def fly_and_open_a_line(operator: httpx.Client, planner: httpx.Client, site_id: str) -> None:
    """A plan from the site is decided; a line from it opens and counts."""
    spec = ok(planner.get(f"/sites/{site_id}"))["spec"]
    from_site = {"departure": {"site_id": site_id}, "arrival": {"site_id": site_id}}
    plan = flight(local(14), spec["lng"], spec["lat"]) | from_site
    key = {"prefer": "wait=20", "idempotency-key": str(uuid.uuid4())}
    filed = eventually(
        lambda: (a := operator.post("/flight-plans", json=plan, headers=key)).is_success and a, timeout_s=30
    )
    assert filed.json()["state"] == "approved", filed.text
    line = {
        "route_id": "L1",
        "operator": "lakeair",
        "name": "湖岸线",
        "origin": {"site_id": site_id},
        "destination": {"site_id": site_id},
        "path": [{"lng": spec["lng"], "lat": spec["lat"], "height_m": 60.0}],
        "aircraft_class": "light",
        "scenario": "shore",
    }
    assert planner.post("/routes", json={**line, "scenario": "governance"}).json()["field"] == "scenario"
    ok(planner.post("/routes", json=line))
    eventually(lambda: planner.post("/routes/L1/open", json={"reason": "决议 7"}).is_success, timeout_s=30)
    ok(planner.post("/routes/L1/classification", json={"route_class": "governance", "evidence": "决议 7"}))

    def counted() -> bool:
        targets = {each["target"]["target_id"]: each["count"] for each in ok(planner.get("/progress"))["targets"]}
        return bool(targets["lines"] == 1)

    eventually(counted, timeout_s=30)

    def told() -> bool:  # the history follows on its own
        families = ok(planner.get("/progress/breakdown", params={"by": "family"}))
        found = [(each["key"], each["name"], each["tally"]["governance_routes"]) for each in families]
        return bool(found == [("watch", "巡查", 1)])

    eventually(told, timeout_s=30)


def report(planner: httpx.Client) -> None:
    """The month's brief is the town's."""
    month = datetime.now(ZURICH).strftime("%Y-%m")
    brief = planner.get("/reports/monthly", params={"month": month, "format": "docx"})
    assert brief.is_success, brief.text
    document = docx.Document(io.BytesIO(brief.content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    text = "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)
    assert "湖堡市" in text
    assert "西岸" in text
    assert not WUHAN.search(text)
    assert "湖堡" in planner.get("/reports/monthly", params={"month": month, "format": "json"}).text
