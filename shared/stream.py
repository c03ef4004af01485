"""The event streams of a service (server-sent events): its log as it grows, to each caller what he may see.

One reader a process fans out to all streams. A client resumes with `Last-Event-ID`; one that reads too slowly is told
so and dropped, and comes back by the same header.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import orjson
from anyio.to_thread import run_sync
from fastapi.responses import StreamingResponse

from shared import metrics
from shared.auth import Principal
from shared.contracts.codec import Event, decode, encode
from shared.db import raw
from shared.errors import TianyuanError, Unavailable
from shared.frame import Service
from shared.log import Recorded

KEEP_ALIVE_S: Final = 15.0
REREAD_S: Final = 1.0  # a ring is only a hint
BATCH: Final = 500
LONGEST_QUEUE: Final = 1_000
MOST_STREAMS: Final = 500
FURTHEST: Final = 2**63 - 1
_OPENING: Final = b"retry: 2000\n: connected\n\n"
_DROPPED: Final = b'event: dropped\ndata: {"reason":"too slow"}\n\n'
logger = logging.getLogger(__name__)

Read = tuple[Recorded, Event]
STREAMED: Final[dict[int | str, dict[str, object]]] = {
    200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}, "description": "Events"}
}


@dataclass(frozen=True, slots=True)
class Shown:
    """What a caller is told of an event: a type, and JSON."""

    type: str
    data: bytes


Show = Callable[[Recorded, Event, Principal], Shown | None]


class TooManyStreams(Unavailable):
    """The process serves as many event streams as it can."""


@dataclass(eq=False, slots=True)
class _Listener:
    """One client: what waits to be sent to it, and the position up to which it has everything."""

    principal: Principal
    position: int
    show: Show
    chunks: "deque[bytes]" = field(default_factory=deque)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    ending: bytes | None = None  # what to say last, once the chunks are sent

    def put(self, chunk: bytes) -> None:
        """One more to send."""
        self.chunks.append(chunk)
        self.news.set()

    def take(self) -> bytes:
        """All that waits."""
        taken = b"".join(self.chunks)
        self.chunks.clear()
        return taken

    def end(self, last: bytes) -> None:
        """Say `last` after what waits, and nothing more."""
        self.ending = last
        self.news.set()


class EventStream:
    """The streams of one service in this process."""

    def __init__(
        self, service: Service, *, keep_alive_s: float = KEEP_ALIVE_S, longest_queue: int = LONGEST_QUEUE
    ) -> None:
        self._service = service
        self._keep_alive_s = keep_alive_s
        self._longest_queue = longest_queue
        self._listeners: set[_Listener] = set()
        self._position = 0
        self._rung = asyncio.Event()
        self._closed = False
        self._loop: asyncio.AbstractEventLoop | None = None

    async def run(self) -> None:
        """Read and fan out for as long as the process lives."""
        loop = self._loop = asyncio.get_running_loop()
        bell = self._service.database.bell
        ear = bell.listen([self._service.database.schema], lambda: self._ring(loop))
        try:
            while True:
                await self._wait_for_news()
                await self._fan_out()
        finally:
            bell.leave(ear)

    def _ring(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._listeners:
            _ring(loop, self._rung)

    def close(self) -> None:
        """End all streams, so that the server can stop. From any thread, or a signal's handler."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._end_all)

    def _end_all(self) -> None:
        self._closed = True
        for listener in self._listeners:
            listener.end(b"")

    async def respond(
        self, principal: Principal, after: int | None, until: float, show: Show | None = None
    ) -> StreamingResponse:
        """The answer to one client; as `open`."""
        chunks = await self.open(principal, after, until, show)
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(chunks, media_type="text/event-stream", headers=headers)

    async def open(
        self, principal: Principal, after: int | None, until: float, show: Show | None = None
    ) -> AsyncIterator[bytes]:
        """One client's stream after a position (None: from now on), until the token ends. Raises TooManyStreams.

        `show` says what of each event the client is told; unsaid, what the service lets the caller see.
        """
        if len(self._listeners) >= MOST_STREAMS or self._closed:
            raise TooManyStreams("too many event streams; try again", retry_after_s=5)
        start = await run_sync(self._horizon) if after is None else after
        return self._send(_Listener(principal, start, show or self._visible), until)

    async def _send(self, listener: _Listener, until: float) -> AsyncIterator[bytes]:
        yield _OPENING
        metrics.streams_open.labels(self._service.name).inc()
        try:
            async for chunk in self._catch_up(listener):
                yield chunk
            async for chunk in self._follow(listener, until):
                yield chunk
        finally:
            self._listeners.discard(listener)
            metrics.streams_open.labels(self._service.name).dec()

    async def _catch_up(self, listener: _Listener) -> AsyncIterator[bytes]:
        """Send what the log has after the client's position, then join the others without a gap."""
        behind = True
        while behind or (self._listeners and listener.position < self._position):
            last, batch = await run_sync(self._read, listener.position)
            behind = last > listener.position
            listener.position = last
            shown = [_chunk(recorded, event, listener) for recorded, event in batch]
            if chunk := b"".join(part for part in shown if part is not None):
                yield chunk
        if not self._listeners:
            self._position = listener.position  # the reader starts where its first client stands
        self._listeners.add(listener)
        self._rung.set()

    async def _follow(self, listener: _Listener, until: float) -> AsyncIterator[bytes]:
        while True:
            if listener.chunks:
                yield listener.take()
                continue
            if listener.ending is not None or self._closed or time.time() >= until:
                yield listener.ending or b""
                return
            try:
                await asyncio.wait_for(listener.news.wait(), min(self._keep_alive_s, until - time.time()))
            except TimeoutError:
                yield b": keep-alive\n\n"
            listener.news.clear()

    async def _wait_for_news(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._rung.wait(), REREAD_S)
        self._rung.clear()

    async def _fan_out(self) -> None:
        """Hand what is new to every listener."""
        while self._listeners:
            before = self._position
            try:
                last, batch = await run_sync(self._read, before)
            except Exception as error:  # noqa: BLE001 - the database may be away; streams outlive that
                logger.warning("the event log of %s cannot be read: %s", self._service.name, error)
                await asyncio.sleep(REREAD_S)
                return
            if self._position != before:
                continue  # the last client left and another came meanwhile
            if last == before:
                return
            for recorded, event in batch:
                for listener in tuple(self._listeners):
                    self._offer(listener, recorded, event)
            self._position = last

    def _offer(self, listener: _Listener, recorded: Recorded, event: Event) -> None:
        if recorded.position <= listener.position:
            return
        listener.position = recorded.position
        chunk = _chunk(recorded, event, listener)
        if chunk is None:
            return
        if len(listener.chunks) >= self._longest_queue:
            metrics.streams_dropped.labels(self._service.name).inc()
            self._listeners.discard(listener)
            listener.end(_DROPPED)
            return
        listener.put(chunk)

    def _visible(self, recorded: Recorded, event: Event, principal: Principal) -> Shown | None:
        shown = self._service.visible_to(event, principal)
        if shown is None:
            return None
        return Shown(recorded.type, recorded.data if shown is event else encode(shown))

    def _read(self, after: int) -> tuple[int, list[Read]]:
        """The next events after a position, and the position up to which they were read."""
        database = self._service.database
        with database.engine.connect() as connection:
            batch = database.log.read_all(raw(connection).cursor(), after, BATCH)
        last = batch[-1].position if batch else after
        return last, [(recorded, event) for recorded in batch if (event := _decode(recorded)) is not None]

    def _horizon(self) -> int:
        database = self._service.database
        with database.engine.connect() as connection:
            return database.log.horizon(raw(connection).cursor())


def _chunk(recorded: Recorded, event: Event, listener: _Listener) -> bytes | None:
    shown = listener.show(recorded, event, listener.principal)
    return None if shown is None else as_sse(recorded, shown)


def as_sse(recorded: Recorded, shown: Shown) -> bytes:
    """One event in the stream's format; JSON has no line breaks of its own."""
    envelope = {"key": recorded.key, "time": recorded.time, "event": orjson.Fragment(shown.data)}
    head = f"id: {recorded.position}\nevent: {shown.type}\ndata: ".encode()
    return head + orjson.dumps(envelope, option=orjson.OPT_UTC_Z) + b"\n\n"


def _decode(recorded: Recorded) -> Event | None:
    try:
        return decode(recorded.type, recorded.data)
    except TianyuanError:
        logger.exception("event %d of our own log cannot be read", recorded.position)
        return None


def _ring(loop: asyncio.AbstractEventLoop, rung: asyncio.Event) -> None:
    if rung.is_set():
        return
    try:
        loop.call_soon_threadsafe(rung.set)
    except RuntimeError:
        return  # the loop is closed
