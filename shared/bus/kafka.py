"""The bus over Apache Kafka, `kafka://host:port[,host:port][/prefix]`: a prefix keeps cities on one broker apart."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from kafka import KafkaConsumer, KafkaProducer, OffsetAndMetadata, TopicPartition
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.errors import KafkaError
from kafka.structs import MemberState

from shared.bus import Inbound, Slot
from shared.bus.envelope import TYPE_HEADER, headers_of, recorded_of
from shared.bus.relay import KafkaRelay
from shared.errors import Unavailable
from shared.log import Recorded
from shared.topics import is_inbound, partition_of, partitions

if TYPE_CHECKING:
    from shared.frame import Database, Subscription

SESSION_MS: Final = 6_000  # a killed consumer's partitions move on after this
FETCH_WAIT_MS: Final = 1_000  # a record ends the wait; without one every reader asks again this often
HEARTBEAT_MS: Final = 500  # how soon a member hears of a rebalance
GATHERED: Final = 1_048_576
LARGEST_MESSAGE: Final = 16 * 1_048_576
_GIVE_UP_S: Final = 30.0
_SEND_S: Final = 30.0

logger = logging.getLogger(__name__)


class BrokerAway(Unavailable):
    """No broker listens; it may come back."""


class KafkaBus:
    """Readers in consumer groups, a relay for each service, and a producer for what is sent in from outside."""

    def __init__(self, url: str) -> None:
        servers, _, prefix = url.removeprefix("kafka://").partition("/")
        self.servers = servers.split(",")
        self.prefix = f"{prefix}." if prefix else ""
        self._outside: KafkaProducer | None = None
        self._lock = threading.Lock()

    def reader(self, database: Database, subscription: Subscription) -> KafkaReader:
        """A member of the subscription's group. Blocks a few seconds, then raises, where the broker is down."""
        return KafkaReader(self, f"{database.schema}.{subscription.name}", subscription)

    def relay(self, database: Database) -> KafkaRelay:
        """The relay of a service's log."""
        return KafkaRelay(database, self.producer, self.prefix)

    def send(self, records: Sequence[Inbound]) -> None:
        """Send to inbound topics and wait for the acknowledgements. Raises KafkaError."""
        with self._lock:
            producer = self._outside = self._outside or self.producer()
            try:
                sent = [self._send(producer, record) for record in records]
                producer.flush(_SEND_S)
                for future in sent:
                    future.get(0)
            except BaseException:
                self._outside = None
                discard(producer)
                raise

    def _send(self, producer: KafkaProducer, record: Inbound) -> Any:
        partition = partition_of(record.key, partitions()[record.topic])
        key, headers = (
            record.key.encode(),
            headers_of(record.type, record.id, record.key, "outside", record.traceparent),
        )
        return producer.send(self.prefix + record.topic, record.data, key, headers, partition)

    def producer(self) -> KafkaProducer:
        """An idempotent producer. Throw it away after any failure: one that outlived an outage may stay wedged."""
        self._knock()
        return KafkaProducer(
            bootstrap_servers=self.servers,
            client_id="tianyuan",
            acks="all",
            enable_idempotence=True,
            compression_type="lz4",
            batch_size=262_144,
            linger_ms=100,  # whoever sends also flushes, which ends the wait: this only keeps batches together
            max_request_size=LARGEST_MESSAGE,
            request_timeout_ms=10_000,
            delivery_timeout_ms=20_000,
            max_block_ms=10_000,
            bootstrap_timeout_ms=5_000,
            reconnect_backoff_max_ms=1_000,
            metadata_max_age_ms=30_000,
            allow_auto_create_topics=False,
            metrics_enabled=False,
        )

    def consumer(self, group: str, gathers_s: float = 0.0) -> KafkaConsumer:
        """A consumer that never commits by itself. For one that lets events gather the broker does it."""
        self._knock()
        return KafkaConsumer(
            bootstrap_servers=self.servers,
            group_id=self.prefix + group,
            client_id=f"tianyuan-{group}",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            session_timeout_ms=SESSION_MS,
            heartbeat_interval_ms=HEARTBEAT_MS,
            partition_assignment_strategy=[CooperativeStickyAssignor()],
            max_partition_fetch_bytes=4 * 1_048_576,
            fetch_max_wait_ms=int(1000 * gathers_s) or FETCH_WAIT_MS,
            fetch_min_bytes=GATHERED if gathers_s else 1,
            request_timeout_ms=10_000,
            bootstrap_timeout_ms=5_000,
            reconnect_backoff_max_ms=1_000,
            metadata_max_age_ms=10_000,
            allow_auto_create_topics=False,
            metrics_enabled=False,
        )

    def _knock(self) -> None:
        """Raise BrokerAway where nobody listens: the client would block for seconds and leave its thread behind."""
        for server in self.servers:
            host, _, port = server.rpartition(":")
            with suppress(OSError), socket.create_connection((host, int(port)), timeout=2):
                return
        raise BrokerAway(f"no broker at {', '.join(self.servers)}")

    def check(self) -> str | None:
        """Whether a broker listens."""
        try:
            self._knock()
        except BrokerAway as away:
            return away.detail
        return None

    def close(self) -> None:
        """Close the producer of `send`."""
        with self._lock:
            if self._outside is not None:
                discard(self._outside)
                self._outside = None


