"""Receipts of the later steps, made of the documents that the steps keep."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.desks import documented, make_desk, quoted
from tests.domain.making import make_answers
from tests.factories import VARIANTS
from tests.fakes import NOON
from tests.price_model.making import champion_of
from tests.receipts.making import SHANGHAI, make_envelope, make_ring, make_signer
from valuation.domain.counter_offer import FindingLine
from valuation.domain.inspection import ChangedAnswer, CounterOffer, OtherUnit, changed_answers
from valuation.domain.quote import Unit
from valuation.domain.records import Evidence
from valuation.quotes.documents import canonical
from valuation.quotes.finding import found_document
from valuation.receipts.page import receipt_page
from valuation.receipts.receipt import Kind
from valuation.receipts.sheet import sheet_of
from valuation.receipts.steps import step_body
from valuation.receipts.verifying import Authentic, verify

PHOTO = Evidence(digest="12" * 32, place="photos/1.jpg")
UNITS = Unit("imei", "fe" * 32, "7518"), Unit("imei", "cd" * 32, "0001")


@pytest.fixture(scope="module")
def document(models: Path) -> dict[str, Any]:
    desk = make_desk(models, champion_of(models))
    quote = quoted(desk, VARIANTS[1], make_answers())
    stored: dict[str, Any] = orjson.loads(canonical(documented(desk, quote)))
    return stored


def found_in(document: dict[str, Any]) -> dict[str, Any]:
    """A worse display and another unit, for 100.00 less."""
    declared, inspected = make_answers(), make_answers(display_works="cracked")
    agreed = document["offer"]["amount"]
    worse = changed_answers(
        declared=declared.levels,
        inspected=inspected.levels,
        evidence={"display_works": [PHOTO]},
    )
    other = OtherUnit(declared=UNITS[0], inspected=UNITS[1])
    decided = CounterOffer(
        agreed=agreed, amount=agreed - 10_000, changes=(*worse, other), conditions=()
    )
    lines = [
        FindingLine((change,), -10_000 if isinstance(change, ChangedAnswer) else 0)
        for change in decided.changes
    ]
    told = found_document(decided, lines, document, declared, inspected)
    found: dict[str, Any] = orjson.loads(canonical(told))
    return found


def test_a_counter_offer_has_a_line_for_each_change_and_they_sum_to_the_difference(
    document: dict[str, Any],
) -> None:
    found = found_in(document)
    body = step_body(document, amount=found["amount"], found=found, until=NOON + timedelta(days=3))
    envelope = make_envelope(body, kind=Kind.COUNTER_OFFER)
    assert isinstance(verify(envelope.to_json(), make_ring(make_signer())), Authentic)
    sheet = sheet_of(envelope, zone=SHANGHAI)
    assert [(line.answer, line.amount) for line in sheet.lines] == [
        ("yes → cracked", "CNY -100.00"),
        ("…7518 → …0001", "CNY 0.00"),
    ]
    assert sheet.total is not None
    assert sheet.total[1] == "CNY -100.00"
    assert sheet.valid_until is not None
    assert sheet.valid_until[1].startswith("2026-11-23")


def test_a_step_shows_the_customer_no_more_than_a_quote(document: dict[str, Any]) -> None:
    found = found_in(document)
    for body in (
        step_body(document, amount=1),
        step_body(document, amount=found["amount"], found=found),
    ):
        data = make_envelope(body, kind=Kind.SETTLEMENT).to_json()
        for secret in (b'"policy":', b"routes", b"p50", b"fefe", b"cdcd", b"photos/"):
            assert secret not in data


def test_a_counter_offer_keeps_the_digest_of_each_photo(document: dict[str, Any]) -> None:
    found = found_in(document)
    body = step_body(document, amount=found["amount"], found=found)
    assert PHOTO.digest.encode() in make_envelope(body).to_json()


def test_an_acceptance_has_the_quotes_lines_and_no_validity(document: dict[str, Any]) -> None:
    amount = document["offer"]["amount"]
    envelope = make_envelope(step_body(document, amount=amount), kind=Kind.ACCEPTANCE)
    sheet = sheet_of(envelope, zone=SHANGHAI)
    assert len(sheet.lines) == len(document["lines"])
    assert sheet.headline.en == "Accepted offer"
    assert sheet.valid_until is None


def test_lines_that_do_not_sum_to_the_amount_are_not_told(document: dict[str, Any]) -> None:
    found = found_in(document)
    overridden = [
        step_body(document, amount=document["offer"]["amount"] + 100),
        step_body(document, amount=found["amount"] + 100, found=found),
    ]
    for body in overridden:
        assert body["lines"] == []
        assert "支付" in receipt_page(
            make_envelope(body, kind=Kind.SETTLEMENT), zone=SHANGHAI
        )  # fmt: skip
