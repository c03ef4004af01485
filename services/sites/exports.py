"""Files of sites out: CSV and GeoJSON bytes that `imports.py` reads back as the same sites; and a template of each."""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson

from services.sites.domain.life import Lived
from services.sites.domain.register import Site
from shared.contracts.sites import SiteState

REQUIRED: Final = ("site_id", "name", "kind", "lng", "lat")
OPTIONAL: Final = (
    "state",
    "functions",
    "aircraft_classes",
    "pads",
    "service_radius_m",
    "operator",
    "unit",
    "address",
    "source",
    "demo",
)
# when the site came to each state; a site that was suspended is commissioned again when it is resumed
LIFE: Final[Mapping[str, SiteState]] = {
    "proposed_at": SiteState.PROPOSED,
    "approved_at": SiteState.APPROVED,
    "under_construction_at": SiteState.UNDER_CONSTRUCTION,
    "commissioned_at": SiteState.COMMISSIONED,
    "suspended_at": SiteState.SUSPENDED,
    "resumed_at": SiteState.COMMISSIONED,
    "retired_at": SiteState.RETIRED,
}
COLUMNS: Final = (*REQUIRED, *OPTIONAL, *LIFE)
TEXTS: Final = frozenset({"name", "operator", "unit", "address", "source"})
# A spreadsheet runs a cell that starts with one of these as a formula: written with an apostrophe before it.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")


def guarded(text: str) -> str:
    """The text as a cell that no spreadsheet runs."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(cell: str) -> str:
    """The text of such a cell."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


Lives = Mapping[str, Lived]  # the life of each site, by id


def _values(site: Site, lives: Lives, timezone: ZoneInfo) -> dict[str, Any]:
    spec = site.spec
    return {
        "site_id": site.site_id,
        "name": spec.name,
        "kind": spec.kind.value,
        "lng": spec.lng,
        "lat": spec.lat,
        "state": site.state.value,
        "functions": [function.value for function in spec.functions],
        "aircraft_classes": [kind.value for kind in spec.aircraft_classes],
        "pads": spec.pads,
        "service_radius_m": spec.service_radius_m,
        "operator": spec.operator,
        "unit": spec.unit,
        "address": spec.address,
        "source": spec.source,
        "demo": spec.demo,
        **_dates(lives.get(site.site_id, ()), timezone),
    }


def _dates(lived: Lived, timezone: ZoneInfo) -> dict[str, str | None]:
    """When the site came to each state: of several suspensions the last, with the commissioning before them all."""
    last = dict(lived)
    first = dict(reversed(list(lived)))
    suspended, commissioned = last.get(SiteState.SUSPENDED), last.get(SiteState.COMMISSIONED)
    dates = {column: first.get(state) for column, state in LIFE.items()} | {"suspended_at": suspended}
    resumed = suspended is not None and commissioned is not None and commissioned >= suspended
    dates["resumed_at"] = commissioned if resumed and commissioned != first[SiteState.COMMISSIONED] else None
    return {column: None if at is None else _date(at, timezone) for column, at in dates.items()}


def _date(instant: datetime, timezone: ZoneInfo) -> str:
    """A day where it is the day's first instant in the city, as people write it."""
    local = instant.astimezone(timezone)
    return local.date().isoformat() if local.time() == time.min else local.isoformat()


def write_csv(sites: Iterable[Site], lives: Lives, timezone: ZoneInfo) -> bytes:
    """The sites as CSV, with the byte-order mark by which spreadsheets know UTF-8."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for site in sites:
        writer.writerow([_cell(column, value) for column, value in _values(site, lives, timezone).items()])
    return out.getvalue().encode("utf-8-sig")


def _cell(column: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ";".join(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value if column not in TEXTS else guarded(value)
    return repr(value)


def write_geojson(sites: Iterable[Site], lives: Lives, timezone: ZoneInfo) -> bytes:
    """The sites as a FeatureCollection."""
    features = [_feature(site, _values(site, lives, timezone)) for site in sites]
    return orjson.dumps({"type": "FeatureCollection", "features": features})


def _feature(site: Site, values: Mapping[str, Any]) -> dict[str, Any]:
    properties = {key: value for key, value in values.items() if key not in ("lng", "lat") and value is not None}
    geometry = {"type": "Point", "coordinates": [site.spec.lng, site.spec.lat]}
    return {"type": "Feature", "id": site.site_id, "properties": properties, "geometry": geometry}


_EXAMPLE: Final[Mapping[str, Any]] = {
    "site_id": "example-1",
    "name": "示例起降点 Example",
    "kind": "point",
    "state": "approved",
    "functions": ["takeoff_landing", "energy"],
    "aircraft_classes": ["light", "small"],
    "pads": 1,
    "service_radius_m": 3000.0,
    "operator": "",
    "unit": "示例单位",
    "address": "",
    "source": "",
    "demo": False,
    **dict.fromkeys(LIFE),
    "proposed_at": "2026-03-02",
    "approved_at": "2026-04-01T09:30:00+08:00",
}


def _example(place: tuple[float, float]) -> dict[str, Any]:
    return {**_EXAMPLE, "lng": place[0], "lat": place[1]}


def csv_template(place: tuple[float, float]) -> bytes:
    """The header and one example row, at a longitude and latitude."""
    example = _example(place)
    out = io.StringIO(newline="")
    csv.writer(out).writerows([COLUMNS, [_cell(column, example[column]) for column in COLUMNS]])
    return out.getvalue().encode("utf-8-sig")


def geojson_template(place: tuple[float, float]) -> bytes:
    """One example feature, at a longitude and latitude."""
    properties = {key: value for key, value in _EXAMPLE.items() if value is not None}
    geometry = {"type": "Point", "coordinates": list(place)}
    feature = {"type": "Feature", "id": _EXAMPLE["site_id"], "properties": properties, "geometry": geometry}
    return orjson.dumps({"type": "FeatureCollection", "features": [feature]}, option=orjson.OPT_INDENT_2)
