"""File plans: one by HTTP or hundreds from a topic, the same way, some hundred microseconds each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

from services.flightplan.domain.errors import RequestKeyReused
from services.flightplan.domain.filing import Rulebook, Sites, checked_intent, flown_window
from services.flightplan.domain.plan import FlightPlan
from services.flightplan.store import plan_reads, plans, sites
from services.flightplan.usecases.quota import Usage
from shared.contracts.codec import encode_value
from shared.contracts.flightplan import FlightPlanSubmitted, PlanState
from shared.errors import TianyuanError, Unavailable
from shared.flight import FlightIntent
from shared.frame import Transaction
from shared.law import voluntary
from shared.tracing import tracing

_MOST_ATTEMPTS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """A plan someone files; `request_key` is None where nobody will repeat it."""

    plan_id: UUID
    operator: str
    filed_by: str
    request_key: str | None
    intent: FlightIntent
    may_prioritise: bool = False
    demo: bool = False
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class Filed:
    """The plan that a filing made, or made when it came the first time."""

    plan: FlightPlan
    repeated: bool = False


class FilingContended(Unavailable):
    """Others kept filing under the same keys at the same time."""


Answer = Filed | TianyuanError


def file_plans(tx: Transaction, filings: Sequence[Filing], rulebook: Rulebook) -> list[Answer]:
    """One answer a filing, in order: the plan, or what is wrong with it. A fault stays with its own filing."""
    asked = [_fingerprint(filing) for filing in filings]
    known_sites = sites.known(tx.cursor, _site_ids(filings))
    for _ in range(_MOST_ATTEMPTS):
        answers, new = _answer(tx, filings, asked, known_sites, rulebook)
        try:
            if new:
                plans.insert(tx.cursor, list(new.values()))
        except plans.AlreadyFiled:
            continue  # a twin was faster; the next look finds it
        _record(tx, filings, new)
        return answers
    raise FilingContended("the same plans are being filed by others; try again")


def _fingerprint(filing: Filing) -> tuple[bytes, bytes]:
    text = encode_value(filing.intent)
    return text, sha256(text).digest()


def _site_ids(filings: Sequence[Filing]) -> set[str]:
    spots = (spot for filing in filings for spot in (filing.intent.departure, filing.intent.arrival))
    return {spot.site_id for spot in spots if spot.site_id is not None}


def _answer(
    tx: Transaction,
    filings: Sequence[Filing],
    asked: Sequence[tuple[bytes, bytes]],
    known_sites: Sites,
    rulebook: Rulebook,
) -> tuple[list[Answer], dict[UUID, plans.NewPlan]]:
    earlier = _filed_earlier(tx, filings)
    usage = Usage(tx, rulebook)
    new: dict[UUID, plans.NewPlan] = {}
    answers: list[Answer] = []
    for filing, (text, fingerprint) in zip(filings, asked, strict=True):
        try:
            if filing.plan_id in earlier:
                former, plan = earlier[filing.plan_id]
                answers.append(_repeated(filing, fingerprint, former, plan))
            elif filing.plan_id in new:
                twin = new[filing.plan_id]
                answers.append(_repeated(filing, fingerprint, twin.asked, twin.plan))
            else:
                plan = _submitted(filing, known_sites, rulebook, tx.now)
                resolved = text if plan.intent is filing.intent else encode_value(plan.intent)
                taken = usage.take(plan.operator, plan.intent, plan.plan_id)
                new[filing.plan_id] = plans.NewPlan(plan, resolved, fingerprint, taken)
                answers.append(Filed(plan))
        except TianyuanError as error:
            answers.append(error)
    return answers, new


def _filed_earlier(tx: Transaction, filings: Sequence[Filing]) -> Mapping[UUID, tuple[bytes, FlightPlan]]:
    keyed = [filing.plan_id for filing in filings if filing.request_key is not None]
    former = plans.fingerprints(tx.cursor, keyed) if keyed else {}
    if not former:
        return {}
    found = plan_reads.plans_of(tx.connection, list(former))
    return {plan_id: (asked, found[plan_id]) for plan_id, asked in former.items()}


def _repeated(filing: Filing, asked: bytes, former: bytes, plan: FlightPlan) -> Filed:
    if asked != former:
        raise RequestKeyReused(filing.request_key or "", filing.plan_id)
    return Filed(plan, repeated=True)


def _submitted(filing: Filing, known_sites: Sites, rulebook: Rulebook, now: datetime) -> FlightPlan:
    intent = checked_intent(filing.intent, known_sites, may_prioritise=filing.may_prioritise, now=now)
    return FlightPlan(
        plan_id=filing.plan_id,
        operator=filing.operator,
        filed_by=filing.filed_by,
        state=PlanState.SUBMITTED,
        revision=1,
        last_revision=1,
        intent=intent,
        window=flown_window(intent, rulebook),
        voluntary=voluntary(intent),
        demo=filing.demo,
        submitted_at=now,
        updated_at=now,
    )


def _record(tx: Transaction, filings: Sequence[Filing], new: Mapping[UUID, plans.NewPlan]) -> None:
    traces = {filing.plan_id: filing.traceparent for filing in reversed(filings)}
    for plan_id, inserted in new.items():
        plan = inserted.plan
        with tracing(traces[plan_id]):
            tx.record(
                FlightPlanSubmitted(
                    plan_id=plan_id,
                    revision=1,
                    operator=plan.operator,
                    intent=plan.intent,
                    voluntary=plan.voluntary,
                    demo=plan.demo,
                ),
                written={"intent": inserted.intent_json},
            )
