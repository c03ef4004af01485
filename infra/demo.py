"""`make demo` once its servers run: start the platform, load Wuhan and its demo day, print what came of it, stay up.

Reads DATABASE_URL, BUS_URL, ORIGIN_PORT (and AIRSPACE_PORT, FLIGHTPLAN_PORT, SITES_PORT), BUS and ONCE; see demo.sh.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.table import Table

from city.wuhan.demo.load import CONFLICT_SHARE_LIMIT, LoadFailed, Platform, Report, load, report
from city.wuhan.demo.world import DemoCity, demo_city, tomorrow
from shared.city import CityProfile, load_city

LOGS: Final = Path(".run/logs")
out = Console()


def main() -> int:
    """Run the demo. Exit 1 where the platform does not start, refuses the demo, or finds too many conflicts."""
    city = load_city(os.environ.get("CITY_DIR", "city/wuhan"))
    origin = f"http://127.0.0.1:{os.environ['ORIGIN_PORT']}"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with platform() as processes:
            demo = demo_city(city, tomorrow(city, datetime.now(UTC)))  # while they start
            _wait_ready(processes)
            return _run(Platform(origin), city, demo, processes)
    except LoadFailed as failure:
        out.print(f"[red]the demo does not load:[/red] {failure}", highlight=False)
        return 1
    except Ended as end:
        out.print(f"[red]the demo is over:[/red] {end}", highlight=False)
        return 1
    except KeyboardInterrupt:
        return 0


def _run(at: Platform, city: CityProfile, demo: DemoCity, processes: list["Process"]) -> int:
    with _bars() as bars:
        tasks = {"city": bars.add_task("Wuhan's zones, sites and routes", total=4)}

        def show(what: str, done: int, of: int) -> None:
            if what == "plans":
                task = tasks.get("plans") or bars.add_task(f"flight plans of {demo.day} (demo)", total=of)
                tasks["plans"] = task
            else:
                task = tasks["city"]
            bars.update(task, completed=done, total=of)

        load(at, city, demo, show)
    came = report(at, demo)
    _print(came, demo.day.isoformat())
    if came.conflict_share > CONFLICT_SHARE_LIMIT:
        limit = f"at most {CONFLICT_SHARE_LIMIT:.0%} are plausible"
        out.print(f"[red]{came.conflict_share:.1%} of the plans conflict; {limit}[/red]")
        return 1
    if os.environ.get("ONCE"):
        return 0
    out.print(
        f"\n[bold]console[/bold]   {at.url}/\n[bold]API docs[/bold]  {at.url}/docs\n\nCtrl-C ends the demo.",
        highlight=False,
    )
    return _stay(processes)


class Ended(Exception):
    """A process of the platform has ended by itself."""


class Process:
    """One process of the platform."""

    def __init__(self, services: list[str], port: str) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.log = LOGS / f"{'-'.join(services) or 'platform'}.log"
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._begins = log.tell()
            self.popen = subprocess.Popen(
                [sys.executable, "-m", "services", *services, "--host", "127.0.0.1", "--port", port],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def ready(self, client: httpx.Client) -> bool:
        """Whether it says that it can serve. Raises LoadFailed where it has ended."""
        if self.popen.poll() is not None:
            said = self.log.read_bytes()[self._begins :].decode(errors="replace").splitlines()[-5:]
            raise LoadFailed(f"{self.log} ends with:\n" + "\n".join(said))
        with contextlib.suppress(httpx.HTTPError):
            return client.get(f"{self.url}/readyz").status_code == 200
        return False


@contextlib.contextmanager
def platform() -> Iterator[list[Process]]:
    """The platform as one process, or as three on Kafka; ended at the end."""
    if os.environ["BUS"] == "kafka":
        ports = {name: os.environ[f"{name.upper()}_PORT"] for name in ("airspace", "flightplan", "sites")}
        processes = [Process([name], port) for name, port in ports.items()]
    else:
        processes = [Process([], os.environ["ORIGIN_PORT"])]
    try:
        yield processes
    finally:
        for process in processes:
            process.popen.terminate()
        for process in processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.popen.wait(timeout=15)
            process.popen.kill()


def _wait_ready(processes: list[Process], timeout_s: float = 60) -> None:
    deadline = time.monotonic() + timeout_s
    with httpx.Client(timeout=2) as client:  # one: to make each costs what the platform needs to start
        while not all(process.ready(client) for process in processes):
            if time.monotonic() > deadline:
                raise LoadFailed(f"the platform is not ready after {timeout_s:.0f} s; see {LOGS}")
            time.sleep(0.1)


def _stay(processes: list[Process]) -> int:
    while True:
        for process in processes:
            if process.popen.poll() is not None:
                raise Ended(f"a process of the platform has ended; see {process.log}")
        time.sleep(1)


def _bars() -> Bar:
    return Bar(
        TextColumn("{task.description:<38}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=out
    )


def _print(came: Report, day: str) -> None:
    plans = Table(title=f"Flight plans of {day} · 演示数据 demo data", title_justify="left")
    plans.add_column("outcome 结果")
    plans.add_column("plans", justify="right")
    for state, word in STATES.items():
        plans.add_row(word, str(came.states[state]))
        if state == "refused":
            for code, number in came.refusals.most_common():
                plans.add_row(f"  · {REASONS.get(code, code)}", str(number), style="dim")
    out.print(plans)
    out.print(f"refused for a conflict with another plan: {came.conflict_share:.1%}", highlight=False)
    out.print(_board(came))


STATES: Final = {
    "approved": "approved 预审通过",
    "refused": "refused 预审不通过",
    "awaiting": "awaiting a ruling 待裁定",
    "not_required": "no approval required 无需审批",
    "submitted": "not yet decided 待评估",
}


REASONS: Final = {
    "zone_prohibited": "prohibited zone 禁飞区",
    "site_full": "no pad free at the site 场地无空位",
    "site_closed": "site closed 场地关闭",
    "site_closed_for_weather": "site closed for weather 场地因天气关闭",
    "plan_conflict": "conflict with another plan 与其他计划冲突",
}


def _board(came: Report) -> Table:
    table = Table(title="Progress toward 1000 / 10 / 1000 · 演示数据 demo data", title_justify="left")
    table.add_column("district 区", no_wrap=True)
    for column in ("laid out\n布局", "in use\n投用", "commercial\n商业航线", "governance\n治理航线"):
        table.add_column(column, justify="right")
    for district in came.progress["districts"]:
        if any(district["tally"].values()):
            name = district["name"]
            table.add_row(f"{name['zh']} {name['en']}", *map(str, _tally(district["tally"])))
    total, limits = _tally(came.progress["total"]), (1000, 1000, 10, 1000)
    table.add_section()
    table.add_row(
        "武汉市 Wuhan", *(f"{number}/{limit}" for number, limit in zip(total, limits, strict=True)), style="bold"
    )
    return table


def _tally(tally: dict[str, int]) -> tuple[int, int, int, int]:
    return tally["sites_laid_out"], tally["sites_in_use"], tally["commercial_routes"], tally["governance_routes"]


if __name__ == "__main__":
    sys.exit(main())
