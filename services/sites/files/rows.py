"""Rows of a file to reports: what is wrong with a row is said for every field at once.

A row may tell the site's life: the date on which it came to each state (`approved_at`, ...), an instant or a day, which
is taken from its beginning in the city's time.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeGuard
from zoneinfo import ZoneInfo

import orjson
from pydantic import ValidationError

from services.sites.domain.errors import FileNotReadable
from services.sites.domain.life import Reached
from services.sites.domain.register import Report
from services.sites.files.columns import COLUMNS, LIFE, REQUIRED, RowError, Values
from shared.contracts.codec import adapter
from shared.contracts.sites import SiteSpec, SiteState
from shared.datums import AS_IT_IS, Crs, Datum, NotThere
from shared.fields import field_errors
from shared.values import is_identifier, is_in_calendar

MOST_ROWS: Final = 20_000
_DATE: Final = re.compile(r"\s*([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})([T ][0-9:.+\-Zz]+)?\s*").fullmatch
_STATES: Final = {state.value: state for state in SiteState}
_APART: Final = frozenset({"site_id", "state", *LIFE})  # what is no part of the spec

Faults = list[tuple[str, str]]  # field and detail
Fields = tuple[Values, Faults]  # values by column, and faults found on the way


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is to be read: in whose time, and against which datum its positions are."""

    timezone: ZoneInfo
    datum: Datum = AS_IT_IS


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a file says: reports, each with its row, and what could not be read."""

    rows: tuple[tuple[int, Report], ...]
    errors: tuple[RowError, ...]
    converted_from: str = ""  # the reference system that the file itself names, where its positions were converted


def checked_header(cells: Sequence[str]) -> list[str]:
    """The columns that the first row names. Raises FileNotReadable."""
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


def limited(rows: list[Any]) -> list[Any]:
    """The rows, where they are not too many. Raises FileNotReadable."""
    if len(rows) > MOST_ROWS:
        raise FileNotReadable(f"the file has {len(rows)} rows; at most {MOST_ROWS} are taken at once")
    return rows


def parsed(rows: Iterable[tuple[int, Fields]], how: Reading) -> Parsed:
    """Every row as a report, or its errors."""
    reports: list[tuple[int, Report]] = []
    errors: list[RowError] = []
    first_row: dict[str, int] = {}
    for number, (values, faults) in rows:
        report, found = _report(values, faults, how)
        if report is not None and report.site_id in first_row:
            found = [("site_id", f"{report.site_id} stands in row {first_row[report.site_id]} already")]
        if report is None or found:
            errors += [RowError(number, field, detail) for field, detail in found]
        else:
            first_row[report.site_id] = number
            reports.append((number, report))
    return Parsed(tuple(reports), tuple(errors))


def _report(values: Mapping[str, Any], faults: Faults, how: Reading) -> tuple[Report | None, Faults]:
    found = list(faults)
    if any(field in ("", "properties") for field, _ in found):
        return None, found
    site_id, state = values.get("site_id"), values.get("state")
    if not isinstance(site_id, str) or not is_identifier(site_id):
        detail = "must be 1 to 64 letters, digits or . _ : - and start with a letter or digit"
        found.append(("site_id", detail if site_id is not None else "is required"))
    if state is not None and not (isinstance(state, str) and state in _STATES):
        found.append(("state", f"must be one of {', '.join(_STATES)}"))
    lived, wrong = _lived(values, how.timezone)
    stated, nowhere = _placed(values, how.datum)
    found += wrong + nowhere
    known = {place for field, _ in found for place in (("lng", "lat") if field.startswith("geometry") else (field,))}
    spec, wrong = _spec({key: value for key, value in stated.items() if key in COLUMNS and key not in _APART})
    found += [(field, detail) for field, detail in wrong if field not in known]
    if found or spec is None:
        return None, found
    return Report(site_id=str(site_id), spec=spec, state=_STATES.get(state or ""), reason="import", lived=lived), []


def _placed(values: Mapping[str, Any], datum: Datum) -> tuple[Mapping[str, Any], Faults]:
    """The row with its position in WGS-84; a position that is no number is found out later."""
    x, y = values.get("lng"), values.get("lat")
    if datum.crs is Crs.WGS84 or not (is_number(x) and is_number(y)):
        return values, []
    try:
        lng, lat = datum.to_wgs84(x, y)
    except NotThere as fault:
        return values, [(fault.field, fault.detail)]
    return {**values, "lng": lng, "lat": lat}, []


def is_number(value: object) -> TypeGuard[float]:
    """True of a number of JSON, which true and false are not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _lived(values: Mapping[str, Any], timezone: ZoneInfo) -> tuple[tuple[Reached, ...], Faults]:
    """The dated states, oldest first and at one instant in the order of a life; and the dates that are none."""
    reached: list[Reached] = []
    faults: Faults = []
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
    at = at if at.tzinfo else at.replace(tzinfo=timezone)
    return at.astimezone(UTC) if is_in_calendar(at) else None


def _spec(stated: Mapping[str, Any]) -> tuple[SiteSpec | None, Faults]:
    try:
        return adapter(SiteSpec).validate_json(orjson.dumps(stated), strict=True), []
    except ValidationError as error:
        details = field_errors(error.errors(include_url=False), stated)
        return None, [(fault.field, fault.detail) for fault in details]
