"""Files of sites in and out."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from services.sites.api.parts import Anyone, Exporter, Reading, State, Steward, Tx, Wanted
from services.sites.files import csv_file, geojson_file, rows, uom, xlsx_file
from services.sites.store import register as store
from services.sites.usecases import register
from shared.datums import Crs, Datum
from shared.http import MIB, Upload, upload

router = APIRouter(tags=["sites"])
CSV, GEOJSON, XLSX = "text/csv", "application/geo+json", xlsx_file.MEDIA_TYPE
LARGEST_FILE = 16 * MIB


class FileFormat(StrEnum):
    """What a file that reads back may be."""

    CSV = "csv"
    XLSX = "xlsx"
    GEOJSON = "geojson"


class ExportFormat(StrEnum):
    """What an export may be: a file that reads back, or the records that UOM takes."""

    CSV = "csv"
    XLSX = "xlsx"
    GEOJSON = "geojson"
    UOM = "uom"
    UOM_XLSX = "uom-xlsx"


_FILES = {FileFormat.CSV: csv_file, FileFormat.XLSX: xlsx_file, FileFormat.GEOJSON: geojson_file}
_MEDIA_TYPES = {"csv": CSV, "xlsx": XLSX, "geojson": GEOJSON}


@dataclass(frozen=True, slots=True)
class SiteImportError:
    """What is wrong with a field of a row: tables count the header as row 1, GeoJSON counts features from 1."""

    row: int
    field: str
    detail: str


@dataclass(frozen=True, slots=True)
class Conversion:
    """That the positions were converted to WGS-84, from what, and how far that may be off."""

    crs: Crs
    accuracy_m: float
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class SiteImportReport:
    """What an import did, row by row where it did not."""

    created: int
    updated: int
    unchanged: int
    errors: list[SiteImportError]
    conversion: Conversion | None = None


_CONVERSIONS = {
    Crs.WGS84: None,
    Crs.GCJ02: (
        "坐标由 GCJ-02 反算为 WGS-84，误差约 2 米以内",
        "converted from GCJ-02 to WGS-84, by undoing its offset; accurate to about 2 m",
    ),
    Crs.CGCS2000: (
        "坐标由 CGCS2000(经纬度 EPSG:4490,或三度带高斯-克吕格米制坐标)转换为 WGS-84,误差 1 米以内",
        "converted from CGCS2000 (degrees, EPSG:4490, or metres of a 3-degree Gauss-Krueger zone) to WGS-84; "
        "accurate to 1 m",
    ),
}


def _conversion(asked: Datum, named: str) -> Conversion | None:
    """`named`: the system of CGCS2000 that the file itself names, if it does."""
    datum = Datum(Crs.CGCS2000) if named else asked
    said = _CONVERSIONS[datum.crs]
    if said is None:
        return None
    zh, en = said
    return Conversion(
        datum.crs,
        datum.accuracy_m,
        f"{zh};文件自述坐标系为 {named}" if named else zh,
        f"{en}; the file names {named}" if named else en,
    )


@router.post("/sites/import")
def import_sites(
    tx: Tx,
    state: State,
    caller: Steward,
    file: Annotated[Upload, upload(CSV, GEOJSON, XLSX, limit=LARGEST_FILE)],
    crs: Annotated[Crs, Query(description="what the positions refer to; other than wgs84 is converted")] = Crs.WGS84,
) -> SiteImportReport:
    """Register, restate or move the sites of a CSV, XLSX or GeoJSON file. Sound rows go in, every other is explained.

    The same file again changes nothing. A file that is none as a whole is refused with 422. A row may tell the life
    of its site by the date of each state (`approved_at`, ...): what the events do not tell yet is recorded, so dated.
    A GeoJSON file may name its system of CGCS2000 itself (`crs`).
    """
    read = {CSV: csv_file.read, GEOJSON: geojson_file.read, XLSX: xlsx_file.read}[file.media_type]
    datum = Datum(crs, state.city.centre[0])
    parsed = read(file.content, rows.Reading(state.city.timezone, datum))
    outcome = register.report_sites(tx, [report for _, report in parsed.rows])
    errors = [SiteImportError(error.row, error.field, error.detail) for error in parsed.errors]
    errors += [
        SiteImportError(parsed.rows[refused.index][0], refused.error.field or "", refused.error.detail)
        for refused in outcome.refused
    ]
    return SiteImportReport(
        created=outcome.created,
        updated=outcome.updated,
        unchanged=outcome.unchanged,
        errors=sorted(errors, key=lambda error: error.row),
        conversion=_conversion(datum, parsed.converted_from),
    )


_FILE: dict[int | str, dict[str, Any]] = {200: {"content": {CSV: {}, GEOJSON: {}, XLSX: {}}, "description": "The file"}}


@router.get("/sites/export", response_class=Response, responses=_FILE)
def export_sites(
    reading: Reading,
    state: State,
    caller: Exporter,
    wanted: Wanted,
    format: ExportFormat = ExportFormat.CSV,  # noqa: A002
) -> Response:
    """The sites as a file that imports as exactly the same sites, or as the records that UOM takes."""
    sites = store.select_sites(reading, wanted)
    if format is ExportFormat.UOM:
        return _file(uom.write_csv(sites, state.city), "csv", "sites-uom")
    if format is ExportFormat.UOM_XLSX:
        return _file(uom.write_xlsx(sites, state.city), "xlsx", "sites-uom")
    lives = store.lived(reading, [site.site_id for site in sites])
    return _file(_FILES[FileFormat(format)].write(sites, lives, state.city.timezone), format, "sites")


@router.get("/sites/template", response_class=Response, responses=_FILE)
def import_template(state: State, caller: Anyone, format: FileFormat = FileFormat.CSV) -> Response:  # noqa: A002
    """A file to start from: the columns, and one example."""
    return _file(_FILES[format].template(state.city.centre), format, "sites-template")


def _file(content: bytes, ending: str, name: str) -> Response:
    media_type = _MEDIA_TYPES[ending]
    headers = {"content-disposition": f'attachment; filename="{name}.{ending}"'}
    return Response(
        content, media_type=f"{media_type}; charset=utf-8" if media_type == CSV else media_type, headers=headers
    )
