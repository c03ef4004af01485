"""What happens at sites over HTTP: movements, how a site stands for the day, how much of it is used."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.sites.api.parts import Anyone, District, Reading, SiteId, State, Tx, district_key
from services.sites.api.views import StatusView, status_view
from services.sites.domain.errors import SiteNotFound
from services.sites.domain.operations import (
    HOUR,
    HourUsed,
    check_period,
    hourly_capacity,
    hours,
)
from services.sites.domain.register import Site
from services.sites.store import operations as store
from services.sites.store import register
from services.sites.store.register import SiteFilter
from services.sites.usecases import operations
from shared.auth import Principal, Role, allow
from shared.contracts.inbound import SiteMovementReported, SiteStatusReported
from shared.contracts.sites import Movement, SiteKind, SiteState, SiteStatus
from shared.db import raw
from shared.http import body
from shared.values import Identifier, Instant, Text

router = APIRouter(tags=["sites"])
Reporter = Annotated[Principal, allow(Role.PLANNER, Role.SERVICE, Role.OPERATOR)]
MOST_LISTED = 500
_AGAIN: dict[int | str, dict[str, Any]] = {200: {"description": "It was reported exactly so before"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementAsked:
    """A take-off, a landing or a diversion; the same `event_id` told again changes nothing."""

    event_id: Identifier
    movement: Movement
    at: Instant
    plan_id: UUID | None = None
    aircraft: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementView:
    """A movement as it is kept."""

    event_id: str
    movement: Movement
    at: datetime
    plan_id: UUID | None
    aircraft: str
    reported_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusAsked:
    """How a site stands from an instant on, until another where that is said; the same `event_id` counts once."""

    event_id: Identifier
    status: SiteStatus
    starts_at: Instant
    ends_at: Instant | None = None
    reason: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UtilisationView:
    """What moved at a site, hour by hour of the city's time."""

    site_id: str
    starts_at: datetime
    ends_at: datetime
    takeoffs: int
    landings: int
    diversions: int
    hours: list[HourUsed]


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteUsed:
    """How much moved at a site in use; `idle` where nothing did."""

    site_id: str
    name: str
    kind: SiteKind
    district: str
    unit: str
    takeoffs: int
    landings: int
    diversions: int
    last_movement_at: datetime | None
    used: float | None
    idle: bool
    status: StatusView
    demo: bool


Since = Annotated[Instant | None, Query(alias="from", description="24 hours before `to`, if not said")]
Until = Annotated[Instant | None, Query(description="now, if not said")]


@router.post("/sites/{site_id}/movements", status_code=201, responses=_AGAIN)
def report_movement(
    tx: Tx, caller: Reporter, site_id: SiteId, asked: Annotated[MovementAsked, body(MovementAsked)], answer: Response
) -> MovementView:
    """Report a take-off, a landing or a diversion. 409 where the id was used for another."""
    report = SiteMovementReported(
        site_id=site_id,
        event_id=asked.event_id,
        movement=asked.movement,
        at=asked.at,
        plan_id=asked.plan_id,
        aircraft=asked.aircraft,
        reported_by=caller.org,
    )
    answer.status_code = 201 if operations.report_movement(tx, report) else 200
    return _movement(report)


@router.get("/sites/{site_id}/movements")
def list_movements(
    reading: Reading, state: State, caller: Anyone, site_id: SiteId, from_: Since = None, to: Until = None
) -> list[MovementView]:
    """The latest movements of a period, at most 500, newest first."""
    _known(reading, site_id)
    since, until = _period(state, from_, to)
    found = store.recent_movements(raw(reading).cursor(), site_id, since, until, MOST_LISTED)
    return [_movement(each) for each in found]


@router.post("/sites/{site_id}/status", status_code=201, responses=_AGAIN)
def report_status(
    tx: Tx, caller: Reporter, site_id: SiteId, asked: Annotated[StatusAsked, body(StatusAsked)], answer: Response
) -> StatusView:
    """Open or close a site, for weather or else, or say that it is occupied. Airspace refuses flights at closed sites.

    An operator may say so of the sites that it owns or operates.
    """
    report = SiteStatusReported(
        site_id=site_id,
        event_id=asked.event_id,
        status=asked.status,
        starts_at=asked.starts_at,
        ends_at=asked.ends_at,
        reason=asked.reason,
        reported_by=caller.org,
    )
    steward = caller.roles & {Role.PLANNER, Role.SERVICE}
    known, new = operations.report_status(tx, report, only_of=None if steward else caller.org)
    answer.status_code = 201 if new else 200
    return status_view(known)


