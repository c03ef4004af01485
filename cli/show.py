"""What the command prints: decisions with their reasons, tables, the board."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.client import CommandFailed

Item = Mapping[str, Any]

COLOURS: Final = {
    "approved": "green",
    "not_required": "green",
    "awaiting": "yellow",
    "submitted": "cyan",
    "refused": "red",
    "withdrawn": "dim",
    "lapsed": "dim",
    "activated": "green",
    "ended": "dim",
    "no_show": "dim",
}
EFFECTS: Final = {"refuses": "red", "needs_ruling": "yellow", "note": "dim"}

out = Console(highlight=False, soft_wrap=True)
if not out.is_terminal:
    out.width = 200  # for a file or a pipe nothing needs to fit a window
errors = Console(stderr=True, highlight=False, soft_wrap=True)


def as_json(value: Any) -> None:
    """For other programs."""
    out.print_json(json.dumps(value, ensure_ascii=False))


def failure(failed: CommandFailed) -> None:
    """Why a command failed, on standard error."""
    errors.print(f"[red]{escape(failed.message)}[/]")
    for line in failed.lines:
        errors.print(f"  {escape(line)}")


def state(name: str) -> str:
    """A state in its colour."""
    return f"[{COLOURS.get(name, 'default')}]{escape(name)}[/]"


def assessment(assessed: Item, language: str) -> None:
    """The outcome, then each finding with its reason."""
    out.print(f"{state(assessed['outcome'])}  {escape(assessed['message'][language])}")
    for finding in assessed["findings"]:
        colour = EFFECTS.get(finding["effect"], "default")
        out.print(f"  [{colour}]•[/] {escape(finding['message'][language])}")
    if assessed.get("findings_left_out"):
        out.print(f"  … and {assessed['findings_left_out']} more")


def replay(found: Item, language: str) -> None:
    """Each decision with whether it came out the same, and both reasons where it did not."""
    for one in found["decisions"]:
        verdict = "[green]same[/]" if one["same"] else f"[red]differs[/] in {', '.join(one['differences'])}"
        what = f"revision {one['revision']}, {escape(one['because'])}, {one['decided_at']}"
        out.print(f"{verdict}  {state(one['outcome'])}  {what}")
        for sign, name in (("-", "findings"), ("+", "findings_again")):
            for finding in one[name]:
                out.print(f"  {sign} {escape(finding['message'][language])}")


def plan(view: Item, language: str) -> None:
    """One plan with what was decided on it."""
    out.print(f"plan {view['plan_id']}  revision {view['revision']}  {state(view['state'])}")
    if view["ruling"]:
        out.print(f"  ruled by {escape(view['ruling']['ruled_by'])}: {escape(view['ruling']['reason'])}")
    if view["proposal"]:
        asked = view["proposal"]["intent"]
        another = [name for name in ("path", "area", "arrival", "speed_mps") if asked[name] != view["intent"][name]]
        way = f" by another way ({', '.join(another)})" if another else ""
        out.print(f"  a move to {escape(asked['departs_at'])}{way} is being decided")
    if view["move_refused"]:
        out.print("  the last move was refused:")
        assessment(view["move_refused"], language)
    if view["assessment"]:
        assessment(view["assessment"], language)


def table(rows: Iterable[Sequence[str]], *columns: str) -> None:
    """Rows under their headings."""
    listed = list(rows)
    made = Table(box=None, pad_edge=False, header_style="bold")
    for number, column in enumerate(columns):
        # an id that is cut cannot be copied into the next command
        width = max((len(row[0]) for row in listed), default=0) if number == 0 else None
        made.add_column(column, min_width=width, overflow="fold")
    for row in listed:
        made.add_row(*row)
    out.print(made)


def touched(view: Item, language: str) -> None:
    """What a zone or a closing touches: how many of each kind, then each with its answers and the reason."""
    counts, changed = view["counts"], view["changed"]
    if not any(counts.values()):
        out.print("nothing is touched")
    for kind, subject in (("plans", "plan"), ("routes", "route"), ("sites", "site")):
        if counts[kind]:
            of_these = f", of {changed[kind]} the outcome is another" if changed[kind] else ""
            out.print(f"{counts[kind]} {kind}{of_these}")
            table(
                (_touched(one, subject, language) for one in view[kind]), subject, "operator", "now", "then", "reason"
            )
            if view[kind] and len(view[kind]) < counts[kind]:
                out.print(f"  … and {counts[kind] - len(view[kind])} more")


def touched_at_site(view: Item, language: str) -> None:
    """The same of a site's closing, which touches no other sites."""
    touched(
        {
            **view,
            "sites": (),
            "counts": {"plans": view["count"], "routes": view["route_count"], "sites": 0},
            "changed": {"plans": view["changed"], "routes": 0, "sites": 0},
        },
        language,
    )


def _touched(one: Item, subject: str, language: str) -> list[str]:
    finding = one["finding"]
    return [
        escape(one[f"{subject}_id"]),
        escape(one["operator"]),
        state(one["state_now"]),
        state(one["outcome_then"]),
        escape(finding["message"][language]) if finding else "in the way no more",
    ]


def import_report(report: Item, place: str, counts: Sequence[str]) -> None:
    """How many were taken and, for each that was not, where it stands and why."""
    out.print(", ".join(f"{report[count]} {count}" for count in counts) + f", {len(report['errors'])} refused")
    for error in report["errors"]:
        position = f" at {error['position']}" if error.get("position") else ""
        field = f" {error['field']}" if error["field"] else ""
        errors.print(f"  {place} {error[place]}{escape(field)}{escape(position)}: {escape(error['detail'])}")


def progress(view: Item, language: str) -> None:
    """The board: each target with its counts, then the districts."""
    table(
        (_target(target, language) for target in view["targets"]), "target", "period", "now", "of", "laid out", "in use"
    )
    out.print()
    table(
        (
            [
                escape(district["name"][language]),
                str(district["tally"]["sites_laid_out"]),
                str(district["tally"]["sites_in_use"]),
                str(district["tally"]["commercial_routes"]),
                str(district["tally"]["governance_routes"]),
            ]
            for district in view["districts"]
        ),
        "district",
        "sites laid out",
        "in use",
        "commercial routes",
        "governance routes",
    )
    if view["demo_sites"] or view["demo_routes"]:
        out.print(f"\n[yellow]of these {view['demo_sites']} sites and {view['demo_routes']} routes are demo data[/]")


def _target(progress: Item, language: str) -> list[str]:
    target = progress["target"]
    return [
        escape(target["name"][language]),
        (escape(target["period"][language]) if target["period"] else "") + _past(target, language),
        _number(progress["count"]),
        _number(target["number"]),
        _number(progress["laid_out"]),
        _number(progress["in_use"]),
    ]


def _past(target: Item, language: str) -> str:
    return (" [yellow](past)[/]" if language == "en" else " [yellow]（已过期）[/]") if target["past_period"] else ""


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
