"""Serve everybody as cheaply as p sites can."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy.sparse as sp

from services.sites.siting import assigning
from services.sites.siting.answer import Answer
from services.sites.siting.arrays import Bools, Floats, Ints, sums
from services.sites.siting.budget import Budget
from services.sites.siting.choice import Choice
from services.sites.siting.dual import Dual, Relaxed, ascend
from services.sites.siting.exchange import Exchange
from services.sites.siting.highs import Program
from services.sites.siting.instance import Instance
from services.sites.siting.ledger import Ledger
from services.sites.siting.models import Model
from services.sites.siting.programs import LARGEST, choice_rows, whole
from services.sites.siting.racing import annealing, race, settled, some_set
from services.sites.siting.serving import Lists, Serving, lists_of

DUAL_SHARE: Final = 0.3  # of the time, at most
MOST_LISTED: Final = 4_000_000  # pairs of a demand point and a candidate
ALL_LISTED: Final = 1_000_000  # up to here every pair is
NEEDED: Final = 8  # times m / p candidates are listed: far more than the nearest open sites


def p_median(instance: Instance, budget: Budget) -> Answer:
    """The p-median problem (Hakimi 1964; ReVelle and Swain 1970).

    minimise    Σᵢ Σⱼ wᵢ cᵢⱼ zᵢⱼ
    subject to  Σⱼ zᵢⱼ = 1                 for every demand point i
                zᵢⱼ ≤ xⱼ
                Σⱼ xⱼ = p,  xⱼ = 1 for the fixed j,  the limits of groups
                xⱼ ∈ {0, 1},  zᵢⱼ ≥ 0

    With capacities zᵢⱼ ∈ {0, 1} and Σᵢ wᵢ zᵢⱼ ≤ Cⱼ xⱼ. The bound is the Lagrangian dual of the first constraints; large
    instances list only the cheapest candidates of each point, and prices stay below what the others cost, so that the
    bound holds for all. HiGHS raises it where it gets through the rest in time. Raises InvalidInstance, Infeasible.
    """
    instance.need_p()
    choice = instance.choice
    choice.check()
    if instance.capacity is not None:
        return assigning.p_median(instance, budget)
    lists = lists_for(instance)
    ledger = Ledger(bool(np.isinf(lists.beyond).all()) and whole(lists.costs.ravel()), gap=budget.gap)
    ledger.lift(float(lists.costs[:, 0].sum()))
    _Median(instance, lists, choice).solve(ledger, budget)
    return Answer(
        model=Model.P_MEDIAN,
        objective=ledger.value,
        bound=ledger.proven,
        sites=tuple(int(site) for site in np.flatnonzero(ledger.best())),
        seconds=budget.elapsed,
        stopped=budget.stopped,
    )


def lists_for(instance: Instance) -> Lists:
    """The cheapest candidates of each demand point: all where they are few, else several times those needed."""
    n, m = instance.n, instance.m
    k = m
    if n * m > ALL_LISTED:
        k = min(m, max(40, NEEDED * m // instance.need_p()), max(20, MOST_LISTED // n))
    return lists_of(instance.costs.nearest(k), instance.weights, m)


@dataclass(frozen=True, slots=True, eq=False)
class _Median:
    instance: Instance
    lists: Lists
    choice: Choice

    def solve(self, ledger: Ledger, budget: Budget) -> None:
        """Fill the ledger."""
        rng = np.random.default_rng(budget.seed)
        fixed = np.zeros(self.choice.m, np.bool_)
        fixed[self.choice.fixed] = True
        self._grow(fixed, rng, ledger, budget)
        if ledger.closed():
            return
        ledger.tell(budget, "bounding")
        dual = self._bound(ledger, budget)
        ledger.lift(dual.best.bound)
        if not self.choice.limits or self.choice.meets(dual.best.opened):
            self._grow(dual.best.opened, rng, ledger, budget)
        if ledger.closed():
            return
        state = Exchange(Serving(self.lists, ledger.best()), self.choice, rng)
        search = annealing(state, ledger, lambda: self._cost(state.state.opened))
        never, always = settled(dual, self.choice, ledger.cutoff)
        columns = self._columns(never, always)
        program = self._program(columns, never, always, budget)
        race(program, None, lambda values: self._read(values, ledger), search, ledger, budget)

    def _cost(self, opened: Bools) -> float:
        """What serving costs in truth, listed or not."""
        _, costs = self.instance.costs.serve(np.flatnonzero(opened))
        return float((costs * self.instance.weights).sum())

    def _grow(self, opened: Bools, rng: np.random.Generator, ledger: Ledger, budget: Budget) -> None:
        serving = Serving(self.lists, opened)
        exchange = Exchange(serving, self.choice, rng)
        if not exchange.fill():
            serving = Serving(self.lists, some_set(self.choice, np.ones(self.choice.m), budget))
            exchange = Exchange(serving, self.choice, rng)
        ledger.offer(self._cost(serving.opened), serving.opened)
        exchange.climb(rng.permutation(np.flatnonzero(serving.opened)).tolist(), budget.over)
        ledger.offer(self._cost(serving.opened), serving.opened)

    def _bound(self, ledger: Ledger, budget: Budget) -> Dual:
        """Prices λ of being served: L(λ) = Σ λᵢ + the p smallest of Σᵢ min(0, wᵢ cᵢⱼ - λᵢ)."""
        lists, m = self.lists, self.choice.m
        flat_candidates, flat_costs = lists.candidates.ravel(), lists.costs.ravel()
        n, k = lists.costs.shape
        columns = np.arange(k)

        def relax(prices: Floats) -> Relaxed:
            lengths = (lists.costs < prices[:, None]).sum(axis=1)
            flat = np.flatnonzero(columns < lengths[:, None])
            saved = flat_costs[flat] - np.repeat(prices, lengths)
            reduced = sums(flat_candidates[flat], saved, m)
            opened = self.choice.best(-reduced)
            bound = float(prices.sum()) + float(reduced[opened].sum())
            served = sums(np.repeat(np.arange(n), lengths), opened[flat_candidates[flat]], n)
            return Relaxed(bound, 1.0 - served, opened, reduced)

        first = min(k - 1, max(1, (2 * m) // (self.choice.p or 1)))
        seconds = DUAL_SHARE * budget.seconds
        return ascend(
            relax, lambda p: np.minimum(p, lists.beyond), lists.costs[:, first], ledger.value, seconds, budget
        )

    def _columns(self, never: Bools, always: Bools) -> Bools:
        """Which listed pairs an answer may need: of the sites left, up to the first that is always there."""
        left = ~never[self.lists.candidates]
        sure = always[self.lists.candidates]
        sure_before: Ints = np.cumsum(sure, axis=1) - sure
        return np.asarray(left & (sure_before == 0), np.bool_)

    def _program(self, columns: Bools, never: Bools, always: Bools, budget: Budget) -> Program | None:
        """Columns z of the pairs, an "elsewhere" for each point whose list is not all there is, and x."""
        pairs = int(columns.sum())
        if pairs > min(LARGEST, 6_000 * budget.left):
            return None
        n, m = columns.shape[0], self.choice.m
        rows_of, places = np.nonzero(columns)
        sites = self.lists.candidates[rows_of, places]
        sure = (always[self.lists.candidates]).any(axis=1)
        open_ended = np.flatnonzero(np.isfinite(self.lists.beyond) & ~sure)
        before = pairs + len(open_ended)
        assign = sp.csr_array(
            (np.ones(before), (np.concatenate([rows_of, open_ended]), np.arange(before))), shape=(n, before + m)
        )
        serve = sp.csr_array(
            (
                np.concatenate([np.ones(pairs), -np.ones(pairs)]),
                (np.tile(np.arange(pairs), 2), np.concatenate([np.arange(pairs), before + sites])),
            ),
            shape=(pairs, before + m),
        )
        rows, lower, upper = choice_rows(self.choice, before)
        return Program(
            cost=np.concatenate([self.lists.costs[rows_of, places], self.lists.beyond[open_ended], np.zeros(m)]),
            lower=np.concatenate([np.zeros(before), always.astype(np.float64)]),
            upper=np.concatenate([np.ones(before), (~never).astype(np.float64)]),
            integer=np.arange(before + m) >= before,
            rows=sp.csr_array(sp.vstack([assign, serve, *rows], format="csr")),
            row_lower=np.concatenate([np.ones(n), np.full(pairs, -np.inf), *lower]),
            row_upper=np.concatenate([np.ones(n), np.zeros(pairs), *upper]),
        )

    def _read(self, values: Floats, ledger: Ledger) -> None:
        opened = values[-self.choice.m :] > 0.5
        if self.choice.meets(opened):
            ledger.offer(self._cost(opened), opened)
