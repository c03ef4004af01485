"""Places of the demo city: moving over the ellipsoid, and drawing positions where people live."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import shapely
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from shared.city import CityProfile, District

GEOD: Final = Geod(ellps="WGS84")
Place = tuple[float, float]  # longitude, latitude

# Where the demo puts the functional zones, which have no public polygon (engineering default, demo only).
EAST_LAKE_HIGH_TECH: Final = shapely.box(114.40, 30.40, 114.62, 30.52)  # 东湖高新区
ECONOMIC_ZONE: Final = shapely.box(114.06, 30.42, 114.20, 30.53)  # 武汉经开区


def moved(start: Place, bearing_deg: float, distance_m: float) -> Place:
    """The place at a distance along the geodesic that leaves `start` at a bearing."""
    lng, lat, _ = GEOD.fwd(start[0], start[1], bearing_deg, distance_m)
    return round(lng, 6), round(lat, 6)


def distance_m(a: Place, b: Place) -> float:
    """Length of the geodesic between two places."""
    return float(GEOD.inv(a[0], a[1], b[0], b[1])[2])


def bearing_deg(a: Place, b: Place) -> float:
    """Bearing at which the geodesic from `a` to `b` leaves."""
    return float(GEOD.inv(a[0], a[1], b[0], b[1])[0])


@dataclass(frozen=True)
class Land:
    """The city's dry land, drawn from by population."""

    city: CityProfile

    @cached_property
    def weights(self) -> Sequence[int]:
        """People by district, in the order of the profile."""
        return [district.population for district in self.city.districts]

    def district(self, chance: random.Random) -> District:
        """A district, as likely as its share of the people."""
        return chance.choices(self.city.districts, self.weights)[0]

    def settled(self, chance: random.Random) -> Place:
        """A place where somebody may live: nearer the middle of its district than its edge."""
        district = self.district(chance)
        west, south, east, north = district.polygon.bounds
        middle = (district.dry.representative_point().x, district.dry.representative_point().y)

        def draw() -> Place:
            at = chance.uniform(west, east), chance.uniform(south, north)
            pull = chance.uniform(0.0, 0.5)
            return at[0] + (middle[0] - at[0]) * pull, at[1] + (middle[1] - at[1]) * pull

        return first(draw, lambda place: bool(shapely.contains_xy(district.dry, *place)))

    @cached_property
    def dry(self) -> BaseGeometry:
        """The city without rivers and lakes."""
        land = shapely.union_all([district.dry for district in self.city.districts])
        shapely.prepare(land)
        return land

    def within(self, area: BaseGeometry, chance: random.Random) -> Place:
        """A dry place of the city inside an area."""
        west, south, east, north = area.bounds
        return first(
            lambda: (chance.uniform(west, east), chance.uniform(south, north)),
            lambda place: bool(shapely.contains_xy(area, *place) and shapely.contains_xy(self.dry, *place)),
        )


def first(draw: Callable[[], Place], fits: Callable[[Place], bool], tries: int = 10_000) -> Place:
    """The first place drawn that fits, rounded to about 10 cm."""
    for _ in range(tries):
        lng, lat = draw()
        if fits((lng, lat)):
            return round(lng, 6), round(lat, 6)
    raise ValueError("no place fits")
