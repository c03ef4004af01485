"""Wait for a fact instead of sleeping."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(check: Callable[[], T], *, timeout_s: float = 30.0, every_s: float = 0.02) -> T:
    """Return the first truthy answer of `check`; raise AssertionError with the last one after `timeout_s`.

    An AssertionError raised by `check` counts as "not yet" and is raised again at the end.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        failed: AssertionError | None = None
        answer: T | None = None
        try:
            answer = check()
        except AssertionError as error:
            failed = error
        if failed is None and answer:
            return answer
        if time.monotonic() >= deadline:
            raise failed or AssertionError(f"not within {timeout_s} s; last answer: {answer!r}")
        time.sleep(every_s)
