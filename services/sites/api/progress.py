"""The board: progress toward the targets, by district, with the reason for each site or route that does not count."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Query

from services.sites.api.parts import Anyone, Reading, State
from services.sites.api.times import KnownAt, MonthText, Past, Within
from services.sites.api.views import ReasonView, reason_view
from services.sites.domain import progress
from services.sites.domain.changes import Measure, measures
from services.sites.domain.counting import ReasonCode, Why
from services.sites.domain.progress import CountedRoute, CountedSite, Tally, TargetCount
from services.sites.domain.units import SitePart
from services.sites.usecases.progress import counted_routes, counted_sites
from shared.city import CityProfile, CountBy, Period, Target, Words
from shared.contracts.flightplan import RouteClass, RouteState
from shared.contracts.sites import SiteKind, SiteState
from shared.http import Page, Paging

router = APIRouter(tags=["progress"])
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetView:
    """A target as its document states it."""

    target_id: str
    name: Words
    verb: Words
    number: int
    owner: Words
    source: Words
    period: Period | None
    past_period: bool
    headline: bool
    count_by: CountBy | None
    kinds: tuple[SiteKind, ...]
    route_class: RouteClass | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareView:
    """A part of a target that falls to a district or unit."""

    name: Words
    adcode: str | None
    unit: str | None
    number: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetProgressView:
    """A target and what counts toward it; null where the documents define nothing that could be counted."""

    target: TargetView
    count: int | None
    laid_out: int | None
    in_use: int | None
    shares: tuple[ShareView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictProgressView:
    """What counts in a district; the empty adcode is outside the city."""

    adcode: str
    name: Words
    tally: Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonCountView:
    """How many do not count for a reason."""

    reason: ReasonView
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressView:
    """The whole board."""

    as_of: datetime
    total: Tally
    targets: tuple[TargetProgressView, ...]
    districts: tuple[DistrictProgressView, ...]
    sites_by_state: dict[SiteState, int]
    sites_not_laid_out: tuple[ReasonCountView, ...]
    routes_not_counted: tuple[ReasonCountView, ...]
    demo_sites: int
    demo_routes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedSiteView:
    """A site and whether it counts (as laid out)."""

    site_id: str
    name: str
    kind: SiteKind
    state: SiteState
    district: str
    unit: str
    counts: bool
    in_use: bool
    reason: ReasonView | None
    demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedRouteView:
    """A route and whether it counts; `reason` is the first of `reasons`."""

    route_id: str
    name: str
    operator: str
    state: RouteState
    route_class: RouteClass | None
    district: str
    unit: str
    scenario: str
    counts: bool
    reason: ReasonView | None
    reasons: tuple[ReasonView, ...]
    demo: bool


Counts = Annotated[bool | None, Query(description="only those that count, or only those that do not")]
Toward = Annotated[Measure | None, Query(description="only those that make up this number of the board")]


@dataclass(frozen=True, slots=True)
class Board:
    """Every site and route as of an instant."""

    as_of: datetime
    sites: list[CountedSite]
    routes: list[CountedRoute]


def _board(reading: Reading, state: State, month: MonthText = None, known_at: KnownAt = None) -> Board:
    """The register as it stands, or the history where a month or an instant is named."""
    now = state.clock()
    if month is None and known_at is None:
        return Board(now, counted_sites(reading), counted_routes(reading))
    past = Past(state.history.ask(reading, known_at), state, now)
    wanted = past.month(month)
    until = past.cut(wanted)
    as_of = min(wanted.ends_at(state.city.timezone), now).astimezone(UTC)
    return Board(as_of, past.history.sites_at(until), past.history.routes_at(until))


Asked = Annotated[Board, Depends(_board, scope="function")]


@router.get("/progress")
def read_progress(state: State, caller: Anyone, board: Asked) -> ProgressView:
    """Progress toward the city's targets: now, or when a month ended."""
    sites, routes = board.sites, board.routes
    today = board.as_of.astimezone(state.city.timezone).date()
    return ProgressView(
        as_of=board.as_of,
        total=progress.tally(sites, routes),
        targets=tuple(
            _target_progress(progress.count_target(target, sites, routes), state.city, today)
            for target in state.city.targets
        ),
        districts=_districts(progress.tally_by_district(sites, routes), state.city),
        sites_by_state={each: sum(site.state is each for site in sites) for each in SiteState},
        sites_not_laid_out=_reasons(progress.site_reasons(sites)),
        routes_not_counted=_reasons(progress.route_reasons(routes)),
        demo_sites=sum(site.demo for site in sites),
        demo_routes=sum(route.demo for route in routes),
    )


