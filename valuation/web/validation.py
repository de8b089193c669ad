"""Pydantic's findings as field errors: place, message, what is accepted, never what was sent."""

from collections.abc import Mapping, Sequence
from typing import Any

from valuation.web.problem import FieldError, Problem, redact
from valuation.web.requests import DeviceIn, DeviceQuery, MarketQuery, QuoteIn, QuoteQuery, View

MOST = 20
# Which names there are, by where an unknown one was found.
NAMES: Mapping[tuple[str, ...], Sequence[str]] = {
    ("body",): tuple(QuoteIn.model_fields),
    ("body", "device"): tuple(DeviceIn.model_fields),
}
PARAMETERS = sorted(
    {name for query in (QuoteQuery, MarketQuery, DeviceQuery) for name in query.model_fields}
)
KINDS = {
    "missing": ("needed and not there", None),
    "string_type": ("not text", "text"),
    "float_type": ("not a number", "a number"),
    "dict_type": ("not an object", "an object"),
    "model_type": ("not an object", "an object"),
    "model_attributes_type": ("not an object", "an object"),
    "enum": ("not one of these", ", ".join(View)),
}


def validation_problem(findings: Sequence[Mapping[str, Any]]) -> Problem:
    """A 422 that names every field that is wrong."""
    errors = [_field_error(finding) for finding in findings[:MOST]]
    detail = "; ".join(f"{error.field}: {error.message}" for error in errors[:3])
    return Problem(422, "invalid_request", "Invalid request", detail, errors)


def _field_error(finding: Mapping[str, Any]) -> FieldError:
    place = tuple(str(part) for part in finding["loc"])
    field = ".".join(redact(part) for part in place[1:]) or place[0]
    kind = finding["type"]
    if kind == "extra_forbidden":
        names = NAMES.get(place[:-1], PARAMETERS)
        return FieldError(field, "no such field", ", ".join(names))
    if kind in KINDS:
        message, accepted = KINDS[kind]
        return FieldError(field, message, accepted)
    message = redact(str(finding["msg"]).removeprefix("Value error, "))
    return FieldError(field, message, message if kind != "value_error" else None)
