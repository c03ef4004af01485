"""What is wrong with a JSON document, said by field: pydantic's errors in the words of whoever sent it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic_core import ErrorDetails

Location = tuple[str | int, ...]
_MOST_ERRORS: Final = 20

_PREDICATES: Final = {
    "is_identifier": "must be 1 to 64 letters, digits or . _ : - and start with a letter or digit",
    "is_filled": "must not be blank or contain control characters",
    "is_printable": "must not contain control characters",
    "is_in_calendar": "must be a year from 2 to 9998",
    "is_local_time": "must be a time of day such as 08:00, 08:00:30 or 08:00+08:00",
    "is_region": "must be a whole number from 0 to 65535",
    "has_offset": "must say its offset from UTC, for example 2026-05-01T08:00:00+08:00",
}
_MESSAGES: Final = {
    "missing": "is required",
    "unexpected_keyword_argument": "is not a known field",
    "extra_forbidden": "is not a known field",
    "float_type": "must be a number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "bool_type": "must be true or false",
    "string_type": "must be text",
    "finite_number": "must be a finite number",
    "dataclass_type": "must be an object",
    "dataclass_exact_type": "must be an object",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "is_instance_of": "must be a list",
    "datetime_type": "must be an instant such as 2026-05-01T08:00:00+08:00",
    "datetime_from_date_parsing": "must be an instant such as 2026-05-01T08:00:00+08:00",
    "datetime_parsing": "must be an instant such as 2026-05-01T08:00:00+08:00",
    "date_type": "must be a day such as 2026-05-01",
    "date_parsing": "must be a day such as 2026-05-01",
    "date_from_datetime_parsing": "must be a day such as 2026-05-01",
    "date_from_datetime_inexact": "must be a day such as 2026-05-01",
    "uuid_parsing": "must be a UUID",
    "uuid_type": "must be a UUID",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a smaller whole number",
    "float_parsing": "must be a number",
    "bool_parsing": "must be true or false",
    "string_unicode": "must be text in Unicode",
}


@dataclass(frozen=True, slots=True)
class FieldError:
    """One fault: the dotted place in the document (`outline.coordinates.0`, empty for the whole) and what is wrong."""

    field: str
    detail: str


def field_errors(errors: Sequence[ErrorDetails], document: object) -> tuple[FieldError, ...]:
    """The faults in order, each once. Of a union only the branch of the given `type` speaks."""
    found: dict[FieldError, None] = {}
    for location, error in _spoken_branch([(_locate(error["loc"], document), error) for error in errors]):
        found.setdefault(FieldError(dotted(location), message(error)))
    return tuple(found)[:_MOST_ERRORS]


def dotted(location: Iterable[str | int]) -> str:
    """`("path", 3, "lat")` as `path.3.lat`."""
    return ".".join(str(part) for part in location)


def message(error: ErrorDetails) -> str:
    """One pydantic error in plain words."""
    if error["type"] == "predicate_failed":
        return _predicate(error["msg"])
    if error["type"] in ("value_error", "assertion_error"):
        return error["msg"].partition(", ")[2] or error["msg"]
    if error["type"] in _MESSAGES:
        return _MESSAGES[error["type"]]
    return re.sub(r"^(?:Input|Value|String|List|Tuple|Dictionary) should ", "must ", error["msg"])


def _predicate(text: str) -> str:
    name = re.search(r"'(\w+)'", text)
    return _PREDICATES.get(name[1], f"is not valid ({name[1]})") if name else text


@dataclass(frozen=True, slots=True)
class _Located:
    """Where an error stands in the document, and through which branches of which unions it was reached."""

    place: Location
    branches: tuple[tuple[Location, str], ...]


def _locate(loc: Location, document: object) -> _Located:
    """Take the branch names of unions, which stand in pydantic's location but not in the document, out of it."""
    place: list[str | int] = []
    branches: list[tuple[Location, str]] = []
    here: object = document
    for index, part in enumerate(loc):
        last = index == len(loc) - 1
        if _holds(here, part):
            place.append(part)
            here = here[part]  # type: ignore[index]
        elif last and isinstance(here, Mapping | list) and not _is_branch(part):
            place.append(part)  # a field that is missing
        else:
            branches.append((tuple(place), str(part)))
    return _Located(tuple(place), tuple(branches))


def _holds(container: object, part: str | int) -> bool:
    if isinstance(part, int):
        return isinstance(container, list) and part < len(container)
    return isinstance(container, Mapping) and part in container


def _is_branch(part: str | int) -> bool:
    """Branches are named for classes (`CircleOutline`) or schemas (`list[...]`); fields are lower case."""
    return isinstance(part, str) and (not part.islower() or "[" in part)


def _spoken_branch(errors: list[tuple[_Located, ErrorDetails]]) -> list[tuple[Location, ErrorDetails]]:
    """Without the errors of branches that the document's `type` did not choose."""
    refused: dict[tuple[Location, str], ErrorDetails] = {}
    offered: dict[Location, dict[str, None]] = {}
    for where, error in errors:
        for place, branch in where.branches:
            offered.setdefault(place, {}).setdefault(branch)
        if where.branches and where.place == (*where.branches[-1][0], "type"):
            refused.setdefault(where.branches[-1], error)
    hopeless = {place for place, names in offered.items() if all((place, name) in refused for name in names)}
    kept: list[tuple[Location, ErrorDetails]] = []
    for where, error in errors:
        chosen = [branch for branch in where.branches if branch in refused]
        if not chosen:
            kept.append((where.place, error))
        elif chosen[0][0] in hopeless:
            kept.append(((*chosen[0][0], "type"), _one_of(refused, chosen[0][0])))
    return kept


def _one_of(refused: Mapping[tuple[Location, str], ErrorDetails], place: Location) -> ErrorDetails:
    """One error that names every `type` there is at this place."""
    errors = [error for (where, _), error in refused.items() if where == place]
    expected = [error["ctx"]["expected"] for error in errors if "expected" in error.get("ctx", {})]
    joined: Any = " or ".join(expected)
    if not joined:
        return errors[0]
    return {**errors[0], "type": "literal_error", "msg": f"must be {joined}"}
