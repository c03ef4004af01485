"""What flightplan's endpoints work with beside a transaction; made once in `service.py`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.flightplan.domain.filing import Rulebook
from services.flightplan.domain.plan import FlightPlan, Verdict
from services.flightplan.usecases.filing import Answer, Filing
from shared.groupcommit import GroupCommit
from shared.waiters import Waiters


@dataclass(frozen=True, slots=True)
class FlightplanState:
    """The rules, and the three ways by which filings share work: written together, awaited, read together."""

    rulebook: Rulebook
    timezone: str
    entrusted: bool  # how an outcome reads: the platform's own decision, or its advice
    filings: GroupCommit[Filing, Answer]
    decided: Waiters[UUID, Verdict]
    looks: GroupCommit[UUID, FlightPlan | None]


def in_order(plan_ids: Sequence[UUID], found: Mapping[UUID, FlightPlan]) -> list[FlightPlan | None]:
    """The plans in the order they were asked for."""
    return [found.get(plan_id) for plan_id in plan_ids]
