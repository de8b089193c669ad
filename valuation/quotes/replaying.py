"""A stored quote made again from what went into it: the inputs, the bundle, the tables.

The stored answer is not looked at until the new one stands; then the bytes are compared. A bundle
or a table that was changed or is gone is noticed before anything is priced.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, cast

import orjson

from valuation.domain.answers import complete, parse
from valuation.domain.device import Category, Device, DeviceFacts
from valuation.domain.market import Market
from valuation.domain.people import Mode
from valuation.domain.pricing import KNOWN_RULES
from valuation.domain.quote import Pin, Referral, Subject, Unit, Versions
from valuation.quotes.appraising import Appraiser, Asked
from valuation.quotes.basket_document import SCHEMA as BASKET_SCHEMA
from valuation.quotes.basket_document import basket_asking, basket_document
from valuation.quotes.check_document import checked_of
from valuation.quotes.documents import SCHEMA, Document, canonical
from valuation.quotes.extra_lines import claims_of, extras_document, purchase_of
from valuation.tables.extra_readings import extra_terms
from valuation.tables.table import Table


class CannotReplay(ValueError):
    """The quote's versions are not at hand; the sentence says which and what to do."""


@dataclass(frozen=True, slots=True)
class Replay:
    """Whether the bytes are the same, and where they differ: JSON pointers with both values."""

    document: Document
    differences: tuple[tuple[str, object, object], ...]

    @property
    def same(self) -> bool:
        """Whether the quote was made again to the byte."""
        return not self.differences


def replayed(stored: bytes, appraiser_of: Callable[[Versions], Appraiser]) -> Replay:
    """The quote of a stored document made again; CannotReplay."""
    kept: Document = orjson.loads(stored)
    asked = asked_of(kept)
    appraiser = appraiser_of(versions_of(kept))
    return _compared(stored, appraiser.document(appraiser.quote(asked)))


def basket_replayed(
    stored: bytes, quotes: Mapping[str, Document], table_of: Callable[[str], Table]
) -> Replay:
    """The basket of a stored document made again from its ``quotes``, which were made again before
    by their ids; ``table_of``: an archived table by its digest. CannotReplay, BrokenTable."""
    kept: dict[str, Any] = orjson.loads(stored)
    if kept["schema"] != BASKET_SCHEMA:
        raise CannotReplay(
            f"the basket was made in schema {kept['schema']}; this version has {BASKET_SCHEMA}: "
            "use the program that made it"
        )
    market, day = Market.from_slug(kept["market"]), date.fromisoformat(kept["as_of"])
    named: dict[str, str] = kept["versions"]["tables"]
    asking = basket_asking(
        day=day, market=market, merchant=kept["merchant"], purchase=purchase_of(kept),
        claims=claims_of(kept),
    )  # fmt: skip
    extras = extra_terms({i: table_of(each) for i, each in named.items()}).extras(
        asking, offer=None
    )
    made = basket_document(
        id=kept["id"],
        code=kept["code"],
        merchant=kept["merchant"],
        mode=mode_of(kept),
        market=market,
        issued_at=datetime.fromisoformat(kept["issued_at"]),
        as_of=day,
        lines=[quotes[each["quote"]] if "quote" in each else each for each in kept["lines"]],
        beside=extras_document(extras, market.currency),
        tables=named,
    )
    return _compared(stored, made)


def _compared(stored: bytes, made: Document) -> Replay:
    again = canonical(made)
    if again == stored:
        return Replay(made, ())
    differences = tuple(_differences("", orjson.loads(stored), orjson.loads(again)))
    return Replay(made, differences or (("", "other bytes", "of equal values"),))


def versions_of(document: Mapping[str, object]) -> Versions:
    """The versions that a document names."""
    named = cast(dict[str, object], document["versions"])
    tables = cast(dict[str, str], named["tables"])
    return Versions(str(named["bundle"]), tables, int(cast(int, named["rules"])))


