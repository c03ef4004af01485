"""Scenarios of the best next sites over the city's demand: start, watch, cancel, compare, adopt."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn

from cli import files, show
from cli.client import FAILED, Platform
from cli.context import context
from services.sites.siting.models import Model

app = typer.Typer(help="Scenarios: the best next sites over the city's demand.", no_args_is_help=True)
LOOK_EVERY_S: Final = 0.5
OVER: Final = ("solved", "cancelled", "failed", "interrupted")

Scenario = Annotated[str, typer.Argument(metavar="SCENARIO", help="Its id.")]


@app.command()
def start(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="What it is to be called.")],
    model: Annotated[Model, typer.Option(help="Cover the most, enough with the fewest, or serve cheapest.")],
    new_sites: Annotated[int | None, typer.Option(help="How many; lscp finds the number.")] = None,
    radius_m: Annotated[float | None, typer.Option(help="How far a site serves.")] = None,
    minutes: Annotated[float | None, typer.Option(help="On scene so soon, instead of a radius.")] = None,
    layer: Annotated[str | None, typer.Option(help="Of demand; the census people if not said.")] = None,
    coverage: Annotated[float | None, typer.Option(help="Percent of the demand that lscp must cover.")] = None,
    time_limit: Annotated[float | None, typer.Option(help="Seconds.")] = None,
    more: Annotated[Path | None, typer.Option(help="JSON with more of what is asked; - is standard input.")] = None,
    watch: Annotated[bool, typer.Option(help="Wait and show how far it is.")] = True,
) -> None:
    """Start a scenario. Where new sites may be, quotas, capacity and costs stand in the file given with --more."""
    command = context(ctx)
    asked = ({} if more is None else files.read_object(more)) | {"name": name, "model": model.value}
    options = {
        "new_sites": new_sites,
        "service_radius_m": radius_m,
        "service_time": None if minutes is None else {"minutes": minutes},
        "layer": layer,
        "coverage_percent": coverage,
        "time_limit_s": time_limit,
    }
    view = command.platform.post("/sites/solve", asked | {key: value for key, value in options.items() if value})
    if watch:
        view = _watched(command.platform, view["scenario_id"], quiet=command.json)
    command.show(view, lambda: _show(view))
    _end(view)


@app.command("list")
def list_scenarios(ctx: typer.Context, limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50) -> None:
    """List scenarios, the latest first."""
    command = context(ctx)
    views = list(command.platform.pages("/scenarios", limit))
    rows = (
        [
            view["scenario_id"],
            escape(view["name"]),
            view["state"],
            view["model"],
            _number(view["new_sites"]),
            _number(view["newly_served"]),
            _share(view["gap"]),
        ]
        for view in views
    )
    heads = ("scenario", "name", "state", "model", "new sites", "newly served", "gap")
    command.show(views, lambda: show.table(rows, *heads))


@app.command("show")
def show_scenario(ctx: typer.Context, scenario: Scenario) -> None:
    """Show a scenario: what was asked, how far it is or what came out."""
    command = context(ctx)
    view = command.platform.get(f"/scenarios/{scenario}")
    command.show(view, lambda: _show(view))


@app.command()
def watch(ctx: typer.Context, scenario: Scenario) -> None:
    """Wait until a scenario is over and show how far it is; whoever interrupts this leaves it running."""
    command = context(ctx)
    view = _watched(command.platform, scenario, quiet=command.json)
    command.show(view, lambda: _show(view))
    _end(view)


@app.command()
def cancel(ctx: typer.Context, scenario: Scenario) -> None:
    """Stop a scenario; what it has found by then is kept."""
    command = context(ctx)
    command.platform.post(f"/scenarios/{scenario}/cancel", {})
    view = _watched(command.platform, scenario, quiet=True)
    command.show(view, lambda: _show(view))


@app.command()
def compare(
    ctx: typer.Context,
    a: Annotated[str, typer.Argument(metavar="A", help="The id of one.")],
    b: Annotated[str, typer.Argument(metavar="B", help="The id of the other.")],
) -> None:
    """Compare two scenarios: coverage by district, new sites, cost for each person newly served."""
    command = context(ctx)
    view = command.platform.get("/scenarios/compare", a=a, b=b)
    names = {each["adcode"]: each["name"][command.language] for each in command.platform.get("/city")["districts"]}
    command.show(view, lambda: _compared(view, names))


@app.command()
def adopt(ctx: typer.Context, scenario: Scenario) -> None:
    """Turn a scenario's new sites into proposed sites of the register; airspace then assesses each."""
    command = context(ctx)
    view = command.platform.post(f"/scenarios/{scenario}/propose", {})
    said = f"{len(view['site_ids'])} sites proposed, {view['created']} of them new in the register"
    command.show(view, lambda: show.out.print(said))


