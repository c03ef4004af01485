"""Constrained primitive values that every contract uses. Pure: standard library and annotated_types only."""

import re
from collections.abc import Callable
from datetime import MAXYEAR, UTC, datetime
from typing import Annotated

from annotated_types import Ge, Le, Len, Predicate

_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}").fullmatch
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]").search


def is_identifier(value: str) -> bool:
    """True for 1 to 64 letters, digits and `. _ : -`, not starting with a sign."""
    return _IDENTIFIER(value) is not None


def is_printable(value: str) -> bool:
    """True where no control character stands (PostgreSQL stores no NUL; a terminal obeys the others)."""
    return _CONTROL(value) is None


def is_filled(value: str) -> bool:
    """True for printable text that is more than white space."""
    return bool(value.strip()) and is_printable(value)


def has_offset(value: datetime) -> bool:
    """True for an instant: a time that says its offset from UTC."""
    return value.utcoffset() is not None


def is_in_calendar(value: datetime) -> bool:
    """True for an instant that every offset can write, and UTC above all: none near the first or the last year."""
    if 2 < value.year < MAXYEAR - 1:
        return True  # and so everywhere: almost every instant leaves here
    if not 1 < value.year < MAXYEAR:
        return False
    return value.tzinfo is None or 1 < value.astimezone(UTC).year < MAXYEAR


def _check(rule: Callable[..., bool]) -> Predicate:
    return Predicate(rule)


Longitude = Annotated[float, Ge(-180.0), Le(180.0)]
Latitude = Annotated[float, Ge(-90.0), Le(90.0)]
Identifier = Annotated[str, _check(is_identifier)]
Name = Annotated[str, Len(1, 200), _check(is_filled)]
Text = Annotated[str, Len(0, 2000), _check(is_printable)]
Instant = Annotated[datetime, _check(has_offset), _check(is_in_calendar)]
