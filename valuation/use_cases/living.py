"""The use case: a stored quote goes on. Load its life, take a step, write what happened."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import cast

import orjson

from valuation.catalogue.identity import parse_identifier
from valuation.domain.answers import CompletedAnswers, parse, with_answers
from valuation.domain.counter_offer import finding_lines
from valuation.domain.device_checks import Checked, DeviceCheck
from valuation.domain.disposition import FLAGS, Route
from valuation.domain.happened import ConditionMet, Consent, Detail, Happened, Settlement
from valuation.domain.inspection import NO_EVIDENCE, OtherUnit, OtherVariant, verdict
from valuation.domain.lifecycle import Life, as_at, fold, take
from valuation.domain.moves import Step
from valuation.domain.overrides import OverrideReason, override, with_adjustment
from valuation.domain.people import Mode
from valuation.domain.quote import Offer, Referral, Unit
from valuation.domain.records import Actor, Evidence
from valuation.domain.refusals import IllegalStep, Refusal
from valuation.domain.states import State, layout_of
from valuation.domain.unit_keys import KeyDestroyed
from valuation.quotes.appraising import Appraiser, Asked
from valuation.quotes.documents import Document
from valuation.quotes.finding import found_document
from valuation.quotes.life_log import event_of, happened_of, told_of
from valuation.quotes.quoting import unit_of
from valuation.quotes.replaying import asked_of, versions_of
from valuation.shop import Shop
from valuation.storage.answers import KeptAnswer
from valuation.storage.codes import CodeHeld, CodeMove
from valuation.storage.engine import reading
from valuation.storage.ledger import Entry
from valuation.storage.quotes import Event, PlaceTaken, QuoteStore, StoredQuote
from valuation.use_cases.claiming import code_moves, extras_at
from valuation.use_cases.crediting import earned
from valuation.use_cases.issuing import stored_quote

ATTEMPTS = 3


class StepIncomplete(ValueError):
    """The step lacks something, or has what it cannot use; ``member`` of the request says which."""

    def __init__(self, member: str, message: str) -> None:
        super().__init__(message)
        self.member = member


class CannotReprice(ValueError):
    """What the inspection found has no price here: a person must look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRequest:
    """What somebody wants to do with a quote.

    ``amount``: what the customer saw and accepts, or an override's new amount. ``answers``,
    ``device`` (a variant id) and ``identifier``: what an inspection found, left out where it is as
    declared; ``photos``: its evidence by question. ``evidence``: of the step as a whole.
    """

    step: Step
    actor: Actor
    amount: int | None = None
    answers: Mapping[str, object] = field(default_factory=dict)
    device: str | None = None
    identifier: str | None = None
    photos: Mapping[str, Sequence[Evidence]] = field(default_factory=lambda: NO_EVIDENCE)
    evidence: tuple[Evidence, ...] = ()
    condition: str | None = None
    reason: OverrideReason | None = None
    confirmed_by: Actor | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A quote with its life: the document as it was issued, and the events as they are stored."""

    stored: StoredQuote
    document: Document
    events: tuple[Event, ...]
    life: Life
    extras: Document | None = None  # beside the life's amount, where anything stands beside it

    @property
    def found(self) -> Document | None:
        """What the inspection made of it: answers side by side, lines, routes; None before."""
        told = (told_of(event) for event in reversed(self.events))
        return next((each for each in told if each is not None), None)

    @property
    def settling(self) -> Document:
        """The quote of the device that is settled: as it was found, once it was."""
        return cast(Document, self.found["quote"]) if self.found else self.document

    @property
    def route(self) -> Route:
        """Where that device goes."""
        disposition = cast(Document | None, self.settling["disposition"])
        return Route(str(disposition["route"])) if disposition else Route.REFUSE


def held(shop: Shop, reference: str, *, merchant: str, mode: Mode | None = Mode.LIVE) -> Held:
    """The quote with what happened to it; QuoteNotFound for another merchant's or mode's too.

    ``mode``: of the key that asks; None where either will do.
    """
    with reading(shop.engine) as connection:
        stored = stored_quote(connection, reference, merchant=merchant, mode=mode)
        events = tuple(QuoteStore(connection).events(stored.id))
    document: Document = orjson.loads(stored.document)
    life = fold(events=[happened_of(event, document) for event in events])
    return _with_extras(shop, Held(stored, document, events, life))


def _with_extras(shop: Shop, held: Held) -> Held:
    """What stands beside the amount as it is now: of the device that was found, once one was."""
    extras = extras_at(shop, held.settling, held.life.amount)
    return replace(held, extras=extras) if extras else held


def step(
    shop: Shop,
    reference: str,
    request: StepRequest,
    *,
    merchant: str,
    mode: Mode | None = Mode.LIVE,
    keep: Callable[[Held], KeptAnswer] | None = None,
) -> Held:
    """The quote after the step; ``keep``: what is kept with it, to be answered again.

    Errors: QuoteNotFound, IllegalStep, StepIncomplete, CannotReprice, BadRecord, UnknownQuestion,
    UnknownAnswer, ImpossibleAnswers, NotAnIdentifier, those of ``Shop.appraiser`` and the database.
    """
    for _ in range(ATTEMPTS):
        before = held(shop, reference, merchant=merchant, mode=mode)
        now = shop.clock()
        happened, told = _taken(shop, before, request, now)
        rows = _rows(before, happened, told)
        life = fold(events=happened, life=before.life)
        after = _with_extras(shop, replace(before, events=(*before.events, *rows), life=life))
        moves = _code_moves(shop, after, now)
        credit = earned(shop, after.stored, after.settling, happened[-1])
        try:
            answer = keep(after) if keep else None
            shop.ledger.write(Entry(None, rows, answer, codes=moves, impact=credit))
        except CodeHeld as held_elsewhere:
            raise IllegalStep(Refusal.CODE_HELD) from held_elsewhere
        except PlaceTaken:
            continue  # somebody stepped meanwhile: what holds now decides
        return after
    raise PlaceTaken(f"{reference}: others keep stepping")


def _code_moves(shop: Shop, after: Held, now: datetime) -> tuple[CodeMove, ...]:
    """A test key's quote binds nobody, and holds no code."""
    if after.stored.mode is Mode.TEST:
        return ()
    return code_moves(
        shop, after.document, quote=after.stored.id, life=after.life, extras=after.extras, now=now
    )


