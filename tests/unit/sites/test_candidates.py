"""What candidates keep out of is what airspace itself refuses: its decision on a site is the oracle."""

import hypothesis.strategies as st
import numpy as np
import shapely
from hypothesis import given, settings

from services.airspace.domain.fixed import assess_site
from services.airspace.domain.subjects import SitePosition
from services.airspace.domain.zone_index import ZoneIndex
from services.airspace.domain.zones import Zone
from services.sites.domain.candidates import ZoneCopy, inside, lasts_on_ground
from shared.contracts.assessment import Outcome, Restriction
from shared.outlines import core_of
from shared.terrain import Terrain
from shared.volumes import AltitudeReference
from tests.unit.geometry import worlds

HILLS = worlds.hills()
HIGHEST_M, GEOID_MAX_M = 300.0, -12.0
EDGE_DEG = 1e-6  # nearer to an outline the two may differ by the millimetre they call touching


def left_out(zones: list[Zone], lng: float, lat: float) -> bool:
    """What a scenario says of a candidate there."""
    kept_out_of = [
        ZoneCopy(zone.zone_id, 1, zone.spec)
        for zone in zones
        if zone.spec.restriction is Restriction.PROHIBITED and lasts_on_ground(zone.spec, HIGHEST_M, GEOID_MAX_M)
    ]
    return bool(inside(kept_out_of, np.array([lng]), np.array([lat]))[0])


def refused(zones: list[Zone], lng: float, lat: float, terrain: Terrain = HILLS) -> bool:
    """What airspace says of a site there that serves everybody."""
    site = SitePosition(site_id="s", revision=1, lng=lng, lat=lat)
    assessed = assess_site(site, ZoneIndex(1, zones), worlds.RULES, terrain, worlds.NOON)
    return assessed.outcome is Outcome.REFUSED


def is_plain(zone: Zone) -> bool:
    """True where no height has to be compared through the terrain."""
    heights = (zone.spec.lower, zone.spec.upper)
    return all(height is None or height.reference is AltitudeReference.AGL for height in heights)


@settings(max_examples=150, deadline=None)
@given(
    zones=st.lists(st.integers(0, 9), max_size=4, unique=True).flatmap(
        lambda numbers: st.tuples(*(worlds.zones(number) for number in numbers))
    ),
    east_m=st.integers(-1_500, 1_500),
    north_m=st.integers(-1_500, 1_500),
)
def test_no_candidate_is_one_that_airspace_refuses(zones: tuple[Zone, ...], east_m: float, north_m: float) -> None:
    lng, lat = worlds.away(east_m, north_m)
    known = list(zones)
    if refused(known, lng, lat):
        assert left_out(known, lng, lat)
    elif all(map(is_plain, known)) and not any(on_edge(zone, lng, lat) for zone in known):
        assert not left_out(known, lng, lat)


def on_edge(zone: Zone, lng: float, lat: float) -> bool:
    """True where a millimetre decides."""
    core, radius_m = core_of(zone.spec.outline)
    if isinstance(core, shapely.Polygon):
        return bool(core.exterior.distance(shapely.Point(lng, lat)) < EDGE_DEG)
    _, _, metres = worlds.GEOD.inv(core.centroid.x, core.centroid.y, lng, lat)
    return bool(abs(metres - radius_m) < 0.1)
