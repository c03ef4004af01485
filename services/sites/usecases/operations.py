"""What happens at sites is kept once and told on: by HTTP and by event alike."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from services.sites.domain.errors import NotTheirSite, SiteNotFound
from services.sites.domain.operations import (
    KnownStatus,
    check_movement,
    check_status,
    key,
)
from services.sites.domain.register import Site
from services.sites.store import operations as store
from services.sites.store import register
from shared.contracts.inbound import SiteMovementReported, SiteStatusReported
from shared.contracts.sites import SiteMovementRecorded, SiteStatusChanged
from shared.errors import TianyuanError
from shared.frame import Received, Transaction

R = TypeVar("R", SiteMovementReported, SiteStatusReported)
Refusals = list[tuple[int, TianyuanError]]


def report_movement(tx: Transaction, report: SiteMovementReported) -> bool:
    """Keep a movement; False of one that was told before. Raises SiteNotFound, NotYetHappened, EventDiffers."""
    new, refused = _movements(tx, [report], [None])
    for _, error in refused:
        raise error
    return bool(new)


def report_status(
    tx: Transaction, report: SiteStatusReported, *, only_of: str | None = None
) -> tuple[KnownStatus, bool]:
    """Keep how a site stands; with False where it was told before. `only_of`: who must own or operate the site.

    Raises SiteNotFound, NotTheirSite, InvalidPeriod, EventDiffers.
    """
    site = register.lock(tx, [report.site_id]).get(report.site_id)
    if site is None:
        raise SiteNotFound(report.site_id)
    if only_of is not None and only_of not in (site.spec.operator, site.spec.owner):
        raise NotTheirSite(report.site_id)
    kept, new, refused = _statuses(tx, [report], [None])
    for _, error in refused:
        raise error
    return kept[0], bool(new)


def follow_movements(tx: Transaction, received: Sequence[Received[SiteMovementReported]]) -> None:
    """Movements from outside; those that break a rule are parked with the reason, the others go on."""
    reports = [each.event for each in received]
    _, refused = _movements(tx, reports, received)
    _park(tx, received, refused)


def follow_statuses(tx: Transaction, received: Sequence[Received[SiteStatusReported]]) -> None:
    """How sites stand, from outside; likewise."""
    reports = [each.event for each in received]
    _, _, refused = _statuses(tx, reports, received)
    _park(tx, received, refused)


def _park(tx: Transaction, received: Sequence[Received[Any]], refused: Refusals) -> None:
    for index, error in refused:
        tx.reject(received[index], error)


def _movements(
    tx: Transaction, reports: Sequence[SiteMovementReported], causes: Sequence[Received[Any] | None]
) -> tuple[list[SiteMovementReported], Refusals]:
    sites = register.lock(tx, {report.site_id for report in reports})
    known = store.movements(tx.cursor, {key(report) for report in reports})
    new: list[SiteMovementReported] = []

    def keep(report: SiteMovementReported, cause: Received[Any] | None) -> None:
        if check_movement(report, known.get(key(report)), tx.now):
            known[key(report)] = report
            new.append(report)
            tx.record(_recorded(report), causation=cause)

    refused = _each(reports, causes, sites, keep)
    store.add_movements(tx.cursor, new)
    return new, refused


def _statuses(
    tx: Transaction, reports: Sequence[SiteStatusReported], causes: Sequence[Received[Any] | None]
) -> tuple[list[KnownStatus], list[KnownStatus], Refusals]:
    """Every report as it is kept, the new ones among them, and what was refused."""
    sites = register.lock(tx, {report.site_id for report in reports})
    known = store.statuses(tx.cursor, {key(report) for report in reports})
    numbers = store.last_numbers(tx.cursor, sites)
    kept: list[KnownStatus] = []
    new: list[KnownStatus] = []

    def keep(report: SiteStatusReported, cause: Received[Any] | None) -> None:
        former = known.get(key(report))
        if check_status(report, former.report if former else None):
            numbers[report.site_id] = numbers.get(report.site_id, 0) + 1
            former = known[key(report)] = KnownStatus(numbers[report.site_id], report)
            new.append(former)
            tx.record(_changed(former), causation=cause)
        assert former is not None
        kept.append(former)

    refused = _each(reports, causes, sites, keep)
    store.add_statuses(tx.cursor, new, tx.now)
    return kept, new, refused


def _each(
    reports: Sequence[R],
    causes: Sequence[Received[Any] | None],
    sites: dict[str, Site],
    keep: Callable[[R, Received[Any] | None], None],
) -> Refusals:
    refused: Refusals = []
    for index, (report, cause) in enumerate(zip(reports, causes, strict=True)):
        try:
            if report.site_id not in sites:
                raise SiteNotFound(report.site_id)
            keep(report, cause)
        except TianyuanError as error:
            refused.append((index, error))
    return refused


def _recorded(report: SiteMovementReported) -> SiteMovementRecorded:
    return SiteMovementRecorded(
        site_id=report.site_id,
        event_id=report.event_id,
        movement=report.movement,
        at=report.at,
        plan_id=report.plan_id,
        aircraft=report.aircraft,
        reported_by=report.reported_by,
    )


def _changed(known: KnownStatus) -> SiteStatusChanged:
    report = known.report
    return SiteStatusChanged(
        site_id=report.site_id,
        number=known.number,
        event_id=report.event_id,
        status=report.status,
        starts_at=report.starts_at,
        ends_at=report.ends_at,
        reason=report.reason,
        reported_by=report.reported_by,
    )
