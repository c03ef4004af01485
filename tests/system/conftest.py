"""Platforms for the system tests: one process on the log, three on Kafka; and the browser that looks at them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.system.chromium import ROOT, Screen, Visitor, chromium, screen
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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for the module."""
    if not (ROOT / "console" / "dist" / "index.html").is_file():
        pytest.fail("the console is not built: infra/setup.sh demo", pytrace=False)
    with chromium() as one:
        yield one


@pytest.fixture
def visitor(platform: Platform, browser: Browser) -> Iterator[Visitor]:
    """Opens the console as different people; at the end no page may have shown an error."""
    screens: list[Screen] = []

    def another(role: str, org: str) -> Screen:
        screens.append(screen(browser))
        return screens[-1].open(platform.processes[0].url, role, org)

    yield another
    for one in screens:
        one.page.context.close()
    assert [error for one in screens for error in one.errors] == []
