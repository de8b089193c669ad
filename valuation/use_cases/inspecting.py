"""The use case: what an inspection found, priced again under the quote's own versions."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

from valuation.catalogue.identity import parse_identifier
from valuation.domain.answers import CompletedAnswers, parse, with_answers
from valuation.domain.counter_offer import finding_lines
from valuation.domain.device_checks import Checked
from valuation.domain.inspection import Confirmed, OtherUnit, OtherVariant, Verdict, verdict
from valuation.domain.life import Life
from valuation.domain.overrides import with_adjustment
from valuation.domain.quote import Offer, Referral, Unit
from valuation.domain.records import Evidence
from valuation.domain.states import State, layout_of
from valuation.domain.unit_keys import KeyDestroyed
from valuation.quotes.appraising import Appraiser, Asked
from valuation.quotes.documents import Document
from valuation.quotes.finding import found_document
from valuation.quotes.quoting import unit_of
from valuation.quotes.replaying import asked_of, versions_of
from valuation.shop import Shop
from valuation.use_cases.giving import conditions_of_gift, may_be_given
from valuation.use_cases.rechecking import evidence_of
from valuation.use_cases.step_request import CannotReprice, StepIncomplete, StepRequest


def inspected(
    shop: Shop, document: Document, current: Life, request: StepRequest
) -> tuple[Verdict, Document]:
    """The verdict under the quote's own versions, and what is told of it.

    ``document`` is the quote's, ``current`` its life now. Errors: StepIncomplete, CannotReprice,
    those of the verdict, of the answers and of ``Shop.appraiser``.
    """
    appraiser = shop.appraiser(versions_of(document))
    asked = asked_of(document)
    assert asked.answers is not None  # noqa: S101 -- an offer has answers
    declared = asked.answers
    answers, checked = found_answers(shop, declared, request)
    other = _other_variant(shop, asked, request)
    found = _asked_again(shop, appraiser, replace(asked, checked=checked), answers, other)
    quote = appraiser.quote(found)
    match quote.outcome:
        case Offer(amount):
            gates = quote.disposition.conditions if quote.disposition else ()
        case Referral(code, en, _):
            raise CannotReprice(f"{code}: {en}")
        case _:
            raise CannotReprice("what was found leads to no offer")
    decided = verdict(
        declared=asked.answers.levels,
        inspected=answers.levels,
        agreed=current.amount or 0,
        amount=with_adjustment(amount, current.adjustment),
        conditions=tuple(dict.fromkeys(gate.code for gate in gates)),
        others=[*([other] if other else []), *other_unit(shop, asked, request)],
        evidence=_evidence(request, declared, answers, checked),
    )
    repriced = appraiser.document(quote)
    if isinstance(decided, Confirmed) and current.gives_device:
        # A counter-offer's are those of the money until its owner says again what is given.
        own = current.conditions
        if decided.changes and may_be_given(repriced):
            own = conditions_of_gift(shop, current.gift, repriced) or ()
        decided = replace(decided, conditions=own)
    lines = finding_lines(
        changes=decided.changes,
        declared=asked.answers.levels,
        inspected=answers.levels,
        layout=layout_of(answers.category),
        offers=lambda variant, states: [
            with_adjustment(offer, current.adjustment)
            for offer in _offers(appraiser, found if variant else asked, states)
        ],
    )
    return decided, found_document(
        decided, lines, repriced, asked.answers, answers,
        before=cast(Document | None, document.get("extras")),
    )  # fmt: skip


def _offers(appraiser: Appraiser, asked: Asked, states: Sequence[State]) -> Sequence[int]:
    pricing = appraiser.pricing(asked)
    assert pricing is not None  # noqa: S101 -- there are a device and answers
    return pricing.offers(states)


def found_answers(
    shop: Shop, declared: CompletedAnswers, request: StepRequest
) -> tuple[CompletedAnswers, Checked | None]:
    """The declared answers with those that were found, by a new check too; what they open must be
    answered besides, else StepIncomplete. Errors of the answers and of ``Shop.check``."""
    if shop.checking and request.identifier is None:
        raise StepIncomplete(
            "identifier",
            "the block list is asked of what is here: name the IMEI or serial number found",
        )
    check = shop.check(request.identifier)
    changes = parse(answers=request.answers, category=declared.category)
    answers = with_answers(declared, changes)
    opened = [q for q in (*answers.assumed, *answers.missing) if q not in declared.assumed]
    if opened:
        raise StepIncomplete("answers", f"what was found asks besides: {', '.join(opened)}")
    if check is None:
        return answers, None
    checked = Checked(check, answers.given)
    return with_answers(answers, checked.counted(answers.category)), checked


def _evidence(
    request: StepRequest,
    declared: CompletedAnswers,
    found: CompletedAnswers,
    checked: Checked | None,
) -> Mapping[str, Sequence[Evidence]]:
    """The photos, and the state of the source that overruled an answer."""
    if checked is None or checked.check.digest is None:
        return request.photos
    check, state = checked.check, evidence_of(checked.check, checked.check.digest)
    overruled = {
        question: (*request.photos.get(question, ()), state)
        for question in check.known
        if checked.overruled(question) and found.levels[question] != declared.levels[question]
    }
    return {**request.photos, **overruled}


def _asked_again(
    shop: Shop,
    appraiser: Appraiser,
    asked: Asked,
    answers: CompletedAnswers,
    other: OtherVariant | None,
) -> Asked:
    if other is None:
        return replace(asked, answers=answers)
    catalogue = shop.lookup.catalogue
    variant = catalogue.variants[other.inspected]
    device = appraiser.model.device(catalogue.device(variant.id))
    if device.category is not answers.category:
        raise CannotReprice("the device found is of another category: return it, quote it anew")
    name_zh = catalogue.variant_name_zh(variant)
    return replace(
        asked, answers=answers, subject=replace(asked.subject, device=device, name_zh=name_zh)
    )


def _other_variant(shop: Shop, asked: Asked, request: StepRequest) -> OtherVariant | None:
    declared = asked.subject.device.variant if asked.subject.device else ""
    if request.device is None or request.device == declared:
        return None
    if request.device not in shop.lookup.catalogue.variants:
        raise StepIncomplete("device", "the catalogue has no such variant; see /v1/devices?q=")
    evidence = tuple(request.photos.get("device", ()))
    return OtherVariant(declared=declared, inspected=request.device, evidence=evidence)


def other_unit(shop: Shop, asked: Asked, request: StepRequest) -> list[OtherUnit]:
    """Where the identifier found is another than the quote's; CannotReprice."""
    if request.identifier is None or asked.subject.unit is None:
        return []
    declared, identifier = asked.subject.unit, parse_identifier(request.identifier)
    try:
        unit: Unit = unit_of(identifier, shop.unit_keys(), like=declared)
    except KeyDestroyed as error:
        raise CannotReprice(f"{error}: no IMEI can be compared with this quote's") from error
    return [] if unit == declared else [OtherUnit(declared=declared, inspected=unit)]
