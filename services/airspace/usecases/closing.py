"""Sites close, go out of use and come back: the plans that use them are asked again, and those that cannot be any more
are refused.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from services.airspace.domain.assess import assessment_of
from services.airspace.domain.findings import closed_findings, is_of_closure, outcome_of
from services.airspace.domain.terminals import Terminals
from services.airspace.domain.zone_index import ZoneIndex
from services.airspace.state import AirspaceState
from services.airspace.store import closings, narrowing, pads, reservations, subjects
from services.airspace.store.narrowing import Extent
from services.airspace.store.reservations import Hold, Known
from services.airspace.usecases.reassessing import AT_ONCE, PlanAnswer, differs
from services.airspace.usecases.revising import ANY_VERSION, Cause, settle
from shared.contracts.assessment import Assessment, Effect, Outcome
from shared.contracts.sites import SiteSpec, SiteStatusChanged
from shared.db import raw
from shared.flight.records import to_us
from shared.frame import Received, Transaction

PADS_HELD = timedelta(seconds=60)  # before a flight begins and after it ends
AROUND_DEG = 0.001  # about 100 m: flights begin and end at the site itself


@dataclass(frozen=True, slots=True)
class Closing:
    """From when to when a site stands otherwise than was said before, closed or open, and what tells it."""

    site_id: str
    starts_at: datetime
    ends_at: datetime | None
    cause: Cause


def follow_statuses(state: AirspaceState, tx: Transaction, batch: Sequence[Received[SiteStatusChanged]]) -> None:
    """Keep how each site stands, and ask the plans that use it then again."""
    narrowing.share_zones(tx.cursor)
    zones = state.zones.read(tx.cursor)
    ask_again(state, tx, zones, [_told(one) for one in batch if closings.save_status(tx.cursor, one.event)])


def _told(received: Received[SiteStatusChanged]) -> Closing:
    told = received.event
    return Closing(told.site_id, told.starts_at, told.ends_at, Cause(received, f"site:{told.site_id}#{told.number}"))


def ask_again(state: AirspaceState, tx: Transaction, zones: ZoneIndex, told: Sequence[Closing]) -> None:
    """Ask the plans that use the sites then, as the sites stand now; what is answered otherwise is told."""
    for answers in answers_at(state, tx.connection, zones, tx.now, told):
        changes = [answer for answer in answers if differs(answer.before, answer.after)]
        settle(tx, changes, {change.plan.plan_id: _cause(change.plan, told) for change in changes})


def _cause(plan: Known, told: Sequence[Closing]) -> Cause:
    """What was told last of its two sites."""
    return next(closing.cause for closing in reversed(told) if closing.site_id in _sites(plan))


def answers_at(
    state: AirspaceState, connection: sa.Connection, zones: ZoneIndex, now: datetime, told: Sequence[Closing]
) -> Iterator[list[PlanAnswer]]:
    """The plans that use the sites in these times, some at a time, with what is to be answered as the sites stand."""
    cursor = raw(connection).cursor()
    sites = subjects.find_sites(connection, [closing.site_id for closing in told])
    extents = [_extent(sites[one.site_id].spec, one, now) for one in told if one.site_id in sites]
    touched = narrowing.find_touched(cursor, extents, now=now) if extents else []
    for start in range(0, len(touched), AT_ONCE):
        found = reservations.find_plans(cursor, touched[start : start + AT_ONCE]).values()
        plans = [plan for plan in found if not _sites(plan).isdisjoint(sites)]
        terminals = pads.find_terminals(cursor, [plan.volumes for plan in plans])
        yield [PlanAnswer(plan, _answer(state, zones, now, plan, terminals)) for plan in plans]


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
