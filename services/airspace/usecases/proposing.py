"""The nearest legal plan: candidates near what was asked, decided in one batch with one look at what stands there."""

from uuid import UUID

import sqlalchemy as sa

from services.airspace.domain.alternatives import Alternative, nearest
from services.airspace.domain.assess import assess_each
from services.airspace.domain.proposals import Checked, candidates, requested
from services.airspace.state import AirspaceState
from services.airspace.store import journal
from services.airspace.usecases.asking import HORIZON, authorizations_around, check_as
from services.airspace.usecases.standing import look
from shared.db import raw
from shared.errors import NotFound
from shared.flight import volumes


class PlanUnknown(NotFound):
    """Airspace was never asked about such a plan, or not by this organisation."""


def alternatives(state: AirspaceState, connection: sa.Connection, checked: Checked) -> list[Alternative]:
    """At most three flights near the one asked for that are better off, each decided like a filing of its own."""
    now = checked.assessment.decided_at
    rules, terrain = state.rules, state.terrain
    changes, requests = candidates(checked, rules, terrain, state.alternatives, now + HORIZON)
    near = look(raw(connection).cursor(), [request.volumes for request in requests], slots=False)
    zones, permits = checked.zones, checked.authorizations
    answers = assess_each(requests, zones, near.plans.values(), permits, rules, terrain, now, near.terminals)
    return nearest(changes, answers, checked.assessment.outcome)


def plan_checked(state: AirspaceState, connection: sa.Connection, plan_id: UUID, operator: str | None) -> Checked:
    """What the plan's latest intent would be answered now; only to its `operator`. Raises PlanUnknown."""
    asked = journal.latest_asked(raw(connection).cursor(), plan_id)
    if asked is None or asked.intent is None or operator not in (None, asked.operator):
        raise PlanUnknown(f"there is no flight plan {plan_id}")
    flight = volumes(asked.intent, state.rules, state.terrain)
    authorizations = authorizations_around(state, connection, flight, asked.operator)
    request = requested(plan_id, asked.operator, asked.intent, flight)
    return check_as(state, connection, request, asked.intent, authorizations)
