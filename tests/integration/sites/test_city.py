"""The city in PostGIS, and coverage: two computations that know nothing of each other agree."""

import json
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pyproj import Geod

from services.sites.usecases.city import load_places
from shared.contracts.sites import SiteUpdated
from tests.integration.sites.conftest import Caller, World, site

GEOD = Geod(ellps="WGS84")


def served(world: World, sites: list[tuple[float, float, float]]) -> dict[str, tuple[float, float]]:
    """People and people served by district, by geodesics from every demand point to every site."""
    rows = world.rows(
        "SELECT adcode, population, ST_X(position::geometry), ST_Y(position::geometry) FROM sites.demand_point"
    )
    adcodes = np.array([row[0] for row in rows])
    people, lng, lat = (np.array([row[column] for row in rows], dtype=float) for column in (1, 2, 3))
    within: NDArray[np.bool_] = np.zeros(len(rows), dtype=bool)
    for site_lng, site_lat, radius_m in sites:
        _, _, distance_m = GEOD.inv(np.full_like(lng, site_lng), np.full_like(lat, site_lat), lng, lat)
        within |= distance_m <= radius_m
    return {
        str(adcode): (people[adcodes == adcode].sum(), people[(adcodes == adcode) & within].sum())
        for adcode in np.unique(adcodes)
    }


def test_two_computations_of_coverage_agree(world: World, planner: Caller) -> None:
    random = np.random.default_rng(20260501)
    places = [
        (float(lng), float(lat))
        for lng, lat in zip(random.normal(114.3, 0.15, 30), random.normal(30.6, 0.15, 30), strict=True)
    ]
    radii: list[float | None] = [None, 800.0, 5_000.0, 12_000.0]
    for number, (lng, lat) in enumerate(places):
        kind = "nest" if number % 3 else "point"
        radius_m = radii[number % 4]
        state = "commissioned" if number % 5 else "suspended"
        planner.register(site(f"s{number}", lng=lng, lat=lat, kind=kind, state=state, service_radius_m=radius_m))
    used = [(number, *place) for number, place in enumerate(places) if number % 5]
    cases: list[tuple[dict[str, Any], list[tuple[float, float, float]]]] = [
        ({}, [(lng, lat, radii[number % 4] or 3_000.0) for number, lng, lat in used]),
        ({"radius_m": 2_500}, [(lng, lat, 2_500.0) for _, lng, lat in used]),
        ({"radius_m": 60_000}, [(lng, lat, 60_000.0) for _, lng, lat in used]),
        ({"radius_m": 1_500, "kind": "point"}, [(lng, lat, 1_500.0) for number, lng, lat in used if number % 3 == 0]),
    ]
    for question, sites in cases:
        answer = planner.read("/coverage", **question)
        expected = served(world, sites)
        assert len(answer["features"]) == 13
        assert answer["properties"]["sites"] == len(sites)
        for feature in answer["features"]:
            people, reached = expected[feature["id"]]
            assert feature["properties"]["population"] == pytest.approx(people, abs=1)
            assert feature["properties"]["served"] == pytest.approx(reached, abs=1), (question, feature["id"])
        assert answer["properties"]["population"] == 12_326_518
        assert answer["properties"]["share"] == pytest.approx(
            sum(reached for _, reached in expected.values()) / 12_326_518, abs=1e-5
        )


def test_coverage_is_kept_until_a_site_event_changes_it(world: World, planner: Caller) -> None:
    assert planner.read("/coverage")["properties"]["served"] == 0
    planner.register(site(state="commissioned"))
    first = planner.read("/coverage")
    assert first["properties"]["served"] > 0
    assert planner.read("/coverage") == first
    with world.service.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE sites.site SET state = 'suspended'")
    assert planner.read("/coverage") == first  # nobody said so: it was not computed again
    planner.register(site("far", lng=112.2, lat=30.3))
    assert planner.read("/coverage")["properties"]["served"] == 0
    for bad in ("0", "-1", "nan", "inf", "100001", "x"):
        assert planner.get("/coverage", radius_m=bad).status_code == 422


def test_demand_points_lie_on_land_in_their_district_and_hold_everybody(world: World) -> None:
    rows = world.rows("""
        SELECT p.adcode, count(*), sum(p.population), d.population,
               bool_and(ST_Covers(d.polygon, p.position::geometry))
          FROM sites.demand_point p JOIN sites.district d USING (adcode) GROUP BY 1, 4""")
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


def test_the_city_tells_what_a_map_needs(operator: Caller) -> None:
    city = operator.read("/city")
    assert city["name"] == {"zh": "武汉市", "en": "Wuhan"}
    assert city["population"] == 12_326_518
    assert city["approval_mode"] == "advisory"
    assert "© OpenStreetMap contributors" in " ".join(city["attributions"])
    for url in (city["districts_url"], city["water_url"], city["towns_url"]):
        answer = operator.get(url)
        assert answer.headers["content-type"] == "application/geo+json"
        assert json.loads(answer.content)["attribution"]
    assert operator.client.get("/city").status_code == 401
