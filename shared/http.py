"""What an `api.py` needs: its transaction, its state, bodies, pages; all of it as parts of an endpoint's signature.

    Tx = Annotated[Transaction, transaction("airspace")]          commits before the answer leaves
    Reading = Annotated[sa.Connection, reading("airspace")]       reads only
    State = Annotated[AirspaceState, state("airspace", AirspaceState)]
    Caller = Annotated[Principal, allow(Role.REGULATOR)]          from shared.auth; every operation has one
    Spec = Annotated[ZoneSpec, body(ZoneSpec)]                    parsed strictly, faults named
    File = Annotated[Upload, upload("text/csv")]                  raw bytes for a parser of your own

Errors are raised by name (`ZoneNotFound`); shared/problems.py has the one table to HTTP. Whatever the order in the
signature, the caller is checked first, then the body is read, and the transaction is opened last.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

from anyio.to_thread import run_sync
from fastapi import Depends, Request

from shared.body import BODY_LIMIT, MIB, UPLOAD_LIMIT, InvalidBody, Upload, body, parse_json, upload
from shared.errors import Unavailable
from shared.pages import BadQuery, Bbox, Page, PageRequest, Paging, WithinBbox, parse_bbox

if TYPE_CHECKING:
    import sqlalchemy as sa

    from shared.frame import Service, Transaction

__all__ = [
    "BODY_LIMIT",
    "MIB",
    "UPLOAD_LIMIT",
    "BadQuery",
    "Bbox",
    "Gate",
    "InvalidBody",
    "Page",
    "PageRequest",
    "Paging",
    "Upload",
    "WithinBbox",
    "body",
    "parse_bbox",
    "parse_json",
    "reading",
    "state",
    "transaction",
    "upload",
]

T = TypeVar("T")
LONGEST_WAIT_S: Final = 5.0


class Busy(Unavailable):
    """More is asked for than the process can do; it says so instead of letting requests pile up."""


class Gate:
    """Lets so many requests at a time into the database; the others wait without a thread, and not for ever.

    Without it a burst would fill every thread with requests that wait for a connection, and those that have one would
    find no thread to go on.
    """

    def __init__(self, places: int, longest_wait_s: float = LONGEST_WAIT_S) -> None:
        self._places = asyncio.Semaphore(places)
        self._longest_wait_s = longest_wait_s

    @asynccontextmanager
    async def enter(self) -> AsyncIterator[None]:
        """Hold a place. Raises Busy where none came free in time."""
        if self._places.locked():
            await self._wait()
        else:
            await self._places.acquire()
        try:
            yield
        finally:
            self._places.release()

    async def _wait(self) -> None:
        try:
            await asyncio.wait_for(self._places.acquire(), self._longest_wait_s)
        except TimeoutError as error:
            raise Busy("too many requests at once; try again", retry_after_s=1) from error


@asynccontextmanager
async def in_thread(manager: AbstractContextManager[T]) -> AsyncIterator[T]:
    """A blocking context manager, entered and left in a worker thread."""
    value = await run_sync(manager.__enter__)
    try:
        yield value
    except BaseException:
        if not await run_sync(manager.__exit__, *sys.exc_info()):
            raise
    else:
        await run_sync(manager.__exit__, None, None, None)


def _service(request: Request, name: str) -> "Service":
    service: Service = request.app.state.services[name]
    return service


def _gate(request: Request, name: str) -> Gate:
    gate: Gate = request.app.state.gates[name]
    return gate


@dataclass(frozen=True, slots=True)
class OpenTransaction:
    """The dependency behind `transaction`."""

    service: str

    async def __call__(self, request: Request) -> "AsyncIterator[Transaction]":
        """Open, hand over, commit (or roll back on an error) before the answer is sent."""
        database = _service(request, self.service).database
        async with _gate(request, self.service).enter(), in_thread(database.transaction()) as tx:
            yield tx


@dataclass(frozen=True, slots=True)
class OpenReading:
    """The dependency behind `reading`."""

    service: str

    async def __call__(self, request: Request) -> "AsyncIterator[sa.Connection]":
        """Open a read-only connection for the endpoint."""
        database = _service(request, self.service).database
        async with _gate(request, self.service).enter(), in_thread(database.reading()) as connection:
            yield connection


@dataclass(frozen=True, slots=True)
class ServiceState:
    """The dependency behind `state`."""

    service: str
    type_: type[Any]

    async def __call__(self, request: Request) -> Any:
        """The service's wiring object."""
        found = _service(request, self.service).state
        if not isinstance(found, self.type_):
            raise TypeError(f"the state of {self.service} is a {type(found).__name__}, not a {self.type_.__name__}")
        return found


def transaction(service: str) -> Any:
    """`tx: Annotated[Transaction, transaction("airspace")]`: committed before the answer leaves.

    The scope makes it so: a dependency of FastAPI's default scope ends after the answer was sent, and a COMMIT that
    the database refuses would still have said 200.
    """
    return Depends(OpenTransaction(service), scope="function")


def reading(service: str) -> Any:
    """`reading: Annotated[sa.Connection, reading("airspace")]`: a connection that cannot write."""
    return Depends(OpenReading(service), scope="function")


def state(service: str, type_: type[T]) -> Any:
    """`state: Annotated[AirspaceState, state("airspace", AirspaceState)]`: what `service.py` wired."""
    return Depends(ServiceState(service, type_))
