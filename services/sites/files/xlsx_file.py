"""XLSX: the first sheet, its first row the header; a cell may hold a number, a date or the text that CSV would."""

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font

from services.sites.domain.errors import FileNotReadable
from services.sites.domain.register import Site
from services.sites.files import cells
from services.sites.files.columns import COLUMNS, MEANINGS, REQUIRED, WORDS, Lives, Values, example, values_of
from services.sites.files.csv_file import of_cells
from services.sites.files.rows import MOST_ROWS, Parsed, Reading, checked_header, limited, parsed

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LARGEST_UNPACKED: Final = 256 * 1_048_576
_NUMBERS: Final = (int, float)
# signs that XML does not hold, and what would be read as the code of one
_CODED = re.compile("[\r\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_CODE = re.compile("_x([0-9A-Fa-f]{4})_")


def read(content: bytes, how: Reading) -> Parsed:
    """Sites in a workbook's first sheet. Raises FileNotReadable where the file as a whole is none."""
    rows = [[_text(value) for value in row] for row in _sheet(content)]
    header = checked_header(_without_tail(rows[0] if rows else []))
    lines = [(number, row) for number, row in enumerate(rows[1:], start=2) if any(cell.strip() for cell in row)]
    return parsed([(number, of_cells(header, _fitted(row, len(header)))) for number, row in limited(lines)], how)


def write(sites: Iterable[Site], lives: Lives, timezone: ZoneInfo) -> bytes:
    """The sites as a workbook."""
    return saved(_book(values_of(site, lives, timezone) for site in sites))


def template(place: tuple[float, float]) -> bytes:
    """The header, one example row, and a sheet that says what each column takes."""
    book = _book([example(place)])
    sheet = book.create_sheet("说明 columns")
    fill(sheet, [["column", "", "说明", "meaning", "取值 values"], *map(_explained, COLUMNS)])
    widen(sheet, (24, 16, 36, 44, 60))
    return saved(book)


def fill(sheet: Any, rows: Iterable[Sequence[Any]]) -> None:
    """The rows, from the first."""
    for row, values in enumerate(rows, start=1):
        for column, value in enumerate(values, start=1):
            if value not in (None, ""):
                _put(sheet.cell(row, column), value)


def _put(cell: Any, value: Any) -> None:
    """A text that begins like a formula stays a text; a number keeps all its digits, of which openpyxl writes 16."""
    text = isinstance(value, str)
    cell.value = _CODED.sub(_coded, value) if text else repr(value)
    cell.data_type = "s" if text else "n"


def widen(sheet: Any, widths: Sequence[int]) -> None:
    """The header stands out and stays in sight; columns are so many signs wide."""
    for cell, width in zip(sheet[1], widths, strict=False):
        cell.font = Font(bold=True)
        sheet.column_dimensions[cell.column_letter].width = width
    sheet.freeze_panes = "A2"


def _book(rows: Iterable[Values]) -> Workbook:
    book = Workbook()
    sheet: Any = book.active
    sheet.title = "sites"
    fill(sheet, [COLUMNS, *([_cell(column, values[column]) for column in COLUMNS] for values in rows)])
    widen(sheet, [max(12, len(column) + 2) for column in COLUMNS])
    return book


def _explained(column: str) -> list[str]:
    needed = "必填 required" if column in REQUIRED else ""
    return [column, needed, MEANINGS[column].zh, MEANINGS[column].en, WORDS.get(column, "")]


def _cell(column: str, value: Any) -> Any:
    return value if isinstance(value, _NUMBERS) and not isinstance(value, bool) else cells.write(column, value)


def saved(book: Workbook) -> bytes:
    """The workbook's bytes."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _sheet(content: bytes) -> list[tuple[Any, ...]]:
    """The values of the first sheet, row by row. A workbook that somebody made to harm ends here too."""
    try:
        unpacked = _unpacked_bytes(content)
        if unpacked <= LARGEST_UNPACKED:
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
            return list(book.worksheets[0].iter_rows(values_only=True, max_row=MOST_ROWS + 2, max_col=2 * len(COLUMNS)))
    except Exception as error:  # whatever the parsers of zip, XML and sheets stumble over
        raise FileNotReadable(f"not a workbook that can be read: {str(error) or type(error).__name__}") from error
    raise FileNotReadable(f"the workbook unpacks to more than {LARGEST_UNPACKED // 1_048_576} MiB")


def _unpacked_bytes(content: bytes) -> int:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return sum(entry.file_size for entry in archive.infolist())


def _text(value: Any) -> str:
    """A cell as CSV would have it."""
    match value:
        case None:
            return ""
        case str():
            return _CODE.sub(lambda match: chr(int(match[1], 16)), value)
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.date().isoformat() if value.time() == time.min else value.isoformat()
        case date():
            return value.isoformat()
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case _:
            return str(value)


def _coded(match: re.Match[str]) -> str:
    return f"_x{ord(match[0]):04X}_"


def _without_tail(row: Sequence[str]) -> list[str]:
    cells_ = list(row)
    while cells_ and not cells_[-1].strip():
        cells_.pop()
    return cells_


def _fitted(row: Sequence[str], width: int) -> list[str]:
    """As wide as the header, where nothing stands beyond it."""
    said = _without_tail(row)
    return said if len(said) > width else [*row, *[""] * width][:width]
