"""GET /docs: the API on one page, made from /openapi.json; no script, nothing from elsewhere."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response

router = APIRouter(include_in_schema=False)

HERE = Path(__file__).parent
STRICT = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'"
Schema = Mapping[str, Any]


@router.get("/docs")
def page(request: Request) -> Response:
    """Every operation: what it takes, what it gives, and a call to try."""
    whole = request.app.openapi()
    html = _template().render(
        title=whole["info"]["title"],
        address=str(request.base_url).rstrip("/"),
        operations=list(operations(whole)),
    )
    return Response(html, media_type="text/html", headers={"Content-Security-Policy": STRICT})


@router.get("/docs.css")
def style() -> Response:
    """How it looks."""
    return Response((HERE / "docs.css").read_bytes(), media_type="text/css")


def operations(whole: Schema) -> Iterator[dict[str, Any]]:
    """Of each operation: method, path, what it says of itself, and its fields by part."""
    for path, methods in whole["paths"].items():
        for method, operation in methods.items():
            body = _json(operation.get("requestBody", {}))
            asked = _resolved(whole, body) if body else None
            given = next(code for code in operation["responses"] if code.startswith("2"))
            answer = _resolved(whole, _json(operation["responses"][given]))
            summary, _, more = operation.get("description", "").partition("\n")
            yield {
                "method": method.upper(),
                "path": path,
                "tag": operation["tags"][0],
                "summary": summary,
                "more": more.strip(),
                "parameters": [_parameter(one) for one in operation.get("parameters", [])],
                "asked": _fields(whole, asked) if asked else [],
                "example": json.dumps(asked["example"], ensure_ascii=False)
                if asked and "example" in asked
                else None,
                "status": given,
                "answer": _fields(whole, answer),
            }


def _parameter(parameter: Schema) -> dict[str, Any]:
    return {
        "name": parameter["name"],
        "kind": parameter["in"],
        "type": _type(parameter["schema"]),
        "what": parameter.get("description", ""),
        "required": parameter.get("required", False),
    }


def _fields(whole: Schema, schema: Schema, before: str = "") -> list[dict[str, Any]]:
    """One row a field; what stands in an object or a list follows it, named by its way."""
    rows = []
    for name, field in schema.get("properties", {}).items():
        inner, way = _within(whole, field)
        rows.append(
            {
                "name": before + name,
                "type": _type(field),
                "what": field.get("description", ""),
                "required": name in schema.get("required", ()),
            }
        )
        rows += _fields(whole, inner, f"{before}{name}{way}.") if inner else []
    return rows


def _within(whole: Schema, field: Schema) -> tuple[Schema | None, str]:
    """The object that a field holds, or a list of; and how its fields are reached."""
    for one in (field, *field.get("anyOf", ())):
        if "$ref" in one:
            return _resolved(whole, one), ""
        if "$ref" in one.get("items", {}):
            return _resolved(whole, one["items"]), "[]"
    return None, ""


def _type(field: Schema) -> str:
    if "anyOf" in field:
        return " or ".join(_type(one) for one in field["anyOf"])
    if "enum" in field:
        return " or ".join(json.dumps(one) for one in field["enum"])
    if "const" in field:
        return json.dumps(field["const"])
    if "$ref" in field:
        return "object"
    if field.get("type") == "array":
        return f"list of {_type(field['items'])}"
    return str(field.get("format") or field.get("type", "any"))


def _json(content: Schema) -> Schema:
    schema: Schema = content.get("content", {}).get("application/json", {}).get("schema", {})
    return schema


def _resolved(whole: Schema, schema: Schema) -> Schema:
    if "$ref" not in schema:
        return schema
    found: Schema = whole["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found


@cache
def _template() -> Any:
    from jinja2 import Environment, FileSystemLoader

    return Environment(
        loader=FileSystemLoader(HERE), autoescape=True, trim_blocks=True, lstrip_blocks=True
    ).get_template("docs.html.jinja")
