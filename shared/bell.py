"""Wake-ups: a bell rung after each commit, heard by whoever waits for news of a log. Only ever a hint."""

import threading
from collections.abc import Callable, Iterable


class Ear:
    """Waits for news of some logs. Its owner reads everything after hearing, so many rings count as one."""

    def __init__(self, logs: Iterable[str], on_ring: Callable[[], None] | None = None) -> None:
        self.logs = frozenset(logs)
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
    """Rung with the log's name after a commit that appended to it."""

    def __init__(self) -> None:
        self._ears: tuple[Ear, ...] = ()
        self._far: Callable[[str], None] | None = None
        self._lock = threading.Lock()

    def ring(self, log: str) -> None:
        """Tell this process and, where a waker runs, the others."""
        self.ring_here(log)
        if self._far is not None:
            self._far(log)

    def ring_here(self, log: str) -> None:
        """Tell this process only."""
        for ear in self._ears:
            if log in ear.logs:
                ear.hear()

    def listen(self, logs: Iterable[str], on_ring: Callable[[], None] | None = None) -> Ear:
        """A new ear for these logs. `on_ring` is called on the ringing thread: keep it short (wake an async loop)."""
        ear = Ear(logs, on_ring)
        with self._lock:
            self._ears = (*self._ears, ear)
        return ear

    def leave(self, ear: Ear) -> None:
        """Stop telling this ear."""
        with self._lock:
            self._ears = tuple(other for other in self._ears if other is not ear)

    def tell_far(self, far: Callable[[str], None] | None) -> None:
        """Whom to tell for the other processes."""
        self._far = far
