"""Cover enough with as few sites as possible."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from services.sites.siting import assigning
from services.sites.siting.answer import Answer
from services.sites.siting.arrays import Bools, Floats, shares
from services.sites.siting.budget import Budget
from services.sites.siting.choice import Choice
from services.sites.siting.cover import Cover, Reach, reduce
from services.sites.siting.dual import Dual, Relaxed, ascend
from services.sites.siting.exchange import Exchange, Set
from services.sites.siting.faults import Infeasible
from services.sites.siting.highs import Program
from services.sites.siting.instance import Instance
from services.sites.siting.ledger import Ledger
from services.sites.siting.models import Model
from services.sites.siting.programs import choice_rows, fits
from services.sites.siting.racing import race, settled
from services.sites.siting.weighting import weigh

DUAL_SHARE = 0.25  # of the time, at most


def lscp(instance: Instance, budget: Budget) -> Answer:
    """The location set covering problem (Toregas et al. 1971), for all demand points or a share q of the weight.

    minimise    Σⱼ xⱼ
    subject to  Σ_{j : cᵢⱼ ≤ r} xⱼ ≥ 1     for every demand point i               (q = 100 %)
                xⱼ = 1 for the fixed j,  the limits of groups,  xⱼ ∈ {0, 1}

    and for q < 100 %, with 0 ≤ yᵢ ≤ 1:

                yᵢ ≤ Σ_{j : cᵢⱼ ≤ r} xⱼ,  Σᵢ wᵢ yᵢ ≥ q Σᵢ wᵢ

    The fixed sites count; p is not used. With capacities every point that counts is assigned to one site within r
    whose capacity bounds the weight: Σᵢ wᵢ zᵢⱼ ≤ Cⱼ xⱼ. The bound is the Lagrangian dual rounded up, or HiGHS's where
    that is better. Raises InvalidInstance, Infeasible.
    """
    radius = instance.need_radius()
    choice = replace(instance.choice, p=None)
    choice.check()
    reachable = instance.costs.within(radius)
    check_coverable(instance, reachable)
    if instance.capacity is not None:
        return assigning.lscp(instance, budget)
    covering = _covering(instance, reachable, choice)
    ledger = Ledger(True, gap=budget.gap)
    ledger.lift(len(instance.fixed) + (0.0 if covering.full_enough(_fixed(choice)) else 1.0))
    covering.solve(ledger, budget)
    if ledger.opened is None:
        raise Infeasible("found no set within the limits that covers what is asked", field="limits")
    sites = np.flatnonzero(ledger.best())
    return Answer(
        model=Model.LSCP,
        objective=float(len(sites)),
        bound=ledger.proven,
        sites=tuple(int(site) for site in sites),
        seconds=budget.elapsed,
        stopped=budget.stopped,
    )


def check_coverable(instance: Instance, reachable: sp.csr_array) -> None:
    """Raises Infeasible where not even all candidates together cover what is asked."""
    alone = np.flatnonzero(np.diff(reachable.indptr) == 0)
    if not len(alone):
        return
    if instance.coverage_percent == 100:
        more = f", nor of {len(alone) - 1} others" if len(alone) > 1 else ""
        raise Infeasible(f"no candidate is within service_radius of demand point {alone[0]}{more}", field="demand")
    total = float(instance.weights.sum())
    most = 100 * (1 - float(instance.weights[alone].sum()) / total) if total else 100.0
    if most < instance.coverage_percent * (1 - 1e-12):
        raise Infeasible(
            f"all candidates together cover {most:.6g} % of the weight, not {instance.coverage_percent:g} %",
            field="coverage_percent",
        )


def _fixed(choice: Choice) -> Bools:
    fixed = np.zeros(choice.m, np.bool_)
    fixed[choice.fixed] = True
    return fixed


def _covering(instance: Instance, reachable: sp.csr_array, choice: Choice) -> "Covering":
    if instance.coverage_percent == 100:
        reach = reduce(reachable, np.ones(instance.n), instance.fixed)
        reach = replace(reach, weights=np.ones(len(reach.weights)), settled=0.0)
        return Covering(reach, choice, float(len(reach.weights)), True)
    reach = reduce(reachable, instance.weights, instance.fixed)
    return Covering(reach, choice, instance.coverage_percent / 100 * float(instance.weights.sum()), False)


@dataclass(frozen=True, slots=True, eq=False)
class Covering:
    """The reduced problem: cover at least `needed`; `full` says every row, each then weighing one."""

    reach: Reach
    choice: Choice
    needed: float
    full: bool

    def solve(self, ledger: Ledger, budget: Budget) -> None:
        """Fill the ledger."""
        rng = np.random.default_rng(budget.seed)
        self._grow(_fixed(self.choice), ledger)
        if ledger.closed():
            return
        ledger.tell(budget, "bounding")
        dual = self._bound(ledger, budget)
        ledger.lift(dual.best.bound)
        if not self.choice.limits:
            self._grow(dual.best.opened, ledger)
        if ledger.closed():
            return
        program = self._program(*settled(dual, self.choice, ledger.cutoff), budget)
        race(program, self._values(ledger), lambda v: self._read(v, ledger), self._search(ledger, rng), ledger, budget)

    def full_enough(self, opened: Bools) -> bool:
        """True where the set covers what is needed."""
        return self._enough(Cover(self.reach, opened).value)

    def _enough(self, value: float) -> bool:
        return value >= self.needed * (1 - 1e-12)

    def _grow(self, opened: Bools, ledger: Ledger) -> None:
        """Complete a set greedily, drop what it does not need, offer it."""
        cover = Cover(self.reach, opened)
        while not self._enough(cover.value):
            worth = np.where(self.choice.addable(cover.opened), cover.gain, 0.0)
            site = int(np.minimum(worth, self.needed - cover.value).argmax())
            if worth[site] <= 0:
                return  # the limits leave no way on from here
            cover.add(site)
        self._prune(cover)
        if self.choice.meets(cover.opened):
            ledger.offer(float(cover.opened.sum()), cover.opened)

    def _prune(self, cover: Cover) -> None:
        movable = np.flatnonzero(cover.opened & ~_fixed(self.choice))
        for site in sorted(movable.tolist(), key=cover.loss):
            if self._enough(cover.value - cover.loss(site)):
                cover.remove(site)

    def _bound(self, ledger: Ledger, budget: Budget) -> Dual:
        """Prices u of covering: L(u) = Σⱼ min(0, 1 - Σᵢ aᵢⱼ uᵢ) + the cheapest Σ uᵢ yᵢ that weighs enough."""
        reach, fixed = self.reach, _fixed(self.choice)
        transposed = sp.csr_array(reach.by_column.T)

        def relax(prices: Floats) -> Relaxed:
            reduced = 1.0 - transposed @ prices
            opened = fixed | (reduced < 0)
            covered = self._cheapest(prices)
            # the rows are none of the fixed sites', so these pay nothing and each counts 1
            bound = float(reduced[opened].sum()) + float(prices @ covered)
            slope = covered - reach.by_row @ opened.astype(np.float64)
            return Relaxed(bound, slope, opened, reduced)

        most = np.maximum(np.diff(reach.by_column.indptr), 1)
        start = (
            np.ones(len(reach.weights)) / np.maximum.reduceat(most[reach.by_row.indices], reach.by_row.indptr[:-1])
            if len(reach.weights)
            else np.zeros(0)
        )
        seconds = DUAL_SHARE * budget.seconds
        target = min(ledger.value, float(self.choice.m))
        return ascend(relax, lambda u: np.maximum(u, 0.0), start, target, seconds, budget)

    def _cheapest(self, prices: Floats) -> Floats:
        """The y of the least Σ u y that weighs enough: a knapsack in fractions, cheapest by weight first."""
        if self.full:
            return np.ones_like(prices)
        weights = self.reach.weights
        order = np.argsort(shares(prices, weights), kind="stable")
        left = self.needed - self.reach.settled - (np.cumsum(weights[order]) - weights[order])
        part = np.clip(shares(left, weights[order]), 0.0, 1.0)
        covered = np.empty_like(prices)
        covered[order] = np.where(weights[order] > 0, part, 0.0)
        return covered

    def _search(
        self, ledger: Ledger, rng: np.random.Generator
    ) -> Callable[[Callable[[], bool], Callable[[], float]], None]:
        def search(stop: Callable[[], bool], warm: Callable[[], float]) -> None:
            if ledger.opened is None:
                return
            if self.full:
                weigh(self.reach, self.choice, ledger.best(), rng, stop, lambda found: self._offer(found, ledger))
                return
            while not stop() and self._one_fewer(ledger, rng, stop, warm):
                pass

        return search

    def _offer(self, opened: Bools, ledger: Ledger) -> None:
        if self.choice.meets(opened):
            ledger.offer(float(opened.sum()), opened)

    def _one_fewer(
        self, ledger: Ledger, rng: np.random.Generator, stop: Callable[[], bool], warm: Callable[[], float]
    ) -> bool:
        """Look for a set of one site less that covers as much as it can, until that is enough."""
        cover = Cover(self.reach, ledger.best())
        movable = np.flatnonzero(cover.opened & ~_fixed(self.choice))
        if not len(movable):
            return False
        cover.remove(min(movable.tolist(), key=cover.loss))
        smaller = replace(self.choice, p=int(cover.opened.sum()))
        exchange = Exchange(cover, smaller, rng)
        exchange.climb([int(site) for site in movable if cover.opened[site]], stop)
        before = ledger.value

        def offer(found: Set) -> None:
            if self._enough(found.value):
                self._offer(found.opened, ledger)

        offer(cover)
        exchange.anneal(lambda: ledger.value < before or stop(), warm, offer)
        return ledger.value < before

    def _program(self, never: Bools, always: Bools, budget: Budget) -> Program | None:
        """Columns y (none where every row is needed) and x."""
        reach, m, rows_of = self.reach, self.choice.m, len(self.reach.weights)
        if not fits(reach.by_row, ~never & ~always, budget):
            return None
        n = 0 if self.full else rows_of
        rows, lower, upper = choice_rows(self.choice, n)
        cover = reach.by_row
        if not self.full:
            cover = sp.hstack([-sp.eye_array(n), cover], format="csr")
            rows.append(sp.csr_array(np.concatenate([reach.weights, np.zeros(m)])[None]))
            lower.append(np.array([(self.needed - reach.settled) * (1 - 1e-12)]))
            upper.append(np.array([np.inf]))
        return Program(
            cost=np.concatenate([np.zeros(n), np.ones(m)]),
            lower=np.concatenate([np.zeros(n), always.astype(np.float64)]),
            upper=np.concatenate([np.ones(n), (~never).astype(np.float64)]),
            integer=np.arange(n + m) >= n,
            rows=sp.csr_array(sp.vstack([cover, *rows], format="csr")),
            row_lower=np.concatenate([np.ones(rows_of) if self.full else np.zeros(rows_of), *lower]),
            row_upper=np.concatenate([np.full(rows_of, np.inf), *upper]),
        )

    def _values(self, ledger: Ledger) -> Floats | None:
        if ledger.opened is None:
            return None
        x = ledger.best().astype(np.float64)
        return x if self.full else np.concatenate([np.minimum(self.reach.by_row @ x, 1.0), x])

    def _read(self, values: Floats, ledger: Ledger) -> None:
        opened = values[-self.choice.m :] > 0.5
        if self.full_enough(opened):
            self._offer(opened, ledger)
