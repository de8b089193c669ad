"""The OpenAPI document and a page of it that loads nothing from anywhere."""

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

import orjson
from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse
from pydantic import BaseModel

from valuation.web.problem import FieldErrorOut, ProblemOut
from valuation.web.self_schemas import NotReady

router = APIRouter()

# Schemas that answers refer to by name: FastAPI knows those of its own media type alone.
PROBLEMS: Mapping[str, type[BaseModel]] = {
    "FieldErrorOut": FieldErrorOut,
    "Problem": ProblemOut,
    "NotReady": NotReady,
}

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h2 { border-top: 1px solid #ccc; padding-top: 1rem }
code, pre { font: 14px/1.4 ui-monospace, monospace }
pre { background: #f4f4f4; padding: .75rem; overflow: auto }
td, th { text-align: left; padding-right: 1.5rem; overflow-wrap: anywhere }
"""


def openapi_of(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """The document's maker for an app, with the problems' schemas among its parts."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(
                title=app.title,
                version=app.version,
                description=app.description,
                routes=app.routes,
            )
            schemas = made.setdefault("components", {}).setdefault("schemas", {})
            for name, model in PROBLEMS.items():
                schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
                schema.pop("$defs", None)
                schemas[name] = schema
            app.openapi_schema = made
        return app.openapi_schema

    return document


@router.get("/docs", include_in_schema=False)
def docs(request: Request) -> HTMLResponse:
    """Every address with its parameters, body and answers."""
    return HTMLResponse(_page(request.app.openapi()))


def _page(document: dict[str, Any]) -> str:
    title = escape(f"{document['info']['title']} {document['info']['version']}")
    parts = [
        _operation(method, path, operation)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    ]
    schemas = "".join(
        f'<h3 id="{escape(name)}">{escape(name)}</h3><pre>{_pretty(schema)}</pre>'
        for name, schema in document["components"]["schemas"].items()
    )
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style>'
        f"<h1>{title}</h1><p>{escape(document['info'].get('description', ''))} "
        f'The same as data: <a href="/openapi.json">/openapi.json</a>.</p>'
        f"{''.join(parts)}<h2>Schemas</h2>{schemas}</html>"
    )


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    parameters = "".join(
        f"<tr><td><code>{escape(p['name'])}</code></td><td>{escape(p['in'])}</td>"
        f"<td>{'needed' if p.get('required') else ''}</td>"
        f"<td><code>{_pretty(p['schema'], indent=False)}</code></td></tr>"
        for p in operation.get("parameters", ())
    )
    answers = "".join(
        f"<tr><td>{escape(status)}</td><td>{escape(answer.get('description', ''))}</td>"
        f"<td>{_links(answer)}</td></tr>"
        for status, answer in operation["responses"].items()
    )
    body = _links(operation.get("requestBody", {}))
    caller = ", ".join(escape(name) for each in operation.get("security", ()) for name in each)
    return (
        f"<h2><code>{escape(method.upper())} {escape(path)}</code></h2>"
        f"<p>{escape(operation.get('description', ''))}</p>"
        f"{f'<p>Authorization: Bearer, {caller}</p>' if caller else ''}"
        f"{f'<table>{parameters}</table>' if parameters else ''}"
        f"{f'<p>Body: {body}</p>' if body else ''}<table>{answers}</table>"
    )


def _links(part: dict[str, Any]) -> str:
    """The schemas that a body or an answer refers to."""
    names = []
    for content in part.get("content", {}).values():
        schema = content.get("schema", {})
        for choice in (schema, *schema.get("anyOf", ())):
            if "$ref" in choice:
                names.append(escape(choice["$ref"].rpartition("/")[2]))
    return " or ".join(f'<a href="#{name}">{name}</a>' for name in dict.fromkeys(names))


def _pretty(schema: object, *, indent: bool = True) -> str:
    option = orjson.OPT_INDENT_2 if indent else 0
    return escape(orjson.dumps(schema, option=option).decode())
