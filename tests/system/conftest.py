"""Platforms for the system tests: one process on the log, three on Kafka."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.platform import BUSES, EACH, TOGETHER, Platform, bus_url_of, running


@pytest.fixture(params=BUSES)
def platform(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Iterator[Platform]:
    """Both ways to run the same code."""
    groups = TOGETHER if request.param == "log" else EACH
    with running(database_url, bus_url_of(request.param, request), tmp_path, groups) as platform:
        yield platform


@pytest.fixture
def embedded(database_url: str, tmp_path: Path) -> Iterator[Platform]:
    """One process on the log."""
    with running(database_url, "log://", tmp_path, TOGETHER) as platform:
        yield platform
