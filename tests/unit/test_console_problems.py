"""Every problem that the platform can answer with has a Chinese title in the console."""

import re
from collections.abc import Iterator
from pathlib import Path

from services.openapi import build_app
from shared.errors import TianyuanError
from shared.problems import kind_of

TITLES = Path(__file__).parents[2] / "console" / "src" / "i18n" / "problems.ts"


def kinds(of: type[TianyuanError] = TianyuanError) -> Iterator[str]:
    """The tails of `urn:tianyuan:problem:` there are."""
    for error in of.__subclasses__():
        yield kind_of(error)
        yield from kinds(error)


def test_every_problem_has_a_chinese_title() -> None:
    build_app()  # so that every service is loaded
    titles = set(re.findall(r'^  "([a-z-]+)": "', TITLES.read_text(), re.MULTILINE))
    found = set(kinds()) | {"invalid-parameter", "database-unavailable"}
    assert found - titles == set()
