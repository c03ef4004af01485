"""The trace a piece of work belongs to (W3C `traceparent`): from a request into events and on into handlers."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}").fullmatch
_current: ContextVar[str | None] = ContextVar("traceparent", default=None)


def current_traceparent() -> str | None:
    """The traceparent of the work at hand, or None outside any."""
    return _current.get()


def trace_id() -> str | None:
    """The 32 hex digits that join the log lines of one piece of work."""
    traceparent = _current.get()
    return traceparent[3:35] if traceparent else None


def well_formed(traceparent: str | None) -> str | None:
    """The traceparent as it came, or None where it is none."""
    return traceparent if traceparent and _TRACEPARENT(traceparent) else None


def new_traceparent(parent: str | None = None) -> str:
    """A traceparent for the next step: of the parent's trace where that is well formed, else of a new one."""
    matched = _TRACEPARENT(parent) if parent else None
    trace = matched[1] if matched else secrets.token_hex(16)
    return f"00-{trace}-{secrets.token_hex(8)}-01"


@contextmanager
def tracing(traceparent: str | None) -> Iterator[None]:
    """Do what follows as part of that trace."""
    token = _current.set(traceparent)
    try:
        yield
    finally:
        _current.reset(token)
