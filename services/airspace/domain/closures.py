"""When a site is closed or out of use: what was said of how it stands, later words before earlier ones. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

from shared.contracts.assessment import FindingCode
from shared.contracts.sites import SiteStatus


class Stated(NamedTuple):
    """How a site stands from an instant until another, half-open; of those that hold the highest number counts."""

    number: int
    status: SiteStatus
    start_us: int
    end_us: int
    reason: str = ""


_CODES: Final = {
    SiteStatus.CLOSED: FindingCode.SITE_CLOSED,
    SiteStatus.WEATHER_CLOSED: FindingCode.SITE_CLOSED_FOR_WEATHER,
}


@dataclass(frozen=True, slots=True)
class Closure:
    """A time in which nobody may take off or land, half-open."""

    start_us: int
    end_us: int
    code: FindingCode = FindingCode.SITE_CLOSED
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LostSite:
    """A site out of use, as those hear of it who count on it."""

    site_id: str
    name: str
    lng: float
    lat: float
    closure: Closure


def closures(stated: Sequence[Stated]) -> tuple[Closure, ...]:
    """The times in which the site is closed, in order."""
    edges = sorted({edge for one in stated for edge in (one.start_us, one.end_us)})
    found: list[tuple[Stated, int, int]] = []
    for start_us, end_us in pairwise(edges):
        counts = _counting(stated, start_us)
        if counts is None:
            continue
        if found and found[-1][0] == counts and found[-1][2] == start_us:
            start_us = found.pop()[1]
        found.append((counts, start_us, end_us))
    return tuple(
        Closure(start_us, end_us, _CODES[one.status], one.reason)
        for one, start_us, end_us in found
        if one.status in _CODES
    )


def _counting(stated: Iterable[Stated], at_us: int) -> Stated | None:
    holding = (one for one in stated if one.start_us <= at_us < one.end_us)
    return max(holding, key=lambda one: one.number, default=None)
