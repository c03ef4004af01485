"""What was measured, as build/bench.json and docs/benchmarks.md."""

import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.bench.measure import Run
from tests.bench.servers import ROOT

_AIMS: Final = {
    "kafka.plans_per_s.full": "≥ 2,000",
    "kafka.growth": "≤ 1.3",
    "kafka.growth.corridors": "1",
    "kafka.growth.past": "1",
    "http.plans_per_s.full": "≥ 600",
    "http.growth": "≤ 1.3",
    "http.p50_ms.full": "≤ 15",
    "http.p99_ms.200": "≤ 100",
    "http.decided_by_s.10000": "≤ 75",
    "zones.hits_s.10000": "≤ 2",
    "checks.alternatives_p95_ms.full": "≤ 500",
    "coverage.what_if_ms": "≤ 100",
    "siting.mclp_s.1000": "≤ 10",
    "siting.mclp_gap.1000": "≤ 0.3",
    "siting.mclp_gap.500": "≤ 1.5",
    "siting.mclp_gap.300": "≤ 1.5",
}
_WHAT: Final = {
    "kafka.plans_per_s.full": "three processes, from `inbound.flight-plans` to the decided state",
    "kafka.plans_per_s.empty": "the same without zones and without other plans",
    "kafka.growth": "empty ÷ full",
    "kafka.plans_per_s.full_with_corridors": "1,000 corridors and 20 volumes over the city stand for a year besides",
    "kafka.growth.corridors": "full ÷ full with corridors",
    "kafka.plans_per_s.full_with_past": "with 30 days of 10,000 plans gone by, being forgotten meanwhile",
    "kafka.growth.past": "full ÷ full with the past",
    "http.plans_per_s.full": "one process, embedded bus, 32 clients that wait for each decision",
    "http.plans_per_s.empty": "the same without zones and without other plans",
    "http.growth": "empty ÷ full",
    "http.p50_ms.full": "one client that waits for the decision",
    "http.p50_ms.empty": "the same without zones and without other plans",
    "http.p50_ms.200": "200 plans offered a second, arriving by chance, each timed from when it was due",
    "http.decided_by_s.10000": "10,000 plans offered over 60 s: when the last of them was decided",
    "zones.hits_s.10000": "a zone is published over 10,000 standing plans: until the last of them has its new answer",
    "checks.alternatives_p95_ms.full": "one client's checks that are answered with flights that are better off",
    "coverage.what_if_ms": "a site added, moved or removed, 10,000 demand points, 1,000 sites: 19 of 20 answers",
    "siting.mclp_s.1000": "`tianyuan sites solve`, 10,000 demand points, 5,000 candidates, as a whole",
    "siting.mclp_gap.1000": "how far at most the answer is from the best there is",
    "postgis.checks_per_s.full": "the same check as plain PostGIS queries, two connections, nothing decided or written",
    "kafka.plans_a_check.full": "plans from Kafka ÷ checks: a machine that is slower for an hour is slower for both",
    "http.plans_a_check.full": "plans by HTTP ÷ checks",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One number."""

    name: str
    value: float
    unit: str


@dataclass(slots=True)
class Measured:
    """What has been measured so far."""

    command: str
    load: float  # of the machine over the minute before
    standing: str = ""
    # kafka.full, kafka.empty, http.many.full, http.one.full, http.many.empty, http.one.empty, http.offered.full, ...
    runs: dict[str, Run] = field(default_factory=dict)
    checks_per_s: float | None = None
    hits: tuple[int, float] | None = None  # plans touched by one zone, seconds
    alternatives_ms: Sequence[float] = ()
    what_if_ms: Sequence[float] = ()
    siting: Sequence[tuple[int, float, float]] = ()  # p, seconds, gap in percent


def figures(measured: Measured) -> list[Figure]:
    """The named figures of what was run."""
    runs = measured.runs
    found = [*_rates("kafka", runs, "kafka"), *_crowded(runs), *_rates("http", runs, "http.many")]
    for key, name, shares in (("one.full", "full", (50, 95, 99)), ("one.empty", "empty", (50,))):
        found += _percentiles(runs.get(f"http.{key}"), name, shares)
    found += _percentiles(runs.get("http.offered.full"), "200", (50, 95, 99))
    if paced := runs.get("http.paced.full"):
        found.append(Figure(f"http.decided_by_s.{paced.plans}", round(paced.took_s, 1), "s"))
    if measured.checks_per_s is not None:
        found.append(Figure("postgis.checks_per_s.full", round(measured.checks_per_s), "checks/s"))
        for name, run in (("kafka", runs.get("kafka.full")), ("http", runs.get("http.many.full"))):
            if run:
                found.append(Figure(f"{name}.plans_a_check.full", round(run.per_s / measured.checks_per_s, 2), ""))
    if measured.hits:
        found.append(Figure("zones.hits_s.10000", round(measured.hits[1], 2), "s"))
    if measured.alternatives_ms:
        ordered = sorted(measured.alternatives_ms)
        found.append(Figure("checks.alternatives_p95_ms.full", round(ordered[int(0.95 * len(ordered))], 1), "ms"))
    if measured.what_if_ms:
        ordered = sorted(measured.what_if_ms)
        found.append(Figure("coverage.what_if_ms", round(ordered[int(0.95 * len(ordered))], 1), "ms"))
    for p, seconds, gap in measured.siting:
        found.append(Figure(f"siting.mclp_s.{p}", round(seconds, 1), "s"))
        found.append(Figure(f"siting.mclp_gap.{p}", round(gap, 3), "%"))
    return found


def _rates(name: str, runs: Mapping[str, Run], key: str) -> list[Figure]:
    """Full, empty, and how much more one takes than the other."""
    full, empty = runs.get(f"{key}.full"), runs.get(f"{key}.empty")
    both = (("full", full), ("empty", empty))
    found = [Figure(f"{name}.plans_per_s.{world}", round(run.per_s), "plans/s") for world, run in both if run]
    if full and empty:
        found.append(Figure(f"{name}.growth", round(empty.per_s / full.per_s, 2), ""))
    return found


def _crowded(runs: Mapping[str, Run]) -> list[Figure]:
    """With more that stands, or stood, than the full world has; and how much more a plan takes then."""
    full, found = runs.get("kafka.full"), []
    for crowd in ("corridors", "past"):
        if full and (run := runs.get(f"kafka.full_with_{crowd}")):
            found.append(Figure(f"kafka.plans_per_s.full_with_{crowd}", round(run.per_s), "plans/s"))
            found.append(Figure(f"kafka.growth.{crowd}", round(full.per_s / run.per_s, 2), ""))
    return found


def _percentiles(run: Run | None, name: str, shares: Sequence[int]) -> list[Figure]:
    if run is None:
        return []
    return [Figure(f"http.p{share}_ms.{name}", round(run.percentile_ms(share / 100), 1), "ms") for share in shares]


def write(measured: Measured) -> None:
    """Both files."""
    found = figures(measured)
    rows = [{"name": one.name, "value": one.value, "unit": one.unit} for one in found]
    (ROOT / "build" / "bench.json").write_text(json.dumps(rows, indent=1) + "\n")
    (ROOT / "docs" / "benchmarks.md").write_text(page(measured, found))


def page(measured: Measured, found: Sequence[Figure]) -> str:
    """The page of the documentation."""
    lines = [
        "# Benchmarks",
        "",
        f"Written by `{measured.command}` on real PostGIS with PostgreSQL's durable defaults and a real broker. The "
        "load generator, the servers and the platform share the machine.",
        "",
        f"- Machine: {machine()}",
        f"- Load of the machine over the minute before: {measured.load:.1f}",
        f"- Standing: {measured.standing}",
        "",
        "| figure | value | aim | what |",
        "|---|---|---|---|",
        *(
            f"| `{one.name}` | {one.value:,g} {one.unit}".rstrip()
            + f" | {_AIMS.get(one.name, '')} | {_WHAT.get(one.name, '')} |"
            for one in found
        ),
        "",
        "What became of the plans, and the processor time a plan took of each part, in microseconds:",
        "",
        *_cpu_table(measured.runs),
        "",
    ]
    return "\n".join(lines)


def _cpu_table(runs: Mapping[str, Run]) -> list[str]:
    parts = list(dict.fromkeys(part for run in runs.values() for part in run.cpu_s))
    rows = [
        f"| {name} | {run.plans:,} | {run.refused:.1%} | "
        + " | ".join(f"{1e6 * run.cpu_s[part] / run.plans:,.0f}" if part in run.cpu_s else "" for part in parts)
        + f" | {1e6 * sum(run.cpu_s.values()) / run.plans:,.0f} |"
        for name, run in runs.items()
    ]
    head = f"| run | plans | refused | {' | '.join(parts)} | all |"
    return [head, "|---" * (len(parts) + 4) + "|", *rows]


def machine() -> str:
    """Processor, cores, memory, system, versions."""
    info = Path("/proc/cpuinfo").read_text()
    model = next((line.partition(":")[2].strip() for line in info.splitlines() if line.startswith("model name")), "")
    memory_gb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} × {model}, {memory_gb:.0f} GiB, Linux {platform.release().partition('-')[0]}, "
        f"Python {platform.python_version()}, {_postgres()}"
    )


def _postgres() -> str:
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if not programs:
        return "PostgreSQL elsewhere"
    version = subprocess.run([programs[-1], "--version"], capture_output=True, text=True, check=True).stdout
    return "PostgreSQL " + version.split()[2]
