"""`tianyuan watch`: a service's events as they happen, resumed where a connection broke."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Final

import typer
from rich.markup import escape

from cli import show
from cli.client import CommandFailed, Platform
from cli.context import context

PAUSE_S: Final = 2.0


class Service(StrEnum):
    """Whose events."""

    AIRSPACE = "airspace"
    FLIGHTPLAN = "flightplan"
    SITES = "sites"


@dataclass(frozen=True, slots=True)
class Seen:
    """One event of a stream."""

    id: str
    type: str
    data: Any


def watch(
    ctx: typer.Context,
    service: Annotated[Service, typer.Argument()] = Service.FLIGHTPLAN,
    after: Annotated[str | None, typer.Option(help="Position to start after; 0 is the beginning.")] = None,
    count: Annotated[int | None, typer.Option(min=1, help="End after so many events.")] = None,
) -> None:
    """Follow what happens, until interrupted."""
    command = context(ctx)
    for number, seen in enumerate(_follow(command.platform, f"/{service}/events", after), 1):
        if command.json:
            typer.echo(json.dumps({"id": seen.id, "type": seen.type, **seen.data}, ensure_ascii=False))
        else:
            show.out.print(_line(seen))
        if number == count:
            return


def _follow(platform: Platform, path: str, after: str | None) -> Iterator[Seen]:
    """The events; once connected, a lost connection is taken up again after the last of them."""
    connected = False
    while True:
        try:
            with platform.stream(path, after) as lines:
                connected = True
                for seen in parse(lines):
                    after = seen.id
                    yield seen
        except CommandFailed:
            if not connected:
                raise
        time.sleep(PAUSE_S)


def parse(lines: Iterator[str]) -> Iterator[Seen]:
    """Server-sent events out of a stream's lines, without those that only steer the stream."""
    fields: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if line:
            fields[name] = value
        elif "data" in fields and "id" in fields:
            yield Seen(fields["id"], fields["event"], json.loads(fields["data"]))
            fields = {}
        else:
            fields = {}


def _line(seen: Seen) -> str:
    event = seen.data["event"]
    state = event.get("state") or event.get("assessment", {}).get("outcome", "")
    who = event.get("operator") or event.get("published_by") or ""
    parts = [f"[dim]{seen.data['time']}[/]", f"[bold]{seen.type}[/]", escape(seen.data["key"]), escape(who)]
    return "  ".join([*parts, show.state(state)] if state else parts)
