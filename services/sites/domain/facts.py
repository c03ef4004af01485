"""What one event says about whether a site or a route counts: a `Fact`, from the event and its envelope alone. Pure.

Whoever reads the same log makes the same facts, whenever that is: nothing in them comes from a clock or a table.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from services.sites.domain.counting import Standing, obstacles, standing
from shared.contracts.airspace import SiteAssessed
from shared.contracts.assessment import Assessment, Effect, SubjectKind
from shared.contracts.flightplan import RouteClass, RouteClassified, RouteFiled, RouteState, RouteStateChanged
from shared.contracts.sites import SiteKind, SiteRegistered, SiteSpec, SiteState, SiteStateChanged, SiteUpdated
from shared.flight import Spot


class Subject(StrEnum):
    """What a fact is about."""

    SITE = "site"
    ROUTE = "route"


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteStated:
    """What is stated about a site, as far as counting and its views ask."""

    name: str
    kind: SiteKind
    unit: str
    district: str
    demo: bool
    lng: float
    lat: float
    service_radius_m: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteStated:
    """What is stated about a route, likewise."""

    name: str
    operator: str
    unit: str
    scenario: str
    demo: bool
    origin: Spot
    destination: Spot


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What an event tells; None is "nothing about that"."""

    revision: int
    site: SiteStated | None = None
    route: RouteStated | None = None
    moved: bool = False  # a site's position is another from this revision on
    site_state: SiteState | None = None
    route_state: RouteState | None = None
    standing: Standing | None = None
    obstacle: str = ""
    zones: tuple[str, ...] = ()  # ids of the zones in the way
    route_class: RouteClass | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """An event that bears on counting: when it took effect, when it was recorded, where it stands in which log."""

    event_id: UUID
    log: str
    position: int
    type: str
    subject: Subject
    subject_id: str
    effective_at: datetime
    recorded_at: datetime
    told: Told


CountingEvent = (
    SiteRegistered | SiteUpdated | SiteStateChanged | SiteAssessed | RouteFiled | RouteStateChanged | RouteClassified
)
_Said = tuple[Subject, str, datetime, Told]


def said(event: CountingEvent, recorded_at: datetime) -> _Said:
    """About what, since when, and what. Events that give no time of their own took effect when they were recorded."""
    return _READ[type(event)](event, recorded_at)


def _registered(event: SiteRegistered, recorded_at: datetime) -> _Said:
    told = Told(revision=event.revision, site=_site(event.spec, event.district), moved=True, site_state=event.state)
    return Subject.SITE, event.site_id, event.effective_at, told


def _updated(event: SiteUpdated, recorded_at: datetime) -> _Said:
    stated = _site(event.spec, event.district)
    return (
        Subject.SITE,
        event.site_id,
        event.effective_at,
        Told(revision=event.revision, site=stated, moved=event.position_changed),
    )


def _site_changed(event: SiteStateChanged, recorded_at: datetime) -> _Said:
    told = Told(revision=event.revision, site_state=event.state, reason=event.reason)
    return Subject.SITE, event.site_id, event.effective_at, told


def _site_assessed(event: SiteAssessed, recorded_at: datetime) -> _Said:
    found = event.assessment
    told = Told(
        revision=event.revision,
        standing=standing(found),
        obstacle=obstacles(found),
        zones=_zones(found),
        reason=event.because,
    )
    return Subject.SITE, event.site_id, found.decided_at, told


def _route_filed(event: RouteFiled, recorded_at: datetime) -> _Said:
    spec = event.spec
    stated = RouteStated(
        name=spec.name,
        operator=event.operator,
        unit=spec.unit,
        scenario=spec.scenario,
        demo=spec.demo,
        origin=spec.origin,
        destination=spec.destination,
    )
    told = Told(revision=event.revision, route=stated, route_state=RouteState.FILED, standing=Standing.UNASSESSED)
    return Subject.ROUTE, event.route_id, recorded_at, told


def _route_changed(event: RouteStateChanged, recorded_at: datetime) -> _Said:
    found = event.assessment
    told = Told(
        revision=event.revision,
        route_state=event.state,
        standing=None if found is None else standing(found),
        obstacle=obstacles(found),
        zones=() if found is None else _zones(found),
        reason=event.because,
    )
    return Subject.ROUTE, event.route_id, event.effective_at or recorded_at, told


def _route_classified(event: RouteClassified, recorded_at: datetime) -> _Said:
    ruling = event.classification
    told = Told(revision=event.revision, route_class=ruling.route_class, reason=ruling.evidence)
    return Subject.ROUTE, event.route_id, ruling.ruled_at, told


_READ: Final[dict[type, Callable[[Any, datetime], _Said]]] = {
    SiteRegistered: _registered,
    SiteUpdated: _updated,
    SiteStateChanged: _site_changed,
    SiteAssessed: _site_assessed,
    RouteFiled: _route_filed,
    RouteStateChanged: _route_changed,
    RouteClassified: _route_classified,
}
COUNTING_EVENTS: Final = tuple(_READ)


def _site(spec: SiteSpec, district: str) -> SiteStated:
    return SiteStated(
        name=spec.name,
        kind=spec.kind,
        unit=spec.unit,
        district=district,
        demo=spec.demo,
        lng=spec.lng,
        lat=spec.lat,
        service_radius_m=spec.service_radius_m,
    )


def _zones(assessment: Assessment) -> tuple[str, ...]:
    hindering = (
        finding.against_id
        for finding in assessment.findings
        if finding.effect in (Effect.REFUSES, Effect.NEEDS_RULING) and finding.against is SubjectKind.ZONE
    )
    return tuple(dict.fromkeys(zone for zone in hindering if zone))
