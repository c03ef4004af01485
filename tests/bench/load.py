"""The load, from a process of its own: python -m tests.bench.load http|kafka OPTIONS; prints what came of it as JSON.

Requests are made ready beforehand and answers are only looked at, so that little of the machine goes into asking.
"""

import argparse
import asyncio
import json
import random
import re
import sys
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import orjson
import uvloop

from shared.bus import Inbound
from shared.bus.opening import open_bus

_WAIT_S: Final = 20
_AT_ONCE: Final = 500
_STATE: Final = b'"state":"'
_LENGTH: Final = re.compile(rb"content-length: *(\d+)", re.IGNORECASE).search


@dataclass(slots=True)
class Came:
    """What came of the requests: seconds each, answers by status and state, and how long it all took."""

    seconds: list[float] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    began: float = 0.0
    ended: float = 0.0
    began_at: float = 0.0  # by the clock, for whoever waits for the end elsewhere
    cpu_s: float = 0.0  # before it began

    def begin(self) -> float:
        """Now."""
        self.began_at, self.cpu_s = time.time(), time.process_time()
        self.began = time.perf_counter()
        return self.began

    def as_json(self) -> str:
        """For whoever started this process."""
        took_s = self.ended - self.began
        cpu_s = time.process_time() - self.cpu_s
        return json.dumps(
            {
                "seconds": self.seconds,
                "answers": self.answers,
                "took_s": took_s,
                "began_at": self.began_at,
                "cpu_s": cpu_s,
            }
        )


def requests(url: str, filings: Sequence[dict[str, Any]]) -> Iterator[bytes]:
    """A complete HTTP request for each filing, in the name of its operator."""
    tokens: dict[str, str] = {}
    host = urlsplit(url).netloc
    for filing in filings:
        operator = filing["operator"]
        if operator not in tokens:
            tokens[operator] = _token(url, operator)
        body = orjson.dumps(filing["intent"])
        head = (
            f"POST /flight-plans HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {tokens[operator]}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            f"Idempotency-Key: {filing['request_key']}\r\nPrefer: wait={_WAIT_S}\r\n\r\n"
        )
        yield head.encode() + body


def _token(url: str, operator: str) -> str:
    body = orjson.dumps({"role": "operator", "org": operator})
    asked = Request(f"{url}/token", body, {"content-type": "application/json"})
    with urlopen(asked, timeout=30) as answer:
        return str(orjson.loads(answer.read())["access_token"])


class Connection(asyncio.Protocol):
    """One keep-alive connection, with one request open at a time; without streams, which cost as much as an answer."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[str] | None = None
        self._read = b""

    @classmethod
    async def open(cls, url: str) -> "Connection":
        """Connected."""
        at = urlsplit(url)
        _, connection = await asyncio.get_running_loop().create_connection(cls, at.hostname or "", at.port or 80)
        return connection

    async def ask(self, request: bytes) -> str:
        """Status and state of the answer: `202 approved`."""
        if self._transport is None:
            raise ConnectionError("the platform closed the connection")
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It may be written to."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Answer once all that was announced is there."""
        self._read += data
        head, end, body = self._read.partition(b"\r\n\r\n")
        if not end or self._answer is None:
            return
        length = int(_LENGTH(head)[1])  # type: ignore[index]  # every answer has one
        if len(body) >= length:
            state = body.partition(_STATE)[2].partition(b'"')[0]
            self._read = b""
            self._answer.set_result(f"{head[9:12].decode()} {state.decode()}")

    def connection_lost(self, exc: Exception | None) -> None:
        """Whoever waits need not wait any longer."""
        self._transport = None
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionError("the platform closed the connection"))


async def closed(url: str, ready: Sequence[bytes], clients: int, seconds: float) -> Came:
    """So many clients, each asking again as soon as it has its answer."""
    came, waiting = Came(), deque(ready)
    connections = [await Connection.open(url) for _ in range(clients)]
    until = came.begin() + seconds

    async def client(connection: Connection) -> None:
        while waiting and time.perf_counter() < until:
            await _timed(connection, waiting.popleft(), came, time.perf_counter())

    await asyncio.gather(*map(client, connections))
    return came


async def offered(url: str, ready: Sequence[bytes], per_s: float, seconds: float) -> Came:
    """Requests that arrive by chance at a mean rate, however many are still open; timed from when each was due."""
    came, chance = Came(), random.Random(per_s)
    free = deque([await Connection.open(url) for _ in range(16)])
    tasks: list[asyncio.Task[None]] = []
    due = came.begin()

    async def one(request: bytes, due: float) -> None:
        connection = free.popleft() if free else await Connection.open(url)
        await _timed(connection, request, came, due)
        free.append(connection)

    for request in ready:
        due += chance.expovariate(per_s)
        if due > came.began + seconds:
            break
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        tasks.append(asyncio.create_task(one(request, due)))
    await asyncio.gather(*tasks)
    return came


async def _timed(connection: Connection, request: bytes, came: Came, since: float) -> None:
    came.answers[await connection.ask(request)] += 1
    came.ended = time.perf_counter()
    came.seconds.append(came.ended - since)


def to_kafka(bus_url: str, filings: Sequence[dict[str, Any]]) -> Came:
    """All filings onto the inbound topic, as fast as the broker takes them."""
    records = [
        Inbound("inbound.flight-plans", filing["request_key"], "FlightPlanRequested", orjson.dumps(filing))
        for filing in filings
    ]
    bus, came = open_bus(bus_url, database_url=""), Came()
    came.begin()
    for start in range(0, len(records), _AT_ONCE):
        bus.send(records[start : start + _AT_ONCE])
    came.ended = time.perf_counter()
    bus.close()
    return came


def main() -> int:
    """Send, then print what came of it on one line."""
    wanted = _arguments()
    with Path(wanted.plans).open("rb") as file:
        filings = [orjson.loads(line) for line in islice(file, wanted.skip, wanted.skip + wanted.count)]
    if wanted.way == "kafka":
        came = to_kafka(wanted.url, filings)
    else:
        ready = list(requests(wanted.url, filings))
        way = (
            offered(wanted.url, ready, wanted.rate, wanted.seconds)
            if wanted.rate
            else closed(wanted.url, ready, wanted.clients, wanted.seconds)
        )
        came = uvloop.run(way)
    sys.stdout.write(came.as_json() + "\n")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.load")
    parser.add_argument("way", choices=("http", "kafka"))
    parser.add_argument("--url", required=True)
    parser.add_argument("--plans", required=True, help="a file of filings, one a line")
    parser.add_argument("--skip", type=int, default=0)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--clients", type=int, default=1)
    parser.add_argument("--rate", type=float, default=0.0, help="requests a second, instead of clients")
    parser.add_argument("--seconds", type=float, default=10.0)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
