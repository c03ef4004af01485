"""Requests that wait for something to happen elsewhere, without a thread each.

with waiters.expecting(plan_id) as decided:      # before the work that leads to it, so that nothing is missed
    plan = await filings.submit(...)
    await decided.within(wait_s)
    decided.news                                 # what was said of it, where anything was
"""

import asyncio
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from threading import Lock
from typing import Final, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

MOST_WAITING: Final = 5_000


class Waiting(Generic[V]):
    """One request's wait, and what it has last been told."""

    def __init__(self, loop: asyncio.AbstractEventLoop | None) -> None:
        self.loop = loop
        self.news: V | None = None
        self._happened = asyncio.Event()

    async def within(self, timeout_s: float) -> bool:
        """True once it happened, False after `timeout_s` seconds (at once where too many wait already)."""
        if self.loop is None or timeout_s <= 0:
            return self._happened.is_set()
        try:
            async with asyncio.timeout(timeout_s):  # `wait_for` would make a task of it
                await self._happened.wait()
        except TimeoutError:
            return False
        return True

    def happen(self, news: V | None) -> None:
        """Wake the request; called on its own event loop."""
        self.news = news
        self._happened.set()


class Waiters(Generic[K, V]):
    """Who waits for which key. It may be told from any thread, and costs little where nobody waits."""

    def __init__(self, most_waiting: int = MOST_WAITING) -> None:
        self._most_waiting = most_waiting
        self._count = 0
        self._waiting: dict[K, list[Waiting[V]]] = {}
        self._lock = Lock()

    @contextmanager
    def expecting(self, key: K) -> Iterator[Waiting[V]]:
        """Listen for the key from now on; inside a running event loop."""
        if self._count >= self._most_waiting:
            nobody: Waiting[V] = Waiting(None)
            yield nobody
            return
        waiting: Waiting[V] = Waiting(asyncio.get_running_loop())
        with self._lock:
            self._count += 1
            self._waiting.setdefault(key, []).append(waiting)
        try:
            yield waiting
        finally:
            self._leave(key, waiting)

    async def wait(self, key: K, timeout_s: float) -> bool:
        """True where the key is notified within `timeout_s`; only what happens from now on counts."""
        with self.expecting(key) as waiting:
            return await waiting.within(timeout_s)

    def notify(self, *keys: K) -> None:
        """It happened: wake all who wait for any of the keys."""
        self.tell(dict.fromkeys(keys))

    def tell(self, news: Mapping[K, V | None]) -> None:
        """The same, with what is said of each key, and one wake-up of each event loop."""
        if not self._waiting:
            return
        with self._lock:
            woken = [(waiting, said) for key, said in news.items() for waiting in self._waiting.get(key, ())]
        for loop in {waiting.loop for waiting, _ in woken if waiting.loop is not None}:
            _wake(loop, [(waiting, said) for waiting, said in woken if waiting.loop is loop])

    def _leave(self, key: K, waiting: Waiting[V]) -> None:
        with self._lock:
            self._count -= 1
            others = self._waiting[key]
            others.remove(waiting)
            if not others:
                del self._waiting[key]


def _wake(loop: asyncio.AbstractEventLoop, woken: Sequence[tuple[Waiting[V], V | None]]) -> None:
    def wake() -> None:
        for waiting, said in woken:
            waiting.happen(said)

    with suppress(RuntimeError):  # the loop is closed: its requests are gone
        loop.call_soon_threadsafe(wake)
