"""Create the topics of topics.toml that a broker does not have yet: python -m infra.topics kafka://host:port.

Deletes nothing and changes no topic that exists: growing a topic's partitions moves keys, and topics re-created
under running consumers stalled them for a minute.
"""

import sys
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError, TopicAlreadyExistsError

DECLARED = Path(__file__).with_name("topics.toml")
DAY_MS = 86_400_000
READY_S = 60.0  # a broker that has just been started listens some time before it answers
LARGEST_MESSAGE = 16 * 1_048_576


@dataclass(frozen=True)
class Topic:
    """A topic as declared; `retention_days` of -1 keeps its messages for good."""

    name: str
    partitions: int
    retention_days: int

    @property
    def retention_ms(self) -> int:
        return -1 if self.retention_days < 0 else self.retention_days * DAY_MS


def declared(path: Path = DECLARED) -> list[Topic]:
    """The topics that topics.toml declares, in its order."""
    topics = tomllib.loads(path.read_text(encoding="utf-8"))["topics"]
    return [Topic(name, **options) for name, options in topics.items()]


def configs(topic: Topic) -> dict[str, str]:
    """What the broker is told: a zone and its former outline may be megabytes, the broker's own limit is one."""
    return {"retention.ms": str(topic.retention_ms), "max.message.bytes": str(LARGEST_MESSAGE)}


def create_missing(bus_url: str, topics: list[Topic]) -> list[str]:
    """Create those of `topics` that the broker at kafka://host:port lacks; returns their names."""
    admin = _admin(bus_url.removeprefix("kafka://"))
    try:
        present = set(admin.list_topics())
        missing = {
            topic.name: {"num_partitions": topic.partitions, "configs": configs(topic)}
            for topic in topics
            if topic.name not in present
        }
        if missing:
            admin.create_topics(missing, wait_for_metadata=True)
    except TopicAlreadyExistsError:  # somebody else was creating them just now
        return []
    finally:
        admin.close()
    return list(missing)


def _admin(servers: str) -> KafkaAdminClient:
    deadline = time.monotonic() + READY_S
    while True:
        try:
            return KafkaAdminClient(bootstrap_servers=servers)
        except KafkaError:
            if time.monotonic() > deadline:
                raise


if __name__ == "__main__":
    for created in create_missing(sys.argv[1], declared()):
        print(f"created topic {created}")
