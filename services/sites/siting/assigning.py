"""The three models with capacities: each demand point goes to one site, whose capacity bounds the weight it takes."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np
import scipy.sparse as sp

from services.sites.siting.answer import Answer
from services.sites.siting.arrays import Bools, Floats, Ints
from services.sites.siting.budget import Budget
from services.sites.siting.choice import Choice
from services.sites.siting.costs import Nearest
from services.sites.siting.dual import Dual, Relaxed, ascend
from services.sites.siting.exchange import Exchange
from services.sites.siting.faults import Infeasible
from services.sites.siting.filling import assign, improve, pack
from services.sites.siting.highs import Program
from services.sites.siting.instance import Instance
from services.sites.siting.ledger import Ledger
from services.sites.siting.models import Model
from services.sites.siting.pairs import Pairs
from services.sites.siting.programs import choice_rows, whole
from services.sites.siting.racing import Search, race, settled
from services.sites.siting.repairing import mend
from services.sites.siting.serving import Serving, lists_of, weighted
from services.sites.siting.swapping import Swapping, polished

DUAL_SHARE: Final = 0.3
ALL_LISTED: Final = 1_000_000
LISTED: Final = 100  # candidates of each point, where not all are
LARGEST: Final = 150_000  # pairs that HiGHS is given
A_SECOND: Final = 5_000
PROBES: Final = 12  # sets of the relaxation that are tried


def mclp(instance: Instance, budget: Budget) -> Answer:
    """See `mclp.mclp`."""
    return _solve(Model.MCLP, instance, _reached(instance, -1.0, 0.0, 0.0, instance.choice), budget)


def lscp(instance: Instance, budget: Budget) -> Answer:
    """See `lscp.lscp`."""
    every = instance.coverage_percent == 100
    needed = None if every else instance.coverage_percent / 100 * float(instance.weights.sum())
    pairs = _reached(instance, 0.0, 1.0, needed, replace(instance.choice, p=None))
    return _solve(Model.LSCP, instance, pairs, budget)


def p_median(instance: Instance, budget: Budget) -> Answer:
    """See `p_median.p_median`."""
    n, m = instance.n, instance.m
    nearest = instance.costs.nearest(m if n * m <= ALL_LISTED else min(m, LISTED))
    k = nearest.candidates.shape[1]
    pairs = Pairs(
        rows=np.repeat(np.arange(n), k),
        sites=nearest.candidates.ravel(),
        cost=(nearest.costs * instance.weights[:, None]).ravel(),
        weights=instance.weights,
        capacity=_capacity(instance),
        opening=0.0,
        needed=None,
        beyond=weighted(nearest.beyond, instance.weights),
        choice=instance.choice,
    )
    return _solve(Model.P_MEDIAN, instance, pairs, budget)


def _capacity(instance: Instance) -> Floats:
    assert instance.capacity is not None
    return instance.capacity


def _reached(instance: Instance, by_weight: float, opening: float, needed: float | None, choice: Choice) -> Pairs:
    reach = sp.coo_array(instance.costs.within(instance.need_radius()))
    rows, sites = reach.coords[0].astype(np.int64), reach.coords[1].astype(np.int64)
    return Pairs(
        rows=rows,
        sites=sites,
        cost=by_weight * instance.weights[rows],
        weights=instance.weights,
        capacity=_capacity(instance),
        opening=opening,
        needed=needed,
        beyond=np.full(instance.n, np.inf),
        choice=choice,
    )


def _solve(model: Model, instance: Instance, pairs: Pairs, budget: Budget) -> Answer:
    _check(pairs)
    sign = -1.0 if model.maximises else 1.0
    ledger = Ledger(pairs.opening > 0 or whole(np.abs(pairs.cost)), sign=sign, gap=budget.gap)
    _fill(pairs, ledger, budget)
    if ledger.bound == np.inf:
        raise Infeasible("no assignment keeps to the capacities", field="capacity")
    if ledger.opened is None or ledger.assignment is None:
        raise Infeasible(
            "found no assignment within the capacities in the time given: perhaps there is none", field="capacity"
        )
    objective = sign * ledger.value
    bound = sign * ledger.proven
    return Answer(
        model=model,
        objective=objective,
        bound=bound,
        sites=tuple(int(site) for site in np.flatnonzero(ledger.opened)),
        seconds=budget.elapsed,
        assignment=ledger.assignment,
        stopped=budget.stopped,
    )


def _check(pairs: Pairs) -> None:
    """Raises Infeasible where a sum alone shows that the capacities cannot do."""
    if pairs.needed == 0:
        return
    if pairs.needed is None:
        largest = np.full(pairs.n, -1.0)
        np.maximum.at(largest, pairs.rows, pairs.capacity[pairs.sites])
        for row in np.flatnonzero((largest < pairs.weights) & np.isinf(pairs.beyond)):
            raise Infeasible(
                f"demand point {row} weighs {pairs.weights[row]:g}, more than any site it may go to can take",
                field="capacity",
            )
    choice = pairs.choice
    ranked = np.sort(np.delete(pairs.capacity, choice.fixed))[::-1]
    more = len(ranked) if choice.p is None else choice.p - len(choice.fixed)
    most = float(pairs.capacity[choice.fixed].sum() + ranked[:more].sum())
    wanted = float(pairs.weights.sum()) if pairs.needed is None else pairs.needed
    if most < wanted * (1 - 1e-12):
        which = "all sites" if choice.p is None else f"the {choice.p} largest sites allowed"
        raise Infeasible(f"{which} together take {most:g}, the demand weighs {wanted:g}", field="capacity")


def _fill(pairs: Pairs, ledger: Ledger, budget: Budget) -> None:
    rng = np.random.default_rng(budget.seed)
    _first(pairs, ledger, budget)
    dual = _bound(pairs, ledger, budget)
    ledger.lift(dual.best.bound)
    _try(pairs, dual.best.opened, ledger)
    if ledger.closed():
        return
    known = ledger.opened is not None
    never, always = settled(dual, pairs.choice, ledger.cutoff) if known else _nothing(pairs.choice)
    kept = np.flatnonzero(~never[pairs.sites])
    program = _program(pairs, kept, never, always, budget)
    start = None if program is None else _values(pairs, kept, never, ledger)
    search = _search(pairs, dual, ledger, rng)
    race(program, start, lambda values: _read(pairs, kept, values, ledger), search, ledger, budget)


def _nothing(choice: Choice) -> tuple[Bools, Bools]:
    always = np.zeros(choice.m, np.bool_)
    always[choice.fixed] = True
    return np.zeros(choice.m, np.bool_), always


def _first(pairs: Pairs, ledger: Ledger, budget: Budget) -> None:
    """Something to begin with: sites filled one after the other, or medians without regard to capacity."""
    if pairs.needed is None and pairs.opening == 0:
        _try(pairs, _medians(pairs, budget), ledger)
    else:
        opened, found = pack(pairs)
        if not pairs.choice.limits or pairs.choice.meets(opened):
            _offer(pairs, opened, found, ledger)
    for other in (_packed, _large):
        if ledger.opened is None:
            _try(pairs, other(pairs), ledger)
    if ledger.opened is None and pairs.needed is None and pairs.opening == 0 and not pairs.choice.limits:
        opened = _medians(pairs, budget)
        _offer(pairs, *mend(pairs, opened, assign(pairs, opened), budget.over), ledger)


def _medians(pairs: Pairs, budget: Budget) -> Bools:
    k = len(pairs.rows) // pairs.n
    costs = pairs.cost.reshape(pairs.n, k)
    lists = lists_of(Nearest(pairs.sites.reshape(pairs.n, k), costs, pairs.beyond), np.ones(pairs.n), pairs.choice.m)
    fixed = np.zeros(pairs.choice.m, np.bool_)
    fixed[pairs.choice.fixed] = True
    exchange = Exchange(Serving(lists, fixed), pairs.choice, np.random.default_rng(budget.seed))
    exchange.fill()
    exchange.climb(np.flatnonzero(exchange.state.opened).tolist(), budget.over)
    return exchange.state.opened


def _packed(pairs: Pairs) -> Bools:
    return pack(pairs)[0]


def _large(pairs: Pairs) -> Bools:
    """The sites of the largest capacity; all where any number may open."""
    if pairs.choice.p is None:
        return np.ones(pairs.choice.m, np.bool_)
    reached = np.bincount(pairs.sites, pairs.weights[pairs.rows], pairs.choice.m)
    return pairs.choice.best(np.minimum(pairs.capacity, reached))


def _try(pairs: Pairs, opened: Bools, ledger: Ledger) -> None:
    if pairs.choice.limits and not pairs.choice.meets(opened):
        return
    _offer(pairs, opened, assign(pairs, opened), ledger)


def _offer(pairs: Pairs, opened: Bools, found: Ints, ledger: Ledger) -> None:
    if pairs.needed is None and pairs.opening == 0:
        improve(pairs, found, opened)
        found = polished(pairs, opened, found)
    if pairs.choice.p is None:
        opened = _used(pairs, found)
        if pairs.choice.limits and not pairs.choice.meets(opened):
            return
    value = pairs.value(found, opened)
    if np.isfinite(value):
        ledger.offer(value, opened, found)


def _used(pairs: Pairs, found: Ints) -> Bools:
    opened = np.zeros(pairs.choice.m, np.bool_)
    opened[pairs.choice.fixed] = True
    opened[found[found >= 0]] = True
    return opened


def _bound(pairs: Pairs, ledger: Ledger, budget: Budget) -> Dual:
    probes = np.unique(np.geomspace(20, 1_000, PROBES).astype(int)).tolist()
    steps = 0

    def relax(prices: Floats) -> Relaxed:
        nonlocal steps
        steps += 1
        relaxed = pairs.relax(prices)
        if probes and steps >= probes[0]:
            probes.pop(0)
            _try(pairs, relaxed.opened, ledger)
            ledger.tell(budget, "bounding")
        return relaxed

    starts = pairs.starts
    cheapest = np.zeros(pairs.n)
    some = np.flatnonzero(np.diff(starts) > 0)
    cheapest[some] = pairs.cost[np.minimum(starts[some] + 1, starts[some + 1] - 1)]
    start = cheapest if pairs.opening == 0 else np.full(pairs.n, 1.0 / max(1.0, len(pairs.rows) / pairs.choice.m))
    if pairs.needed == 0:
        ledger.lift(float(cheapest.sum()))  # no more than all that is reached
        start = cheapest * (1 - 1 / np.maximum(1.0, np.diff(starts) * (pairs.choice.p or 1) / pairs.choice.m))
    target = ledger.value if ledger.opened is not None else max(1.0, 2 * float(np.abs(cheapest).sum()))
    return ascend(relax, pairs.within, start, target, DUAL_SHARE * budget.seconds, budget)


def _search(pairs: Pairs, dual: Dual, ledger: Ledger, rng: np.random.Generator) -> Search:
    """Swap one site for another that the prices favour, assign anew, keep what is better."""
    tempting = np.argsort(dual.best.reduced, kind="stable")[: 3 * max(10, int(dual.best.opened.sum()))]

    def search(stop: Callable[[], bool], warm: Callable[[], float]) -> None:
        if pairs.choice.p is not None and ledger.opened is not None and ledger.assignment is not None:
            swapping = Swapping(pairs, ledger.opened, ledger.assignment, tempting, rng)
            swapping.anneal(stop, warm, lambda opened, found, _: _offer(pairs, opened, found.copy(), ledger))
        while not stop():
            opened = (dual.best.opened if ledger.opened is None else ledger.opened).copy()
            free = opened.copy()
            free[pairs.choice.fixed] = False
            closed = np.flatnonzero(free)
            others = tempting[~opened[tempting]]
            if not len(closed) or (not len(others) and pairs.choice.p is not None):
                return
            opened[rng.choice(closed)] = False
            if pairs.choice.p is not None or (len(others) and rng.random() < 0.5):
                opened[rng.choice(others)] = True
            _try(pairs, opened, ledger)

    return search


def _program(pairs: Pairs, kept: Ints, never: Bools, always: Bools, budget: Budget) -> Program | None:
    """Columns z of the kept pairs and x; None where some pairs are not listed or there are too many."""
    if np.isfinite(pairs.beyond).any() or len(kept) > min(LARGEST, A_SECOND * budget.left):
        return None
    n, m, z = pairs.n, pairs.choice.m, len(kept)
    rows, sites, places = pairs.rows[kept], pairs.sites[kept], np.arange(z)
    once = sp.csr_array((np.ones(z), (rows, places)), shape=(n, z + m))
    load = sp.csr_array(
        (
            np.concatenate([pairs.weights[rows], -pairs.capacity]),
            (np.concatenate([sites, np.arange(m)]), np.concatenate([places, z + np.arange(m)])),
        ),
        shape=(m, z + m),
    )
    serve = sp.csr_array(
        (np.concatenate([np.ones(z), -np.ones(z)]), (np.tile(places, 2), np.concatenate([places, z + sites]))),
        shape=(z, z + m),
    )
    more, lower, upper = choice_rows(pairs.choice, z)
    if pairs.needed:
        more.append(sp.csr_array(np.concatenate([pairs.weights[rows], np.zeros(m)])[None]))
        lower.append(np.array([pairs.needed * (1 - 1e-12)]))
        upper.append(np.array([np.inf]))
    least = np.ones(n) if pairs.needed is None else np.zeros(n)
    return Program(
        cost=np.concatenate([pairs.cost[kept], np.full(m, pairs.opening)]),
        lower=np.concatenate([np.zeros(z), always.astype(np.float64)]),
        upper=np.concatenate([np.ones(z), (~never).astype(np.float64)]),
        integer=np.ones(z + m, np.bool_),
        rows=sp.csr_array(sp.vstack([once, load, serve, *more], format="csr")),
        row_lower=np.concatenate([least, np.full(m + z, -np.inf), *lower]),
        row_upper=np.concatenate([np.ones(n), np.zeros(m + z), *upper]),
    )


def _values(pairs: Pairs, kept: Ints, never: Bools, ledger: Ledger) -> Floats | None:
    if ledger.opened is None or ledger.assignment is None or (ledger.opened & never).any():
        return None  # none yet, or the program only has sets that are better
    z = ledger.assignment[pairs.rows[kept]] == pairs.sites[kept]
    return np.concatenate([z.astype(np.float64), ledger.opened.astype(np.float64)])


def _read(pairs: Pairs, kept: Ints, values: Floats, ledger: Ledger) -> None:
    m = pairs.choice.m
    opened, chosen = values[-m:] > 0.5, kept[values[:-m] > 0.5]
    found = np.full(pairs.n, -1, np.int64)
    found[pairs.rows[chosen]] = pairs.sites[chosen]
    value = pairs.value(found, opened)
    if np.isfinite(value) and pairs.fits(found) and pairs.choice.meets(opened):
        ledger.offer(value, opened, found)
