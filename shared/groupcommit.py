"""Group commit: what waits while one transaction runs shares the next; it never lingers, and a fault is one item's."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from shared import metrics
from shared.db import is_transient
from shared.errors import Unavailable
from shared.tracing import current_traceparent, tracing

if TYPE_CHECKING:
    from shared.frame import Database, Transaction

T = TypeVar("T")
R = TypeVar("R")

LARGEST_GROUP: Final = 200
LONGEST_QUEUE: Final = 2_000


class QueueFull(Unavailable):
    """More was submitted than the database takes in; the caller may try again."""


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[T, R]):
    item: T
    traceparent: str | None
    answer: "asyncio.Future[R]"


class GroupCommit(Generic[T, R]):
    """Writes items in groups: `write(tx, items)` gives one result an item, in order.

    `submit` answers after the commit. A group that fails is written again one by one, so that the bad item alone
    gets its error. A lost database fails the whole group, because nobody knows then what was committed; the
    caller's idempotency key makes trying again safe.
    """

    def __init__(
        self,
        database: "Database",
        write: "Callable[[Transaction, Sequence[T]], Sequence[R]]",
        *,
        name: str = "group",
        largest_group: int = LARGEST_GROUP,
        longest_queue: int = LONGEST_QUEUE,
    ) -> None:
        self._database = database
        self._write = write
        self._name = name
        self._largest_group = largest_group
        self._longest_queue = longest_queue
        self._queue: deque[_Waiting[T, R]] = deque()
        self._writer: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"commit-{name}")

    async def submit(self, item: T) -> R:
        """The item's result, once it is committed. Raises what `write` raised for it, or QueueFull."""
        if len(self._queue) >= self._longest_queue:
            raise QueueFull("too many submissions at once; try again", retry_after_s=1)
        answer: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        # not `_Waiting[T, R](...)`: that notes its types on the instance, which a frozen one with slots refuses
        waiting = _Waiting(item, current_traceparent(), answer)
        self._queue.append(waiting)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._drain())
        return await answer

    def close(self) -> None:
        """Finish the group being written, and take no more."""
        self._thread.shutdown(wait=True)

    async def _drain(self) -> None:
        loop = asyncio.get_running_loop()
        while self._queue:
            group = [self._queue.popleft() for _ in range(min(self._largest_group, len(self._queue)))]
            metrics.group_size.labels(self._name).observe(len(group))
            try:
                answers = await loop.run_in_executor(self._thread, self._commit, group)
            except Exception as error:  # noqa: BLE001 - whoever waits must hear of it, whatever it is
                answers = [error] * len(group)
            for waiting, answer in zip(group, answers, strict=True):
                _answer(waiting.answer, answer)

    def _commit(self, group: "list[_Waiting[T, R]]") -> "list[R | Exception]":
        try:
            return list(self._transaction(group))
        except Exception as error:  # noqa: BLE001 - it is handed to whoever submitted the item
            if len(group) == 1 or is_transient(error):
                return [error] * len(group)
        return [self._commit([waiting])[0] for waiting in group]

    def _transaction(self, group: "list[_Waiting[T, R]]") -> Sequence[R]:
        with tracing(group[0].traceparent), self._database.transaction() as tx:
            results = self._write(tx, [waiting.item for waiting in group])
            if len(results) != len(group):
                raise ValueError(f"{len(results)} results for {len(group)} items of {self._name}")
        return results


def _answer(future: "asyncio.Future[R]", answer: R | Exception) -> None:
    if future.done():
        return  # the caller went away
    if isinstance(answer, Exception):
        future.set_exception(answer)
    else:
        future.set_result(answer)
