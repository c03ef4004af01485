"""Zones meet flights exactly where the oracle says, and the law's 120 m reads as it is written."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from services.airspace.domain.assess import assess
from services.airspace.domain.fixed import assess_site, assess_sites
from services.airspace.domain.subjects import SitePosition
from services.airspace.domain.zone_index import ZoneIndex, zone_hit
from services.airspace.domain.zones import Zone
from shared.contracts.airspace import Binds, HeightBasis, ZoneKind
from shared.contracts.assessment import Effect, FindingCode, Outcome, Restriction
from shared.flight import FlightIntent, FlightVolumes, volumes
from shared.terrain import Terrain
from shared.volumes import Altitude, AltitudeReference, Outline, PolygonOutline
from tests.unit.geometry import oracle
from tests.unit.geometry.worlds import (
    FLAT,
    LAT,
    LNG,
    NOON,
    NOW,
    RULES,
    away,
    circle,
    flight,
    hills,
    intents,
    metres,
    outlines,
    places,
    request,
    slab,
    square,
    waypoint,
    zoned,
    zones,
)

STRENGTH = {Outcome.NOT_REQUIRED: 0, Outcome.APPROVED: 0, Outcome.AWAITING: 1, Outcome.REFUSED: 2}


def hit(zone: Zone, flight: FlightVolumes, *, crewed: bool = False, terrain: Terrain = FLAT) -> bool:
    return zone_hit(zone, flight, crewed=crewed, terrain=terrain) is not None


@given(outlines(), st.tuples(metres, metres, metres, metres), st.sampled_from([0.0, 20.0, 200.0]))
@settings(max_examples=100, deadline=None)
def test_a_zone_is_hit_where_the_oracle_says(outline: Outline, at: tuple[float, ...], radius: float) -> None:
    one, two = away(*at[:2]), away(*at[2:])
    slack = oracle.outline_gap_m(oracle.geodesic(one, two), outline) - radius
    assume(abs(slack) > 0.01)
    assert hit(zoned("z", outline), slab(one, two, radius_m=radius)) == (slack < 0)


@pytest.mark.parametrize("off", [-0.011, 0.011])
@pytest.mark.parametrize("half_deg", [0.02, 0.8])
@pytest.mark.parametrize("radius", [20.0, 150.0])
def test_edges_are_straight_in_degrees_even_round_a_whole_city(off: float, half_deg: float, radius: float) -> None:
    """A slice 1.1 cm either side of touching the northern edge, which is no geodesic."""
    west, south, east, north = LNG - half_deg, LAT - half_deg, LNG + half_deg, LAT + half_deg
    ring = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    place = (LNG + 0.7 * half_deg, north)
    beside = oracle.GEOD.fwd(*place, 0.0, radius + 0.001 + off)[:2]
    gap = min(oracle.gap_m(oracle.geodesic(beside, beside), e) for e in oracle.edges(PolygonOutline("Polygon", [ring])))
    assert abs(gap - radius - 0.001 - off) < 0.001
    assert hit(zoned("z", PolygonOutline("Polygon", [ring])), slab(beside, beside, radius_m=radius)) == (off < 0)


@given(st.lists(intents(), min_size=1, max_size=3), st.lists(zones(), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_asking_in_bulk_is_asking_one_by_one(flown: Sequence[FlightIntent], several: Sequence[Zone]) -> None:
    several = [zoned(f"z{i}", z.spec.outline, lower=z.spec.lower, upper=z.spec.upper) for i, z in enumerate(several)]
    flights = [volumes(intent, RULES, hills()) for intent in flown]
    crewed = [intent.aircraft_class.is_crewed for intent in flown]
    found = ZoneIndex(1, several).hits(flights, crewed, hills())
    for volumes_, is_crewed, hits in zip(flights, crewed, found, strict=True):
        alone = [zone_hit(z, volumes_, crewed=is_crewed, terrain=hills()) for z in several]
        assert hits == [one for one in alone if one is not None]


@given(intents(), st.lists(zones(), min_size=1, max_size=4))
@settings(max_examples=25, deadline=None)
def test_a_flight_meets_what_one_of_its_volumes_meets(flown: FlightIntent, several: Sequence[Zone]) -> None:
    several = [zoned(f"z{i}", z.spec.outline, lower=z.spec.lower, upper=z.spec.upper) for i, z in enumerate(several)]
    made = volumes(flown, RULES, hills())
    alone = [FlightVolumes(made.records[k : k + 1], made.areas) for k in range(len(made))]
    (hits,) = ZoneIndex(1, several).hits([made], [False], hills())
    met = {z.zone_id: [k for k, one in enumerate(alone) if hit(z, one, terrain=hills())] for z in several}
    assert {each.zone.zone_id: list(each.volumes) for each in hits} == {name: ks for name, ks in met.items() if ks}


@given(intents(), st.lists(zones(), max_size=3), zones(number=9), st.booleans())
@settings(max_examples=100, deadline=None)
def test_one_more_zone_never_helps(intent: FlightIntent, before: list[Zone], more: Zone, voluntary: bool) -> None:
    made = request(volumes(intent, RULES, FLAT), crewed=intent.aircraft_class.is_crewed, voluntary=voluntary)
    index = ZoneIndex(1, before)
    then = assess(made, index, [], [], RULES, FLAT, NOW)
    now = assess(made, index.updated(2, put=[more]), [], [], RULES, FLAT, NOW)
    assert STRENGTH[now.outcome] >= STRENGTH[then.outcome]
    assert (then.zones_version, now.zones_version) == (1, 2)


HEIGHT_RULE = {"lower": Altitude(120.0), "height_basis": HeightBasis.DECLARED, "binds": Binds.UNCREWED}


@pytest.mark.parametrize(("height", "hits"), [(119.9, False), (120.0, True), (121.0, True), (80.0, False)])
def test_120_metres_are_the_declared_height(height: float, hits: bool) -> None:
    made = volumes(flight([waypoint(1_000, 0, height)]), RULES, FLAT)
    rule = zoned("h120", square(50_000), Restriction.REQ_AUTHORIZATION, **HEIGHT_RULE)
    assert hit(rule, made) is hits
    assert not hit(rule, made, crewed=True)


def test_a_height_above_the_sea_may_be_120_metres_above_the_ground() -> None:
    """Ground between 10 and 300 m: 131 m above the sea may be 121 m above the ground; 129 m cannot."""
    rule = zoned("h120", square(50_000), Restriction.REQ_AUTHORIZATION, **HEIGHT_RULE)
    for height, hits in ((131.0, True), (129.0, False)):
        intent = flight([waypoint(1_000, 0, height)], height_reference=AltitudeReference.AMSL)
        found = zone_hit(rule, volumes(intent, RULES, hills()), crewed=False, terrain=hills())
        assert (found is not None) is hits
        assert found is None or found.mixed


def test_a_zone_binds_in_its_period_and_band_only() -> None:
    made = volumes(flight([waypoint(1_000, 0)]), RULES, FLAT)  # from 03:59:30, to about 04:07
    for spec, hits in (
        ({}, True),
        ({"ends_at": NOON}, False),  # half-open: over as the first slice begins, 30 s before the climb ends
        ({"ends_at": NOON + timedelta(seconds=31)}, True),
        ({"starts_at": NOON + timedelta(hours=1)}, False),
        ({"lower": Altitude(100.0)}, True),  # 90 m and the tolerance of 10 m touch
        ({"lower": Altitude(100.1)}, False),
        ({"lower": Altitude(120.0, AltitudeReference.AMSL)}, True),  # on ground at 20 m
        ({"lower": Altitude(120.1, AltitudeReference.AMSL)}, False),
        ({"binds": Binds.CREWED}, False),
    ):
        assert hit(zoned("z", circle(100, 500, 0), **spec), made) is hits, spec


def test_a_finding_says_where_when_and_why() -> None:
    made = volumes(flight([waypoint(2_000, 0)]), RULES, FLAT)
    zone = zoned("z", circle(100, 1_000, 0), name="油库", reason="储罐", article="条例第十九条")
    found = assess(request(made), ZoneIndex(7, [zone]), [], [], RULES, FLAT, NOW)
    assert found.outcome is Outcome.REFUSED
    (finding,) = found.findings
    assert (finding.code, finding.effect) == (FindingCode.ZONE_PROHIBITED, Effect.REFUSES)
    assert (finding.against_id, finding.against_version, finding.name) == ("z", 1, "油库")
    assert finding.leg is not None
    lng, lat = finding.place
    assert oracle.GEOD.inv(lng, lat, *away(1_000, 0))[2] <= 121
    assert finding.lower == Altitude(80.0)
    assert finding.starts_at is not None
    assert NOON < finding.starts_at < (finding.ends_at or NOON)


@pytest.mark.parametrize(
    ("kind", "article"),
    [
        (ZoneKind.CONTROLLED_HERITAGE, "Decree 761 Art. 19(7)"),
        (ZoneKind.TEMPORARY, "Decree 761 Art. 20"),
        (ZoneKind.TEST, "TY-ZONE"),
    ],
)
def test_a_finding_names_its_article_also_where_the_zone_does_not(kind: ZoneKind, article: str) -> None:
    made = volumes(flight([waypoint(2_000, 0)]), RULES, FLAT)
    zone = zoned("z", circle(100, 1_000, 0))
    zone = replace(zone, spec=replace(zone.spec, kind=kind))
    (finding,) = assess(request(made), ZoneIndex(7, [zone]), [], [], RULES, FLAT, NOW).findings
    assert finding.article == article


@given(outlines(), st.tuples(metres, metres))
@settings(max_examples=50, deadline=None)
def test_a_site_meets_the_zones_that_reach_its_ground(outline: Outline, at: tuple[float, float]) -> None:
    lng, lat = away(*at)
    slack = oracle.outline_gap_m(oracle.geodesic((lng, lat), (lng, lat)), outline)
    assume(slack == 0 or slack > 0.01)
    index = ZoneIndex(1, [zoned("z", outline), zoned("high", outline, lower=Altitude(50.0))])
    found = assess_site(SitePosition(site_id="s", revision=1, lng=lng, lat=lat), index, RULES, FLAT, NOW)
    assert [f.against_id for f in found.findings] == (["z"] if slack == 0 else [])
    assert found.outcome is (Outcome.REFUSED if slack == 0 else Outcome.APPROVED)


@given(st.lists(st.tuples(places, st.sampled_from(Binds)), max_size=5), st.lists(zones(), max_size=4))
@settings(max_examples=60, deadline=None)
def test_asking_of_many_sites_is_asking_of_each(
    many: Sequence[tuple[tuple[float, float], Binds]], several: Sequence[Zone]
) -> None:
    whom = list(Binds)
    index = ZoneIndex(
        1, [zoned(f"z{i}", z.spec.outline, binds=whom[i % 3], ends_at=z.spec.ends_at) for i, z in enumerate(several)]
    )
    at = [(*away(*place), serves) for place, serves in many]
    sites = [
        SitePosition(site_id=f"s{i}", revision=1, lng=lng, lat=lat, serves=serves)
        for i, (lng, lat, serves) in enumerate(at)
    ]
    alone = [assess_site(site, index, RULES, hills(), NOW) for site in sites]
    assert assess_sites(sites, index, RULES, hills(), NOW) == alone


def test_withdrawn_and_replaced_zones_are_gone() -> None:
    made = volumes(flight([waypoint(1_000, 0)]), RULES, FLAT)
    index = ZoneIndex(1, [zoned("a", circle(50)), zoned("b", circle(50))])
    later = index.updated(2, put=[zoned("a", circle(50, 9_000, 0))], gone=["b"])
    assert [h.zone.zone_id for h in index.hits([made], [False], FLAT)[0]] == ["a", "b"]
    assert later.hits([made], [False], FLAT) == [[]]
    assert later.version == 2
