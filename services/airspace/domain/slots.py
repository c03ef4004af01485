"""Slots: who holds the pads of a site, whether one is free, and how little later or earlier one is. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from operator import ne
from typing import Final

from services.airspace.domain.terminals import PadHold, Spot, Terminal, Terminals, pad_holds
from shared.flight import FlightVolumes

MINUTE_US: Final = 60_000_000
HORIZON_MIN: Final = 60  # a free slot is looked for this much earlier and later
HORIZON_US: Final = HORIZON_MIN * MINUTE_US
SHIFTS_US: Final = tuple(sign * step * MINUTE_US for step in range(1, HORIZON_MIN + 1) for sign in (1, -1))

Span = tuple[int, int]
Held = tuple[int, int, int]  # start, end, flight


@dataclass(frozen=True, slots=True)
class Shortage:
    """No pad for a hold: from when to when all are held, and the least shift by which the whole flight finds its pads.

    `shift_us` is None where there is none within the horizon.
    """

    hold: PadHold
    terminal: Terminal
    full: Span
    shift_us: int | None = None


class Slots:
    """The holds of some flights, by site and position. Who counts is asked at each question.

    Without `shifts` no shortage says which would help: for answers whose reasons nobody reads.
    """

    def __init__(self, flights: Sequence[FlightVolumes], terminals: Terminals, *, shifts: bool = True) -> None:
        self._terminals, self._shifts = terminals, shifts
        self._at: dict[Spot, list[Held]] = defaultdict(list)
        self.holds = [self._entered(i, flight) for i, flight in enumerate(flights)]

    def _entered(self, i: int, flight: FlightVolumes) -> list[PadHold]:
        holds = pad_holds(flight, self._terminals)
        for hold in holds:
            self._at[hold.spot].append((hold.start_us, hold.end_us, i))
        return holds

    def pads(self, hold: PadHold) -> int:
        """How many the site has."""
        return self._terminals[hold.spot.site_id].pads

    def others(self, hold: PadHold, shift_us: int, counts: Callable[[int], bool]) -> list[Held]:
        """The holds of flights that count, at the site during the hold."""
        start_us, end_us = hold.start_us + shift_us, hold.end_us + shift_us
        return [held for held in self._at[hold.spot] if held[0] < end_us and held[1] > start_us and counts(held[2])]

    def full(self, hold: PadHold, counts: Callable[[int], bool], shift_us: int = 0) -> Span | None:
        """The first time during the hold at which others hold every pad, or None."""
        others = self.others(hold, shift_us, counts)
        if len(others) < self.pads(hold):
            return None
        return _first_full(others, hold.start_us + shift_us, hold.end_us + shift_us, self.pads(hold))

    def shortages(self, i: int, counts: Callable[[int], bool]) -> list[Shortage]:
        """For flight i: each of its holds for which there is no pad, others counting as they are said to."""
        found = [(hold, full) for hold in self.holds[i] if (full := self.full(hold, counts)) is not None]
        if not found:
            return []
        shift_us = self._nearest_shift(self.holds[i], counts) if self._shifts else None
        return [Shortage(hold, self._terminals[hold.spot.site_id], full, shift_us) for hold, full in found]

    def _nearest_shift(self, holds: Iterable[PadHold], counts: Callable[[int], bool]) -> int | None:
        free = (shift for shift in SHIFTS_US if not any(self.full(hold, counts, shift) for hold in holds))
        return next(free, None)

    def shortage(self, hold: PadHold, full: Span) -> Shortage:
        """Of a hold that has to be given up."""
        return Shortage(hold, self._terminals[hold.spot.site_id], full)


def crowded(flights: Sequence[FlightVolumes], standing: Sequence[FlightVolumes], terminals: Terminals) -> list[int]:
    """Which of the flights may find all pads held, if every one of the others counts: too many, never too few."""
    slots = Slots([*flights, *standing], terminals)
    return [i for i in range(len(flights)) if any(slots.full(hold, partial(ne, i)) for hold in slots.holds[i])]


def _first_full(others: Sequence[Held], start_us: int, end_us: int, pads: int) -> Span | None:
    """From when to when at least `pads` of them are held at once, first of all within [start, end)."""
    changes: dict[int, int] = defaultdict(int)
    for start, end, _ in others:
        changes[max(start, start_us)] += 1
        changes[end] -= 1
    count, since = 0, None
    for at_us in sorted(changes):
        count += changes[at_us]
        if since is None and count >= pads:
            since = at_us
        elif since is not None and count < pads:
            return since, at_us
    return None
