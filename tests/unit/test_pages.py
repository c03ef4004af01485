"""Pages by keyset, cursors that cannot be forged into an error, bounding boxes."""

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from shared.pages import InvalidBbox, InvalidCursor, PageRequest, parse_bbox

Row = tuple[datetime, UUID]
ROWS: list[Row] = [(datetime(2026, 5, 1, 8, minute, 0, 123456, tzinfo=UTC), uuid4()) for minute in range(5)]


def test_pages_join_into_the_whole_list() -> None:
    seen: list[Row] = []
    cursor = None
    while True:
        request = PageRequest(2, cursor)
        after = request.after(datetime, UUID)
        page = request.of([row for row in ROWS if after is None or row > after][: request.fetch], key=lambda row: row)
        seen += page.items
        if page.next is None:
            break
        cursor = page.next
    assert seen == ROWS


def test_a_full_last_page_has_no_next() -> None:
    assert PageRequest(5, None).of(ROWS, key=lambda row: row).next is None


def test_views_are_shown_in_the_order_of_the_rows() -> None:
    page = PageRequest(2, None).of_views(ROWS[:3], key=lambda row: row, view=lambda row: row[0].minute)
    assert page.items == [0, 1]
    assert page.next is not None


@pytest.mark.parametrize("cursor", ["", "x", "!!!!", "W10", "WzEsMl0", "bnVsbA", "é", "W251bGwsbnVsbF0", "a" * 999])
def test_a_cursor_of_another_list_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidCursor) as refused:
        PageRequest(2, cursor).after(datetime, UUID)
    assert refused.value.field == "cursor"


@pytest.mark.parametrize("key", [["\0"], ["a\0b"], ["\x07"]])
def test_a_cursor_that_no_database_stores_is_refused(key: list[str]) -> None:
    cursor = urlsafe_b64encode(json.dumps(key).encode()).decode()
    with pytest.raises(InvalidCursor):
        PageRequest(2, cursor).after(str)


def test_a_box_is_read_west_south_east_north() -> None:
    box = parse_bbox("113.7,29.97,115.08,31.36")
    assert (box.west, box.south, box.east, box.north) == (113.7, 29.97, 115.08, 31.36)


@pytest.mark.parametrize(
    "text",
    ["", "1,2,3", "1,2,3,4,5", "a,b,c,d", "nan,0,1,1", "0,0,inf,1", "2,0,1,1", "0,2,1,1", "0,0,181,1", "0,0,1,91"],
)
def test_a_box_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidBbox):
        parse_bbox(text)
