"""Sites open and close: the plans that use one are told, and those that cannot any more are refused."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from services.airspace.domain.assess import assessment_of
from services.airspace.domain.findings import closed_findings, is_of_closure, outcome_of
from services.airspace.domain.zones import ZoneIndex
from services.airspace.state import AirspaceState
from services.airspace.store import closings, narrowing, pads, reservations, subjects
from services.airspace.store.narrowing import Extent
from services.airspace.store.reservations import Hold, Known
from services.airspace.usecases.reassessing import PlanAnswer, differs
from services.airspace.usecases.revising import ANY_VERSION, Cause, settle
from shared.contracts.assessment import Assessment, Effect, Finding, Outcome
from shared.contracts.sites import SiteStatusChanged
from shared.flight.records import to_us
from shared.frame import Received, Transaction

ClosingEvent = Received[SiteStatusChanged]
PADS_HELD = timedelta(seconds=60)  # before a flight begins and after it ends
AROUND_DEG = 0.001  # about 100 m: flights begin and end at the site itself


def follow_statuses(state: AirspaceState, tx: Transaction, batch: Sequence[ClosingEvent]) -> None:
    """Keep how each site stands, and ask the plans that use it then again."""
    narrowing.share_zones(tx.cursor)
    zones = state.zones.read(tx.cursor)
    for received in batch:
        if closings.save_status(tx.cursor, received.event):
            _revise(state, tx, zones, received)


def _revise(state: AirspaceState, tx: Transaction, zones: ZoneIndex, received: ClosingEvent) -> None:
    told = received.event
    cause = Cause(received, f"site:{told.site_id}#{told.number}")
    changes = [answer for answer in _answers(state, tx, zones, told) if differs(answer.plan.assessment, answer.after)]
    settle(tx, changes, {change.plan.plan_id: cause for change in changes})


def _answers(state: AirspaceState, tx: Transaction, zones: ZoneIndex, told: SiteStatusChanged) -> Iterator[PlanAnswer]:
    site = subjects.find_site(tx.connection, told.site_id)
    if site is None:
        return
    lng, lat = site.spec.lng, site.spec.lat
    box = (lng - AROUND_DEG, lat - AROUND_DEG, lng + AROUND_DEG, lat + AROUND_DEG)
    ends_at = None if told.ends_at is None else told.ends_at + PADS_HELD
    extent = Extent(box, max(told.starts_at - PADS_HELD, tx.now), ends_at, ANY_VERSION)
    plans = reservations.find_plans(tx.cursor, narrowing.find_touched(tx.cursor, [extent], now=tx.now)).values()
    terminals = pads.find_terminals(tx.cursor, [plan.volumes for plan in plans])
    for plan in plans:
        ends = plan.volumes.movements
        if ends is not None and told.site_id in (ends.departure, ends.arrival):
            effect = Effect.NOTE if plan.state is Hold.NOTED or ends.departs_us <= to_us(tx.now) else Effect.REFUSES
            found = closed_findings(plan.volumes, terminals, effect)
            others = [finding for finding in plan.assessment.findings if not is_of_closure(finding)]
            yield PlanAnswer(plan, _after(state, tx, zones, plan, [*others, *found]))


def _after(
    state: AirspaceState, tx: Transaction, zones: ZoneIndex, plan: Known, findings: Sequence[Finding]
) -> Assessment:
    """What was said of zones and plans is still so: only the site's word is another."""
    outcome = Outcome.NOT_REQUIRED if plan.state is Hold.NOTED else outcome_of(findings)
    made = assessment_of(outcome, findings, zones, state.rules, tx.now)
    left_out = made.findings_left_out + plan.assessment.findings_left_out
    return replace(made, zones_version=plan.assessment.zones_version, findings_left_out=left_out)
