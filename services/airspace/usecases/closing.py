"""Sites close, go out of use and come back: the plans that use them are asked again, and those that cannot be flown any
more are refused; what was touched is listed. The same code previews it (`/airspace/sites/{id}/impact`).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from services.airspace.domain.answers import assessment_of
from services.airspace.domain.closures import Closure
from services.airspace.domain.findings import closed_findings, is_of_closure, outcome_of
from services.airspace.domain.terminals import Terminals
from services.airspace.domain.zone_index import ZoneIndex
from services.airspace.state import AirspaceState
from services.airspace.store import closings, narrowing, pads, reservations, site_hits, subjects
from services.airspace.store.narrowing import Extent
from services.airspace.store.reservations import Hold, Known
from services.airspace.store.site_hits import SiteHit, SiteRouteHit
from services.airspace.usecases.reassessing import (
    AT_ONCE,
    NOTHING_DRAFTED,
    PlanAnswer,
    Reassessment,
    RouteAnswer,
    differs,
)
from services.airspace.usecases.revising import ANY_VERSION, Cause, settle, settle_routes
from shared.contracts.assessment import Assessment, Effect, Finding, Outcome
from shared.contracts.sites import SiteSpec, SiteStatusChanged
from shared.db import raw
from shared.flight.records import to_us
from shared.frame import Received, Transaction

PADS_HELD: Final = timedelta(seconds=60)  # before a flight begins and after it ends
AROUND_DEG: Final = 0.001  # about 100 m: flights begin and end at the site itself


@dataclass(frozen=True, slots=True)
class Closing:
    """From when to when a site stands otherwise than was said before, closed or open."""

    site_id: str
    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Told:
    """What an event tells of a site."""

    closing: Closing
    cause: Cause


def follow_statuses(state: AirspaceState, tx: Transaction, batch: Sequence[Received[SiteStatusChanged]]) -> None:
    """Keep how each site stands, and ask the plans that use it then again."""
    narrowing.share_zones(tx.cursor)
    zones = state.zones.read(tx.cursor)
    ask_again(state, tx, zones, [_told(one) for one in batch if closings.save_status(tx.cursor, one.event)])


def _told(received: Received[SiteStatusChanged]) -> Told:
    event = received.event
    closing = Closing(event.site_id, event.starts_at, event.ends_at)
    return Told(closing, Cause(received, f"site:{event.site_id}#{event.number}"))


def ask_again(state: AirspaceState, tx: Transaction, zones: ZoneIndex, told: Sequence[Told]) -> None:
    """Ask the plans that use the sites then, as the sites stand now; what is answered otherwise is told.

    What was told last of a site is the cause of what became of its plans.
    """
    causes = {one.closing.site_id: one.cause for one in sorted(told, key=lambda one: one.cause.received.position)}
    for answers in answers_at(state, tx.connection, zones, tx.now, [one.closing for one in told]):
        changes = [answer for answer in answers if differs(answer.before, answer.after)]
        settle(tx, changes, {change.plan.plan_id: _cause(change.plan, causes) for change in changes})
        site_hits.save(tx.cursor, [hit for answer in answers for hit in _hits(answer, causes, tx.now)])


def ask_routes_again(tx: Transaction, again: Reassessment, told: Sequence[Told]) -> None:
    """Tell the routes of sites that are out of use, or in use again; what it touched is listed."""
    causes = {one.closing.site_id: one.cause for one in told}
    answers = again.routes_of(dict.fromkeys(causes))
    changes = [answer for answer in answers if differs(answer.before, answer.after)]
    settle_routes(
        tx, changes, {change.route.route_id: _last(_ends(change) & causes.keys(), causes) for change in changes}
    )
    site_hits.save_routes(tx.cursor, [hit for answer in answers for hit in _route_hits(answer, causes, tx.now)])


def _ends(answer: RouteAnswer) -> set[str]:
    spec = answer.route.spec
    return {site_id for site_id in (spec.origin.site_id, spec.destination.site_id) if site_id}


def _route_hits(answer: RouteAnswer, causes: Mapping[str, Cause], now: datetime) -> Iterator[SiteRouteHit]:
    for site_id in sorted(_ends(answer) & causes.keys()):
        finding = closure_of(site_id, answer.after)
        if finding or closure_of(site_id, answer.before):
            yield SiteRouteHit(
                site_id=site_id,
                because=causes[site_id].because,
                route_id=answer.route.route_id,
                operator=answer.route.operator,
                name=answer.route.spec.name,
                outcome_before=answer.before.outcome,
                outcome_after=answer.after.outcome,
                finding=finding,
                assessed_at=now,
            )


def _cause(plan: Known, causes: Mapping[str, Cause]) -> Cause:
    return _last(_sites(plan) & causes.keys(), causes)


def _last(site_ids: Collection[str], causes: Mapping[str, Cause]) -> Cause:
    return max((causes[site_id] for site_id in site_ids), key=lambda cause: cause.received.position)


def _hits(answer: PlanAnswer, causes: Mapping[str, Cause], now: datetime) -> Iterator[SiteHit]:
    """One for each of its sites that were told of and are in its way, or were."""
    for site_id in sorted(_sites(answer.plan) & causes.keys()):
        if touches(site_id, answer):
            yield SiteHit(
                site_id=site_id,
                because=causes[site_id].because,
                plan_id=answer.plan.plan_id,
                operator=answer.plan.operator,
                outcome_before=answer.before.outcome,
                outcome_after=answer.after.outcome,
                finding=closure_of(site_id, answer.after),
                assessed_at=now,
            )


def touches(site_id: str, answer: PlanAnswer) -> bool:
    """Whether a site's closing is among the reasons now, or was."""
    return any(closure_of(site_id, each) for each in (answer.after, answer.before))


