"""What happened to one thing: its events, read from the service's log by their key."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from shared.contracts.codec import decode

_MOST_EVENTS: Final = 10_000
_PAST: Final = sa.text(
    "SELECT position, type, time, data FROM flightplan.event_log"
    " WHERE key = :key AND topic = :topic ORDER BY position LIMIT :most"
)


@dataclass(frozen=True, slots=True)
class Past:
    """An event with when it was recorded."""

    position: int
    time: datetime
    event: Any


def history_of(connection: sa.Connection, topic: str, key: str) -> list[Past]:
    """The events of a key, from the first on."""
    rows = connection.execute(_PAST, {"key": key, "topic": topic, "most": _MOST_EVENTS})
    return [Past(row.position, row.time, decode(row.type, bytes(row.data))) for row in rows]
