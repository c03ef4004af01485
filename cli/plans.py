"""Flight plans: may I fly, file, follow, move, take off, land, withdraw, rule."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import quote

import typer
from rich.markup import escape

from cli import files, show
from cli.client import CommandFailed
from cli.context import Context, context

MAY_NOT: Final = {"refused": 3, "awaiting": 4, "submitted": 4}

WAY: Final = ("path", "area", "arrival", "speed_mps")

IntentFile = Annotated[Path, typer.Argument(metavar="FILE", help="A flight intent as JSON; - is standard input.")]
DepartsAt = Annotated[str | None, typer.Option(help="Instant with offset, instead of the file's.")]
DepartsTo = Annotated[str | None, typer.Argument(metavar="DEPARTS_AT", help="Instant with offset.")]
Way = Annotated[Path | None, typer.Option(help="An intent as JSON; its path or area, arrival and speed are asked for.")]
PlanId = Annotated[str, typer.Argument(metavar="PLAN_ID", help="As `tianyuan plans` lists it.")]
Wait = Annotated[float, typer.Option(min=0, max=60, help="Seconds to wait for the decision.")]


class Decision(StrEnum):
    """What a regulator rules."""

    APPROVE = "approve"
    REFUSE = "refuse"


def check(
    ctx: typer.Context,
    file: IntentFile,
    authorization: Annotated[list[str] | None, typer.Option(help="Number of an authorization it rests on.")] = None,
    departs_at: DepartsAt = None,
) -> None:
    """Ask "may I fly here, then?": the decision and its reasons; nothing is stored."""
    command = context(ctx)
    question = {"intent": _intent(file, departs_at), "authorization_numbers": authorization or None}
    answer = _send(command, file, "/checks", question)
    command.show(answer, lambda: show.assessment(answer, command.language))
    _end(answer["outcome"])


def file(
    ctx: typer.Context,
    file: IntentFile,
    wait: Wait = 10,
    departs_at: DepartsAt = None,
    key: Annotated[str | None, typer.Option(help="Idempotency key: filing again with it files nothing twice.")] = None,
) -> None:
    """File a flight plan and wait for its decision."""
    command = context(ctx)
    headers = {"prefer": f"wait={wait:g}"} | ({"idempotency-key": key} if key else {})
    view = _send(command, file, "/flight-plans", _intent(file, departs_at), headers)
    _show_plan(command, view)
    _end(view["state"])


def plans(
    ctx: typer.Context,
    bbox: Annotated[str | None, typer.Option(help="west,south,east,north in degrees.")] = None,
    from_: Annotated[str | None, typer.Option("--from", help="Instant with offset.")] = None,
    to: Annotated[str | None, typer.Option(help="Instant with offset.")] = None,
    state: Annotated[str | None, typer.Option(help="One or several, with commas between them.")] = None,
    operator: Annotated[str | None, typer.Option(help="For regulators.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
) -> None:
    """List flight plans: an operator's own, a regulator's all."""
    command = context(ctx)
    wanted = {"bbox": bbox, "from": from_, "to": to, "state": state, "operator": operator}
    views = list(command.platform.pages("/flight-plans", limit, **wanted))
    rows = (_row(view) for view in views)
    command.show(views, lambda: show.table(rows, "plan", "operator", "departs", "purpose", "state"))


def move(ctx: typer.Context, plan_id: PlanId, departs_at: DepartsTo = None, way: Way = None) -> None:
    """Ask for another departure time, another way, or both; the plan keeps its airspace until that is decided.

    A flight in the air turns off its way ahead of where it is: what it has flown stays in the path.
    """
    command = context(ctx)
    asked = {"departs_at": departs_at} if departs_at else {}
    if way is not None:
        stated = files.read_object(way)
        asked |= {name: stated[name] for name in WAY if stated.get(name)}
    try:
        view = command.platform.post(f"{_path(plan_id)}/move", asked)
    except CommandFailed as failure:
        raise (files.naming(way, failure) if way else failure) from failure
    _show_plan(command, view)


def activate(ctx: typer.Context, plan_id: PlanId) -> None:
    """Confirm the take-off of a flight, from a minute before it was planned; without it the plan is a no-show."""
    command = context(ctx)
    _show_plan(command, command.platform.post(f"{_path(plan_id)}/activate", {}))


def end(ctx: typer.Context, plan_id: PlanId) -> None:
    """Report the end of a flight; what is left of its airspace is free."""
    command = context(ctx)
    _show_plan(command, command.platform.post(f"{_path(plan_id)}/end", {}))


def withdraw(
    ctx: typer.Context, plan_id: PlanId, reason: Annotated[str, typer.Option(help="Kept with the plan.")] = ""
) -> None:
    """Give a plan up; its airspace is free at once."""
    command = context(ctx)
    _show_plan(command, command.platform.post(f"{_path(plan_id)}/withdraw", {"reason": reason}))


def rule(
    ctx: typer.Context,
    plan_id: PlanId,
    decision: Annotated[Decision, typer.Argument(metavar="DECISION", help="approve or refuse.")],
    reason: Annotated[str, typer.Option(prompt=True, help="Kept with the plan, and shown to its operator.")],
) -> None:
    """Rule a plan that awaits it; for regulators."""
    command = context(ctx)
    _show_plan(command, command.platform.post(f"{_path(plan_id)}/ruling", {"decision": decision, "reason": reason}))


def _intent(file: Path, departs_at: str | None) -> dict[str, Any]:
    return files.read_object(file) | ({"departs_at": departs_at} if departs_at else {})


def _send(command: Context, file: Path, path: str, body: Any, headers: dict[str, str] | None = None) -> Any:
    try:
        return command.platform.post(path, body, headers=headers)
    except CommandFailed as failure:
        raise files.naming(file, failure) from failure


def _show_plan(command: Context, view: Any) -> None:
    command.show(view, lambda: show.plan(view, command.language))


def _row(view: Any) -> list[str]:
    intent = view["intent"]
    return [
        view["plan_id"],
        escape(view["operator"]),
        intent["departs_at"],
        intent["purpose"],
        show.state(view["state"]) + (" [dim](demo)[/]" if view["demo"] else ""),
    ]


def _path(plan_id: str) -> str:
    return f"/flight-plans/{quote(plan_id, safe='')}"


def _end(outcome: str) -> None:
    if outcome in MAY_NOT:
        raise typer.Exit(MAY_NOT[outcome])
