"""What is measured: a durable PostGIS, the broker, the processes of the platform; and the processor time they take."""

import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from urllib.error import URLError
from urllib.request import urlopen

from infra.topics import create_missing, declared

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = ROOT / "build" / "bench"
_TICKS: Final = os.sysconf("SC_CLK_TCK")


class ServerFailed(RuntimeError):
    """A server or a process of the platform did what it must not."""


@contextmanager
def started(server: str) -> Iterator[str]:
    """The URL of `postgis` or `kafka`, kept for measuring; stopped at the end if it was not running."""
    ran = _infra(server, "status", check=False).returncode == 0
    _infra(server, "start")
    try:
        yield _infra(server, "url").stdout.strip()
    finally:
        if not ran:
            _infra(server, "stop")


def _infra(server: str, verb: str, *, check: bool = True) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [ROOT / "infra" / f"{server}.sh", verb, "--bench"], capture_output=True, text=True, check=False
    )
    if check and done.returncode:
        raise ServerFailed(done.stderr.strip())
    return done


def own_topics(kafka_url: str) -> str:
    """The broker's URL with a prefix whose topics are there and empty."""
    prefix = f"b{uuid.uuid4().hex[:8]}"
    create_missing(kafka_url, [replace(topic, name=f"{prefix}.{topic.name}") for topic in declared()])
    return f"{kafka_url}/{prefix}"


@dataclass
class Process:
    """One `python -m services ...`."""

    name: str
    popen: "subprocess.Popen[bytes]"
    port: int
    log: Path

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def ready(self, timeout_s: float = 180) -> None:
        """Wait until it says that it can serve."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            if self.popen.poll() is not None:
                break
            with suppress(URLError, OSError), urlopen(f"{self.url}/readyz", timeout=5) as answer:
                if answer.status == 200:
                    return
            time.sleep(0.05)
        raise ServerFailed(f"{self.name} is not ready:\n{self.log.read_text(errors='replace')[-4000:]}")


@contextmanager
def platform(database_url: str, bus_url: str, *groups: Sequence[str]) -> Iterator[list[Process]]:
    """The platform, a process a group of services (none: one process of all), ready; stopped at the end."""
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "BUS_URL": bus_url,
        "PROFILE": "test",
        "ISSUER_KEY": str(FOLDER / "issuer.jwk"),
        "LOG_LEVEL": "warning",
    }
    processes: list[Process] = []
    try:
        for group in groups or ((),):
            processes.append(_process(group, environment))
        for process in processes:
            process.ready()
        yield processes
    finally:
        for process in processes:
            process.popen.terminate()
        for process in processes:
            _wait(process.popen)


def _process(services: Sequence[str], environment: Mapping[str, str]) -> Process:
    name, port = "-".join(services) or "platform", _free_port()
    log = FOLDER / f"{name}.log"
    with log.open("wb") as output:
        popen = subprocess.Popen(
            [sys.executable, "-m", "services", *services, "--host", "127.0.0.1", "--port", str(port)],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    return Process(name, popen, port, log)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(popen: "subprocess.Popen[bytes]") -> None:
    try:
        popen.wait(20)
    except subprocess.TimeoutExpired:
        popen.kill()
        popen.wait()


def cpu_s(pid: int) -> float:
    """Seconds of processor time a process has taken, in user and system, with the children it has waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / _TICKS


def cpu_of_tree_s(pid: int) -> float:
    """The same for a process and all its children that live: a PostgreSQL server's backends."""
    total = 0.0
    for child in _children(pid):
        with suppress(FileNotFoundError):  # ended just now: the parent has its time
            total += cpu_s(child)
    return total + cpu_s(pid)


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def server_pids() -> dict[str, int]:
    """The process ids of the servers that run for measuring."""
    pids = {}
    for server, name, file in (("postgis", "PostgreSQL", "data/postmaster.pid"), ("kafka", "broker", "pid")):
        status = _infra(server, "status", check=False)
        if status.returncode == 0:  # running on port N, FOLDER
            home = Path(status.stdout.strip().partition(", ")[2])
            pids[name] = int((home / file).read_text().split()[0])
    return pids


class Cpu:
    """What processor time each part took since this was made."""

    def __init__(self, processes: Sequence[Process]) -> None:
        self._pids = {**{process.name: process.popen.pid for process in processes}, **server_pids()}
        self._before = self._now()

    def _now(self) -> dict[str, float]:
        return {name: cpu_of_tree_s(pid) for name, pid in self._pids.items()}

    def taken_s(self) -> dict[str, float]:
        """Seconds by part."""
        return {name: now - self._before[name] for name, now in self._now().items()}