def asked_of(document: Mapping[str, object]) -> Asked:
    """What went into a document, taken from its inputs alone; CannotReplay."""
    rules, schema = versions_of(document).rules, document["schema"]
    if rules not in KNOWN_RULES or schema != SCHEMA:
        known = ", ".join(map(str, KNOWN_RULES))
        raise CannotReplay(
            f"the quote was made by rules {rules} in schema {schema}; this version has rules "
            f"{known} in schema {SCHEMA}: use the program that made it"
        )
    subject = _subject(cast(dict[str, object], document["device"]))
    category = subject.device.category if subject.device else Category.PHONE
    declared = parse(answers=cast(dict[str, object], document["answers"]), category=category)
    checked = checked_of(document, declared)
    given = checked.counted(category) if checked else declared
    return Asked(
        id=str(document["id"]),
        code=str(document["code"]),
        merchant=str(document["merchant"]),
        issued_at=datetime.fromisoformat(str(document["issued_at"])),
        as_of=date.fromisoformat(str(document["as_of"])),
        subject=subject,
        # Which device was meant was the catalogue's word on that day: an input, not an answer.
        referral=None if subject.device else _referral(document),
        context=cast(dict[str, str], document["context"]),
        answers=complete(given=given, category=category),
        lock_days=int(cast(int, document["lock_days"])),
        mode=mode_of(document),
        checked=checked,
        purchase=purchase_of(document),
        claims=claims_of(document),
        pin=pin_of(document),
        rules=rules,
    )


def pin_of(document: Mapping[str, object]) -> Pin | None:
    """The open quote that a document succeeds."""
    told = cast(dict[str, str] | None, document.get("pinned"))
    if told is None:
        return None
    return Pin(told["quote"], datetime.fromisoformat(told["issued_at"]))


def mode_of(document: Mapping[str, object]) -> Mode:
    """Of the key that asked for the quote: only those of test keys say so."""
    return Mode(str(document.get("mode", Mode.LIVE)))


def _subject(told: Mapping[str, object]) -> Subject:
    unit = cast(dict[str, str] | None, told["unit"])
    return Subject(
        words=str(told["words"]),
        matched_by=str(told["matched_by"]),
        device=None if told["id"] is None else _device(told),
        name_zh=cast(str | None, told["name_zh"]),
        unit=None if unit is None else Unit(**unit),
    )


def _device(told: Mapping[str, object]) -> Device:
    """The device with the facts that it was priced by."""
    variant = str(told["id"])
    brand, family, model, _ = variant.split("/")
    return Device(
        brand=brand,
        family=f"{brand}/{family}",
        device_model=f"{brand}/{family}/{model}",
        variant=variant,
        name=str(told["name"]),
        facts=_facts(cast(dict[str, object], told["facts"])),
    )


def _facts(told: Mapping[str, object]) -> DeviceFacts:
    read: dict[str, Callable[[str], object]] = {
        "category": Category,
        "first_sale": date.fromisoformat,
        "successor_first_sale": date.fromisoformat,
    }
    found = {
        fact.name: read[fact.name](str(value)) if fact.name in read and value is not None else value
        for fact in fields(DeviceFacts)
        for value in (told[fact.name],)
    }
    return DeviceFacts(**found)  # type: ignore[arg-type]  # as the document's facts were written


def _referral(document: Mapping[str, object]) -> Referral:
    told = cast(dict[str, object], document["referral"])
    suggestions = cast(list[dict[str, str]], told["suggestions"])
    return Referral(
        str(told["code"]),
        str(told["en"]),
        str(told["zh"]),
        tuple((each["id"], each["name"]) for each in suggestions),
    )


def _differences(place: str, kept: object, made: object) -> Iterator[tuple[str, object, object]]:
    """Every place where two JSON values differ."""
    if isinstance(kept, dict) and isinstance(made, dict):
        for name in sorted(kept.keys() | made.keys()):
            yield from _differences(f"{place}/{name}", kept.get(name), made.get(name))
    elif isinstance(kept, list) and isinstance(made, list) and len(kept) == len(made):
        for number, pair in enumerate(zip(kept, made, strict=True)):
            yield from _differences(f"{place}/{number}", *pair)
    elif kept != made:
        yield place, kept, made
