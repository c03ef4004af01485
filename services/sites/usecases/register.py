"""Sites enter the register, are restated, and move on in their life: by HTTP, by file and by event alike."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from services.sites.domain import register
from services.sites.domain.errors import SiteExists, SiteNotFound
from services.sites.domain.life import Lived, Move
from services.sites.domain.register import Report, Site, Step, tidy
from services.sites.store import places
from services.sites.store import register as store
from shared.contracts.inbound import SiteReported, SiteStateReported
from shared.contracts.sites import SiteRegistered, SiteState
from shared.errors import TianyuanError
from shared.frame import Received, Transaction


@dataclass(frozen=True, slots=True)
class Refused:
    """A report that could not be followed, by its index, with the error that says why."""

    index: int
    error: TianyuanError


@dataclass(frozen=True, slots=True)
class Outcome:
    """What some reports led to."""

    created: int
    updated: int
    unchanged: int
    refused: tuple[Refused, ...]


def register_site(tx: Transaction, report: Report) -> tuple[Site, bool]:
    """A new site, and True; the same site told again, and False. Raises SiteExists where it differs."""
    known = store.lock(tx, [report.site_id]).get(report.site_id)
    if known is None:
        step = _step(tx, None, report, _district(tx, report))
        if store.insert_new(tx, [step.site]):
            _record(tx, step)
            return step.site, True
        known = store.lock(tx, [report.site_id])[report.site_id]  # registered by somebody else this very moment
    if report.spec is None or tidy(report.spec) != known.spec or report.state not in (None, known.state):
        raise SiteExists(report.site_id)
    return known, False


def report_site(tx: Transaction, report: Report) -> Site:
    """Restate a registered site, or move it on, or both. Raises SiteNotFound and the errors of its life."""
    known = store.lock(tx, [report.site_id]).get(report.site_id)
    if known is None:
        raise SiteNotFound(report.site_id)
    step = _step(tx, known, report, _district(tx, report))
    if step.events:
        store.update(tx, [step.site])
        _record(tx, step)
    return step.site


def move_site(tx: Transaction, move: Move, report: Report) -> Site:
    """Move a site on in its life; one that is there already stays as it is."""
    return report_site(tx, replace(report, state=move.leads_to))


def report_sites(tx: Transaction, reports: Sequence[Report], causes: Sequence[Received[Any]] = ()) -> Outcome:
    """Register the new ones, restate and move the known ones; those that cannot be followed are refused, each alone.

    `causes` are the events that brought the reports, one each, where events did.
    """
    known = store.lock(tx, {report.site_id for report in reports})
    districts = places.districts_of(tx.connection, [_position(report, known) for report in reports])
    before = dict(known)
    lived = store.lived(tx.connection, [report.site_id for report in reports if report.lived])
    steps: list[tuple[int, Step]] = []
    refused: list[Refused] = []
    for index, (report, district) in enumerate(zip(reports, districts, strict=True)):
        try:
            step = _step(tx, known.get(report.site_id), report, district, lived.get(report.site_id, ()))
        except TianyuanError as error:
            refused.append(Refused(index, error))
        else:
            known[report.site_id] = step.site
            steps.append((index, step))
    raced = _write(tx, before, known)
    kept = [(index, step) for index, step in steps if step.site.site_id not in raced]
    refused += [Refused(index, SiteExists(step.site.site_id)) for index, step in steps if step.site.site_id in raced]
    for index, step in kept:
        _record(tx, step, causes[index] if causes else None)
    return _outcome([step for _, step in kept], refused)


def follow_reports(tx: Transaction, received: Sequence[Received[SiteReported | SiteStateReported]]) -> None:
    """Site events from outside; those that break a rule are parked with the reason, the others go on.

    Raises SiteExists where a site was registered by somebody else this very moment: the events are then taken again.
    """
    outcome = report_sites(tx, [_report(each.event) for each in received], received)
    for refusal in outcome.refused:
        if isinstance(refusal.error, SiteExists):
            raise refusal.error
        tx.reject(received[refusal.index], refusal.error)


def _report(event: SiteReported | SiteStateReported) -> Report:
    if isinstance(event, SiteStateReported):
        return Report(site_id=event.site_id, state=event.state, reason=event.reason, effective_at=event.effective_at)
    # nothing goes back to proposed, so for a site that is known it means "as it is"
    state = None if event.state is SiteState.PROPOSED else event.state
    return Report(site_id=event.site_id, spec=event.spec, state=state)


def _step(tx: Transaction, known: Site | None, report: Report, district: str, lived: Lived = ()) -> Step:
    report = report if report.spec is None else replace(report, spec=tidy(report.spec))
    if known is not None:
        return register.revise(known, report, district, tx.now, lived)
    if report.spec is None:
        raise SiteNotFound(report.site_id)
    return register.register(report, report.spec, district, tx.now)


def _district(tx: Transaction, report: Report) -> str:
    if report.spec is None:
        return ""  # a move does not ask for it
    return places.districts_of(tx.connection, [(report.spec.lng, report.spec.lat)])[0]


def _position(report: Report, known: dict[str, Site]) -> places.Position:
    spec = report.spec or (known[report.site_id].spec if report.site_id in known else None)
    return (spec.lng, spec.lat) if spec else (0.0, 0.0)


def _write(tx: Transaction, before: dict[str, Site], after: dict[str, Site]) -> set[str]:
    """Save what changed; returns the ids that somebody else registered meanwhile."""
    new = [site for site_id, site in after.items() if site_id not in before]
    changed = [site for site_id, site in after.items() if site_id in before and site is not before[site_id]]
    written = store.insert_new(tx, new)
    store.update(tx, sorted(changed, key=lambda site: site.site_id))
    return {site.site_id for site in new} - written


def _record(tx: Transaction, step: Step, cause: Received[Any] | None = None) -> None:
    for event in step.events:
        tx.record(event, causation=cause)


def _outcome(steps: Sequence[Step], refused: Sequence[Refused]) -> Outcome:
    created = sum(1 for step in steps if step.events and isinstance(step.events[0], SiteRegistered))
    unchanged = sum(1 for step in steps if not step.events)
    return Outcome(
        created=created,
        updated=len(steps) - created - unchanged,
        unchanged=unchanged,
        refused=tuple(sorted(refused, key=lambda refusal: refusal.index)),
    )
