"""The whole demo city for one day: `demo_city(city, day)`. The same day gives the same city, id for id."""

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from city.wuhan.demo.history import Past, past
from city.wuhan.demo.places import Land
from city.wuhan.demo.plans import Day, DemoPlan, day_of_plans
from city.wuhan.demo.routes import Clear, DemoRoute, announced, authorizations, loops
from city.wuhan.demo.sites import DemoSite, nests, sites
from city.wuhan.demo.zones import DemoZone, shape_of, temporary, zones
from shared.city import CityProfile
from shared.contracts.flightplan import AuthorizationSpec

SEED: Final = 20251231


@dataclass(frozen=True, slots=True)
class DemoCity:
    """Everything the demo puts on top of the city's facts."""

    day: date
    sites: list[DemoSite]
    zones: list[DemoZone]
    routes: list[DemoRoute]
    authorizations: list[AuthorizationSpec]
    plans: list[DemoPlan]
    past: Past  # until the day before


def demo_city(city: CityProfile, day: date) -> DemoCity:
    """The demo city; sites, zones and routes are the same on every day, plans and temporary controls are the day's."""
    land = Land(city)
    still = random.Random(SEED)
    all_sites = sites(land, still)
    permanent = zones(land, [site.place for site in all_sites if site.state.is_in_use], still)
    clear = Clear([shape_of(zone) for zone in permanent])
    public = announced(all_sites)
    routes = public + loops(nests(all_sites), clear, still)
    start = datetime.combine(day, time(0), tzinfo=city.timezone)
    offset = start.utcoffset() or timedelta()
    flights = Day(day, land, all_sites, routes, clear, random.Random(f"{SEED}-{day:%Y%m%d}"))
    return DemoCity(
        day=day,
        sites=all_sites,
        zones=permanent + temporary(day, offset),
        routes=routes,
        authorizations=authorizations(public, start),
        plans=day_of_plans(flights),
        past=past(all_sites, routes, day - timedelta(days=1), random.Random(f"{SEED}-past")),
    )


def tomorrow(city: CityProfile, now: datetime) -> date:
    """The demo day: tomorrow in the city's time."""
    return now.astimezone(city.timezone).date() + timedelta(days=1)
