"""How far a subscription has come, per topic and partition, kept in the transaction of the effects."""

from collections.abc import Iterable, Mapping
from typing import Any

import psycopg
from psycopg import sql

from shared.db import statement

Slot = tuple[str, int]


class Checkpoints:
    """The rows of one subscription in `<schema>.checkpoint`."""

    def __init__(self, schema: str, subscription: str) -> None:
        self._subscription = subscription
        table = sql.Identifier(schema, "checkpoint")
        self._read = statement("SELECT topic, partition, position FROM {} WHERE subscription = %s", table)
        self._lock = statement(
            "SELECT topic, partition, position FROM {} WHERE subscription = %s "
            "AND (topic, partition) IN (SELECT * FROM unnest(%s::text[], %s::int[])) "
            "ORDER BY topic, partition FOR UPDATE",
            table,
        )
        self._create = statement(
            "INSERT INTO {} SELECT %s, topic, partition, -1 "
            "FROM unnest(%s::text[], %s::int[]) AS new (topic, partition) "
            "ORDER BY topic, partition ON CONFLICT DO NOTHING",
            table,
        )
        self._advance = statement(
            "UPDATE {} AS checkpoint SET position = new.position "
            "FROM unnest(%s::text[], %s::int[], %s::bigint[]) AS new (topic, partition, position) "
            "WHERE subscription = %s AND checkpoint.topic = new.topic AND checkpoint.partition = new.partition "
            "AND checkpoint.position < new.position",
            table,
        )

    def read(self, cursor: "psycopg.Cursor[Any]") -> dict[Slot, int]:
        """All positions as they stand."""
        cursor.execute(self._read, (self._subscription,))
        return {(topic, partition): position for topic, partition, position in cursor.fetchall()}

    def lock(self, cursor: "psycopg.Cursor[Any]", slots: Iterable[Slot]) -> dict[Slot, int]:
        """Lock the rows in one order for everybody and return their positions; a new one stands before offset 0."""
        wanted = sorted(set(slots))
        arrays = _array(topic for topic, _ in wanted), _array(partition for _, partition in wanted)
        positions = self._locked(cursor, arrays)
        if len(positions) < len(wanted):
            cursor.execute(self._create, (self._subscription, *arrays))
            positions = self._locked(cursor, arrays)
        return positions

    def _locked(self, cursor: "psycopg.Cursor[Any]", arrays: tuple[str, str]) -> dict[Slot, int]:
        cursor.execute(self._lock, (self._subscription, *arrays))
        return {(topic, partition): position for topic, partition, position in cursor.fetchall()}

    def advance(self, cursor: "psycopg.Cursor[Any]", positions: Mapping[Slot, int]) -> None:
        """Move the rows forward, never back."""
        topics, partitions = _array(topic for topic, _ in positions), _array(partition for _, partition in positions)
        cursor.execute(self._advance, (topics, partitions, _array(positions.values()), self._subscription))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _array(values: Iterable[str | int]) -> str:
    """PostgreSQL's own way to write an array: psycopg looks at every value of a list several times."""
    return "{" + ",".join(f'"{_escaped(str(value))}"' for value in values) + "}"
