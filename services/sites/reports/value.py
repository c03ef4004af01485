"""What a report is: titled sections of paragraphs, tables and pictures. Pure; nothing here knows a file format."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shapely.geometry.base import BaseGeometry

from services.sites.domain.burnup import BurnUp
from services.sites.domain.series import MonthProgress

Cell = str | int | float | None


class Kind(StrEnum):
    """The reports the city's plan asks for."""

    MONTHLY = "monthly"
    HALF_YEAR = "half-year"
    YEARLY = "yearly"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under named columns; those in `shares` are parts of one, shown as percent. `name` is short and unique."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    shares: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Shade:
    """A district on the map: its name, its outline, and the share of its people who are served."""

    name: str
    polygon: BaseGeometry
    share: float


@dataclass(frozen=True, slots=True)
class CoverageMap:
    """Districts shaded by coverage, and the sites in use at longitude, latitude."""

    caption: str
    shades: Sequence[Shade]
    sites: Sequence[tuple[float, float]]
    attribution: str


@dataclass(frozen=True, slots=True)
class BurnUpChart:
    """Targets' counts by month with the forecast and its interval, a panel each."""

    caption: str
    panels: Sequence[tuple[str, BurnUp]]


Picture = CoverageMap | BurnUpChart


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it."""

    heading: str
    paragraphs: Sequence[str] = ()
    tables: Sequence[Table] = ()
    picture: Picture | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report over a period; `demo`: its data is made up, and every page says so."""

    kind: Kind
    period: str
    title: str
    unit: str  # "" for the whole city
    demo: bool
    as_of: datetime
    complete: bool  # the period is over
    notes: Sequence[str]
    months: Sequence[MonthProgress]
    sections: Sequence[Section]

    @property
    def tables(self) -> list[Table]:
        """All of them, in order."""
        return [table for section in self.sections for table in section.tables]
