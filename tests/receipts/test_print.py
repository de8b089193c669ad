"""The page and the PDF: the same content, the same bytes, nothing from elsewhere."""

import base64
import re
import zlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from tests.desks import documented, make_desk, quoted
from tests.domain.making import random_answers
from tests.factories import VARIANTS
from tests.fakes import NOON
from tests.price_model.making import champion_of
from tests.receipts.making import (
    IMEI,
    SHANGHAI,
    make_body,
    make_envelope,
    make_line,
    make_money,
    make_signer,
)
from tests.test_documents import merchant_only
from valuation.domain.device import Category
from valuation.domain.money import Money
from valuation.quotes.documents import Document
from valuation.receipts.envelope import Envelope
from valuation.receipts.page import receipt_page
from valuation.receipts.pdf import receipt_pdf
from valuation.receipts.pdf_text import CHINESE, markup
from valuation.receipts.receipt import Kind
from valuation.receipts.sheet import sheet_of
from valuation.receipts.signing import quote_receipt

STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
SHOWN = re.compile(rb"\(((?:[^()\\]|\\.)*)\) Tj")
ESCAPED = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
DEMO = {"data": "demo", "notice": "Demo data: made by a simulator, not from real sales."}


def page(envelope: Envelope) -> str:
    return receipt_page(envelope, zone=SHANGHAI)


def pdf(envelope: Envelope) -> bytes:
    return receipt_pdf(envelope, zone=SHANGHAI)


def pdf_text(data: bytes) -> str:
    """What a PDF of ours shows in its Latin font."""
    coded = (base64.a85decode(each.strip(), adobe=True) for each in STREAM.findall(data))
    shown = (said for each in coded for said in SHOWN.findall(zlib.decompress(each)))
    return " ".join(ESCAPED.sub(_meant, said).decode("cp1252", "replace") for said in shown)


def _meant(escaped: re.Match[bytes]) -> bytes:
    code = escaped[1]
    return bytes([int(code, 8)]) if code.isdigit() else code


def test_page_and_pdf_say_amount_code_unit_and_validity() -> None:
    envelope = make_envelope()
    for said in (page(envelope), pdf_text(pdf(envelope))):
        for part in ("CNY 1,010.00", "K7F-3MQX", "iPhone 13 128 GB", "2026-11-27 12:00 CST",
                     IMEI[-4:], envelope.key_id, "Offer", "In the best condition"):  # fmt: skip
            assert part in said
        assert IMEI[-5:] not in said


def test_both_languages_stand_side_by_side() -> None:
    said = page(make_envelope())
    for part in ("报价单", "最佳成色", "有效期至", "苹果"):
        assert part in said
    assert CHINESE.encode() in pdf(make_envelope())


def test_the_same_receipt_has_the_same_bytes() -> None:
    assert page(make_envelope()) == page(make_envelope())
    assert pdf(make_envelope()) == pdf(make_envelope())


def test_the_pdf_is_dated_when_the_receipt_was_issued() -> None:
    assert b"(D:20261120040000Z)" in pdf(make_envelope())
    later = pdf(make_envelope(issued_at=NOON + timedelta(days=1)))
    assert b"(D:20261121040000Z)" in later


def test_the_page_needs_nothing_from_elsewhere() -> None:
    said = page(make_envelope())
    assert not re.search(r"https?:|//|src=|href=|url\(|@import|<script", said)


def test_demo_data_is_marked_and_real_data_is_not() -> None:
    for body, marked in ((make_body(**DEMO), True), (make_body(), False)):
        envelope = make_envelope(body)
        assert ("演示数据" in page(envelope)) is marked
        assert ("DEMO" in pdf_text(pdf(envelope))) is marked


def test_a_name_with_markup_in_it_is_text() -> None:
    device = {"name": "<script>alert(1)</script> & <font>", "name_zh": None}
    envelope = make_envelope(make_body(device=device))
    assert "<script>" not in page(envelope)
    assert "< script > alert(1)" in pdf_text(pdf(envelope))


