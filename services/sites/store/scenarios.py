"""Scenarios, and the copies of airspace's zones."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP, insert
from sqlalchemy.dialects.postgresql import UUID as UUID_COLUMN

from services.sites.domain.candidates import ZoneCopy
from services.sites.domain.scenario import Inputs, Place, Result, Scenario, ScenarioAsked, ScenarioState, Stage
from services.sites.store.contract import Contract
from services.sites.store.tables import metadata
from shared.contracts.airspace import ZoneSpec
from shared.frame import Transaction

_INSTANT = TIMESTAMP(timezone=True)

zone = sa.Table(
    "zone",
    metadata,
    sa.Column("zone_id", sa.Text, primary_key=True),
    sa.Column("zone_version", sa.Integer, nullable=False),
    sa.Column("in_force", sa.Boolean, nullable=False),
    sa.Column("spec", Contract(ZoneSpec), nullable=False),
)

scenario = sa.Table(
    "scenario",
    metadata,
    sa.Column("scenario_id", UUID_COLUMN(as_uuid=True), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("asked", Contract(ScenarioAsked), nullable=False),
    sa.Column("asked_by", sa.Text, nullable=False),
    sa.Column("created_at", _INSTANT, nullable=False),
    sa.Column("started_at", _INSTANT),
    sa.Column("ended_at", _INSTANT),
    sa.Column("cancelled_by", sa.Text),
    sa.Column("stage", Contract(Stage)),
    sa.Column("inputs", Contract(Inputs)),
    sa.Column("result", Contract(Result)),
    sa.Column("places", JSONB(none_as_null=True)),  # the candidates it could choose from: [lng, lat]
    sa.Column("failure", sa.Text, nullable=False, server_default=""),
)
_COLUMNS = [column for column in scenario.c if column.name != "places"]


def follow_zone(tx: Transaction, zone_id: str, zone_version: int, spec: ZoneSpec, *, in_force: bool) -> None:
    """Keep the copy of a zone; an older version changes nothing, a withdrawal outlasts the version it ends."""
    statement = insert(zone).values(zone_id=zone_id, zone_version=zone_version, in_force=in_force, spec=spec)
    new = statement.excluded
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=[zone.c.zone_id],
            set_={"zone_version": new.zone_version, "in_force": new.in_force, "spec": new.spec},
            where=sa.or_(
                zone.c.zone_version < new.zone_version,
                sa.and_(zone.c.zone_version == new.zone_version, ~new.in_force),
            ),
        )
    )


def zones_in_force(connection: sa.Connection) -> list[ZoneCopy]:
    """Every zone in force, by id."""
    statement = sa.select(zone.c.zone_id, zone.c.zone_version, zone.c.spec).where(zone.c.in_force)
    return [ZoneCopy(*row) for row in connection.execute(statement.order_by(zone.c.zone_id))]


def insert_scenario(tx: Transaction, new: Scenario) -> None:
    """Write a new scenario."""
    tx.execute(
        sa.insert(scenario),
        {
            "scenario_id": new.scenario_id,
            "name": new.name,
            "state": new.state.value,
            "asked": new.asked,
            "asked_by": new.asked_by,
            "created_at": new.created_at,
        },
    )


def find(connection: sa.Connection, scenario_id: UUID) -> Scenario | None:
    """One scenario."""
    row = connection.execute(sa.select(*_COLUMNS).where(scenario.c.scenario_id == scenario_id)).mappings()
    found = row.one_or_none()
    return None if found is None else _scenario(found)


def lock(tx: Transaction, scenario_id: UUID) -> Scenario | None:
    """One scenario, locked until the commit."""
    statement = sa.select(*_COLUMNS).where(scenario.c.scenario_id == scenario_id).with_for_update()
    found = tx.execute(statement).mappings().one_or_none()
    return None if found is None else _scenario(found)


def select_scenarios(connection: sa.Connection, after: tuple[datetime, UUID] | None, limit: int) -> list[Scenario]:
    """The latest first."""
    statement = sa.select(*_COLUMNS).order_by(scenario.c.created_at.desc(), scenario.c.scenario_id.desc()).limit(limit)
    if after is not None:
        statement = statement.where(sa.tuple_(scenario.c.created_at, scenario.c.scenario_id) < sa.tuple_(*after))
    return [_scenario(row) for row in connection.execute(statement).mappings()]


def unfinished(connection: sa.Connection) -> dict[UUID, ScenarioState]:
    """Those queued or running, the oldest first."""
    waiting = (ScenarioState.QUEUED.value, ScenarioState.RUNNING.value)
    statement = sa.select(scenario.c.scenario_id, scenario.c.state).where(scenario.c.state.in_(waiting))
    rows = connection.execute(statement.order_by(scenario.c.created_at))
    return {scenario_id: ScenarioState(state) for scenario_id, state in rows}


def claim(tx: Transaction) -> Scenario | None:
    """The oldest queued scenario, now running; None where there is none that nobody else takes."""
    statement = (
        sa.select(*_COLUMNS)
        .where(scenario.c.state == ScenarioState.QUEUED.value)
        .order_by(scenario.c.created_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    found = tx.execute(statement).mappings().one_or_none()
    if found is None:
        return None
    change(tx, found["scenario_id"], state=ScenarioState.RUNNING.value, started_at=tx.now)
    return _scenario(found)


def note_inputs(tx: Transaction, scenario_id: UUID, inputs: Inputs, places: Sequence[Place]) -> None:
    """Keep what a run is computed from."""
    change(tx, scenario_id, inputs=inputs, places=[[place.lng, place.lat] for place in places])


def note_stage(tx: Transaction, scenario_id: UUID, stage: Stage) -> None:
    """Keep how far a run is."""
    change(tx, scenario_id, stage=stage)


def is_cancelled(connection: sa.Connection, scenario_id: UUID) -> bool:
    """True once somebody has cancelled it, or it is no more."""
    statement = sa.select(scenario.c.cancelled_by).where(scenario.c.scenario_id == scenario_id)
    row = connection.execute(statement).one_or_none()
    return row is None or row[0] is not None


def change(tx: Transaction, scenario_id: UUID, **values: Any) -> None:
    """Change columns of a scenario."""
    tx.execute(sa.update(scenario).where(scenario.c.scenario_id == scenario_id).values(values))


def delete(tx: Transaction, scenario_id: UUID) -> None:
    """Forget a scenario."""
    tx.execute(sa.delete(scenario).where(scenario.c.scenario_id == scenario_id))


def select_places(connection: sa.Connection, scenario_id: UUID) -> list[list[float]] | None:
    """The candidates it could choose from; None before it began."""
    places: list[list[float]] | None = connection.execute(
        sa.select(scenario.c.places).where(scenario.c.scenario_id == scenario_id)
    ).scalar_one_or_none()
    return places


def _scenario(row: sa.RowMapping) -> Scenario:
    return Scenario(**{**row, "state": ScenarioState(row["state"])})
