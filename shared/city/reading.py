"""`load_city` reads a profile folder: its TOML files, population.json and the GeoJSON files."""

import json
import tomllib
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import shapely
from pydantic import TypeAdapter
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from shared.city.census import Census, equal_area, settle
from shared.city.profile import CityProfile, District, Town
from shared.city.route_scenarios import RouteScenarios
from shared.city.settings import Profile
from shared.city.targets import TargetFile, Words

T = TypeVar("T")
_FILES = (
    "profile.toml",
    "targets.toml",
    "route_scenarios.toml",
    "population.json",
    "districts.geojson",
    "water.geojson",
    "towns.geojson",
)


def load_city(folder: Path | str) -> CityProfile:
    """Read and check a profile folder. Raises OSError or ValueError (with the file's name) where it is not usable."""
    folder = Path(folder)
    profile = _read(folder / "profile.toml", Profile)
    targets = _read(folder / "targets.toml", TargetFile)
    route_scenarios = _read(folder / "route_scenarios.toml", RouteScenarios)
    census = _read(folder / "population.json", Census)
    districts, water, towns = (_collection(folder / f"{name}.geojson") for name in ("districts", "water", "towns"))
    waters = tuple(shape(feature["geometry"]) for feature in water["features"])
    return CityProfile(
        folder=folder,
        version=_version(folder),
        name=Words(profile.name_zh, profile.name_en),
        province_zh=profile.province_zh,
        timezone=ZoneInfo(profile.timezone),
        centre=profile.centre,
        bounds=profile.bounds,
        approval_mode=profile.approval_mode,
        districts=_districts(districts["features"], waters, census),
        census=census,
        water=waters,
        towns=tuple(_town(feature) for feature in towns["features"]),
        geoid_min_m=profile.geoid.min_m,
        geoid_max_m=profile.geoid.max_m,
        flight_rules=profile.flight.rules(),
        take_offs=profile.take_offs,
        quota=profile.quota,
        service_radius_m=profile.coverage.service_radius_m,
        demand_spacing_m=profile.coverage.demand_spacing_m,
        dispatch=profile.coverage.dispatch,
        site_costs_cny=profile.site_costs_cny,
        targets=targets.targets,
        target_sources=targets.sources,
        route_scenarios=route_scenarios,
        attributions=tuple(each["attribution"] for each in (districts, water, towns)),
        map_attribution=_map_attribution(profile, [each["attribution"] for each in (districts, water)]),
    )


def _map_attribution(profile: Profile, of_files: Sequence[str]) -> Words:
    """As the profile says it; else as the files do, in the words they have."""
    in_full = " · ".join(dict.fromkeys(of_files))
    return Words(profile.map_attribution_zh or in_full, profile.map_attribution_en or in_full)


def _districts(
    features: Sequence[dict[str, Any]], water: Sequence[BaseGeometry], census: Census
) -> tuple[District, ...]:
    features = sorted(features, key=lambda feature: str(feature["properties"]["adcode"]))
    polygons = {feature["properties"]["adcode"]: _multi(shape(feature["geometry"])) for feature in features}
    wet = shapely.union_all(list(water))
    dry = {adcode: shapely.difference(polygon, wet) for adcode, polygon in polygons.items()}
    people = settle(census, {adcode: equal_area(land).area for adcode, land in dry.items()})
    return tuple(
        District(
            adcode=adcode,
            name=Words(properties["name_zh"], properties["name_en"]),
            polygon=polygons[adcode],
            dry=dry[adcode],
            ground_min_m=float(properties["ground_min_m"]),
            ground_max_m=float(properties["ground_max_m"]),
            population=people[adcode],
        )
        for properties in (feature["properties"] for feature in features)
        for adcode in (properties["adcode"],)
    )


def _town(feature: dict[str, Any]) -> Town:
    lng, lat = feature["geometry"]["coordinates"]
    return Town(name=str(feature["properties"]["name"]), lng=float(lng), lat=float(lat))


def _multi(geometry: BaseGeometry) -> shapely.MultiPolygon:
    if not geometry.is_valid:
        raise ValueError(f"districts.geojson: {shapely.is_valid_reason(geometry)}")
    if isinstance(geometry, shapely.Polygon):
        return shapely.MultiPolygon([geometry])
    if not isinstance(geometry, shapely.MultiPolygon):
        raise ValueError(f"districts.geojson: a district is a {geometry.geom_type}")
    return geometry


def _collection(file: Path) -> dict[str, Any]:  # GeoJSON as it stands
    collection: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return collection


def _read(file: Path, type_: type[T]) -> T:
    text = file.read_text(encoding="utf-8")
    raw = tomllib.loads(text) if file.suffix == ".toml" else json.loads(text)
    try:
        return TypeAdapter(type_).validate_python(raw)
    except ValueError as error:
        raise ValueError(f"{file.name}: {error}") from error


def _version(folder: Path) -> str:
    return sha256(b"".join((folder / name).read_bytes() for name in _FILES)).hexdigest()[:16]
