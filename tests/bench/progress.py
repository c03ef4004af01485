"""Lines that say how far the benchmark has come, each with the seconds since its start."""

import time
from typing import Final

_BEGAN: Final = time.monotonic()


def say(what: str) -> None:
    """A line of progress."""
    print(f"{time.monotonic() - _BEGAN:5.0f} s  {what}", flush=True)
