"""What a planted fault is: replacements in the source, and the tests that must notice it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

ORACLE: Final = "tests/unit/airspace/test_oracle.py::test_the_platform_decides_as_the_oracle_does"


@dataclass(frozen=True, slots=True)
class Edit:
    """One replacement; the text to find stands in the file exactly once."""

    path: str
    find: str
    put: str


@dataclass(frozen=True, slots=True)
class Mutant:
    """A fault, and the tests of which at least one must fail."""

    name: str
    edits: Sequence[Edit]
    killers: Sequence[str]


def oracle(*families: str) -> list[str]:
    """The oracle's tests of some families."""
    return [f"{ORACLE}[{family}]" for family in families]


def mutant(name: str, path: str, find: str, put: str, *killers: str) -> Mutant:
    """A fault of one replacement."""
    return Mutant(name, [Edit(path, find, put)], killers)
