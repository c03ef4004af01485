"""What the city's documents ask for: targets with verb, period, owner unit and source. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated

from annotated_types import Gt

from shared.contracts.flightplan import RouteClass
from shared.contracts.sites import SiteKind
from shared.values import Identifier


class CountBy(StrEnum):
    """What a target counts."""

    LAID_OUT = "laid_out"  # 布局
    IN_USE = "in_use"  # 投用
    ROUTE = "route"


@dataclass(frozen=True, slots=True)
class Words:
    """A text for people, in Chinese and in English."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From when to when a target was to be met, in local dates, and how the document says it."""

    starts: date
    ends: date
    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A part of a target that falls to a district, or to an administering unit that has no polygon."""

    name: Words
    number: Annotated[int, Gt(0)]
    adcode: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A number that one of the city's documents sets, with the document's verb, its period, owner and source."""

    target_id: Identifier
    name: Words
    verb: Words
    number: Annotated[int, Gt(0)]
    owner: Words
    source: str
    count_by: CountBy | None = None  # None: listed, not counted
    kinds: tuple[SiteKind, ...] = ()  # of sites; none named is all
    route_class: RouteClass | None = None
    period: Period | None = None
    headline: bool = False
    shares: tuple[Share, ...] = ()

    def is_past(self, today: date) -> bool:
        """True where the period in which it was to be met is over."""
        return self.period is not None and self.period.ends < today


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetFile:
    """targets.toml, field by field."""

    sources: Mapping[str, Words]
    targets: tuple[Target, ...]
