"""The columns of a file of sites: which there are, what each takes, and what a site says in each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from services.sites.domain.life import Lived
from services.sites.domain.register import Site
from shared.city import Words
from shared.contracts.premises import (
    Contact,
    Document,
    DocumentKind,
    Feasibility,
    FeasibilityAspect,
    FeasibilityResult,
    Surface,
)
from shared.contracts.sites import SiteFunction, SiteKind, SiteState
from shared.flight import AircraftClass

REQUIRED: Final = ("site_id", "name", "kind", "lng", "lat")
TEXTS: Final = frozenset({"name", "owner", "operator", "unit", "address", "source"})
LISTS: Final = frozenset({"functions", "aircraft_classes"})
# lists of things with parts, in this order
RECORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "contacts": ("name", "role", "phone", "email"),
    "documents": ("name", "kind", "reference", "dated_on"),
    "feasibility": ("aspect", "result", "assessed_by", "assessed_on", "note"),
}
# when the site came to each state; a site that was suspended is commissioned again when it is resumed
LIFE: Final[Mapping[str, SiteState]] = {
    "proposed_at": SiteState.PROPOSED,
    "assessed_at": SiteState.ASSESSED,
    "approved_at": SiteState.APPROVED,
    "under_construction_at": SiteState.UNDER_CONSTRUCTION,
    "commissioned_at": SiteState.COMMISSIONED,
    "suspended_at": SiteState.SUSPENDED,
    "resumed_at": SiteState.COMMISSIONED,
    "retired_at": SiteState.RETIRED,
}
COLUMNS: Final = (
    *REQUIRED,
    "state",
    "functions",
    "aircraft_classes",
    "pads",
    "movements_per_window",
    "window_min",
    "length_m",
    "width_m",
    "surface",
    "service_radius_m",
    "owner",
    "operator",
    "unit",
    "address",
    "source",
    *RECORDS,
    "demo",
    *LIFE,
)
_DAY: Final = Words("日期或带时区的时刻", "a day, or an instant with its offset")
MEANINGS: Final[Mapping[str, Words]] = {
    "site_id": Words("编号:字母、数字及 . _ : -", "id: letters, digits and . _ : -"),
    "name": Words("名称", "name"),
    "kind": Words("类型", "kind"),
    "lng": Words("经度(度),或东坐标(米)", "longitude in degrees, or easting in metres"),
    "lat": Words("纬度(度),或北坐标(米)", "latitude in degrees, or northing in metres"),
    "state": Words("现状", "present state"),
    "functions": Words("功能,以 ; 分隔", "functions, parted by ;"),
    "aircraft_classes": Words("服务的航空器类别,以 ; 分隔", "aircraft classes served, parted by ;"),
    "pads": Words("独立起降位数", "independent pads"),
    "movements_per_window": Words("容量:每时间窗起降架次", "capacity: movements in a window"),
    "window_min": Words("时间窗(分钟)", "the window, in minutes"),
    "length_m": Words("长(米)", "length in metres"),
    "width_m": Words("宽(米)", "width in metres"),
    "surface": Words("道面", "surface"),
    "service_radius_m": Words("服务半径(米)", "service radius in metres"),
    "owner": Words("产权单位", "owner"),
    "operator": Words("运营单位", "operator"),
    "unit": Words("承办(管理)单位", "administering unit"),
    "address": Words("地址", "address"),
    "source": Words("资料来源", "source"),
    "contacts": Words("联系人:姓名|职务|电话|邮箱,以 ; 分隔", "contacts: name|role|phone|email, parted by ;"),
    "documents": Words("文件:名称|种类|文号或网址|日期", "documents: name|kind|reference or URL|day"),
    "feasibility": Words("论证:方面|结论|单位|日期|说明", "feasibility: aspect|result|by whom|day|note"),
    "demo": Words("演示数据:true 或 false", "demonstration data: true or false"),
    **dict.fromkeys(LIFE, _DAY),
}
_ENUMS: Final[Mapping[str, type[StrEnum]]] = {
    "kind": SiteKind,
    "state": SiteState,
    "functions": SiteFunction,
    "aircraft_classes": AircraftClass,
    "surface": Surface,
}
WORDS: Final[Mapping[str, str]] = {
    **{column: " ".join(kinds) for column, kinds in _ENUMS.items()},
    "documents": " ".join(DocumentKind),
    "feasibility": f"{' '.join(FeasibilityAspect)} | {' '.join(FeasibilityResult)}",
}

Lives = Mapping[str, Lived]  # the life of each site, by id
Values = dict[str, Any]  # what a row says, by column


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong with one field of one row; an empty field is about the row as a whole."""

    row: int
    field: str
    detail: str


