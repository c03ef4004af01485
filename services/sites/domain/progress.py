"""Progress toward the city's targets: what counts by district and by target, what does not by reason. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.sites.domain.counting import ReasonCode, RouteCount, SiteCount
from shared.city import CountBy, Share, Target
from shared.contracts.flightplan import RouteClass, RouteState
from shared.contracts.sites import SiteKind, SiteState


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedSite:
    """A site, and whether it counts."""

    site_id: str
    name: str
    kind: SiteKind
    state: SiteState
    district: str
    unit: str
    demo: bool
    count: SiteCount


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedRoute:
    """A route, and whether it counts; `district` is that of its origin."""

    route_id: str
    name: str
    operator: str
    state: RouteState
    district: str
    unit: str
    scenario: str = ""  # an entry of the city's dictionary
    demo: bool
    count: RouteCount


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What counts in one district, or in all."""

    sites_laid_out: int
    sites_in_use: int
    commercial_routes: int
    governance_routes: int


@dataclass(frozen=True, slots=True)
class ShareCount:
    """A part of a target and what counts toward it."""

    share: Share
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetCount:
    """What counts toward a target by the document's verb; 布局 and 投用 side by side where sites are counted."""

    target: Target
    count: int | None
    laid_out: int | None
    in_use: int | None
    shares: tuple[ShareCount, ...]


def tally(sites: Iterable[CountedSite], routes: Iterable[CountedRoute]) -> Tally:
    """The four numbers of the board."""
    sites = list(sites)
    classes = Counter(route.count.route_class for route in routes if route.count.counts)
    return Tally(
        sites_laid_out=sum(site.count.laid_out for site in sites),
        sites_in_use=sum(site.count.in_use for site in sites),
        commercial_routes=classes[RouteClass.COMMERCIAL],
        governance_routes=classes[RouteClass.GOVERNANCE],
    )


def tally_by_district(sites: Sequence[CountedSite], routes: Sequence[CountedRoute]) -> dict[str, Tally]:
    """The same by district; the key "" is outside the city."""
    by_place: dict[str, tuple[list[CountedSite], list[CountedRoute]]] = defaultdict(lambda: ([], []))
    for site in sites:
        by_place[site.district][0].append(site)
    for route in routes:
        by_place[route.district][1].append(route)
    return {place: tally(*rows) for place, rows in by_place.items()}


def site_reasons(sites: Iterable[CountedSite]) -> dict[ReasonCode, int]:
    """How many sites are not laid out, by reason."""
    return dict(Counter(site.count.reason.code for site in sites if site.count.reason is not None))


def route_reasons(routes: Iterable[CountedRoute]) -> dict[ReasonCode, int]:
    """How many routes do not count, by their first reason."""
    return dict(Counter(route.count.reasons[0].code for route in routes if route.count.reasons))


def count_target(target: Target, sites: Sequence[CountedSite], routes: Sequence[CountedRoute]) -> TargetCount:
    """What counts toward one target."""
    kinds = [site for site in sites if not target.kinds or site.kind in target.kinds]
    laid_out = [site for site in kinds if site.count.laid_out]
    in_use = [site for site in kinds if site.count.in_use]
    counted = laid_out if target.count_by is CountBy.LAID_OUT else in_use
    count: int | None = len(counted)
    if target.count_by is CountBy.ROUTE:
        count = sum(route.count.counts and route.count.route_class is target.route_class for route in routes)
    elif target.count_by is None:
        count = None
    of_sites = target.count_by in (CountBy.LAID_OUT, CountBy.IN_USE)
    return TargetCount(
        target=target,
        count=count,
        laid_out=len(laid_out) if of_sites else None,
        in_use=len(in_use) if of_sites else None,
        shares=_shares(target.shares, counted) if of_sites else (),
    )


def _shares(shares: Sequence[Share], counted: Sequence[CountedSite]) -> tuple[ShareCount, ...]:
    """Each site counts in one share: that of its declared unit, else that of its district."""
    numbers = Counter(share for site in counted if (share := _share_of(site, shares)) is not None)
    return tuple(ShareCount(share, numbers[share]) for share in shares)


def _share_of(site: CountedSite, shares: Sequence[Share]) -> Share | None:
    by_unit = (share for share in shares if share.unit and share.unit in site.unit)
    by_district = (share for share in shares if share.adcode and share.adcode == site.district)
    return next(by_unit, None) or next(by_district, None)