def _watched(platform: Platform, scenario: str, *, quiet: bool) -> dict[str, Any]:
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=show.errors, transient=True, disable=quiet) as shown:
        task = shown.add_task("waiting")
        while True:
            view: dict[str, Any] = platform.get(f"/scenarios/{scenario}")
            if view["state"] in OVER:
                return view
            shown.update(task, description=_stage(view))
            time.sleep(LOOK_EVERY_S)


def _stage(view: Mapping[str, Any]) -> str:
    stage = view["stage"]
    if stage is None:
        return str(view["state"])
    return f"{stage['seconds']:.0f} s  {stage['doing']}  {_number(stage['objective'])}, bound {_number(stage['bound'])}"


def _show(view: Mapping[str, Any]) -> None:
    show.out.print(f"[bold]{escape(view['name'])}[/]  {view['scenario_id']}  {view['state']}")
    if view["failure"]:
        show.out.print(f"  {escape(view['failure'])}")
    if view["result"] is None:
        if view["state"] not in OVER:
            show.out.print(f"  {escape(_stage(view))}")
        return
    result, price = view["result"], view["price"]
    bound = f"bound {_number(result['bound'])}, gap {_share(result['gap'])}"
    show.out.print(f"  objective {_number(result['objective'])}, {bound}, {result['seconds']:.1f} s")
    before, after, people = (
        sum(each[key] for each in result["districts"]) for key in ("before", "after", "population")
    )
    share = f"{after / people:.1%}" if people else "—"
    show.out.print(
        f"  {len(result['sites'])} new sites: {_number(before)} people served become {_number(after)} ({share})"
    )
    if price["cost_cny"] is not None:
        show.out.print(f"  cost {_number(price['cost_cny'])} CNY, {_number(price['cost_per_person_cny'])} a person")


def _compared(view: Mapping[str, Any], names: Mapping[str, str]) -> None:
    rows = [
        [
            escape(names.get(each["adcode"], each["adcode"])),
            *(_number(each[key]) for key in ("population", "before", "a", "b")),
        ]
        for each in view["districts"]
    ]
    sides = (view["a"], view["b"])
    for label, values in {
        "share": [_share(side["share"]) for side in sides],
        "new sites": [_number(side["new_sites"]) for side in sides],
        "only here": [_number(len(side["only_here"])) for side in sides],
        "cost, CNY": [_number(side["price"]["cost_cny"]) for side in sides],
        "CNY a person": [_number(side["price"]["cost_per_person_cny"]) for side in sides],
    }.items():
        rows.append([label, "", "", *values])
    show.table(rows, "district", "people", "served now", *(escape(side["name"]) for side in sides))


def _number(value: float | None) -> str:
    return "—" if value is None else f"{value:,.10g}" if value == int(value) else f"{value:,.1f}"


def _share(value: float | None) -> str:
    return "—" if value is None else f"{value:.2%}"


def _end(view: Mapping[str, Any]) -> None:
    if view["state"] in ("failed", "interrupted"):
        raise typer.Exit(FAILED)
