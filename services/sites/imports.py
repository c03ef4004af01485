"""Files of sites in: CSV and GeoJSON bytes to reports and row errors (`exports.py` writes what reads back the same).

CSV: UTF-8, a header of the columns below in any order, lists parted by `;`. A CSV row counts the header as row 1, as a
spreadsheet does; a GeoJSON row counts features from 1. What is wrong with a row is said for every field at once.
A row may tell the site's life: the date on which it came to each state (`approved_at`, ...), an instant or a day, which
is taken from its beginning in the city's time.
"""

import csv
import io
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson
from pydantic import ValidationError

from services.sites.domain.errors import FileNotReadable
from services.sites.domain.life import Reached
from services.sites.domain.register import Report
from services.sites.exports import COLUMNS, LIFE, REQUIRED, unguarded
from shared.contracts.codec import adapter
from shared.contracts.sites import SiteSpec, SiteState
from shared.fields import field_errors
from shared.values import is_identifier, is_in_calendar

MOST_ROWS: Final = 20_000
_DATE: Final = re.compile(r"\s*([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})([T ][0-9:.+\-Zz]+)?\s*").fullmatch
_STATES: Final = {state.value: state for state in SiteState}


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong with one field of one row; an empty field is about the row as a whole."""

    row: int
    field: str
    detail: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a file says: reports, each with its row, and what could not be read."""

    rows: tuple[tuple[int, Report], ...]
    errors: tuple[RowError, ...]


class _Fault(Exception):
    """A cell that is not what its column takes."""


