"""Which sets of candidates may be chosen: how many, which of them stand already, how many of each group."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from services.sites.siting.arrays import Bools, Floats, Ints
from services.sites.siting.faults import Infeasible, InvalidInstance


@dataclass(frozen=True, slots=True, eq=False)
class Limit:
    """Of each group at most (and at least) so many candidates are chosen; one per grid cell, quotas by district.

    `labels` (m) gives each candidate's group, -1 for none; `most` and `least` are by group.
    """

    labels: Ints
    most: Ints
    least: Ints | None = None

    @staticmethod
    def one_per(labels: Ints) -> "Limit":
        """At most one of each group."""
        return Limit(labels, np.ones(int(labels.max(initial=-1)) + 1, np.int64))

    def counts(self, candidates: Ints) -> Ints:
        """How many of the candidates are in each group."""
        labels = self.labels[candidates]
        return np.bincount(labels[labels >= 0], minlength=len(self.most))


@dataclass(frozen=True, eq=False)  # without slots, for what is derived once
class Choice:
    """`p` sites out of `m`, the fixed ones among them; None is any number. Fixed sites never break a limit."""

    m: int
    p: int | None
    fixed: Ints
    limits: tuple[Limit, ...] = ()

    def check(self) -> None:
        """Raises Infeasible where the limits leave no such choice."""
        for limit in self.limits:
            self._check(limit)

    def _check(self, limit: Limit) -> None:
        there = limit.counts(np.arange(self.m))
        least = np.zeros_like(limit.most) if limit.least is None else limit.least
        for bad in np.flatnonzero(np.minimum(there, self._room(limit)) < least):
            raise Infeasible(f"group {bad} cannot have the {least[bad]} sites asked for", field="limits")
        if self.p is None:
            return
        if (needed := int(np.maximum(least, limit.counts(self.fixed)).sum())) > self.p:
            raise Infeasible(f"the groups' least numbers need {needed} sites, p is {self.p}", field="limits")
        most = int(np.minimum(there, self._room(limit)).sum() + (limit.labels < 0).sum())
        if most < self.p:
            raise Infeasible(f"the groups allow {most} sites at most, p is {self.p}", field="limits")

    def _room(self, limit: Limit) -> Ints:
        return np.maximum(limit.most, limit.counts(self.fixed))

    def addable(self, opened: Bools) -> Bools:
        """Which candidates may be opened next."""
        free = ~opened
        if not self.limits:
            return free
        chosen = np.flatnonzero(opened)
        for limit in self.limits:
            counts = limit.counts(chosen)
            full = np.append(counts >= self._room(limit), False)  # the last is for those in no group: label -1
            free &= ~full[limit.labels]
            if limit.least is not None and self.p is not None:
                missing = np.maximum(limit.least - counts, 0)
                if missing.sum() >= self.p - len(chosen):
                    free &= np.append(missing > 0, False)[limit.labels]
        return free

    def meets(self, opened: Bools) -> bool:
        """True for a set within every limit."""
        chosen = np.flatnonzero(opened)
        if self.p is not None and len(chosen) != self.p:
            return False
        return all(self._kept(limit, limit.counts(chosen)) for limit in self.limits)

    def _kept(self, limit: Limit, counts: Ints) -> bool:
        enough = limit.least is None or bool((counts >= limit.least).all())
        return enough and bool((counts <= self._room(limit)).all())

    def best(self, values: Floats) -> Bools:
        """The p candidates of the most value, fixed ones first, or a set of more value where limits would forbid it.

        No permitted set has more: at most so many of each group, and of each group within the groups before, is a
        laminar family, for which taking the best first is exact; least numbers and overlaps are left out.
        """
        assert self.p is not None
        opened = np.zeros(self.m, np.bool_)
        opened[self.fixed] = True
        wanted = self.p - len(self.fixed)
        if wanted <= 0:
            return opened
        if self.limits:
            order = self._laminar(np.where(opened, -np.inf, values), opened)[:wanted]
        elif wanted < self.m - len(self.fixed):
            order = np.argpartition(np.where(opened, np.inf, -values), wanted - 1)[:wanted]
        else:
            order = np.flatnonzero(~opened)
        opened[order] = True
        return opened

    def _laminar(self, values: Floats, opened: Bools) -> Ints:
        order = np.argsort(-values, kind="stable")
        order = order[~opened[order]]
        for labels, rooms in reversed(self._nested):
            order = order[_rank_within(labels[order]) < rooms[order]]
        return order

    @cached_property
    def _nested(self) -> list[tuple[Ints, Ints]]:
        """Each limit with its groups cut by those before, and the room left for each candidate's group."""
        nested, former = [], np.zeros(self.m, np.int64)
        for limit in self.limits:
            room = np.append(self._room(limit) - limit.counts(self.fixed), self.m)
            _, former = np.unique(np.column_stack([former, limit.labels]), axis=0, return_inverse=True)
            former = former.ravel()
            nested.append((former, room[limit.labels]))
        return nested


def _rank_within(labels: Ints) -> Ints:
    """For each element how many before it have its label."""
    order = np.argsort(labels, kind="stable")
    sorted_labels = labels[order]
    first = np.flatnonzero(np.r_[True, sorted_labels[1:] != sorted_labels[:-1]]) if len(labels) else np.zeros(0, int)
    rank = np.empty(len(labels), np.int64)
    rank[order] = np.arange(len(labels)) - np.repeat(first, np.diff(np.append(first, len(labels))))
    return rank


def check_limits(limits: tuple[Limit, ...], m: int) -> None:
    """Raises InvalidInstance where a limit does not fit the candidates."""
    for number, limit in enumerate(limits):
        if limit.labels.shape != (m,):
            raise InvalidInstance(f"has {len(limit.labels)} labels, not {m}", field=f"limits.{number}.labels")
        if limit.labels.max(initial=-1) >= len(limit.most) or limit.labels.min(initial=-1) < -1:
            raise InvalidInstance("a label has no number in most", field=f"limits.{number}.labels")