def test_a_letter_that_no_font_has_is_shown_as_near_as_can_be() -> None:
    chinese = f'<font name="{CHINESE}">'
    assert markup("Điện thoại") == "Dien thoai"
    assert markup("a 小米 b") == f"a {chinese}小米</font> b"
    assert markup("\x00😀<") == f"{chinese}□□</font>&lt;"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"outcome": "refused", "offer": make_money(0)}, "不予报价"),
        ({"outcome": "referral", "offer": None, "lines": []}, "需人工评估"),
        ({"outcome": "indicative", "offer": None, "missing": ["powers_on"],
          "indicative": {"low": make_money(1), "high": make_money(2)}}, "尚非报价"),
        ({"outcome": "value-only", "offer": None, "value": {"p50": make_money(5)}}, "仅为估值"),
        ({"offer": None, "outcome": None, "device": None, "lines": None}, "不予报价"),
        ({"stale": {"en": "Old prices.", "zh": "行情已过期。"}}, "行情已过期"),
        ({"missing": ["erasure"]}, "数据能否清除"),
        ({"assumptions": [{"question": "sim_lock"}, {"question": "new"}]}, "是否有运营商锁"),
        ({"grade_capped_by": "back_intact"}, "后盖是否完好"),
        ({"disposition": {"label_en": "Resold", "label_zh": "直接转售"}}, "直接转售"),
    ],
)  # fmt: skip
def test_every_outcome_prints_and_says_what_it_is(changes: dict[str, object], said: str) -> None:
    envelope = make_envelope(make_body(**changes))
    assert said in page(envelope)
    assert pdf(envelope).startswith(b"%PDF")


def test_an_answer_that_was_assumed_is_told_once() -> None:
    line = make_line("Cosmetic grade", "外观成色", -100, answer="E", assumed=True)
    line["code"] = "cosmetic_grade"
    body = make_body(lines=[line], assumptions=[{"question": "cosmetic_grade"}])
    assert page(make_envelope(body)).count("外观成色") == 1


def test_a_counter_offer_shows_what_changed_and_by_how_much() -> None:
    line = make_line("Cosmetic grade", "外观成色", -1_000, declared="B", answer="C")
    body = make_body(agreed=make_money(102_000), lines=[line])
    envelope = make_envelope(body, kind=Kind.COUNTER_OFFER)
    for said in ("Counter-offer", "B → C", "CNY 1,020.00", "CNY -10.00", "CNY 1,010.00"):
        assert said in page(envelope)
    assert "CNY -10.00" in pdf_text(pdf(envelope))


def test_a_pdf_has_one_page_however_much_there_is_to_say() -> None:
    lines = [make_line(f"Question {place}?" * 4, "问题" * 9, -place) for place in range(60)]
    data = pdf(make_envelope(make_body(lines=lines)))
    assert len(re.findall(rb"/Type /Page\b", data)) == 1
    assert "Question 59?" in pdf_text(data)


def documents(models: Path, number: int) -> Iterator[Document]:
    desk, random = make_desk(models, champion_of(models)), Random(8)
    for place in range(number):
        answers = random_answers(random, Category.PHONE)
        quote = quoted(desk, VARIANTS[place % len(VARIANTS)], answers)
        yield documented(desk, quote)


def merchants_figures(document: Document, envelope: Envelope) -> set[float]:
    """The figures of the merchant's alone that the page or the PDF of a receipt prints."""
    printed = page(envelope) + pdf_text(pdf(envelope))
    return {
        figure
        for figure in merchant_only(document)
        if re.search(rf"CNY -?{re.escape(str(Money(int(figure), 'CNY'))[4:])}(?![\d,.])", printed)
    }


def test_no_figure_of_the_merchants_is_printed(models: Path) -> None:
    for document in documents(models, 40):
        envelope = quote_receipt(document, signer=make_signer())
        assert not merchants_figures(document, envelope)
        assert sheet_of(envelope, zone=SHANGHAI).headline.en in page(envelope)


def test_the_test_above_would_find_a_figure_that_slipped_in(models: Path) -> None:
    for document in documents(models, 5):
        p50 = document["value"]["p50"]["amount"]  # type: ignore[index]  # a document of a quote
        leaky = make_envelope(make_body(lines=[make_line("Value", "估值", -p50)]))
        assert p50 in merchants_figures(document, leaky)
