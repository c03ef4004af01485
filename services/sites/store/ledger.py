"""The ledger of facts: what each event said that bears on counting, as read from the logs."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TIMESTAMP, insert

from services.sites.domain.facts import Fact, Subject, Told
from services.sites.store.contract import Contract
from services.sites.store.tables import metadata
from shared.frame import Transaction

fact = sa.Table(
    "fact",
    metadata,
    sa.Column("event_id", sa.Uuid, primary_key=True),
    sa.Column("log", sa.Text, nullable=False),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("subject_id", sa.Text, nullable=False),
    sa.Column("effective_at", TIMESTAMP(timezone=True), nullable=False),
    sa.Column("recorded_at", TIMESTAMP(timezone=True), nullable=False),
    sa.Column("told", Contract(Told), nullable=False),
)


def write(tx: Transaction, facts: Sequence[Fact]) -> None:
    """Append facts; one that is there already stays as it is."""
    if facts:
        statement = insert(fact).on_conflict_do_nothing(index_elements=[fact.c.event_id])
        tx.execute(statement, [_row(each) for each in facts])


def empty(tx: Transaction) -> None:
    """Forget every fact; whoever writes at the same time waits until the ledger is made anew."""
    tx.execute(sa.text("LOCK TABLE sites.fact, sites.sortie IN ACCESS EXCLUSIVE MODE"))
    tx.execute(sa.text("TRUNCATE sites.fact, sites.sortie"))


def select_facts(connection: sa.Connection, *, known_at: Any = None) -> list[Fact]:
    """Every fact, or those recorded by an instant."""
    statement = sa.select(fact)
    if known_at is not None:
        statement = statement.where(fact.c.recorded_at <= known_at)
    return [_fact(row) for row in connection.execute(statement).mappings()]


def facts_of(connection: sa.Connection, subject: Subject, subject_id: str) -> list[Fact]:
    """What is told about one site or route, in the order it took effect."""
    statement = (
        sa.select(fact)
        .where(fact.c.subject == subject.value, fact.c.subject_id == subject_id)
        .order_by(fact.c.effective_at, fact.c.recorded_at, fact.c.log != "sites", fact.c.position)
    )
    return [_fact(row) for row in connection.execute(statement).mappings()]


def stamp(connection: sa.Connection) -> tuple[int, Any]:
    """Changes with every fact: the ledger only ever grows, and a new one has rows of another time."""
    number, last = connection.execute(sa.select(sa.func.count(), sa.func.max(fact.c.recorded_at))).one()
    return number, last


def _row(each: Fact) -> dict[str, Any]:
    return {
        "event_id": each.event_id,
        "log": each.log,
        "position": each.position,
        "type": each.type,
        "subject": each.subject.value,
        "subject_id": each.subject_id,
        "effective_at": each.effective_at,
        "recorded_at": each.recorded_at,
        "told": each.told,
    }


def _fact(row: sa.RowMapping) -> Fact:
    return Fact(**{**row, "subject": Subject(row["subject"])})
