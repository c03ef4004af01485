"""One leader consumes; when it dies, hangs or loses its connection another goes on, and nothing is done twice."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from shared import leader
from shared.contracts.flightplan import FlightPlanLapsed
from shared.frame import Received, Transaction
from tests.integration.kernel.world import World, expected, note, subscription
from tests.waiting import eventually

PLANS = range(12)
WHO_LEADS = "SELECT backend_pid FROM airspace.leader WHERE subscription = 'notes'"


@contextmanager
def process(world: World) -> Iterator["subprocess.Popen[str]"]:
    """A consumer of the leader's subscription in a process of its own, ready to lead or to stand by."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.integration.kernel.standby"]
    started = subprocess.Popen([*command, world.database_url, world.bus_url], stdout=subprocess.PIPE, text=True)
    try:
        assert started.stdout is not None
        assert started.stdout.readline() == "running\n"
        yield started
    finally:
        started.kill()
        started.wait()
        assert started.stdout is not None
        started.stdout.close()


def leads(world: World) -> object:
    rows = world.query(WHO_LEADS)
    return rows[0][0] if rows else None


def test_a_killed_leader_is_replaced_and_nothing_is_lost(world: World) -> None:
    with world.relaying(), process(world) as first:
        world.record(PLANS, [1])
        eventually(lambda: world.seen() == expected(PLANS, 1))
        killed = leads(world)
        with world.consumer(subscription(leader=True)):
            first.send_signal(signal.SIGKILL)
            world.record(PLANS, [2])
            eventually(lambda: leads(world) != killed)
            eventually(lambda: world.seen() == expected(PLANS, 2), timeout_s=20)


def test_a_stopped_leader_is_replaced_and_can_write_nothing_when_it_wakes(
    log_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leader, "SILENT_S", 1.5)
    with process(log_world) as first:
        log_world.record(PLANS, [1])
        eventually(lambda: log_world.seen() == expected(PLANS, 1))
        stopped = leads(log_world)
        os.kill(first.pid, signal.SIGSTOP)
        with log_world.consumer(subscription(leader=True)):
            log_world.record(PLANS, [2])
            eventually(lambda: log_world.seen() == expected(PLANS, 2), timeout_s=15)
            assert leads(log_world) != stopped
            os.kill(first.pid, signal.SIGCONT)
            log_world.record(PLANS, [3])
            eventually(lambda: log_world.seen() == expected(PLANS, 3))
        writers = log_world.query("SELECT DISTINCT process FROM airspace.seen WHERE revision > 1")
        assert (stopped,) not in writers


@pytest.mark.parametrize("through", ["sqlalchemy", "psycopg"])
def test_a_leader_that_loses_its_connection_writes_only_with_the_lead(log_world: World, through: str) -> None:
    """SQLAlchemy would quietly go on over a new connection, which does not hold the leader's lock."""
    cut: list[object] = []

    def cut_once(tx: Transaction, received: Sequence[Received[FlightPlanLapsed]]) -> None:
        note(tx, received)
        if not cut:
            cut.append(tx.cursor.connection.info.backend_pid)
            end = "SELECT pg_terminate_backend(pg_backend_pid())"
            if through == "psycopg":
                tx.cursor.execute(end)
            tx.execute(sa.text(end))

    log_world.record(PLANS, [1])
    with log_world.consumer(subscription(cut_once, leader=True)):
        eventually(lambda: log_world.seen() == expected(PLANS, 1))
        assert leads(log_world) not in cut
        assert log_world.query("SELECT DISTINCT process FROM airspace.seen") == [(leads(log_world),)]
        holder = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = "
        assert log_world.query(holder + "(SELECT oid FROM pg_database WHERE datname = current_database())") == [
            (leads(log_world),)
        ]
    assert log_world.query("SELECT 1 FROM airspace.parked") == []


def test_a_leader_whose_work_is_long_keeps_the_lead(log_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leader, "SILENT_S", 0.6)
    monkeypatch.setattr(leader, "BEAT_S", 0.1)
    with log_world.consumer(subscription(leader=True)):
        eventually(lambda: leads(log_world))
        first = leads(log_world)
        with log_world.airspace.transaction() as tx, log_world.consumer(subscription(leader=True)):
            tx.cursor.execute("LOCK TABLE airspace.seen")  # the leader's batch waits here
            log_world.record(PLANS, [1])
            beats = "SELECT beats FROM airspace.leader"
            eventually(lambda: int(str(log_world.query(beats)[0][0])) > 15)
        eventually(lambda: log_world.seen() == expected(PLANS, 1))
        assert leads(log_world) == first
