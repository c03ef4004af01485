"""Request bodies: raw bytes read once with a limit, then parsed strictly into a frozen dataclass.

    Spec = Annotated[ZoneSpec, body(ZoneSpec)]
    File = Annotated[Upload, upload("text/csv", "application/geo+json")]

`true` is no number, NaN and Infinity are no JSON, unknown fields are refused, and every fault names its field.
"""

import re
from dataclasses import dataclass
from typing import Any, Final, TypeVar, cast

from fastapi import Depends, Request
from pydantic import ValidationError
from pydantic_core import from_json
from starlette.requests import ClientDisconnect

from shared.contracts.codec import adapter
from shared.errors import Invalid, TooLarge, UnsupportedMedia
from shared.fields import FieldError, dotted, field_errors

T = TypeVar("T")

MIB: Final = 1_048_576
BODY_LIMIT: Final = MIB
UPLOAD_LIMIT: Final = 64 * MIB
DEEPEST: Final = 32
JSON: Final = "application/json"

# possessive, and an unclosed string takes the rest: no input makes this more than one pass
_STRING_OR_NOT_BRACKET = re.compile(rb'"(?:[^"\\]++|\\.?)*+(?:"|\Z)|[^\[\]{}"]++', re.DOTALL).sub
_NO_NUMBER = re.compile(rb"NaN|Infinity").search


class InvalidBody(Invalid):
    """The body is not what the operation takes; `errors` says where and why."""

    def __init__(self, detail: str, errors: tuple[FieldError, ...] = ()) -> None:
        super().__init__(detail, field=errors[0].field if errors else None)
        self.errors = errors


class MalformedBody(InvalidBody):
    """The body is no JSON document, or one too deep."""


class BodyTooLarge(TooLarge):
    """The body is longer than the operation takes."""


class WrongMediaType(UnsupportedMedia):
    """The body's content type is not one the operation takes."""


def parse_json(raw: bytes, type_: type[T], *, deepest: int = DEEPEST) -> T:
    """One strict parse of JSON text into the type. Raises MalformedBody or InvalidBody naming the fields."""
    _check_depth(raw, deepest)
    _check_text(raw)
    try:
        value: T = adapter(cast(Any, type_)).validate_json(raw, strict=True, extra="forbid")
    except ValidationError as error:
        raise _explain(error, raw) from error
    return value


def _explain(error: ValidationError, raw: bytes) -> InvalidBody:
    details = error.errors(include_url=False)
    if details[0]["type"] == "json_invalid":
        return MalformedBody(f"the body is not valid JSON: {details[0]['ctx']['error']}")
    errors = field_errors(details, from_json(raw))
    first = errors[0]
    return InvalidBody(f"{first.field}: {first.detail}" if first.field else f"the body {first.detail}", errors)


def _check_depth(raw: bytes, deepest: int) -> None:
    """Refuse deep nesting before anything recursive sees it; most bodies have fewer brackets than levels allowed."""
    if raw.count(b"[") + raw.count(b"{") <= deepest:
        return
    depth = 0
    for bracket in _STRING_OR_NOT_BRACKET(b"", raw):
        depth += 1 if bracket in b"[{" else -1
        if depth > deepest:
            raise MalformedBody(f"the body is nested deeper than {deepest} levels")


def _check_text(raw: bytes) -> None:
    """Refuse what JSON has no word for (NaN, Infinity) and what PostgreSQL cannot store (NUL), naming the field."""
    if _NO_NUMBER(raw):
        try:
            from_json(raw, allow_inf_nan=False)
        except ValueError as error:
            raise MalformedBody(f"the body is not valid JSON: {error}") from error
    if b"\\u0000" in raw and (place := _find_nul(from_json_or_none(raw))) is not None:
        fault = FieldError(dotted(place), "must not contain control characters")
        raise InvalidBody(f"{fault.field}: {fault.detail}", (fault,))


def from_json_or_none(raw: bytes) -> object:
    """The document, or None where it is none: the strict parse that follows says why."""
    try:
        return from_json(raw)
    except ValueError:
        return None


def _find_nul(value: object) -> tuple[str | int, ...] | None:
    if isinstance(value, str):
        return () if "\0" in value else None
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in pairs:
        if isinstance(key, str) and "\0" in key:
            return ()
        if (below := _find_nul(item)) is not None:
            return (key, *below)
    return None


@dataclass(frozen=True, slots=True)
class Body:
    """The dependency that reads and parses a body; `type_` is what OpenAPI documents."""

    type_: Any
    limit: int
    media_types: tuple[str, ...] = (JSON,)

    async def __call__(self, request: Request) -> Any:
        """The parsed body."""
        media_type(request, self.media_types)
        return parse_json(await read_bytes(request, self.limit), self.type_)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came as the body."""

    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class UploadBody:
    """The dependency that reads a body whole, for a parser of its own."""

    media_types: tuple[str, ...]
    limit: int

    async def __call__(self, request: Request) -> Upload:
        """The file's bytes with the media type they claim."""
        return Upload(media_type(request, self.media_types), await read_bytes(request, self.limit))


def body(type_: Any, *, limit: int = BODY_LIMIT) -> Any:
    """The JSON body as `type_`: `spec: Annotated[ZoneSpec, body(ZoneSpec)]`."""
    return Depends(Body(type_, limit))


def upload(*media_types: str, limit: int = UPLOAD_LIMIT) -> Any:
    """A file as the body: `file: Annotated[Upload, upload("text/csv")]`."""
    return Depends(UploadBody(media_types, limit))


def media_type(request: Request, accepted: tuple[str, ...]) -> str:
    """The body's media type without parameters. Raises WrongMediaType unless it is one of the accepted."""
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given not in accepted:
        raise WrongMediaType(f"send the body as {' or '.join(accepted)}, not {given or 'without a content type'}")
    return given


async def read_bytes(request: Request, limit: int) -> bytes:
    """The body, read as it comes. Raises BodyTooLarge as soon as it exceeds `limit` bytes, declared or received."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise BodyTooLarge(f"the body has {declared} bytes; at most {limit} are taken")
    chunks: list[bytes] = []
    received = 0
    try:
        async for chunk in request.stream():
            received += len(chunk)
            if received > limit:
                raise BodyTooLarge(f"the body has more than {limit} bytes")
            chunks.append(chunk)
    except ClientDisconnect as error:
        raise MalformedBody("the body ended early") from error
    return b"".join(chunks)
