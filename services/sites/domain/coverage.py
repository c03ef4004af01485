"""The share of people within the service radius of a site in use, or of several. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.sites.domain.candidates import lattice_cells, lattice_corner
from services.sites.domain.times import Times

Floats = NDArray[np.float64]
FOLDS = (1, 2, 3)  # by how many sites a place is served


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictCoverage:
    """People of a district, and those of them a site in use serves."""

    adcode: str
    population: float
    served: float

    @property
    def share(self) -> float:
        """From 0 to 1; nobody is served where nobody lives."""
        return self.served / self.population if self.population else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceCoverage:
    """People of a place, and those of them that at least one, two, three sites serve."""

    population: float
    served: tuple[float, ...]  # by FOLDS

    @staticmethod
    def nobody() -> "PlaceCoverage":
        """Where nobody lives."""
        return PlaceCoverage(population=0.0, served=(0.0,) * len(FOLDS))

    def share(self, fold: int) -> float:
        """From 0 to 1; nobody is served where nobody lives."""
        return self.served[fold - 1] / self.population if self.population else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Coverage by district (by adcode), and from how many sites in use it was computed."""

    districts: dict[str, PlaceCoverage]
    sites: int

    @property
    def city(self) -> PlaceCoverage:
        """All districts together."""
        places = self.districts.values()
        return PlaceCoverage(
            population=sum(place.population for place in places),
            served=tuple(sum(place.served[fold - 1] for place in places) for fold in FOLDS),
        )


def by_district(times: Times) -> Coverage:
    """What the counts mean, by district."""
    demand = times.demand
    served = zip(*(demand.by_district(times.reached >= fold).tolist() for fold in FOLDS), strict=True)
    rows = zip(demand.adcodes, demand.people.tolist(), served, strict=True)
    districts = {adcode: PlaceCoverage(population=people, served=folds) for adcode, people, folds in rows}
    return Coverage(districts=districts, sites=len(times.sites))


@dataclass(frozen=True, slots=True)
class Cells:
    """Coverage by square cell of a grid, as columns: west, south, east, north in degrees; people; served by FOLDS."""

    boxes: Floats
    population: Floats
    served: Floats

    def within(self, west: float, south: float, east: float, north: float) -> "Cells":
        """Those that meet a box."""
        boxes = self.boxes
        meets = (boxes[:, 0] <= east) & (boxes[:, 2] >= west) & (boxes[:, 1] <= north) & (boxes[:, 3] >= south)
        return Cells(boxes[meets], self.population[meets], self.served[meets])


def by_cell(times: Times, cell_m: float, reference_lat: float) -> Cells:
    """What the counts mean, by cell of a grid of squares at `reference_lat`; cells without demand are left out."""
    demand = times.demand
    corners, number = lattice_cells(demand.lng, demand.lat, cell_m, reference_lat)
    size = len(corners)
    served = [np.bincount(number, demand.weight * (times.reached >= fold), size) for fold in FOLDS]
    return Cells(
        boxes=np.column_stack(
            [lattice_corner(corners, cell_m, reference_lat), lattice_corner(corners + 1, cell_m, reference_lat)]
        ),
        population=np.asarray(np.bincount(number, demand.weight, size), np.float64),
        served=np.column_stack(served).astype(np.float64),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A place before and after a change of the sites."""

    before: PlaceCoverage
    after: PlaceCoverage


def compare(before: Times, after: Times, adcodes: Sequence[str]) -> tuple[Changed, dict[str, Changed]]:
    """The city and its districts before and after."""
    one, two = by_district(before), by_district(after)
    nobody = PlaceCoverage.nobody()
    changed = {
        adcode: Changed(before=one.districts.get(adcode, nobody), after=two.districts.get(adcode, nobody))
        for adcode in adcodes
    }
    return Changed(before=one.city, after=two.city), changed
