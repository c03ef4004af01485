"""Files of sites in and out."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Response

from services.sites import exports, imports
from services.sites.api.parts import Anyone, Exporter, Reading, State, Steward, Tx, Wanted
from services.sites.store import register as store
from services.sites.usecases import register
from shared.http import MIB, Upload, upload

router = APIRouter(tags=["sites"])
CSV, GEOJSON = "text/csv", "application/geo+json"
LARGEST_FILE = 16 * MIB


class FileFormat(StrEnum):
    """What a file may be."""

    CSV = "csv"
    GEOJSON = "geojson"


@dataclass(frozen=True, slots=True)
class SiteImportError:
    """What is wrong with a field of a row: CSV counts the header as row 1, GeoJSON counts features from 1."""

    row: int
    field: str
    detail: str


@dataclass(frozen=True, slots=True)
class SiteImportReport:
    """What an import did, row by row where it did not."""

    created: int
    updated: int
    unchanged: int
    errors: list[SiteImportError]


@router.post("/sites/import")
def import_sites(
    tx: Tx, state: State, caller: Steward, file: Annotated[Upload, upload(CSV, GEOJSON, limit=LARGEST_FILE)]
) -> SiteImportReport:
    """Register, restate or move the sites of a CSV or GeoJSON file. Sound rows go in, every other is explained.

    The same file again changes nothing. A file that is none as a whole is refused with 422. A row may tell the life
    of its site by the date of each state (`approved_at`, ...): what the events do not tell yet is recorded, so dated.
    """
    parse = imports.parse_csv if file.media_type == CSV else imports.parse_geojson
    parsed = parse(file.content, state.city.timezone)
    outcome = register.report_sites(tx, [report for _, report in parsed.rows])
    errors = [SiteImportError(error.row, error.field, error.detail) for error in parsed.errors]
    errors += [
        SiteImportError(parsed.rows[refused.index][0], refused.error.field or "", refused.error.detail)
        for refused in outcome.refused
    ]
    return SiteImportReport(
        outcome.created, outcome.updated, outcome.unchanged, sorted(errors, key=lambda error: error.row)
    )


_FILE: dict[int | str, dict[str, Any]] = {200: {"content": {CSV: {}, GEOJSON: {}}, "description": "The file"}}


@router.get("/sites/export", response_class=Response, responses=_FILE)
def export_sites(
    reading: Reading,
    state: State,
    caller: Exporter,
    wanted: Wanted,
    format: FileFormat = FileFormat.CSV,  # noqa: A002
) -> Response:
    """The sites as a file that imports as exactly the same sites."""
    sites = store.select_sites(reading, wanted)
    lives = store.lived(reading, [site.site_id for site in sites])
    write = exports.write_csv if format is FileFormat.CSV else exports.write_geojson
    content = write(sites, lives, state.city.timezone)
    return _file(content, format, "sites")


@router.get("/sites/template", response_class=Response, responses=_FILE)
def import_template(state: State, caller: Anyone, format: FileFormat = FileFormat.CSV) -> Response:  # noqa: A002
    """A file to start from: the columns, and one example."""
    write = exports.csv_template if format is FileFormat.CSV else exports.geojson_template
    content = write(state.city.centre)
    return _file(content, format, "sites-template")


def _file(content: bytes, format_: FileFormat, name: str) -> Response:
    media_type = f"{CSV}; charset=utf-8" if format_ is FileFormat.CSV else GEOJSON
    headers = {"content-disposition": f'attachment; filename="{name}.{format_}"'}
    return Response(content, media_type=media_type, headers=headers)
