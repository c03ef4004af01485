"""The frame's transaction: a refused COMMIT is an error, and what follows a commit follows only a commit."""

from collections.abc import Callable, Sequence

import psycopg
import pytest
import sqlalchemy as sa

from shared.bell import Ear
from shared.frame import Periodic, Transaction
from shared.runner import run_periodic
from shared.tracing import tracing
from tests.integration.kernel.world import World, lapsed

REFUSE_COMMIT: Sequence[str] = (
    "CREATE TABLE flightplan.fragile (n int)",
    "CREATE FUNCTION flightplan.refuse() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'the commit is refused'; END $$",
    "CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON flightplan.fragile DEFERRABLE INITIALLY DEFERRED "
    "FOR EACH ROW EXECUTE FUNCTION flightplan.refuse()",
)


REFUSALS = (sa.exc.DBAPIError, psycopg.Error)


def in_transaction(world: World, work: Callable[[Transaction], object]) -> None:
    with world.flightplan.transaction() as tx:
        work(tx)


def count_of(world: World, table: str) -> object:
    return world.query(f"SELECT count(*) FROM {table}")[0][0]


def heard(ear: Ear) -> bool:
    return ear.wait(0)


def test_a_refused_commit_raises_and_nothing_is_rung_or_called(log_world: World) -> None:
    for statement in REFUSE_COMMIT:
        log_world.query(statement)
    ear = log_world.bell.listen(["flightplan"])
    called: list[str] = []

    def work(tx: Transaction) -> None:
        tx.after_commit(lambda: called.append("after"))
        tx.record(lapsed(1, 1))
        tx.execute(sa.text("INSERT INTO flightplan.fragile VALUES (1)"))

    with pytest.raises(REFUSALS, match="the commit is refused"):
        in_transaction(log_world, work)
    assert called == []
    assert not heard(ear)
    assert count_of(log_world, "flightplan.event_log") == 0
    assert count_of(log_world, "flightplan.fragile") == 0


def test_a_refused_commit_raises_on_the_hot_path_too(log_world: World) -> None:
    for statement in REFUSE_COMMIT:
        log_world.query(statement)
    with pytest.raises(REFUSALS, match="the commit is refused"):
        in_transaction(log_world, lambda tx: tx.cursor.execute("INSERT INTO flightplan.fragile VALUES (1)"))


def test_after_a_commit_the_bell_rings_and_callbacks_run_whatever_they_raise(log_world: World) -> None:
    ear = log_world.bell.listen(["flightplan"])
    deaf = log_world.bell.listen(["airspace"])
    called: list[str] = []

    def fail() -> None:
        raise ValueError("too late to matter")

    with log_world.flightplan.transaction() as tx:
        tx.after_commit(fail)
        tx.after_commit(lambda: called.append("after"))
        tx.record(lapsed(1, 1))
        assert not heard(ear)
    assert called == ["after"]
    assert heard(ear)
    assert not heard(deaf)


def test_work_that_fails_leaves_nothing(log_world: World) -> None:
    ear = log_world.bell.listen(["flightplan"])

    def work(tx: Transaction) -> None:
        tx.record(lapsed(1, 1))
        tx.cursor.execute("CREATE TABLE flightplan.half (n int)")
        _ = 1 / 0

    with pytest.raises(ZeroDivisionError):
        in_transaction(log_world, work)
    assert not heard(ear)
    assert count_of(log_world, "flightplan.event_log") == 0
    assert log_world.query("SELECT to_regclass('flightplan.half')") == [(None,)]


def test_no_connection_is_kept(log_world: World) -> None:
    for _ in range(40):
        with pytest.raises(psycopg.Error):
            in_transaction(log_world, lambda tx: tx.cursor.execute("SELECT 1 / 0"))
        with log_world.flightplan.reading() as connection:
            connection.execute(sa.text("SELECT 1"))
    pool = log_world.flightplan.engine.pool
    assert isinstance(pool, sa.QueuePool)
    assert pool.checkedout() == 0


def test_reading_cannot_write(log_world: World) -> None:
    with pytest.raises(sa.exc.DBAPIError, match="read-only"), log_world.flightplan.reading() as connection:
        connection.execute(sa.text("DELETE FROM flightplan.event_log"))


def test_an_event_belongs_to_the_trace_of_the_request_that_caused_it(log_world: World) -> None:
    request = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    with tracing(request), log_world.flightplan.transaction() as tx:
        tx.record(lapsed(1, 1))
    with log_world.flightplan.transaction() as tx:
        tx.record(lapsed(2, 1), traceparent=request)
        tx.record(lapsed(3, 1))
    traces = [
        str(t).split("-") for (t,) in log_world.query("SELECT traceparent FROM flightplan.event_log ORDER BY position")
    ]
    assert [trace[1] == "4bf92f3577b34da6a3ce929d0e0e4736" for trace in traces] == [True, True, False]
    assert len({trace[2] for trace in traces}) == 3


def test_a_periodic_task_runs_in_one_process_at_a_time(log_world: World) -> None:
    ran: list[bool] = []

    def nested(tx: Transaction) -> None:
        ran.append(run_periodic(log_world.flightplan, task))

    task = Periodic("sweep", 60.0, nested)
    assert run_periodic(log_world.flightplan, task)
    assert ran == [False]
