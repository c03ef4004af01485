"""One value as the text of a cell, and back: what CSV holds, and what people type into a spreadsheet.

Lists are parted by `;`. A list of records parts the fields of each by `|`; a backslash takes the next sign as it is.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from services.sites.files.columns import LIFE, LISTS, RECORDS, TEXTS

# A spreadsheet runs a cell that starts with one of these as a formula: written with an apostrophe before it.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_PART = re.compile(r"((?:\\.|[^\\|;]|\\\Z)*)([|;]|\Z)", re.DOTALL)
_TRIMMED = re.compile(r"\s*((?:\\.|[^\\]|\\\Z)*?)\s*", re.DOTALL)


class Fault(Exception):
    """A cell that is not what its column takes."""


def guarded(text: str) -> str:
    """The text as a cell that no spreadsheet runs."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(cell: str) -> str:
    """The text of such a cell."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def write(column: str, value: Any) -> str:
    """The value as text."""
    if value is None:
        return ""
    if column in RECORDS:
        return pack([[record.get(part, "") for part in RECORDS[column]] for record in value])
    if isinstance(value, list):
        return ";".join(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else repr(value)


def read(column: str, cell: str) -> Any:
    """The value that the text says. Raises Fault."""
    return _READ[column](cell)


def is_empty(column: str, cell: str) -> bool:
    """True where the cell states nothing; white space is something in a text."""
    return not (cell if column in TEXTS else cell.strip())


def pack(records: Sequence[Sequence[str]]) -> str:
    """Records of parts as one text; empty parts at the end of a record are left out."""
    return ";".join("|".join(_escaped(part) for part in _without_tail(record)) for record in records)


def unpack(cell: str) -> list[list[str]]:
    """The records of such a text."""
    records: list[list[str]] = [[]]
    for raw, sign in _parts(cell):
        records[-1].append(raw)
        if sign == ";":
            records.append([])
    return [record for record in records if any(record)]


def _parts(cell: str) -> Iterator[tuple[str, str]]:
    for match in _PART.finditer(cell):
        trimmed = _TRIMMED.fullmatch(match[1])
        yield re.sub(r"\\(.)", r"\1", trimmed[1] if trimmed else "", flags=re.DOTALL), match[2]
        if not match[2]:
            return


def _without_tail(record: Sequence[str]) -> list[str]:
    parts = list(record)
    while parts and not parts[-1]:
        parts.pop()
    return parts


def _escaped(part: str) -> str:
    """White space at either end is kept too."""
    ends = (0, len(part) - 1)
    return "".join(
        f"\\{sign}" if sign in "\\|;" or (sign.isspace() and place in ends) else sign for place, sign in enumerate(part)
    )


def _number(cell: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        raise Fault(f"{cell.strip()!r} is not a number") from None
    if not math.isfinite(value):
        raise Fault(f"{cell.strip()!r} is not a finite number")
    return value


def _whole(cell: str) -> int:
    if not re.fullmatch(r"\s*[+-]?[0-9]{1,9}\s*", cell):
        raise Fault(f"{cell.strip()!r} is not a whole number")
    return int(cell)


def _truth(cell: str) -> bool:
    if cell.strip().lower() not in ("true", "false"):
        raise Fault(f"{cell.strip()!r} must be true or false")
    return cell.strip().lower() == "true"


def _words(cell: str) -> list[str]:
    return [word.strip() for word in cell.split(";") if word.strip()]


def _word(cell: str) -> str:
    return cell.strip()


def _text(cell: str) -> str:
    return cell


def _records(names: Sequence[str]) -> Callable[[str], list[dict[str, str]]]:
    def read_records(cell: str) -> list[dict[str, str]]:
        records = unpack(cell)
        if any(len(record) > len(names) for record in records):
            raise Fault(f"each must be {'|'.join(names)}, and several are parted by ;")
        return [{name: part for name, part in zip(names, record, strict=False) if part} for record in records]

    return read_records


_READ: Final[Mapping[str, Callable[[str], Any]]] = {
    **dict.fromkeys(TEXTS, _text),
    **dict.fromkeys(LISTS, _words),
    **dict.fromkeys(("site_id", "kind", "state", "surface", *LIFE), _word),
    **dict.fromkeys(("lng", "lat", "length_m", "width_m", "service_radius_m"), _number),
    **dict.fromkeys(("pads", "movements_per_window", "window_min"), _whole),
    **{column: _records(names) for column, names in RECORDS.items()},
    "demo": _truth,
}
