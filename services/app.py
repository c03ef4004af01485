"""One FastAPI app out of the services a process runs, with health, tokens, event streams and the console."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import anyio.to_thread
from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from services import health, parked, reference, streams, tokens
from services.console import mount_console
from services.health import Check
from shared import operations, problems
from shared.auth import Authenticator, Issuer
from shared.direct import DirectApp
from shared.frame import Service
from shared.http import Gate
from shared.middleware import Edge
from shared.settings import Settings
from shared.stream import EventStream

_DESCRIPTION = "Low-altitude operations platform of a city: airspace, flight plans and landing sites."
_KEPT_FOR_OTHERS = 3  # of the database connections: group commits, streams and checks are not requests
_THREADS = 64  # more than all gates together let in, so that whoever has a connection also finds a thread


def create_app(
    settings: Settings,
    services: Sequence[Service],
    authenticator: Authenticator,
    issuer: Issuer | None = None,
    *,
    checks: Mapping[str, Check] | None = None,
    start: Callable[[], None] | None = None,
    stop: Callable[[], None] | None = None,
) -> FastAPI:
    """The app. `start` and `stop` are called in worker threads around its life; `checks` answer `/readyz`."""
    app = DirectApp(
        title="Tianyuan",
        version="0.1.0",
        description=_DESCRIPTION,
        lifespan=_lifespan(start, stop),
        docs_url=None,  # theirs loads scripts from elsewhere; services/reference.py needs nothing
        redoc_url=None,
    )
    app.state.services = {service.name: service for service in services}
    app.state.streams = {service.name: EventStream(service) for service in services}
    app.state.gates = {service.name: Gate(max(2, settings.pool_size - _KEPT_FOR_OTHERS)) for service in services}
    app.state.authenticator = authenticator
    app.state.issuer = issuer
    app.state.checks = checks or {}
    _include(app, settings, services, issuer)
    _wrap(app, settings)
    return app


def _include(app: FastAPI, settings: Settings, services: Sequence[Service], issuer: Issuer | None) -> None:
    app.include_router(health.router)
    app.include_router(reference.router)
    if issuer is not None:
        app.include_router(tokens.router)
    for service in services:
        # the fixed paths first: `/sites/events` is no site
        for router in (streams.router_of(service.name), parked.router_of(service.name), *service.routers):
            app.include_router(router)
    operations.arrange(app)
    app.openapi = lambda: operations.openapi(app)  # type: ignore[method-assign]
    mount_console(app, settings.console_dir)


def _wrap(app: DirectApp, settings: Settings) -> None:
    problems.install(app)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["*"],
            allow_headers=["authorization", "content-type", "idempotency-key", "if-match", "last-event-id", "prefer"],
        )
    else:
        app.go_directly(Edge)
    app.add_middleware(Edge)


def _lifespan(start: Callable[[], None] | None, stop: Callable[[], None] | None) -> Any:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = _THREADS
        if start is not None:
            await anyio.to_thread.run_sync(start)
        readers = [asyncio.create_task(stream.run()) for stream in app.state.streams.values()]
        try:
            yield
        finally:
            for reader in readers:
                reader.cancel()
            await asyncio.gather(*readers, return_exceptions=True)
            if stop is not None:
                await anyio.to_thread.run_sync(stop)

    return lifespan
