"""What an app's operations say of themselves: roles, bodies, the order of their parts; and the OpenAPI made from it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from pydantic import TypeAdapter

from shared.auth import Allow, Role
from shared.body import Body, UploadBody
from shared.http import OpenReading, OpenTransaction

PUBLIC: Final = frozenset({"/healthz", "/readyz", "/metrics", "/token", "/openapi.json", "/docs", "/"})
_REFS: Final = "#/components/schemas/{model}"
_PROBLEM: Final = {
    "title": "Problem",
    "description": "RFC 9457 problem document",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "field": {"type": "string", "description": "dotted place of the first fault"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "detail"],
                "properties": {"field": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One method on one path, who may call it (None where it does not say) and what it reads as its body."""

    method: str
    path: str
    roles: frozenset[Role] | None
    body: Body | UploadBody | None
    documented: bool


def operations(app: FastAPI) -> list[Operation]:
    """Every operation of the app."""
    return [
        Operation(method, route.path_format or "", _roles(route), _body(route), bool(route.include_in_schema))
        for route in _api_routes(app)
        for method in sorted(route.methods or ())
    ]


def undeclared(app: FastAPI) -> list[Operation]:
    """The operations that are not public and yet say nobody may call them: there must be none."""
    return [operation for operation in operations(app) if operation.roles is None and operation.path not in PUBLIC]


def arrange(app: FastAPI) -> None:
    """Let every operation check its caller first, read its body next and open its transaction last.

    FastAPI takes dependencies in the order of the signature. A transaction opened first would be held while a slow
    client sends its body, and for callers who may not even ask.
    """
    for route in _api_routes(app):
        route.dependant.dependencies.sort(key=_turn)


def _turn(dependant: Dependant) -> int:
    if isinstance(dependant.call, Allow):
        return 0
    if isinstance(dependant.call, Body | UploadBody):
        return 1
    return 3 if isinstance(dependant.call, OpenTransaction | OpenReading) else 2


def _api_routes(app: FastAPI) -> Iterator[RouteContext]:
    for route in iter_route_contexts(app.routes):
        if isinstance(route.original_route, APIRoute):
            yield route


def _calls(dependant: Dependant) -> Iterator[Any]:
    for inner in dependant.dependencies:
        yield inner.call
        yield from _calls(inner)


def _roles(route: RouteContext) -> frozenset[Role] | None:
    return next((call.roles for call in _calls(route.dependant) if isinstance(call, Allow)), None)


def _body(route: RouteContext) -> Body | UploadBody | None:
    return next((call for call in _calls(route.dependant) if isinstance(call, Body | UploadBody)), None)


def openapi(app: FastAPI) -> dict[str, Any]:
    """The app's OpenAPI document with the bodies, roles and problems that FastAPI does not see."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
            separate_input_output_schemas=False,
        )
        _add_bodies(document, operations(app))
        app.openapi_schema = document
    return app.openapi_schema


def _add_bodies(document: dict[str, Any], found: list[Operation]) -> None:
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    bodies = _schemas_of_bodies(found, schemas)
    components["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["Problem"] = _PROBLEM
    for operation in found:
        if operation.documented:
            described = document["paths"][operation.path][operation.method.lower()]
            _describe(described, operation, bodies)


def _describe(described: dict[str, Any], operation: Operation, bodies: dict[int, dict[str, Any]]) -> None:
    responses = described.setdefault("responses", {})
    responses.pop("422", None)
    content = {"application/problem+json": {"schema": {"$ref": _REFS.format(model="Problem")}}}
    responses["4XX"] = {"description": "A problem with the request", "content": content}
    if operation.roles is not None:
        described["security"] = [{"bearer": []}]
        described["x-roles"] = sorted(operation.roles)
    if operation.body is not None:
        schema = bodies.get(id(operation.body), {"type": "string", "format": "binary"})
        media = {kind: {"schema": schema} for kind in operation.body.media_types}
        described["requestBody"] = {"required": True, "content": media}


def _schemas_of_bodies(found: list[Operation], schemas: dict[str, Any]) -> dict[int, dict[str, Any]]:
    """The JSON Schema of each body; what they refer to is added to `schemas`, under one name and one meaning."""
    bodies = [operation.body for operation in found if isinstance(operation.body, Body)]
    inputs = [(id(body), "validation", TypeAdapter(body.type_)) for body in bodies]
    by_key, shared = TypeAdapter.json_schemas(inputs, ref_template=_REFS)  # type: ignore[arg-type]
    for name, schema in _without_null_defaults(shared.get("$defs", {})).items():
        if schemas.setdefault(name, schema) != schema:
            raise ValueError(f"two different schemas are named {name}: rename one of the classes")
    return {key: schema for (key, _), schema in by_key.items()}


def _without_null_defaults(schema: Any) -> Any:
    """FastAPI leaves `"default": null` out of the schemas of responses: the same type in a body must read the same."""
    if isinstance(schema, list):
        return [_without_null_defaults(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: part for key, part in schema.items() if not (key == "default" and part is None)}
    return {key: _without_null_defaults(part) for key, part in kept.items()}
