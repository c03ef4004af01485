"""Zones: list, publish one, import a file of them."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from cli import files, show
from cli.client import FAILED, CommandFailed
from cli.context import context

app = typer.Typer(help="Zones: the airspace and its restrictions.", no_args_is_help=True)


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


@app.command("import")
def import_zones(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A GeoJSON FeatureCollection.")],
    strict: Annotated[bool, typer.Option(help="Take none where one is wrong.")] = False,
) -> None:
    """Import zones; those that are wrong are named with their place."""
    command = context(ctx)
    content = files.read_bytes(file)
    try:
        report = command.platform.upload("/zones/import", content, "application/geo+json", strict=strict)
    except CommandFailed as failure:
        raise files.naming(file, failure) from failure
    command.show(report, lambda: show.import_report(report, "index", ["accepted", "unchanged"]))
    if report["errors"]:
        raise typer.Exit(FAILED)


def _row(view: Any) -> list[str]:
    spec = view["spec"]
    return [
        escape(view["zone_id"]),
        escape(spec["name"]),
        spec["restriction"],
        f"{_height(spec['lower'], 'ground')} – {_height(spec['upper'], 'unlimited')}",
        view["state"] + (" [dim](demo)[/]" if spec["demo"] else ""),
    ]


def _height(altitude: Any, where_none: str) -> str:
    return f"{altitude['value_m']:g} m {altitude['reference']}" if altitude else where_none
