"""Fixed routes: tables to values and back."""

from typing import Any

import sqlalchemy as sa
from geoalchemy2 import Geometry
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert

from services.flightplan.domain.extent import extent_ewkb
from services.flightplan.domain.route import Route
from services.flightplan.store.tables import route
from shared.contracts.assessment import Assessment
from shared.contracts.codec import decode_value, encode_value
from shared.contracts.flightplan import Classification, RouteSpec, RouteState
from shared.pages import Bbox

_JSON = ("asked", "spec", "assessment", "classification")
_COLUMNS = [
    sa.cast(column, sa.Text).label(column.name) if column.name in _JSON else column
    for column in route.c
    if column.name != "extent"
]


def route_of(connection: sa.Connection, route_id: str, *, lock: bool = False) -> Route | None:
    """The route, or None; locked until the transaction ends where asked."""
    query = sa.select(*_COLUMNS).where(route.c.route_id == route_id)
    row = connection.execute(query.with_for_update() if lock else query).first()
    return _route(row) if row else None


def locked_routes(connection: sa.Connection, route_ids: list[str]) -> dict[str, Route]:
    """Those of the routes that exist, locked in the order of their ids."""
    query = sa.select(*_COLUMNS).where(route.c.route_id.in_(route_ids)).order_by(route.c.route_id).with_for_update()
    return {row.route_id: _route(row) for row in connection.execute(query)}


def page_of(
    connection: sa.Connection,
    *,
    operator: str | None = None,
    state: RouteState | None = None,
    bbox: Bbox | None = None,
    after: str | None = None,
    limit: int,
) -> list[Route]:
    """Routes by id, those after the key."""
    query = sa.select(*_COLUMNS).order_by(route.c.route_id).limit(limit)
    if operator is not None:
        query = query.where(route.c.operator == operator)
    if state is not None:
        query = query.where(route.c.state == state.value)
    if bbox is not None:
        envelope = sa.func.ST_MakeEnvelope(bbox.west, bbox.south, bbox.east, bbox.north, 4326, type_=Geometry)
        query = query.where(sa.func.ST_Intersects(route.c.extent, envelope))
    if after is not None:
        query = query.where(route.c.route_id > after)
    return [_route(row) for row in connection.execute(query)]


def save(connection: sa.Connection, saved: Route) -> bool:
    """Insert a new route; False where its id was taken in the meantime."""
    statement = upsert(route).values(_values(saved)).on_conflict_do_nothing().returning(route.c.route_id)
    return connection.execute(statement).first() is not None


def update(connection: sa.Connection, changed: Route) -> None:
    """Store a locked route as it is now."""
    connection.execute(sa.update(route).where(route.c.route_id == changed.route_id).values(_values(changed)))


def _values(saved: Route) -> dict[str, Any]:
    return {
        "route_id": saved.route_id,
        "operator": saved.operator,
        "filed_by": saved.filed_by,
        "state": saved.state.value,
        "revision": saved.revision,
        "asked": _json(saved.asked),
        "spec": _json(saved.spec),
        "extent": sa.cast(sa.literal(extent_ewkb(saved.spec).hex(), sa.Text), Geometry),
        "assessment": _json(saved.assessment),
        "classification": _json(saved.classification),
        "because": saved.because,
        "filed_at": saved.filed_at,
        "updated_at": saved.updated_at,
        "effective_at": saved.effective_at,
    }


def _json(value: object) -> Any:
    return sa.null() if value is None else sa.cast(sa.literal(encode_value(value).decode(), sa.Text), JSONB)


def _route(row: Any) -> Route:
    return Route(
        route_id=row.route_id,
        operator=row.operator,
        filed_by=row.filed_by,
        state=RouteState(row.state),
        revision=row.revision,
        asked=decode_value(RouteSpec, row.asked.encode()),
        spec=decode_value(RouteSpec, row.spec.encode()),
        assessment=_optional(Assessment, row.assessment),
        classification=_optional(Classification, row.classification),
        because=row.because,
        filed_at=row.filed_at,
        updated_at=row.updated_at,
        effective_at=row.effective_at,
    )


def _optional(type_: type, text: str | None) -> Any:
    return None if text is None else decode_value(type_, text.encode())
