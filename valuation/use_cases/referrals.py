"""The use case: what the price model referred to a person is appraised by one, and inspected."""

from dataclasses import replace

from valuation.domain.appraisals import Appraised, appraise
from valuation.domain.disposition import Route, RouteValue
from valuation.domain.inspection import Confirmed, Verdict
from valuation.domain.life import Life
from valuation.domain.quote import Disposition
from valuation.domain.refusals import IllegalStep, Refusal
from valuation.quotes.disposing import Disposed, disposed, way_document
from valuation.quotes.documents import Document
from valuation.quotes.finding import found_document
from valuation.quotes.replaying import asked_of, versions_of
from valuation.shop import Shop
from valuation.use_cases.inspecting import found_answers, other_unit
from valuation.use_cases.step_request import CannotReprice, StepIncomplete, StepRequest

LINE: Document = {
    "code": "appraised", "label_en": "Appraised by a person", "label_zh": "人工评估",
    "answer": None, "basis": "appraisal", "assumed": False,
}  # fmt: skip
OTHERWISE = (
    "a person appraised the device as it was described, and it is otherwise: decline with return, "
    "and ask for a new quote of it as it is"
)


def appraised(shop: Shop, document: Document, request: StepRequest) -> tuple[Appraised, Document]:
    """What a person says of a referral, under the quote's own tables, and the quote as it is then.

    StepIncomplete, IllegalStep, CannotReprice, those of ``Shop.appraiser``.
    """
    if request.amount is None or request.route is None:
        raise StepIncomplete(
            "amount" if request.amount is None else "route",
            "an appraisal names an amount in minor units, 0 where nothing is paid, and a route",
        )
    appraiser = shop.appraiser(versions_of(document))
    asked = asked_of(document)
    quote = appraiser.quote(asked)
    done = disposed(quote, appraiser)
    if done is None or asked.answers is None:
        raise CannotReprice(
            "nobody knows what device this is: ask for a new quote that names its category"
        )
    if asked.answers.missing:
        raise CannotReprice(
            f"its gates are not known: ask for a new quote that answers "
            f"{', '.join(asked.answers.missing)}"
        )
    chosen = _open(request.route, done)
    gates = appraiser.tariffs.of(done.device).terms.gates
    conditions = tuple(gates.conditions(asked.answers.levels, chosen.route))
    way = replace(quote, disposition=Disposition(chosen, done.routes, conditions))
    made = appraise(
        amount=request.amount,
        route=request.route,
        by=request.actor,
        limits=appraiser.tariffs.terms.policy.appraisal_limits,
        conditions=tuple(dict.fromkeys(gate.code for gate in conditions)),
        confirmed_by=request.confirmed_by,
    )
    offer: Document = {"amount": made.amount, "currency": quote.market.currency}
    told: Document = {
        **document,
        "outcome": "offer",
        "offer": offer,
        "referral": None,
        "lines": [{**LINE, "amount": offer}],
        "disposition": way_document(replace(done, quote=way, chosen=chosen), appraiser),
    }
    return made, {"quote": told}


def inspected_as_appraised(
    shop: Shop, appraisal: Document, current: Life, request: StepRequest
) -> tuple[Verdict, Document]:
    """The verdict on a device that a person appraised: as it was described, or CannotReprice.

    ``appraisal``: the quote as it was appraised.
    """
    asked = asked_of(appraisal)
    assert asked.answers is not None  # noqa: S101 -- it was appraised by them
    answers, _ = found_answers(shop, asked.answers, request)
    same_device = request.device in (None, asked.subject.device and asked.subject.device.variant)
    same_device = same_device and not other_unit(shop, asked, request)
    if answers.levels != asked.answers.levels or not same_device:
        raise CannotReprice(OTHERWISE)
    amount = current.amount or 0
    decided = Confirmed(agreed=amount, amount=amount, changes=(), conditions=current.conditions)
    return decided, found_document(decided, [], appraisal, asked.answers, answers)


def _open(route: Route, done: Disposed) -> RouteValue:
    """The route among the device's; IllegalStep where a gate closes it or it leads nowhere."""
    found = next((each for each in done.routes if each.route is route), None)
    if found is None or not found.open or route is Route.REFUSE:
        gates = ", ".join(gate.code for gate in found.closed_by) if found else ""
        raise IllegalStep(
            Refusal.ROUTE_CLOSED, route=route.value, gates=gates or "it is none of its routes"
        )
    return found
