"""The API reference at `/docs`: one plain page made from the OpenAPI document; no script, nothing from elsewhere."""

from collections.abc import Iterator
from html import escape
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

Json = dict[str, Any]

_METHODS: Final = ("get", "post", "put", "delete")
_STYLE: Final = """
body{font:15px/1.55 system-ui,"Noto Sans CJK SC",sans-serif;max-width:62rem;margin:2rem auto;
padding:0 1rem;color:#1c2733}
h1{margin-bottom:.2rem}h2{margin-top:2.5rem;border-bottom:1px solid #d5dde5}code{font-size:.92em}
details{border:1px solid #d5dde5;border-radius:6px;margin:.4rem 0;padding:.35rem .8rem}summary{cursor:pointer}
.m{display:inline-block;width:4.2rem;font-weight:700;color:#14507a}.r{color:#6a7885;font-size:.88em;margin-left:.6rem}
table{border-collapse:collapse;width:100%;margin:.5rem 0}td,th{text-align:left;padding:.2rem .8rem .2rem 0;
vertical-align:top;border-bottom:1px solid #edf1f4}p{white-space:pre-line;margin:.4rem 0}a{color:#14507a}
"""

router = APIRouter()


@router.get("/docs", include_in_schema=False)
async def reference(request: Request) -> HTMLResponse:
    """Every operation with who may call it, and every schema."""
    return HTMLResponse(page(request.app.openapi()))


def page(document: Json) -> str:
    """The OpenAPI document as a page."""
    title = escape(document["info"]["title"])
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title} API</title><style>{_STYLE}</style>'
        f"<h1>{title} API</h1><p>{escape(document['info'].get('description', ''))} "
        'Machines read <a href="/openapi.json">/openapi.json</a>. Send <code>Authorization: Bearer …</code>; '
        "failures are <code>application/problem+json</code>.</p>"
        + "".join(_operations(document))
        + "<h2>Schemas</h2>"
        + "".join(_schema(name, schema) for name, schema in sorted(document["components"]["schemas"].items()))
        + "</html>"
    )


def _operations(document: Json) -> Iterator[str]:
    by_tag: dict[str, list[str]] = {}
    for path, methods in document["paths"].items():
        for method in _METHODS:
            if method in methods:
                operation = methods[method]
                by_tag.setdefault((operation.get("tags") or ["other"])[0], []).append(
                    _operation(method, path, operation)
                )
    for tag, shown in by_tag.items():
        yield f"<h2>{escape(tag)}</h2>" + "".join(shown)


def _operation(method: str, path: str, operation: Json) -> str:
    roles = ", ".join(operation.get("x-roles", ["anyone"]))
    body = operation.get("requestBody", {}).get("content", {})
    rows = [
        _row(p["name"], p["in"], _type(p.get("schema", {})), p.get("description", ""))
        for p in operation.get("parameters", [])
    ]
    rows += [_row("body", media, _type(content.get("schema", {})), "") for media, content in body.items()]
    for status, answer in operation["responses"].items():
        for media, content in answer.get("content", {}).items():
            rows.append(_row(status, media, _type(content.get("schema", {})), answer.get("description", "")))
    return (
        f'<details><summary><span class="m">{method.upper()}</span><code>{escape(path)}</code>'
        f'<span class="r">{escape(roles)}</span></summary>'
        f"<p>{escape(operation.get('description', ''))}</p><table>{''.join(rows)}</table></details>"
    )


def _schema(name: str, schema: Json) -> str:
    required = schema.get("required", ())
    rows = [
        _row(field, "required" if field in required else "", _type(part), part.get("description", ""))
        for field, part in schema.get("properties", {}).items()
    ]
    values = f"<p>{escape(' · '.join(map(str, schema['enum'])))}</p>" if "enum" in schema else ""
    return (
        f'<details id="{escape(name)}"><summary><code>{escape(name)}</code></summary>'
        f"<p>{escape(schema.get('description', ''))}</p>{values}<table>{''.join(rows)}</table></details>"
    )


def _row(name: str, where: str, type_: str, text: str) -> str:
    return f"<tr><td><code>{escape(name)}</code><td>{escape(where)}<td>{type_}<td>{escape(text)}</tr>"


def _type(schema: Json) -> str:
    """A schema in a few words; a name links to its own entry."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(_type(part) for part in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    limits = [
        f"{word} {schema[key]}"
        for key, word in (("minimum", "≥"), ("maximum", "≤"), ("maxLength", "up to"))
        if key in schema
    ]
    return escape(" ".join([schema.get("format") or schema.get("type", "any"), *limits]))
