"""What a body may hold at a place: read from the schema that /openapi.json shows."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, cast

from pydantic import BaseModel

Schema = dict[str, Any]

HIDDEN = "*"  # for a name that is not repeated


def body_of(scope: Mapping[str, Any]) -> type[BaseModel] | None:
    """What the request's route declares as its body; None where it has none."""
    field = scope["route"].body_field
    return None if field is None else cast(type[BaseModel], field.field_info.annotation)


def accepted_at(place: Sequence[str], body: type[BaseModel] | None) -> str | None:
    """What is accepted at a place of a body, in words; None where there is no such place."""
    found = None if body is None else _schema_at(place, body)
    return None if found is None else _told(found)


def names_at(place: Sequence[str], body: type[BaseModel] | None) -> tuple[str, ...]:
    """The names that an object at a place may have."""
    found = None if body is None else _schema_at(place, body)
    return tuple((found or {}).get("properties", ()))


def shown_place(place: Sequence[str], body: type[BaseModel] | None) -> tuple[str, ...]:
    """The place as an error may repeat it: in a body of personal data a name that it does not
    have could be anybody's."""
    if not getattr(body, "PERSONAL", False):
        return tuple(place)
    return tuple(
        name if accepted_at(place[: depth + 1], body) is not None else HIDDEN
        for depth, name in enumerate(place)
    )


def _schema_at(place: Sequence[str], body: type[BaseModel]) -> Schema | None:
    whole = _whole(body)
    found: Schema | None = _resolved(whole, whole)
    for name in place:
        if found is None:
            return None
        others = found.get("additionalProperties")
        listed = found.get("items") if name.isdigit() else None
        inner = found.get("properties", {}).get(name) or listed or (others if others else None)
        found = None if inner is None else _resolved(inner, whole)
    return found


@cache
def _whole(body: type[BaseModel]) -> Schema:
    return body.model_json_schema()


def _resolved(schema: Schema, whole: Schema) -> Schema:
    """The schema behind a reference, or the one that is not null of two."""
    if "anyOf" in schema:
        schema = next(each for each in schema["anyOf"] if each.get("type") != "null")
    if "$ref" in schema:
        found: Schema = whole["$defs"][schema["$ref"].rpartition("/")[2]]
        return found
    return schema


def _told(schema: Schema) -> str:
    match schema:
        case {"enum": choices}:
            return ", ".join(map(str, choices))
        case {"type": "object", "properties": names}:
            return f"an object with {', '.join(names)}"
        case {"type": "object"}:
            return "an object of names and texts"
        case {"type": "integer", "minimum": low, "maximum": high}:
            return f"a whole number from {low} to {high}"
        case {"type": "number", "exclusiveMinimum": low, "maximum": high}:
            return f"a number above {low}, at most {high:g}"
        case {"pattern": _, "description": str(said)}:
            return said
        case {"maxLength": most}:
            return f"text of at most {most} characters"
    return "text"