def discard(producer: KafkaProducer) -> None:
    """Close without waiting for what is unsent: whoever sent it starts from a checkpoint, or has been told."""
    with suppress(KafkaError):
        producer.close(timeout=0)


class KafkaReader:
    """One consumer in its group, used by one thread."""

    def __init__(self, bus: KafkaBus, group: str, subscription: Subscription) -> None:
        self._prefix = bus.prefix
        self._consumer = bus.consumer(group, subscription.gathers_s)
        self._types = {name.encode() for name in subscription.types}
        self._inbound = {bus.prefix + topic for topic in subscription.topics if is_inbound(topic)}
        names = [bus.prefix + topic for topic in subscription.topics]
        for name in names:
            self._consumer.partitions_for_topic(name)  # known before it joins, or its first assignment is empty
        self._consumer.subscribe(names)
        self._done: dict[TopicPartition, int] = {}
        self._polled: dict[TopicPartition, int] = {}  # offsets behind what the last poll brought
        self._failing_since: float | None = None

    def poll(self, timeout_s: float, limit: int) -> list[Recorded]:
        """What the broker has for us; nothing while it is away."""
        try:
            polled = self._consumer.poll(timeout_ms=int(timeout_s * 1000), max_records=limit)
        except KafkaError as error:
            self._bear(error)
            return []
        self._failing_since = None
        self._finish_joining()
        taken: list[Recorded] = []
        for partition, records in polled.items():
            mine = records if partition.topic in self._inbound else filter(self._takes, records)
            taken += [recorded_of(record, self._prefix) for record in mine]
        self._polled = {partition: records[-1].offset + 1 for partition, records in polled.items() if records}
        if self._polled and not taken:
            self.handled(taken)
        return taken

    def _finish_joining(self) -> None:
        """Have the next poll go on with a join that this one ran out of time for.

        kafka-python 3.0.12 forgets it where the metadata have come to agree meanwhile: such a member keeps its
        partitions, sends no heartbeat until the broker expels it, and polls without a pause.
        """
        if self._consumer.group_metadata().state is MemberState.REBALANCING:
            self._consumer._coordinator.request_rejoin()  # there is no public way

    def _takes(self, record: Any) -> bool:
        """Looks at the one header only: what is passed over need not be taken apart."""
        for name, value in record.headers or ():
            if name == TYPE_HEADER:
                return value in self._types
        return False

    def _bear(self, error: KafkaError) -> None:
        """A consumer outlives an outage and keeps its place in the group; give it up only after a while."""
        now = time.monotonic()
        self._failing_since = self._failing_since or now
        if now - self._failing_since > _GIVE_UP_S:
            raise error
        logger.warning("the broker is away: %s", error)
        time.sleep(0.1)

    def marks(self) -> Mapping[Slot, int]:
        """None: the group's offsets say where the next reader starts."""
        return {}

    def handled(self, batch: Sequence[Recorded]) -> None:
        """Commit these offsets and no others. Without waiting: after a loss the checkpoints skip what comes again."""
        done, self._polled = self._polled, {}
        self._done |= done
        with suppress(KafkaError):
            self._consumer.commit_async(_offsets(done))

    def lag(self) -> int:
        """Messages the broker has behind the last ones handled."""
        marks = {partition: self._consumer.highwater(partition) for partition in self._consumer.assignment()}
        return sum(max(0, mark - self._done.get(partition, mark)) for partition, mark in marks.items() if mark)

    def close(self) -> None:
        """Commit and leave the group, so that its other members take over at once."""
        owned = self._consumer.assignment()
        with suppress(KafkaError):
            done = {partition: offset for partition, offset in self._done.items() if partition in owned}
            if done:
                self._consumer.commit(_offsets(done), timeout_ms=1_000)
        with suppress(KafkaError):
            self._consumer.close(autocommit=False, timeout_ms=2_000)


def _offsets(done: Mapping[TopicPartition, int]) -> dict[TopicPartition, OffsetAndMetadata]:
    return {partition: OffsetAndMetadata(offset, "", -1) for partition, offset in done.items()}
