"""Reports are put together from the history, the flights and the coverage of their period, and written down."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from services.sites.domain.errors import MonthAhead
from services.sites.domain.history import History
from services.sites.domain.months import Month, month_of, months
from services.sites.domain.scope import Scope
from services.sites.domain.series import cut
from services.sites.reports.content import Material, Period, build
from services.sites.reports.formats import ReportFormat, write
from services.sites.reports.sections import all_sections
from services.sites.reports.value import Kind
from services.sites.store import reached, sorties
from services.sites.usecases.history import HistoryCache
from shared.city import CityProfile
from shared.db import raw
from shared.frame import Database


def monthly(month: Month) -> Period:
    """A month's brief (月报)."""
    return Period(kind=Kind.MONTHLY, name=str(month), title=f"{month.year}年{month.number}月月报", months=[month])


def half_yearly(year: int, half: int) -> Period:
    """A half-year's summary (半年总结); `half` is 1 or 2."""
    wanted = list(months(Month(year, 6 * half - 5), Month(year, 6 * half)))
    title = f"{year}年{'上' if half == 1 else '下'}半年总结"
    return Period(kind=Kind.HALF_YEAR, name=f"{year}-H{half}", title=title, months=wanted)


def yearly(year: int) -> Period:
    """A year's summary (年度总结)."""
    wanted = list(months(Month(year, 1), Month(year, 12)))
    return Period(kind=Kind.YEARLY, name=str(year), title=f"{year}年年度总结", months=wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Which report is wanted; `known_at`: as it was known then, the report that was handed out."""

    period: Period
    unit: str | None
    format: ReportFormat
    known_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """Writes reports; for one caller at a time, in a thread of the caller's."""

    database: Database
    city: CityProfile
    history: HistoryCache

    def write(self, order: Order) -> bytes:
        """The report's file. Raises MonthAhead, NoChineseFont. The connection is given back before it is drawn."""
        period = self._begun(order.period)
        with self.database.reading() as connection:
            material = self._material(connection, order, period)
        return write(build(material, all_sections(material)), order.format)

    def _begun(self, period: Period) -> Period:
        """The period up to the present month. Raises MonthAhead where it has not begun."""
        present = month_of(self.database.clock(), self.city.timezone)
        begun = [month for month in period.months if month <= present]
        if not begun:
            raise MonthAhead(str(period.months[0]), "month")
        return Period(kind=period.kind, name=period.name, title=period.title, months=begun)

    def _material(self, connection: sa.Connection, order: Order, period: Period) -> Material:
        history, now = self.history.ask(connection, order.known_at), self.database.clock()
        scope = Scope(unit=order.unit or None)
        since = period.months[0].starts_at(self.city.timezone)
        until = cut(period.last, self.city.timezone, now)
        return Material(
            city=self.city,
            history=history,
            period=period,
            unit=scope.unit,
            now=now,
            flights=sorties.flights(raw(connection).cursor(), since, until),
            coverage=reached.coverage(connection, self._reach(history, scope, until)),
        )

    def _reach(self, history: History, scope: Scope, until: datetime) -> list[tuple[float, float, float]]:
        """Where the sites in use stood, and how far each reached."""
        spans = [span for span in history.site_spans_at(until) if span.row.count.in_use and scope.keeps(span.row)]
        places = [span.place for span in spans if span.place is not None]
        usual_m = self.city.service_radius_m
        return [(place.lng, place.lat, place.service_radius_m or usual_m) for place in places]
