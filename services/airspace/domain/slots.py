"""Slots: who holds the pads of a site, whether one is free, and how little later or earlier one is. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
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

    def others(self, hold: PadHold, counts: Callable[[int], bool]) -> list[Held]:
        """The holds of flights that count, at the site during the hold."""
        start_us, end_us = hold.start_us, hold.end_us
        return [held for held in self._at[hold.spot] if held[0] < end_us and held[1] > start_us and counts(held[2])]

    def full(self, hold: PadHold, counts: Callable[[int], bool]) -> Span | None:
        """The first time during the hold at which others hold every pad, or None."""
        if len(self._at[hold.spot]) <= self.pads(hold):
            return None  # with its own
        others = [(max(start, hold.start_us), end, i) for start, end, i in self.others(hold, counts)]
        return next(_full(others, self.pads(hold)), None)

    def shortages(self, i: int, counts: Callable[[int], bool]) -> list[Shortage]:
        """For flight i: each of its holds for which there is no pad, others counting as they are said to."""
        found = [(hold, full) for hold in self.holds[i] if (full := self.full(hold, counts)) is not None]
        if not found:
            return []
        shift_us = self._nearest_shift(self.holds[i], counts) if self._shifts else None
        return [Shortage(hold, self._terminals[hold.spot.site_id], full, shift_us) for hold, full in found]

    def _nearest_shift(self, holds: Sequence[PadHold], counts: Callable[[int], bool]) -> int | None:
        taken = [(hold, full) for hold in holds for full in self._full_spans(hold, counts)]
        free = (
            shift
            for shift in SHIFTS_US
            if not any(start < hold.end_us + shift and end > hold.start_us + shift for hold, (start, end) in taken)
        )
        return next(free, None)

    def _full_spans(self, hold: PadHold, counts: Callable[[int], bool]) -> list[Span]:
        """Every time within the horizon of the hold at which others hold every pad."""
        widest = hold._replace(start_us=hold.start_us - HORIZON_US, end_us=hold.end_us + HORIZON_US)
        return list(_full(self.others(widest, counts), self.pads(hold)))

    def shortage(self, hold: PadHold, full: Span) -> Shortage:
        """Of a hold that has to be given up."""
        return Shortage(hold, self._terminals[hold.spot.site_id], full)


def crowded(flights: Sequence[FlightVolumes], standing: Sequence[FlightVolumes], terminals: Terminals) -> list[int]:
    """Which of the flights may find all pads held, if every one of the others counts: too many, never too few."""
    slots = Slots([*flights, *standing], terminals)
    return [i for i in range(len(flights)) if any(slots.full(hold, partial(ne, i)) for hold in slots.holds[i])]


def _full(others: Sequence[Held], pads: int) -> Iterator[Span]:
    """From when to when at least `pads` of them are held at once, one time after another."""
    if len(others) < pads:
        return
    changes: dict[int, int] = defaultdict(int)
    for start, end, _ in others:
        changes[start] += 1
        changes[end] -= 1
    count, since = 0, None
    for at_us in sorted(changes):
        count += changes[at_us]
        if since is None and count >= pads:
            since = at_us
        elif since is not None and count < pads:
            yield since, at_us
            since = None
