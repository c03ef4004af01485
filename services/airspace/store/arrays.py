"""numpy arrays to PostgreSQL without a Python object a value: binary COPY, and arrays as query parameters.

Ten times faster than rows or lists, whose every value psycopg visits; the decider's batches have ten thousand keys.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from uuid import UUID

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import sql
from psycopg.abc import Buffer, DumperKey
from psycopg.adapt import Dumper, PyFormat
from psycopg.pq import Format

Array = NDArray[Any]

_SIGNATURE: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER: Final = b"\xff\xff"
_BIG_ENDIAN: Final = {"f8": ">f8", "i8": ">i8", "i2": ">i2", "V16": "V16"}
_ELEMENT_OIDS: Final = {"f8": 701, "i8": 20, "i2": 21, "V16": 2950}
_ELEMENTS: Final = {kind: np.dtype([("length", ">i4"), ("value", big)]) for kind, big in _BIG_ENDIAN.items()}
_ARRAY_HEAD: Final = struct.Struct(">5i")
_ARRAY_OIDS: Final = {"f8": 1022, "i8": 1016, "i2": 1005, "V16": 2951}


def uuids(values: Sequence[UUID]) -> Array:
    """UUIDs as an array of 16 bytes each."""
    return np.frombuffer(b"".join(value.bytes for value in values), "V16")


def copy_arrays(cursor: "psycopg.Cursor[Any]", table: str, columns: Mapping[str, Array]) -> None:
    """COPY equally long arrays (float8, int8, int2, uuid as `V16`) into the columns of `schema.table`."""
    count = len(next(iter(columns.values())))
    if not count:
        return
    rows = np.empty(count, _row(tuple((name, _kind(values)) for name, values in columns.items())))
    rows["fields"] = len(columns)
    for name, values in columns.items():
        rows[f"{name} length"] = values.dtype.itemsize
        rows[name] = values
    with cursor.copy(_copy(table, tuple(columns))) as copy:
        copy.write(_SIGNATURE + rows.tobytes() + _TRAILER)


@cache
def _row(columns: Sequence[tuple[str, str]]) -> np.dtype[np.void]:
    """What one row of binary COPY looks like; making the type takes longer than filling a few rows."""
    fields: list[tuple[str, str]] = [("fields", ">i2")]
    for name, kind in columns:
        fields += [(f"{name} length", ">i4"), (name, _BIG_ENDIAN[kind])]
    return np.dtype(fields)


@cache
def _copy(table: str, columns: Sequence[str]) -> bytes:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(_table(table), names).as_bytes()


def _table(table: str) -> sql.Identifier:
    return sql.Identifier(*table.split("."))


@dataclass(frozen=True, slots=True, eq=False)
class Parameter:
    """An array as a query's parameter: `unnest(%s)`. It brings its own PostgreSQL type."""

    values: Array


class _ParameterDumper(Dumper):
    format = Format.BINARY

    def get_key(self, obj: Parameter, format: PyFormat) -> DumperKey:  # noqa: A002 (psycopg's name)
        return (Parameter, obj.values.dtype.type)

    def upgrade(self, obj: Parameter, format: PyFormat) -> "_ParameterDumper":  # noqa: A002
        dumper = _ParameterDumper(Parameter)
        dumper.oid = _ARRAY_OIDS[_kind(obj.values)]
        return dumper

    def dump(self, obj: Parameter) -> Buffer:
        kind = _kind(obj.values)
        head = _ARRAY_HEAD.pack(1, 0, _ELEMENT_OIDS[kind], len(obj.values), 1)
        body = np.empty(len(obj.values), _ELEMENTS[kind])
        body["length"] = obj.values.dtype.itemsize
        body["value"] = obj.values
        return head + body.tobytes()


def _kind(values: Array) -> str:
    return values.dtype.str[1:]


psycopg.adapters.register_dumper(Parameter, _ParameterDumper)
