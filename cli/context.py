"""What every command gets: the platform, the language of decisions, and whether a program reads the output."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import CLOCK_BOOTTIME, clock_gettime, perf_counter, process_time
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
    started: float  # when the command was called, by `perf_counter`

    def show(self, answer: Any, for_people: Callable[[], None]) -> None:
        """Print the answer for whoever reads it."""
        if self.json:
            show.as_json(answer)
        else:
            for_people()


def process_started() -> float:
    """When this process began, by `perf_counter`: loading is part of the time a person waits."""
    try:
        ticks = int(Path("/proc/self/stat").read_text(encoding="ascii").rpartition(")")[2].split()[19])
        return perf_counter() - max(0.0, clock_gettime(CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK"))
    except OSError:
        return perf_counter() - process_time()


def context(ctx: typer.Context) -> Context:
    """The command's context."""
    found = ctx.obj
    assert isinstance(found, Context)
    return found
