"""What if: coverage as it would be with sites added, moved and removed. Nothing is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from annotated_types import Gt, Le
from fastapi import APIRouter

from services.sites.api.coverage import numbers
from services.sites.api.parts import Anyone, Reading, State
from services.sites.api.standards import question_of
from services.sites.domain.coverage import Changed
from services.sites.domain.reach import ServiceTime
from services.sites.store.demand import POPULATION
from services.sites.usecases import what_if
from services.sites.usecases.what_if import Changes
from shared.city import Words
from shared.contracts.sites import SiteFunction, SiteKind
from shared.http import body
from shared.values import Identifier

router = APIRouter(tags=["coverage"])


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfAsked(Changes):
    """Sites to add, move and remove, and the standard that coverage is asked by, as in `GET /coverage`."""

    layer: Identifier = POPULATION
    radius_m: Annotated[float, Gt(0.0), Le(100_000.0)] | None = None
    service_time: ServiceTime | None = None
    kind: SiteKind | None = None
    function: SiteFunction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageNumbers:
    """People of a place whom at least one, two, three sites serve; the share is that of at least one."""

    served: int
    share: float
    served_by: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageChange:
    """A place before and after."""

    adcode: str
    name: Words
    population: int
    before: CoverageNumbers
    after: CoverageNumbers


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfView:
    """Coverage before and after; `newly_served` are whom nobody serves now, `no_longer_served` whom nobody would."""

    sites_before: int
    sites_after: int
    newly_served: int
    no_longer_served: int
    city: CoverageChange
    districts: Sequence[CoverageChange]


@router.post("/coverage/what-if")
def ask_what_if(
    reading: Reading, state: State, caller: Anyone, asked: Annotated[WhatIfAsked, body(WhatIfAsked)]
) -> WhatIfView:
    """Coverage with sites added, moved and removed, beside coverage as it is."""
    time, city = asked.service_time, state.city
    metres = None if time is None else time.radius_m(city.dispatch, "service_time.")
    question = question_of(state, asked.layer, asked.radius_m, metres, asked.kind, asked.function)
    found = what_if.ask(reading, state.coverage, question, asked, [each.adcode for each in city.districts])
    return WhatIfView(
        sites_before=found.sites_before,
        sites_after=found.sites_after,
        newly_served=round(found.newly_served),
        no_longer_served=round(found.no_longer_served),
        city=_change("", city.name, found.city),
        districts=[_change(each.adcode, each.name, found.districts[each.adcode]) for each in city.districts],
    )


def _change(adcode: str, name: Words, changed: Changed) -> CoverageChange:
    before, after = numbers(changed.before, 1), numbers(changed.after, 1)
    population = before.pop("population")
    del after["population"]
    return CoverageChange(
        adcode=adcode,
        name=name,
        population=population,
        before=CoverageNumbers(**before),
        after=CoverageNumbers(**after),
    )
