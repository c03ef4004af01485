"""How the demo city came about: the life of each site and the opening of each route over the months before the demo.

None of it happened. The shape is an engineering default: sites are added faster as time goes on, two units have gained
nothing of late, a few sites were out of use for some weeks and a few were given up.
"""

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from city.wuhan.demo.routes import DemoRoute
from city.wuhan.demo.sites import NAMED, DemoSite, nests
from shared.contracts.sites import SiteState

MONTHS_DAYS: Final = 390  # how far back the first sites came into use
QUIET_UNITS: Final = ("青山区", "汉南区")
QUIET_DAYS: Final = 130
FLOWN_MONTHS: Final = 3  # of which the demo tells one take-off a nest
IDLE_SHARE: Final = 0.15

Life = dict[str, date]  # a date for each state that a site came to, by the column of the site file


@dataclass(frozen=True, slots=True)
class Opening:
    """When a route was opened, and when its class was ruled."""

    opened_on: date
    ruled_on: date


@dataclass(frozen=True, slots=True)
class Past:
    """The lives of the sites and the openings of the routes, by id; on which days an aircraft took off from a nest."""

    lives: Mapping[str, Life]
    openings: Mapping[str, Opening]
    takeoffs: Sequence[tuple[str, date]]


def past(sites: Sequence[DemoSite], routes: Sequence[DemoRoute], today: date, chance: random.Random) -> Past:
    """What happened until today: the same for the same day."""
    lives = {site.site_id: _life(site, today, chance) for site in sites}
    openings = {route.route_id: _opening(route, lives, today, chance) for route in routes}
    return Past(lives, openings, _takeoffs(nests(sites), lives, today, chance))


def _takeoffs(
    used: Sequence[DemoSite], lives: Mapping[str, Life], today: date, chance: random.Random
) -> list[tuple[str, date]]:
    """A take-off from each nest in each of the last months it was in use, but for a few that stand idle."""
    flown = []
    for site in used:
        is_idle = chance.random() < IDLE_SHARE
        for month in range(FLOWN_MONTHS):
            first = (today.replace(day=1) - timedelta(days=28 * month)).replace(day=1)
            day = min(first + timedelta(days=chance.randint(0, 27)), today - timedelta(days=1))
            if not is_idle and day >= lives[site.site_id]["commissioned_at"]:
                flown.append((site.site_id, day))
    return flown


def _life(site: DemoSite, today: date, chance: random.Random) -> Life:
    """The dates of its states, the last one first found, then those before it."""
    ago = _days_ago(site, chance)
    life: Life = {_COLUMN[site.state]: today - timedelta(days=ago)}
    if site.state is SiteState.COMMISSIONED and ago > 100 and chance.random() < 0.08:
        life |= _pause(today, ago, chance)
    for state, (least, most) in _BEFORE[site.state]:
        if state is not SiteState.UNDER_CONSTRUCTION or chance.random() < 0.5:  # a nest is put up in a day
            ago += chance.randint(least, most)
            life[_COLUMN[state]] = today - timedelta(days=ago)
    return life


_COLUMN: Final = {state: f"{state.value}_at" for state in SiteState}
_PROPOSED: Final = (SiteState.PROPOSED, (15, 50))
_APPROVED: Final = (SiteState.APPROVED, (20, 70))
_BUILT: Final = (SiteState.UNDER_CONSTRUCTION, (15, 50))
_BEFORE: Final[Mapping[SiteState, Sequence[tuple[SiteState, tuple[int, int]]]]] = {
    SiteState.COMMISSIONED: (_BUILT, _APPROVED, _PROPOSED),
    SiteState.UNDER_CONSTRUCTION: (_APPROVED, _PROPOSED),
    SiteState.APPROVED: (_PROPOSED,),
    SiteState.RETIRED: (_APPROVED, _PROPOSED),
    SiteState.PROPOSED: (),
}
_SINCE: Final = {  # how many days ago a site came to its state
    SiteState.UNDER_CONSTRUCTION: (3, 150),
    SiteState.APPROVED: (2, 240),
    SiteState.RETIRED: (5, 160),
    SiteState.PROPOSED: (1, 110),
}


def _days_ago(site: DemoSite, chance: random.Random) -> int:
    quiet = QUIET_DAYS if site.spec.unit in QUIET_UNITS else 0
    if site.state is not SiteState.COMMISSIONED:
        least, most = _SINCE[site.state]
        return chance.randint(least + quiet, most + quiet)
    if site.site_id in NAMED:
        return chance.randint(300, MONTHS_DAYS)
    gone_by = 1 - math.sqrt(chance.random())  # more of them lately
    return max(quiet + 2, round(MONTHS_DAYS * gone_by))


def _pause(today: date, ago: int, chance: random.Random) -> Life:
    """Some weeks out of use."""
    stopped = chance.randint(45, ago - 30)
    return {
        "suspended_at": today - timedelta(days=stopped),
        "resumed_at": today - timedelta(days=stopped - chance.randint(15, 40)),
    }


def _opening(route: DemoRoute, lives: Mapping[str, Life], today: date, chance: random.Random) -> Opening:
    """After the sites at its ends came into use."""
    ends = [spot.site_id for spot in (route.spec.origin, route.spec.destination) if spot.site_id is not None]
    since = max((lives[site_id].get("commissioned_at", today) for site_id in ends), default=today)
    opened = since + timedelta(days=chance.randint(0, max(0, (today - since).days - 2)))
    yesterday = today - timedelta(days=1)
    return Opening(min(yesterday, opened), min(yesterday, opened + timedelta(days=chance.randint(0, 20))))
