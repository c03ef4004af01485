"""`CityProfile`: everything the platform knows about its city. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

import shapely
from shapely.geometry.base import BaseGeometry

from shared.city.census import Census, equal_area
from shared.city.route_scenarios import RouteScenarios
from shared.city.settings import ApprovalMode, Dispatch, QuotaSettings, TakeOffs
from shared.city.targets import Target, Words
from shared.contracts.sites import SiteKind
from shared.flight import FlightRules
from shared.terrain import GroundBand, Terrain


@dataclass(frozen=True, slots=True, kw_only=True)
class District:
    """A district's polygon (WGS-84 degrees), ground band above sea level, and census people living inside."""

    adcode: str
    name: Words
    polygon: shapely.MultiPolygon
    dry: BaseGeometry  # the polygon without rivers and lakes
    ground_min_m: float
    ground_max_m: float
    population: int

    @property
    def dry_area_km2(self) -> float:
        """Area without rivers and lakes."""
        return float(equal_area(self.dry).area)


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """A town as a point."""

    name: str
    lng: float
    lat: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CityProfile:
    """Everything the platform knows about its city; `version` changes with any byte of the folder's data files."""

    folder: Path
    version: str
    name: Words
    province_zh: str  # empty where the profile does not say
    timezone: ZoneInfo
    centre: tuple[float, float]
    bounds: tuple[float, float, float, float]
    approval_mode: ApprovalMode
    districts: tuple[District, ...]
    census: Census
    water: tuple[BaseGeometry, ...] = field(repr=False)
    towns: tuple[Town, ...] = field(repr=False)
    geoid_min_m: float
    geoid_max_m: float
    flight_rules: FlightRules
    take_offs: TakeOffs
    quota: QuotaSettings
    service_radius_m: float
    demand_spacing_m: float
    dispatch: Dispatch
    site_costs_cny: Mapping[SiteKind, float]  # what building one costs, of the kinds for which it is known
    targets: tuple[Target, ...]
    target_sources: Mapping[str, Words]
    route_scenarios: RouteScenarios
    attributions: tuple[str, ...]  # of the files, in full
    map_attribution: Words  # one line, on every map

    @property
    def districts_file(self) -> Path:
        """GeoJSON of the districts."""
        return self.folder / "districts.geojson"

    @property
    def water_file(self) -> Path:
        """GeoJSON of rivers and lakes."""
        return self.folder / "water.geojson"

    @property
    def towns_file(self) -> Path:
        """GeoJSON of the towns."""
        return self.folder / "towns.geojson"

    @property
    def zones_file(self) -> Path:
        """GeoJSON of the zones that are fact, as `POST /zones/import` takes them."""
        return self.folder / "zones.geojson"

    def terrain(self) -> Terrain:
        """The ground by the districts' bands, through which heights in different references compare."""
        bands = [GroundBand(each.polygon, each.ground_min_m, each.ground_max_m) for each in self.districts]
        return Terrain("district ground bands, low confidence", bands, self.geoid_min_m, self.geoid_max_m)

    def district_at(self, lng: float, lat: float) -> District | None:
        """The district a position lies in, or None outside the city; on a shared edge the first by adcode."""
        point = shapely.Point(lng, lat)
        return next((district for district in self.districts if district.polygon.intersects(point)), None)
