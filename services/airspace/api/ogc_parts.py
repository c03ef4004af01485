"""What the OGC API's endpoints share: links, collections and who may read them, and the query of a list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import Depends, Query, Request, Response

from services.airspace.store.shapes import Box, During
from shared.auth import Principal, Role, RoleRequired
from shared.contracts.codec import encode_value
from shared.errors import NotFound
from shared.http import BadQuery, PageRequest

GEOJSON: Final = "application/geo+json"
JSON: Final = "application/json"
MVT: Final = "application/vnd.mapbox-vector-tile"
MOST_FEATURES: Final = 1_000
USUAL_FEATURES: Final = 100
CRS84: Final = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_BEGINNING: Final = datetime(1, 1, 2, tzinfo=UTC)
_END: Final = datetime(9999, 12, 30, tzinfo=UTC)


class UnknownCollection(NotFound):
    """There is no such collection."""


class FeatureNotFound(NotFound):
    """There is no such feature, or not one the caller may know of."""


class Collection(StrEnum):
    """What can be read."""

    ZONES = "zones"
    RESERVATIONS = "reservations"
    CONFLICTS = "conflicts"


TITLES: Final[Mapping[Collection, tuple[str, str]]] = {
    Collection.ZONES: ("Zones 空域", "Zones in force. `outline` is exact; the geometry draws circles as polygons."),
    Collection.RESERVATIONS: ("Reservations 占用", "The airspace that plans hold, drawn as the way they take."),
    Collection.CONFLICTS: ("Conflicts 冲突", "Plans refused because others were in the way, at the first place."),
}
_READERS: Final[Mapping[Collection, frozenset[Role]]] = {
    Collection.ZONES: frozenset(Role),
    Collection.RESERVATIONS: frozenset({Role.REGULATOR, Role.OPERATOR, Role.SERVICE}),
    Collection.CONFLICTS: frozenset({Role.REGULATOR}),
}


def readable(caller: Principal) -> list[Collection]:
    """The collections that the caller may read."""
    return [collection for collection in Collection if caller.has(*_READERS[collection])]


def expect_readable(name: str, caller: Principal) -> Collection:
    """The collection of that name. Raises UnknownCollection, RoleRequired."""
    if name not in tuple(Collection):
        raise UnknownCollection(f"there is no collection {name!r}")
    collection = Collection(name)
    if not caller.has(*_READERS[collection]):
        raise RoleRequired(f"this is for {', '.join(sorted(_READERS[collection]))}")
    return collection


def whose(caller: Principal) -> str | None:
    """Whose reservations the caller sees: a regulator everyone's, others those of their organisation."""
    return None if caller.has(Role.REGULATOR) else caller.org


@dataclass(frozen=True, slots=True)
class Link:
    """A link as OGC API writes one (RFC 8288)."""

    href: str
    rel: str
    type: str
    title: str = ""


def link(request: Request, path: str, rel: str, type_: str = JSON, title: str = "", **query: Any) -> Link:
    """A link to a path of this API."""
    asked = {name: value for name, value in query.items() if value is not None}
    href = f"{str(request.base_url).rstrip('/')}{path}"
    return Link(f"{href}?{urlencode(asked)}" if asked else href, rel, type_, title)


def answer(content: object, media_type: str = JSON) -> Response:
    """The content as JSON of that type."""
    return Response(encode_value(content), media_type=media_type)


@dataclass(frozen=True, slots=True)
class ItemsQuery:
    """A list's query, read; `given` as it was written, for the links."""

    within: Box | None
    during: During | None
    page: PageRequest
    given: Mapping[str, str]


_DATETIME: Final = Query(alias="datetime", description="an instant, or start/end of which one may be ..")


async def _items_query(
    request: Request,
    bbox: Annotated[str | None, Query(include_in_schema=False)] = None,
    datetime_: Annotated[str | None, Query(alias="datetime", include_in_schema=False)] = None,
    limit: Annotated[str | None, Query(include_in_schema=False)] = None,
    cursor: Annotated[str | None, Query(max_length=1_000)] = None,
) -> ItemsQuery:
    expect_parameters(request, {"bbox", "datetime", "limit", "cursor"})
    page = PageRequest(_limit(limit), cursor)
    return ItemsQuery(_box(bbox), during_of(datetime_), page, dict(request.query_params))


