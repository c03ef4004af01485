"""Progress over time: by month, by district or unit or kind, how it may go on, who lags, which nests stand idle."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query

from services.sites.api.parts import Anyone, Reading
from services.sites.api.times import Asked, From, MonthText, Within
from services.sites.domain import series
from services.sites.domain.burnup import BurnUp, burn_up
from services.sites.domain.errors import TargetNotFound
from services.sites.domain.progress import Tally
from services.sites.domain.series import GroupBy, MonthProgress
from services.sites.domain.units import IdleSite, UnitProgress, idle, units
from services.sites.store import sorties
from shared.city import CityProfile
from shared.contracts.sites import SiteKind
from shared.db import raw

router = APIRouter(tags=["progress"])


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryView:
    """The months asked for; `facts` is the number of events they were made from."""

    facts: int
    months: tuple[MonthProgress, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupView:
    """What counts of one district, unit, kind, scenario or family; the empty key is where none is stated."""

    key: str
    name: str
    tally: Tally


@router.get("/progress/history")
def read_months(caller: Anyone, asked: Asked, within: Within, from_: From = None, to: MonthText = None) -> HistoryView:
    """What counted when each month ended in the city's time, made from the events, with what entered and left in it."""
    timezone, wanted = asked.state.city.timezone, asked.span(from_, to)
    months = series.monthly(asked.history, wanted, timezone, asked.now, within)
    return HistoryView(facts=asked.history.facts, months=tuple(months))


@router.get("/progress/breakdown")
def read_breakdown(
    caller: Anyone, asked: Asked, within: Within, by: GroupBy, month: MonthText = None
) -> list[GroupView]:
    """What counted when a month ended, by district, unit, kind of site, scenario of routes or family of scenarios."""
    until = asked.cut(asked.month(month))
    sites = within.sites(asked.history.sites_at(until))
    routes = within.routes(asked.history.routes_at(until))
    city = asked.state.city
    groups = series.breakdown(sites, routes, by, city.route_scenarios)
    return [GroupView(key=key, name=_name(city, by, key), tally=tally) for key, tally in groups.items()]


def _name(city: CityProfile, by: GroupBy, key: str) -> str:
    match by:
        case GroupBy.DISTRICT:
            return next((each.name.zh for each in city.districts if each.adcode == key), key)
        case GroupBy.SCENARIO | GroupBy.FAMILY:
            return city.route_scenarios.name_of(key).zh
        case _:
            return key


@router.get("/progress/burnup")
def read_burn_up(
    caller: Anyone,
    asked: Asked,
    within: Within,
    target_id: Annotated[str, Query(max_length=64)] = "sites",
    from_: From = None,
    to: MonthText = None,
) -> BurnUp:
    """A target's count by month, with a forecast from the months that are over and its uncertainty."""
    target = next((each for each in asked.state.city.targets if each.target_id == target_id), None)
    if target is None or target.count_by is None:
        raise TargetNotFound(target_id)
    timezone, wanted = asked.state.city.timezone, asked.span(from_, to)
    return burn_up(asked.history, target, wanted, timezone, asked.now, within)


@router.get("/progress/units")
def list_units(caller: Anyone, asked: Asked, month: MonthText = None) -> list[UnitProgress]:
    """Every unit that is declared on anything, with what counts and what waits; those that lag first."""
    return units(asked.history, asked.month(month), asked.state.city.timezone, asked.now)


@router.get("/progress/idle")
def list_idle(
    reading: Reading,
    caller: Anyone,
    asked: Asked,
    within: Within,
    month: MonthText = None,
) -> list[IdleSite]:
    """Nests (or sites of the kind asked for) in use all through a month without a flight, by plans and movements."""
    wanted = asked.month(month)
    since, until = asked.starts_at(wanted), asked.cut(wanted)
    flights = sorties.flights(raw(reading).cursor(), since, until)
    kinds = (within.kind or SiteKind.NEST,)
    found = idle(asked.history, since, until, flights, kinds)
    return [each for each in found if within.unit in (None, each.unit) and within.district in (None, each.district)]
