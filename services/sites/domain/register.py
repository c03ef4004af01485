"""What the register holds of a site, and what a report of it leads to: a new state and the events that say so. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from services.sites.domain.counting import SiteCount, Standing, count_site
from services.sites.domain.errors import ReservedId, SiteRetired
from services.sites.domain.life import Lived, Reached, check_date, check_move, untold
from shared.contracts.assessment import Assessment
from shared.contracts.sites import Event, SiteRegistered, SiteSpec, SiteState, SiteStateChanged, SiteUpdated

V = TypeVar("V")
RESERVED = frozenset({"events", "export", "import", "parked", "template"})  # these paths under /sites are no site


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A site as the register holds it."""

    site_id: str
    revision: int  # one more with every event
    position_revision: int  # the revision that brought the present position; older assessments are of another place
    spec: SiteSpec
    state: SiteState
    district: str  # adcode, empty outside the city
    effective_at: datetime  # of the last move
    registered_at: datetime
    updated_at: datetime
    standing: Standing = Standing.UNASSESSED
    obstacle: str = ""
    assessment: Assessment | None = None

    @property
    def count(self) -> SiteCount:
        """Whether it is laid out and in use."""
        return count_site(self.state, self.standing, self.obstacle)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What somebody states about a site: what it is, or where in its life it stands, or both."""

    site_id: str
    spec: SiteSpec | None = None  # None: as it is
    state: SiteState | None = None  # None: as it is; proposed for a new site
    reason: str = ""
    effective_at: datetime | None = None  # None: now
    lived: tuple[Reached, ...] = ()  # the life that led to `state`, oldest first


@dataclass(frozen=True, slots=True)
class Step:
    """What a report led to; without events nothing changed."""

    site: Site
    events: tuple[Event, ...]


def tidy(spec: SiteSpec) -> SiteSpec:
    """The spec with its lists as sets in a fixed order, so that equal sites are equal values."""
    return replace(spec, functions=_once(spec.functions), aircraft_classes=_once(spec.aircraft_classes))


def _once(words: Sequence[V]) -> tuple[V, ...]:
    return tuple(sorted(set(words), key=str))


def register(report: Report, spec: SiteSpec, district: str, now: datetime) -> Step:
    """A site enters the register, in whatever state it stands, with its life where that is told.

    Raises ReservedId, and the errors of the moves.
    """
    if report.site_id in RESERVED:
        raise ReservedId(report.site_id)
    if not report.lived:
        return _enter(report.site_id, spec, _first(report, now), district, now)
    entered = _enter(report.site_id, spec, report.lived[0], district, now)
    return _live(entered, replace(report, lived=report.lived[1:]), (), now)


def _first(report: Report, now: datetime) -> Reached:
    return Reached(report.state or SiteState.PROPOSED, report.effective_at or now)


def _enter(site_id: str, spec: SiteSpec, first: Reached, district: str, now: datetime) -> Step:
    check_date(first.effective_at, None, now, first.field)
    site = Site(
        site_id=site_id,
        revision=1,
        position_revision=1,
        spec=spec,
        state=first.state,
        district=district,
        effective_at=first.effective_at,
        registered_at=now,
        updated_at=now,
    )
    event = SiteRegistered(
        site_id=site_id, revision=1, spec=spec, state=first.state, district=district, effective_at=first.effective_at
    )
    return Step(site, (event,))


def revise(site: Site, report: Report, district: str, now: datetime, lived: Lived = ()) -> Step:
    """What a report changes about a site that is registered: what is stated, then its state.

    A state that is the present one changes nothing, nor does a life that its events tell already (`lived`).
    Raises SiteRetired, MoveNotAllowed, MoveInTheFuture, MoveTooEarly.
    """
    first = _restate(site, report.spec, district, now) if report.spec not in (None, site.spec) else Step(site, ())
    return _live(first, report, lived, now)


def _live(step: Step, report: Report, lived: Lived, now: datetime) -> Step:
    """The moves of the report after what it stated: those of the life told, then the one to the present state."""
    for each in untold(report.lived, lived):
        step = _then(step, _move(step.site, each, report.reason, now))
    if report.state in (None, step.site.state):
        return step
    effective_at = report.effective_at or max(now, step.site.effective_at)
    return _then(step, _move(step.site, Reached(report.state, effective_at), report.reason, now))


def _then(first: Step, second: Step) -> Step:
    return Step(second.site, first.events + second.events)


def settle_in(site: Site, district: str, now: datetime) -> Step:
    """The city's district boundaries changed under the site."""
    return _stated(site, site.spec, district, now)


def _restate(site: Site, spec: SiteSpec | None, district: str, now: datetime) -> Step:
    if site.state is SiteState.RETIRED:
        raise SiteRetired(site.site_id)
    return _stated(site, spec or site.spec, district, now)


def _stated(site: Site, spec: SiteSpec, district: str, now: datetime) -> Step:
    moved = (spec.lng, spec.lat) != (site.spec.lng, site.spec.lat)
    changed = replace(site, revision=site.revision + 1, spec=spec, district=district, updated_at=now)
    if moved:
        changed = replace(
            changed,
            position_revision=changed.revision,
            standing=Standing.UNASSESSED,
            obstacle="",
            assessment=None,
        )
    event = SiteUpdated(
        site_id=site.site_id,
        revision=changed.revision,
        spec=spec,
        state=site.state,
        district=district,
        position_changed=moved,
        effective_at=now,
    )
    return Step(changed, (event,))


def _move(site: Site, wanted: Reached, reason: str, now: datetime) -> Step:
    check_date(wanted.effective_at, site.effective_at, now, wanted.field)
    check_move(site.site_id, site.state, wanted.state)
    moved = replace(
        site, revision=site.revision + 1, state=wanted.state, effective_at=wanted.effective_at, updated_at=now
    )
    event = SiteStateChanged(
        site_id=site.site_id,
        revision=moved.revision,
        spec=site.spec,
        state=wanted.state,
        former_state=site.state,
        district=site.district,
        reason=reason,
        effective_at=wanted.effective_at,
    )
    return Step(moved, (event,))
