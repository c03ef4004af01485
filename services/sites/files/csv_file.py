"""CSV: UTF-8, a header of the columns in any order, the header is row 1 as in a spreadsheet."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from services.sites.domain.errors import FileNotReadable
from services.sites.domain.register import Site
from services.sites.files import cells
from services.sites.files.columns import COLUMNS, RECORDS, TEXTS, Lives, Values, example, values_of
from services.sites.files.rows import Faults, Fields, Parsed, Reading, checked_header, limited, parsed


def read(content: bytes, how: Reading) -> Parsed:
    """Sites in a CSV file. Raises FileNotReadable where the file as a whole is none."""
    reader = csv.reader(io.StringIO(_text(content), newline=""), strict=True)
    try:
        header = checked_header(next(reader, []))
        lines = [(number, row) for number, row in enumerate(reader, start=2) if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise FileNotReadable(f"line {reader.line_num}: {error}") from error
    return parsed([(number, of_cells(header, row, cells.unguarded)) for number, row in limited(lines)], how)


def write(sites: Iterable[Site], lives: Lives, timezone: ZoneInfo) -> bytes:
    """The sites as CSV, with the byte-order mark by which spreadsheets know UTF-8."""
    return _written(values_of(site, lives, timezone) for site in sites)


def template(place: tuple[float, float]) -> bytes:
    """The header and one example row."""
    return _written([example(place)])


def of_cells(header: Sequence[str], row: Sequence[str], plain: Callable[[str], str] = str) -> Fields:
    """What the cells of a row say; `plain` takes off what was put before a text."""
    if len(row) != len(header):
        return {}, [("", f"has {len(row)} cells, the header has {len(header)}")]
    values: dict[str, Any] = {}
    faults: Faults = []
    for column, cell in zip(header, row, strict=True):
        if cells.is_empty(column, cell):
            continue  # empty is not stated
        try:
            values[column] = cells.read(column, plain(cell) if column in TEXTS or column in RECORDS else cell)
        except cells.Fault as fault:
            faults.append((column, str(fault)))
    return values, faults


def _text(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileNotReadable(f"byte {error.start} is not UTF-8: save the file as CSV UTF-8") from error
    if "\0" in text:
        raise FileNotReadable("the file contains NUL: it is no text file")
    return text


def _written(rows: Iterable[Values]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([_cell(column, values[column]) for column in COLUMNS] for values in rows)
    return out.getvalue().encode("utf-8-sig")


def _cell(column: str, value: Any) -> str:
    text = cells.write(column, value)
    return cells.guarded(text) if column in TEXTS or column in RECORDS else text
