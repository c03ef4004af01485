"""Reports: the monthly brief, the half-year and the yearly summary, as files."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.client import BAD_INPUT, CommandFailed
from cli.context import context

app = typer.Typer(help="Reports on the build-out, for the city or one unit.", no_args_is_help=True)


class Format(StrEnum):
    """What a report may be."""

    DOCX = "docx"
    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"


Wanted = Annotated[Format, typer.Option("--format")]
Year = Annotated[int, typer.Argument(metavar="YEAR", help="Such as 2026.")]
Unit = Annotated[str | None, typer.Option(help="The responsible unit, 承办单位; the whole city where none is named.")]
Output = Annotated[Path | None, typer.Option(help="The file to write; else one named for the report, here.")]
KnownAt = Annotated[
    str | None, typer.Option(help="Instant with offset: the report as it was then, without what was recorded later.")
]


@app.command("monthly")
def monthly(
    ctx: typer.Context,
    month: Annotated[str, typer.Argument(metavar="MONTH", help="Such as 2026-11.")],
    format_: Wanted = Format.DOCX,
    unit: Unit = None,
    known_at: KnownAt = None,
    output: Output = None,
) -> None:
    """Write a month's brief."""
    name = f"tianyuan-monthly-{month}.{format_}"
    _write(ctx, output or Path(name), "monthly", month=month, unit=unit, format_=format_, known_at=known_at)


@app.command("half-year")
def half_year(
    ctx: typer.Context,
    year: Year,
    half: Annotated[int, typer.Argument(metavar="HALF", min=1, max=2, help="1 or 2.")],
    format_: Wanted = Format.DOCX,
    unit: Unit = None,
    known_at: KnownAt = None,
    output: Output = None,
) -> None:
    """Write the summary of a half-year."""
    name = f"tianyuan-half-year-{year}-H{half}.{format_}"
    asked = {"year": year, "half": half, "unit": unit, "format_": format_, "known_at": known_at}
    _write(ctx, output or Path(name), "half-year", **asked)


@app.command("yearly")
def yearly(
    ctx: typer.Context,
    year: Year,
    format_: Wanted = Format.DOCX,
    unit: Unit = None,
    known_at: KnownAt = None,
    output: Output = None,
) -> None:
    """Write the summary of a year."""
    name = f"tianyuan-yearly-{year}.{format_}"
    _write(ctx, output or Path(name), "yearly", year=year, unit=unit, format_=format_, known_at=known_at)


def _write(ctx: typer.Context, file: Path, kind: str, **asked: Any) -> None:
    command = context(ctx)
    content = command.platform.download(f"/reports/{kind}", **asked)
    try:
        file.write_bytes(content)
    except OSError as error:
        raise CommandFailed(f"{file}: {(error.strerror or str(error)).lower()}", exit_code=BAD_INPUT) from error
    command.show({"file": str(file), "bytes": len(content)}, lambda: typer.echo(file))
