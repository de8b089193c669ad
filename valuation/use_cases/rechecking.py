"""The use case: before a device is paid for, sent another way or delivered, its block list and lock
are asked for once more.

The database has digests of the unit and no clear identifier: a list that is at hand is digested
under the same keys; any other source needs the identifier once more.
"""

from valuation.catalogue.identity import parse_identifier
from valuation.domain.device_checks import DeviceCheck
from valuation.domain.questions import BY_ID
from valuation.domain.records import Evidence
from valuation.domain.refusals import IllegalStep, Refusal
from valuation.quotes.documents import Document
from valuation.quotes.replaying import asked_of
from valuation.shop import Shop
from valuation.storage.engine import reading
from valuation.storage.units import UnitStore
from valuation.use_cases.step_request import StepIncomplete


def checked_again(
    shop: Shop, quote_id: str, settling: Document, identifier: str | None
) -> tuple[Evidence, ...]:
    """The state of the source that had nothing new against the unit; IllegalStep where it had.

    ``settling``: the quote of the device as it was found. Unknown changes nothing, as it does
    wherever a source is asked. Errors: StepIncomplete, NotAnIdentifier.
    """
    check = _check(shop, quote_id, identifier)
    answers = asked_of(settling).answers
    if check is None or answers is None:
        return ()
    known, counted = check.known, answers.levels
    worse = [q for q, level in known.items() if level < counted.get(q, level)]
    if worse:
        said = ", ".join(f"{q} {BY_ID[q].value(known[q])}" for q in worse)
        raise IllegalStep(Refusal.LISTED_SINCE, source=check.source, questions=said)
    return () if check.digest is None else (evidence_of(check, check.digest),)


def evidence_of(check: DeviceCheck, digest: str) -> Evidence:
    """The state of the source, by the SHA-256 of its content."""
    return Evidence(digest=digest, place=check.source, note=f"of {check.dated}")


def _check(shop: Shop, quote_id: str, identifier: str | None) -> DeviceCheck | None:
    if shop.checking is None:
        return None
    with reading(shop.engine) as connection:
        known = UnitStore(connection).of_quote(quote_id).digests
    digests_of = shop.unit_keys().digests
    if identifier is not None:
        if known and not known & set(digests_of(parse_identifier(identifier).value)):
            raise StepIncomplete("identifier", "this is not the unit that was inspected")
        return shop.check(identifier)
    if not known:
        return None
    check = shop.checking.ask_known(known, digests_of, now=shop.clock())
    if check is None:
        raise StepIncomplete(
            "identifier",
            "the block list is asked again before a device goes on, and this one needs the "
            "IMEI or serial number: name it",
        )
    return check
