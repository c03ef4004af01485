"""Cover as much as p sites can."""

import numpy as np
import scipy.sparse as sp

from services.sites.siting import assigning
from services.sites.siting.answer import Answer
from services.sites.siting.arrays import Bools, Floats
from services.sites.siting.budget import Budget
from services.sites.siting.choice import Choice
from services.sites.siting.cover import Cover, Reach, reduce
from services.sites.siting.dual import Dual, Relaxed, ascend
from services.sites.siting.exchange import Exchange
from services.sites.siting.highs import Program
from services.sites.siting.instance import Instance
from services.sites.siting.ledger import Ledger
from services.sites.siting.models import Model
from services.sites.siting.programs import choice_rows, fits, whole
from services.sites.siting.racing import annealing, race, settled, some_set

DUAL_SHARE = 0.4  # of the time, at most


def mclp(instance: Instance, budget: Budget) -> Answer:
    """The maximal covering location problem (Church and ReVelle 1974).

    maximise    Σᵢ wᵢ yᵢ
    subject to  yᵢ ≤ Σ_{j : cᵢⱼ ≤ r} xⱼ     for every demand point i
                Σⱼ xⱼ = p,  xⱼ = 1 for the fixed j,  the limits of groups
                xⱼ ∈ {0, 1},  0 ≤ yᵢ ≤ 1

    With capacities each demand point is served by one site within r, or none:

    maximise    Σᵢ Σ_{j : cᵢⱼ ≤ r} wᵢ zᵢⱼ
    subject to  Σⱼ zᵢⱼ ≤ 1,  Σᵢ wᵢ zᵢⱼ ≤ Cⱼ xⱼ,  zᵢⱼ ∈ {0, 1},  and x as before.

    Points reached by the same candidates are one row. The bound is the Lagrangian dual of the first constraints, which
    equals the linear relaxation's; HiGHS raises it where it gets through the rest in time. Raises InvalidInstance,
    Infeasible.
    """
    instance.need_p()
    radius = instance.need_radius()
    choice = instance.choice
    choice.check()
    if instance.capacity is not None:
        return assigning.mclp(instance, budget)
    reachable = instance.costs.within(radius)
    reach = reduce(reachable, instance.weights, instance.fixed)
    ledger = Ledger(whole(instance.weights), sign=-1.0, gap=budget.gap)
    ledger.lift(-reach.coverable)
    _search(reach, choice, ledger, budget)
    return _answer(instance, reachable, ledger, budget)


def _answer(instance: Instance, reachable: sp.csr_array, ledger: Ledger, budget: Budget) -> Answer:
    sites = np.flatnonzero(ledger.best())
    covered = reachable[:, sites].sum(axis=1) > 0
    objective = float(instance.weights[covered].sum())
    return Answer(
        model=Model.MCLP,
        objective=objective,
        bound=max(objective, -ledger.proven),
        sites=tuple(int(site) for site in sites),
        seconds=budget.elapsed,
        stopped=budget.stopped,
    )


def _search(reach: Reach, choice: Choice, ledger: Ledger, budget: Budget) -> None:
    """Fill the ledger with the best set and bound of the reduced problem."""
    rng = np.random.default_rng(budget.seed)
    _grow(reach, choice, _fixed(choice), rng, ledger, budget)
    if ledger.closed():
        return
    ledger.tell(budget, "bounding")
    dual = _bound(reach, choice, ledger, budget)
    ledger.lift(dual.best.bound)
    _from_dual(reach, choice, dual, rng, ledger, budget)
    if ledger.closed():
        return
    state = Exchange(Cover(reach, ledger.best()), choice, rng)
    search = annealing(state, ledger, lambda: -state.state.value)
    program = _program(reach, choice, *settled(dual, choice, ledger.cutoff), budget)
    start = _values(reach, ledger.best())
    race(program, start, lambda values: _read(reach, choice, values, ledger), search, ledger, budget)


def _fixed(choice: Choice) -> Bools:
    fixed = np.zeros(choice.m, np.bool_)
    fixed[choice.fixed] = True
    return fixed


def _grow(
    reach: Reach, choice: Choice, opened: Bools, rng: np.random.Generator, ledger: Ledger, budget: Budget
) -> None:
    """Fill up a set greedily, offer it; the second time swap until nothing helps, too."""
    cover = Cover(reach, opened)
    exchange = Exchange(cover, choice, rng)
    if not exchange.fill():
        cover = Cover(reach, some_set(choice, np.asarray(reach.by_column.T @ reach.weights), budget))
        exchange = Exchange(cover, choice, rng)
    if ledger.opened is not None:  # the first has only to say how far the bound may go
        exchange.climb(rng.permutation(np.flatnonzero(cover.opened)).tolist(), budget.over)
    ledger.offer(-cover.value, cover.opened)


def _bound(reach: Reach, choice: Choice, ledger: Ledger, budget: Budget) -> Dual:
    """Prices μ of covering: L(μ) = Σ (wᵢ - μᵢ) + the p largest of Σᵢ aᵢⱼ μᵢ, for 0 ≤ μ ≤ w."""
    transposed = sp.csr_array(reach.by_column.T)
    weights, settled_weight = reach.weights, reach.settled

    def relax(prices: Floats) -> Relaxed:
        worth = transposed @ prices
        opened = choice.best(worth)
        bound = -settled_weight - float((weights - prices).sum()) - float(worth[opened].sum())
        slope = 1.0 - reach.by_row @ opened.astype(np.float64)
        return Relaxed(bound, slope, opened, -worth)

    reachers = np.diff(reach.by_row.indptr)
    wanted = (choice.p or 1) / choice.m
    start = weights / np.maximum(1.0, reachers * wanted)
    return ascend(relax, lambda mu: np.clip(mu, 0.0, weights), start, ledger.value, DUAL_SHARE * budget.seconds, budget)


def _from_dual(
    reach: Reach, choice: Choice, dual: Dual, rng: np.random.Generator, ledger: Ledger, budget: Budget
) -> None:
    opened = dual.best.opened
    if choice.limits and not choice.meets(opened):
        return
    _grow(reach, choice, opened, rng, ledger, budget)


def _program(reach: Reach, choice: Choice, never: Bools, always: Bools, budget: Budget) -> Program | None:
    """The program over columns y and x; None where it is too large to be of use."""
    n = len(reach.weights)
    if not fits(reach.by_row, ~never & ~always, budget):
        return None
    rows, lower, upper = choice_rows(choice, n)
    cover = sp.hstack([-sp.eye_array(n), reach.by_row], format="csr")
    return Program(
        cost=np.concatenate([-reach.weights, np.zeros(choice.m)]),
        lower=np.concatenate([np.zeros(n), always.astype(np.float64)]),
        upper=np.concatenate([np.ones(n), (~never).astype(np.float64)]),
        integer=np.arange(n + choice.m) >= n,
        rows=sp.csr_array(sp.vstack([cover, *rows], format="csr")),
        row_lower=np.concatenate([np.zeros(n), *lower]),
        row_upper=np.concatenate([np.full(n, np.inf), *upper]),
        offset=-reach.settled,
    )


def _values(reach: Reach, opened: Bools) -> Floats:
    x = opened.astype(np.float64)
    return np.concatenate([np.minimum(reach.by_row @ x, 1.0), x])


def _read(reach: Reach, choice: Choice, values: Floats, ledger: Ledger) -> None:
    opened = values[-choice.m :] > 0.5
    if choice.meets(opened):
        ledger.offer(-Cover(reach, opened).value, opened)
