"""`tianyuan replay`: decisions made again from the log, of one plan or of all; for regulators."""

from typing import Annotated, Any, Final
from urllib.parse import quote

import typer
from rich.markup import escape
from rich.progress import Progress

from cli import show
from cli.client import Platform
from cli.context import context

NOT_THE_SAME: Final = 5
UNDECIDED: Final = "submitted"

app = typer.Typer(
    no_args_is_help=True, help="Make decisions again from the log, and say whether they come out the same."
)


@app.command()
def decision(ctx: typer.Context, plan_id: Annotated[str, typer.Argument(metavar="PLAN_ID")]) -> None:
    """Make every decision on one plan again."""
    command = context(ctx)
    found = _again(command.platform, plan_id)
    command.show(found, lambda: show.replay(found, command.language))
    _end(same=found["same"])


@app.command()
def plans(
    ctx: typer.Context,
    from_: Annotated[str | None, typer.Option("--from", help="Instant with offset.")] = None,
    to: Annotated[str | None, typer.Option(help="Instant with offset.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000)] = 10_000,
) -> None:
    """Make every decision on all plans again, or on those of a time: name what differs, and count."""
    command = context(ctx)
    listed = command.platform.pages("/flight-plans", limit, from_=from_, to=to)
    plan_ids = [view["plan_id"] for view in listed if view["state"] != UNDECIDED]
    with Progress(console=show.errors, transient=True, disable=not show.errors.is_terminal) as bar:
        found = [_again(command.platform, plan_id) for plan_id in bar.track(plan_ids, description="replayed")]
    differing = [one for one in found if not one["same"]]
    summary = {
        "plans": len(found),
        "decisions": sum(len(one["decisions"]) for one in found),
        "differing": [one["plan_id"] for one in differing],
    }
    command.show(summary, lambda: _print(summary, differing, command.language))
    _end(same=not differing)


def _again(platform: Platform, plan_id: str) -> Any:
    return platform.get(f"/airspace/replays/{quote(plan_id, safe='')}")


def _print(summary: Any, differing: list[Any], language: str) -> None:
    for one in differing:
        show.out.print(escape(one["plan_id"]))
        show.replay(one, language)
    count = len(summary["differing"])
    verdict = f"[red]{count:,} plans differ[/]" if count else "[green]all the same[/]"
    show.out.print(f"{summary['plans']:,} plans, {summary['decisions']:,} decisions: {verdict}")


def _end(*, same: bool) -> None:
    if not same:
        raise typer.Exit(NOT_THE_SAME)
