"""Plans to look at: one, some, pages by departure, counts by state, lines for the map."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from geoalchemy2 import Geometry

from services.flightplan.domain.plan import FlightPlan, Proposal
from services.flightplan.store.tables import plan
from shared.contracts.assessment import Assessment
from shared.contracts.codec import decode_value
from shared.contracts.flightplan import PlanState, Ruling
from shared.flight import FlightIntent
from shared.pages import Bbox
from shared.volumes import TimeWindow

T = TypeVar("T")

# JSON is read as text and parsed once, strictly, by the codec
_JSON = ("intent", "assessment", "ruling", "proposal", "move_refused")
_COLUMNS = [
    sa.cast(plan.c[name], sa.Text).label(name) if name in _JSON else plan.c[name]
    for name in (
        "plan_id",
        "operator",
        "filed_by",
        "state",
        "revision",
        "last_revision",
        "starts_at",
        "ends_at",
        "voluntary",
        "demo",
        "proposed_revision",
        "submitted_at",
        "updated_at",
        "decided_at",
        "activated_at",
        *_JSON,
    )
]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFilter:
    """Which plans: those of an operator, in some states, whose window meets a span of time, whose track meets a box."""

    operator: str | None = None
    states: Sequence[PlanState] = ()
    bbox: Bbox | None = None
    from_: datetime | None = None
    to: datetime | None = None


def plan_of(connection: sa.Connection, plan_id: UUID) -> FlightPlan | None:
    """The plan, or None."""
    row = connection.execute(sa.select(*_COLUMNS).where(plan.c.plan_id == plan_id)).first()
    return _plan(row) if row else None


def locked_plans(connection: sa.Connection, plan_ids: Sequence[UUID]) -> dict[UUID, FlightPlan]:
    """Those of the plans that exist, locked in the order of their ids until the transaction ends."""
    query = sa.select(*_COLUMNS).where(plan.c.plan_id == sa.any_(sa.literal(list(plan_ids), sa.ARRAY(sa.Uuid))))
    rows = connection.execute(query.order_by(plan.c.plan_id).with_for_update())
    return {row.plan_id: _plan(row) for row in rows}


def plans_of(connection: sa.Connection, plan_ids: Sequence[UUID]) -> dict[UUID, FlightPlan]:
    """Those of the plans that exist."""
    query = sa.select(*_COLUMNS).where(plan.c.plan_id == sa.any_(sa.literal(list(plan_ids), sa.ARRAY(sa.Uuid))))
    return {row.plan_id: _plan(row) for row in connection.execute(query)}


def page_of(
    connection: sa.Connection, which: PlanFilter, *, after: tuple[datetime, UUID] | None, limit: int
) -> list[FlightPlan]:
    """Plans by departure and id, those after the key."""
    query = _filtered(sa.select(*_COLUMNS), which).order_by(plan.c.departs_at, plan.c.plan_id).limit(limit)
    if after is not None:
        query = query.where(sa.tuple_(plan.c.departs_at, plan.c.plan_id) > sa.tuple_(*map(sa.literal, after)))
    return [_plan(row) for row in connection.execute(query)]


def counts_of(connection: sa.Connection, which: PlanFilter) -> Mapping[PlanState, int]:
    """How many plans there are in each state; every state is named."""
    query = _filtered(sa.select(plan.c.state, sa.func.count().label("plans")), which).group_by(plan.c.state)
    found = {row.state: row.plans for row in connection.execute(query)}
    return {state: found.get(state.value, 0) for state in PlanState}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A plan as the map draws it."""

    plan_id: UUID
    operator: str
    state: str
    purpose: str
    departs_at: datetime
    ends_at: datetime
    demo: bool
    geometry: str  # GeoJSON


def drawn(connection: sa.Connection, which: PlanFilter, limit: int) -> list[Drawn]:
    """The first plans by departure, as GeoJSON geometries."""
    query = sa.select(
        plan.c.plan_id,
        plan.c.operator,
        plan.c.state,
        plan.c.intent["purpose"].astext,
        plan.c.departs_at,
        plan.c.ends_at,
        plan.c.demo,
        sa.func.ST_AsGeoJSON(plan.c.extent, 6, type_=sa.Text),
    )
    query = _filtered(query, which).order_by(plan.c.departs_at, plan.c.plan_id).limit(limit)
    return [Drawn(*row) for row in connection.execute(query)]


def _filtered(query: sa.Select[Any], which: PlanFilter) -> sa.Select[Any]:
    conditions: list[sa.ColumnElement[bool]] = []
    if which.operator is not None:
        conditions.append(plan.c.operator == which.operator)
    if which.states:
        conditions.append(plan.c.state.in_([state.value for state in which.states]))
    if which.from_ is not None:
        conditions.append(plan.c.ends_at > which.from_)
    if which.to is not None:
        conditions.append(plan.c.departs_at < which.to)
    if which.bbox is not None:
        box = which.bbox
        envelope = sa.func.ST_MakeEnvelope(box.west, box.south, box.east, box.north, 4326, type_=Geometry)
        conditions.append(sa.func.ST_Intersects(plan.c.extent, envelope))
    return query.where(*conditions)


def _plan(row: Any) -> FlightPlan:
    return FlightPlan(
        plan_id=row.plan_id,
        operator=row.operator,
        filed_by=row.filed_by,
        state=PlanState(row.state),
        revision=row.revision,
        last_revision=row.last_revision,
        intent=decode_value(FlightIntent, row.intent.encode()),
        window=TimeWindow(row.starts_at, row.ends_at),
        voluntary=row.voluntary,
        demo=row.demo,
        assessment=_optional(Assessment, row.assessment),
        ruling=_optional(Ruling, row.ruling),
        proposal=_proposal(row),
        move_refused=_optional(Assessment, row.move_refused),
        submitted_at=row.submitted_at,
        updated_at=row.updated_at,
        decided_at=row.decided_at,
        activated_at=row.activated_at,
    )


def _proposal(row: Any) -> Proposal | None:
    intent = _optional(FlightIntent, row.proposal)
    return None if intent is None else Proposal(revision=row.proposed_revision, intent=intent)


def _optional(type_: type[T], text: str | None) -> T | None:
    if text is None:
        return None
    value: T = decode_value(type_, text.encode())
    return value
