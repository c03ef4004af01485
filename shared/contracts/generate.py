"""Write down the contracts for others: JSON Schemas and docs/events.md.   make docs

Refuses a change of a published event that is not additive: stored events must stay readable, and so must new ones to
consumers that know only the old form.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from shared.contracts import airspace, flightplan, inbound, sites
from shared.contracts.codec import EVENT_TYPES, adapter
from shared.contracts.page import page

Schema = dict[str, Any]
ROOT: Final = Path(__file__).resolve().parents[2]
SCHEMAS: Final = Path(__file__).with_name("schemas")
PAGE: Final = ROOT / "docs" / "events.md"
OWNERS: Final = {"airspace": airspace, "flightplan": flightplan, "sites": sites, "inbound": inbound}
_UPPER_LIMITS: Final = ("maxLength", "maxItems", "maximum", "exclusiveMaximum")
_LOWER_LIMITS: Final = ("minLength", "minItems", "minimum", "exclusiveMinimum")


def schema_of(event_type: type) -> Schema:
    """The JSON Schema of an event's data, with its topic and key."""
    made = adapter(event_type).json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:tianyuan:event:{event_type.__name__}",
        "x-topic": vars(event_type)["topic"],
        "x-key": vars(event_type)["key_field"],
        **made,
    }


def schemas() -> dict[str, Schema]:
    """The schema of every event type, by its name."""
    return {name: schema_of(event_type) for name, event_type in EVENT_TYPES.items()}


def as_text(schema: Schema) -> str:
    """The schema as its file has it."""
    return json.dumps(schema, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def files() -> dict[Path, str]:
    """Every generated file with its content."""
    made = schemas()
    pages = {PAGE: page({owner: _names(module) for owner, module in OWNERS.items()}, made)}
    return pages | {SCHEMAS / f"{name}.json": as_text(schema) for name, schema in made.items()}


def _names(module: Any) -> list[str]:
    return [name for name, event_type in EVENT_TYPES.items() if event_type.__module__ == module.__name__]


def breaks(old: Schema, new: Schema) -> list[str]:
    """What in the new schema breaks readers of the old form or of stored events; empty where it only adds."""
    found = [f"{name} changed" for name in ("x-topic", "x-key") if old.get(name) != new.get(name)]
    return found + list(_breaks(old, new, old.get("$defs", {}), new.get("$defs", {}), ""))


def _breaks(old: Schema, new: Schema, old_defs: Schema, new_defs: Schema, at: str) -> Iterator[str]:
    old, new = _resolved(old, old_defs), _resolved(new, new_defs)
    if "anyOf" in old or "anyOf" in new:
        yield from _alternatives(old, new, old_defs, new_defs, at)
        return
    if old.get("type") != new.get("type"):
        if not (old.get("type") == "integer" and new.get("type") == "number"):
            yield f"{at or 'the event'}: was {old.get('type')}, is {new.get('type')}"
        return
    yield from _values(old, new, at)
    yield from _properties(old, new, old_defs, new_defs, at)
    if "items" in old and "items" in new:
        yield from _breaks(old["items"], new["items"], old_defs, new_defs, f"{at}[]")


def _resolved(schema: Schema, defs: Schema) -> Schema:
    while "$ref" in schema:
        schema = {**defs[schema["$ref"].rpartition("/")[2]], **{k: v for k, v in schema.items() if k != "$ref"}}
    return schema


def _alternatives(old: Schema, new: Schema, old_defs: Schema, new_defs: Schema, at: str) -> Iterator[str]:
    """Each old alternative must still be one of the new ones."""
    choices = new.get("anyOf", [new])
    for was in old.get("anyOf", [old]):
        if not any(not list(_breaks(was, choice, old_defs, new_defs, at)) for choice in choices):
            yield f"{at}: {was.get('$ref', was.get('type'))} is no longer among the alternatives"


def _values(old: Schema, new: Schema, at: str) -> Iterator[str]:
    gone = set(old.get("enum") or ()) - set(new.get("enum") or old.get("enum") or ())
    if gone:
        yield f"{at}: lost {', '.join(map(str, sorted(gone)))}"
    for name in ("const", "format", "pattern"):
        if new.get(name) is not None and new.get(name) != old.get(name):
            yield f"{at}: {name} is {new[name]}, was {old.get(name)}"
    for name in _UPPER_LIMITS:
        if new.get(name, float("inf")) < old.get(name, float("inf")):
            yield f"{at}: {name} fell to {new[name]}"
    for name in _LOWER_LIMITS:
        if new.get(name, float("-inf")) > old.get(name, float("-inf")):
            yield f"{at}: {name} rose to {new[name]}"


def _properties(old: Schema, new: Schema, old_defs: Schema, new_defs: Schema, at: str) -> Iterator[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    for name, was in before.items():
        if name not in after:
            yield f"{at}.{name}: is gone"
        else:
            yield from _breaks(was, after[name], old_defs, new_defs, f"{at}.{name}")
    for name in sorted(set(new.get("required", ())) - set(old.get("required", ()))):
        yield f"{at}.{name}: is required now"


def published(folder: Path = SCHEMAS) -> Mapping[str, Schema]:
    """The schemas as they were written last."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}


def main() -> int:
    """Write the files; 1 where that would break a published event."""
    made = schemas()
    faults = [f"{name} is gone" for name in published() if name not in made]
    for name, old in published().items():
        faults += [f"{name} {fault}" for fault in breaks(old, made.get(name, old))]
    if faults:
        sys.stderr.write("not additive:\n  " + "\n  ".join(faults) + "\n")
        return 1
    SCHEMAS.mkdir(exist_ok=True)
    for path, content in files().items():
        path.write_text(content, encoding="utf-8")
    return 0
