"""The world that is measured in: Wuhan with 5,000 zones and flights by the demo's archetypes, the same on every run.

All of the demo's sites are in use. Flights repeat week by week, as a city's work does, so that what is drawn for a week
fills four of them.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

import numpy as np

from city.wuhan.demo.places import Land, Place, moved
from city.wuhan.demo.plans import ARCHETYPES, Day
from city.wuhan.demo.routes import Clear, announced
from city.wuhan.demo.sites import DemoSite, sites
from city.wuhan.demo.zones import DemoZone, shape_of
from shared.city import CityProfile
from shared.contracts.airspace import Binds, ZoneKind, ZoneSpec
from shared.contracts.assessment import Restriction
from shared.contracts.codec import encode
from shared.contracts.inbound import FlightPlanRequested
from shared.contracts.sites import SiteState
from shared.volumes import Altitude, AltitudeReference, CircleOutline, PolygonOutline

SEED: Final = 20260101
WEEKS: Final = 4  # the horizon of filings is 30 days
DAYS: Final = 7
_SPARE_M: Final = 150.0  # between a zone and a site in use
_ANNOUNCED: Final = frozenset({"logistics", "medical", "sightseeing", "general_aviation"})
_ANNOUNCED_SHARE: Final = 0.25  # a few lines do not carry a hundred times the flights that the demo day has on them
_KINDS: Final = (
    (62, Restriction.REQ_AUTHORIZATION, ZoneKind.CONTROLLED_INFRASTRUCTURE, (40.0, 180.0)),
    (15, Restriction.REQ_AUTHORIZATION, ZoneKind.CONTROLLED_HAZARD, (60.0, 250.0)),
    (10, Restriction.CONDITIONAL, ZoneKind.TEST, (60.0, 250.0)),
    (3, Restriction.PROHIBITED, ZoneKind.PROHIBITED, (60.0, 250.0)),
    (10, Restriction.NO_RESTRICTION, ZoneKind.SUITABLE, (200.0, 800.0)),
)


@dataclass(frozen=True, slots=True)
class World:
    """What stands and what is filed while it is measured."""

    sites: Sequence[DemoSite]
    zones: Sequence[DemoZone]
    standing: Sequence[FlightPlanRequested]
    fresh: Sequence[FlightPlanRequested]

    def without_airspace(self) -> "World":
        """Its sites alone."""
        return World(self.sites, (), (), ())


def world(city: CityProfile, first_day: date, *, zones: int, standing: int, fresh: int) -> World:
    """The world of that day and the 27 after it; `standing` and `fresh` are numbers of filings."""
    land = Land(city)
    all_sites = [replace(site, state=SiteState.COMMISSIONED) for site in sites(land, random.Random(SEED))]
    all_zones = list(_zones(land, [site.place for site in all_sites], first_day, zones))
    permanent = [zone for zone in all_zones if zone.spec.restriction is not Restriction.NO_RESTRICTION]
    clear = Clear([shape_of(zone) for zone in permanent])
    start = datetime.combine(first_day, time(0), tzinfo=city.timezone)
    days = [
        Day(start.date() + timedelta(days=day), land, all_sites, announced(all_sites), clear, random.Random(SEED + day))
        for day in range(DAYS)
    ]
    return World(all_sites, all_zones, list(_filings(days, "standing", standing)), list(_filings(days, "fresh", fresh)))


def _filings(days: Sequence[Day], name: str, count: int) -> Iterator[FlightPlanRequested]:
    """A week of flights, four times; in an order that mixes days and archetypes."""
    a_week = -(-count // WEEKS)
    drawn = [_flight(days[number % DAYS], name, number) for number in range(a_week)]
    again = [
        replace(
            flight,
            request_key=f"{flight.request_key}-{week}",
            intent=replace(flight.intent, departs_at=flight.intent.departs_at + timedelta(days=DAYS * week)),
        )
        for week in range(WEEKS)
        for flight in drawn
    ]
    random.Random(f"{SEED} {name}").shuffle(again)
    yield from again[:count]


def _flight(day: Day, name: str, number: int) -> FlightPlanRequested:
    shares = [share * (_ANNOUNCED_SHARE if archetype in _ANNOUNCED else 1) for archetype, share, _ in ARCHETYPES]
    _, _, draw = day.chance.choices(ARCHETYPES, shares)[0]
    operator, intent = draw(day)
    return FlightPlanRequested(request_key=f"{name}-{number}", operator=operator, intent=intent)


def _zones(land: Land, keep_clear: Sequence[Place], first_day: date, count: int) -> Iterator[DemoZone]:
    """Half of them where people live, half anywhere; one in ten for a few hours of some day."""
    chance = random.Random(SEED)
    near = _Near(keep_clear)
    for number in range(count):
        _, restriction, kind, radii = chance.choices(_KINDS, [kind[0] for kind in _KINDS])[0]
        radius = round(chance.uniform(*radii))
        center = _place(land, chance)
        while near(center, radius + _SPARE_M):
            center = _place(land, chance)
        spec = ZoneSpec(
            name=f"zone {number}",
            kind=kind,
            restriction=restriction,
            outline=_outline(center, radius, chance),
            upper=Altitude(120.0, AltitudeReference.AGL) if restriction is Restriction.NO_RESTRICTION else None,
            binds=Binds.UNCREWED,
            authority="bench",
            reason="bench",
            demo=True,
        )
        yield DemoZone(f"bench-{number:05d}", _for_hours(spec, first_day, chance) if number % 10 == 0 else spec)


def _place(land: Land, chance: random.Random) -> Place:
    if chance.random() < 0.5:
        return land.settled(chance)
    return land.within(chance.choice(land.city.districts).dry, chance)


def _outline(center: Place, radius: float, chance: random.Random) -> CircleOutline | PolygonOutline:
    if chance.random() < 0.4:
        return CircleOutline("Circle", center, float(radius))
    corners = chance.choice((4, 5, 6, 8, 12, 30))
    ring = [
        moved(center, 360.0 * (corners - corner) / corners, radius * chance.uniform(0.7, 1.0))
        for corner in range(corners)
    ]
    return PolygonOutline("Polygon", ((*ring, ring[0]),))


def _for_hours(spec: ZoneSpec, first_day: date, chance: random.Random) -> ZoneSpec:
    day = first_day + timedelta(days=chance.randrange(DAYS * WEEKS))
    start = datetime.combine(day, time(chance.randrange(24)), tzinfo=UTC)
    return replace(
        spec, kind=ZoneKind.TEMPORARY, starts_at=start, ends_at=start + timedelta(hours=chance.randrange(1, 8))
    )


class _Near:
    """Whether a place is nearer to one of some others than so many metres, roughly."""

    def __init__(self, places: Sequence[Place]) -> None:
        self._places = np.array(places)

    def __call__(self, place: Place, metres: float) -> bool:
        away = (self._places - place) * (95_000.0, 110_900.0)
        return bool((np.hypot(away[:, 0], away[:, 1]) < metres).any())


def lines(filings: Sequence[FlightPlanRequested]) -> Iterator[bytes]:
    """The filings as events, one a line."""
    return (encode(filing) for filing in filings)
