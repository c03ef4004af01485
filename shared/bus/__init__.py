"""The bus between services: the log tables, or topics of Kafka; `shared/bus/opening.py` chooses by URL.

Nothing outside this folder knows which of the two it is. Both deliver each partition in order and at least once; the
checkpoints of `shared/checkpoint.py` make that exactly once.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol
from uuid import UUID, uuid4

from shared.log import Recorded

if TYPE_CHECKING:
    from shared.frame import Database, Subscription

Slot = tuple[str, int]


class Reader(Protocol):
    """The events of some topics for one subscription. Used by one thread."""

    def poll(self, timeout_s: float, limit: int) -> list[Recorded]:
        """What waits, at most `limit`; empty where nothing came in time."""

    def marks(self) -> Mapping[Slot, int]:
        """Checkpoints to write with the batch just polled, beside its own."""

    def handled(self, batch: Sequence[Recorded]) -> None:
        """The batch is committed: do not deliver it again."""

    def lag(self) -> int:
        """About how many events are waiting."""

    def close(self) -> None:
        """Give everything back; another reader of the subscription goes on."""


class Relay(Protocol):
    """Carries a service's log to where the other services read."""

    def run(self, stopping: threading.Event) -> None:
        """Until told to stop. Raises where it cannot go on; it may then be run again."""


@dataclass(frozen=True, slots=True)
class Inbound:
    """A record from outside, as raw as it came."""

    topic: str
    key: str
    type: str
    data: bytes
    id: UUID = field(default_factory=uuid4)
    traceparent: str | None = None


class Bus(Protocol):
    """Where services hear from each other, and where outsiders send to."""

    def reader(self, database: Database, subscription: Subscription) -> Reader:
        """A reader for the subscription of that service. It may leave out what is of none of its types, but not on
        inbound topics, where whatever comes must be answered for.
        """

    def relay(self, database: Database) -> Relay | None:
        """What publishes the service's log, where the bus needs it."""

    def send(self, records: Sequence[Inbound]) -> None:
        """Put records on inbound topics as an outsider does; durable on return."""

    def check(self) -> str | None:
        """What is wrong where its server cannot be reached; None where all is well."""

    def close(self) -> None:
        """Let go of connections."""
