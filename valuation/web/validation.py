"""Pydantic's findings as field errors: place, message, what is accepted, never what was sent."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from valuation.web.accepted import accepted_at, names_at, shown_place
from valuation.web.problem import FieldError, Problem, in_body, redact

MOST = 20
NOT_AN_IDENTIFIER = "not_an_identifier"
IDENTIFIERS = "an IMEI of 15 digits as *#06# shows it, a MEID or a serial number"
KINDS = {
    "missing": "needed and not there",
    "string_type": "not text",
    "string_pattern_mismatch": "not of this form",
    "float_type": "not a number",
    "dict_type": "not an object",
    "model_type": "not an object",
    "model_attributes_type": "not an object",
    "enum": "not one of these",
    "literal_error": "not one of these",
}


def validation_problem(
    findings: Sequence[Mapping[str, Any]],
    parameters: Mapping[str, str | None],
    body: type[BaseModel] | None,
) -> Problem:
    """A 422 that names every field that is wrong; ``parameters``: what each accepts, ``body`` as
    declared."""
    errors = [
        _in_body(each, body) if each["loc"][0] == "body" else _parameter(each, parameters)
        for each in findings[:MOST]
    ]
    detail = "; ".join(f"{error.field}: {error.message}" for error in errors[:3])
    if {each["type"] for each in findings} == {NOT_AN_IDENTIFIER}:
        return Problem(422, NOT_AN_IDENTIFIER, "Not an identifier", detail, errors)
    return Problem(422, "invalid_request", "Invalid request", detail, errors)


def _in_body(finding: Mapping[str, Any], body: type[BaseModel] | None) -> FieldError:
    place = tuple(str(part) for part in finding["loc"])[1:]
    if finding["type"] == "extra_forbidden":
        known = ", ".join(names_at(place[:-1], body))
        return in_body(shown_place(place, body), "no such field", known)
    if finding["type"] == NOT_AN_IDENTIFIER:
        return in_body(place, _message(finding), IDENTIFIERS)
    return in_body(shown_place(place, body), _message(finding), accepted_at(place, body))


def _parameter(finding: Mapping[str, Any], parameters: Mapping[str, str | None]) -> FieldError:
    field = ".".join(redact(str(part)) for part in finding["loc"][1:])
    if finding["type"] == "extra_forbidden":
        said = "no such parameter"
        return FieldError(field, said, ", ".join(parameters) or "no parameter")
    message = _message(finding)
    choices = finding.get("ctx", {}).get("expected")
    accepted = parameters.get(field) if choices is None else str(choices).replace("'", "")
    return FieldError(field, message, accepted)


def _message(finding: Mapping[str, Any]) -> str:
    kind = finding["type"]
    return KINDS.get(kind) or redact(str(finding["msg"]).removeprefix("Value error, "))
