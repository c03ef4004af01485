"""The city a platform runs for: `load_city` reads the profile folder (`city/wuhan`) into one frozen `CityProfile`.

Folder: profile.toml, districts.geojson, water.geojson, towns.geojson, population.json, targets.toml, zones.geojson.
"""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo

import numpy as np
import shapely
from annotated_types import Gt
from numpy.typing import NDArray
from pydantic import TypeAdapter
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from shared.contracts.flightplan import RouteClass
from shared.contracts.sites import SiteKind
from shared.flight import AircraftClass, FlightRules, Tolerance
from shared.terrain import GroundBand, Terrain
from shared.values import Identifier, Latitude, Longitude

T = TypeVar("T")

EARTH_RADIUS_KM = 6371.007  # of the sphere with the ellipsoid's area


class ApprovalMode(StrEnum):
    """Who decides: the platform reviews for the air-traffic body, or decides itself (CCAR-92 92.535)."""

    ADVISORY = "advisory"
    ENTRUSTED = "entrusted"


class CountBy(StrEnum):
    """What a target counts."""

    LAID_OUT = "laid_out"  # 布局
    IN_USE = "in_use"  # 投用
    ROUTE = "route"


@dataclass(frozen=True, slots=True)
class Words:
    """A text for people, in Chinese and in English."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From when to when a target was to be met, in local dates, and how the document says it."""

    starts: date
    ends: date
    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A part of a target that falls to a district, or to an administering unit that has no polygon."""

    name: Words
    number: Annotated[int, Gt(0)]
    adcode: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A number that one of the city's documents sets, with the document's verb, its period, owner and source."""

    target_id: Identifier
    name: Words
    verb: Words
    number: Annotated[int, Gt(0)]
    owner: Words
    source: str
    count_by: CountBy | None = None  # None: listed, not counted
    kinds: tuple[SiteKind, ...] = ()  # of sites; none named is all
    route_class: RouteClass | None = None
    period: Period | None = None
    headline: bool = False
    shares: tuple[Share, ...] = ()


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
class ClassTolerance:
    """Half-width, half-height and seconds kept around a flight of one aircraft class, with where they come from."""

    lateral_m: Annotated[float, Gt(0.0)]
    vertical_m: Annotated[float, Gt(0.0)]
    time_s: Annotated[float, Gt(0.0)]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FlightSettings:
    """The numbers by which an intent becomes volumes, as the profile states them."""

    name: Identifier
    climb_mps: Annotated[float, Gt(0.0)]
    descent_mps: Annotated[float, Gt(0.0)]
    slice_s: Annotated[float, Gt(0.0)]
    bank_deg: Annotated[float, Gt(0.0)] = 25.0
    crewed_overlap: Literal["note", "conflict"]
    source: str
    tolerances: Mapping[AircraftClass, ClassTolerance]

    def __post_init__(self) -> None:
        if missing := [kind.value for kind in AircraftClass if kind not in self.tolerances]:
            raise ValueError(f"flight.tolerances lacks {', '.join(missing)}")

    def rules(self) -> FlightRules:
        """The same numbers as the pure part takes them."""
        return FlightRules(
            name=self.name,
            tolerances={
                kind: Tolerance(given.lateral_m, given.vertical_m, given.time_s)
                for kind, given in self.tolerances.items()
            },
            climb_mps=self.climb_mps,
            descent_mps=self.descent_mps,
            slice_s=self.slice_s,
            bank_deg=self.bank_deg,
            crewed_overlap_is_note=self.crewed_overlap == "note",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Geoid:
    """Band of the geoid's height above the ellipsoid over the city."""

    min_m: float
    max_m: float
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageSettings:
    """How coverage is computed where nothing else is asked."""

    service_radius_m: Annotated[float, Gt(0.0)]
    demand_spacing_m: Annotated[float, Gt(0.0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """profile.toml, field by field."""

    name_zh: str
    name_en: str
    timezone: str
    centre: tuple[Longitude, Latitude]
    bounds: tuple[Longitude, Latitude, Longitude, Latitude]
    approval_mode: ApprovalMode
    geoid: Geoid
    flight: FlightSettings
    coverage: CoverageSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetFile:
    """targets.toml, field by field."""

    sources: Mapping[str, Words]
    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CensusUnit:
    """People of one census unit; `adcodes` names the polygon they live in, where there is one."""

    name: str
    full_name: str
    population: int
    adcodes: tuple[str, ...]
    inside_polygon: int | None = None  # how many of them live in that polygon; None: all

    @property
    def settled(self) -> int:
        """People known to live in the unit's own polygon; the others live somewhere in its group."""
        if not self.adcodes:
            return 0
        return self.population if self.inside_polygon is None else self.inside_polygon


@dataclass(frozen=True, slots=True, kw_only=True)
class CensusGroup:
    """Polygons that together hold some census units whole."""

    name: str
    adcodes: tuple[str, ...]
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """population.json, field by field."""

    title: str
    date: str
    source: str
    units: tuple[CensusUnit, ...]
    groups: tuple[CensusGroup, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CityProfile:
    """Everything the platform knows about its city; `version` changes with any byte of the folder's data files."""

    folder: Path
    version: str
    name: Words
    timezone: ZoneInfo
    centre: tuple[float, float]
    bounds: tuple[float, float, float, float]
    approval_mode: ApprovalMode
    districts: tuple[District, ...]
    census: Census
    water: tuple[BaseGeometry, ...] = field(repr=False)
    geoid_min_m: float
    geoid_max_m: float
    flight_rules: FlightRules
    service_radius_m: float
    demand_spacing_m: float
    targets: tuple[Target, ...]
    target_sources: Mapping[str, Words]

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


def load_city(folder: Path | str) -> CityProfile:
    """Read and check a profile folder. Raises OSError or ValueError (with the file's name) where it is not usable."""
    folder = Path(folder)
    profile = _read(folder / "profile.toml", Profile)
    targets = _read(folder / "targets.toml", TargetFile)
    census = _read(folder / "population.json", Census)
    water = tuple(shape(feature["geometry"]) for feature in _features(folder / "water.geojson"))
    return CityProfile(
        folder=folder,
        version=_version(folder),
        name=Words(profile.name_zh, profile.name_en),
        timezone=ZoneInfo(profile.timezone),
        centre=profile.centre,
        bounds=profile.bounds,
        approval_mode=profile.approval_mode,
        districts=_districts(folder / "districts.geojson", water, census),
        census=census,
        water=water,
        geoid_min_m=profile.geoid.min_m,
        geoid_max_m=profile.geoid.max_m,
        flight_rules=profile.flight.rules(),
        service_radius_m=profile.coverage.service_radius_m,
        demand_spacing_m=profile.coverage.demand_spacing_m,
        targets=targets.targets,
        target_sources=targets.sources,
    )


def equal_area(geometry: BaseGeometry) -> BaseGeometry:
    """The geometry in Lambert's cylindrical equal-area projection, in kilometres: areas are true, shapes are not."""

    def project(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
        radians = np.radians(degrees)
        return EARTH_RADIUS_KM * np.column_stack((radians[:, 0], np.sin(radians[:, 1])))

    return shapely.transform(geometry, project)


def settle(census: Census, dry_area_km2: Mapping[str, float]) -> dict[str, int]:
    """People in each district: those of its own census unit, and its part by dry area of those known only by group.

    The census counts the people of a functional zone (东湖高新, …) in the zone, which has no polygon.
    """
    people = dict.fromkeys(dry_area_km2, 0)
    units = {unit.name: unit for unit in census.units}
    for group in census.groups:
        members = [units[name] for name in group.units]
        for unit in members:
            if unit.adcodes:
                people[unit.adcodes[0]] += unit.settled
        rest = sum(unit.population - unit.settled for unit in members)
        for adcode, number in apportion(rest, {code: dry_area_km2[code] for code in group.adcodes}).items():
            people[adcode] += number
    return people


def apportion(total: int, weights: Mapping[str, float]) -> dict[str, int]:
    """`total` in whole parts by weight, by largest remainder: the parts sum to exactly `total`."""
    scale = total / sum(weights.values())
    parts = {key: int(weight * scale) for key, weight in weights.items()}
    by_remainder = sorted(weights, key=lambda key: (parts[key] - weights[key] * scale, key))
    for key in by_remainder[: total - sum(parts.values())]:
        parts[key] += 1
    return parts


def _districts(file: Path, water: Sequence[BaseGeometry], census: Census) -> tuple[District, ...]:
    features = sorted(_features(file), key=lambda feature: str(feature["properties"]["adcode"]))
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


def _multi(geometry: BaseGeometry) -> shapely.MultiPolygon:
    if not geometry.is_valid:
        raise ValueError(f"districts.geojson: {shapely.is_valid_reason(geometry)}")
    if isinstance(geometry, shapely.Polygon):
        return shapely.MultiPolygon([geometry])
    if not isinstance(geometry, shapely.MultiPolygon):
        raise ValueError(f"districts.geojson: a district is a {geometry.geom_type}")  # noqa: TRY004 (a fault of the file)
    return geometry


def _features(file: Path) -> list[dict[str, Any]]:  # GeoJSON as it stands
    features: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["features"]
    return features


def _read(file: Path, type_: type[T]) -> T:
    text = file.read_text(encoding="utf-8")
    raw = tomllib.loads(text) if file.suffix == ".toml" else json.loads(text)
    try:
        return TypeAdapter(type_).validate_python(raw)
    except ValueError as error:
        raise ValueError(f"{file.name}: {error}") from error


def _version(folder: Path) -> str:
    names = ("profile.toml", "targets.toml", "population.json", "districts.geojson", "water.geojson")
    return sha256(b"".join((folder / name).read_bytes() for name in names)).hexdigest()[:16]
