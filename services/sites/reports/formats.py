"""The formats a report is handed out in, each with its renderer and media type."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final

from services.sites.reports.data_files import write_csv, write_json
from services.sites.reports.value import Report


class ReportFormat(StrEnum):
    """What a report's file may be."""

    DOCX = "docx"
    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"


_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
MEDIA_TYPES: Final[Mapping[ReportFormat, str]] = {
    ReportFormat.DOCX: f"{_OFFICE}.wordprocessingml.document",
    ReportFormat.XLSX: f"{_OFFICE}.spreadsheetml.sheet",
    ReportFormat.CSV: "text/csv; charset=utf-8",
    ReportFormat.JSON: "application/json",
}


def write(report: Report, format_: ReportFormat) -> bytes:
    """The report's bytes. Raises NoChineseFont where pictures are to be drawn and there is none."""
    return _renderer(format_)(report)


def _renderer(format_: ReportFormat) -> Callable[[Report], bytes]:
    """Imported when first asked for: matplotlib and the office libraries cost a second that no other request needs."""
    if format_ is ReportFormat.DOCX:
        from services.sites.reports.docx_file import write_docx

        return write_docx
    if format_ is ReportFormat.XLSX:
        from services.sites.reports.xlsx_file import write_xlsx

        return write_xlsx
    return write_csv if format_ is ReportFormat.CSV else write_json
