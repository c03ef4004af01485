"""The families of pairs, and what share of all pairs each has."""

from collections.abc import Callable, Iterator
from typing import Final

from numpy.random import Generator

from tests.oracle import plan_pairs, zone_pairs
from tests.oracle.matter import Pair

Family = Callable[[Generator, int], Iterator[Pair]]
FAMILIES: Final[dict[Family, float]] = {  # and their share of all pairs
    plan_pairs.slices: 0.30,
    plan_pairs.discs: 0.15,
    plan_pairs.only_height: 0.08,
    plan_pairs.only_time: 0.08,
    plan_pairs.mixed_heights: 0.06,
    plan_pairs.flown_areas: 0.02,
    plan_pairs.legs: 0.008,
    plan_pairs.legs_above_sea: 0.004,
    plan_pairs.far_flights: 0.001,
    zone_pairs.circles: 0.16,
    zone_pairs.polygons: 0.04,
    zone_pairs.areas_in_circles: 0.007,
    zone_pairs.long_edges: 0.02,
    zone_pairs.corridors: 0.02,
    zone_pairs.zone_heights: 0.03,
    zone_pairs.declared_heights: 0.01,
    zone_pairs.daily: 0.01,
}
assert abs(sum(FAMILIES.values()) - 1) < 1e-9
