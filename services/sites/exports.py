"""Files of sites out: CSV and GeoJSON bytes that `imports.py` reads back as the same sites; and a template of each."""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import orjson

from services.sites.domain.register import Site

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
COLUMNS: Final = (*REQUIRED, *OPTIONAL)
TEXTS: Final = frozenset({"name", "operator", "unit", "address", "source"})
# A spreadsheet runs a cell that starts with one of these as a formula: written with an apostrophe before it.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")


def guarded(text: str) -> str:
    """The text as a cell that no spreadsheet runs."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(cell: str) -> str:
    """The text of such a cell."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _values(site: Site) -> dict[str, Any]:
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
    }


def write_csv(sites: Iterable[Site]) -> bytes:
    """The sites as CSV, with the byte-order mark by which spreadsheets know UTF-8."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([_cell(column, value) for column, value in _values(site).items()] for site in sites)
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


def write_geojson(sites: Iterable[Site]) -> bytes:
    """The sites as a FeatureCollection."""
    return orjson.dumps({"type": "FeatureCollection", "features": [_feature(site) for site in sites]})


def _feature(site: Site) -> dict[str, Any]:
    properties = {key: value for key, value in _values(site).items() if key not in ("lng", "lat") and value is not None}
    geometry = {"type": "Point", "coordinates": [site.spec.lng, site.spec.lat]}
    return {"type": "Feature", "id": site.site_id, "properties": properties, "geometry": geometry}


_EXAMPLE: Final[Mapping[str, Any]] = {
    "site_id": "example-1",
    "name": "示例起降点 Example",
    "kind": "point",
    "lng": 114.3055,
    "lat": 30.5928,
    "state": "proposed",
    "functions": ["takeoff_landing", "energy"],
    "aircraft_classes": ["light", "small"],
    "pads": 1,
    "service_radius_m": 3000.0,
    "operator": "",
    "unit": "江岸区",
    "address": "",
    "source": "",
    "demo": False,
}


def csv_template() -> bytes:
    """The header and one example row."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([COLUMNS, [_cell(column, _EXAMPLE[column]) for column in COLUMNS]])
    return out.getvalue().encode("utf-8-sig")


def geojson_template() -> bytes:
    """One example feature."""
    properties = {key: value for key, value in _EXAMPLE.items() if key not in ("lng", "lat")}
    geometry = {"type": "Point", "coordinates": [_EXAMPLE["lng"], _EXAMPLE["lat"]]}
    feature = {"type": "Feature", "id": _EXAMPLE["site_id"], "properties": properties, "geometry": geometry}
    return orjson.dumps({"type": "FeatureCollection", "features": [feature]}, option=orjson.OPT_INDENT_2)
