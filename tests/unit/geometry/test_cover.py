"""An authorization never covers what sticks out of it."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from services.airspace.domain.cover import covering
from services.airspace.domain.subjects import Authorization
from shared.contracts.flightplan import AuthorizationSpec
from shared.flight import FlightArea, FlightVolumes, volumes
from shared.terrain import Terrain
from shared.volumes import Altitude, AltitudeReference, Outline, PolygonOutline
from tests.unit.geometry import oracle
from tests.unit.geometry.worlds import FLAT, GEOD, NOON, RULES, away, circle, flight, hills, outlines, slab, square


def covers(outline: Outline, made: FlightVolumes, upper: Altitude | None = None, terrain: Terrain = FLAT) -> bool:
    spec = AuthorizationSpec(
        number="1",
        operator="org-a",
        authority="空管",
        outline=outline,
        upper=upper or Altitude(500.0),
        starts_at=NOON - timedelta(days=1),
        ends_at=NOON + timedelta(days=1),
    )
    one = Authorization(authorization_id=UUID(int=1), spec=spec)
    return covering([one], "org-a", made, range(len(made)), terrain) is not None


def rim(made: FlightVolumes) -> Iterator[tuple[float, float]]:
    """Points on the edge of the footprint, by geodesics."""
    r = made.records[0]
    core = oracle.geodesic((r["lng1"], r["lat1"]), (r["lng2"], r["lat2"]))
    for lng, lat in zip(*core(np.linspace(0, 1, 9)), strict=True):
        for azimuth in range(0, 360, 15):
            yield GEOD.fwd(lng, lat, azimuth, r["radius_m"])[:2]


near = st.integers(-600, 600).map(float)


@given(outlines(), st.tuples(near, near, near, near), st.sampled_from([1.0, 20.0, 100.0]))
@settings(max_examples=200, deadline=None)
def test_what_is_covered_lies_inside_to_the_last_millimetre(
    outline: Outline, at: tuple[float, ...], radius: float
) -> None:
    made = slab(away(*at[:2]), away(*at[2:]), radius_m=radius)
    if covers(outline, made):
        assert all(oracle.within(outline, *point) for point in rim(made))


def test_cover_is_found_up_to_a_centimetre_and_not_beyond() -> None:
    here = away(0, 0)
    for outline in (circle(100.0), square(100.0)):
        assert covers(outline, slab(here, here, radius_m=99.985))
        assert not covers(outline, slab(here, here, radius_m=100.0))


def test_a_hole_in_the_area_or_under_a_work_area_is_not_covered() -> None:
    shell, hole = square(1_000), square(50, 300, 0)
    holed = PolygonOutline("Polygon", [shell.coordinates[0], hole.coordinates[0][::-1]])
    assert covers(shell, slab(away(0, 0), away(600, 0)))
    assert not covers(holed, slab(away(0, 0), away(600, 0)))
    work = volumes(flight(area=FlightArea(outline=square(500), upper_m=60.0, duration_s=60)), RULES, FLAT)
    assert covers(shell, work)
    assert not covers(holed, work)


def test_unknown_ground_is_never_covered() -> None:
    """100 m above ground of 10 to 300 m may be 400 m above the sea: an authorization up to 399 does not cover it."""
    made = slab(away(0, 0), away(100, 0))
    made.records["amsl_lower_m"], made.records["amsl_upper_m"] = 90.0, 400.0
    assert covers(square(900), made, Altitude(400.0, AltitudeReference.AMSL), hills())
    assert not covers(square(900), made, Altitude(399.0, AltitudeReference.AMSL), hills())
    at_sea = slab(away(0, 0), away(100, 0))
    at_sea.records["reference"], at_sea.records["amsl_upper_m"] = 1, 100.0
    assert covers(square(900), at_sea, Altitude(90.0), hills())  # 100 m above the sea is 90 m over the lowest ground
    assert not covers(square(900), at_sea, Altitude(89.9), hills())
