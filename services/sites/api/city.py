"""The city as the platform knows it: profile, districts, water, towns."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from fastapi.responses import FileResponse

from services.sites.api.parts import Anyone, State
from shared.city import ApprovalMode, Words

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
    districts_url: str = "/city/districts.geojson"
    water_url: str = "/city/water.geojson"
    towns_url: str = "/city/towns.geojson"
    attributions: tuple[str, ...]


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
        attributions=city.attributions,
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
