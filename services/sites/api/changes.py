"""Why a count moved: what entered or left it, because of which events; and the life of each site and route."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter

from services.sites.api.parts import Anyone, Reading, SiteId
from services.sites.api.times import Asked, From, MonthText, Within
from services.sites.api.views import ReasonView, reason_view
from services.sites.domain.changes import Change, Measure, changes, measures, reasons_of
from services.sites.domain.errors import RouteNotKnown, SiteNotFound
from services.sites.domain.facts import Fact, Subject
from services.sites.domain.history import Span
from services.sites.domain.progress import CountedRoute, CountedSite
from services.sites.store import ledger
from shared.contracts.flightplan import RouteClass
from shared.http import Page, Paging

router = APIRouter(tags=["progress"])


@dataclass(frozen=True, slots=True, kw_only=True)
class BecauseView:
    """The event behind a change: its place in the log it was recorded in, when it took effect and was recorded."""

    event_id: UUID
    log: str
    position: int
    type: str
    subject: Subject
    subject_id: str
    effective_at: datetime
    recorded_at: datetime
    reason: str
    zones: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeView:
    """A site or route entered a count or left it: why it does not count any more, and because of which events."""

    at: datetime
    measure: Measure
    entered: bool
    subject: Subject
    subject_id: str
    name: str
    district: str
    unit: str
    reasons: tuple[ReasonView, ...]
    because: tuple[BecauseView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingView:
    """How a site or route stood from an instant on."""

    since: datetime
    state: str
    counts_toward: tuple[Measure, ...]
    route_class: RouteClass | None
    district: str
    unit: str
    reasons: tuple[ReasonView, ...]
    because: tuple[BecauseView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeView:
    """How one site or route has stood, and every event that is told of it, oldest first."""

    subject: Subject
    subject_id: str
    standings: tuple[StandingView, ...]
    events: tuple[BecauseView, ...]


@router.get("/progress/changes")
def list_changes(
    caller: Anyone,
    asked: Asked,
    within: Within,
    page: Paging,
    month: MonthText = None,
    from_: From = None,
    measure: Measure | None = None,
    entered: bool | None = None,
) -> Page[ChangeView]:
    """Each site and route that entered or left a count in a month, with the events that made it so.

    `from` is an earlier month to begin with.
    """
    wanted, after = asked.month(month), page.after(int)
    since = asked.starts_at(asked.span(from_, month)[0] if from_ else wanted)
    found = [
        (number, change)
        for number, change in enumerate(changes(asked.history, since, asked.cut(wanted), within))
        if measure in (None, change.measure) and entered in (None, change.entered)
    ]
    rows = found if after is None else [row for row in found if row[0] > after[0]]
    return page.of_views(rows, key=lambda row: (row[0],), view=lambda row: _change(row[1]))


@router.get("/progress/sites/{site_id}")
def read_site_life(reading: Reading, caller: Anyone, asked: Asked, site_id: SiteId) -> LifeView:
    """Since when a site has counted toward what, and each event behind it."""
    spans = asked.history.sites.get(site_id)
    if spans is None:
        raise SiteNotFound(site_id)
    return _life(Subject.SITE, site_id, spans, ledger.facts_of(reading, Subject.SITE, site_id))


@router.get("/progress/routes/{route_id}")
def read_route_life(reading: Reading, caller: Anyone, asked: Asked, route_id: SiteId) -> LifeView:
    """Since when a route has counted as what, and each event behind it."""
    spans = asked.history.routes.get(route_id)
    if spans is None:
        raise RouteNotKnown(route_id)
    return _life(Subject.ROUTE, route_id, spans, ledger.facts_of(reading, Subject.ROUTE, route_id))


def _change(change: Change) -> ChangeView:
    return ChangeView(
        at=change.at,
        measure=change.measure,
        entered=change.entered,
        subject=change.subject,
        subject_id=change.subject_id,
        name=change.name,
        district=change.district,
        unit=change.unit,
        reasons=tuple(reason_view(why) for why in change.reasons),
        because=_because(change.because),
    )


def _life(
    subject: Subject, key: str, spans: Sequence[Span[CountedSite]] | Sequence[Span[CountedRoute]], facts: Sequence[Fact]
) -> LifeView:
    standings = tuple(_standing(span) for span in spans)
    return LifeView(subject=subject, subject_id=key, standings=standings, events=_because(facts))


def _standing(span: Span[CountedSite] | Span[CountedRoute]) -> StandingView:
    row = span.row
    return StandingView(
        since=span.starts_at,
        state=row.state,
        counts_toward=tuple(sorted(measures(row))),
        route_class=row.count.route_class if isinstance(row, CountedRoute) else None,
        district=row.district,
        unit=row.unit,
        reasons=tuple(reason_view(why) for why in reasons_of(row)),
        because=_because(span.because),
    )


def _because(facts: Sequence[Fact]) -> tuple[BecauseView, ...]:
    return tuple(
        BecauseView(
            event_id=fact.event_id,
            log=fact.log,
            position=fact.position,
            type=fact.type,
            subject=fact.subject,
            subject_id=fact.subject_id,
            effective_at=fact.effective_at,
            recorded_at=fact.recorded_at,
            reason=fact.told.reason,
            zones=fact.told.zones,
        )
        for fact in facts
    )
