"""The platform as its users meet it: real processes, real sockets, one origin for the client."""

import os
import secrets
import signal
import socket
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import httpx
import pytest

from infra.topics import create_missing, declared
from tests.system.launcher import launcher
from tests.waiting import eventually

ALL = ("airspace", "flightplan", "sites")
Groups = Sequence[Sequence[str]]  # which services run together in a process
TOGETHER: Groups = [ALL]
EACH: Groups = [(name,) for name in ALL]
NOT_FOR_CLIENTS = range(20_000, 32_000)  # below the range of Linux's ephemeral ports
BUSES = ("log", pytest.param("kafka", marks=pytest.mark.kafka))
OWNERS = {
    "airspace": ("/zones", "/checks", "/conflicts", "/airspace"),
    "flightplan": ("/flight-plans", "/authorizations", "/routes", "/flightplan"),
    "sites": ("/sites", "/utilisation", "/progress", "/coverage", "/targets", "/city", "/token"),
}


def free_port() -> int:
    """A port nobody listens on now, and none that the system gives to a client while a killed process is away."""
    while True:
        port = secrets.choice(NOT_FOR_CLIENTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@dataclass
class Process:
    """One `python -m services ...` process, restartable on the same port."""

    services: Sequence[str]
    environment: dict[str, str]
    log: Path
    port: int = field(default_factory=free_port)
    pid: int | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start without waiting; `ready` waits."""
        arguments = [*self.services, "--host", "127.0.0.1", "--port", str(self.port)]
        self.pid = launcher().start(arguments, {**os.environ, **self.environment}, self.log)

    @property
    def lives(self) -> bool:
        """True until the process has ended."""
        return self.pid is not None and Path(f"/proc/{self.pid}").exists()

    def ready(self, timeout_s: float = 60) -> None:
        """Wait until `/readyz` says so; fail with the end of the log otherwise."""

        def answers() -> bool:
            if not self.lives:
                raise EndedEarly(f"{self.services} ended:\n" + self.log.read_text(errors="replace")[-4000:])
            try:
                with urlopen(f"{self.url}/readyz", timeout=5) as answer:  # httpx would load certificates each time
                    return bool(answer.status == 200)
            except OSError:
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
        if self.pid is None or not self.lives:
            return
        os.kill(self.pid, how)
        eventually(lambda: not self.lives, timeout_s=30, every_s=0.002)
        self.pid = None


class EndedEarly(Exception):
    """A process ended by itself while it was to become ready."""


class OneOrigin(httpx.BaseTransport):
    """Sends each path to the process that owns it, as the reverse proxy does."""

    def __init__(self, platform: "Platform") -> None:
        self.platform = platform
        self.wire = httpx.HTTPTransport(verify=False)

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


def bus_url_of(bus: str, request: pytest.FixtureRequest) -> str:
    """The URL of one of BUSES; Kafka is started when first asked for."""
    return "log://" if bus == "log" else own_topics(request.getfixturevalue("kafka_url"))


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
def running(
    database_url: str, bus_url: str, folder: Path, groups: Groups, *, city: Path | None = None
) -> Iterator[Platform]:
    """A platform of one process a group, stopped at the end; of another city than the usual where one is named."""
    environment = environment_of(database_url, bus_url, folder)
    if city is not None:
        environment["CITY_DIR"] = str(city)
    logs = [folder / ("-".join(group) + f".{number}.log") for number, group in enumerate(groups)]
    platform = Platform([Process(group, environment, log) for group, log in zip(groups, logs, strict=True)])
    try:
        platform.start()
        yield platform
    finally:
        platform.stop()


def ok(answer: httpx.Response) -> Any:
    """The body of a 2xx answer."""
    assert answer.is_success, f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text}"
    return answer.json()
