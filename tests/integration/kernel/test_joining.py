"""A reader whose join to its group outlasts one poll finishes it in a later one, and goes on with its heartbeats."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from kafka.structs import MemberState

from shared.bus.kafka import KafkaBus, KafkaReader
from tests.integration.kernel.conftest import own_topics
from tests.integration.kernel.world import World, subscription
from tests.waiting import eventually

pytestmark = pytest.mark.kafka

A_WHILE_S = 0.5


@pytest.fixture
def reader(database_url: str, kafka_url: str) -> Iterator[KafkaReader]:
    """A member of a group, with partitions."""
    world = World(database_url, own_topics(kafka_url))
    assert isinstance(world.bus, KafkaBus)
    with closing(world.bus.reader(world.airspace, subscription())) as made:
        eventually(lambda: made.poll(A_WHILE_S, 1) == [] and joined(made) and knows_its_topics(made))
        yield made
    world.close()


def joined(reader: KafkaReader) -> bool:
    """Whether it has partitions and sends heartbeats."""
    return bool(reader._consumer.assignment()) and reader._consumer.group_metadata().state == MemberState.STABLE


def knows_its_topics(reader: KafkaReader) -> bool:
    """Whether it has the metadata that it would join again for."""
    return bool(reader._consumer._coordinator._metadata_snapshot)


def cut_short(reader: KafkaReader) -> None:
    """Have it join again as in a poll that ran out of time: nobody takes what the broker answers."""
    coordinator = reader._consumer._coordinator
    coordinator._disable_heartbeat()
    coordinator._manager.run(coordinator._do_join_and_sync_async)
    assert not joined(reader)


def test_a_join_that_was_cut_short_is_finished(reader: KafkaReader) -> None:
    cut_short(reader)
    eventually(lambda: reader.poll(A_WHILE_S, 1) == [] and joined(reader))


def test_a_bare_consumer_forgets_it(reader: KafkaReader) -> None:
    """The negative control: as soon as this fails, the library has mended it and the reader needs do nothing."""
    cut_short(reader)
    for _ in range(3):
        assert reader._consumer.poll(timeout_ms=int(1000 * A_WHILE_S)) == {}
        assert not joined(reader)
