"""The one table from domain errors to HTTP: status, stable code, what is accepted instead.

Values that were sent are never repeated: they could hold an IMEI.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from valuation.domain.answers import ImpossibleAnswers
from valuation.domain.costs import PolicyRefused
from valuation.domain.disposition import LeakyGates
from valuation.domain.questions import BY_ID, UnknownAnswer, UnknownQuestion
from valuation.price_model.model import UnknownContext
from valuation.price_model.shelf import NoBundle
from valuation.quotes.quoting import AmbiguousDevice, DeviceNeeded, NameTooLong, OtherDeviceByTac
from valuation.shop import ArchiveUnavailable, NoSuchPage, UnknownMarket
from valuation.storage.engine import DatabaseUnavailable
from valuation.storage.quotes import CodeTaken, QuoteDamaged, QuoteNotFound
from valuation.tables.book import NoTable
from valuation.tables.impact_factors import UnknownKind
from valuation.tables.table import BrokenTable
from valuation.web import auth_problems, customer_problems, extra_problems, life_problems
from valuation.web.accepted import accepted_at, body_of, shown_place
from valuation.web.body import WITH_BODY, MalformedBody, OtherMediaType
from valuation.web.middleware import TOO_LARGE, BodyTooLarge
from valuation.web.problem import RETRY, FieldError, Problem, in_body
from valuation.web.requests import WHOSE
from valuation.web.validation import validation_problem

DEVICE_WAYS = "device.id, device.name with device.storage_gb, or device.identifier"


def refused(code: str, title: str, error: FieldError) -> Problem:
    """A 422 about one field."""
    return Problem(422, code, title, f"{error.field}: {error.message}", (error,))


def _unknown_question(error: UnknownQuestion) -> Problem:
    found = in_body(("answers", error.question), "no such question", ", ".join(BY_ID))
    return refused("unknown_question", "Unknown question", found)


def _unknown_answer(error: UnknownAnswer) -> Problem:
    accepted = f"{BY_ID[error.question].accepted}; leave it out where it is not known"
    found = in_body(("answers", error.question), "not an answer to this question", accepted)
    return refused("unknown_answer", "Unknown answer", found)


def _impossible(error: ImpossibleAnswers) -> Problem:
    found = in_body(("answers", error.question), str(error), BY_ID[error.question].accepted)
    return refused("impossible_answers", "Answers contradict each other", found)


def _unknown_context(error: UnknownContext) -> Problem:
    said = "no sale of this market had this value" if error.accepted else (
        "this market's sales do not know it"
    )  # fmt: skip
    accepted = ", ".join(error.accepted) or "no such name: leave it out"
    found = in_body(("context", error.name), said, accepted)
    return refused("unknown_context", "Unknown context", found)


def _ambiguous(error: AmbiguousDevice) -> Problem:
    said = error.reason.value.replace("_", " ")
    field = in_body(("device",), f"{said}: {error.device_model}", ", ".join(error.variants))
    return Problem(
        422, error.reason.value, "Which variant is it?", f"device: {field.message}", (field,),
        besides={"variants": error.variants},
    )  # fmt: skip


def _other_by_tac(error: OtherDeviceByTac) -> Problem:
    accepted = "the device that it is: leave the wrong one of name and IMEI out, or read it again"
    found = in_body(("device",), str(error), accepted)
    return refused("other_device_by_tac", "Two devices are named", found)


def _device_needed(_: DeviceNeeded) -> Problem:
    found = in_body(("device",), "no device is named", DEVICE_WAYS)
    return refused("device_needed", "No device", found)


def _unknown_kind(error: UnknownKind) -> Problem:
    found = in_body(("device", "kind"), "no such kind of appliance", ", ".join(error.known))
    return refused("unknown_kind", "Unknown kind", found)


def _name_too_long(error: NameTooLong) -> Problem:
    found = in_body(("device", "name"), str(error), f"the device's name alone; {WHOSE}")
    return refused("name_too_long", "Name too long", found)


def _page(_: NoSuchPage) -> Problem:
    found = FieldError("starting_after", "this search has no such device", "an id of its list")
    return refused("no_such_page", "No such page", found)


def _no_bundle(error: NoBundle) -> Problem:
    return Problem(503, "no_bundle", "No price model", str(error), headers=RETRY)


def _not_found(_: QuoteNotFound) -> Problem:
    return Problem(404, "quote_not_found", "No such quote", "no quote has this id or code")


def _damaged(_: QuoteDamaged) -> Problem:
    detail = "the stored quote is not the one that was issued; it is not shown"
    return Problem(500, "quote_damaged", "Quote damaged", detail)


def _database(error: DatabaseUnavailable) -> Problem:
    return Problem(503, "database_unavailable", "No database", error.reason, headers=RETRY)


def _code_taken(_: CodeTaken) -> Problem:
    detail = "no free code was found; nothing was issued"
    return Problem(503, "code_taken", "No free code", detail, headers=RETRY)


def _archive(_: ArchiveUnavailable) -> Problem:
    detail = "the tables of this quote could not be archived; nothing was issued"
    return Problem(503, "archive_unavailable", "No archive", detail, headers=RETRY)


def _tables(_: Exception) -> Problem:
    detail = "the shop's tables cannot be used today; the service's log and /readyz say why"
    return Problem(503, "tables_unusable", "No tables", detail, headers=RETRY)


STATUSES = {
    400: ("bad_request", "Bad request", "the request could not be read"),
    404: ("not_found", "Not found", "there is nothing at this address; see /docs"),
    405: ("method_not_allowed", "Method not allowed", "this address takes another method"),
}


def _too_large(_: BodyTooLarge) -> Problem:
    return TOO_LARGE


def _other_media_type(error: OtherMediaType) -> Problem:
    found = FieldError("Content-Type", "not JSON", "application/json")
    return Problem(415, "unsupported_media_type", "Not JSON", error.detail, (found,))


def _http(error: HTTPException) -> Problem:
    code, title, detail = STATUSES.get(error.status_code, STATUSES[400])
    return Problem(error.status_code, code, title, detail, headers=error.headers or {})


TABLE: Sequence[tuple[type[Exception], Callable[[Any], Problem]]] = (
    (UnknownQuestion, _unknown_question),
    (UnknownAnswer, _unknown_answer),
    (ImpossibleAnswers, _impossible),
    (UnknownContext, _unknown_context),
    (AmbiguousDevice, _ambiguous),
    (OtherDeviceByTac, _other_by_tac),
    (DeviceNeeded, _device_needed),
    (NameTooLong, _name_too_long),
    (UnknownKind, _unknown_kind),
    (NoSuchPage, _page),
    (NoBundle, _no_bundle),
    (CodeTaken, _code_taken),
    (QuoteNotFound, _not_found),
    (QuoteDamaged, _damaged),
    (DatabaseUnavailable, _database),
    (ArchiveUnavailable, _archive),
    (NoTable, _tables),
    (BrokenTable, _tables),
    (PolicyRefused, _tables),
    (LeakyGates, _tables),
    *auth_problems.TABLE,
    *extra_problems.TABLE,
    *life_problems.TABLE,
    *customer_problems.TABLE,
    (BodyTooLarge, _too_large),
    (OtherMediaType, _other_media_type),
    (HTTPException, _http),
)


def problem_of(error: Exception) -> Problem:
    """An error of the table as a problem; any other is raised again."""
    for kind, describe in TABLE:
        if isinstance(error, kind):
            return describe(error)
    raise error


def install(app: FastAPI) -> None:
    """Answer every error of the table, and those that look at the request, as problems."""
    for kind, describe in TABLE:
        app.add_exception_handler(kind, _handler(describe))
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(MalformedBody, _malformed)
    app.add_exception_handler(UnknownMarket, _market)


async def _invalid(request: Request, error: Any) -> Response:
    """What is wrong with the request's shape; its route says which parameters it has."""
    models = [each.field_info.annotation for each in request.scope["route"].dependant.query_params]
    parameters = {
        name: known.description for model in models for name, known in model.model_fields.items()
    }
    problem = validation_problem(error.errors(), parameters, body_of(request.scope))
    return problem.response(request.state.request_id)


async def _malformed(request: Request, error: Any) -> Response:
    """What is wrong with the body's JSON, and what is accepted there."""
    body = body_of(request.scope)
    accepted = error.accepted or accepted_at(error.place, body)
    found = in_body(shown_place(error.place, body), error.detail, accepted)
    problem = Problem(400, "malformed_body", "Malformed body", error.detail, (found,))
    return problem.response(request.state.request_id)


async def _market(request: Request, error: Any) -> Response:
    """A market that is not served: a member of the body, or a parameter of the address."""
    found = in_body(("market",), str(error), ", ".join(error.served))
    if request.method not in WITH_BODY:
        found = replace(found, pointer=None)
    return refused(error.code, "Which market?", found).response(request.state.request_id)


def _handler(describe: Callable[[Any], Problem]) -> Callable[[Request, Exception], Any]:
    # async, so that it is not sent to another thread.
    async def answer(request: Request, error: Exception) -> Response:
        return describe(error).response(request.state.request_id)

    return answer
