"""One piece of work beside another: while the database writes, this process may go on thinking."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from threading import Thread


@contextmanager
def meanwhile(work: Callable[[], None]) -> Iterator[None]:
    """Do `work` in another thread while the block runs; leave when both are done. The block's error goes first."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
            failed.append(error)

    thread = Thread(target=copy_context().run, args=(run,), name="meanwhile")
    thread.start()
    try:
        yield
    finally:
        thread.join()
    for error in failed:
        raise error
