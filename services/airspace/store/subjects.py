"""What airspace keeps of other services' events: authorizations, fixed routes and sites."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import psycopg
import sqlalchemy as sa
from shapely import Point
from sqlalchemy.dialects.postgresql import JSONB, insert

from services.airspace.domain.subjects import Authorization
from services.airspace.store.journal import LAST_POSITION
from services.airspace.store.shapes import Box, element, polygon
from services.airspace.store.tables import authorization, route, site
from shared.contracts.assessment import Assessment
from shared.contracts.codec import decode_value, encode_value
from shared.contracts.flightplan import AuthorizationSpec, RouteSpec
from shared.contracts.sites import SiteSpec, SiteState
from shared.outlines import box_of

_OF_OPERATORS: Final = """
SELECT authorization_id, spec::text FROM airspace.authorization
WHERE operator = ANY(%s) AND NOT withdrawn AND ends_at > %s AND starts_at < %s"""
_THEN: Final = """
SELECT authorization_id, spec::text FROM airspace.authorization
WHERE operator = %s AND ends_at > %s AND starts_at < %s AND known_after < %s AND (gone_after >= %s OR NOT withdrawn)"""
_BY_NUMBERS: Final = """
SELECT authorization_id, spec::text FROM airspace.authorization
WHERE number = ANY(%s) AND NOT withdrawn AND ends_at > %s AND starts_at < %s"""


_ROUTE_ANSWERS: Final = """
UPDATE airspace.route r SET assessment = new.assessment::jsonb
FROM unnest(%b::text[], %b::text[]) AS new (route_id, assessment)
WHERE r.route_id = new.route_id"""
_SITE_ANSWERS: Final = """
UPDATE airspace.site s SET assessment = new.assessment::jsonb
FROM unnest(%b::text[], %b::text[]) AS new (site_id, assessment)
WHERE s.site_id = new.site_id"""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRoute:
    """A fixed route as last filed, and the answer on it."""

    route_id: str
    revision: int
    operator: str
    spec: RouteSpec
    box: Box
    assessment: Assessment


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSite:
    """A site as last told of, and the answer on its position."""

    site_id: str
    revision: int
    spec: SiteSpec
    state: SiteState
    assessment: Assessment


def authorizations_of(
    cursor: "psycopg.Cursor[Any]", operators: Sequence[str], start: datetime, end: datetime
) -> list[Authorization]:
    """Authorizations of the operators that hold at some time between."""
    cursor.execute(_OF_OPERATORS, (list(operators), start, end))
    return [Authorization(authorization_id=found, spec=_authorization(spec)) for found, spec in cursor]


def authorizations_numbered(
    cursor: "psycopg.Cursor[Any]", numbers: Sequence[str], start: datetime, end: datetime
) -> list[Authorization]:
    """Authorizations of these numbers, whose ever, that hold at some time between."""
    cursor.execute(_BY_NUMBERS, (list(numbers), start, end))
    return [Authorization(authorization_id=found, spec=_authorization(spec)) for found, spec in cursor]


def authorizations_then(
    cursor: "psycopg.Cursor[Any]", operator: str, start: datetime, end: datetime, position: int
) -> list[Authorization]:
    """Those of the operator that were known at a position of the journal and hold at some time between."""
    cursor.execute(_THEN, (operator, start, end, position, position))
    return [Authorization(authorization_id=found, spec=_authorization(spec)) for found, spec in cursor]


def save_authorization(connection: sa.Connection, authorization_id: UUID, spec: AuthorizationSpec) -> None:
    """Keep an authorization; one that is known already stays as it is, also withdrawn."""
    row = {
        "authorization_id": authorization_id,
        "number": spec.number,
        "operator": spec.operator,
        "spec": _json(spec),
        "box": polygon(box_of(spec.outline)),
        "starts_at": spec.starts_at,
        "ends_at": spec.ends_at,
        "known_after": sa.text(LAST_POSITION),
    }
    connection.execute(insert(authorization).values(row).on_conflict_do_nothing())


def withdraw_authorization(connection: sa.Connection, authorization_id: UUID) -> AuthorizationSpec | None:
    """It no longer covers anything; returns it, or None where it is not known or was withdrawn before."""
    known = sa.and_(authorization.c.authorization_id == authorization_id, ~authorization.c.withdrawn)
    gone = sa.update(authorization).where(known).values(withdrawn=True, gone_after=sa.text(LAST_POSITION))
    spec = connection.execute(gone.returning(sa.cast(authorization.c.spec, sa.Text))).scalar_one_or_none()
    return _authorization(spec) if spec else None


def find_route(connection: sa.Connection, route_id: str) -> KnownRoute | None:
    """The route, or None."""
    return next(iter(_read_routes(connection, route.c.route_id == route_id)), None)


def routes_near(connection: sa.Connection, box: Box, *, operator: str | None = None) -> list[KnownRoute]:
    """Routes whose box meets this one; all, or one operator's."""
    near = route.c.box.op("&&")(polygon(box))
    return _read_routes(connection, near if operator is None else sa.and_(near, route.c.operator == operator))


