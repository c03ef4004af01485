"""Lists a page at a time: `?limit=&cursor=` in, `{"items": [...], "next": cursor | null}` out, by keyset.

def my_plans(page: Paging, reading: Reading) -> Page[FlightPlanView]:
    rows = store.plans(reading, after=page.after(datetime, UUID), limit=page.fetch)
    return page.of(rows, key=lambda plan: (plan.submitted_at, plan.plan_id))
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Generic, TypeVar

import orjson
from fastapi import Depends, Query
from pydantic import TypeAdapter, ValidationError

from shared.errors import Invalid
from shared.values import is_printable

T = TypeVar("T")
U = TypeVar("U")

MOST_ITEMS: Final = 500
USUAL_ITEMS: Final = 100
_LONGEST_CURSOR: Final = 1_000
_NO_CURSOR: Final = "the cursor is not one that this list gave"


class InvalidCursor(Invalid):
    """The cursor is not one that a page of this list gave."""


class BadQuery(Invalid):
    """A parameter of a query that OGC API wants answered with 400."""


class InvalidBbox(Invalid):
    """The bounding box is not `west,south,east,north` in degrees."""


@dataclass(frozen=True)  # without slots: those of a frozen generic class cannot be made as Page[View](...)
class Page(Generic[T]):
    """Some items of a list; `next` is the cursor of the page that follows, None on the last."""

    items: Sequence[T]
    next: str | None


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page is asked for."""

    limit: int
    cursor: str | None

    @property
    def fetch(self) -> int:
        """How many rows to fetch: one more than a page, which tells whether another follows."""
        return self.limit + 1

    def after(self, *types: type[Any]) -> tuple[Any, ...] | None:
        """The key that the page starts after, checked to be of these types; None for the first page."""
        if self.cursor is None:
            return None
        try:
            values = urlsafe_b64decode(self.cursor + "=" * (-len(self.cursor) % 4))
            key: tuple[Any, ...] = TypeAdapter(tuple[types]).validate_json(values, strict=True)  # type: ignore[valid-type]
        except (ValidationError, binascii.Error, ValueError) as error:
            raise InvalidCursor(_NO_CURSOR, field="cursor") from error
        if not all(is_printable(part) for part in key if isinstance(part, str)):
            raise InvalidCursor(_NO_CURSOR, field="cursor")  # PostgreSQL takes no NUL, and no list of ours gave one
        return key

    def of(self, rows: Sequence[T], key: Callable[[T], tuple[Any, ...]]) -> Page[T]:
        """The page of rows fetched (`fetch` of them at most); `key` is what they are ordered by."""
        items = rows[: self.limit]
        more = len(rows) > self.limit
        return Page(items, _cursor(key(items[-1])) if more else None)

    def of_views(self, rows: Sequence[T], key: Callable[[T], tuple[Any, ...]], view: Callable[[T], U]) -> Page[U]:
        """The same, each row shown through `view`."""
        page = self.of(rows, key)
        return Page([view(row) for row in page.items], page.next)


def _cursor(key: tuple[Any, ...]) -> str:
    return urlsafe_b64encode(orjson.dumps(key)).rstrip(b"=").decode()


async def _page_request(
    limit: Annotated[int, Query(ge=1, le=MOST_ITEMS)] = USUAL_ITEMS,
    cursor: Annotated[str | None, Query(max_length=_LONGEST_CURSOR)] = None,
) -> PageRequest:
    return PageRequest(limit, cursor)


Paging = Annotated[PageRequest, Depends(_page_request)]


@dataclass(frozen=True, slots=True)
class Bbox:
    """A box in degrees, WGS-84; west above east crosses the antimeridian and is refused."""

    west: float
    south: float
    east: float
    north: float


def parse_bbox(text: str) -> Bbox:
    """`114.1,30.4,114.6,30.8` as a box. Raises InvalidBbox."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as error:
        raise InvalidBbox("bbox must be west,south,east,north in degrees", field="bbox") from error
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise InvalidBbox("bbox must have west < east in -180..180 and south < north in -90..90", field="bbox")
    return Bbox(west, south, east, north)


async def _bbox(
    bbox: Annotated[str | None, Query(max_length=200, description="west,south,east,north in degrees")] = None,
) -> Bbox | None:
    return None if bbox is None else parse_bbox(bbox)


WithinBbox = Annotated[Bbox | None, Depends(_bbox)]
