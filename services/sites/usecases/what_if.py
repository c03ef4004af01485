"""What if sites were added, moved, removed: the counts kept, changed in a copy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

import sqlalchemy as sa
from annotated_types import Gt, Le, Len

from services.sites.domain.coverage import Changed, compare
from services.sites.domain.errors import SiteNotInUse
from services.sites.domain.reach import Server
from services.sites.domain.times import Times
from services.sites.usecases.coverage import CoverageBook, Question
from shared.contracts.sites import SiteFunction, SiteKind
from shared.values import Identifier, Latitude, Longitude

MOST_CHANGES = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """A site that is not there."""

    lng: Longitude
    lat: Latitude
    kind: SiteKind = SiteKind.NEST
    functions: Annotated[Sequence[SiteFunction], Len(1, 5)] = (SiteFunction.TAKEOFF_LANDING,)
    service_radius_m: Annotated[float, Gt(0.0), Le(100_000.0)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A site in use, elsewhere."""

    site_id: Identifier
    lng: Longitude
    lat: Latitude


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What would be done to the sites in use."""

    add: Annotated[Sequence[Added], Len(0, MOST_CHANGES)] = ()
    move: Annotated[Sequence[Moved], Len(0, MOST_CHANGES)] = ()
    remove: Annotated[Sequence[Identifier], Len(0, MOST_CHANGES)] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """Coverage before and after, and the people who would gain or lose their only sites."""

    sites_before: int
    sites_after: int
    newly_served: float
    no_longer_served: float
    city: Changed
    districts: Mapping[str, Changed]


def ask(
    connection: sa.Connection, book: CoverageBook, question: Question, changes: Changes, adcodes: Sequence[str]
) -> WhatIf:
    """Coverage as it is and as it would be. Raises LayerNotFound, SiteNotInUse."""
    before, servers = book.ask_with_sites(connection, question)
    after = before.copy()
    after.change(_changed(servers, changes))
    city, districts = compare(before, after, adcodes)
    return WhatIf(
        sites_before=len(before.sites),
        sites_after=len(after.sites),
        newly_served=_won(before, after),
        no_longer_served=_won(after, before),
        city=city,
        districts=districts,
    )


def _changed(servers: Mapping[str, Server], changes: Changes) -> list[tuple[str, Server | None]]:
    for field, site_ids in (("move", [each.site_id for each in changes.move]), ("remove", changes.remove)):
        for number, site_id in enumerate(site_ids):
            if site_id not in servers:
                place = f"{field}.{number}" + (".site_id" if field == "move" else "")
                raise SiteNotInUse(site_id, place)
    moved = [(each.site_id, replace(servers[each.site_id], lng=each.lng, lat=each.lat)) for each in changes.move]
    added = [
        (f"+ {number}", Server(each.lng, each.lat, each.kind, frozenset(each.functions), each.service_radius_m))
        for number, each in enumerate(changes.add)  # no id of a site has a blank
    ]
    return [*moved, *added, *((site_id, None) for site_id in changes.remove)]


def _won(before: Times, after: Times) -> float:
    return float(before.demand.weight[(before.reached == 0) & (after.reached > 0)].sum())
