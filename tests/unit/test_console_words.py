"""The console has Chinese words for every problem and every event of the platform."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from services.openapi import build_app
from shared.contracts import airspace, flightplan, sites
from shared.errors import TianyuanError
from shared.problems import kind_of

TEXTS = Path(__file__).parents[2] / "console" / "src" / "i18n"


def kinds(of: type[TianyuanError] = TianyuanError) -> Iterator[str]:
    """The tails of `urn:tianyuan:problem:` there are, but for those of other tests."""
    for error in of.__subclasses__():
        if not error.__module__.startswith("tests."):
            yield kind_of(error)
            yield from kinds(error)


def test_every_problem_has_a_chinese_title() -> None:
    build_app()  # so that every service is loaded
    titles = set(re.findall(r'^  "([a-z-]+)": "', (TEXTS / "problems.ts").read_text(), re.MULTILINE))
    found = set(kinds()) | {"invalid-parameter", "database-unavailable"}
    assert found - titles == set()


def test_every_event_has_a_word() -> None:
    events = {event.__name__ for owner in (airspace, flightplan, sites) for event in get_args(owner.Event)}
    said = set(re.findall(r'"event\.(\w+)":', (TEXTS / "zh.ts").read_text()))
    assert events - said == set()
