"""Errors to HTTP: one table from the error tree to statuses, every failure an RFC 9457 problem+json."""

import logging
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import orjson
import psycopg
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from shared.body import InvalidBody, MalformedBody
from shared.db import is_timeout, is_transient
from shared.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    TianyuanError,
    TooLarge,
    Unauthenticated,
    Unavailable,
    UnsupportedMedia,
)
from shared.fields import FieldError, dotted, message
from shared.pages import BadQuery
from shared.tracing import trace_id

MEDIA_TYPE: Final = "application/problem+json"
_REALM: Final = 'Bearer realm="tianyuan"'
logger = logging.getLogger(__name__)

# the first that fits: named kinds before the families they belong to
_STATUS: Final[tuple[tuple[type[Exception], int], ...]] = (
    (MalformedBody, 400),
    (BadQuery, 400),
    (Unauthenticated, 401),
    (Forbidden, 403),
    (NotFound, 404),
    (Conflict, 409),
    (TooLarge, 413),
    (UnsupportedMedia, 415),
    (Invalid, 422),
    (Unavailable, 503),
)


def status_of(error: TianyuanError) -> int:
    """The HTTP status of an error of ours."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def install(app: FastAPI) -> None:
    """Make every error of the app a problem document."""
    for kind, handler in _HANDLERS:
        app.add_exception_handler(kind, handler)


async def answer(request: Request, error: Exception) -> Response:
    """The problem document of an error that was foreseen. Raises the error where it was not."""
    handler = next((handler for kind, handler in _HANDLERS if isinstance(error, kind)), None)
    if handler is None:
        raise error
    return await handler(request, error)


def problem(
    status: int,
    detail: str,
    *,
    kind: str = "about:blank",
    title: str | None = None,
    instance: str = "",
    errors: tuple[FieldError, ...] = (),
    extra: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """An RFC 9457 problem document as the answer."""
    title = title or HTTPStatus(status).phrase
    document: dict[str, Any] = {"type": kind, "title": title, "status": status, "detail": detail}
    if instance:
        document["instance"] = instance
    if errors:
        document["field"] = errors[0].field
        document["errors"] = [{"field": error.field, "detail": error.detail} for error in errors]
    document |= {name: value for name, value in (extra or {}).items() if name not in document}
    return Response(orjson.dumps(document, default=str), status, headers, MEDIA_TYPE)


def internal_error(instance: str, trace: str | None) -> Response:
    """The answer to what nobody foresaw: no internals, but the trace under which the log has them."""
    extra = {"trace_id": trace} if trace else None
    return problem(500, "an unexpected error; it has been logged", instance=instance, extra=extra)


def kind_of(error: type[TianyuanError]) -> str:
    """`plan-not-found` of `PlanNotFound`: by it programs tell problems apart."""
    return "-".join(re.findall(r"[A-Z][a-z0-9]*", error.__name__)).lower()


def of_error(error: TianyuanError, instance: str = "") -> Response:
    """The problem document of an error of ours."""
    status = status_of(error)
    errors = error.errors if isinstance(error, InvalidBody) else ()
    if not errors and error.field is not None:
        errors = (FieldError(error.field, error.detail),)
    kind = kind_of(type(error))
    return problem(
        status,
        error.detail,
        kind=f"urn:tianyuan:problem:{kind}",
        title=kind.replace("-", " ").capitalize(),
        instance=instance,
        errors=errors,
        extra=error.extra,
        headers=_headers(status, error),
    )


def _headers(status: int, error: TianyuanError) -> dict[str, str]:
    if status == 401:
        return {"WWW-Authenticate": _REALM}
    if status == 403:
        return {"WWW-Authenticate": f'{_REALM}, error="insufficient_scope"'}
    if status == 503:
        return {"Retry-After": str(error.extra.get("retry_after_s", 1))}
    return {}


async def _on_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, TianyuanError)
    if status_of(error) >= 500:
        logger.warning("unavailable at %s: %s", request.url.path, error.detail)
    return of_error(error, request.url.path)


async def _on_parameters(request: Request, error: Exception) -> Response:
    """A path, query or header parameter is wrong; its place in the location (`query`) is not part of its name."""
    assert isinstance(error, RequestValidationError)
    errors = tuple(FieldError(dotted(fault["loc"][1:]), message(fault)) for fault in error.errors())
    detail = f"{errors[0].field}: {errors[0].detail}" if errors else "a parameter is not valid"
    return problem(
        422,
        detail,
        kind="urn:tianyuan:problem:invalid-parameter",
        title="Invalid parameter",
        instance=request.url.path,
        errors=errors,
    )


async def _on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return problem(error.status_code, str(error.detail), instance=request.url.path, headers=error.headers)


async def _on_database_error(request: Request, error: Exception) -> Response:
    """Lost, overloaded, or this transaction chosen as a victim: the same may be sent again. Else it is our fault."""
    if not (is_transient(error) or is_timeout(error)):
        logger.error("unexpected database error at %s", request.url.path, exc_info=error)
        return internal_error(request.url.path, trace_id())
    logger.warning("the database is unavailable at %s: %s", request.url.path, error)
    return problem(
        503,
        "the database could not finish this now; try again",
        kind="urn:tianyuan:problem:database-unavailable",
        title="Database unavailable",
        instance=request.url.path,
        headers={"Retry-After": "1"},
    )


_HANDLERS: Final = (
    (TianyuanError, _on_error),
    (RequestValidationError, _on_parameters),
    (HTTPException, _on_http_exception),
    (SQLAlchemyError, _on_database_error),
    (psycopg.Error, _on_database_error),
)
