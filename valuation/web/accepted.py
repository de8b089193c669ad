"""What a body may hold at a place: read from the schema that /openapi.json shows."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from valuation.web.requests import QuoteIn

Schema = dict[str, Any]


def accepted_at(place: Sequence[str]) -> str | None:
    """What is accepted at a place, in words; None where there is no such place."""
    found = _schema_at(place)
    return None if found is None else _told(found)


def names_at(place: Sequence[str]) -> tuple[str, ...]:
    """The names that an object at a place may have."""
    return tuple((_schema_at(place) or {}).get("properties", ()))


def _schema_at(place: Sequence[str]) -> Schema | None:
    found: Schema | None = _resolved(_whole())
    for name in place:
        if found is None:
            return None
        others = found.get("additionalProperties")
        inner = found.get("properties", {}).get(name) or (others if others else None)
        found = None if inner is None else _resolved(inner)
    return found


@cache
def _whole() -> Schema:
    return QuoteIn.model_json_schema()


def _resolved(schema: Schema) -> Schema:
    """The schema behind a reference, or the one that is not null of two."""
    if "anyOf" in schema:
        schema = next(each for each in schema["anyOf"] if each.get("type") != "null")
    if "$ref" in schema:
        found: Schema = _whole()["$defs"][schema["$ref"].rpartition("/")[2]]
        return found
    return schema


def _told(schema: Schema) -> str:
    match schema:
        case {"enum": choices}:
            return ", ".join(choices)
        case {"type": "object", "properties": names}:
            return f"an object with {', '.join(names)}"
        case {"type": "object"}:
            return "an object of names and texts"
        case {"type": "integer", "minimum": low, "maximum": high}:
            return f"a whole number from {low} to {high}"
        case {"type": "number", "exclusiveMinimum": low, "maximum": high}:
            return f"a number above {low}, at most {high:g}"
        case {"maxLength": most}:
            return f"text of at most {most} characters"
    return "text"
