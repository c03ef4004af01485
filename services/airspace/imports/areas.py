"""The administrative areas of the city by every name a file may call them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import shapely

from shared.city import CityProfile
from shared.volumes import PolygonOutline


def areas_by_name(city: CityProfile) -> Mapping[str, Sequence[PolygonOutline]]:
    """The polygons of each district by its names and its code, and those of all districts by the city's."""
    areas: dict[str, list[PolygonOutline]] = defaultdict(list)
    for district in city.districts:
        polygons = [_outline(polygon) for polygon in district.polygon.geoms]
        for name in (district.name.zh, district.name.en, district.adcode, city.name.zh, city.name.en):
            areas[name] += polygons
    return dict(areas)


def _outline(polygon: shapely.Polygon) -> PolygonOutline:
    return PolygonOutline("Polygon", tuple(tuple(ring.coords) for ring in (polygon.exterior, *polygon.interiors)))
