"""The platform as its users meet it: real processes, real sockets, one origin for the client."""

import os
import signal
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx

from infra.topics import create_missing, declared
from tests.waiting import eventually

ROOT = Path(__file__).parents[2]
ALL = ("airspace", "flightplan", "sites")
OWNERS = {
    "airspace": ("/zones", "/checks", "/conflicts", "/airspace"),
    "flightplan": ("/flight-plans", "/authorizations", "/routes", "/flightplan"),
    "sites": ("/sites", "/progress", "/coverage", "/targets", "/city", "/token"),
}


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Process:
    """One `python -m services ...` process, restartable on the same port."""

    services: Sequence[str]
    environment: dict[str, str]
    log: Path
    port: int = field(default_factory=free_port)
    popen: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start without waiting; `ready` waits."""
        with self.log.open("ab") as out:
            self.popen = subprocess.Popen(
                [sys.executable, "-m", "services", *self.services, "--host", "127.0.0.1", "--port", str(self.port)],
                cwd=ROOT,
                env={**os.environ, **self.environment},
                stdout=out,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
            )

    def ready(self, timeout_s: float = 40) -> None:
        """Wait until `/readyz` says so; fail with the end of the log otherwise."""

        def answers() -> bool:
            if self.popen is not None and self.popen.poll() is not None:
                raise AssertionError(f"{self.services} ended:\n" + self.log.read_text(errors="replace")[-4000:])
            try:
                return httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200
            except httpx.HTTPError:
                return False

        eventually(answers, timeout_s=timeout_s)

    def kill(self) -> None:
        """`kill -9`, as a power cut would."""
        self.end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end."""
        self.end(signal.SIGTERM)

    def end(self, how: signal.Signals) -> None:
        """Send the signal and wait for the end."""
        if self.popen is not None:
            self.popen.send_signal(how)
            try:
                self.popen.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.popen.kill()
                self.popen.wait(timeout=10)
            self.popen = None


class OneOrigin(httpx.BaseTransport):
    """Sends each path to the process that owns it, as the reverse proxy does."""

    def __init__(self, platform: "Platform") -> None:
        self.platform = platform
        self.wire = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        owner = next((o for o, paths in OWNERS.items() if request.url.path.startswith(paths)), "sites")
        request.url = request.url.copy_with(port=self.platform.process_of(owner).port)
        request.headers["host"] = f"127.0.0.1:{request.url.port}"
        return self.wire.handle_request(request)

    def close(self) -> None:
        self.wire.close()


@dataclass
class Platform:
    """All services, as one process on the log or as three on Kafka."""

    processes: list[Process]
    clients: list[httpx.Client] = field(default_factory=list)

    def process_of(self, service: str) -> Process:
        """The process that runs the service."""
        return next(p for p in self.processes if service in p.services)

    def client(self, role: str, org: str, timeout_s: float = 40) -> httpx.Client:
        """A client that speaks as `role` of `org`."""
        client = httpx.Client(base_url="http://127.0.0.1", transport=OneOrigin(self), timeout=timeout_s)
        self.clients.append(client)
        answer = client.post("/token", json={"role": role, "org": org})
        answer.raise_for_status()
        client.headers["authorization"] = f"Bearer {answer.json()['access_token']}"
        return client

    def start(self) -> None:
        """Start every process and wait until all are ready."""
        for process in self.processes:
            process.start()
        for process in self.processes:
            process.ready()

    def stop(self) -> None:
        """End every process and connection."""
        for client in self.clients:
            client.close()
        for process in self.processes:
            process.stop()


def own_topics(kafka_url: str) -> str:
    """The broker's URL with a prefix whose topics exist: platforms that share a broker must not mix."""
    prefix = f"s{uuid.uuid4().hex[:10]}"
    create_missing(kafka_url, [replace(topic, name=f"{prefix}.{topic.name}") for topic in declared()])
    return f"{kafka_url}/{prefix}"


def environment_of(database_url: str, bus_url: str, folder: Path) -> dict[str, str]:
    """The settings of a test platform; it keeps its issuer's key in `folder`."""
    return {
        "DATABASE_URL": database_url,
        "BUS_URL": bus_url,
        "PROFILE": "test",
        "ISSUER_KEY": str(folder / "issuer.jwk"),
        "LOG_LEVEL": "warning",
    }


@contextmanager
def running(database_url: str, bus_url: str, folder: Path, groups: Sequence[Sequence[str]]) -> Iterator[Platform]:
    """A platform of one process a group, stopped at the end."""
    environment = environment_of(database_url, bus_url, folder)
    logs = [folder / ("-".join(group) + f".{number}.log") for number, group in enumerate(groups)]
    platform = Platform([Process(group, environment, log) for group, log in zip(groups, logs, strict=True)])
    try:
        platform.start()
        yield platform
    finally:
        platform.stop()
