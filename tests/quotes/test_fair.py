"""Who the customer is never reaches the price: by types, and by trying."""

from dataclasses import fields, replace
from itertools import product
from random import Random
from typing import Any

from tests.domain.making import random_answers
from tests.quotes.telling import IMEI, Till
from valuation.domain.answers import CompletedAnswers
from valuation.domain.customers import Details, Purpose
from valuation.domain.device import Category
from valuation.domain.extra_terms import Bought, Purchase
from valuation.domain.extras import Claim
from valuation.domain.people import Mode
from valuation.domain.quote import Unit
from valuation.features import FeatureRow
from valuation.people.customers import Customers
from valuation.quotes.appraising import Appraiser, Asked
from valuation.quotes.documents import Document
from valuation.quotes.quoting import QuoteRequest
from valuation.quotes.replaying import asked_of, replayed, versions_of
from valuation.shop import Shop
from valuation.storage.customers import Owner

PRICED = ("outcome", "offer", "indicative", "lines", "value", "disposition", "policy")
# Who asks, for which unit, in which words, when on that day, under which number.
ABOUT_PERSONS: tuple[dict[str, Any], ...] = (
    {"id": "qt_" + "v" * 26, "code": "ZZZ-ZZZZ"},
    {"merchant": "another"},
    # What he buys, and which campaigns he has heard of, stand beside the price and not in it.
    {"purchase": Purchase(599_900, "CNY", Bought.PHONE)},
    {"claims": frozenset({Claim("demo-loyalty"), Claim("demo-voucher", "f" * 64)})},
)


def told(appraiser: Appraiser, asked: Asked) -> Document:
    document = appraiser.document(appraiser.quote(asked))
    return {name: document[name] for name in PRICED}


def test_nothing_that_is_priced_names_a_person() -> None:
    """A new field here is a question to be answered: is it the shop's, or the customer's?"""
    assert {each.name for each in fields(FeatureRow)} <= {
        "device", "as_of", "levels", "context", "unit_state", "ahead_days",
    }  # fmt: skip
    assert {each.name for each in fields(QuoteRequest)} <= {
        "answers", "device", "brand", "storage_gb", "ram_gb", "version", "identifier", "context",
        "lock_days", "purchase", "codes", "category", "kind", "weight_g",
    }  # fmt: skip


def test_no_field_about_a_person_or_a_unit_changes_a_figure(shop: Shop) -> None:
    random, till = Random(17), Till(shop)
    for _ in range(25):
        document = till.quote(imei=IMEI)
        asked = asked_of(document)
        asked = replace(asked, answers=_drawn(random))
        appraiser = shop.appraiser(versions_of(document))
        expected = told(appraiser, asked)
        for change in (*ABOUT_PERSONS, *_subjects(asked)):
            assert told(appraiser, replace(asked, **change)) == expected, change


NAMES = ("Quirinus Zhangplant", "张三", "O’Neill-Łuk", None)
PHONES = ("+86 139 7777 1234", "021 5555 0100", None)
EMAILS = ("rich@bank.example", "poor@example.com")


def test_whoever_is_linked_changes_no_byte_of_quote_life_or_replay(shop: Shop) -> None:
    till, random = Till(shop), Random(23)
    document = till.quote(imei=IMEI)
    quote_id, before = str(document["id"]), till.look()
    offer = told(shop.appraiser(versions_of(document)), asked_of(document))
    owner = Owner(till.merchant, Mode.LIVE)
    for name, phone, email in product(NAMES, PHONES, EMAILS):
        customers = Customers(engine=shop.engine, owner=owner, now=shop.clock())
        purposes = random.sample(list(Purpose), random.randint(1, len(Purpose)))
        details = Details(name=name, phone=phone, email=email)
        wordings = dict.fromkeys(purposes, "2026-11")
        reference = customers.enter(details, wordings, entropy=shop.entropy(8))
        customers.link(quote_id, reference)
        assert till.look() == before
        assert replayed(till.look().stored.document, shop.appraiser).same
        again = till.quote()
        assert told(shop.appraiser(versions_of(again)), asked_of(again)) == offer
        till.quotes.pop()


def _drawn(random: Random) -> CompletedAnswers:
    return random_answers(random, Category.PHONE)


def _subjects(asked: Asked) -> list[dict[str, Any]]:
    unit = Unit("serial", "0" * 64, "ABCD")
    return [
        {"subject": replace(asked.subject, unit=unit)},
        {"subject": replace(asked.subject, unit=None)},
        {"subject": replace(asked.subject, words="grandfather's phone", matched_by="alias")},
        {"issued_at": asked.issued_at.replace(hour=23, minute=59)},
    ]
