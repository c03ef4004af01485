"""The operations of a running platform, as its own OpenAPI document lists them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx

from tests.system.platform import Platform

ROLES: Final = ("operator", "regulator", "planner", "service")


@dataclass(frozen=True)
class Operation:
    """One method on one path; `roles` is empty where it is public."""

    method: str
    path: str
    roles: tuple[str, ...]
    media_types: tuple[str, ...]
    schema: str  # name of the JSON body's schema, or ""

    @property
    def name(self) -> str:
        """`POST /zones`."""
        return f"{self.method} {self.path}"

    def address(self, places: Mapping[str, str], otherwise: str = "00000000-0000-0000-0000-000000000001") -> str:
        """The path with its places filled in."""
        return re.sub(r"\{(\w+)\}", lambda place: places.get(place[1], otherwise), self.path)


def operations_of(platform: Platform) -> list[Operation]:
    """All of them."""
    document = httpx.get(f"{platform.processes[0].url}/openapi.json").raise_for_status().json()
    return [
        _operation(method.upper(), path, described)
        for path, methods in document["paths"].items()
        for method, described in methods.items()
    ]


def _operation(method: str, path: str, described: dict[str, Any]) -> Operation:
    content = described.get("requestBody", {}).get("content", {})
    reference = content.get("application/json", {}).get("schema", {}).get("$ref", "")
    roles = tuple(described.get("x-roles", ()))
    return Operation(method, path, roles, tuple(content), reference.rpartition("/")[2])
