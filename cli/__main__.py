"""The `tianyuan` command: its global options, and the commands by subject."""

from enum import StrEnum
from time import perf_counter
from typing import Annotated, Any

import typer
from rich.markup import escape
from typer.core import TyperGroup

from cli import demand, plans, replays, reports, show, sites, watching, zones
from cli.client import CommandFailed, Platform
from cli.context import Context, context, process_started

HELP = """File, check and follow flight plans, publish airspace, register sites: the Tianyuan platform from a terminal.

Exit codes: 0 done (and, of a plan: it may fly) · 1 the platform said no · 2 the command or its file is wrong ·
3 the plan is refused · 4 the plan awaits a ruling or its decision · 5 a decision does not come out the same.
"""


class Commands(TyperGroup):
    """The commands; one that fails says why on standard error and ends with its exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Run one."""
        try:
            return super().invoke(ctx)
        except CommandFailed as failure:
            show.failure(failure)
            raise typer.Exit(failure.exit_code) from failure


app = typer.Typer(cls=Commands, help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(zones.app, name="zones")
app.add_typer(sites.app, name="sites")
app.add_typer(demand.app, name="demand")
app.add_typer(reports.app, name="report")
app.add_typer(replays.app, name="replay")
for command in (
    plans.check,
    plans.file,
    plans.plans,
    plans.move,
    plans.activate,
    plans.end,
    plans.withdraw,
    plans.rule,
    watching.watch,
):
    app.command()(command)


class Language(StrEnum):
    """The languages decisions are said in."""

    ZH = "zh"
    EN = "en"


class Role(StrEnum):
    """Whom a demonstration token may be for."""

    OPERATOR = "operator"
    REGULATOR = "regulator"
    PLANNER = "planner"
    SERVICE = "service"


@app.callback()
def options(
    ctx: typer.Context,
    url: Annotated[str, typer.Option(envvar="TIANYUAN_URL", help="Where the platform is.")] = "http://127.0.0.1:8000",
    token: Annotated[str | None, typer.Option(envvar="TIANYUAN_TOKEN", help="Who you are: a bearer token.")] = None,
    language: Annotated[Language, typer.Option(envvar="TIANYUAN_LANGUAGE", help="Of decisions.")] = Language.ZH,
    json: Annotated[bool, typer.Option("--json", help="Print what the platform answered, for programs.")] = False,
) -> None:
    """Keep the global options for the command."""
    platform = Platform(url, token)
    ctx.call_on_close(platform.close)
    called = ctx.obj if isinstance(ctx.obj, float) else perf_counter()  # a test calls without `main`
    ctx.obj = Context(platform, language, json, called)


@app.command()
def token(
    ctx: typer.Context,
    role: Annotated[Role, typer.Argument(help="What to be allowed.")],
    org: Annotated[str, typer.Argument(metavar="ORG", help="The organisation, by any name.")],
    sub: Annotated[str | None, typer.Option(help="The person, if it matters.")] = None,
) -> None:
    """Print a token for a role of an organisation; demo and test platforms only.

    export TIANYUAN_TOKEN=$(tianyuan token operator 东湖飞行)
    """
    wanted = {"role": role, "org": org} | ({"sub": sub} if sub else {})
    issued = context(ctx).platform.post("/token", wanted)
    typer.echo(issued["access_token"])


@app.command()
def progress(ctx: typer.Context) -> None:
    """Show the board: sites and routes against the city's targets, by district."""
    command = context(ctx)
    view = command.platform.get("/progress")
    command.show(view, lambda: show.progress(view, command.language))


@app.command()
def coverage(
    ctx: typer.Context,
    radius_m: Annotated[float | None, typer.Option(help="Of every site, instead of its own.")] = None,
    minutes: Annotated[float | None, typer.Option(help="On scene so soon, instead of a radius.")] = None,
    k: Annotated[int, typer.Option("--k", min=1, max=3, help="Served by at least so many sites.")] = 1,
    layer: Annotated[str | None, typer.Option(help="Of demand; the census people if not said.")] = None,
    kind: Annotated[str | None, typer.Option(help="Sites of this kind only.")] = None,
    function: Annotated[str | None, typer.Option(help="Sites with this function only.")] = None,
) -> None:
    """Show the share of the population within reach of a site in use, by district."""
    command = context(ctx)
    asked = {"radius_m": radius_m, "minutes": minutes, "k": k, "layer": layer, "kind": kind, "function": function}
    view = command.platform.get("/coverage", **asked)
    rows = [feature["properties"] for feature in view["features"]] + [view["properties"]]
    named = ((row["name"][command.language], row) for row in rows)
    cells = (
        [escape(name), f"{row['population']:,}", f"{row['served']:,}", f"{row['share']:.1%}"] for name, row in named
    )
    command.show(view, lambda: show.table(cells, "district", "people", "within reach", "share"))


def main() -> None:
    """Run the command and end with its exit code."""
    app(obj=process_started())


if __name__ == "__main__":
    main()
