"""What a filing must satisfy before it becomes a plan or a route, and where its spots are. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from services.flightplan.domain.errors import (
    DepartureBeyondHorizon,
    DepartureInPast,
    NotTheWayFlown,
    PriorityReserved,
    ScenarioUnknown,
    SiteNotInUse,
    SiteRetired,
    SiteUnknown,
)
from services.flightplan.domain.extent import duration_s, is_ordinary, window_of
from services.flightplan.domain.quota import Quota
from shared.city import RouteScenarios
from shared.contracts.flightplan import RouteSpec
from shared.contracts.sites import SiteState
from shared.errors import Invalid
from shared.flight import FlightIntent, FlightRules, IntentChange, Spot, corridor, volumes
from shared.flight.aloft import place_at, same_until
from shared.terrain import Terrain
from shared.volumes import TimeWindow

MAX_CLOCK_SKEW: Final = timedelta(minutes=5)  # F3548-21 maxClockSkew
ANSWERED_IN: Final = timedelta(seconds=5)  # F3548-21 ConflictingOIMaxUserNotificationTimeSeconds
MAX_HORIZON_DAYS: Final = 30  # F3548-21 OiMaxPlanHorizonDays


@dataclass(frozen=True, slots=True)
class KnownSite:
    """What flightplan keeps of a site: where it is and whether it is in use."""

    site_id: str
    state: SiteState
    lng: float
    lat: float


Sites = Mapping[str, KnownSite]


@dataclass(frozen=True, slots=True)
class Rulebook:
    """What the city's profile says a flight is measured by."""

    flight: FlightRules
    terrain: Terrain
    route_scenarios: RouteScenarios
    quota: Quota | None = None  # of an operator and a day


def checked_intent(intent: FlightIntent, sites: Sites, *, may_prioritise: bool, now: datetime) -> FlightIntent:
    """The intent with its sites' positions filled in. Raises the first thing that is wrong, naming the field."""
    if intent.priority > 0 and not may_prioritise:
        raise PriorityReserved("priority")
    check_departure(intent.departs_at, now)
    return _placed(intent, sites)


def flown_window(intent: FlightIntent, rulebook: Rulebook) -> TimeWindow:
    """When a checked intent is in the air. Raises where airspace could not decide on it, naming the field."""
    seconds = duration_s(intent, rulebook.flight)
    if not is_ordinary(intent, seconds, rulebook.flight):
        volumes(intent, rulebook.flight, rulebook.terrain)
    return window_of(intent.departs_at, seconds)


def changed_intent(intent: FlightIntent, change: IntentChange, sites: Sites) -> FlightIntent:
    """The intent as it would be, with the position of another arrival filled in. Raises as `checked_intent`."""
    if change.arrival is not None:
        change = replace(change, arrival=_in_use(change.arrival, sites, "arrival"))
    try:
        return change.of(intent)
    except ValueError as error:
        raise Invalid(str(error), field=change.said[0]) from error


def check_way_flown(former: FlightIntent, changed: FlightIntent, field: str, rulebook: Rulebook, now: datetime) -> None:
    """What is flown, and will be before an answer is there, is the same. Raises NotTheWayFlown."""
    at = now + ANSWERED_IN
    former = replace(former, departs_at=changed.departs_at)  # where other times have it, if they are others
    if not same_until(former, changed, at, rulebook.flight, rulebook.terrain):
        place = place_at(former, at, rulebook.flight, rulebook.terrain)
        where = f"{place.lng:.6f}, {place.lat:.6f} at {place.height_m:.0f} m {former.height_reference}"
        raise NotTheWayFlown(field, where, at)


def _placed(intent: FlightIntent, sites: Sites) -> FlightIntent:
    departure = _in_use(intent.departure, sites, "departure")
    arrival = _in_use(intent.arrival, sites, "arrival")
    if departure is intent.departure and arrival is intent.arrival:
        return intent
    return replace(intent, departure=departure, arrival=arrival)


def check_departure(departs_at: datetime, now: datetime, field: str = "departs_at") -> None:
    """Raises DepartureInPast or DepartureBeyondHorizon."""
    if departs_at < now - MAX_CLOCK_SKEW:
        raise DepartureInPast(departs_at, now, field)
    if departs_at > now + timedelta(days=MAX_HORIZON_DAYS):
        raise DepartureBeyondHorizon(departs_at, MAX_HORIZON_DAYS, field)


def placed_route(spec: RouteSpec, sites: Sites, rulebook: Rulebook) -> RouteSpec:
    """The route with its sites' positions filled in; it may be planned between sites that are still to be built.

    Raises what is wrong with it, naming the field.
    """
    if spec.scenario and not rulebook.route_scenarios.knows(spec.scenario):
        raise ScenarioUnknown(spec.scenario, [each.scenario_id for each in rulebook.route_scenarios.entries])
    origin, destination = _planned(spec.origin, sites, "origin"), _planned(spec.destination, sites, "destination")
    corridor(  # raises where airspace could not decide on it
        origin,
        destination,
        spec.path,
        half_width_m=spec.half_width_m,
        half_height_m=rulebook.flight.tolerances[spec.aircraft_class].vertical_m,
        reference=spec.height_reference,
        terrain=rulebook.terrain,
    )
    return replace(spec, origin=origin, destination=destination)


def _in_use(spot: Spot, sites: Sites, field: str) -> Spot:
    if spot.site_id is None:
        return spot
    site = _known(spot.site_id, sites, field)
    if not site.state.is_in_use:
        raise SiteNotInUse(site.site_id, site.state, f"{field}.site_id")
    if (spot.lng, spot.lat) == (site.lng, site.lat):
        return spot
    return Spot(site_id=site.site_id, lng=site.lng, lat=site.lat)


def _planned(spot: Spot, sites: Sites, field: str) -> Spot:
    if spot.site_id is None:
        return spot
    site = _known(spot.site_id, sites, field)
    if site.state is SiteState.RETIRED:
        raise SiteRetired(site.site_id, f"{field}.site_id")
    return Spot(site_id=site.site_id, lng=site.lng, lat=site.lat)


def _known(site_id: str, sites: Sites, field: str) -> KnownSite:
    site = sites.get(site_id)
    if site is None:
        raise SiteUnknown(site_id, f"{field}.site_id")
    return site
