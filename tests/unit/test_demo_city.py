"""The demo city: reproducible, labelled, in the numbers asked for, and plausible."""

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import pytest

from city.wuhan.demo.history import QUIET_DAYS, QUIET_UNITS
from city.wuhan.demo.load import CONFLICT_SHARE_LIMIT
from city.wuhan.demo.sites import DemoSite
from city.wuhan.demo.world import DemoCity, demo_city, tomorrow
from services.airspace.domain.assess import decide
from services.airspace.domain.subjects import Authorization, PlanRequest
from services.airspace.domain.zone_index import ZoneIndex
from services.airspace.domain.zones import zone
from services.sites.domain.life import FOLLOWS
from services.sites.files.columns import LIFE
from shared.city import CityProfile, load_city
from shared.contracts.airspace import ZoneKind
from shared.contracts.assessment import FindingCode
from shared.contracts.sites import SiteKind
from shared.flight import volumes_of_all
from shared.law import voluntary

DAY = date(2026, 11, 23)
QUIET = timedelta(days=QUIET_DAYS)


@pytest.fixture(scope="module")
def city() -> CityProfile:
    """Wuhan."""
    return load_city("city/wuhan")


@pytest.fixture(scope="module")
def demo(city: CityProfile) -> DemoCity:
    """Its demo day."""
    return demo_city(city, DAY)


def test_same_day_same_city(city: CityProfile, demo: DemoCity) -> None:
    assert demo_city(city, DAY) == demo


def test_another_day_keeps_the_city_and_changes_the_flights(city: CityProfile, demo: DemoCity) -> None:
    other = demo_city(city, DAY + timedelta(days=1))
    assert (other.sites, other.routes) == (demo.sites, demo.routes)
    assert not {plan.request_key for plan in other.plans} & {plan.request_key for plan in demo.plans}


def test_the_console_has_a_name_for_every_operator(demo: DemoCity) -> None:
    personas = (Path(__file__).parents[2] / "console" / "src" / "api" / "personas.ts").read_text()
    operators = {plan.operator for plan in demo.plans} | {route.operator for route in demo.routes}
    assert {one for one in operators if re.sub(r"survey-\d", "survey-${i + 1}", one) not in personas} == set()


def test_demo_day_is_tomorrow_in_the_citys_time(city: CityProfile) -> None:
    assert tomorrow(city, datetime(2026, 11, 22, 15, 59, tzinfo=UTC)) == DAY
    assert tomorrow(city, datetime(2026, 11, 22, 16, 0, tzinfo=UTC)) == DAY + timedelta(days=1)


def test_sites_in_the_numbers_asked_for(city: CityProfile, demo: DemoCity) -> None:
    used = [site for site in demo.sites if site.state.is_in_use]
    assert (len(used), len(demo.sites)) == (220, 620)
    nests = [site for site in used if site.spec.kind is SiteKind.NEST]
    high_tech = sum(site.spec.unit == "东湖高新区" for site in nests) / len(nests)
    assert 0.25 < high_tech < 0.45
    assert all(city.district_at(*site.place) for site in demo.sites)
    assert len({site.site_id for site in demo.sites}) == 620


def test_the_past_leads_to_the_present_in_dated_steps(city: CityProfile, demo: DemoCity) -> None:
    today = DAY - timedelta(days=1)
    sites: dict[str, DemoSite] = {site.site_id: site for site in demo.sites}
    assert set(demo.past.lives) == set(sites)
    for site_id, life in demo.past.lives.items():
        states = [LIFE[column] for column in sorted(life, key=lambda column: life[column])]
        assert len(set(life.values())) == len(life), "one state a day: their order is the life's"
        assert all(after in FOLLOWS[before] for before, after in pairwise(states)), site_id
        assert states[-1] is sites[site_id].state
        assert max(life.values()) <= today
    in_use = Counter(
        f"{life['commissioned_at']:%Y-%m}" for life in demo.past.lives.values() if "commissioned_at" in life
    )
    assert len(in_use) >= 12, "a burn-up wants a year of months"
    late = {sites[site_id].spec.unit for site_id, life in demo.past.lives.items() if today - max(life.values()) < QUIET}
    assert not late & set(QUIET_UNITS)
    for route in demo.routes:
        opening = demo.past.openings[route.route_id]
        ends = [demo.past.lives[spot.site_id] for spot in (route.spec.origin, route.spec.destination) if spot.site_id]
        assert max(life["commissioned_at"] for life in ends) <= opening.opened_on <= opening.ruled_on < today
    assert all(demo.past.lives[site_id]["commissioned_at"] <= day < today for site_id, day in demo.past.takeoffs)
    used = {site.site_id for site in demo.sites if site.state.is_in_use and site.spec.kind is SiteKind.NEST}
    flown = {site_id for site_id, _ in demo.past.takeoffs}
    assert flown < used, "some nests stand idle"


def test_everything_is_labelled_demo(demo: DemoCity) -> None:
    specs = [each.spec for each in [*demo.sites, *demo.zones, *demo.routes]] + demo.authorizations
    assert all(spec.demo for spec in specs)
    assert all(plan.request_key.startswith("demo-") for plan in demo.plans)


def test_protected_ground_of_all_eight_kinds(demo: DemoCity) -> None:
    kinds = {zone.spec.kind for zone in demo.zones}
    assert {kind for kind in ZoneKind if kind.startswith("controlled_")} - kinds == {ZoneKind.CONTROLLED_HEIGHT}


def test_a_thousand_plans_of_every_archetype(city: CityProfile, demo: DemoCity) -> None:
    assert len(demo.plans) == len({plan.request_key for plan in demo.plans}) == 1000
    often = Counter(plan.archetype for plan in demo.plans)
    assert often["patrol"] == 330
    assert sum(number for name, number in often.items() if name.startswith("difficult-")) == 20
    local = {plan.intent.departs_at.astimezone(city.timezone).date() for plan in demo.plans}
    assert local == {DAY}


def test_conflicts_are_plausible(city: CityProfile, demo: DemoCity) -> None:
    terrain = city.terrain()
    flights = volumes_of_all([plan.intent for plan in demo.plans], city.flight_rules, terrain)
    requests = [
        PlanRequest(
            plan_id=uuid5(NAMESPACE_URL, plan.request_key),
            revision=1,
            operator=plan.operator,
            priority=0,
            crewed=plan.intent.aircraft_class.is_crewed,
            voluntary=voluntary(plan.intent),
            volumes=flight,
        )
        for plan, flight in zip(demo.plans, flights, strict=True)
    ]
    zones = ZoneIndex(1, [zone(each.zone_id, 1, each.spec) for each in demo.zones])
    permits = [
        Authorization(authorization_id=uuid5(NAMESPACE_URL, spec.number), spec=spec) for spec in demo.authorizations
    ]
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    decisions = decide(requests, zones, [], permits, city.flight_rules, terrain, now)
    conflicts = sum(
        any(finding.code is FindingCode.PLAN_CONFLICT for finding in decision.assessment.findings)
        for decision in decisions
    )
    assert 0.01 < conflicts / len(requests) < CONFLICT_SHARE_LIMIT
