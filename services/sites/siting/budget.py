"""How long a solver may take, whom it tells how far it is, and who may stop it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter
from typing import Final

REPORT_EVERY_S: Final = 0.5
LARGE: Final = 10_000_000  # pairs of a demand point and a candidate, from which an answer need not be proven best
USUAL_GAP: Final = 0.002  # of those


@dataclass(frozen=True, slots=True)
class Stage:
    """How far a run is: the best objective yet (None before the first), the bound, and what it is doing."""

    seconds: float
    doing: str
    objective: float | None
    bound: float | None


def usual_gap(n: int, m: int) -> float:
    """The share at which a run ends that asks for none: large ones come close in seconds, the rest takes minutes."""
    return USUAL_GAP if n * m >= LARGE else 0.0


def _to_nobody(stage: Stage) -> None:
    return None


def _never() -> bool:
    return False


@dataclass(slots=True)
class Budget:
    """The time a run has, from when the budget was made; `gap` is the share at which it may stop early."""

    seconds: float
    gap: float = 0.0
    report: Callable[[Stage], None] = _to_nobody
    cancelled: Callable[[], bool] = _never
    seed: int = 1
    started: float = field(default_factory=perf_counter)
    _reported: float = -REPORT_EVERY_S
    _stopped: bool = False

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return perf_counter() - self.started

    @property
    def left(self) -> float:
        """Seconds left; a little is kept for writing the answer down and for the process to end."""
        return self.seconds - max(0.02 * self.seconds, min(0.4, 0.1 * self.seconds)) - self.elapsed

    @property
    def grace_s(self) -> float:
        """How long a part that was asked to stop may take to hear it: half of what is left for ending."""
        return max(0.05, 0.5 * (self.seconds - self.elapsed)) if self.left <= 0 else 1.0

    @property
    def stopped(self) -> bool:
        """True once the caller has cancelled."""
        self._stopped = self._stopped or self.cancelled()
        return self._stopped

    def over(self) -> bool:
        """True once the time is over or the caller has cancelled."""
        return self.left <= 0 or self.stopped

    def tell(self, doing: str, objective: float | None, bound: float | None) -> None:
        """Report, at most every half second."""
        elapsed = self.elapsed
        if elapsed - self._reported >= REPORT_EVERY_S:
            self._reported = elapsed
            self.report(Stage(elapsed, doing, objective, bound))
