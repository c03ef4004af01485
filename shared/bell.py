"""Wake-ups: a bell rung after each commit, heard by whoever waits for what it names. Only ever a hint.

A commit names its log and the types and topics of its events, so that it wakes those who have work and nobody else:
when each commit woke every reader, a single filing cost 20 ms of looking in vain.
"""

import threading
from collections.abc import Callable, Collection, Iterable


class Ear:
    """Waits for any of some names. Its owner reads everything after hearing, so many rings count as one."""

    def __init__(self, names: Iterable[str], on_ring: Callable[[], None] | None = None) -> None:
        self.names = frozenset(names)
        self._heard = threading.Event()
        self._on_ring = on_ring

    def hear(self) -> None:
        """Something was recorded."""
        self._heard.set()
        if self._on_ring is not None:
            self._on_ring()

    def wait(self, timeout_s: float) -> bool:
        """Wait for the next ring, or for one since the last wait; False where none came in time."""
        heard = self._heard.wait(timeout_s)
        self._heard.clear()
        return heard


class Bell:
    """Rung after a commit that appended to a log, with what that commit named."""

    def __init__(self) -> None:
        self._ears: tuple[Ear, ...] = ()
        self._far: Callable[[Collection[str]], None] | None = None
        self._lock = threading.Lock()

    def ring(self, names: Collection[str]) -> None:
        """Tell this process and, where a waker runs, the others."""
        self.ring_here(names)
        if self._far is not None:
            self._far(names)

    def ring_here(self, names: Collection[str]) -> None:
        """Tell this process only."""
        for ear in self._ears:
            if not ear.names.isdisjoint(names):
                ear.hear()

    def listen(self, names: Iterable[str], on_ring: Callable[[], None] | None = None) -> Ear:
        """A new ear for these names. `on_ring` is called on the ringing thread: keep it short (wake an async loop)."""
        ear = Ear(names, on_ring)
        with self._lock:
            self._ears = (*self._ears, ear)
        return ear

    def leave(self, ear: Ear) -> None:
        """Stop telling this ear."""
        with self._lock:
            self._ears = tuple(other for other in self._ears if other is not ear)

    def tell_far(self, far: Callable[[Collection[str]], None] | None) -> None:
        """Whom to tell for the other processes."""
        self._far = far