def _rows(before: Held, happened: Sequence[Happened], told: Document | None) -> tuple[Event, ...]:
    first = len(before.events)
    return tuple(
        event_of(
            each,
            quote_id=before.stored.id,
            position=first + place,
            told=told if each is happened[-1] else None,
        )
        for place, each in enumerate(happened)
    )


def _taken(
    shop: Shop, before: Held, request: StepRequest, now: datetime
) -> tuple[tuple[Happened, ...], Document | None]:
    """The events of the step, and what is kept with the last of them."""
    current, told = as_at(life=before.life, now=now), None
    detail: Detail = None
    match request.step:
        case Step.ACCEPT if request.amount is not None:
            detail = Consent(amount=request.amount)
        case Step.SHOW:
            if request.condition is None:
                raise StepIncomplete("condition", f"name one of {', '.join(current.unmet)}")
            detail = ConditionMet(condition=request.condition)
        case Step.OVERRIDE:
            detail = _override(shop, before, current, request)
        case Step.INSPECT if current.amount is not None:
            detail, told = _inspected(shop, before, current, request)
        case Step.SETTLE:
            detail = Settlement(flag=FLAGS[before.route])
    happened = take(
        life=before.life, step=request.step, actor=request.actor, now=now,
        evidence=request.evidence, detail=detail,
    )  # fmt: skip
    return happened, told


def _override(shop: Shop, before: Held, current: Life, request: StepRequest) -> Detail:
    if request.amount is None or request.reason is None:
        known = ", ".join(OverrideReason)
        raise StepIncomplete("reason", f"an override names its amount and a reason: {known}")
    appraiser = shop.appraiser(versions_of(before.document))
    return override(
        standing=current,
        amount=request.amount,
        reason=request.reason,
        by=request.actor,
        limits=appraiser.tariffs.terms.policy.override_limits,
        confirmed_by=request.confirmed_by,
    )


def _inspected(
    shop: Shop, before: Held, current: Life, request: StepRequest
) -> tuple[Detail, Document]:
    """The verdict under the quote's own versions, and what is told of it."""
    appraiser = shop.appraiser(versions_of(before.document))
    asked = asked_of(before.document)
    assert asked.answers is not None  # noqa: S101 -- an offer has answers
    declared = asked.answers
    answers, checked = _found_answers(declared, request, shop.check(request.identifier))
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
        others=[*([other] if other else []), *_other_unit(shop, asked, request)],
        evidence=_evidence(request, declared, answers, checked),
    )
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
        decided, lines, appraiser.document(quote), asked.answers, answers
    )


def _offers(appraiser: Appraiser, asked: Asked, states: Sequence[State]) -> Sequence[int]:
    pricing = appraiser.pricing(asked)
    assert pricing is not None  # noqa: S101 -- there are a device and answers
    return pricing.offers(states)


def _found_answers(
    declared: CompletedAnswers, request: StepRequest, check: DeviceCheck | None
) -> tuple[CompletedAnswers, Checked | None]:
    """The declared answers with those that were found, by a new check too; what they open must be
    answered besides."""
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
    check = checked.check
    state = Evidence(digest=checked.check.digest, place=check.source, note=f"of {check.dated}")
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


def _other_unit(shop: Shop, asked: Asked, request: StepRequest) -> list[OtherUnit]:
    if request.identifier is None or asked.subject.unit is None:
        return []
    declared, identifier = asked.subject.unit, parse_identifier(request.identifier)
    try:
        unit: Unit = unit_of(identifier, shop.unit_keys(), like=declared)
    except KeyDestroyed as error:
        raise CannotReprice(f"{error}: no IMEI can be compared with this quote's") from error
    return [] if unit == declared else [OtherUnit(declared=declared, inspected=unit)]
