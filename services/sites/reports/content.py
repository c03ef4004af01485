"""Builds a report from the history: the same history, period and unit give the same report. Pure."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.sites.domain import series
from services.sites.domain.coverage import DistrictCoverage
from services.sites.domain.history import History
from services.sites.domain.months import Month
from services.sites.domain.progress import CountedRoute, CountedSite
from services.sites.domain.scope import Scope
from services.sites.domain.series import MonthProgress
from services.sites.reports.value import Cell, Kind, Report, Section
from shared.city import CityProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The months a report is about."""

    kind: Kind
    name: str  # as files and programs say it: 2026-11, 2026-H1, 2026
    title: str  # as people say it
    months: Sequence[Month]

    @property
    def last(self) -> Month:
        """The month it ends with."""
        return self.months[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a report is made from."""

    city: CityProfile
    history: History
    period: Period
    unit: str | None
    now: datetime
    flights: Collection[str]  # ids of the sites that flights left in the period
    coverage: Sequence[DistrictCoverage]  # at its end, by the sites in use of the scope

    @property
    def scope(self) -> Scope:
        """The unit's part, or everything."""
        return Scope(unit=self.unit)

    @property
    def since(self) -> datetime:
        """When the period begins."""
        return self.period.months[0].starts_at(self.city.timezone)

    @property
    def until(self) -> datetime:
        """The instant that is looked at: the period's end, or now."""
        return series.cut(self.period.last, self.city.timezone, self.now)

    @property
    def as_of(self) -> datetime:
        """The same as people say it."""
        return min(self.period.last.ends_at(self.city.timezone), self.now)

    @property
    def complete(self) -> bool:
        """The period is over."""
        return self.period.last.ends_at(self.city.timezone) <= self.now

    def sites(self) -> list[CountedSite]:
        """Those of the scope, at the end."""
        return self.scope.sites(self.history.sites_at(self.until))

    def routes(self) -> list[CountedRoute]:
        """Those of the scope, at the end."""
        return self.scope.routes(self.history.routes_at(self.until))

    def months(self, wanted: Sequence[Month]) -> list[MonthProgress]:
        """The board of the scope, month by month."""
        return series.monthly(self.history, wanted, self.city.timezone, self.now, self.scope)


def build(material: Material, sections: Sequence[Section]) -> Report:
    """The report, with the sections numbered."""
    demo = any(site.demo for site in material.sites()) or any(route.demo for route in material.routes())
    unit = f"（{material.unit}）" if material.unit else ""
    numbered = tuple(_numbered(*each) for each in zip(_NUMBERS, sections, strict=False))
    return Report(
        kind=material.period.kind,
        period=material.period.name,
        title=_writable(f"{material.city.name.zh}低空经济建设进展{material.period.title}{unit}"),
        unit=material.unit or "",
        demo=demo,
        as_of=material.as_of,
        complete=material.complete,
        notes=tuple(map(_writable, _notes(material, demo=demo))),
        months=tuple(material.months(material.period.months)),
        sections=numbered,
    )


_NUMBERS = "一二三四五六七八九"
_UNWRITABLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML has no place for


def _numbered(number: str, section: Section) -> Section:
    return Section(
        heading=f"{number}、{section.heading}",
        paragraphs=[_writable(text) for text in section.paragraphs],
        tables=[replace(table, rows=[[_cell(cell) for cell in row] for row in table.rows]) for table in section.tables],
        picture=section.picture,
    )


def _cell(cell: Cell) -> Cell:
    return _writable(cell) if isinstance(cell, str) else cell


def _writable(text: str) -> str:
    """The text as an office file takes it: a name may hold what no file can."""
    return _UNWRITABLE.sub("�", text)


def _notes(material: Material, *, demo: bool) -> Iterator[str]:
    if demo:
        yield "演示数据：本报告含演示数据，不代表实际建设情况。"
    moment = material.as_of.astimezone(material.city.timezone)
    if material.complete:
        yield f"数据截至{_day(moment)}零时（{material.city.timezone.key}）。"
    else:
        yield f"统计期未结束，数据截至{_day(moment)} {moment:%H:%M}，数字仍会变化。"
    yield f"范围：{material.unit or '全市'}。"
    yield _RULE
    yield "全部数字由事件日志逐条重算得出，可逐项追溯。"


def _day(moment: datetime) -> str:
    return f"{moment.year}年{moment.month}月{moment.day}日"


_RULE = (
    "口径：布局为已批准且空域相容或已获批准的站点，投用为已启用站点；"
    "航线按已开通、空域相容、类别经认定、市内端点均已投用计。"
)
