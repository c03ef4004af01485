"""Questions that change nothing: may this fly, and what would a zone touch. The same code as decisions, on a reader."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar
from uuid import uuid4

import sqlalchemy as sa

from services.airspace.domain import zones as domain
from services.airspace.domain.assess import assess
from services.airspace.domain.closures import Closure
from services.airspace.domain.proposals import Checked, requested
from services.airspace.domain.subjects import Authorization, PlanRequest
from services.airspace.state import AirspaceState
from services.airspace.store import narrowing, subjects
from services.airspace.store.narrowing import Extent
from services.airspace.store.subjects import KnownSite
from services.airspace.store.zones import find_zone
from services.airspace.usecases.closing import Closing, answers_at
from services.airspace.usecases.closing import touches as closing_touches
from services.airspace.usecases.reassessing import (
    Answer,
    PlanAnswer,
    Reassessment,
    RouteAnswer,
    SiteAnswer,
    touches,
)
from services.airspace.usecases.revising import ANY_VERSION
from services.airspace.usecases.standing import look
from shared.contracts.airspace import ZoneSpec
from shared.contracts.assessment import FindingCode
from shared.db import raw
from shared.errors import Forbidden, Invalid, NotFound
from shared.flight import FlightIntent, FlightVolumes, Spot, volumes
from shared.flight.records import FOREVER_US, from_us
from shared.outlines import box_of

LONGEST_AGO: Final = timedelta(minutes=5)  # F3548-21 maxClockSkew, as for a filing
HORIZON: Final = timedelta(days=30)  # F3548-21 OiMaxPlanHorizonDays, as for a filing


A = TypeVar("A", bound=Answer)


class UnknownSite(Invalid):
    """The flight names a site that is not in the register."""


class SiteNotFound(NotFound):
    """There is no site of this id."""


class DepartsOutsideHorizon(Invalid):
    """The flight is over, or too far ahead to be answered."""


class PriorityReserved(Forbidden):
    """A priority above 0 is a regulator's to give."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks whether a flight may be: whose authorizations count, and may it take precedence."""

    operator: str
    sees_all: bool = False  # any operator's authorizations, and priorities


@dataclass(slots=True)
class Found(Generic[A]):
    """What a zone or a closing would touch, of one kind: some of it, how many, and on how many another outcome."""

    listed: list[A] = field(default_factory=list)
    count: int = 0
    changed: int = 0

    def add(self, touched: Iterable[A], most: int) -> "Found[A]":
        """Count them, and keep the first ones."""
        for answer in touched:
            self.count += 1
            self.changed += answer.before.outcome is not answer.after.outcome
            if len(self.listed) < most:
                self.listed.append(answer)
        return self


@dataclass(frozen=True, slots=True)
class Impact:
    """What a zone would touch, and what would be answered then."""

    zone_id: str
    plans: Found[PlanAnswer]
    routes: Found[RouteAnswer]
    sites: Found[SiteAnswer]


def check(
    state: AirspaceState,
    connection: sa.Connection,
    intent: FlightIntent,
    asker: Asker,
    authorization_numbers: Sequence[str] | None = None,
) -> Checked:
    """The decision a filing would meet now. Raises Invalid naming the field (`intent...`) where it makes no flight."""
    now = state.clock()
    if intent.priority and not asker.sees_all:
        raise PriorityReserved("only a regulator may ask with a priority above 0", field="intent.priority")
    if not now - LONGEST_AGO <= intent.departs_at <= now + HORIZON:
        raise DepartsOutsideHorizon("must be from now to 30 days ahead", field="intent.departs_at")
    intent = _placed(connection, intent)
    flight = _volumes(state, intent)
    authorizations = _authorizations(state, connection, flight, asker, authorization_numbers)
    operator = authorizations[0].spec.operator if asker.sees_all and authorizations else asker.operator
    return check_as(state, connection, requested(uuid4(), operator, intent, flight), intent, authorizations)


def check_as(
    state: AirspaceState,
    connection: sa.Connection,
    request: PlanRequest,
    intent: FlightIntent,
    authorizations: Sequence[Authorization],
) -> Checked:
    """The decision that the request would meet now; what the plan itself holds is not in its way."""
    cursor = raw(connection).cursor()
    narrowing.prefer_indexes(cursor)
    zones, near = state.zones.read(cursor), look(cursor, [request.volumes])
    rules, terrain, now = state.rules, state.terrain, state.clock()
    assessment = assess(request, zones, near.plans.values(), authorizations, rules, terrain, now, near.terminals)
    return Checked(
        intent=intent,
        request=request,
        zones=zones,
        standing=near.plans,
        authorizations=authorizations,
        assessment=assessment,
    )


def authorizations_around(
    state: AirspaceState, connection: sa.Connection, flight: FlightVolumes, operator: str
) -> list[Authorization]:
    """The operator's, in force during the flight or as much earlier and later as an alternative may be."""
    start, end = _around(state, flight)
    return subjects.authorizations_of(raw(connection).cursor(), [operator], start, end)


