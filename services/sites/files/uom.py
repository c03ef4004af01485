"""The site record that UOM takes from a service supplier (民用无人驾驶航空器综合管理平台, interface draft, table 71).

It knows a name, a position, an address and a description, and nothing else: size, capacity, functions and life stay
with the city. `pntType` is reserved there, "0".
"""

import csv
import io
from collections.abc import Iterable
from typing import Any, Final

from openpyxl import Workbook

from services.sites.domain.register import Site
from services.sites.files.cells import guarded
from services.sites.files.xlsx_file import fill, saved, widen
from services.sites.reports.words import FUNCTIONS, KINDS
from shared.city import CityProfile

FIELDS: Final = ("pntName", "pntLoc", "pntAddress", "pntDesc", "pntType")
NO_ADDRESS: Final = "无"
RESERVED_TYPE: Final = "0"


def write_csv(sites: Iterable[Site], city: CityProfile) -> bytes:
    """The records as CSV."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([FIELDS, *([guarded(text) for text in record(site, city)] for site in sites)])
    return out.getvalue().encode("utf-8-sig")


def write_xlsx(sites: Iterable[Site], city: CityProfile) -> bytes:
    """The records as a workbook."""
    book = Workbook()
    sheet: Any = book.active
    sheet.title = "UOM"
    fill(sheet, [FIELDS, *(record(site, city) for site in sites)])
    widen(sheet, (30, 26, 50, 50, 10))
    return saved(book)


def record(site: Site, city: CityProfile) -> tuple[str, ...]:
    """A site as UOM takes it, in the order of the fields."""
    spec = site.spec
    uses = "、".join(FUNCTIONS[function] for function in spec.functions)
    said = [KINDS[spec.kind], uses, *(["演示数据"] if spec.demo else [])]
    return spec.name, f"{spec.lng!r},{spec.lat!r}", _address(site, city), "；".join(said), RESERVED_TYPE


def _address(site: Site, city: CityProfile) -> str:
    """Province-city-district-address as far as the city's profile knows them; a site without an address has none."""
    if not site.spec.address.strip():
        return NO_ADDRESS
    district = next((each.name.zh for each in city.districts if each.adcode == site.district), "")
    inside = (city.province_zh, city.name.zh, district) if district else ()
    return "-".join(part for part in (*inside, site.spec.address) if part)
