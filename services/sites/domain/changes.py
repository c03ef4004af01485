"""What entered or left the count, when, and because of which events. Pure."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.sites.domain.counting import Why
from services.sites.domain.facts import Fact, Subject
from services.sites.domain.history import History, Row, Span
from services.sites.domain.progress import CountedRoute, CountedSite
from services.sites.domain.scope import EVERYTHING, Scope
from shared.contracts.flightplan import RouteClass


class Measure(StrEnum):
    """The four numbers of the board."""

    SITES_LAID_OUT = "sites_laid_out"  # 布局
    SITES_IN_USE = "sites_in_use"  # 投用
    COMMERCIAL_ROUTES = "commercial_routes"
    GOVERNANCE_ROUTES = "governance_routes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A site or route entered a count or left it; `reasons` say why it does not count any more."""

    at: datetime
    measure: Measure
    entered: bool
    subject: Subject
    subject_id: str
    name: str
    district: str
    unit: str
    reasons: tuple[Why, ...]
    because: tuple[Fact, ...]


def measures(row: CountedSite | CountedRoute) -> frozenset[Measure]:
    """What a site or route counts toward."""
    if isinstance(row, CountedSite):
        laid_out = {Measure.SITES_LAID_OUT} if row.count.laid_out else set()
        return frozenset(laid_out | ({Measure.SITES_IN_USE} if row.count.in_use else set()))
    if not row.count.counts:
        return frozenset()
    commercial = row.count.route_class is RouteClass.COMMERCIAL
    return frozenset({Measure.COMMERCIAL_ROUTES if commercial else Measure.GOVERNANCE_ROUTES})


def changes(history: History, since: datetime, until: datetime, scope: Scope = EVERYTHING) -> list[Change]:
    """Every change that took effect from `since` on and before `until`, in order.

    For each measure: the number before `until` is the number before `since`, plus what entered, less what left. So it
    is within a scope as well: a site handed to another unit leaves the one's count and enters the other's.
    """
    found = [
        *(
            change
            for key, spans in history.sites.items()
            for change in _of(Subject.SITE, key, spans, since, until, scope)
        ),
        *(
            change
            for key, spans in history.routes.items()
            for change in _of(Subject.ROUTE, key, spans, since, until, scope)
        ),
    ]
    return sorted(found, key=lambda change: (change.at, change.subject, change.subject_id, change.measure))


def _of(
    subject: Subject, key: str, spans: Sequence[Span[Row]], since: datetime, until: datetime, scope: Scope
) -> Iterator[Change]:
    first = bisect_left(spans, since, key=lambda span: span.starts_at)
    before = spans[first - 1] if first else None
    counted = measures(before.row) if before and scope.keeps(before.row) else frozenset[Measure]()
    for span in spans[first:]:
        if span.starts_at >= until:
            return
        now = measures(span.row) if scope.keeps(span.row) else frozenset[Measure]()
        for measure in sorted(counted ^ now):
            yield Change(
                at=span.starts_at,
                measure=measure,
                entered=measure in now,
                subject=subject,
                subject_id=key,
                name=span.row.name,
                district=span.row.district,
                unit=span.row.unit,
                reasons=() if measure in now else reasons_of(span.row),
                because=span.because,
            )
        counted = now


def reasons_of(row: CountedSite | CountedRoute) -> tuple[Why, ...]:
    """Why a route does not count, or a site is not laid out."""
    if isinstance(row, CountedRoute):
        return row.count.reasons
    return () if row.count.reason is None else (row.count.reason,)
