"""An event's envelope as Kafka headers: CloudEvents attributes, the position in its log, and the trace."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from shared.log import Recorded
from shared.text import storable
from shared.topics import is_inbound, log_of
from shared.tracing import well_formed

Headers = list[tuple[str, bytes]]
TYPE_HEADER: Final = "ce_type"
_FIXED: Final[Headers] = [("ce_specversion", b"1.0")]
_LONGEST_NAME: Final = 200


def headers_of(type_name: str, id_: UUID, key: str, source: str, traceparent: str | None) -> Headers:
    """The headers of any message."""
    headers = [
        *_FIXED,
        (TYPE_HEADER, type_name.encode()),
        ("ce_id", str(id_).encode()),
        ("ce_source", f"/tianyuan/{source}".encode()),
        ("ce_subject", key.encode()),
    ]
    return [*headers, ("traceparent", traceparent.encode())] if traceparent else headers


def headers_of_recorded(event: Recorded) -> Headers:
    """The headers of an event that a relay carries."""
    return [
        *headers_of(event.type, event.id, event.key, event.log, event.traceparent),
        ("ce_time", event.time.astimezone(UTC).isoformat().replace("+00:00", "Z").encode()),
        ("position", str(event.position).encode()),
    ]


def recorded_of(record: Any, prefix: str) -> Recorded:
    """The event of a consumed message, whatever its headers are.

    What outsiders send counts by its offset, and what they claim about positions is not heard.
    """
    topic = str(record.topic).removeprefix(prefix)
    headers, from_outside = dict(record.headers or ()), is_inbound(topic)
    position = None if from_outside else _position(headers.get("position"))
    return Recorded(
        log=log_of(topic),
        position=record.offset if position is None else position,
        topic=topic,
        partition=record.partition,
        key=_text(record.key)[:_LONGEST_NAME],
        id=_id(_text(headers.get("ce_id")), topic),
        type=_text(headers.get(TYPE_HEADER))[:_LONGEST_NAME],
        time=_time(headers.get("ce_time")) or datetime.fromtimestamp(max(record.timestamp or 0, 0) / 1000, UTC),
        traceparent=well_formed(_text(headers.get("traceparent"))),
        data=record.value or b"",
        ledger=f"kafka:{topic}" if position is None else topic,
        offset=record.offset,
        fault=None if position is not None or from_outside else "the message has no position of a log",
    )


def _text(raw: bytes | None) -> str:
    return storable((raw or b"").decode("utf-8", "replace"))


def _position(raw: bytes | None) -> int | None:
    return int(raw) if raw and raw.isdigit() and len(raw) <= 18 else None


def _id(text: str, topic: str) -> UUID:
    if not text:
        return uuid4()
    try:
        return UUID(text)
    except ValueError:
        return uuid5(NAMESPACE_URL, f"{topic}/{text}")  # CloudEvents allows any text


def _time(raw: bytes | None) -> datetime | None:
    try:
        time = datetime.fromisoformat((raw or b"").decode("utf-8", "replace"))
        return time.astimezone(UTC) if time.tzinfo else None
    except (ValueError, OverflowError):
        return None
