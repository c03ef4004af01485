"""A report as DOCX."""

import io
from collections.abc import Sequence
from typing import Any, Final

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Length, Pt, RGBColor

from services.sites.reports.packing import repacked
from services.sites.reports.pictures import draw
from services.sites.reports.value import Cell, Report, Table

LONGEST_TABLE: Final = 60  # rows; a page has some forty, and the XLSX has them all
PAGE_CM: Final = 16.6  # between the margins
NARROWEST, WIDEST = 5, 22  # of a column, in letters
MARGIN_TWIPS: Final = 57  # within a cell, a millimetre: Word's own would take half of a narrow column
_BODY, _HEADING = "宋体", "黑体"


def write_docx(report: Report) -> bytes:
    """The report's bytes. Raises NoChineseFont."""
    document = Document()
    _page(document)
    _fonts(document)
    _properties(document, report)
    title = document.add_heading(report.title, level=0)
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for number, note in enumerate(report.notes):
        run = document.add_paragraph().add_run(note)
        if report.demo and number == 0:
            run.bold = True
            run.font.color.rgb = RGBColor(0xB4, 0x47, 0x2E)
    if report.demo:
        _header(document, "演示数据")
    for section in report.sections:
        document.add_heading(section.heading, level=1)
        for paragraph in section.paragraphs:
            document.add_paragraph(paragraph)
        for table in section.tables:
            _table(document, table)
        if section.picture is not None:
            document.add_picture(io.BytesIO(draw(section.picture, demo=report.demo)), width=Cm(16))
    out = io.BytesIO()
    document.save(out)
    return repacked(out.getvalue(), report.as_of)


def _page(document: Any) -> None:
    page = document.sections[0]
    page.orientation = WD_ORIENT.PORTRAIT
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.2)
    page.top_margin = page.bottom_margin = Cm(2)


def _fonts(document: Any) -> None:
    """Word takes the East Asian font from an attribute of its own."""
    for name, family, size in (("Normal", _BODY, 10.5), ("Title", _HEADING, 20), ("Heading 1", _HEADING, 14)):
        style = document.styles[name]
        style.font.name, style.font.size = family, Pt(size)
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), family)


def _properties(document: Any, report: Report) -> None:
    properties = document.core_properties
    properties.title, properties.author, properties.comments = report.title, "Tianyuan", ""
    properties.last_modified_by, properties.revision = "Tianyuan", 1
    properties.created = properties.modified = report.as_of.replace(tzinfo=None)


def _header(document: Any, text: str) -> None:
    paragraph = document.sections[0].header.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    paragraph.add_run(text).bold = True


def _table(document: Any, table: Table) -> None:
    caption = document.add_paragraph()
    caption.alignment = WD_ALIGN_PARAGRAPH.CENTER
    caption.add_run(f"表：{table.name}").bold = True
    if not table.rows:
        document.add_paragraph("（无）")
        return
    shown = table.rows[:LONGEST_TABLE]
    grid = document.add_table(rows=len(shown) + 1, cols=len(table.columns), style="Table Grid")
    grid.autofit = False
    _margins(grid)
    cells = grid._cells  # one list: asking row by row is quadratic
    lines = [list(table.columns), *(_line(table, row) for row in shown)]
    widths = _widths(lines)
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = width
    numeric = [all(not isinstance(row[column], str) for row in shown) for column in range(len(table.columns))]
    size = Pt(9 if len(table.columns) <= 6 else 7.5)
    for number, (cell, text) in enumerate(zip(cells, (text for line in lines for text in line), strict=True)):
        row, column = divmod(number, len(table.columns))
        cell.width = widths[column]
        run = cell.paragraphs[0].add_run(text)
        run.font.size = size
        run.bold = row == 0
        if numeric[column]:
            cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
        if row == 0:
            _shade(cell)
    _repeat(grid.rows[0])
    if len(table.rows) > len(shown):
        document.add_paragraph(f"（共{len(table.rows)}行，此处列出前{len(shown)}行，其余见 XLSX 或 CSV。）")


def _line(table: Table, row: Sequence[Cell]) -> list[str]:
    return [_text(value, name in table.shares) for name, value in zip(table.columns, row, strict=True)]


def _widths(lines: Sequence[Sequence[str]]) -> list[Length]:
    """The page's width shared out by the longest text of each column; beyond a limit a text runs over several lines."""
    longest = [max(_signs(text) for text in column) for column in zip(*lines, strict=True)]
    parts = [min(max(each, NARROWEST), WIDEST) + 2 for each in longest]
    return [Cm(PAGE_CM * part / sum(parts)) for part in parts]


def _signs(text: str) -> int:
    """How wide a text is: a Chinese character is as wide as two others."""
    return sum(2 if ord(sign) > 255 else 1 for sign in text)


def _margins(grid: Any) -> None:
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(MARGIN_TWIPS))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    properties = grid._tbl.tblPr
    look = properties.find(qn("w:tblLook"))  # Word wants its elements in the order of the standard
    properties.insert(len(properties) if look is None else properties.index(look), margins)


def _shade(cell: Any) -> None:
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", "DCE6F1")):
        shade.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shade)


def _repeat(row: Any) -> None:
    """The head stands on every page the table goes over."""
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)


def _text(value: Cell, share: bool) -> str:
    if value is None:
        return "—"
    return f"{value:.1%}" if share and not isinstance(value, str) else str(value)
