"""The city as the platform knows it: profile, districts, water, towns."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from fastapi.responses import FileResponse

from services.sites.api.parts import Anyone, State
from shared.city import ApprovalMode, Confidence, RouteScenarios, ScenarioLevel, Words

router = APIRouter(tags=["city"])
GEOJSON = "application/geo+json"
_FILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {GEOJSON: {}}, "description": "A FeatureCollection with its attribution"}
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictView:
    """A district with the census people living inside."""

    adcode: str
    name: Words
    population: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteScenarioView:
    """What a route may be flown for, with where that is stated and how good the source is."""

    scenario_id: str
    level: ScenarioLevel
    name: Words
    family: str  # of a family its own id; under which family anything else falls is the platform's reading
    source: Words
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioCountView:
    """How many scenarios there are by a document that does not name them all."""

    of: Words
    categories: int
    scenarios: int
    source: Words
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteScenariosView:
    """The city's dictionary of what routes are flown for; `note` says what is missing in it."""

    note: Words
    entries: tuple[RouteScenarioView, ...]
    counts: tuple[ScenarioCountView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CityView:
    """The city's profile; the URLs are GeoJSON of the same origin."""

    name: Words
    timezone: str
    centre: tuple[float, float]
    bounds: tuple[float, float, float, float]
    approval_mode: ApprovalMode
    service_radius_m: float
    population: int
    census: str
    districts: tuple[DistrictView, ...]
    route_scenarios: RouteScenariosView
    districts_url: str = "/city/districts.geojson"
    water_url: str = "/city/water.geojson"
    towns_url: str = "/city/towns.geojson"
    attributions: tuple[str, ...]
    map_attribution: Words


@router.get("/city")
def read_city(state: State, caller: Anyone) -> CityView:
    """What a map and a form need to know of the city."""
    city = state.city
    return CityView(
        name=city.name,
        timezone=city.timezone.key,
        centre=city.centre,
        bounds=city.bounds,
        approval_mode=city.approval_mode,
        service_radius_m=city.service_radius_m,
        population=sum(district.population for district in city.districts),
        census=f"{city.census.title} {city.census.date}",
        districts=tuple(
            DistrictView(adcode=each.adcode, name=each.name, population=each.population) for each in city.districts
        ),
        route_scenarios=_route_scenarios(city.route_scenarios),
        attributions=city.attributions,
        map_attribution=city.map_attribution,
    )


def _route_scenarios(tree: RouteScenarios) -> RouteScenariosView:
    said = {key: Words(source.zh, source.en) for key, source in tree.sources.items()}
    return RouteScenariosView(
        note=tree.note,
        entries=tuple(
            RouteScenarioView(
                scenario_id=each.scenario_id,
                level=each.level,
                name=each.name,
                family=tree.family_of(each.scenario_id),
                source=said[each.source],
                confidence=tree.sources[each.source].confidence,
            )
            for each in tree.entries
        ),
        counts=tuple(
            ScenarioCountView(
                of=each.of,
                categories=each.categories,
                scenarios=each.scenarios,
                source=said[each.source],
                confidence=tree.sources[each.source].confidence,
            )
            for each in tree.counts
        ),
    )


@router.get("/city/districts.geojson", response_class=FileResponse, responses=_FILE)
def read_districts(state: State, caller: Anyone) -> FileResponse:
    """The districts; no official boundary."""
    return _file(state.city.districts_file)


@router.get("/city/water.geojson", response_class=FileResponse, responses=_FILE)
def read_water(state: State, caller: Anyone) -> FileResponse:
    """Rivers and lakes."""
    return _file(state.city.water_file)


@router.get("/city/towns.geojson", response_class=FileResponse, responses=_FILE)
def read_towns(state: State, caller: Anyone) -> FileResponse:
    """Towns as points."""
    return _file(state.city.towns_file)


def _file(path: Path) -> FileResponse:
    return FileResponse(path, media_type=GEOJSON, headers={"cache-control": "private, max-age=3600"})
