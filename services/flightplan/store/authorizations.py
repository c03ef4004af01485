"""Authorizations: tables to values and back."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert

from services.flightplan.domain.route import Authorization
from services.flightplan.store.tables import authorization
from shared.contracts.codec import decode_value, encode_value
from shared.contracts.flightplan import AuthorizationSpec

_COLUMNS = [sa.cast(column, sa.Text).label("spec") if column.name == "spec" else column for column in authorization.c]


def authorization_of(connection: sa.Connection, authorization_id: UUID, *, lock: bool = False) -> Authorization | None:
    """The authorization, or None; locked until the transaction ends where asked."""
    query = sa.select(*_COLUMNS).where(authorization.c.authorization_id == authorization_id)
    row = connection.execute(query.with_for_update() if lock else query).first()
    return _authorization(row) if row else None


def page_of(
    connection: sa.Connection, *, operator: str | None, after: UUID | None, limit: int
) -> Sequence[Authorization]:
    """Authorizations by id, those after the key."""
    query = sa.select(*_COLUMNS).order_by(authorization.c.authorization_id).limit(limit)
    if operator is not None:
        query = query.where(authorization.c.operator == operator)
    if after is not None:
        query = query.where(authorization.c.authorization_id > after)
    return [_authorization(row) for row in connection.execute(query)]


def save(connection: sa.Connection, saved: Authorization) -> bool:
    """Insert a new authorization; False where its id was taken in the meantime."""
    statement = (
        upsert(authorization)
        .values(
            authorization_id=saved.authorization_id,
            operator=saved.spec.operator,
            spec=sa.cast(sa.literal(encode_value(saved.spec).decode(), sa.Text), JSONB),
            ends_at=saved.spec.ends_at,
            recorded_by=saved.recorded_by,
            recorded_at=saved.recorded_at,
            withdrawn_because="",
        )
        .on_conflict_do_nothing()
        .returning(authorization.c.authorization_id)
    )
    return connection.execute(statement).first() is not None


def withdraw(connection: sa.Connection, gone: Authorization) -> None:
    """Note that it no longer holds."""
    connection.execute(
        sa.update(authorization)
        .where(authorization.c.authorization_id == gone.authorization_id)
        .values(
            withdrawn_by=gone.withdrawn_by,
            withdrawn_at=gone.withdrawn_at,
            withdrawn_because=gone.withdrawn_because,
        )
    )


def _authorization(row: Any) -> Authorization:
    return Authorization(
        authorization_id=row.authorization_id,
        spec=decode_value(AuthorizationSpec, row.spec.encode()),
        recorded_by=row.recorded_by,
        recorded_at=row.recorded_at,
        withdrawn_by=row.withdrawn_by,
        withdrawn_at=row.withdrawn_at,
        withdrawn_because=row.withdrawn_because,
    )
