"""Connections to PostGIS: the engine with its settings, which errors pass by themselves, and COPY for hot paths."""

import hashlib
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Final, LiteralString, cast

import psycopg
import sqlalchemy as sa
from psycopg import sql

# sqlstate classes of errors that a later attempt may not meet: connection, transaction rollback (serialization,
# deadlock), resources, lock or operator intervention, system. 54 (program limits) is psycopg's OperationalError too,
# but meets the same input again and again.
_PASSING_CLASSES: Final = frozenset({"08", "40", "53", "55", "57", "58"})
STATEMENT_TIMEOUT_S: Final = 60
MOST_BY_INSERT: Final = 2


def engine(url: str, *, pool_size: int = 10, application_name: str = "tianyuan") -> sa.Engine:
    """An engine of at most `pool_size` + 5 connections in UTC, or without a pool where that is 0.

    Connects at the first use, not here.
    """
    pool: dict[str, Any] = {"poolclass": sa.NullPool}
    if pool_size:
        pool = {"pool_size": pool_size, "max_overflow": 5, "pool_timeout": 10, "pool_use_lifo": True}
    return sa.create_engine(
        url,
        **pool,
        connect_args={
            "application_name": application_name,
            "connect_timeout": 5,
            "keepalives_idle": 10,
            "options": f"-c timezone=UTC -c jit=off -c statement_timeout={STATEMENT_TIMEOUT_S}s "
            "-c client_connection_check_interval=1s -c idle_in_transaction_session_timeout=300s",
        },
    )


def lock_key(name: str) -> int:
    """The advisory lock of that name: the first 8 bytes of its hash, as PostgreSQL's signed bigint."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), signed=True)


def raw(connection: sa.Connection) -> "psycopg.Connection[Any]":
    """The psycopg connection beneath, in the same transaction."""
    return cast("psycopg.Connection[Any]", connection.connection.driver_connection)


def statement(text: LiteralString, *parts: Any) -> bytes:
    """A statement with its identifiers and constants filled in, once: psycopg would compose it anew at every call."""
    return sql.SQL(text).format(*parts).as_bytes()


def copy_rows(cursor: "psycopg.Cursor[Any]", table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """COPY rows into `schema.table` in text form: fast for many rows. Python types are adapted as in a query."""
    with cursor.copy(_copy(table, tuple(columns))) as copy:
        for row in rows:
            copy.write_row(row)


def copy_rows_binary(
    cursor: "psycopg.Cursor[Any]",
    table: str,
    columns: Sequence[str],
    types: Sequence[str],
    rows: Iterable[Sequence[Any]],
) -> None:
    """COPY rows in binary form, faster still; `types` name each column's PostgreSQL type exactly (`int8`, `uuid`)."""
    with cursor.copy(_copy(table, tuple(columns), " (FORMAT binary)")) as copy:
        copy.set_types(types)
        for row in rows:
            copy.write_row(row)


def write_rows(
    cursor: "psycopg.Cursor[Any]",
    table: str,
    columns: Sequence[str],
    types: Sequence[str],
    rows: Sequence[Sequence[Any]],
) -> None:
    """Rows by an INSERT where they are very few, for that takes half of what starting a COPY does; else by COPY."""
    if 0 < len(rows) <= MOST_BY_INSERT:
        values = [value for row in rows for value in row]
        cursor.execute(_insert(table, tuple(columns), len(rows)), values)
    elif rows:
        copy_rows_binary(cursor, table, columns, types, rows)


@cache
def _insert(table: str, columns: tuple[str, ...], count: int) -> bytes:
    row = f"({', '.join(['%s'] * len(columns))})"
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    head = statement("INSERT INTO {} ({}) VALUES ", sql.Identifier(*table.split(".")), names)
    return head + ", ".join([row] * count).encode()


@cache
def _copy(table: str, columns: tuple[str, ...], form: LiteralString = "") -> bytes:
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(*table.split(".")), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    return (statement + sql.SQL(form)).as_bytes()


def is_transient(error: BaseException) -> bool:
    """True for an error that the same work may not meet again: a lost connection, a deadlock, a full pool, ..."""
    if isinstance(error, sa.exc.TimeoutError):
        return True
    if isinstance(error, sa.exc.DBAPIError):
        return error.connection_invalidated or (error.orig is not None and is_transient(error.orig))
    if isinstance(error, psycopg.InterfaceError):
        return True  # the connection is closed
    if isinstance(error, psycopg.OperationalError):
        return error.sqlstate is None or error.sqlstate[:2] in _PASSING_CLASSES
    return False


def is_timeout(error: BaseException) -> bool:
    """True where the server cancelled the statement: overload, or input that takes too long every time."""
    original = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    return isinstance(original, psycopg.errors.QueryCanceled)
