"""The measurements: plans from Kafka, plans by HTTP. Each on a database of its own, warmed up first."""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg

from tests.bench.servers import FOLDER, ROOT, Cpu, ServerFailed, own_topics, platform
from tests.bench.standing import libpq, until_decided

CLIENTS: Final = 32
OFFERED_PER_S: Final = 200.0
PACED: Final = (10_000, 10_000 / 60)  # so many plans, so many a second
QUICKLY_PACED: Final = (1_000, 10_000 / 60)
_LONGEST_S: Final = 600.0


@dataclass(frozen=True, slots=True)
class Run:
    """One measured stretch: plans decided, in what time, each one's seconds, what became of them, who computed."""

    plans: int
    took_s: float
    seconds: Sequence[float]
    outcomes: Mapping[str, int]
    cpu_s: Mapping[str, float]

    @property
    def per_s(self) -> float:
        """Plans decided a second."""
        return self.plans / self.took_s

    def percentile_ms(self, share: float) -> float:
        """So large a share of the answers came within so many milliseconds."""
        ordered = sorted(self.seconds)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    @property
    def refused(self) -> float:
        """The share that was refused."""
        return sum(count for state, count in self.outcomes.items() if state.endswith("refused")) / self.plans


class Plans:
    """The filings in a file, taken from its front."""

    def __init__(self, path: Path, count: int) -> None:
        self._path, self._left, self._taken = path, count, 0

    def take(self, count: int) -> list[str]:
        """The next ones, as the load generator's options."""
        if count > self._left - self._taken:
            raise ValueError(f"{count} filings are wanted, {self._left - self._taken} are left")
        self._taken += count
        return ["--plans", str(self._path), "--skip", str(self._taken - count), "--count", str(count)]

    @property
    def left(self) -> int:
        """How many are left."""
        return self._left - self._taken


def from_kafka(database_url: str, kafka_url: str, plans: Plans, *, warm_up: int, count: int) -> Run:
    """Three processes: from the first message sent to the inbound topic to the last plan decided."""
    bus_url = own_topics(kafka_url)
    with (
        platform(database_url, bus_url, ["airspace"], ["flightplan"], ["sites"]) as processes,
        psycopg.connect(libpq(database_url), autocommit=True) as watching,  # one: each new one costs 10 ms of processor
    ):
        standing = _count(database_url)
        _send(bus_url, plans.take(warm_up))
        until_decided(database_url, standing + warm_up)
        before, last = _by_state(database_url), _last_event(watching)
        cpu = Cpu(processes)
        sent = _send(bus_url, plans.take(count))
        _until(lambda: _last_event(watching) >= last + 2 * count)  # each is submitted, then decided
        ended_at = time.time()
        taken = cpu.taken_s()
        until_decided(database_url, standing + warm_up + count)
        outcomes = _by_state(database_url) - before
    return Run(count, ended_at - sent["began_at"], [], outcomes, {**taken, "load": sent["cpu_s"]})


def by_http(database_url: str, plans: Plans, *, long: bool, paced: bool) -> dict[str, Run]:
    """One process on the embedded bus, waiting for each decision: 32 clients, one client, and offered rates.

    `long`: as the issue has it; else just enough to try it. `paced`: with the offered rates.
    """
    seconds, warm_up = (12.0, 2_000) if long else (5.0, 300)
    with platform(database_url, "log://") as (process,):

        def run(*options: str, most: int, within_s: float = seconds) -> Run:
            cpu = Cpu([process])
            came = _load("http", process.url, [*plans.take(most), "--seconds", f"{within_s:g}", *options])
            outcomes = Counter(came["answers"])
            _expect_decided(outcomes)
            count = len(came["seconds"])
            return Run(count, came["took_s"], came["seconds"], outcomes, {**cpu.taken_s(), "load": came["cpu_s"]})

        run("--clients", str(CLIENTS), most=warm_up)
        runs = {
            "many": run("--clients", str(CLIENTS), most=6 * warm_up),
            "one": run("--clients", "1", most=warm_up),
        }
        if paced:
            offered, total, rate = int(1.25 * OFFERED_PER_S * seconds), *(PACED if long else QUICKLY_PACED)
            runs["offered"] = run("--rate", f"{OFFERED_PER_S:g}", most=offered)
            runs["paced"] = run("--rate", f"{rate:g}", most=total, within_s=_LONGEST_S)
        return runs


def _expect_decided(answers: Mapping[str, int]) -> None:
    undecided = {answer: count for answer, count in answers.items() if answer[:3] != "202" or "submitted" in answer}
    if undecided:
        raise ServerFailed(f"not every plan was decided: {undecided}")


def _send(bus_url: str, options: Sequence[str]) -> dict[str, Any]:
    return _load("kafka", bus_url, options)


def _load(way: str, url: str, options: Sequence[str]) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.load", way, "--url", url, *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ServerFailed(done.stderr[-4000:])
    came: dict[str, Any] = json.loads(done.stdout)
    return came


def _until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _LONGEST_S
    while not reached():
        if time.monotonic() > deadline:
            raise TimeoutError(f"the plans are not decided within {_LONGEST_S} s; the logs are in {FOLDER}")
        time.sleep(0.05)


def _last_event(watching: "psycopg.Connection[Any]") -> int:
    row = watching.execute("SELECT coalesce(max(position), 0) FROM flightplan.event_log").fetchone()
    assert row is not None
    return int(row[0])


def _count(database_url: str) -> int:
    return int(_one(database_url, "SELECT count(*) FROM flightplan.plan")[0])


def _by_state(database_url: str) -> Counter[str]:
    with psycopg.connect(libpq(database_url)) as connection:
        return Counter(
            dict(connection.execute("SELECT state, count(*) FROM flightplan.plan GROUP BY state").fetchall())
        )


def _one(database_url: str, question: str) -> tuple[Any, ...]:
    with psycopg.connect(libpq(database_url)) as connection:
        row = connection.execute(question).fetchone()
    assert row is not None
    return row


def standing(database_url: str) -> str:
    """Zones, plans and volumes of a database, in words."""
    zones, active, held, volumes = _one(
        database_url,
        """SELECT (SELECT count(*) FROM airspace.zone WHERE state = 'in_force'),
            count(*) FILTER (WHERE state <> 'free'),
            count(*) FILTER (WHERE state = 'held'),
            coalesce(sum((length(volumes) - 12) / 104), 0)
        FROM airspace.reservation""",
    )
    return f"{zones:,} zones, {active:,} active plans of which {held:,} hold airspace, {volumes:,} volumes"
