"""The decision table: what zones, other plans and authorizations make of a plan, a route or a site. Pure.

Every function is given `now` and stamps it on the Assessment as `decided_at`; nothing else depends on it but which authorizations and
zones are over.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from services.airspace.domain.subjects import Authorization, Decision, PlanRequest, Reservation, Route, SitePosition
from services.airspace.domain.zones import ZoneIndex
from shared.contracts.assessment import Assessment
from shared.flight import FlightRules
from shared.terrain import Terrain

MAX_FINDINGS: Final = 50  # rule TY-FINDINGS: the strongest are kept


def assess(
    request: PlanRequest,
    zones: ZoneIndex,
    standing: Iterable[Reservation],
    authorizations: Iterable[Authorization],
    rules: FlightRules,
    terrain: Terrain,
    now: datetime,
) -> Assessment:
    """The answer on one plan by itself: `POST /checks`. `standing` may hold more than what is near, never less."""
    raise NotImplementedError


def decide(
    requests: Sequence[PlanRequest],
    zones: ZoneIndex,
    standing: Iterable[Reservation],
    authorizations: Iterable[Authorization],
    rules: FlightRules,
    terrain: Terrain,
    now: datetime,
) -> list[Decision]:
    """A batch decided in order, exactly as if one by one.

    `standing`: every reservation that may be near one of the requests (each plan once; also the former volumes of the plans asked about).
    A plan made to yield to a later one of higher priority appears again after it, refused, `because="preempted"`: also where it was not in
    `requests`, so apply the decisions in order and let the last one of a plan win.
    """
    raise NotImplementedError


def assess_route(
    route: Route,
    zones: ZoneIndex,
    routes: Iterable[Route],
    authorizations: Iterable[Authorization],
    rules: FlightRules,
    terrain: Terrain,
    now: datetime,
) -> Assessment:
    """The answer on a fixed route: zones decide (one with an end in time is a note), crossing routes are notes."""
    raise NotImplementedError


def assess_site(site: SitePosition, zones: ZoneIndex, rules: FlightRules, terrain: Terrain, now: datetime) -> Assessment:
    """The answer on a site's position: the zones that reach its ground. One with an end in time is a note."""
    raise NotImplementedError
