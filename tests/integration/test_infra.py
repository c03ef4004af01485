"""The servers a clone makes for itself: durable unless they are for tests, closed to strangers, gone after a reset."""

import os
import socket
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from kafka.admin import KafkaAdminClient

from infra.topics import Topic, create_missing, declared
from tests.waiting import eventually

ROOT = Path(__file__).resolve().parents[2]

Postgis = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def postgis(tmp_path: Path) -> Iterator[Postgis]:
    """infra/postgis.sh of another clone; pytest's folder is as closed as root's own home."""

    def script(*args: str) -> "subprocess.CompletedProcess[str]":
        environment = {**os.environ, "TIANYUAN_RUN": str(tmp_path / "run")}
        return subprocess.run(
            [ROOT / "infra" / "postgis.sh", *args], env=environment, capture_output=True, text=True, check=False
        )

    yield script
    script("reset")


def shown(url: str, setting: str) -> str:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        row = connection.execute("SELECT current_setting(%s)", [setting]).fetchone()
    assert row is not None
    return str(row[0])


def is_bound(sock: socket.socket, port: int) -> bool:
    """Whether it could take the port."""
    try:
        sock.bind(("127.0.0.1", port))
    except OSError:
        return False
    return True


def test_the_demo_cluster_is_durable_and_keeps_what_it_has(postgis: Postgis) -> None:
    assert postgis("start").returncode == 0
    url = postgis("url").stdout.strip()
    assert [shown(url, name) for name in ("fsync", "synchronous_commit", "full_page_writes")] == ["on", "on", "on"]
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE kept (place geometry(Point, 4326))")
    assert postgis("stop").returncode == 0
    assert postgis("status").returncode == 1
    with socket.socket() as other:  # somebody's connection: it holds the port, and nobody listens there
        # the server's own last connection may linger there for a minute
        eventually(lambda: is_bound(other, int(urlsplit(url).port or 0)), timeout_s=90)
        assert postgis("start").returncode == 0
    assert urlsplit(postgis("url").stdout).port != urlsplit(url).port
    with psycopg.connect(postgis("url").stdout.strip().replace("+psycopg", "")) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_a_cluster_is_closed_to_those_without_its_password(postgis_admin_url: str) -> None:
    url = postgis_admin_url.replace("+psycopg", "")
    for role in ("tianyuan", "postgres"):
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(url, user=role, password="guess")
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() == (False,)


def test_a_reset_leaves_nothing(postgis: Postgis) -> None:
    assert postgis("start", "--test").returncode == 0
    assert shown(postgis("url", "--test").stdout.strip(), "fsync") == "off"
    home = Path(postgis("status", "--test").stdout.strip().rpartition(" ")[2])
    assert home.is_dir()
    assert postgis("reset", "--test").returncode == 0
    assert not home.exists()
    assert "no cluster yet" in postgis("url", "--test").stderr


def test_a_second_demo_of_a_folder_is_refused(tmp_path: Path) -> None:
    first = [sys.executable, "-c", "input()", "infra.demo"]
    with subprocess.Popen(first, stdin=subprocess.PIPE) as running:
        (tmp_path / "demo.pid").write_text(f"{running.pid}\n")
        environment = {**os.environ, "TIANYUAN_RUN": str(tmp_path)}
        command = [ROOT / "infra" / "demo.sh"]
        second = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        running.communicate(b"\n")
    assert (second.returncode, "make stop" in second.stderr) == (1, True)


def test_topics_are_created_once_as_declared(kafka_url: str) -> None:
    topic = Topic(f"infra.{uuid.uuid4().hex[:8]}", partitions=5, retention_days=-1)
    assert create_missing(kafka_url, [topic]) == [topic.name]
    assert create_missing(kafka_url, [topic]) == []
    admin = KafkaAdminClient(bootstrap_servers=kafka_url.removeprefix("kafka://"))
    try:
        assert {topic.name for topic in declared()} <= set(admin.list_topics())
        (described,) = admin.describe_topics([topic.name])
    finally:
        admin.close()
    assert len(described["partitions"]) == topic.partitions
