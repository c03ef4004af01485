"""Sites: list, import, export."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from cli import files, scenarios, show, solve
from cli.client import BAD_INPUT, FAILED, CommandFailed
from cli.context import context

app = typer.Typer(help="Sites: where aircraft take off and land.", no_args_is_help=True)


class Format(StrEnum):
    """What an export is."""

    CSV = "csv"
    GEOJSON = "geojson"


@app.command("list")
def list_sites(
    ctx: typer.Context,
    bbox: Annotated[str | None, typer.Option(help="west,south,east,north in degrees.")] = None,
    state: Annotated[str | None, typer.Option()] = None,
    kind: Annotated[str | None, typer.Option()] = None,
    district: Annotated[str | None, typer.Option(help="Its adcode.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
) -> None:
    """List sites."""
    command = context(ctx)
    wanted = {"bbox": bbox, "state": state, "kind": kind, "district": district}
    views = list(command.platform.pages("/sites", limit, **wanted))
    rows = (
        [
            escape(view["site_id"]),
            escape(view["spec"]["name"]),
            view["spec"]["kind"],
            view["district"],
            view["state"] + (" [dim](demo)[/]" if view["spec"]["demo"] else ""),
        ]
        for view in views
    )
    command.show(views, lambda: show.table(rows, "site", "name", "kind", "district", "state"))


@app.command("import")
def import_sites(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV or GeoJSON, by its ending.")],
) -> None:
    """Import sites; rows that are wrong are named with their place."""
    command = context(ctx)
    media_type = files.media_type_of(file)
    try:
        report = command.platform.upload("/sites/import", files.read_bytes(file), media_type)
    except CommandFailed as failure:
        raise files.naming(file, failure) from failure
    command.show(report, lambda: show.import_report(report, "row", ["created", "updated", "unchanged"]))
    if report["errors"]:
        raise typer.Exit(FAILED)


@app.command("export")
def export_sites(
    ctx: typer.Context,
    format_: Annotated[Format, typer.Option("--format")] = Format.CSV,
    output: Annotated[Path | None, typer.Option(help="A file instead of standard output.")] = None,
) -> None:
    """Export all sites."""
    text = context(ctx).platform.text("/sites/export", format=format_)
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise CommandFailed(f"{output}: {(error.strerror or str(error)).lower()}", exit_code=BAD_INPUT) from error


app.command("solve")(solve.solve_file)
app.add_typer(scenarios.app, name="scenario")
