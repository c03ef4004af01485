"""Platforms for the system tests: one process on the log, three on Kafka."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.platform import ALL, Groups, Platform, own_topics, running

TOGETHER: Groups = [ALL]
EACH: Groups = [(name,) for name in ALL]
BUSES = ("log", pytest.param("kafka", marks=pytest.mark.kafka))


@pytest.fixture(params=BUSES)
def platform(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Iterator[Platform]:
    """Both ways to run the same code."""
    if request.param == "log":
        bus_url, groups = "log://", TOGETHER
    else:
        bus_url, groups = own_topics(request.getfixturevalue("kafka_url")), EACH
    with running(database_url, bus_url, tmp_path, groups) as platform:
        yield platform


@pytest.fixture
def embedded(database_url: str, tmp_path: Path) -> Iterator[Platform]:
    """One process on the log."""
    with running(database_url, "log://", tmp_path, TOGETHER) as platform:
        yield platform
