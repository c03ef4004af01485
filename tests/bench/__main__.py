"""`make bench`: python -m tests.bench [--quick] [--only PART ...]; writes build/bench.json and the table.

The first run fills the databases that the others clone (some minutes); they serve for two days. Both files are written
after each part, so that a part that fails takes nothing of the others with it; the exit is then 1.
"""

import argparse
import os
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Final

from shared.city import load_city
from tests.bench import baseline, crowding, measure, planning, report, touching
from tests.bench.progress import say
from tests.bench.servers import FOLDER, started
from tests.bench.standing import Databases, Size, fill
from tests.bench.world import lines

FULL: Final = Size(zones=5_000, filings=132_000, fresh=32_000)
QUICK: Final = Size(zones=500, filings=6_000, fresh=6_000)
PARTS: Final = ("http", "kafka", "crowded", "zones", "postgis", "planning")


def main() -> int:
    """Measure and write."""
    wanted = _arguments()
    size, only = (QUICK if wanted.quick else FULL), wanted.only or PARTS
    FOLDER.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that a run that is cut off stops its servers too
    measured = report.Measured(command="make bench" + (" QUICK=1" if wanted.quick else ""), load=os.getloadavg()[0])
    failed = []
    with started("postgis") as url:
        bench = Bench(Databases(url, load_city("city/wuhan")), size, measured)
        for part in (part for part in PARTS if part in only):
            try:
                getattr(bench, part)()
            except Exception:  # noqa: BLE001 - whatever it is, the other parts are still worth measuring
                failed.append(part)
                traceback.print_exc()
            report.write(measured)
    for figure in report.figures(measured):
        print(f"{figure.name:28} {figure.value:10,g} {figure.unit}")
    say(f"failed: {', '.join(failed)}" if failed else "done")
    return 1 if failed else 0


class Bench:
    """The measurements of one size."""

    def __init__(self, databases: Databases, size: Size, measured: report.Measured) -> None:
        self._databases, self._size, self._measured = databases, size, measured
        self._plans = FOLDER / f"{databases.template(size.name)}.jsonl"
        self._empty = databases.template("empty")
        self._full = databases.template(f"full_{size.name}")
        self._raw = databases.template(f"raw_{size.name}")
        self._prepare()
        measured.standing = measure.standing(databases.url(self._full))
        say(f"standing: {measured.standing}")

    def http(self) -> None:
        """Over HTTP, one process, on a full and on an empty database."""
        for name, template in (("full", self._full), ("empty", self._empty)):
            with self._databases.clone(template) as url:
                say(f"measuring plans by HTTP, {name}")
                runs = measure.by_http(url, self._fresh(), long=self._size is FULL, paced=name == "full")
            self._measured.runs.update({f"http.{run}.{name}": came for run, came in runs.items()})

    def kafka(self) -> None:
        """From Kafka, three processes, on a full and on an empty database."""
        with started("kafka") as kafka_url:
            for name, template in (("full", self._full), ("empty", self._empty)):
                with self._databases.clone(template) as url:
                    self._by_kafka(name, url, kafka_url)

    def crowded(self) -> None:
        """The same with volumes that stand for a year, and with a month gone by, beside the full one."""
        city = self._databases.city
        with started("kafka") as kafka_url:
            if "kafka.full" not in self._measured.runs:
                with self._databases.clone(self._full) as url:
                    self._by_kafka("full", url, kafka_url)
            for name, add in (
                ("full_with_corridors", lambda url: crowding.add_corridors(url, city)),
                ("full_with_past", crowding.add_past),
            ):
                with self._databases.clone(self._full) as url:
                    say(f"added {add(url)}")
                    self._by_kafka(name, url, kafka_url)

    def _by_kafka(self, name: str, url: str, kafka_url: str) -> None:
        say(f"measuring plans from Kafka, {name}")
        warm_up, count = self._size.fresh // 12, self._size.fresh * 8 // 12
        self._measured.runs[f"kafka.{name}"] = measure.from_kafka(
            url, kafka_url, self._fresh(), warm_up=warm_up, count=count
        )

    def zones(self) -> None:
        """A zone that touches many plans, and the nearest legal plans."""
        with self._databases.clone(self._full) as url:
            say("measuring alternatives")
            self._measured.alternatives_ms = touching.alternatives_ms(url, self._plans)
            say("measuring the hits of a zone")
            self._measured.hits = touching.hits(url, self._databases.city)

    def postgis(self) -> None:
        """The baseline."""
        self._fill(self._raw, lambda url: baseline.fill(url, self._databases.url(self._full)))
        say("measuring the baseline in plain PostGIS")
        url, city = self._databases.url(self._raw), self._databases.city
        self._measured.checks_per_s = baseline.checks_per_s(url, city, self._plans, seconds=10)

    def planning(self) -> None:
        """What-if, and the best next sites."""
        with self._databases.clone(self._empty) as url:
            say("measuring what-if")
            self._measured.what_if_ms = planning.what_if_ms(url, self._databases.city)
        if self._size is FULL:
            say("measuring the best sites")
            self._measured.siting = planning.siting()

    def _fresh(self) -> measure.Plans:
        return measure.Plans(self._plans, self._size.fresh)

    def _prepare(self) -> None:
        """Fill what no former run has left."""
        templates = (self._empty, self._full)
        if self._plans.exists() and all(map(self._databases.has, templates)):
            for template in templates:
                self._databases.migrate(template)
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
            say("vacuuming it")


def _arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure decisions a second.")
    parser.add_argument("--quick", action="store_true", help="a small world: to try it, not to quote it")
    parser.add_argument("--only", action="append", choices=PARTS)
    return parser.parse_args(given)


if __name__ == "__main__":
    sys.exit(main())