def _around(state: AirspaceState, flight: FlightVolumes) -> tuple[datetime, datetime]:
    shift = timedelta(seconds=state.alternatives.horizon_s)
    return flight.window.start - shift, flight.window.end + shift


def _authorizations(
    state: AirspaceState,
    connection: sa.Connection,
    flight: FlightVolumes,
    asker: Asker,
    numbers: Sequence[str] | None,
) -> list[Authorization]:
    """Those of the asker's organisation, where numbers are given only they; one who sees all may name any."""
    if asker.sees_all and numbers:
        return subjects.authorizations_numbered(raw(connection).cursor(), numbers, *_around(state, flight))
    own = authorizations_around(state, connection, flight, asker.operator)
    return own if numbers is None else [each for each in own if each.spec.number in numbers]


def _placed(connection: sa.Connection, intent: FlightIntent) -> FlightIntent:
    departure = _spot(connection, intent.departure, "intent.departure.site_id")
    return replace(intent, departure=departure, arrival=_spot(connection, intent.arrival, "intent.arrival.site_id"))


def _spot(connection: sa.Connection, spot: Spot, field: str) -> Spot:
    """The register's position counts, as in a filing."""
    if spot.site_id is None:
        return spot
    site = subjects.find_site(connection, spot.site_id)
    if site is None:
        raise UnknownSite(f"there is no site {spot.site_id}", field=field)
    if not site.state.is_in_use:
        raise UnknownSite(f"site {spot.site_id} is not in use", field=field)
    return Spot(site_id=spot.site_id, lng=site.spec.lng, lat=site.spec.lat)


def _volumes(state: AirspaceState, intent: FlightIntent) -> FlightVolumes:
    try:
        return volumes(intent, state.rules, state.terrain)
    except Invalid as error:
        raise Invalid(error.detail, field=f"intent.{error.field}" if error.field else "intent") from error


def preview(
    state: AirspaceState, connection: sa.Connection, zone_id: str | None, spec: ZoneSpec, *, most: int
) -> Impact:
    """What the zone would touch were it published now, or changed to this where it exists; at most so many of each.

    No decision waits for it: it takes no lock, and keeps no more than it lists.
    """
    cursor = raw(connection).cursor()
    zones = state.zones.read(cursor)
    former = find_zone(connection, zone_id) if zone_id else None
    drafted = domain.zone(zone_id or DRAFT, former.zone_version + 1 if former else 1, spec, state.city_time)
    specs = [spec, former.spec] if former else [spec]
    extents = [Extent(box_of(each.outline), each.starts_at, each.ends_at, ANY_VERSION) for each in specs]
    again = Reassessment(state, connection, zones.updated(zones.version + 1, [drafted]), state.clock())
    found, name = Found[PlanAnswer](), drafted.zone_id
    for answers in again.plans(extents):
        found.add(_touched(name, answers), most)
    routes = Found[RouteAnswer]().add(_touched(name, again.routes(extents)), most)
    return Impact(name, found, routes, Found[SiteAnswer]().add(_touched(name, again.sites(extents)), most))


def _touched(zone_id: str, answers: Iterable[A]) -> Iterator[A]:
    return (answer for answer in answers if touches(zone_id, answer.before, answer.after))


@dataclass(frozen=True, slots=True)
class ClosingImpact:
    """What the closing of a site would touch; of routes those that lose it, for it goes out of use."""

    plans: Found[PlanAnswer]
    routes: Found[RouteAnswer]


def preview_closing(
    state: AirspaceState, connection: sa.Connection, site_id: str, closure: Closure, *, most: int
) -> ClosingImpact:
    """What the site's closing would touch were it said now; likewise. Raises SiteNotFound."""
    expect_site(connection, site_id)
    zones = state.zones.read(raw(connection).cursor())
    ends_at = None if closure.end_us >= FOREVER_US else from_us(closure.end_us)
    closing = Closing(site_id, from_us(closure.start_us), ends_at)
    found = Found[PlanAnswer]()
    for answers in answers_at(state, connection, zones, state.clock(), [closing], {site_id: closure}):
        found.add((answer for answer in answers if closing_touches(site_id, answer)), most)
    routes = Found[RouteAnswer]()
    if closure.code is FindingCode.SITE_OUT_OF_USE:
        again = Reassessment(state, connection, zones, state.clock())
        routes.add(again.routes_of({site_id: closure}), most)
    return ClosingImpact(found, routes)


def expect_site(connection: sa.Connection, site_id: str) -> KnownSite:
    """The site as airspace knows it. Raises SiteNotFound."""
    site = subjects.find_site(connection, site_id)
    if site is None:
        raise SiteNotFound(f"there is no site {site_id}")
    return site


DRAFT: Final = "draft"  # the id a zone without one goes by in a preview
