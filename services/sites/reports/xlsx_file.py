"""A report as XLSX: a sheet of notes, a sheet for each table, and one with the pictures."""

import io
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.drawing.image import Image
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from services.sites.reports.packing import repacked
from services.sites.reports.pictures import draw
from services.sites.reports.value import Report, Table

PICTURE_WIDTH_PX: Final = 660
_HEAD = PatternFill("solid", fgColor="DCE6F1")


def write_xlsx(report: Report) -> bytes:
    """The report's bytes. Raises NoChineseFont."""
    book = Workbook()
    book.properties.creator, book.properties.title = "Tianyuan", report.title
    _notes(book.active, report)
    for table in report.tables:
        _table(book.create_sheet(table.name), table, demo=report.demo)
    _pictures(book.create_sheet("图"), report)
    out = io.BytesIO()
    book.save(out)
    return repacked(out.getvalue(), report.as_of)


def _notes(sheet: Any, report: Report) -> None:
    sheet.title = "说明"
    sheet.column_dimensions["A"].width = 100
    for number, line in enumerate((report.title, *report.notes), start=1):
        cell = sheet.cell(number, 1)
        _write(cell, line)
        cell.alignment = Alignment(wrap_text=True)
    sheet["A1"].font = Font(bold=True, size=14)


def _table(sheet: Any, table: Table, *, demo: bool) -> None:
    for column, name in enumerate(table.columns, start=1):
        head = sheet.cell(1, column, name)
        head.font, head.fill = Font(bold=True), _HEAD
        texts = (str(row[column - 1]) for row in table.rows)
        wide = max((sum(2 if ord(sign) > 255 else 1 for sign in text) for text in (name, *texts)), default=8)
        sheet.column_dimensions[get_column_letter(column)].width = min(max(wide + 2, 8), 50)
    for number, row in enumerate(table.rows, start=2):
        for column, (name, value) in enumerate(zip(table.columns, row, strict=True), start=1):
            cell = sheet.cell(number, column)
            _write(cell, value)
            if name in table.shares:
                cell.number_format = "0.0%"
    sheet.freeze_panes = "A2"
    if demo:
        sheet.oddHeader.right.text = "演示数据"


def _write(cell: Any, value: Any) -> None:
    """A text that begins like a formula stays a text."""
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"


def _pictures(sheet: Any, report: Report) -> None:
    row = 1
    for section in report.sections:
        if section.picture is None:
            continue
        image = Image(io.BytesIO(draw(section.picture, demo=report.demo)))
        image.height, image.width = round(image.height * PICTURE_WIDTH_PX / image.width), PICTURE_WIDTH_PX
        sheet.add_image(image, f"A{row}")
        row += image.height // 19 + 3  # a row is some 20 pixels high