def values_of(site: Site, lives: Lives, timezone: ZoneInfo) -> Values:
    """What the site says in each column, as JSON would have it."""
    spec = site.spec
    plain = {name: getattr(spec, name) for name in COLUMNS if hasattr(spec, name)}
    return {
        **dict.fromkeys(COLUMNS),
        **{name: [str(word) for word in plain[name]] if name in LISTS else plain[name] for name in plain},
        **{name: [_record(item, name) for item in plain[name]] for name in RECORDS},
        "kind": spec.kind.value,
        "surface": None if spec.surface is None else spec.surface.value,
        "site_id": site.site_id,
        "state": site.state.value,
        **_dates(lives.get(site.site_id, ()), timezone),
    }


def _record(item: Contact | Document | Feasibility, column: str) -> dict[str, str]:
    """The parts that say something."""
    parts = {part: getattr(item, part) for part in RECORDS[column]}
    said = {part: value for part, value in parts.items() if value not in (None, "")}
    return {part: value.isoformat() if isinstance(value, date) else str(value) for part, value in said.items()}


def _dates(lived: Lived, timezone: ZoneInfo) -> dict[str, str | None]:
    """When the site came to each state: of several suspensions the last, with the commissioning before them all.

    By the order of the life: a site may be suspended and resumed at one instant.
    """
    life = list(lived)
    suspended = max((place for place, (state, _) in enumerate(life) if state is SiteState.SUSPENDED), default=len(life))
    before, after = dict(reversed(life[:suspended])), dict(life[suspended:])
    first = dict(reversed(life)) | {SiteState.COMMISSIONED: before.get(SiteState.COMMISSIONED)}
    dates = {column: first.get(state) for column, state in LIFE.items()}
    dates |= {
        "suspended_at": after.get(SiteState.SUSPENDED),
        "resumed_at": after.get(SiteState.COMMISSIONED),
    }
    return {column: None if at is None else _date(at, timezone) for column, at in dates.items()}


def _date(instant: datetime, timezone: ZoneInfo) -> str:
    """A day where it is the day's first instant in the city, as people write it."""
    local = instant.astimezone(timezone)
    return local.date().isoformat() if local.time() == time.min else local.isoformat()


_EXAMPLE: Final[Values] = {
    **dict.fromkeys(COLUMNS),
    "site_id": "example-1",
    "name": "示例起降点 Example",
    "kind": "point",
    "state": "approved",
    "functions": ["takeoff_landing", "energy"],
    "aircraft_classes": ["light", "small"],
    "pads": 2,
    "movements_per_window": 12,
    "window_min": 60,
    "length_m": 20.0,
    "width_m": 15.0,
    "surface": "concrete",
    "service_radius_m": 3000.0,
    "unit": "示例单位",
    "contacts": [{"name": "示例", "role": "值班", "phone": "000-00000000"}],
    "documents": [{"name": "示例批复", "kind": "approval", "reference": "示例〔2026〕1号", "dated_on": "2026-04-01"}],
    "feasibility": [
        {"aspect": "technical", "result": "feasible", "assessed_by": "示例设计院", "assessed_on": "2026-03-20"}
    ],
    "demo": False,
    "proposed_at": "2026-03-02",
    "assessed_at": "2026-03-20",
    "approved_at": "2026-04-01T09:30:00+08:00",
}


def example(place: tuple[float, float]) -> Values:
    """A row to start from, at a longitude and latitude."""
    return {**_EXAMPLE, "lng": place[0], "lat": place[1]}
