"""The search and HiGHS side by side, until one proves the answer, the gap is small enough or the time is over."""

from collections.abc import Callable
from typing import Final

import numpy as np
import scipy.sparse as sp

from services.sites.siting.arrays import Bools, Floats
from services.sites.siting.budget import Budget
from services.sites.siting.choice import Choice
from services.sites.siting.dual import Dual
from services.sites.siting.exchange import Exchange, Set
from services.sites.siting.faults import Infeasible
from services.sites.siting.highs import Program, Solving
from services.sites.siting.ledger import Ledger
from services.sites.siting.programs import choice_rows

WAIT_S: Final = 0.05


Search = Callable[[Callable[[], bool], Callable[[], float]], None]  # looks for better sets: until, how warmly


def race(
    program: Program | None,
    start: Floats | None,
    read: Callable[[Floats], None],
    search: Search,
    ledger: Ledger,
    budget: Budget,
) -> None:
    """Run both; `read` takes the program's values into the ledger. The program has no set beyond the ledger's cutoff.

    So where HiGHS proves that there is no set, or none better, the ledger's is the best.
    """
    solving = None if program is None else Solving(program, start, budget.left)
    begun, span = budget.elapsed, max(budget.left, 1e-9)

    def stop() -> bool:
        if solving is not None:
            ledger.lift(min(solving.bound, ledger.value))
        ledger.tell(budget, "improving")
        return budget.over() or ledger.closed() or (solving is not None and not solving.running)

    search(stop, lambda: max(0.0, 1 - (budget.elapsed - begun) / span))
    if solving is None:
        return
    while not stop():
        solving.wait(min(WAIT_S, budget.left))
    solving.stop(budget.grace_s)
    _settle(solving, read, ledger)


def _settle(solving: Solving, read: Callable[[Floats], None], ledger: Ledger) -> None:
    if solving.running:
        return
    if solving.values is not None:
        read(solving.values)
    if solving.infeasible:
        ledger.prove()
    else:
        ledger.lift(min(solving.bound, ledger.value))


def some_set(choice: Choice, worth: Floats, budget: Budget) -> Bools:
    """A permitted set of much worth, for where taking the best first ends in a corner. Raises Infeasible."""
    rows, lower, upper = choice_rows(choice, 0)
    fixed = np.zeros(choice.m)
    fixed[choice.fixed] = 1.0
    integer = np.ones(choice.m, np.bool_)
    program = Program(-worth, fixed, np.ones(choice.m), integer, sp.vstack(rows), np.hstack(lower), np.hstack(upper))
    solving = Solving(program, None, budget.left)
    while solving.running and not budget.over():
        solving.wait(WAIT_S)
    solving.stop(budget.grace_s)
    if solving.values is None:
        detail = "no set of p sites keeps to the limits" if solving.infeasible else "found no set within the limits"
        raise Infeasible(detail, field="limits")
    return np.asarray(solving.values > 0.5, np.bool_)


def annealing(state: Exchange, ledger: Ledger, value: Callable[[], float]) -> Search:
    """The search by exchange, which offers what it finds at `value()`."""

    def search(stop: Callable[[], bool], warm: Callable[[], float]) -> None:
        def offer(found: Set) -> None:
            ledger.offer(value(), found.opened)

        state.anneal(stop, warm, offer)

    return search


def settled(dual: Dual, choice: Choice, cutoff: float) -> tuple[Bools, Bools]:
    """Which candidates no useful set has, and which every useful set has, by their reduced costs at the best prices."""
    never, always = np.zeros(choice.m, np.bool_), np.zeros(choice.m, np.bool_)
    always[choice.fixed] = True
    if choice.limits:
        return never, always  # the relaxation ignores part of the limits, so their prices say too little
    reduced, free = dual.best.reduced, ~always
    last, next_ = 0.0, 0.0
    if choice.p is not None:
        ranked = np.sort(reduced[free])
        wanted = choice.p - len(choice.fixed)
        last = ranked[wanted - 1] if wanted > 0 else -np.inf
        next_ = ranked[wanted] if wanted < len(ranked) else np.inf
    opened = dual.best.opened
    never = free & ~opened & (dual.best.bound + (reduced - last) > cutoff)
    always |= free & opened & (dual.best.bound + (next_ - reduced) > cutoff)
    return never, always
