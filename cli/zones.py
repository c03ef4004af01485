"""Zones: list, publish one, import a file of them, export."""

import json
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import quote

import typer
from rich.markup import escape
from rich.progress import Progress

from cli import files, show
from cli.client import BAD_INPUT, FAILED, CommandFailed
from cli.context import context

app = typer.Typer(help="Zones: the airspace and its restrictions.", no_args_is_help=True)

ZoneId = Annotated[str, typer.Argument(metavar="ZONE", help="Its id.")]

AT_ONCE: Final = 500  # features sent together: the bar moves, and a decision waits for no more than these


class FileFormat(StrEnum):
    """What a file of zones is."""

    GEOJSON = "geojson"
    ED318 = "ed318"
    ED269 = "ed269"


@app.command("list")
def list_zones(
    ctx: typer.Context,
    bbox: Annotated[str | None, typer.Option(help="west,south,east,north in degrees.")] = None,
    at: Annotated[str | None, typer.Option(help="Instant with offset.")] = None,
    state: Annotated[str | None, typer.Option(help="in_force, withdrawn or all.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
) -> None:
    """List zones."""
    command = context(ctx)
    views = list(command.platform.pages("/zones", limit, bbox=bbox, at=at, state=state))
    rows = (_row(view) for view in views)
    command.show(views, lambda: show.table(rows, "zone", "name", "restriction", "band", "state"))


@app.command()
def publish(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A zone as JSON; - is standard input.")],
) -> None:
    """Publish a zone; it holds for every decision from then on."""
    command = context(ctx)
    try:
        view = command.platform.post("/zones", files.read_object(file))
    except CommandFailed as failure:
        raise files.naming(file, failure) from failure
    command.show(view, lambda: show.out.print(f"zone {view['zone_id']} version {view['zone_version']} in force"))


@app.command()
def impact(
    ctx: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A zone as JSON, with the id it has if it is to change.")
    ],
) -> None:
    """Show which plans, routes and sites a zone would touch were it published now; nothing is."""
    command = context(ctx)
    try:
        view = command.platform.post("/zones/impact", files.read_object(file))
    except CommandFailed as failure:
        raise files.naming(file, failure) from failure
    command.show(view, lambda: show.touched(view, command.language))


@app.command()
def hits(ctx: typer.Context, zone: ZoneId) -> None:
    """List what the versions of a zone touched, and what was answered then."""
    command = context(ctx)
    view = command.platform.get(f"/zones/{quote(zone, safe='')}/hits")
    command.show(view, lambda: show.touched(view, command.language))


@app.command()
def versions(ctx: typer.Context, zone: ZoneId) -> None:
    """List the versions of a zone: who made each, when, and from when to when it was in force."""
    command = context(ctx)
    views = command.platform.get(f"/zones/{quote(zone, safe='')}/versions")
    command.show(views, lambda: show.table(map(_version, views), "version", "state", "by", "from", "to", "reason"))


@app.command()
def withdraw(
    ctx: typer.Context, zone: ZoneId, reason: Annotated[str, typer.Option(help="Why; it stands in the event.")] = ""
) -> None:
    """Withdraw a zone: it is in force no more, and its versions stay readable."""
    command = context(ctx)
    view = command.platform.delete(f"/zones/{quote(zone, safe='')}", reason=reason)
    command.show(view, lambda: show.out.print(f"zone {escape(view['zone_id'])} {view['state']}"))


@app.command("import")
def import_zones(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="GeoJSON, ED-318 or ED-269.")],
    strict: Annotated[bool, typer.Option(help="Take none where one is wrong; the file is sent whole.")] = False,
    format_: Annotated[FileFormat | None, typer.Option("--format", help="Else what the file says.")] = None,
) -> None:
    """Import zones; those that are wrong are named with their place."""
    command = context(ctx)
    content = files.read_bytes(file)
    report: dict[str, Any] = {"accepted": 0, "unchanged": 0, "errors": []}
    parts = [(0, 1, content)] if strict else list(_parts(content))
    try:
        with Progress(console=show.errors, transient=True, disable=not show.errors.is_terminal) as bar:
            task = bar.add_task("zones", total=sum(count for _, count, _ in parts))
            for first, count, part in parts:
                taken = command.platform.upload(
                    "/zones/import", part, "application/json", strict=strict, format=format_ and format_.value
                )
                _add(report, taken, first)
                bar.advance(task, count)
    except CommandFailed as failure:
        raise files.naming(file, failure) from failure
    command.show(report, lambda: show.import_report(report, "index", ["accepted", "unchanged"]))
    if report["errors"]:
        raise typer.Exit(FAILED)


@app.command("export")
def export_zones(
    ctx: typer.Context,
    format_: Annotated[FileFormat, typer.Option("--format", help="What the file is.")] = FileFormat.GEOJSON,
    output: Annotated[Path | None, typer.Option(help="A file instead of standard output.")] = None,
) -> None:
    """Export the zones in force."""
    text = context(ctx).platform.text("/zones/export", format=format_.value)
    if output is None:
        typer.echo(text)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandFailed(f"{output}: {(error.strerror or str(error)).lower()}", exit_code=BAD_INPUT) from error


def _parts(content: bytes) -> Iterator[tuple[int, int, bytes]]:
    """The file in parts, each with the number of its first feature and how many; whole where it has no features."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        document = None  # the platform says what is wrong with it
    features = document.get("features") if isinstance(document, dict) else document
    if not isinstance(features, list) or len(features) <= AT_ONCE:
        yield 0, 1, content
        return
    for first in range(0, len(features), AT_ONCE):
        some = features[first : first + AT_ONCE]
        part = {**document, "features": some} if isinstance(document, dict) else some
        yield first, len(some), json.dumps(part).encode()


def _add(report: dict[str, Any], taken: Any, first: int) -> None:
    report["accepted"] += taken["accepted"]
    report["unchanged"] += taken["unchanged"]
    report["errors"] += [{**error, "index": error["index"] + first} for error in taken["errors"]]


def _row(view: Any) -> list[str]:
    spec = view["spec"]
    return [
        escape(view["zone_id"]),
        escape(spec["name"]),
        spec["restriction"],
        f"{_height(spec['lower'], 'ground')} – {_height(spec['upper'], 'unlimited')}",
        view["state"] + (" [dim](demo)[/]" if spec["demo"] else ""),
    ]


def _version(one: Any) -> list[str]:
    until = one["in_force_to"] or ("" if one["state"] == "withdrawn" else "now")
    return [
        str(one["zone_version"]),
        one["state"],
        escape(one["published_by"]),
        one["in_force_from"],
        until,
        escape(one["reason"]),
    ]


def _height(altitude: Any, where_none: str) -> str:
    return f"{altitude['value_m']:g} m {altitude['reference']}" if altitude else where_none
