"""The short way to an operation that is asked often: round FastAPI's routing and its solving of dependencies.

FastAPI tries route after route and solves every dependency anew, which costs a filing more than all of our own code.
An operation marked `@direct` stays a FastAPI route, documented and with its roles; requests on its path without a query
are answered here, by the same parts in the same order. Errors become the same problems.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

from fastapi import FastAPI, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.types import ASGIApp, Receive, Scope, Send

from shared import problems

F = TypeVar("F", bound=Callable[..., Awaitable[Response]])
Part = Callable[[Request], Awaitable[Any]]


def direct(endpoint: F) -> F:
    """Mark an endpoint: its parts take the request alone, its own parameters are headers or queries with defaults."""
    endpoint.is_direct = True  # type: ignore[attr-defined]
    return endpoint


@dataclass(frozen=True, slots=True)
class Way:
    """How one operation is answered."""

    route: APIRoute
    parts: Mapping[str, Part]
    headers: Mapping[str, str]  # parameter -> header

    async def answer(self, request: Request) -> Response:
        """The endpoint's response."""
        arguments = {name: await part(request) for name, part in self.parts.items()}
        for name, header in self.headers.items():
            value = request.headers.get(header)
            if value is not None:
                arguments[name] = value
        response: Response = await self.route.endpoint(**arguments)
        return response


Ways = Mapping[tuple[str, str], Way]


def ways_of(app: FastAPI) -> Ways:
    """The operations marked so, by method and path. Raises ValueError for one that needs FastAPI."""
    ways: dict[tuple[str, str], Way] = {}
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, APIRoute) and getattr(route.endpoint, "is_direct", False):
            for method in route.methods or ():
                ways[method, context.path or ""] = _way(route, context.dependant)
    return ways


def _way(route: APIRoute, dependant: Dependant) -> Way:
    parts = {str(part.name): part.call for part in dependant.dependencies}
    nested = [part for part in dependant.dependencies if part.dependencies or part.query_params or part.header_params]
    if nested or dependant.path_params or dependant.body_params or dependant.cookie_params or None in parts.values():
        raise ValueError(f"{route.path} has parameters that only FastAPI can read")
    return Way(route, parts, {field.name: field.alias for field in dependant.header_params})  # type: ignore[arg-type]


class DirectApp(FastAPI):
    """An app that answers its direct operations before anything of FastAPI's is asked."""

    ways: Ways = MappingProxyType({})
    short: ASGIApp | None = None

    def go_directly(self, wrapped: Callable[[ASGIApp], ASGIApp]) -> None:
        """From now on; `wrapped` puts round it what stands round the whole app."""
        self.ways = ways_of(self)
        self.short = wrapped(self._answer)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer by the short way where there is one."""
        direct = scope["type"] == "http" and not scope["query_string"] and (scope["method"], scope["path"]) in self.ways
        if direct and self.short is not None:
            await self.short(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        way = self.ways[scope["method"], scope["path"]]
        scope["app"], scope["route"] = self, way.route
        request = Request(scope, receive)
        try:
            response = await way.answer(request)
        except Exception as error:  # noqa: BLE001 - what has no problem is raised again
            response = await problems.answer(request, error)
        await response(scope, receive, send)
