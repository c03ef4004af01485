"""The life of a plan: what follows from an assessment, a move, a ruling, a withdrawal or the passing of time. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.flightplan.domain.errors import (
    FlightOver,
    InTheAir,
    MovePending,
    NotActivatable,
    NotAloftThen,
    NotInTheAir,
    PlanClosed,
    RulingNotDue,
    RulingOutdated,
    TakeOffEarly,
)
from shared.contracts.assessment import Assessment, Effect, Finding, Outcome
from shared.contracts.flightplan import PlanState, Ruling, RulingDecision

EARLIEST: Final = timedelta(seconds=60)  # before the planned take-off: the pad is held from then (ADR 15)

_STATE_OF_OUTCOME = {
    Outcome.APPROVED: PlanState.APPROVED,
    Outcome.REFUSED: PlanState.REFUSED,
    Outcome.AWAITING: PlanState.AWAITING,
    Outcome.NOT_REQUIRED: PlanState.NOT_REQUIRED,
}


@dataclass(frozen=True, slots=True)
class FindingSeen:
    """What of a finding a plan's life depends on."""

    effect: Effect
    against_id: str | None = None
    against_version: int | None = None


@dataclass(frozen=True, slots=True)
class AssessmentSeen:
    """What of an assessment a plan's life depends on."""

    outcome: Outcome
    findings: Sequence[FindingSeen]


Answer = Assessment | AssessmentSeen


@dataclass(frozen=True, slots=True)
class Standing:
    """What of a plan its life depends on; `proposed_revision` is a move still waiting for its assessment."""

    state: PlanState
    revision: int
    proposed_revision: int | None = None
    ruling: Ruling | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What an assessment does to a plan: its next state, and whether the proposed move is taken or dropped."""

    state: PlanState
    takes_move: bool = False
    drops_move: bool = False


def assessed(standing: Standing, revision: int, assessment: Answer) -> Step | None:
    """Next step, or None where the assessment is of a revision that no longer counts or the plan is closed.

    A refused move leaves the plan as it was. A ruling belongs to the revision it was made on: other times need another.
    When what stands is refused, its move ends with it: airspace has let go of the plan and answers the move no more.
    What is in the air stays there whatever the answer; it is told and kept, and moved where that is approved.
    """
    if standing.state.is_final:
        return None
    if standing.state is PlanState.ACTIVATED:
        return _assessed_aloft(standing, revision, assessment)
    if revision == standing.proposed_revision:
        if assessment.outcome is Outcome.REFUSED:
            return Step(standing.state, drops_move=True)
        return Step(_STATE_OF_OUTCOME[assessment.outcome], takes_move=True)
    if revision != standing.revision:
        return None
    if assessment.outcome is Outcome.AWAITING and is_covered(assessment, standing.ruling):
        return Step(PlanState.APPROVED)
    return Step(_STATE_OF_OUTCOME[assessment.outcome])


def _assessed_aloft(standing: Standing, revision: int, assessment: Answer) -> Step | None:
    if revision == standing.proposed_revision:
        taken = assessment.outcome is Outcome.APPROVED
        return Step(PlanState.ACTIVATED, takes_move=taken, drops_move=not taken)
    return Step(PlanState.ACTIVATED) if revision == standing.revision else None


def is_covered(assessment: Answer, ruling: Ruling | None) -> bool:
    """True where an approving ruling already spoke on every finding that needs one."""
    if ruling is None or ruling.decision is not RulingDecision.APPROVE:
        return False
    return set(needing_ruling(assessment)) <= set(ruling.covers)


def needing_ruling(assessment: Answer) -> tuple[str, ...]:
    """What the findings that need a ruling are against, as `id@version`, each once, in their order."""
    waits = (finding for finding in assessment.findings if finding.effect is Effect.NEEDS_RULING)
    return tuple(dict.fromkeys(_against(finding) for finding in waits))


def _against(finding: Finding | FindingSeen) -> str:
    return f"{finding.against_id}@{finding.against_version}"


def ruled(standing: Standing, decision: RulingDecision, revision: int | None) -> PlanState:
    """State after a regulator's word: approve or refuse what awaits, or revoke what was approved.

    Raises RulingOutdated where the regulator looked at another revision, RulingNotDue where there is nothing to rule.
    """
    if revision is not None and revision != standing.revision:
        raise RulingOutdated(revision, standing.revision)
    if standing.state is PlanState.AWAITING:
        return PlanState.APPROVED if decision is RulingDecision.APPROVE else PlanState.REFUSED
    if standing.state is PlanState.APPROVED and decision is RulingDecision.REFUSE:
        return PlanState.REFUSED
    raise RulingNotDue(standing.state, decision)


def withdrawn(standing: Standing, *, ends_at: datetime, now: datetime) -> PlanState:
    """State after the operator gave the plan up, and its move under way. Raises PlanClosed, InTheAir or FlightOver."""
    if standing.state.is_final:
        raise PlanClosed(standing.state)
    if standing.state is PlanState.ACTIVATED:
        raise InTheAir
    if now >= ends_at:
        raise FlightOver(ends_at)
    return PlanState.WITHDRAWN


def may_move(standing: Standing, *, departs_at: datetime, ends_at: datetime, now: datetime) -> None:
    """Raises PlanClosed, MovePending or FlightOver where no new times can be asked for: in the air until the end."""
    if standing.state.is_final:
        raise PlanClosed(standing.state)
    if standing.proposed_revision is not None:
        raise MovePending(standing.proposed_revision)
    latest = ends_at if standing.state is PlanState.ACTIVATED else departs_at
    if now >= latest:
        raise FlightOver(latest)


def check_aloft(departs_at: datetime, ends_at: datetime, now: datetime) -> None:
    """New times of a flight that has taken off: it is in the air now. Raises NotAloftThen."""
    if not departs_at - EARLIEST <= now < ends_at:
        raise NotAloftThen(departs_at - EARLIEST, ends_at)


def activated(standing: Standing, *, departs_at: datetime, ends_at: datetime, now: datetime) -> PlanState:
    """State after the take-off was confirmed. Raises NotActivatable, MovePending, TakeOffEarly or FlightOver."""
    if standing.state is not PlanState.APPROVED:
        raise NotActivatable(standing.state)
    if standing.proposed_revision is not None:
        raise MovePending(standing.proposed_revision)
    if now < departs_at - EARLIEST:
        raise TakeOffEarly(departs_at - EARLIEST)
    if now >= ends_at:
        raise FlightOver(ends_at)
    return PlanState.ACTIVATED


def ended(standing: Standing) -> PlanState:
    """State after the end of the flight was reported. Raises NotInTheAir."""
    if standing.state is not PlanState.ACTIVATED:
        raise NotInTheAir(standing.state)
    return PlanState.ENDED


def no_show(standing: Standing, *, departs_at: datetime, waits: timedelta, now: datetime) -> bool:
    """True where an approved plan's take-off was not confirmed in time; a move under way may still save it."""
    waiting = standing.state is PlanState.APPROVED and standing.proposed_revision is None
    return waiting and now >= departs_at + waits


def lapsed(standing: Standing, *, ends_at: datetime, now: datetime) -> PlanState:
    """State with the passing of time: a plan whose ruling never came lapses; a move under way may still save it."""
    waits = standing.state is PlanState.AWAITING and standing.proposed_revision is None
    return PlanState.LAPSED if waits and now >= ends_at else standing.state
