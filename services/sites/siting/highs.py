"""HiGHS beside the search: a sparse model built from arrays, solved in a thread, stopped when asked to."""

import atexit
from dataclasses import dataclass
from threading import Event, Thread
from typing import Any
from weakref import WeakSet

import highspy
import numpy as np
import scipy.sparse as sp

from services.sites.siting.arrays import Bools, Floats

_running: "WeakSet[Solving]" = WeakSet()


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """minimise offset + cost · v, row_lower ≤ rows v ≤ row_upper, lower ≤ v ≤ upper, v integer where `integer`."""

    cost: Floats
    lower: Floats
    upper: Floats
    integer: Bools
    rows: sp.csr_array
    row_lower: Floats
    row_upper: Floats
    offset: float = 0.0


class Solving:
    """A running solution of a program: `bound` rises while it runs, `values` are there in the end if any were found."""

    def __init__(self, program: Program, start: Floats | None, seconds: float) -> None:
        self.bound = -np.inf
        self.values: Floats | None = None
        self.infeasible = False
        self.optimal = False
        self._stop = Event()
        self._program, self._start, self._seconds = program, start, max(seconds, 0.01)
        self._thread = Thread(target=self._run, name="highs", daemon=True)
        _running.add(self)
        self._thread.start()

    @property
    def running(self) -> bool:
        """True until it is done."""
        return self._thread.is_alive()

    def wait(self, seconds: float) -> None:
        """Until it is done, or for so long."""
        self._thread.join(max(seconds, 0.0))

    def stop(self, grace_s: float) -> None:
        """Ask it to stop and give it a moment; after that its thread is left behind."""
        self._stop.set()
        self._thread.join(grace_s)

    def _run(self) -> None:
        highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        options = {"output_flag": False, "time_limit": self._seconds, "mip_rel_gap": 0.0, "mip_abs_gap": 1e-7}
        for name, value in options.items():
            highs.setOptionValue(name, value)
        highs.passModel(_lp(self._program))
        if self._start is not None:
            solution = highspy.HighsSolution()
            solution.col_value = self._start
            highs.setSolution(solution)
        highs.cbMipInterrupt += self._look
        highs.cbSimplexInterrupt += self._maybe_stop
        highs.cbIpmInterrupt += self._maybe_stop
        highs.run()
        self._read(highs)

    def _look(self, event: Any) -> None:
        self.bound = max(self.bound, event.data_out.mip_dual_bound)
        self._maybe_stop(event)

    def _maybe_stop(self, event: Any) -> None:
        if self._stop.is_set():
            event.interrupt()

    def _read(self, highs: Any) -> None:
        status, info = highs.getModelStatus(), highs.getInfo()
        self.infeasible = status == highspy.HighsModelStatus.kInfeasible
        self.optimal = status == highspy.HighsModelStatus.kOptimal
        if np.isfinite(info.mip_dual_bound) and not self.infeasible:
            self.bound = max(self.bound, info.mip_dual_bound)
        if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
            self.values = np.array(highs.getSolution().col_value)


def _lp(program: Program) -> Any:
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(program.cost), program.rows.shape[0]
    lp.offset_ = program.offset
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = program.cost, program.lower, program.upper
    lp.row_lower_, lp.row_upper_ = program.row_lower, program.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_ = program.rows.indptr, program.rows.indices
    lp.a_matrix_.value_ = program.rows.data
    kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
    lp.integrality_ = [kinds[integer] for integer in program.integer.tolist()]
    return lp


def any_left() -> bool:
    """True while a thread is left behind; a process in a hurry must then end by `os._exit`."""
    return any(solving.running for solving in _running)


@atexit.register
def _stop_all() -> None:
    """A thread of HiGHS that outlives the interpreter would abort the process."""
    for solving in list(_running):
        solving.stop(grace_s=30.0)
