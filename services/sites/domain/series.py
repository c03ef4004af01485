"""Progress by month, and by whatever else it is asked for, out of the history. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from services.sites.domain.changes import Change, Measure, changes
from services.sites.domain.history import History
from services.sites.domain.months import Month
from services.sites.domain.progress import CountedRoute, CountedSite, Tally, count_target, tally, tally_by_district
from services.sites.domain.scope import EVERYTHING, Scope
from shared.city import RouteScenarios, Target


class GroupBy(StrEnum):
    """What progress may be broken down by."""

    DISTRICT = "district"
    UNIT = "unit"
    KIND = "kind"  # of sites
    SCENARIO = "scenario"  # of routes
    FAMILY = "family"  # of the routes' scenarios


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthProgress:
    """What counted when a month ended, and what entered and left in it. `complete`: the month is over."""

    month: str
    as_of: datetime
    complete: bool
    total: Tally
    districts: dict[str, Tally]
    entered: Tally
    left: Tally


def cut(month: Month, timezone: ZoneInfo, now: datetime) -> datetime:
    """The instant a month is looked at: its end, or now where it is not over. What counts is what stood just before."""
    return min(month.ends_at(timezone), just_after(now))


def just_after(instant: datetime) -> datetime:
    """The next instant there is: to look at is to look just before, and what happens now is to be seen."""
    return instant + datetime.resolution


def monthly(
    history: History, wanted: Iterable[Month], timezone: ZoneInfo, now: datetime, scope: Scope = EVERYTHING
) -> list[MonthProgress]:
    """The board at the end of each month."""
    return [_month(history, month, timezone, now, scope) for month in wanted]


def _month(history: History, month: Month, timezone: ZoneInfo, now: datetime, scope: Scope) -> MonthProgress:
    until = cut(month, timezone, now)
    sites, routes = scope.sites(history.sites_at(until)), scope.routes(history.routes_at(until))
    moved = changes(history, month.starts_at(timezone), until, scope)
    return MonthProgress(
        month=str(month),
        as_of=min(month.ends_at(timezone), now).astimezone(UTC),
        complete=month.ends_at(timezone) <= now,
        total=tally(sites, routes),
        districts=dict(sorted(tally_by_district(sites, routes).items())),
        entered=tally_changes(change for change in moved if change.entered),
        left=tally_changes(change for change in moved if not change.entered),
    )


def tally_changes(moved: Iterable[Change]) -> Tally:
    """How many changes of each measure."""
    numbers = dict.fromkeys(Measure, 0)
    for change in moved:
        numbers[change.measure] += 1
    return Tally(
        sites_laid_out=numbers[Measure.SITES_LAID_OUT],
        sites_in_use=numbers[Measure.SITES_IN_USE],
        commercial_routes=numbers[Measure.COMMERCIAL_ROUTES],
        governance_routes=numbers[Measure.GOVERNANCE_ROUTES],
    )


_SITE_KEYS: Mapping[GroupBy, Callable[[CountedSite], str]] = {
    GroupBy.DISTRICT: lambda site: site.district,
    GroupBy.UNIT: lambda site: site.unit,
    GroupBy.KIND: lambda site: site.kind,
}
_ROUTE_KEYS: Mapping[GroupBy, Callable[[CountedRoute], str]] = {
    GroupBy.DISTRICT: lambda route: route.district,
    GroupBy.UNIT: lambda route: route.unit,
    GroupBy.SCENARIO: lambda route: route.scenario,
    GroupBy.FAMILY: lambda route: route.scenario,  # put in its place before
}


def breakdown(
    sites: Sequence[CountedSite], routes: Sequence[CountedRoute], by: GroupBy, scenarios: RouteScenarios
) -> dict[str, Tally]:
    """The numbers of each district, unit, kind of site, scenario or family; "" is where none is stated."""
    if by is GroupBy.FAMILY:
        routes = [replace(route, scenario=scenarios.family_of(route.scenario)) for route in routes]
    by_key: dict[str, tuple[list[CountedSite], list[CountedRoute]]] = defaultdict(lambda: ([], []))
    if by in _SITE_KEYS:
        for site in sites:
            by_key[_SITE_KEYS[by](site)][0].append(site)
    if by in _ROUTE_KEYS:
        for route in routes:
            by_key[_ROUTE_KEYS[by](route)][1].append(route)
    return {key: tally(*group) for key, group in sorted(by_key.items())}


def target_series(
    history: History,
    target: Target,
    wanted: Iterable[Month],
    timezone: ZoneInfo,
    now: datetime,
    scope: Scope = EVERYTHING,
) -> list[int]:
    """What counted toward a target at the end of each month; 0 throughout where nothing can be counted."""
    numbers = []
    for month in wanted:
        until = cut(month, timezone, now)
        sites, routes = scope.sites(history.sites_at(until)), scope.routes(history.routes_at(until))
        numbers.append(count_target(target, sites, routes).count or 0)
    return numbers
