"""Census people, and how they are settled in the districts' polygons. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

EARTH_RADIUS_KM = 6371.007  # of the sphere with the ellipsoid's area


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
