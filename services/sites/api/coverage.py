"""Coverage: the share of demand within reach of sites in use, by district, cell and point; as GeoJSON, CSV, tiles."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Response
from shapely.geometry import mapping

from services.sites import coverage_files
from services.sites.api.parts import Anyone, Reading, State
from services.sites.api.standards import Asked, CellWidth, Fold
from services.sites.domain.coverage import PlaceCoverage, by_cell, by_district
from services.sites.domain.times import Times
from services.sites.store import tiles
from shared.city import CityProfile, District, Words
from shared.contracts.sites import SiteFunction, SiteKind

router = APIRouter(tags=["coverage"])
CSV, GEOJSON, TILE = "text/csv", "application/geo+json", "application/vnd.mapbox-vector-tile"
USUAL_CELL_M = 1_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageProperties:
    """People of a place, how many of them so many sites in use serve as were asked for, and their share from 0 to 1.

    `served_by` are those whom at least one, two, three sites serve.
    """

    adcode: str
    name: Words
    population: int
    served: int
    share: float
    served_by: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageTotal(CoverageProperties):
    """The whole city, and what was asked: a null radius is each site's own, `usual_radius_m` where it states none."""

    layer: str
    k: int
    radius_m: float | None
    usual_radius_m: float
    kind: SiteKind | None
    function: SiteFunction | None
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


class By(StrEnum):
    """What a row of a table is."""

    DISTRICT = "district"
    CELL = "cell"
    POINT = "point"


@router.get("/coverage")
def read_coverage(reading: Reading, state: State, caller: Anyone, asked: Asked, k: Fold = 1) -> CoverageCollection:
    """Coverage by sites in use, by district: within each site's own radius, one radius for all, or so many minutes."""
    coverage, city = by_district(state.coverage.ask(reading, asked)), state.city
    total = CoverageTotal(
        adcode="",
        name=city.name,
        **numbers(coverage.city, k),
        layer=asked.layer,
        k=k,
        radius_m=asked.standard.radius_m,
        usual_radius_m=city.service_radius_m,
        kind=asked.standard.kind,
        function=asked.standard.function,
        sites=coverage.sites,
    )
    nobody = PlaceCoverage.nobody()
    features = [_feature(each, coverage.districts.get(each.adcode, nobody), k) for each in city.districts]
    return CoverageCollection(properties=total, features=features)


def _feature(district: District, coverage: PlaceCoverage, k: int) -> CoverageFeature:
    properties = CoverageProperties(adcode=district.adcode, name=district.name, **numbers(coverage, k))
    return CoverageFeature(id=district.adcode, properties=properties, geometry=mapping(district.polygon))


def numbers(coverage: PlaceCoverage, k: int) -> dict[str, Any]:
    """The numbers of a place as they are told."""
    return {
        "population": round(coverage.population),
        "served": round(coverage.served[k - 1]),
        "share": round(coverage.share(k), 6),
        "served_by": tuple(map(round, coverage.served)),
    }


_CSV: dict[int | str, dict[str, Any]] = {200: {"content": {CSV: {}}, "description": "A table with a header"}}
_GEOJSON: dict[int | str, dict[str, Any]] = {200: {"content": {GEOJSON: {}}}}
_TILE: dict[int | str, dict[str, Any]] = {200: {"content": {TILE: {}}, "description": "One layer, `coverage`"}}


@router.get("/coverage.csv", response_class=Response, responses=_CSV)
def export_coverage(
    reading: Reading,
    state: State,
    caller: Anyone,
    asked: Asked,
    by: By = By.DISTRICT,
    cell_m: CellWidth = USUAL_CELL_M,
) -> Response:
    """Coverage as a table, served by at least one, two, three sites: a row for each district, cell or demand point."""
    content = _table(by, state.coverage.ask(reading, asked), cell_m, state.city)
    headers = {"content-disposition": f'attachment; filename="coverage-{by}.csv"'}
    return Response(content, media_type=f"{CSV}; charset=utf-8", headers=headers)


def _table(by: By, times: Times, cell_m: float, city: CityProfile) -> bytes:
    match by:
        case By.DISTRICT:
            return coverage_files.districts_csv(by_district(times), city)
        case By.CELL:
            return coverage_files.cells_csv(by_cell(times, cell_m, city.centre[1]))
        case By.POINT:
            return coverage_files.points_csv(times)


@router.get("/coverage/cells.geojson", response_class=Response, responses=_GEOJSON)
def map_cells(
    reading: Reading, state: State, caller: Anyone, asked: Asked, cell_m: CellWidth = USUAL_CELL_M
) -> Response:
    """Coverage by cell of a grid; cells without demand are left out."""
    cells = by_cell(state.coverage.ask(reading, asked), cell_m, state.city.centre[1])
    return Response(coverage_files.cells_geojson(cells), media_type=GEOJSON)


@router.get("/coverage/tiles/{z}/{x}/{y}.mvt", response_class=Response, responses=_TILE)
def read_tile(
    reading: Reading,
    state: State,
    caller: Anyone,
    asked: Asked,
    z: Annotated[int, Path(ge=0, le=22)],
    x: Annotated[int, Path(ge=0, lt=2**22)],
    y: Annotated[int, Path(ge=0, lt=2**22)],
    cell_m: CellWidth = USUAL_CELL_M,
) -> Response:
    """The same cells as a Mapbox vector tile with people, served_1, served_2, served_3; empty where there are none."""
    tile = tiles.Tile.of(z, x, y)
    cells = by_cell(state.coverage.ask(reading, asked), cell_m, state.city.centre[1]).within(*tile.box)
    return Response(tiles.coverage_tile(reading, tile, cells), media_type=TILE)
