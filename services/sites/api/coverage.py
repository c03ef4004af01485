"""Coverage as GeoJSON: the share of the census population within a service radius of sites in use, by district."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from shapely.geometry import mapping

from services.sites.api.parts import Anyone, Reading, State
from services.sites.domain.coverage import DistrictCoverage
from shared.city import District, Words
from shared.contracts.sites import SiteKind

router = APIRouter(tags=["progress"])


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageProperties:
    """People of a place, how many of them a site in use serves, and the share of them from 0 to 1."""

    adcode: str
    name: Words
    population: int
    served: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageTotal(CoverageProperties):
    """The whole city, and what was asked: a null radius is each site's own, `usual_radius_m` where it states none."""

    radius_m: float | None
    usual_radius_m: float
    kind: SiteKind | None
    sites: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageFeature:
    """A district's polygon and its coverage."""

    type: Literal["Feature"] = "Feature"
    id: str
    properties: CoverageProperties
    geometry: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageCollection:
    """A GeoJSON FeatureCollection; `properties` are the city's."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    properties: CoverageTotal
    features: list[CoverageFeature]


@router.get("/coverage")
def read_coverage(
    reading: Reading,
    state: State,
    caller: Anyone,
    radius_m: Annotated[float | None, Query(gt=0, le=100_000, allow_inf_nan=False)] = None,
    kind: SiteKind | None = None,
) -> CoverageCollection:
    """Coverage by sites in use (of a kind): within each site's own service radius, or within one for all."""
    coverage, city = state.coverage.ask(reading, radius_m, kind), state.city
    places = {each.adcode: each for each in city.districts}
    total = CoverageTotal(
        **_numbers(coverage.city, city.name),
        radius_m=radius_m,
        usual_radius_m=city.service_radius_m,
        kind=kind,
        sites=coverage.sites,
    )
    features = [_feature(each, places[each.adcode]) for each in coverage.districts if each.adcode in places]
    return CoverageCollection(properties=total, features=features)


def _feature(coverage: DistrictCoverage, district: District) -> CoverageFeature:
    properties = CoverageProperties(**_numbers(coverage, district.name))
    return CoverageFeature(id=district.adcode, properties=properties, geometry=mapping(district.polygon))


def _numbers(coverage: DistrictCoverage, name: Words) -> dict[str, Any]:
    return {
        "adcode": coverage.adcode,
        "name": name,
        "population": round(coverage.population),
        "served": round(coverage.served),
        "share": round(coverage.share, 6),
    }
