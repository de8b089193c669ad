"""The use case: a stored quote goes on. Load its life, take a step, write what happened."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

import orjson

from valuation.domain.disposition import FLAGS, Route
from valuation.domain.giving import Given
from valuation.domain.happened import (
    ConditionMet,
    Consent,
    Detail,
    Happened,
    Settlement,
)
from valuation.domain.life import Life
from valuation.domain.lifecycle import as_at, fold, take
from valuation.domain.moves import MOVES, Stage, Step
from valuation.domain.overrides import OverrideReason, override
from valuation.domain.people import Mode
from valuation.domain.records import Evidence
from valuation.domain.refusals import IllegalStep, Refusal
from valuation.domain.reservations import Place
from valuation.domain.reversals import Rerouting
from valuation.quotes.documents import Document
from valuation.quotes.life_log import event_of, happened_of, told_of
from valuation.quotes.replaying import versions_of
from valuation.shop import Shop
from valuation.storage.answers import KeptAnswer
from valuation.storage.codes import CodeHeld, CodeMove
from valuation.storage.engine import reading
from valuation.storage.ledger import Entry, both
from valuation.storage.quotes import Event, PlaceTaken, QuoteStore, StoredQuote
from valuation.storage.reservations import ReservationStore
from valuation.use_cases.claiming import code_moves, extras_at
from valuation.use_cases.completing import completion
from valuation.use_cases.crediting import entered
from valuation.use_cases.giving import (
    check_given,
    check_way,
    conditions_of_gift,
    gift_of,
    may_be_given,
)
from valuation.use_cases.inspecting import inspected
from valuation.use_cases.looking_up import stored_quote
from valuation.use_cases.one_unit import alone, found_digests, same_device
from valuation.use_cases.rechecking import checked_again
from valuation.use_cases.referrals import appraised, inspected_as_appraised
from valuation.use_cases.reserving import reserved
from valuation.use_cases.reversing import reversal
from valuation.use_cases.step_request import StepIncomplete, StepRequest

ATTEMPTS = 8  # a facility that fills up meanwhile costs one


@dataclass(frozen=True, slots=True)
class Held:
    """A quote with its life: the document as it was issued, and the events as they are stored."""

    stored: StoredQuote
    document: Document
    events: tuple[Event, ...]
    life: Life
    extras: Document | None = None  # beside the life's amount, where anything stands beside it
    others: Sequence[Document] = ()  # the merchant's other quotes of the unit, open or under way
    place: Place | None = None  # reserved for its device; an explicit none has its reason

    @property
    def found(self) -> Document | None:
        """What the inspection made of it: answers side by side, lines, routes; None before."""
        return next((each for each in self._told if "agreed" in each), None)

    @property
    def settling(self) -> Document:
        """The quote of the device that is settled: as it was appraised or found, once it was."""
        return next((cast(Document, each["quote"]) for each in self._told), self.document)

    @property
    def _told(self) -> Iterator[Document]:
        """What is kept with the events, the latest first."""
        told = (told_of(event) for event in reversed(self.events))
        return (each for each in told if each is not None)

    @property
    def route(self) -> Route:
        """Where that device goes; since its settlement was taken back, another way."""
        if self.life.rerouted:
            return self.life.rerouted
        if self.life.gives_device and may_be_given(self.settling):
            return Route.DONATE
        disposition = cast(Document | None, self.settling["disposition"])
        return Route(str(disposition["route"])) if disposition else Route.REFUSE


def held(
    shop: Shop, reference: str, *, merchant: str | None, mode: Mode | None = Mode.LIVE
) -> Held:
    """The quote with what happened to it; QuoteNotFound for another merchant's or mode's too.

    ``mode``: of the key that asks; None where either will do. ``merchant`` None: whoever's.
    """
    with reading(shop.engine) as connection:
        stored = stored_quote(connection, reference, merchant=merchant, mode=mode)
        events = tuple(QuoteStore(connection).events(stored.id))
        others = same_device(connection, stored, now=shop.clock())
        place = ReservationStore(connection).place(stored.id)
    document: Document = orjson.loads(stored.document)
    life = fold(events=[happened_of(event, document) for event in events])
    return _with_extras(shop, Held(stored, document, events, life, None, others, place))


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
        counted = entered(shop, after.stored, after.settling, life)
        place, moved, room = reserved(
            shop, after.stored, after.settling, life, route=after.route, before=before.place
        )
        after = replace(after, place=place)
        guard = alone(shop, before.stored, before.life, request.step, now)
        units = found_digests(shop, before.stored, request, rows[-1].position)
        try:
            answer = keep(after) if keep else None
            shop.ledger.write(
                Entry(
                    None,
                    rows,
                    answer,
                    both(guard, room),
                    moves,
                    impact=counted,
                    units=units,
                    place=moved,
                )
            )
        except CodeHeld as held_elsewhere:
            raise IllegalStep(Refusal.CODE_HELD) from held_elsewhere
        except PlaceTaken:
            continue  # somebody stepped, or took the room, meanwhile: what holds now decides
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
    detail, evidence = cast(Detail, None), request.evidence
    match request.step:
        case Step.ACCEPT:
            detail = _consent(shop, before, request, now)
            _check_cause(before.settling, detail)
        case Step.SHOW:
            if request.condition is None:
                raise StepIncomplete("condition", f"name one of {', '.join(current.unmet)}")
            detail = ConditionMet(condition=request.condition)
        case Step.OVERRIDE:
            detail = _override(shop, before, current, request)
        case Step.APPRAISE if request.step in MOVES[current.stage]:
            if before.others:
                raise IllegalStep(Refusal.UNIT_QUOTED, quote=str(before.others[0]["code"]))
            detail, told = appraised(shop, before.document, request)
        case Step.INSPECT if request.step in MOVES[current.stage]:
            if current.appraised:
                detail, told = inspected_as_appraised(shop, before.settling, current, request)
            else:
                detail, told = inspected(shop, before.document, current, request)
        case Step.REVERSE if current.stage in (Stage.SETTLED, Stage.REVERSED):
            # What came back, or was taken back, may go the same way again.
            under_way = current.stage is Stage.SETTLED and current.completed is None
            route = before.route if under_way else None
            detail = reversal(request, settling=before.settling, life=current, route=route)
            if isinstance(detail, Rerouting):
                evidence = (*evidence, *_again(shop, before, request))
        case Step.COMPLETE if request.step in MOVES[current.stage]:
            detail = completion(before.settling, current, before.route)
            evidence = (*evidence, *_again(shop, before, request))
        case Step.DELIVER if request.step in MOVES[current.stage]:
            # What the list says shows no delivery.
            again = _again(shop, before, request)
            evidence = evidence and (*evidence, *again)
        case Step.SETTLE:
            given = current.gives_device
            if given:
                check_given(before.settling)
            detail = Settlement(flag=FLAGS[before.route], route=Route.DONATE if given else None)
            if request.step in MOVES[current.stage]:
                evidence = (*evidence, *_again(shop, before, request))
    happened = take(
        life=before.life, step=request.step, actor=request.actor, now=now,
        evidence=evidence, detail=detail, route=before.route,
    )  # fmt: skip
    return happened, told


def _again(shop: Shop, before: Held, request: StepRequest) -> tuple[Evidence, ...]:
    return checked_again(shop, before.stored.id, before.settling, request.identifier)


def _consent(shop: Shop, before: Held, request: StepRequest, now: datetime) -> Consent | None:
    if request.way:
        check_way(request.way, before.settling)
    if request.amount is None:
        if request.donate or request.way:
            raise StepIncomplete("amount", "name the amount that the customer saw and accepts")
        return None
    gift = gift_of(shop, request.donate, before.settling, now) if request.donate else None
    conditions = conditions_of_gift(shop, gift, before.settling)
    return Consent(amount=request.amount, gift=gift, way=request.way, conditions=conditions)


def _check_cause(settling: Document, consent: Consent | None) -> None:
    """IllegalStep where a device goes to be given away, and nobody says to whom."""
    way = cast(Document | None, settling["disposition"])
    gift = consent.gift if consent else None
    given = gift is not None and gift.what is Given.DEVICE
    if way is not None and way["route"] == Route.DONATE and not given:
        raise IllegalStep(Refusal.NO_CAUSE)


def _override(shop: Shop, before: Held, current: Life, request: StepRequest) -> Detail:
    if request.amount is None or not isinstance(request.reason, OverrideReason):
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