def parse_csv(content: bytes, timezone: ZoneInfo) -> Parsed:
    """Sites in a CSV file. Raises FileNotReadable where the file as a whole is none."""
    reader = csv.reader(io.StringIO(_text(content), newline=""), strict=True)
    try:
        header = _header(next(reader, []))
        lines = [(number, cells) for number, cells in enumerate(reader, start=2) if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        raise FileNotReadable(f"line {reader.line_num}: {error}") from error
    return _parsed([(number, _of_cells(header, cells)) for number, cells in _limited(lines)], timezone)


def parse_geojson(content: bytes, timezone: ZoneInfo) -> Parsed:
    """Sites in a GeoJSON FeatureCollection of points. Raises FileNotReadable where it is none."""
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise FileNotReadable(f"not valid JSON: {error}") from error
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection" or not isinstance(features, list):
        raise FileNotReadable("the file must be a GeoJSON FeatureCollection")
    rows = _limited(list(enumerate(features, start=1)))
    return _parsed([(number, _of_feature(feature)) for number, feature in rows], timezone)


Fields = tuple[dict[str, Any], list[tuple[str, str]]]  # values by column, and faults found on the way


def _text(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileNotReadable(f"byte {error.start} is not UTF-8: save the file as CSV UTF-8") from error
    if "\0" in text:
        raise FileNotReadable("the file contains NUL: it is no text file")
    return text


def _header(cells: Sequence[str]) -> list[str]:
    header = [cell.strip() for cell in cells]
    if not any(header):
        raise FileNotReadable(f"the first row must name the columns: {','.join(COLUMNS)}", field="header")
    if missing := [column for column in REQUIRED if column not in header]:
        raise FileNotReadable(f"the header lacks {', '.join(missing)}", field="header", missing=missing)
    if unknown := [column for column in header if column not in COLUMNS]:
        raise FileNotReadable(
            f"unknown columns {', '.join(map(repr, unknown))}; known are {', '.join(COLUMNS)}", field="header"
        )
    if len(set(header)) < len(header):
        raise FileNotReadable("the header names a column twice", field="header")
    return header


def _limited(rows: list[Any]) -> list[Any]:
    if len(rows) > MOST_ROWS:
        raise FileNotReadable(f"the file has {len(rows)} rows; at most {MOST_ROWS} are taken at once")
    return rows


def _of_cells(header: Sequence[str], cells: Sequence[str]) -> Fields:
    if len(cells) != len(header):
        return {}, [("", f"has {len(cells)} cells, the header has {len(header)}")]
    values: dict[str, Any] = {}
    faults: list[tuple[str, str]] = []
    for column, cell in zip(header, cells, strict=True):
        if not (cell.strip() if column in _READ else cell):
            continue  # empty is not stated
        try:
            values[column] = _READ.get(column, unguarded)(cell)
        except _Fault as fault:
            faults.append((column, str(fault)))
    return values, faults


def _of_feature(feature: object) -> Fields:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        return {}, [("", "is no GeoJSON Feature")]
    properties, geometry = feature.get("properties"), feature.get("geometry")
    if not isinstance(properties, dict):
        return {}, [("properties", "must be an object")]
    values = {key: value for key, value in properties.items() if value is not None}
    if "id" in feature:
        values.setdefault("site_id", feature["id"])
    faults = [(key, "is not a known field") for key in values if key not in COLUMNS or key in ("lng", "lat")]
    if not isinstance(geometry, dict) or geometry.get("type") != "Point":
        return values, [*faults, ("geometry", "must be a Point")]
    place = geometry.get("coordinates")
    if not isinstance(place, list) or len(place) not in (2, 3):
        return values, [*faults, ("geometry.coordinates", "must be longitude and latitude")]
    return {**values, "lng": place[0], "lat": place[1]}, faults


def _parsed(rows: Iterable[tuple[int, Fields]], timezone: ZoneInfo) -> Parsed:
    reports: list[tuple[int, Report]] = []
    errors: list[RowError] = []
    first_row: dict[str, int] = {}
    for number, (values, faults) in rows:
        report, found = _report(values, faults, timezone)
        if report is not None and report.site_id in first_row:
            found = [("site_id", f"{report.site_id} stands in row {first_row[report.site_id]} already")]
        if report is None or found:
            errors += [RowError(number, field, detail) for field, detail in found]
        else:
            first_row[report.site_id] = number
            reports.append((number, report))
    return Parsed(tuple(reports), tuple(errors))


def _report(
    values: Mapping[str, Any], faults: Sequence[tuple[str, str]], timezone: ZoneInfo
) -> tuple[Report | None, list[tuple[str, str]]]:
    found = list(faults)
    if any(field in ("", "properties") for field, _ in found):
        return None, found
    site_id, state = values.get("site_id"), values.get("state")
    if not isinstance(site_id, str) or not is_identifier(site_id):
        detail = "must be 1 to 64 letters, digits or . _ : - and start with a letter or digit"
        found.append(("site_id", detail if site_id is not None else "is required"))
    if state is not None and state not in _STATES:
        found.append(("state", f"must be one of {', '.join(_STATES)}"))
    lived, faults = _lived(values, timezone)
    found += faults
    apart = {"site_id", "state", *LIFE}
    stated = {key: value for key, value in values.items() if key in COLUMNS and key not in apart}
    known = {field for field, _ in found}
    spec, faults = _spec(stated)
    found += [(field, detail) for field, detail in faults if field not in known]
    if found or spec is None:
        return None, found
    return Report(site_id=str(site_id), spec=spec, state=_STATES.get(state or ""), reason="import", lived=lived), []


def _lived(values: Mapping[str, Any], timezone: ZoneInfo) -> tuple[tuple[Reached, ...], list[tuple[str, str]]]:
    """The dated states, oldest first and at one instant in the order of a life; and the dates that are none."""
    reached: list[Reached] = []
    faults: list[tuple[str, str]] = []
    for column, state in LIFE.items():
        if column in values:
            at = _instant(values[column], timezone)
            if at is None:
                faults.append((column, "must be a day such as 2026-11-01 or an instant such as 2026-11-01T08:00+08:00"))
            else:
                reached.append(Reached(state, at, column))
    return tuple(sorted(reached, key=lambda each: each.effective_at)), faults


def _instant(value: object, timezone: ZoneInfo) -> datetime | None:
    """The instant; a time without an offset is the city's. None where it is none."""
    match = _DATE(value) if isinstance(value, str) else None
    if match is None:
        return None
    try:
        at = datetime.fromisoformat(f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}{match[4] or ''}")
    except ValueError:
        return None
    if not is_in_calendar(at):
        return None
    return (at if at.tzinfo else at.replace(tzinfo=timezone)).astimezone(UTC)


def _spec(stated: Mapping[str, Any]) -> tuple[SiteSpec | None, list[tuple[str, str]]]:
    try:
        return adapter(SiteSpec).validate_json(orjson.dumps(stated), strict=True), []
    except ValidationError as error:
        details = field_errors(error.errors(include_url=False), stated)
        return None, [(fault.field, fault.detail) for fault in details]


def _number(cell: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        raise _Fault(f"{cell.strip()!r} is not a number") from None
    if not math.isfinite(value):
        raise _Fault(f"{cell.strip()!r} is not a finite number")
    return value


def _whole(cell: str) -> int:
    if not re.fullmatch(r"\s*[+-]?[0-9]{1,9}\s*", cell):
        raise _Fault(f"{cell.strip()!r} is not a whole number")
    return int(cell)


def _truth(cell: str) -> bool:
    if cell.strip().lower() not in ("true", "false"):
        raise _Fault(f"{cell.strip()!r} must be true or false")
    return cell.strip().lower() == "true"


def _words(cell: str) -> list[str]:
    return [word.strip() for word in cell.split(";") if word.strip()]


def _word(cell: str) -> str:
    return cell.strip()


_READ: Final[Mapping[str, Callable[[str], Any]]] = {
    "site_id": _word,
    "kind": _word,
    "state": _word,
    "lng": _number,
    "lat": _number,
    "service_radius_m": _number,
    "pads": _whole,
    "functions": _words,
    "aircraft_classes": _words,
    "demo": _truth,
    **dict.fromkeys(LIFE, _word),
}