def routes_from_or_to(connection: sa.Connection, site_ids: Collection[str]) -> list[KnownRoute]:
    """Routes that leave from one of the sites, or land there."""
    ends = (route.c.spec[end]["site_id"].astext for end in ("origin", "destination"))
    return _read_routes(connection, sa.or_(*(end.in_(site_ids) for end in ends)))


def save_route(connection: sa.Connection, new: KnownRoute) -> None:
    """Keep the route as it now is."""
    row = {
        "route_id": new.route_id,
        "revision": new.revision,
        "operator": new.operator,
        "spec": _json(new.spec),
        "box": polygon(new.box),
        "assessment": _json(new.assessment),
    }
    connection.execute(insert(route).values(row).on_conflict_do_update(index_elements=["route_id"], set_=row))


def find_site(connection: sa.Connection, site_id: str) -> KnownSite | None:
    """The site, or None."""
    return next(iter(_read_sites(connection, site.c.site_id == site_id)), None)


def find_sites(connection: sa.Connection, site_ids: Sequence[str]) -> dict[str, KnownSite]:
    """Those of the sites that are known."""
    return {known.site_id: known for known in _read_sites(connection, site.c.site_id.in_(site_ids))}


def sites_near(connection: sa.Connection, box: Box) -> list[KnownSite]:
    """Sites in the box that are not retired."""
    return _read_sites(
        connection, sa.and_(site.c.position.op("&&")(polygon(box)), site.c.state != SiteState.RETIRED.value)
    )


def save_site(connection: sa.Connection, new: KnownSite) -> None:
    """Keep the site as it now is."""
    row = {
        "site_id": new.site_id,
        "revision": new.revision,
        "spec": _json(new.spec),
        "state": new.state.value,
        "position": element(Point(new.spec.lng, new.spec.lat)),
        "assessment": _json(new.assessment),
    }
    connection.execute(insert(site).values(row).on_conflict_do_update(index_elements=["site_id"], set_=row))


def save_route_answers(cursor: "psycopg.Cursor[Any]", written: Mapping[str, bytes]) -> None:
    """Keep the answers on routes that are known, as JSON, by their ids."""
    if written:
        cursor.execute(_ROUTE_ANSWERS, (list(written), [answer.decode() for answer in written.values()]))


def save_site_answers(cursor: "psycopg.Cursor[Any]", written: Mapping[str, bytes]) -> None:
    """Keep the answers on sites that are known, as JSON, by their ids."""
    if written:
        cursor.execute(_SITE_ANSWERS, (list(written), [answer.decode() for answer in written.values()]))


def _read_routes(connection: sa.Connection, which: sa.ColumnElement[bool]) -> list[KnownRoute]:
    box = [getattr(sa.func, name)(route.c.box) for name in ("ST_XMin", "ST_YMin", "ST_XMax", "ST_YMax")]
    columns = (route.c.route_id, route.c.revision, route.c.operator, *_texts(route.c.spec, route.c.assessment), *box)
    rows = connection.execute(sa.select(*columns).where(which).order_by(route.c.route_id))
    return [
        KnownRoute(
            route_id=route_id,
            revision=revision,
            operator=operator,
            spec=_route(spec),
            box=(west, south, east, north),
            assessment=decode_value(Assessment, assessment.encode()),
        )
        for route_id, revision, operator, spec, assessment, west, south, east, north in rows
    ]


def _read_sites(connection: sa.Connection, which: sa.ColumnElement[bool]) -> list[KnownSite]:
    columns = (site.c.site_id, site.c.revision, site.c.state, *_texts(site.c.spec, site.c.assessment))
    rows = connection.execute(sa.select(*columns).where(which).order_by(site.c.site_id))
    return [
        KnownSite(
            site_id=site_id,
            revision=revision,
            spec=decode_value(SiteSpec, spec.encode()),
            state=SiteState(state),
            assessment=decode_value(Assessment, assessment.encode()),
        )
        for site_id, revision, state, spec, assessment in rows
    ]


def _texts(*columns: sa.Column[Any]) -> Sequence[sa.ColumnElement[str]]:
    return [sa.cast(column, sa.Text) for column in columns]


def _json(value: object) -> sa.Cast[Any]:
    return sa.cast(sa.literal(encode_value(value).decode(), sa.Text), JSONB)


@lru_cache(maxsize=10_000)
def _authorization(text: str) -> AuthorizationSpec:
    spec: AuthorizationSpec = decode_value(AuthorizationSpec, text.encode())
    return spec


@lru_cache(maxsize=10_000)
def _route(text: str) -> RouteSpec:
    spec: RouteSpec = decode_value(RouteSpec, text.encode())
    return spec
