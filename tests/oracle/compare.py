"""Both opinions on as many pairs as are asked for, and where they differ."""

import multiprocessing
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from tests.oracle.matter import Ground, Pair, verdict
from tests.oracle.pairs import FAMILIES
from tests.oracle.placing import BANDS
from tests.oracle.service import refused

SEED: Final = 20_261_122
AT_ONCE: Final = 300  # pairs in one batch of the platform's: as many cells as there are
_A_TASK: Final = 3_000


@dataclass
class Compared:
    """One family: how many pairs were judged, how many conflict, how many are too near to touching to be judged."""

    family: str
    judged: int = 0
    conflicts: int = 0
    in_band: int = 0
    differ: list[Pair] = field(default_factory=list)

    def add(self, other: "Compared") -> None:
        """What was found of the same family elsewhere."""
        self.judged += other.judged
        self.conflicts += other.conflicts
        self.in_band += other.in_band
        self.differ += other.differ


def names() -> list[str]:
    """Of the families."""
    return [family.__name__ for family in FAMILIES]


def share(family: str, pairs: int) -> int:
    """How many of so many pairs are of a family."""
    return next(max(int(pairs * part), 1) for each, part in FAMILIES.items() if each.__name__ == family)


def compare(family: str, pairs: int, seed: int = SEED) -> Compared:
    """So many pairs of a family."""
    make = next(each for each in FAMILIES if each.__name__ == family)
    chance = np.random.default_rng([seed, names().index(family)])
    found = Compared(family)
    while found.judged < pairs:
        batch = list(make(chance, min(AT_ONCE, pairs - found.judged)))
        _compare(batch, found, among=bool(chance.integers(2)))
    return found


def compare_all(pairs: int, seed: int = SEED) -> list[Compared]:
    """Every family's share of so many pairs, on all processors."""
    tasks = [(name, _A_TASK, seed + k) for name in names() for k in range(-(-share(name, pairs) // _A_TASK))]
    tasks = [(name, min(_A_TASK, share(name, pairs)), seed) for name, _, seed in tasks]
    tasks.sort(key=lambda task: task[0] not in ("far_flights", "legs", "legs_above_sea"))  # the slow ones first
    found = {name: Compared(name) for name in names()}
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        for part in pool.map(_task, tasks):
            found[part.family].add(part)
    return list(found.values())


def _task(task: tuple[str, int, int]) -> Compared:
    return compare(*task)


def _compare(batch: Sequence[Pair], found: Compared, *, among: bool) -> None:
    ground = BANDS if found.family in ("mixed_heights", "zone_heights") else Ground()
    judged = [(pair, said) for pair in batch if (said := verdict(pair, ground)) is not None]
    found.in_band += len(batch) - len(judged)
    answers = refused([pair for pair, _ in judged], ground, among=among)
    found.judged += len(judged)
    found.conflicts += sum(said for _, said in judged)
    found.differ += [pair for (pair, said), answer in zip(judged, answers, strict=True) if answer != said]


def table(found: Iterable[Compared]) -> str:
    """The comparison as text."""
    total = Compared("in all")
    rows = [f"{'pairs':>10} {'conflicts':>10} {'in band':>8} {'differ':>7}  what"]
    for one in found:
        rows.append(_row(one))
        total.add(one)
    return "\n".join([*rows, _row(total)])


def _row(one: Compared) -> str:
    name = one.family.replace("_", " ")
    return f"{one.judged:>10,} {one.conflicts:>10,} {one.in_band:>8,} {len(one.differ):>7,}  {name}"
