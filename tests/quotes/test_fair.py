"""Who the customer is never reaches the price: by types, and by trying."""

from dataclasses import fields, replace
from random import Random
from typing import Any

from tests.domain.making import random_answers
from tests.quotes.telling import IMEI, Till
from valuation.domain.answers import CompletedAnswers
from valuation.domain.device import Category
from valuation.domain.quote import Unit
from valuation.features import FeatureRow
from valuation.quotes.appraising import Appraiser, Asked
from valuation.quotes.documents import Document
from valuation.quotes.quoting import QuoteRequest
from valuation.quotes.replaying import asked_of, versions_of
from valuation.shop import Shop

PRICED = ("outcome", "offer", "indicative", "lines", "value", "disposition", "policy")
# Who asks, for which unit, in which words, when on that day, under which number.
ABOUT_PERSONS: tuple[dict[str, Any], ...] = (
    {"id": "qt_" + "v" * 26, "code": "ZZZ-ZZZZ"},
    {"merchant": "another"},
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
        "lock_days",
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
