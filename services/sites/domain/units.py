"""Which unit lags, and which nests stand idle. Pure."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from services.sites.domain.changes import changes
from services.sites.domain.history import History, span_at
from services.sites.domain.months import Month
from services.sites.domain.progress import CountedSite, Tally, tally
from services.sites.domain.series import cut
from shared.contracts.sites import SiteKind, SiteState

LAG_MONTHS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitProgress:
    """A unit declared on sites or routes: what counts, what it has gained, what waits.

    `lags`: something of the unit waits to count, and in the month asked for and the two before it nothing entered any
    of its counts. `waiting_sites` are registered, not retired and not laid out; `unused_sites` are laid out and not in
    use; `waiting_routes` are filed and do not count.
    """

    unit: str
    tally: Tally
    entered_in_3_months: int
    left_in_3_months: int
    waiting_sites: int
    unused_sites: int
    waiting_routes: int
    last_gain_at: datetime | None
    lags: bool


class SitePart(StrEnum):
    """Sites of which something is still to come."""

    WAITING = "waiting"  # registered, neither retired nor laid out
    UNUSED = "unused"  # laid out, not in use

    def has(self, site: CountedSite) -> bool:
        """Whether the site is one."""
        if self is SitePart.UNUSED:
            return site.count.laid_out and not site.count.in_use
        return not site.count.laid_out and site.state is not SiteState.RETIRED


def units(history: History, month: Month, timezone: ZoneInfo, now: datetime) -> list[UnitProgress]:
    """Every unit that is declared on anything, those that lag first."""
    until = cut(month, timezone, now)
    sites, routes = history.sites_at(until), history.routes_at(until)
    since = month.plus(1 - LAG_MONTHS).starts_at(timezone)
    entered, left, gained = _moves(history, since, until)
    found = []
    for unit in sorted({site.unit for site in sites} | {route.unit for route in routes}):
        own = [site for site in sites if site.unit == unit]
        flown = [route for route in routes if route.unit == unit]
        waiting, unused = (sum(map(part.has, own)) for part in SitePart)
        idle_routes = sum(not route.count.counts for route in flown)
        found.append(
            UnitProgress(
                unit=unit,
                tally=tally(own, flown),
                entered_in_3_months=entered[unit],
                left_in_3_months=left[unit],
                waiting_sites=waiting,
                unused_sites=unused,
                waiting_routes=idle_routes,
                last_gain_at=gained.get(unit),
                lags=entered[unit] == 0 and waiting + unused + idle_routes > 0,
            )
        )
    return sorted(found, key=lambda each: (not each.lags, each.unit))


def _moves(
    history: History, since: datetime, until: datetime
) -> tuple[Mapping[str, int], Mapping[str, int], Mapping[str, datetime]]:
    """What entered and what left since, by unit; and when each unit last gained anything."""
    entered: dict[str, int] = defaultdict(int)
    left: dict[str, int] = defaultdict(int)
    gained: dict[str, datetime] = {}
    for change in changes(history, history.starts_at() or since, until):
        if change.entered:
            gained[change.unit] = change.at
        if change.at >= since:
            (entered if change.entered else left)[change.unit] += 1
    return entered, left, gained


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleSite:
    """A site that was in use all through a period in which no flight left it."""

    site_id: str
    name: str
    kind: SiteKind
    district: str
    unit: str
    in_use_since: datetime
    demo: bool


def idle(
    history: History, since: datetime, until: datetime, flights: Collection[str], kinds: Collection[SiteKind]
) -> list[IdleSite]:
    """Sites of these kinds in use from `since` to `until` without a break and without a flight; by id."""
    found = []
    for site_id, spans in history.sites.items():
        last = span_at(spans, until)
        if last is None or site_id in flights or last.row.kind not in kinds or not last.row.count.in_use:
            continue
        before = [span for span in spans if span.starts_at < until]
        out = [place for place, span in enumerate(before) if not span.row.count.in_use]
        began = before[out[-1] + 1 if out else 0].starts_at
        if began <= since:
            found.append(_idle(last.row, began))
    return found


def _idle(site: CountedSite, since: datetime) -> IdleSite:
    return IdleSite(
        site_id=site.site_id,
        name=site.name,
        kind=site.kind,
        district=site.district,
        unit=site.unit,
        in_use_since=since,
        demo=site.demo,
    )
