"""A report as data: CSV (a block a table) and JSON."""

import csv
import io
from typing import Any

from services.sites.files.cells import guarded
from services.sites.reports.value import Cell, Report, Table
from shared.contracts.codec import encode_value


def write_csv(report: Report) -> bytes:
    """Title and notes, then each table under its name, blank lines between; with the byte-order mark Excel asks for."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerows([[guarded(line)] for line in (report.title, *report.notes)])
    for table in report.tables:
        writer.writerows([[], [guarded(table.name)], table.columns])
        writer.writerows([[_cell(value) for value in row] for row in table.rows])
    return out.getvalue().encode("utf-8-sig")


def _cell(value: Cell) -> str:
    return "" if value is None else guarded(value) if isinstance(value, str) else repr(value)


def write_json(report: Report) -> bytes:
    """Everything but the pictures; `months` are the API's own, `tables` have a row as an object."""
    return encode_value(
        {
            "kind": report.kind,
            "period": report.period,
            "title": report.title,
            "unit": report.unit,
            "demo": report.demo,
            "as_of": report.as_of,
            "complete": report.complete,
            "notes": report.notes,
            "months": report.months,
            "tables": {table.name: _rows(table) for table in report.tables},
        }
    )


def _rows(table: Table) -> list[dict[str, Any]]:
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]
