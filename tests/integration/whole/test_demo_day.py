"""What was decided on the demo day comes out the same when it is made again from the log, by the command itself."""

import os
from dataclasses import replace
from datetime import UTC, datetime

from city.wuhan.demo import load as loading
from city.wuhan.demo.world import demo_city, tomorrow
from shared.city import load_city
from tests.integration.whole.test_cli import Terminal
from tests.system.platform import Platform

PLANS = int(os.environ.get("REPLAYED_PLANS", "200"))  # of the day's 1,000: those about noon, when most is flown


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
