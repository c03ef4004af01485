"""Both opinions on as many pairs as are asked for, on what happens at sites, and where they differ."""

import multiprocessing
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from tests.oracle.matter import Ground, Pair, verdict
from tests.oracle.pairs import FAMILIES
from tests.oracle.placing import BANDS
from tests.oracle.plays import PLAYS, Filed, Play
from tests.oracle.service import refused
from tests.oracle.staged import differing

SEED: Final = 20_261_122
AT_ONCE: Final = 300  # pairs in one batch of the platform's: as many cells as there are
_A_TASK: Final = 3_000
_PLAYS_AT_ONCE: Final = 20


@dataclass
class Compared:
    """One family: how many pairs, or plans at sites, were judged; how many of them conflict, or are refused.

    What is too near to touching is in the band. Of plays the steps differ.
    """

    family: str
    judged: int = 0
    conflicts: int = 0
    in_band: int = 0
    differ: list[object] = field(default_factory=list)

    def add(self, other: "Compared") -> None:
        """What was found of the same family elsewhere."""
        self.judged += other.judged
        self.conflicts += other.conflicts
        self.in_band += other.in_band
        self.differ += other.differ


def names() -> list[str]:
    """Of the families."""
    return [family.__name__ for family in (*FAMILIES, *PLAYS)]


def share(family: str, pairs: int) -> int:
    """How many of so many pairs are of a family."""
    shares = {each.__name__: part for families in (FAMILIES, PLAYS) for each, part in families.items()}
    return max(int(pairs * shares[family]), 1)


def compare(family: str, pairs: int, seed: int = SEED) -> Compared:
    """So many pairs of a family, or plans of a family of plays."""
    chance = np.random.default_rng([seed, names().index(family)])
    found = Compared(family)
    while found.judged < pairs:
        for make in (each for each in FAMILIES if each.__name__ == family):
            batch = list(make(chance, min(AT_ONCE, pairs - found.judged)))
            _compare(batch, found, among=bool(chance.integers(2)))
        for play in (each for each in PLAYS if each.__name__ == family):
            _stage(list(play(chance, _PLAYS_AT_ONCE)), found, chance)
    return found


def compare_all(pairs: int, seed: int = SEED) -> list[Compared]:
    """Every family's share of so many pairs, on all processors."""
    tasks = [(name, _A_TASK, seed + k) for name in names() for k in range(-(-share(name, pairs) // _A_TASK))]
    tasks = [(name, min(_A_TASK, share(name, pairs)), seed) for name, _, seed in tasks]
    tasks.sort(key=lambda task: task[0] not in ("busy", "far_flights", "legs", "legs_above_sea"))  # the slow ones first
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


def _stage(plays: Sequence[Play], found: Compared, chance: np.random.Generator) -> None:
    filed = [step.what for play in plays for step in play.steps if isinstance(step.what, Filed)]
    found.in_band += sum(play.in_band for play in plays)
    found.judged += len(filed)
    found.conflicts += sum(not one.accepted for one in filed)
    found.differ += differing(plays, chance)


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
