"""The use case: that a quote's device was erased is recorded, signed, and counts or does not."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import orjson

from valuation.catalogue.identity import parse_identifier
from valuation.domain.erasing import check_erasable, check_recorder, erase
from valuation.domain.erasure import (
    Erasure,
    ErasureFacts,
    Fault,
    Method,
    can_be_erased,
    conditions_met,
    faults,
)
from valuation.domain.happened import Erased
from valuation.domain.inspection import Confirmed, CounterOffer, OtherUnit
from valuation.domain.people import Mode
from valuation.domain.quote import Unit
from valuation.domain.records import Actor, BadRecord
from valuation.domain.refusals import IllegalStep, Refusal
from valuation.domain.unit_keys import KeyDestroyed
from valuation.quotes.documents import Document, canonical
from valuation.quotes.life_log import event_of
from valuation.quotes.quoting import unit_of
from valuation.quotes.replaying import asked_of
from valuation.receipts.envelope import ALGORITHM
from valuation.receipts.erasure_record import check_signature, erasure_document, erasure_id
from valuation.receipts.key_folder import NoKeyRing, open_signer, read_ring
from valuation.receipts.keys import PublicRing
from valuation.receipts.signing import SEED
from valuation.shop import Shop
from valuation.storage.answers import KeptAnswer
from valuation.storage.engine import reading
from valuation.storage.erasures import ErasureStore, StoredErasure
from valuation.storage.ledger import Entry
from valuation.storage.quotes import PlaceTaken, QuoteNotFound
from valuation.use_cases.living import ATTEMPTS, Held, held


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureRequest(ErasureFacts):
    """The same as it is told; ``identifier``: the IMEI or serial number that the tool read,
    compared with the quote's."""

    identifier: str | None = None


def record(
    shop: Shop,
    reference: str,
    request: ErasureRequest,
    *,
    actor: Actor,
    merchant: str,
    mode: Mode | None = Mode.LIVE,
    keep: Callable[[Document], KeptAnswer] | None = None,
) -> Document:
    """The signed record; the same facts told again are the one that is there.

    Errors: QuoteNotFound, IllegalStep, BadRecord, NotAnIdentifier, KeyRingDamaged, KeyRingBusy
    and those of the database.
    """
    check_recorder(actor)
    for _ in range(ATTEMPTS):
        before = held(shop, reference, merchant=merchant, mode=mode)
        made = _made(shop, before, request)
        there = _there(shop, before, erasure_id(made))
        if there is not None:
            return there
        entry, told = _entry(shop, before, made, actor)
        answer = keep(told) if keep else None
        try:
            shop.ledger.write(entry._replace(answer=answer))
        except PlaceTaken:
            continue  # somebody stepped or recorded meanwhile: what holds now decides
        return told
    raise PlaceTaken(f"{reference}: others keep stepping")


def records(
    shop: Shop, reference: str, *, merchant: str, mode: Mode | None = Mode.LIVE
) -> Document:
    """A quote's records, each with whether its signature is the shop's, and what waits for them."""
    found = held(shop, reference, merchant=merchant, mode=mode)
    with reading(shop.engine) as connection:
        stored = ErasureStore(connection).of_quote(found.stored.id)
    ring = _ring(shop)
    return {
        "quote": found.stored.id,
        "code": found.stored.code,
        "route": found.route.value,
        "erased": found.life.erased is not None,
        "records": [_shown(each, ring) for each in stored],
    }


def quote_of_unit(shop: Shop, identifier: str, *, merchant: str) -> str:
    """The merchant's latest live quote of a unit that was accepted; QuoteNotFound."""
    digests = shop.unit_keys().digests(parse_identifier(identifier).value)
    with reading(shop.engine) as connection:
        ids = ErasureStore(connection).quotes_of_unit(digests, merchant=merchant)
    accepted = (each for each in ids if held(shop, each, merchant=merchant).life.receive_by)
    for found in accepted:
        return found
    raise QuoteNotFound("no accepted quote is of this unit: give the quote's id or code")


