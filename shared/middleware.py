"""Around every request: its trace, its time, its security headers, and an answer when nobody foresaw the error."""

import logging
import time
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import metrics
from shared.problems import internal_error, problem
from shared.tracing import new_traceparent, trace_id, tracing

_API_POLICY: Final = b"default-src 'none'; frame-ancestors 'none'"
_CONSOLE_POLICY: Final = (
    b"default-src 'self'; img-src 'self' data: blob:; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; "
    b"object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_SECURITY: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
logger = logging.getLogger(__name__)


class Edge:
    """The outermost middleware; plain ASGI, because wrapping each body in another task costs more than the request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with tracing(new_traceparent(_header(scope, b"traceparent"))), metrics.http_open.track_inprogress():
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.perf_counter()
        status = 0

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), *_headers(message)]
            await send(message)

        try:
            if _has_nul(scope):
                refusal = problem(400, "the address must not contain the NUL character")
                await refusal(scope, receive, send_on)
            else:
                await self._app(scope, receive, send_on)
        except Exception:  # the last place where an error can become an answer
            logger.exception("unexpected error at %s %s", scope["method"], scope["path"])
            if status == 0:
                await internal_error(scope["path"], trace_id())(scope, receive, send_on)
        finally:
            _observe(scope, status, time.perf_counter() - began)


def _observe(scope: Scope, status: int, seconds: float) -> None:
    route = getattr(scope.get("route"), "path", "unmatched")  # the template: a path with ids in it would be endless
    metrics.http_seconds.labels(scope["method"], route, status).observe(seconds)
    level = logging.WARNING if status >= 500 or status == 0 else logging.DEBUG
    logger.log(level, "%s %s: %d in %.1f ms", scope["method"], scope["path"], status, seconds * 1000)


def _header(scope: Scope, name: bytes) -> str | None:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), None)


def _headers(message: Message) -> list[tuple[bytes, bytes]]:
    html = any(key == b"content-type" and value.startswith(b"text/html") for key, value in message.get("headers", ()))
    trace = trace_id() or ""
    return [
        *_SECURITY,
        (b"content-security-policy", _CONSOLE_POLICY if html else _API_POLICY),
        (b"trace-id", trace.encode()),
    ]


def _has_nul(scope: Scope) -> bool:
    """PostgreSQL stores no NUL; a path or query that has one can mean nothing here."""
    return "\0" in scope["path"] or b"%00" in scope["query_string"]
