"""The page docs/events.md, out of the JSON Schemas."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

Schema = dict[str, Any]

_HEAD: Final = """# Events

Written by `make docs`; do not edit. The JSON Schemas stand in `shared/contracts/schemas/`.

A message's value is the event as JSON, instants in UTC with `Z`. Its key keeps the events about one thing in order.
Headers carry the CloudEvents attributes and two of our own:

| header | meaning |
|---|---|
| `ce_type` | the event's name, as below |
| `ce_id` | a UUID; a repeated message has the same |
| `ce_source` | who published it, `/tianyuan/<service>` |
| `ce_subject` | the key |
| `ce_time` | when it was recorded |
| `ce_specversion` | `1.0` |
| `position` | its place in the publisher's log: a reader skips what is not newer than the last one it handled |
| `traceparent` | the W3C trace it belongs to |

Published events only grow: a field once published stays, new ones have a default, and readers pass over what they do
not know. Send to the `inbound.` topics with `ce_type` set; what cannot be read there is parked with its field and
reason, and blocks nothing."""


def page(owners: Mapping[str, Sequence[str]], schemas: Mapping[str, Schema]) -> str:
    """The whole page: the events of each owner, then the values they are made of."""
    lines = [_HEAD]
    for owner, names in owners.items():
        lines += ["", f"## {_TITLES.get(owner, f'What `{owner}` publishes')}"]
        for name in names:
            lines += _event(name, schemas[name])
    lines += ["", "## Values", ""]
    values = {name: schema for made in schemas.values() for name, schema in made.get("$defs", {}).items()}
    for name in sorted(values):
        lines += _value(name, values[name])
    return "\n".join(lines).rstrip() + "\n"


_TITLES: Final = {"inbound": "What others send in"}


def _event(name: str, schema: Schema) -> Iterator[str]:
    yield from ("", f"### {name}", "", f"Topic `{schema['x-topic']}`, key `{schema['x-key']}`.", "")
    yield from (*_description(schema), *_fields(schema))


def _value(name: str, schema: Schema) -> Iterator[str]:
    yield from (f"### {name}", "", *_description(schema))
    if "enum" in schema:
        yield from (", ".join(f"`{value}`" for value in schema["enum"]), "")
    if "properties" in schema:
        yield from (*_fields(schema), "")


def _description(schema: Schema) -> Iterator[str]:
    text = " ".join(str(schema.get("description", "")).split())
    if text:
        yield from (text, "")


def _fields(schema: Schema) -> Iterator[str]:
    yield from ("| field | type | |", "|---|---|---|")
    required = schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        yield f"| `{name}` | {_type(field)} | {'required' if name in required else _default(field)} |"


def _default(field: Schema) -> str:
    value = field.get("default")
    return "optional" if value in (None, "", [], False) else f"default `{value}`"


def _type(schema: Schema) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(_type(choice) for choice in schema["anyOf"])
    if "const" in schema:
        return f"`{schema['const']}`"
    if "prefixItems" in schema:
        return "(" + ", ".join(_type(part) for part in schema["prefixItems"]) + ")"
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}{_limits(schema, 'Items')}"
    return _SIMPLE.get(schema.get("format", ""), str(schema.get("type", "any"))) + _limits(schema, "Length")


_SIMPLE: Final = {"date-time": "instant", "date": "day", "uuid": "UUID"}


def _limits(schema: Schema, size: str) -> str:
    said = []
    if (least := schema.get("minimum")) is not None:
        said.append(f"≥ {least:g}")
    if (above := schema.get("exclusiveMinimum")) is not None:
        said.append(f"> {above:g}")
    if (most := schema.get("maximum")) is not None:
        said.append(f"≤ {most:g}")
    if (longest := schema.get(f"max{size}")) is not None:
        shortest = schema.get(f"min{size}", 0)
        said.append(f"exactly {longest}" if shortest == longest else f"{shortest} to {longest}")
    return f" ({', '.join(said)})" if said else ""
