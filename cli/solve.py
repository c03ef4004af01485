"""Sites: solve a location problem from a file, on this machine."""

import math
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.progress import Progress, SpinnerColumn, TextColumn

from cli import files, show
from cli.client import BAD_INPUT, CommandFailed
from cli.context import context
from services.sites.siting.models import Model
from shared.errors import TianyuanError

LARGEST = 2**30  # bytes: a cost matrix is long


def solve_file(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="JSON; - is standard input.")],
    model: Annotated[Model, typer.Option(help="Cover the most, all with the fewest, or serve cheapest.")],
    time_limit: Annotated[
        float, typer.Option(min=0.1, max=86_400, help="Seconds, from when the command was called.")
    ] = 30.0,
    coverage: Annotated[
        float | None, typer.Option(min=0, max=100, help="Percent of the weight that lscp must cover; 100 if not said.")
    ] = None,
    gap: Annotated[
        float | None,
        typer.Option(
            min=0, max=1, help="Share of the objective at which it stops early; 0, or 0.002 on large instances."
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the answer for programs.")] = False,
) -> None:
    """Find the best sites: `mclp`, `lscp` or `p_median`, with a bound that proves how good the answer is.

    FILE has `weights` (n), `demand` (n x 2) and `candidates` (m x 2; absent: the demand points) or `cost` (n x m),
    and `service_radius`, `p` (counts the fixed ones), `fixed` (indices), `capacity` (m). Needs no server.
    """
    command = context(ctx)
    as_json = json or command.json
    try:
        answer = _solve(file, model, time_limit, coverage, gap, quiet=as_json, started=command.started)
    except TianyuanError as error:
        where = f"{error.field}: " if error.field else ""
        raise CommandFailed(f"{file}: {where}{error.detail}", exit_code=BAD_INPUT) from error
    if as_json:
        sys.stdout.write(orjson.dumps(answer).decode() + "\n")
    else:
        _show(model, answer)
    _leave()


def _solve(
    file: Path,
    model: Model,
    time_limit: float,
    coverage: float | None,
    gap: float | None,
    *,
    quiet: bool,
    started: float,
) -> Any:
    # numpy, scipy and HiGHS take a second to load, which no other command should wait for
    from services.sites.siting.budget import Budget, Stage, usual_gap
    from services.sites.siting.reading import ignored, read_instance, write_answer
    from services.sites.siting.solving import solve

    document = _document(file)
    if unknown := ignored(document):
        show.errors.print(f"ignored: {', '.join(unknown)}", style="yellow", markup=False)
    if coverage is not None:
        document["coverage_percent"] = coverage
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), console=show.errors, transient=True, disable=quiet
    ) as shown:
        task = shown.add_task("reading")

        def report(stage: Stage) -> None:
            values = [f"{value:,.6g}" for value in (stage.objective, stage.bound) if value is not None]
            shown.update(task, description=f"{stage.doing}  {' / '.join(values)}")

        instance = read_instance(document)
        enough = usual_gap(instance.n, instance.m) if gap is None else gap
        budget = Budget(time_limit, gap=enough, report=report, started=started)
        return write_answer(solve(model, instance, budget))


def _document(file: Path) -> dict[str, Any]:
    content = files.read_bytes(file, largest=LARGEST)
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError:
        document = files.parse_object(file, content)  # says where, and what NaN is
    if not isinstance(document, dict):
        raise CommandFailed(f"{file}: not a JSON object", exit_code=BAD_INPUT)
    return document


def _show(model: Model, answer: dict[str, Any]) -> None:
    gap = "unknown" if answer["gap"] is None or math.isnan(answer["gap"]) else f"{answer['gap']:.4%}"
    show.out.print(f"{model}: objective {answer['objective']:,.10g}, bound {answer['bound']:,.10g}, gap {gap}")
    show.out.print(f"{len(answer['sites'])} sites in {answer['seconds']:.1f} s:")
    show.out.print(" ".join(str(site) for site in answer["sites"]))


def _leave() -> None:
    """HiGHS may still be in a step that hears no call to stop: the answer is out, so do not wait for it."""
    from services.sites.siting.highs import any_left

    if any_left():
        sys.stdout.flush()
        os._exit(0)