def closure_of(site_id: str, assessment: Assessment) -> Finding | None:
    """What a site's closing does to the plan."""
    of_site = (finding for finding in assessment.findings if finding.against_id == site_id)
    return next(filter(is_of_closure, of_site), None)


def answers_at(
    state: AirspaceState,
    connection: sa.Connection,
    zones: ZoneIndex,
    now: datetime,
    closed: Sequence[Closing],
    drafted: Mapping[str, Closure] = NOTHING_DRAFTED,
) -> Iterator[list[PlanAnswer]]:
    """The plans that use the sites in these times, some at a time, with what is to be answered as the sites stand.

    `drafted`: as if that were said of these sites, too.
    """
    cursor = raw(connection).cursor()
    sites = subjects.find_sites(connection, [closing.site_id for closing in closed])
    extents = [_extent(sites[one.site_id].spec, one, now) for one in closed if one.site_id in sites]
    touched = narrowing.find_touched(cursor, extents, now=now) if extents else []
    for start in range(0, len(touched), AT_ONCE):
        found = reservations.find_plans(cursor, touched[start : start + AT_ONCE]).values()
        plans = [plan for plan in found if not _sites(plan).isdisjoint(sites)]
        terminals = _with(drafted, pads.find_terminals(cursor, [plan.volumes for plan in plans]))
        yield [PlanAnswer(plan, _answer(state, zones, now, plan, terminals)) for plan in plans]


def _with(drafted: Mapping[str, Closure], terminals: Terminals) -> Terminals:
    stands = {
        site_id: replace(terminals[site_id], closures=(closure, *terminals[site_id].closures))
        for site_id, closure in drafted.items()
        if site_id in terminals
    }
    return {**terminals, **stands}


def _extent(site: SiteSpec, closing: Closing, now: datetime) -> Extent:
    box = (site.lng - AROUND_DEG, site.lat - AROUND_DEG, site.lng + AROUND_DEG, site.lat + AROUND_DEG)
    ends_at = None if closing.ends_at is None else closing.ends_at + PADS_HELD
    return Extent(box, max(closing.starts_at - PADS_HELD, now), ends_at, ANY_VERSION)


def _sites(plan: Known) -> set[str]:
    ends = plan.volumes.movements
    return set() if ends is None else {ends.departure, ends.arrival}


def _answer(state: AirspaceState, zones: ZoneIndex, now: datetime, plan: Known, terminals: Terminals) -> Assessment:
    """What was said of zones and plans is still so: only the sites' word is another."""
    ends = plan.volumes.movements
    on_its_way = ends is not None and ends.departs_us <= to_us(now)
    effect = Effect.NOTE if plan.state is Hold.NOTED or on_its_way else Effect.REFUSES
    others = (finding for finding in plan.assessment.findings if not is_of_closure(finding))
    findings = [*others, *closed_findings(plan.volumes, terminals, effect)]
    outcome = Outcome.NOT_REQUIRED if plan.state is Hold.NOTED else outcome_of(findings)
    made = assessment_of(outcome, findings, zones, state.rules, now)
    left_out = made.findings_left_out + plan.assessment.findings_left_out
    return replace(made, zones_version=plan.assessment.zones_version, findings_left_out=left_out)
