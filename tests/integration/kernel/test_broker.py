"""The broker is away at the start, killed with -9 later, and comes back: nothing is lost, nothing is twice."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.kernel.conftest import own_topics
from tests.integration.kernel.test_bus import PLANS, recording
from tests.integration.kernel.world import World, expected, subscription
from tests.waiting import eventually

ROOT = Path(__file__).resolve().parents[3]

pytestmark = [pytest.mark.kafka, pytest.mark.serial]


class Broker:
    """A broker of one's own, in a folder of one's own."""

    def __init__(self, folder: Path) -> None:
        self._environment = {
            **os.environ,
            "TIANYUAN_RUN": str(folder),
            "KAFKA_LIBS": str(ROOT / ".run" / "kafka-libs"),
        }

    def __call__(self, verb: str) -> str:
        """`infra/kafka.sh <verb> --test` in that folder."""
        command = [str(ROOT / "infra" / "kafka.sh"), verb, "--test"]
        done = subprocess.run(command, env=self._environment, stdout=subprocess.PIPE, text=True, check=True, timeout=90)
        return done.stdout.strip()


@pytest.fixture
def broker(tmp_path: Path, kafka_url: str) -> Iterator[Broker]:
    """Started, and gone afterwards. `kafka_url` sees to it that the broker's program is installed."""
    own = Broker(tmp_path)
    own("start")
    yield own
    own("reset")


def test_a_broker_killed_and_restarted_loses_nothing(database_url: str, broker: Broker) -> None:
    world = World(database_url, own_topics(broker("url")))
    broker("kill")
    with world.relaying(), world.consumer(subscription()):
        world.record(PLANS, [1])  # recording needs no broker
        broker("start")
        eventually(lambda: world.seen() == expected(PLANS, 1), timeout_s=90)
    with world.relaying(), world.consumer(subscription()):
        with recording(world, from_revision=2) as last:
            eventually(lambda: min(map(len, world.seen().values())) > 5)
            broker("kill")
            reached = last()
            eventually(lambda: last() > reached + 5)
            broker("start")
            eventually(lambda: min(map(len, world.seen().values())) > reached + 5, timeout_s=90)
        eventually(lambda: world.seen() == expected(PLANS, last()), timeout_s=90)
    world.close()