@router.get("/progress/sites")
def list_counted_sites(
    caller: Anyone,
    board: Asked,
    page: Paging,
    within: Within,
    counts: Counts = None,
    measure: Toward = None,
    part: Annotated[SitePart | None, Query(description="only those that wait, or that are laid out and unused")] = None,
) -> Page[CountedSiteView]:
    """Each site with whether it counts as laid out, and why not; now, or when a month ended."""
    rows = [
        site
        for site in within.sites(board.sites)
        if counts in (None, site.count.laid_out)
        and (measure is None or measure in measures(site))
        and (part is None or part.has(site))
    ]
    return page.of_views(
        _after(rows, page.after(str), lambda site: site.site_id), key=lambda site: (site.site_id,), view=_site
    )


@router.get("/progress/routes")
def list_counted_routes(
    caller: Anyone, board: Asked, page: Paging, within: Within, counts: Counts = None, measure: Toward = None
) -> Page[CountedRouteView]:
    """Each route with whether it counts, and why not; now, or when a month ended."""
    rows = [
        route
        for route in within.routes(board.routes)
        if counts in (None, route.count.counts) and (measure is None or measure in measures(route))
    ]
    return page.of_views(
        _after(rows, page.after(str), lambda route: route.route_id), key=lambda route: (route.route_id,), view=_route
    )


@router.get("/targets")
def list_targets(state: State, caller: Anyone) -> list[TargetView]:
    """Every target with its verb, period, owner unit and source, as the city's documents state it."""
    return [_target(target, state.city, state.today()) for target in state.city.targets]


def _after(rows: Sequence[T], after: tuple[Any, ...] | None, key: Callable[[T], str]) -> Sequence[T]:
    """The rows of the page asked for and those that follow; they come in the order of the key."""
    return rows if after is None else [row for row in rows if key(row) > after[0]]


def _target(target: Target, city: CityProfile, today: date) -> TargetView:
    return TargetView(
        target_id=target.target_id,
        name=target.name,
        verb=target.verb,
        number=target.number,
        owner=target.owner,
        source=city.target_sources[target.source],
        period=target.period,
        past_period=target.is_past(today),
        headline=target.headline,
        count_by=target.count_by,
        kinds=target.kinds,
        route_class=target.route_class,
    )


def _target_progress(counted: TargetCount, city: CityProfile, today: date) -> TargetProgressView:
    return TargetProgressView(
        target=_target(counted.target, city, today),
        count=counted.count,
        laid_out=counted.laid_out,
        in_use=counted.in_use,
        shares=tuple(
            ShareView(
                name=part.share.name,
                adcode=part.share.adcode,
                unit=part.share.unit,
                number=part.share.number,
                count=part.count,
            )
            for part in counted.shares
        ),
    )


_NONE = Tally(sites_laid_out=0, sites_in_use=0, commercial_routes=0, governance_routes=0)
_OUTSIDE = Words("市外", "Outside the city")


def _districts(tallies: Mapping[str, Tally], city: CityProfile) -> tuple[DistrictProgressView, ...]:
    """Every district of the city, and outside where anything is."""
    names = {district.adcode: district.name for district in city.districts}
    names |= {place: _OUTSIDE for place in tallies if place not in names}
    return tuple(
        DistrictProgressView(adcode=adcode, name=name, tally=tallies.get(adcode, _NONE))
        for adcode, name in names.items()
    )


def _reasons(numbers: Mapping[ReasonCode, int]) -> tuple[ReasonCountView, ...]:
    by_number = sorted(numbers.items(), key=lambda item: (-item[1], item[0]))
    return tuple(ReasonCountView(reason=reason_view(Why(reason)), number=number) for reason, number in by_number)


def _site(site: CountedSite) -> CountedSiteView:
    return CountedSiteView(
        site_id=site.site_id,
        name=site.name,
        kind=site.kind,
        state=site.state,
        district=site.district,
        unit=site.unit,
        counts=site.count.laid_out,
        in_use=site.count.in_use,
        reason=None if site.count.reason is None else reason_view(site.count.reason),
        demo=site.demo,
    )


def _route(route: CountedRoute) -> CountedRouteView:
    reasons = tuple(reason_view(why) for why in route.count.reasons)
    return CountedRouteView(
        route_id=route.route_id,
        name=route.name,
        operator=route.operator,
        state=route.state,
        route_class=route.count.route_class,
        district=route.district,
        unit=route.unit,
        scenario=route.scenario,
        counts=route.count.counts,
        reason=reasons[0] if reasons else None,
        reasons=reasons,
        demo=route.demo,
    )
