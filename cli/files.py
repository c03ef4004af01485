"""Files given on the command line: read whole, with their faults named by file and place."""

import json
import sys
from pathlib import Path
from typing import Any, Final, NoReturn

from cli.client import BAD_INPUT, CommandFailed

LARGEST: Final = 64 * 1_048_576
MEDIA_TYPES: Final = {
    ".csv": "text/csv",
    ".geojson": "application/geo+json",
    ".json": "application/geo+json",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def read_bytes(path: Path, largest: int = LARGEST) -> bytes:
    """The file's bytes; `-` is standard input."""
    if str(path) == "-":
        return sys.stdin.buffer.read(largest + 1)
    try:
        if path.stat().st_size > largest:
            _refuse(path, f"larger than {largest // 1_048_576} MiB")
        content = path.read_bytes()
    except OSError as error:
        _refuse(path, (error.strerror or str(error)).lower())
    if not content.strip():
        _refuse(path, "empty")
    return content


def read_object(path: Path) -> dict[str, Any]:
    """The JSON object in a file."""
    return parse_object(path, read_bytes(path))


def parse_object(path: Path, content: bytes) -> dict[str, Any]:
    """The JSON object that a file holds."""
    try:
        document = json.loads(content, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        _refuse(path, f"line {error.lineno} column {error.colno}: {error.msg.lower()}")
    except UnicodeDecodeError as error:
        _refuse(path, f"byte {error.start}: not UTF-8")
    except RecursionError:
        _refuse(path, "nested too deep")
    except ValueError as error:
        _refuse(path, str(error))
    if not isinstance(document, dict):
        _refuse(path, "not a JSON object")
    return document


def media_type_of(path: Path) -> str:
    """What a file is, by its ending."""
    kind = MEDIA_TYPES.get(path.suffix.lower())
    if kind is None:
        _refuse(path, f"ends in none of {', '.join(MEDIA_TYPES)}")
    return kind


def naming(path: Path, failure: CommandFailed) -> CommandFailed:
    """The platform's refusal of what the file holds, with the file named."""
    return CommandFailed(f"{path}: {failure.message}", failure.lines, failure.exit_code)


def _no_number(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON number")


def _refuse(path: Path, reason: str) -> NoReturn:
    raise CommandFailed(f"{path}: {reason}", exit_code=BAD_INPUT)
