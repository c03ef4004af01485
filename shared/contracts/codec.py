"""Events and values to JSON bytes and back: the one place that knows how a contract is written down.

Writing is orjson with instants in UTC and `Z`. Reading is strict: `true` is no number, NaN and Infinity are no
numbers, a list becomes a tuple (so that what was read equals what was written), and a fault names its field.
Unknown fields are passed over, because published events only ever grow.
"""

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, Final, TypeVar, get_args

import orjson
from pydantic import TypeAdapter, ValidationError
from pydantic_core import CoreConfig, SchemaValidator, from_json

from shared.contracts import airspace, flightplan, inbound, sites
from shared.errors import Invalid
from shared.fields import field_errors

T = TypeVar("T")

Event = airspace.Event | flightplan.Event | sites.Event | inbound.Event
EVENT_TYPES: Final[Mapping[str, type]] = {event_type.__name__: event_type for event_type in get_args(Event)}


class InvalidEvent(Invalid):
    """An event that is not what its contract says; `field` is the first fault's place."""


def key_of(event: Event) -> str:
    """What the event is about; events of one key stay in order."""
    return str(getattr(event, event.key_field))


def encode(event: Event, written: Mapping[str, bytes] | None = None) -> bytes:
    """The event as JSON. `written`: fields of it that are JSON already, because they are stored as well."""
    if not written:
        return encode_value(event)
    names = _names(type(event).__name__)
    return encode_value(
        {name: orjson.Fragment(written[name]) if name in written else getattr(event, name) for name in names}
    )


@cache
def _names(type_name: str) -> tuple[str, ...]:
    return tuple(field.name for field in fields(EVENT_TYPES[type_name]))


def encode_value(value: object) -> bytes:
    """Any contract value (dataclasses, enums, UUIDs, instants, lists) as JSON, instants in UTC with `Z`."""
    return orjson.dumps(value, default=_write_instant, option=orjson.OPT_PASSTHROUGH_DATETIME)


def encode_utc(value: object) -> bytes:
    """The same of a value whose instants are all in UTC already, as in what airspace answers: in half the time."""
    return orjson.dumps(value, option=orjson.OPT_UTC_Z)


def _write_instant(value: object) -> str:
    if isinstance(value, datetime) and value.tzinfo is not None:
        text = value.isoformat()
        if not text.endswith("+00:00"):
            text = value.astimezone(UTC).isoformat()
        return text[:-6] + "Z"
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{value!r} has no place in a contract")


def field_as_written(data: bytes, name: str) -> bytes:
    """One field of an event's JSON, as JSON: what is only handed on need not become objects."""
    return orjson.dumps(orjson.loads(data)[name])


def decode(type_name: str, data: bytes) -> Event:
    """The event of that type in the JSON bytes. Raises InvalidEvent naming the type or the field at fault."""
    event_type = EVENT_TYPES.get(type_name)
    if event_type is None:
        raise InvalidEvent(f"there is no event type {type_name!r}", field="type")
    event: Event = decode_value(event_type, data)
    return event


def decode_value(type_: Any, data: bytes) -> Any:
    """A value of that type in the JSON bytes. Raises InvalidEvent naming the field at fault."""
    try:
        return adapter(type_).validate_json(data, strict=True)
    except ValidationError as error:
        raise _explain(error, data) from error


def _explain(error: ValidationError, data: bytes) -> InvalidEvent:
    details = error.errors(include_url=False)
    if details[0]["type"] == "json_invalid":
        return InvalidEvent(f"not valid JSON: {details[0]['ctx']['error']}")
    faults = field_errors(details, from_json(data))
    return InvalidEvent("; ".join(f"{fault.field} {fault.detail}".strip() for fault in faults), field=faults[0].field)


@cache
def adapter(type_: type[T]) -> TypeAdapter[T]:
    """Pydantic's adapter of the type, made once. Its `validate_json(..., strict=True)` reads by the rules above."""
    made = TypeAdapter(type_)
    made.validator = SchemaValidator(_tightened(made.core_schema), CoreConfig(allow_inf_nan=False))
    return made


def _tightened(schema: Any) -> Any:
    """The schema with `Sequence` read as tuple, and with finite numbers only."""
    if isinstance(schema, list):
        return [_tightened(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") == "json-or-python" and schema["json_schema"].get("type") == "list":
        return _variadic_tuple(schema["json_schema"])
    tight = {name: part if name == "serialization" else _tightened(part) for name, part in schema.items()}
    return {**tight, "allow_inf_nan": False} if tight.get("type") == "float" else tight


def _variadic_tuple(listed: dict[str, Any]) -> dict[str, Any]:
    limits: dict[str, Any] = {name: listed[name] for name in ("min_length", "max_length") if name in listed}
    return {
        "type": "tuple",
        "items_schema": [_tightened(listed["items_schema"])],
        "variadic_item_index": 0,
        "strict": False,  # JSON has one kind of list; Python callers may give either
        **limits,
    }
