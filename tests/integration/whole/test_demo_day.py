"""What was decided on the demo day comes out the same when it is made again from the log, by the command itself."""

import json
import os
from dataclasses import replace
from datetime import UTC, datetime

from city.wuhan.demo import load as loading
from city.wuhan.demo.world import demo_city, tomorrow
from shared.city import load_city
from shared.contracts.codec import encode_value
from tests.integration.whole.test_cli import Terminal
from tests.system.platform import Platform, ok

PLANS = int(os.environ.get("REPLAYED_PLANS", "100"))  # of the day's 1,000: those about noon, when most is flown


def test_every_decision_of_the_demo_day_comes_out_the_same_again(platform: Platform) -> None:
    city = load_city("city/wuhan")
    demo = demo_city(city, tomorrow(city, datetime.now(UTC)))
    by_time = sorted(demo.plans, key=lambda plan: plan.intent.departs_at)
    first = (len(by_time) - PLANS) // 2
    busiest = by_time[max(first, 0) :][:PLANS]
    url = platform.processes[0].url
    loading.load(loading.Platform(url), city, replace(demo, plans=busiest, routes=[]), lambda *_: None)
    regulator = Terminal(url).become("regulator", "空管局")

    found = regulator.read("replay", "plans")
    assert found["plans"] == len(busiest)
    assert found["decisions"] >= found["plans"]
    assert found["differing"] == []
    (one,) = regulator.read("plans", "--state", "refused", "--limit", "1")
    again = regulator.type("replay", "decision", one["plan_id"])
    assert again.exit_code == 0
    assert again.stdout.startswith("same")


def test_the_demo_loads_again_over_what_somebody_did_with_it(platform: Platform) -> None:
    city = load_city("city/wuhan")
    demo = demo_city(city, tomorrow(city, datetime.now(UTC)))
    routes = [route for route in demo.routes if route.opened][:3]
    few = replace(demo, plans=demo.plans[:3], routes=routes)
    at = loading.Platform(platform.processes[0].url)
    loading.load(at, city, few, lambda *_: None)
    planner, regulator = platform.client("planner", "demo-fgw"), platform.client("regulator", "demo-authority")
    service = platform.client("service", "another edition of the demo")

    def counts() -> tuple[int, int, int]:
        plans = ok(regulator.get("/flight-plans/counts"))
        return (
            sum(plans.values()),
            len(ok(regulator.get("/routes"))["items"]),
            ok(planner.get("/progress"))["demo_sites"],
        )

    before, gone = counts(), demo.sites[0].site_id
    ok(planner.post(f"/sites/{gone}/retire", json={"reason": "试"}))
    ok(planner.post(f"/routes/{routes[0].route_id}/suspend", json={"reason": "试"}))
    other = {"route_id": routes[1].route_id, "operator": routes[1].operator}
    renamed = replace(routes[1].spec, name="前一版")
    ok(service.post("/routes", json={**json.loads(encode_value(renamed)), **other}))
    regulator.delete(f"/zones/{demo.zones[0].zone_id}").raise_for_status()
    permission = ok(regulator.get("/authorizations"))["items"][0]["authorization_id"]
    ok(regulator.post(f"/authorizations/{permission}/withdraw", json={"reason": "试"}))

    loading.load(at, city, few, lambda *_: None)
    assert ok(planner.get(f"/sites/{gone}"))["state"] == "retired"
    assert counts() == before
