"""The city in PostGIS: its districts, its demand, what a map needs of it."""

import json
from collections import Counter

import pytest

from services.sites.usecases.city import load_places
from shared.contracts.sites import SiteUpdated
from tests.integration.sites.conftest import Caller, World, site


def test_demand_points_lie_on_land_in_their_district_and_hold_everybody(world: World) -> None:
    rows = world.rows("""
        SELECT p.adcode, count(*), sum(p.population), d.population,
               bool_and(ST_Covers(d.polygon, p.position::geometry))
          FROM sites.demand_point p JOIN sites.district d USING (adcode)
         WHERE p.layer = 'population' GROUP BY 1, 4""")
    assert len(rows) == 13
    assert all(inside for *_, inside in rows)
    assert all(spread == pytest.approx(people) for _, _, spread, people, _ in rows)
    assert sum(people for *_, people, _ in rows) == 12_326_518
    assert min(number for _, number, *_ in rows) > 100  # 江汉, 28 km²


def test_the_city_is_loaded_once_a_version(world: World, planner: Caller) -> None:
    planner.register(site())
    database = world.service.database
    with database.transaction() as tx:
        assert not load_places(tx, world.city)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE sites.city_version SET version = 'old'")
        connection.exec_driver_sql("UPDATE sites.site SET district = '420117'")
    with database.transaction() as tx:
        assert load_places(tx, world.city)
    assert planner.read("/sites/s1")["district"] == "420103"
    last = world.events()[-1]
    assert isinstance(last, SiteUpdated)
    assert (last.district, last.position_changed) == ("420103", False)


def test_the_dictionary_of_scenarios_says_what_is_known_and_what_is_not(operator: Caller) -> None:
    tree = operator.read("/city")["route_scenarios"]
    named = Counter(entry["level"] for entry in tree["entries"])
    assert named == {"family": 4, "category": 6, "scenario": 14}
    government = tree["counts"][0]
    assert (government["categories"], government["scenarios"], government["confidence"]) == (10, 42, "official")
    assert {entry["confidence"] for entry in tree["entries"]} == {"official", "press"}
    assert all(entry["source"]["zh"] for entry in tree["entries"])
    assert "未见名录公开" in tree["note"]["zh"]


def test_the_city_tells_what_a_map_needs(operator: Caller) -> None:
    city = operator.read("/city")
    assert city["name"] == {"zh": "武汉市", "en": "Wuhan"}
    assert city["population"] == 12_326_518
    assert city["approval_mode"] == "advisory"
    assert "© OpenStreetMap contributors" in " ".join(city["attributions"])
    assert "© OpenStreetMap contributors" in city["map_attribution"]["zh"] != city["map_attribution"]["en"]
    for url in (city["districts_url"], city["water_url"], city["towns_url"]):
        answer = operator.get(url)
        assert answer.headers["content-type"] == "application/geo+json"
        assert json.loads(answer.content)["attribution"]
    assert operator.client.get("/city").status_code == 401
