"""Sites: list, move on, import, export."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer
from rich.markup import escape

from cli import files, scenarios, show, solve
from cli.client import BAD_INPUT, FAILED, CommandFailed
from cli.context import context

app = typer.Typer(help="Sites: where aircraft take off and land.", no_args_is_help=True)


class Format(StrEnum):
    """What a file that can be imported is."""

    CSV = "csv"
    XLSX = "xlsx"
    GEOJSON = "geojson"


class ExportFormat(StrEnum):
    """What an export is: a file that can be imported, or the records that UOM takes."""

    CSV = "csv"
    XLSX = "xlsx"
    GEOJSON = "geojson"
    UOM = "uom"
    UOM_XLSX = "uom-xlsx"


class Move(StrEnum):
    """What may be done to a site."""

    ASSESS = "assess"
    APPROVE = "approve"
    CONSTRUCT = "construct"
    COMMISSION = "commission"
    SUSPEND = "suspend"
    RESUME = "resume"
    RETIRE = "retire"


class Crs(StrEnum):
    """What the positions of a file refer to."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    CGCS2000 = "cgcs2000"


class Closing(StrEnum):
    """Why nobody takes off from a site or lands there."""

    OUT_OF_USE = "out_of_use"  # suspended or retired
    CLOSED = "closed"
    WEATHER_CLOSED = "weather_closed"


SiteId = Annotated[str, typer.Argument(metavar="SITE", help="Its id.")]
Output = Annotated[Path | None, typer.Option(help="A file instead of standard output.")]


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


@app.command("move")
def move_site(
    ctx: typer.Context,
    site: SiteId,
    move: Annotated[Move, typer.Argument(help="What is done to it.")],
    reason: Annotated[str, typer.Option(help="Why; it stands in the event.")] = "",
    since: Annotated[str | None, typer.Option(help="Since when: 2026-11-01T08:00:00+08:00; else now.")] = None,
) -> None:
    """Move a site on in its life."""
    command = context(ctx)
    asked = {"reason": reason, "effective_at": since}
    view = command.platform.post(f"/sites/{quote(site, safe='')}/{move.value}", asked)
    command.show(view, lambda: show.out.print(f"{escape(view['site_id'])} is {view['state']}"))


@app.command()
def impact(
    ctx: typer.Context,
    site: SiteId,
    kind: Annotated[Closing, typer.Option(help="What is thought of.")] = Closing.OUT_OF_USE,
    starts_at: Annotated[str | None, typer.Option(help="Instant with offset; else now.")] = None,
    ends_at: Annotated[str | None, typer.Option(help="Instant with offset; else until further notice.")] = None,
    reason: Annotated[str, typer.Option(help="As it would stand in the answers.")] = "",
) -> None:
    """Show which plans and routes the closing of a site would touch were it said now; nothing is."""
    command = context(ctx)
    draft = {"kind": kind.value, "starts_at": starts_at, "ends_at": ends_at, "reason": reason}
    view = command.platform.post(f"/airspace/sites/{quote(site, safe='')}/impact", draft)
    command.show(view, lambda: show.touched_at_site(view, command.language))


@app.command()
def hits(ctx: typer.Context, site: SiteId) -> None:
    """List what the closings of a site touched, and what was answered then."""
    command = context(ctx)
    view = command.platform.get(f"/airspace/sites/{quote(site, safe='')}/hits")
    command.show(view, lambda: show.touched_at_site(view, command.language))


@app.command("import")
def import_sites(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, XLSX or GeoJSON, by its ending.")],
    crs: Annotated[Crs, typer.Option(help="What its positions refer to; they are converted to WGS-84.")] = Crs.WGS84,
) -> None:
    """Import sites; rows that are wrong are named with their place."""
    command = context(ctx)
    media_type = files.media_type_of(file)
    try:
        report = command.platform.upload("/sites/import", files.read_bytes(file), media_type, crs=crs.value)
    except CommandFailed as failure:
        raise files.naming(file, failure) from failure
    command.show(report, lambda: _imported(report))
    if report["errors"]:
        raise typer.Exit(FAILED)


def _imported(report: dict[str, Any]) -> None:
    if report["conversion"]:
        show.out.print(report["conversion"]["en"])
    show.import_report(report, "row", ["created", "updated", "unchanged"])


@app.command("export")
def export_sites(
    ctx: typer.Context,
    format_: Annotated[ExportFormat, typer.Option("--format")] = ExportFormat.CSV,
    output: Output = None,
) -> None:
    """Export all sites."""
    _put(context(ctx).platform.download("/sites/export", format=format_.value), output, format_.value)


@app.command("template")
def template(
    ctx: typer.Context, format_: Annotated[Format, typer.Option("--format")] = Format.XLSX, output: Output = None
) -> None:
    """A file of sites to start from, with what each column takes."""
    _put(context(ctx).platform.download("/sites/template", format=format_.value), output, format_.value)


def _put(content: bytes, output: Path | None, format_: str) -> None:
    if output is None:
        if "xlsx" in format_ and sys.stdout.isatty():
            raise CommandFailed(f"{format_} is nothing for a terminal: name a file with --output", exit_code=BAD_INPUT)
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        raise CommandFailed(f"{output}: {(error.strerror or str(error)).lower()}", exit_code=BAD_INPUT) from error


app.command("solve")(solve.solve_file)
app.add_typer(scenarios.app, name="scenario")