def _made(shop: Shop, before: Held, request: ErasureRequest) -> Erasure:
    facts = {name: getattr(request, name) for name in ErasureFacts.__dataclass_fields__}
    unit = _unit(shop, before, request.identifier)
    return Erasure(quote=before.stored.id, unit=unit.digest if unit else None, **facts)


def _unit(shop: Shop, before: Held, identifier: str | None) -> Unit | None:
    """The unit that the quote is of, as it was found; IllegalStep where the tool read another."""
    device = cast(Mapping[str, Any], before.document["device"])
    unit = Unit(**device["unit"]) if device["unit"] else None
    for event in before.life.events:
        if isinstance(event.detail, Confirmed | CounterOffer):
            others = (each for each in event.detail.changes if isinstance(each, OtherUnit))
            unit = next((each.inspected for each in others), unit)
    if identifier is None:
        return unit
    try:
        read = unit_of(parse_identifier(identifier), shop.unit_keys(), like=unit)
    except KeyDestroyed as error:
        raise BadRecord(f"identifier: {error}; leave it out, nothing compares it") from error
    if unit is not None and read != unit:
        raise IllegalStep(Refusal.ERASED_OTHER_UNIT)
    return read


def _entry(shop: Shop, before: Held, made: Erasure, actor: Actor) -> tuple[Entry, Document]:
    now = shop.clock()
    check_erasable(life=before.life, record=made, now=now)
    found = faults(made, erasable=_erasable(before))
    signer = open_signer(shop.settings.receipt_keys, now=now, seed=shop.entropy(SEED))
    device = cast(Mapping[str, Any], before.settling["device"])
    document = erasure_document(
        made, found, device=device["id"], quote_digest=before.stored.digest,
        key_id=signer.key_id, by=actor, at=now,
    )  # fmt: skip
    text = canonical(document)
    row = _row(made, found, document, base64.b64encode(signer.sign(text)).decode(), now)
    if found:
        return Entry(None, (), erasure=row), _shown(row, None)
    met = conditions_met(method=made.method, route=before.route, conditions=before.life.conditions)
    detail = Erased(
        record=row.id, conditions=met, destroyed=made.method is Method.DESTROY
    )  # fmt: skip
    event = event_of(
        erase(life=before.life, record=made, detail=detail, actor=actor, now=now),
        quote_id=before.stored.id,
        position=len(before.events),
    )
    return Entry(None, (event,), erasure=row), _shown(row, None)


def _erasable(before: Held) -> bool:
    """As it was declared, and once it was inspected as it was found."""
    answers = asked_of(before.settling).answers
    return answers is None or can_be_erased(answers.levels)


def _row(
    made: Erasure, found: tuple[Fault, ...], document: Document, signature: str, now: datetime
) -> StoredErasure:
    return StoredErasure(
        id=str(document["id"]),
        quote_id=made.quote,
        unit_digest=made.unit,
        method=made.method.value,
        technique=made.technique.value,
        erased_by=made.erased_by,
        verified_by=made.verified_by,
        started_at=made.started_at,
        finished_at=made.finished_at,
        verified_at=made.verified_at,
        recorded_at=now,
        passed=made.passed,
        verified=not found,
        document=canonical(document).decode(),
        key_id=str(document["key_id"]),
        signature=signature,
    )


def _there(shop: Shop, before: Held, record_id: str) -> Document | None:
    with reading(shop.engine) as connection:
        stored = ErasureStore(connection).of_quote(before.stored.id)
    return next((_shown(each, None) for each in stored if each.id == record_id), None)


def _ring(shop: Shop) -> PublicRing:
    try:
        return read_ring(shop.settings.receipt_keys)
    except NoKeyRing:
        return PublicRing(())


def _shown(stored: StoredErasure, ring: PublicRing | None) -> Document:
    """The record with its signature; with a ring to check it by, whether it is authentic."""
    document: Document = orjson.loads(stored.document)
    signature = {"algorithm": ALGORITHM, "key_id": stored.key_id, "value": stored.signature}
    shown: Document = {"record": document, "signature": signature}
    if ring is None:
        return shown
    reason = check_signature(document, signature=stored.signature, ring=ring)
    return {**shown, "authentic": reason is None, "reason": reason and reason.value}
