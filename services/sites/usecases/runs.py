"""Runs scenarios one after the other, each in a process of its own, so that nothing else of the platform waits."""

import logging
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Lock, Thread
from time import monotonic
from typing import Any, Final
from uuid import UUID

import orjson
import sqlalchemy as sa

import services
from services.sites.domain.scenario import Scenario, ScenarioState, Stage
from services.sites.store import scenarios as store
from services.sites.usecases import planning
from shared.city import CityProfile
from shared.db import lock_key
from shared.errors import Invalid
from shared.frame import Database

logger = logging.getLogger(__name__)

LOOK_EVERY_S: Final = 0.25  # for a cancellation
LOOK_AGAIN_S: Final = 30.0  # for what another process has left behind
STOPPING_S: Final = 10.0  # for a solver that was asked to stop
OVERTIME_S: Final = 30.0  # beyond the time limit: loading, writing, a busy machine
ROOT: Final = Path(next(iter(services.__path__))).parent


class Runs:
    """The scenarios' thread. It starts with the first scenario and runs until `stop`."""

    def __init__(self, database: Database, city: CityProfile) -> None:
        self._database, self._city = database, city
        self._wanted, self._stopping = Event(), Event()
        self._lock = Lock()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Say of runs whose process is gone that they were interrupted; take up what is queued."""
        if self._recover():
            self.wake()

    def wake(self) -> None:
        """There is a scenario in the queue."""
        with self._lock:
            if self._thread is None:
                self._thread = Thread(target=self._loop, name="sites.scenarios", daemon=True)
                self._thread.start()
        self._wanted.set()

    def stop(self) -> None:
        """End the run at hand as interrupted."""
        self._stopping.set()
        self._wanted.set()
        if self._thread is not None:
            self._thread.join(STOPPING_S)

    def _recover(self) -> bool:
        with self._database.dedicated() as own:
            unfinished = store.unfinished(own)
            own.rollback()
            for scenario_id, state in unfinished.items():
                if state is ScenarioState.RUNNING and _take(own, scenario_id, wait=False):
                    with self._database.transaction() as tx:
                        self._interrupt(tx, scenario_id)
        return ScenarioState.QUEUED in unfinished.values()

    def _interrupt(self, tx: Any, scenario_id: UUID) -> None:
        store.change(tx, scenario_id, state=ScenarioState.INTERRUPTED.value, ended_at=tx.now)

    def _loop(self) -> None:
        while not self._stopping.is_set():
            called = self._wanted.wait(LOOK_AGAIN_S)
            self._wanted.clear()
            try:
                if not called:
                    self._recover()
                while not self._stopping.is_set() and self._run_next():
                    pass
            except Exception:
                logger.warning("scenarios wait: their next run could not begin", exc_info=True)

    def _run_next(self) -> bool:
        # the lock is held as long as the run: who can take it knows that the run is gone
        with self._database.dedicated() as own:
            with self._database.transaction() as tx:
                scenario = store.claim(tx)
                if scenario is not None:
                    _take(own, scenario.scenario_id, wait=True)
            if scenario is None:
                return False
            self._run(scenario)
        return True

    def _run(self, scenario: Scenario) -> None:
        try:
            state, values = self._solve(scenario)
        except Invalid as error:
            state, values = ScenarioState.FAILED, {"failure": _sentence(error.field, error.detail)}
        except Exception:
            logger.exception("scenario %s failed", scenario.scenario_id)
            state, values = ScenarioState.FAILED, {"failure": "an error of the platform; its log says more"}
        with self._database.transaction() as tx:
            store.change(tx, scenario.scenario_id, state=state.value, ended_at=tx.now, **values)

    def _solve(self, scenario: Scenario) -> tuple[ScenarioState, dict[str, Any]]:
        with self._database.reading() as connection:
            question = planning.question(connection, self._city, scenario.asked)
        with self._database.transaction() as tx:
            store.note_inputs(tx, scenario.scenario_id, question.inputs, question.candidates)
        said = self._follow(scenario, orjson.dumps(question.document()))
        if "failure" in said:
            return ScenarioState.FAILED, {"failure": _sentence(said["failure"]["field"], said["failure"]["detail"])}
        values = {"result": planning.result(question, said["answer"])} if "answer" in said else {}
        if self._stopping.is_set():
            return ScenarioState.INTERRUPTED, values
        if self._is_cancelled(scenario):
            return ScenarioState.CANCELLED, values
        if not values:
            return ScenarioState.FAILED, {"failure": "the solver ended without an answer"}
        return ScenarioState.SOLVED, values

    def _follow(self, scenario: Scenario, document: bytes) -> dict[str, Any]:
        """The solver's last word; empty where it had none."""
        with _process(document) as process:
            try:
                return self._listen(scenario, process)
            finally:
                process.kill()  # it has said all, or something went wrong here

    def _listen(self, scenario: Scenario, process: subprocess.Popen[bytes]) -> dict[str, Any]:
        watch = _Watch(process, scenario.asked.time_limit_s + OVERTIME_S)
        for line in _lines(process):
            said = orjson.loads(line) if line else {}
            if "stage" in said:
                with self._database.transaction() as tx:
                    store.note_stage(tx, scenario.scenario_id, Stage(**said["stage"]))
            elif said:
                return dict(said)
            watch.look(wanted=not self._stopping.is_set() and not self._is_cancelled(scenario))
        return {}

    def _is_cancelled(self, scenario: Scenario) -> bool:
        with self._database.reading() as connection:
            return store.is_cancelled(connection, scenario.scenario_id)


class _Watch:
    """Asks a process to stop when it is not wanted any more or is over its time, and ends one that does not."""

    def __init__(self, process: subprocess.Popen[bytes], longest_s: float) -> None:
        self._process = process
        self._until = monotonic() + longest_s
        self._asked = False

    def look(self, *, wanted: bool) -> None:
        """See to it."""
        late = monotonic() > self._until
        if self._asked and late:
            self._process.kill()
        elif not self._asked and (late or not wanted):
            self._process.terminate()
            self._asked, self._until = True, monotonic() + STOPPING_S


def _process(document: bytes) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "services.sites.siting.worker"]
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    process = subprocess.Popen(  # noqa: S603  # our own module
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path}
    )
    assert process.stdin is not None
    with process.stdin as stdin:
        stdin.write(document)
    return process


def _lines(process: subprocess.Popen[bytes]) -> Iterator[bytes]:
    """The lines as they come, and an empty one now and then; ends with the process's output."""
    assert process.stdout is not None
    output, rest = process.stdout.fileno(), b""
    while True:
        ready, _, _ = select.select([output], [], [], LOOK_EVERY_S)
        if not ready:
            yield b""
            continue
        read = os.read(output, 65_536)
        if not read:
            return
        *lines, rest = (rest + read).split(b"\n")
        yield from lines


def _take(own: sa.Connection, scenario_id: UUID, *, wait: bool) -> bool:
    """Take the scenario's lock for as long as the connection lives."""
    function = "pg_advisory_lock" if wait else "pg_try_advisory_lock"
    answer = own.exec_driver_sql(f"SELECT {function}(%s)", (lock_key(f"scenario {scenario_id}"),)).scalar_one()
    own.commit()
    return wait or bool(answer)


def _sentence(field: str | None, detail: str) -> str:
    return f"{field}: {detail}" if field else detail
