"""The committed facts about Wuhan hang together, and derived files are what their makers make today."""

import json
import shutil
from pathlib import Path

import pytest
import shapely
from pyproj import Geod
from shapely.geometry import shape

from city.wuhan.build_zones import dump, zones
from services.sites.domain.demand import spread
from shared.city import CityProfile, load_city
from shared.city.census import apportion
from shared.contracts.airspace import ZoneSpec
from shared.contracts.codec import adapter
from shared.flight import AircraftClass

FOLDER = Path(__file__).resolve().parents[3] / "city" / "wuhan"


@pytest.fixture(scope="module")
def wuhan() -> CityProfile:
    """The city."""
    return load_city(FOLDER)


def test_the_districts_are_a_coverage_with_ground_and_people(wuhan: CityProfile) -> None:
    assert len(wuhan.districts) == 13
    assert shapely.coverage_is_valid([district.polygon for district in wuhan.districts])
    area_km2 = sum(abs(Geod(ellps="WGS84").geometry_area_perimeter(d.polygon)[0]) / 1e6 for d in wuhan.districts)
    assert area_km2 == pytest.approx(8_569.15, rel=0.001)
    ground = {district.name.zh: (district.ground_min_m, district.ground_max_m) for district in wuhan.districts}
    assert ground.pop("黄陂区") == (10.0, 874.0)
    assert ground.pop("新洲区") == (10.0, 700.0)
    assert set(ground.values()) == {(10.0, 300.0)}


def test_everybody_of_the_census_lives_somewhere(wuhan: CityProfile) -> None:
    people = {district.name.zh: district.population for district in wuhan.districts}
    assert sum(people.values()) == sum(unit.population for unit in wuhan.census.units) == 12_326_518
    assert people["江汉区"] == 647_932  # a group of its own: nobody else is put there
    assert people["洪山区"] + people["江夏区"] == 3_759_833
    assert people["汉阳区"] + people["蔡甸区"] + people["汉南区"] == 1_872_984


def test_parts_sum_to_the_whole() -> None:
    assert apportion(10, {"a": 1.0, "b": 1.0, "c": 1.0}) == {"a": 4, "b": 3, "c": 3}
    assert sum(apportion(336_235, {"a": 94.4, "b": 939.4, "c": 241.6}).values()) == 336_235


def test_a_position_has_one_district_or_none(wuhan: CityProfile) -> None:
    found = wuhan.district_at(114.2605, 30.6120)
    assert found is not None
    assert found.name.zh == "江汉区"
    assert wuhan.district_at(112.2, 30.3) is None


def test_demand_is_the_same_each_time_and_moves_nobody(wuhan: CityProfile) -> None:
    points = spread(wuhan.districts, 1_000.0, wuhan.centre[1])
    assert points == spread(wuhan.districts, 1_000.0, wuhan.centre[1])
    for district in wuhan.districts:
        inside = [point for point in points if point.adcode == district.adcode]
        assert sum(point.population for point in inside) == pytest.approx(district.population)
        assert all(district.dry.covers(shapely.Point(point.lng, point.lat)) for point in inside)


def test_a_district_too_small_for_the_grid_keeps_its_people(wuhan: CityProfile) -> None:
    points = spread(wuhan.districts[:1], 500_000.0, wuhan.centre[1])
    assert [point.population for point in points] == [wuhan.districts[0].population]


def test_the_zones_are_what_their_maker_makes_and_what_airspace_takes(wuhan: CityProfile) -> None:
    assert wuhan.zones_file.read_text(encoding="utf-8") == dump(zones())
    features = {feature["id"]: feature for feature in json.loads(wuhan.zones_file.read_bytes())["features"]}
    for zone_id, feature in features.items():
        properties = dict(feature["properties"])
        assert properties.pop("zone_id") == zone_id
        adapter(ZoneSpec).validate_json(json.dumps({**properties, "outline": feature["geometry"]}), strict=True)
        assert shape(feature["geometry"]).is_valid
    everywhere = shape(features["cn-761-120m"]["geometry"])
    assert all(everywhere.contains(district.polygon) for district in wuhan.districts)
    assert features["cn-761-120m"]["properties"]["lower"] == {"value_m": 120.0, "reference": "AGL"}
    clearance = shape(features["zhhh-clearance"]["geometry"])
    area_km2 = abs(Geod(ellps="WGS84").geometry_area_perimeter(clearance)[0]) / 1e6
    assert area_km2 == pytest.approx(980.5, abs=0.5)
    assert clearance.contains(shapely.Point(114.208, 30.7838))


def test_every_target_has_its_source_and_the_shares_add_up(wuhan: CityProfile) -> None:
    assert {target.source for target in wuhan.targets} == set(wuhan.target_sources)
    assert len({target.target_id for target in wuhan.targets}) == len(wuhan.targets) == 9
    adcodes = {district.adcode for district in wuhan.districts}
    for target in wuhan.targets:
        if target.shares:
            assert sum(share.number for share in target.shares) == target.number
        assert all(share.adcode in adcodes or share.unit for share in target.shares)
    assert [target.number for target in wuhan.targets if target.headline] == [1000, 10, 1000]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ('scenario_id = "medical"', "stands twice"),
        ('scenario_id = "x"\nfamily = "medical"', "family medical is none"),
        ('scenario_id = "x"', "anything else has one"),
        ('scenario_id = "x"\nfamily = "logistics"\nsource = "hearsay"', "hearsay is not among the sources"),
    ],
)
def test_a_dictionary_that_does_not_hang_together_is_refused(changed: str, says: str, tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "city", ignore=shutil.ignore_patterns("demo", "*.py"))
    source = "" if "source" in changed else 'source = "plan_2025"\n'
    entry = f'\n[[entries]]\n{changed}\nlevel = "scenario"\n{source}name = {{ zh = "某", en = "some" }}\n'
    with (tmp_path / "city" / "route_scenarios.toml").open("a", encoding="utf-8") as file:
        file.write(entry)
    with pytest.raises(ValueError, match=f"route_scenarios.toml: .*(?s:.*){says}"):
        load_city(tmp_path / "city")


def test_the_profile_says_every_class(wuhan: CityProfile) -> None:
    assert set(wuhan.flight_rules.tolerances) == set(AircraftClass)
    assert (wuhan.geoid_min_m, wuhan.geoid_max_m) == (-15.0, -11.7)
    west, south, east, north = wuhan.bounds
    assert shapely.box(west, south, east, north).contains(shapely.union_all([d.polygon for d in wuhan.districts]))


def test_a_broken_profile_names_its_file(wuhan: CityProfile, tmp_path: Path) -> None:
    for file in FOLDER.iterdir():
        if file.suffix in (".toml", ".json", ".geojson"):
            (tmp_path / file.name).write_bytes(file.read_bytes())
    profile = tmp_path / "profile.toml"
    profile.write_text(
        profile.read_text(encoding="utf-8").replace("slice_s = 30.0", "slice_s = -1.0"), encoding="utf-8"
    )
    with pytest.raises(ValueError, match=r"profile\.toml"):
        load_city(tmp_path)
