"""Layers of demand that coverage and scenarios look at: list, import, forget."""

from pathlib import Path
from typing import Annotated, Final

import typer
from rich.markup import escape

from cli import files, show
from cli.client import BAD_INPUT, FAILED, CommandFailed
from cli.context import context

app = typer.Typer(help="Demand: whom the sites are for.", no_args_is_help=True)
MEDIA_TYPES: Final = {**files.MEDIA_TYPES, ".tif": "image/tiff", ".tiff": "image/tiff"}

Layer = Annotated[str, typer.Argument(help="Its name.")]


@app.command("list")
def list_layers(ctx: typer.Context) -> None:
    """List the layers."""
    command = context(ctx)
    views = command.platform.get("/demand")
    rows = ([escape(view["layer"]), view["source"], f"{view['points']:,}", f"{view['weight']:,.0f}"] for view in views)
    command.show(views, lambda: show.table(rows, "layer", "from", "points", "weight"))


@app.command("import")
def import_layer(
    ctx: typer.Context,
    layer: Layer,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV (lng, lat, weight), GeoJSON points or GeoTIFF.")],
) -> None:
    """Make a layer of a file, in place of what it had; rows that are wrong are named with their place."""
    command = context(ctx)
    media_type = MEDIA_TYPES.get(file.suffix.lower())
    if media_type is None:
        raise CommandFailed(f"{file}: ends in none of {', '.join(MEDIA_TYPES)}", exit_code=BAD_INPUT)
    try:
        report = command.platform.upload(f"/demand/{layer}", files.read_bytes(file), media_type)
    except CommandFailed as failure:
        raise files.naming(file, failure) from failure
    view = report["layer"]
    said = f"{view['points']:,} points that weigh {view['weight']:,.0f}; {report['outside_city']:,} outside the city"
    command.show(report, lambda: show.out.print("unchanged" if report["unchanged"] else said))
    for error in report["errors"]:
        show.errors.print(f"row {error['row']} {error['field']}: {error['detail']}", style="red", markup=False)
    if report["errors"]:
        raise typer.Exit(FAILED)


@app.command("forget")
def forget_layer(ctx: typer.Context, layer: Layer) -> None:
    """Forget an imported layer."""
    context(ctx).platform.delete(f"/demand/{layer}")