@router.get("/sites/{site_id}/status")
def list_statuses(reading: Reading, caller: Anyone, site_id: SiteId) -> list[StatusView]:
    """What was said of how the site stands, the latest first; of those that hold at an instant the first counts."""
    _known(reading, site_id)
    return [status_view(known) for known in store.latest_statuses(raw(reading).cursor(), site_id, MOST_LISTED)]


@router.get("/sites/{site_id}/utilisation")
def read_utilisation(
    reading: Reading, state: State, caller: Anyone, site_id: SiteId, from_: Since = None, to: Until = None
) -> UtilisationView:
    """What moved at the site by the hour, and which share of its capacity that is where it states one."""
    site = _known(reading, site_id)
    since, until = _period(state, from_, to)
    timezone = state.city.timezone
    since = since.astimezone(timezone).replace(minute=0, second=0, microsecond=0)
    until = since - (since - until) // HOUR * HOUR  # hours are told whole
    counts = store.by_hour(raw(reading).cursor(), site_id, since, until, timezone)
    rows = hours(counts, since, until, hourly_capacity(site.spec))
    return UtilisationView(
        site_id=site_id,
        starts_at=since,
        ends_at=until,
        takeoffs=sum(row.takeoffs for row in rows),
        landings=sum(row.landings for row in rows),
        diversions=sum(row.diversions for row in rows),
        hours=rows,
    )


@router.get("/utilisation")
def list_utilisation(
    reading: Reading,
    state: State,
    caller: Anyone,
    from_: Since = None,
    to: Until = None,
    kind: SiteKind | None = None,
    district: District = None,
    idle: Annotated[bool | None, Query(description="only those that stand idle, or only the others")] = None,
) -> list[SiteUsed]:
    """Every site in use with what moved there in the period, the idle ones first."""
    since, until = _period(state, from_, to)
    wanted = SiteFilter(
        states=(SiteState.COMMISSIONED,), kinds=() if kind is None else (kind,), district=district_key(district)
    )
    sites, cursor = register.select_sites(reading, wanted), raw(reading).cursor()
    totals = store.totals(cursor, since, until)
    statuses = store.statuses_at(cursor, [site.site_id for site in sites], state.clock())
    span_h = (until - since) / HOUR
    rows = [
        _used(site, totals.get(site.site_id, {}), span_h, status_view(statuses.get(site.site_id))) for site in sites
    ]
    chosen = [row for row in rows if idle in (None, row.idle)]
    return sorted(chosen, key=lambda row: (row.takeoffs + row.landings + row.diversions, row.site_id))


def _used(site: Site, moved: dict[Movement, tuple[int, datetime]], span_h: float, status: StatusView) -> SiteUsed:
    counts = {movement: moved[movement][0] if movement in moved else 0 for movement in Movement}
    total, capacity = sum(counts.values()), hourly_capacity(site.spec)
    return SiteUsed(
        site_id=site.site_id,
        name=site.spec.name,
        kind=site.spec.kind,
        district=site.district,
        unit=site.spec.unit,
        takeoffs=counts[Movement.TAKEOFF],
        landings=counts[Movement.LANDING],
        diversions=counts[Movement.DIVERSION],
        last_movement_at=max((at for _, at in moved.values()), default=None),
        used=None if capacity is None else total / (capacity * span_h),
        idle=total == 0,
        status=status,
        demo=site.spec.demo,
    )


def _known(reading: Reading, site_id: str) -> Site:
    site = register.find(reading, site_id)
    if site is None:
        raise SiteNotFound(site_id)
    return site


def _period(state: State, since: datetime | None, until: datetime | None) -> tuple[datetime, datetime]:
    until = until or state.clock()
    since = since or until - timedelta(days=1)
    check_period(since, until)
    return since, until


def _movement(report: SiteMovementReported) -> MovementView:
    return MovementView(
        event_id=report.event_id,
        movement=report.movement,
        at=report.at,
        plan_id=report.plan_id,
        aircraft=report.aircraft,
        reported_by=report.reported_by,
    )
