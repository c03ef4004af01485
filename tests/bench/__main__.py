"""`make bench`: python -m tests.bench [--quick] [--only kafka|http|postgis ...]; writes build/bench.json and the table.

The first run fills the databases that the others clone (some minutes); they serve for two days.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Final

from shared.city import load_city
from tests.bench import baseline, measure, report
from tests.bench.servers import FOLDER, started
from tests.bench.standing import Databases, Size, fill
from tests.bench.world import lines

FULL: Final = Size(zones=5_000, filings=132_000, fresh=24_000)
QUICK: Final = Size(zones=500, filings=6_000, fresh=6_000)
PARTS: Final = ("kafka", "http", "postgis")


def main() -> int:
    """Measure and write."""
    wanted = _arguments()
    size, only = (QUICK if wanted.quick else FULL), wanted.only or PARTS
    FOLDER.mkdir(parents=True, exist_ok=True)
    before = os.getloadavg()[0]
    with started("postgis") as url, ExitStack() as servers:
        bench = Bench(Databases(url, load_city("city/wuhan")), size, seconds=5 if wanted.quick else 12)
        runs: dict[str, measure.Run] = {}
        if "http" in only:
            runs |= bench.http()
        if "kafka" in only:
            kafka_url = servers.enter_context(started("kafka"))
            runs |= bench.kafka(kafka_url)
        checks = bench.postgis() if "postgis" in only else None
        standing = bench.standing()
    command = "make bench" + (" QUICK=1" if wanted.quick else "")
    measured = report.Measured(runs, checks, standing, command, (before, os.getloadavg()[0]))
    report.write(measured)
    for figure in report.figures(measured):
        print(f"{figure.name:28} {figure.value:10,g} {figure.unit}")
    return 0


class Bench:
    """The measurements of one size."""

    def __init__(self, databases: Databases, size: Size, *, seconds: float) -> None:
        self._databases, self._size, self._seconds = databases, size, seconds
        self._plans = FOLDER / f"{databases.template(size.name)}.jsonl"
        self._empty = databases.template("empty")
        self._full = databases.template(f"full_{size.name}")
        self._raw = databases.template(f"raw_{size.name}")
        self._prepare()

    def http(self) -> dict[str, measure.Run]:
        """Over HTTP, one process."""
        with self._databases.clone(self._full) as url:
            say("measuring plans by HTTP")
            runs = measure.by_http(url, self._fresh(), seconds=self._seconds)
        return {f"http.{name}": run for name, run in runs.items()}

    def kafka(self, kafka_url: str) -> dict[str, measure.Run]:
        """From Kafka, three processes, on a full and on an empty database."""
        runs = {}
        for name, template in (("full", self._full), ("empty", self._empty)):
            with self._databases.clone(template) as url:
                say(f"measuring plans from Kafka, {name}")
                warm_up, count = self._size.fresh // 12, self._size.fresh * 10 // 12
                runs[f"kafka.{name}"] = measure.from_kafka(url, kafka_url, self._fresh(), warm_up=warm_up, count=count)
        return runs

    def postgis(self) -> float:
        """The baseline."""
        self._fill(self._raw, lambda url: baseline.fill(url, self._databases.url(self._full)))
        say("measuring the baseline in plain PostGIS")
        return baseline.checks_per_s(self._databases.url(self._raw), self._databases.city, self._plans, self._seconds)

    def standing(self) -> str:
        """What stands in the full database, in words."""
        return measure.standing(self._databases.url(self._full))

    def _fresh(self) -> measure.Plans:
        return measure.Plans(self._plans, self._size.fresh)

    def _prepare(self) -> None:
        """Fill what no former run has left."""
        templates = (self._empty, self._full)
        if self._plans.exists() and all(map(self._databases.has, templates)):
            return
        say("drawing the city's zones and flights")
        world = self._databases.world(self._size)
        self._fill(self._empty, lambda url: fill(url, self._databases.city, world.without_airspace()))
        self._fill(self._full, lambda url: fill(url, self._databases.city, world))
        for old in FOLDER.glob("*.jsonl"):
            old.unlink()
        self._plans.write_bytes(b"\n".join(lines(world.fresh)) + b"\n")

    def _fill(self, template: str, how: Callable[[str], None]) -> None:
        if self._databases.has(template):
            return
        say(f"filling {template}, once")
        with self._databases.draft(template) as url:
            how(url)


_BEGAN: Final = time.monotonic()


def say(what: str) -> None:
    """A line of progress."""
    print(f"{time.monotonic() - _BEGAN:5.0f} s  {what}", flush=True)


def _arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure decisions a second.")
    parser.add_argument("--quick", action="store_true", help="a small world: to try it, not to quote it")
    parser.add_argument("--only", action="append", choices=PARTS)
    return parser.parse_args(given)


if __name__ == "__main__":
    sys.exit(main())
