"""The features of each collection of the OGC API: lists of them, a page at a time, and one by its id."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID

import sqlalchemy as sa
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from services.airspace.api import views
from services.airspace.api.ogc_parts import (
    Collection,
    ItemsQuery,
    feature,
    whose,
)
from services.airspace.state import AirspaceState
from services.airspace.store import published, reviews
from services.airspace.store.published import Held
from services.airspace.store.reviews import Conflict
from services.airspace.store.shapes import Box, During, area
from services.airspace.store.zones import Zone, ZoneState, find_zone
from services.airspace.usecases.zones import zones_during
from shared.auth import Principal
from shared.db import raw
from shared.http import BadQuery
from shared.pages import InvalidCursor

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asked:
    """A list that somebody asks for."""

    state: AirspaceState
    reading: sa.Connection
    caller: Principal
    query: ItemsQuery

    def after(self, *types: type[Any]) -> Any:
        """The key that the page starts after. Raises BadQuery."""
        try:
            return self.query.page.after(*types)
        except InvalidCursor as error:
            raise BadQuery(error.detail, field="cursor") from error

    def filled(
        self, *types: type[Any], fetch: Callable[[Any], list[T]], key: Callable[[T], Any], keeps: Callable[[T], bool]
    ) -> list[T]:
        """A whole page of rows of which some are not kept: those whose bounds alone meet the box."""
        found: list[T] = []
        after, most = self.after(*types), self.query.page.fetch
        while len(found) < most:
            rows = fetch(after)
            found += [row for row in rows if keeps(row)]
            if len(rows) < most:
                break
            after = key(rows[-1])
        return found[:most]

    def page(
        self, rows: list[T], key: Callable[[T], tuple[Any, ...]], show: Callable[[T], dict[str, Any]]
    ) -> tuple[list[dict[str, Any]], str | None]:
        """The page's features, and the cursor of the next."""
        page = self.query.page.of(rows, key)
        return [show(row) for row in page.items], page.next


def _within(geometry: BaseGeometry, box: Box | None) -> bool:
    return box is None or bool(geometry.intersects(area(box)))


def _list_zones(asked: Asked) -> tuple[list[dict[str, Any]], str | None]:
    query, areas = asked.query, dict[str, BaseGeometry]()

    def from_(after: tuple[str] | None) -> list[Zone]:
        rows = zones_during(
            asked.state,
            asked.reading,
            zone_state=ZoneState.IN_FORCE,
            within=query.within,
            during=query.during,
            after=after[0] if after else None,
            limit=query.page.fetch,
        )
        areas.update(published.zone_areas(raw(asked.reading).cursor(), [zone.zone_id for zone in rows]))
        return rows

    rows = asked.filled(str, fetch=from_, key=_zone_key, keeps=lambda zone: _within(areas[zone.zone_id], query.within))
    return asked.page(rows, _zone_key, lambda zone: _zone(zone, areas[zone.zone_id]))


def _zone_key(zone: Zone) -> tuple[str]:
    return (zone.zone_id,)


def _list_reservations(asked: Asked) -> tuple[list[dict[str, Any]], str | None]:
    query = asked.query

    def from_(after: tuple[datetime, UUID] | None) -> list[Held]:
        return published.list_held(
            raw(asked.reading).cursor(),
            still(asked.state.clock(), query.during),
            operator=whose(asked.caller),
            within=query.within,
            after=after,
            limit=query.page.fetch,
        )

    rows = asked.filled(datetime, UUID, fetch=from_, key=_held_key, keeps=lambda one: _within(one.way, query.within))
    return asked.page(rows, _held_key, _held)


def _held_key(held: Held) -> tuple[datetime, UUID]:
    return held.ends_at, held.plan_id


def _list_conflicts(asked: Asked) -> tuple[list[dict[str, Any]], str | None]:
    state, query = asked.state, asked.query
    rows = reviews.list_conflicts(
        asked.reading,
        now=state.clock(),
        within=query.within,
        since=None,
        during=query.during,
        after=asked.after(datetime, UUID),
        limit=query.page.fetch,
    )
    return asked.page(rows, lambda one: (one.decided_at, one.plan_id), lambda one: _conflict(state, one))


def _find_zone(state: AirspaceState, reading: sa.Connection, caller: Principal, fid: str) -> dict[str, Any] | None:
    zone = find_zone(reading, fid)
    if zone is None or zone.state is not ZoneState.IN_FORCE:
        return None
    return _zone(zone, published.zone_areas(raw(reading).cursor(), [fid])[fid])


def _find_reservation(
    state: AirspaceState, reading: sa.Connection, caller: Principal, fid: str
) -> dict[str, Any] | None:
    plan_id, during = _plan_id(fid), still(state.clock(), None)
    if plan_id is None:
        return None
    found = published.list_held(raw(reading).cursor(), during, operator=whose(caller), plan_id=plan_id)
    return _held(found[0]) if found else None


def _find_conflict(state: AirspaceState, reading: sa.Connection, caller: Principal, fid: str) -> dict[str, Any] | None:
    plan_id = _plan_id(fid)
    if plan_id is None:
        return None
    found = reviews.list_conflicts(
        reading, now=state.clock(), within=None, since=None, after=None, limit=1, plan_id=plan_id
    )
    return _conflict(state, found[0]) if found else None


LISTS: Final[Mapping[Collection, Callable[[Asked], tuple[list[dict[str, Any]], str | None]]]] = {
    Collection.ZONES: _list_zones,
    Collection.RESERVATIONS: _list_reservations,
    Collection.CONFLICTS: _list_conflicts,
}
FINDS: Final = {
    Collection.ZONES: _find_zone,
    Collection.RESERVATIONS: _find_reservation,
    Collection.CONFLICTS: _find_conflict,
}


def _plan_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def still(now: datetime, during: During | None) -> During:
    """The span without what is over; all that is to come where none is given."""
    forever = datetime.max.replace(tzinfo=now.tzinfo)
    return During(now, forever) if during is None else During(max(now, during.start), during.end)


def _zone(zone: Zone, area: BaseGeometry) -> dict[str, Any]:
    spec = zone.spec
    properties = {
        "zone_version": zone.zone_version,
        "name": spec.name,
        "kind": spec.kind,
        "restriction": spec.restriction,
        "binds": spec.binds,
        "lower": spec.lower,
        "upper": spec.upper,
        "starts_at": spec.starts_at,
        "ends_at": spec.ends_at,
        "limited_applicability": spec.limited_applicability,
        "authority": spec.authority,
        "reason": spec.reason,
        "article": spec.article,
        "demo": spec.demo,
        "outline": spec.outline,
        "published_at": zone.published_at,
    }
    return feature(zone.zone_id, mapping(area), properties)


def _held(held: Held) -> dict[str, Any]:
    properties = {
        "revision": held.revision,
        "operator": held.operator,
        "priority": held.priority,
        "crewed": held.crewed,
        "starts_at": held.starts_at,
        "ends_at": held.ends_at,
    }
    return feature(str(held.plan_id), mapping(held.way), properties)


def _conflict(state: AirspaceState, one: Conflict) -> dict[str, Any]:
    shown = views.conflict(state, one)
    properties = {
        "revision": shown.revision,
        "operator": shown.operator,
        "against_id": shown.against_id,
        "against_operator": shown.against_operator,
        "lower": shown.lower,
        "upper": shown.upper,
        "starts_at": shown.starts_at,
        "ends_at": shown.ends_at,
        "decided_at": shown.decided_at,
        "because": shown.because,
        "message": shown.finding.message,
    }
    return feature(str(one.plan_id), {"type": "Point", "coordinates": one.place}, properties)