Items = Annotated[ItemsQuery, Depends(_items_query)]


def _parameter(name: str, description: str, **schema: Any) -> dict[str, Any]:
    query = {"name": name, "in": "query", "required": False, "style": "form", "explode": False}
    return {**query, "description": description, "schema": schema}


# as the standard writes them (OGC 17-069r4 7.15); what is said is read with more patience
ITEMS_PARAMETERS: Final = [
    _parameter(
        "bbox",
        "west,south,east,north in degrees, or with heights west,south,low,east,north,high; west > east where it "
        "crosses the antimeridian",
        type="array",
        items={"type": "number"},
        minItems=4,
        maxItems=6,
    ),
    _parameter("datetime", "an instant, or start/end; .. is open", type="string"),
    _parameter(
        "limit",
        "more than there may be is taken as the most",
        type="integer",
        minimum=1,
        maximum=MOST_FEATURES,
        default=USUAL_FEATURES,
    ),
]


async def _tile_query(
    request: Request,
    datetime_: Annotated[
        str | None, Query(alias="datetime", description="an instant, or start/end; .. is open")
    ] = None,
) -> During | None:
    expect_parameters(request, {"datetime"})
    return during_of(datetime_)


TileTime = Annotated[During | None, Depends(_tile_query)]


def expect_parameters(request: Request, known: set[str]) -> None:
    """Raises BadQuery naming a parameter that there is not (OGC 17-069r4 /req/core/query-param-unknown)."""
    for name in request.query_params:
        if name not in known:
            raise BadQuery("there is no such parameter", field=name)


def _limit(text: str | None) -> int:
    if text is None:
        return USUAL_FEATURES
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 10 and int(text) > 0):
        raise BadQuery("must be a number of features, at least 1", field="limit")
    return min(int(text), MOST_FEATURES)


def _box(text: str | None) -> Box | None:
    """Four numbers, or six of which the heights say nothing of flat features. Raises BadQuery."""
    if text is None:
        return None
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) not in (4, 6):
        raise BadQuery("must be west,south,east,north in degrees, or with heights", field="bbox")
    west, south, east, north = [*numbers[:2], *numbers[3:5]] if len(numbers) == 6 else numbers
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        raise BadQuery("must lie in -180..180 and -90..90, the south below the north", field="bbox")
    return west, south, east, north


def during_of(text: str | None) -> During | None:
    """`2026-05-01T08:00:00Z`, or a span with `..` or nothing for an open end. Raises BadQuery."""
    if text is None:
        return None
    ends = text.split("/")
    if len(ends) > 2 or all(end in ("", "..") for end in ends):
        raise BadQuery("must be an instant, or start/end of which one may be ..", field="datetime")
    start, end = _instant(ends[0], _BEGINNING), _instant(ends[-1], _END)
    if end < start:
        raise BadQuery("ends before it starts", field="datetime")
    return During(start, end)


def _instant(text: str, otherwise: datetime) -> datetime:
    if text in ("", ".."):
        return otherwise
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadQuery(f"{text[:40]!r} is no instant of RFC 3339", field="datetime") from error
    if found.utcoffset() is None or not _BEGINNING.year < found.year < _END.year:
        raise BadQuery(f"{text[:40]!r} must say its offset from UTC", field="datetime")
    return found.astimezone(UTC)


def feature(fid: str, geometry: Mapping[str, Any], properties: Mapping[str, Any]) -> dict[str, Any]:
    """A GeoJSON feature."""
    return {"type": "Feature", "id": fid, "geometry": geometry, "properties": properties}


def collected(
    request: Request,
    collection: Collection,
    query: ItemsQuery,
    features: Sequence[Any],
    next_: str | None,
    now: datetime,
) -> dict[str, Any]:
    """A GeoJSON FeatureCollection with its links."""
    path = f"/ogc/collections/{collection}/items"
    links = [
        link(request, path, "self", GEOJSON, "this page", **query.given),
        link(request, f"/ogc/collections/{collection}", "collection", JSON, TITLES[collection][0]),
    ]
    if next_ is not None:
        links.append(link(request, path, "next", GEOJSON, "the next page", **{**query.given, "cursor": next_}))
    return {
        "type": "FeatureCollection",
        "features": features,
        "links": links,
        "timeStamp": now,
        "numberReturned": len(features),
    }
