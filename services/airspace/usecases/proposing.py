"""The nearest legal plan: candidates near what was asked, decided in one batch with one look at what stands there."""

import sqlalchemy as sa

from services.airspace.domain.alternatives import Alternative, nearest
from services.airspace.domain.assess import assess_each
from services.airspace.domain.proposals import Checked, candidates
from services.airspace.state import AirspaceState
from services.airspace.store import narrowing
from services.airspace.usecases.asking import HORIZON
from shared.db import raw


def alternatives(state: AirspaceState, connection: sa.Connection, checked: Checked) -> list[Alternative]:
    """At most three flights near the one asked for that are better off, each decided like a filing of its own."""
    now = checked.assessment.decided_at
    rules, terrain = state.rules, state.terrain
    changes, requests = candidates(checked, rules, terrain, state.alternatives, now + HORIZON)
    standing = narrowing.narrow(raw(connection).cursor(), [request.volumes for request in requests])
    answers = assess_each(requests, checked.zones, standing.values(), checked.authorizations, rules, terrain, now)
    return nearest(changes, answers, checked.assessment.outcome)
