"""The nearest legal plan: flights like the one asked for, changed a little in time, height or way. Pure.

Here they are only thought of and ranked. What proves one is the decision itself (`assess_each`), made with the same
zones, plans and authorizations as the answer that it is an alternative to.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from shared.contracts.assessment import Assessment, Outcome
from shared.flight import AircraftClass, FlightIntent
from shared.volumes import AltitudeReference

MOST: Final = 3  # alternatives to one plan
CONTROLLED_FROM_M: Final = 120.0  # Decree 761 Art. 19: 真高 120 米以上
MOST_HEIGHT_M: Final = {AircraftClass.MICRO: 50.0, AircraftClass.AGRICULTURAL: 30.0}  # Decree 761 Art. 62, true height
_SHIFTS_MIN: Final = (1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 360, 480, 720)
_HEIGHTS_M: Final = (10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 80.0, 100.0, 150.0, 200.0)
_HIGHEST_M: Final = 10_000.0  # of a waypoint


class AlternativeKind(StrEnum):
    """What an alternative changes, in the order in which operators like to change it."""

    SHIFT = "shift"
    HEIGHT = "height"
    DETOUR = "detour"


_ORDER: Final = {kind: place for place, kind in enumerate(AlternativeKind)}


@dataclass(frozen=True, slots=True, kw_only=True)
class AlternativeLimits:
    """How far an alternative may go from what was asked. Engineering defaults."""

    horizon_s: float = 7_200.0  # earlier or later
    lowest_m: float = 20.0  # cruise above the ground, unless asked for lower
    margin_m: float = 10.0  # kept from what is flown round, beyond the flight's own footprint


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A flight like the one asked for, and by how much it differs."""

    kind: AlternativeKind
    intent: FlightIntent
    shift_s: int = 0  # later; earlier where negative
    height_m: float = 0.0  # higher; lower where negative
    extra_m: float = 0.0  # longer way
    side: str = ""  # left or right of what is flown round

    @property
    def size(self) -> float:
        """How much it differs, among changes of its kind."""
        return abs(self.shift_s) + abs(self.height_m) + self.extra_m

    @property
    def direction(self) -> tuple[AlternativeKind, bool, str]:
        """Changes of one kind and direction differ in size only: nobody wants to read more than the smallest."""
        return self.kind, self.shift_s + self.height_m > 0, self.side


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """A change with the answer that it would get."""

    change: Change
    assessment: Assessment


def shifted(
    intent: FlightIntent, limits: AlternativeLimits, now: datetime, until: datetime, clear: Sequence[timedelta] = ()
) -> Iterator[Change]:
    """The same flight at other times: by steps, and by the shifts that bring it `clear` of something in the way.

    `until`: the latest departure that may be asked for; none is before `now`. All are whole minutes.
    """
    minutes = {sign * step for step in _SHIFTS_MIN for sign in (-1, 1)}
    minutes |= {_away(shift / timedelta(minutes=1)) for shift in clear}
    for shift in sorted(minutes - {0}):
        departs_at = intent.departs_at + timedelta(minutes=shift)
        if abs(shift) * 60 <= limits.horizon_s and now <= departs_at <= until:
            moved = replace(intent, departs_at=departs_at)
            yield Change(kind=AlternativeKind.SHIFT, intent=moved, shift_s=shift * 60)


def raised(intent: FlightIntent, limits: AlternativeLimits, ground_m: float) -> Iterator[Change]:
    """The same flight higher or lower as a whole. `ground_m`: the highest ground under it, in its reference.

    Declared true height stays below 120 m, and within what the class may fly, unless more was asked for.
    """
    heights = _heights(intent)
    lowest = min(min(heights), ground_m + limits.lowest_m)
    for step in (sign * step for step in _HEIGHTS_M for sign in (-1, 1)):
        if lowest <= min(heights) + step and _is_open(intent, max(heights), max(heights) + step):
            yield Change(kind=AlternativeKind.HEIGHT, intent=_raised(intent, step), height_m=step)


def nearest(candidates: Sequence[Change], answers: Sequence[Assessment], asked: Outcome) -> list[Alternative]:
    """At most `MOST` that are better than the answer `asked`: the smallest change of each kind and direction.

    Those that need no ruling come first, then time before height before way. One that awaits a ruling is better than a
    refusal only.
    """
    better = {Outcome.APPROVED: 0, Outcome.NOT_REQUIRED: 0}
    if asked is Outcome.REFUSED:
        better[Outcome.AWAITING] = 1
    found = [
        Alternative(change=change, assessment=answer)
        for change, answer in zip(candidates, answers, strict=True)
        if answer.outcome in better
    ]
    found.sort(key=lambda one: (better[one.assessment.outcome], one.change.size, one.change.direction))
    smallest = {one.change.direction: one for one in reversed(found)}
    of_kind = {one.change.kind: one for one in sorted(smallest.values(), key=found.index, reverse=True)}
    second = [one for one in sorted(smallest.values(), key=found.index) if one not in of_kind.values()]
    chosen = [*of_kind.values(), *second[: MOST - len(of_kind)]]
    return sorted(chosen, key=lambda one: (better[one.assessment.outcome], _ORDER[one.change.kind], one.change.size))


def _away(minutes: float) -> int:
    return math.ceil(minutes) if minutes > 0 else math.floor(minutes)


def _heights(intent: FlightIntent) -> list[float]:
    if intent.area is not None:
        return [intent.area.upper_m, intent.area.lower_m] if intent.area.lower_m > 0 else [intent.area.upper_m]
    return [point.height_m for point in intent.path]


def _is_open(intent: FlightIntent, asked_m: float, top_m: float) -> bool:
    """Whether the flight may be offered this height though it did not ask for it."""
    if top_m <= asked_m or intent.height_reference is not AltitudeReference.AGL:
        return top_m <= _HIGHEST_M
    most = MOST_HEIGHT_M.get(intent.aircraft_class, _HIGHEST_M)
    return top_m <= most and (top_m < CONTROLLED_FROM_M or asked_m >= CONTROLLED_FROM_M)


def _raised(intent: FlightIntent, step_m: float) -> FlightIntent:
    if intent.area is not None:
        lower_m = intent.area.lower_m + step_m if intent.area.lower_m > 0 else 0.0
        return replace(intent, area=replace(intent.area, lower_m=lower_m, upper_m=intent.area.upper_m + step_m))
    return replace(intent, path=tuple(replace(p, height_m=p.height_m + step_m) for p in intent.path))
