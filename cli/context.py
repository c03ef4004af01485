"""What every command gets: the platform, the language of decisions, and whether a program reads the output."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import typer

from cli import show
from cli.client import Platform


@dataclass(frozen=True, slots=True)
class Context:
    """The global options."""

    platform: Platform
    language: str
    json: bool

    def show(self, answer: Any, for_people: Callable[[], None]) -> None:
        """Print the answer for whoever reads it."""
        if self.json:
            show.as_json(answer)
        else:
            for_people()


def context(ctx: typer.Context) -> Context:
    """The command's context."""
    found = ctx.obj
    assert isinstance(found, Context)
    return found
