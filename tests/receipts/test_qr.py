"""The QR code: small, in the dense alphabet, and checked offline against the printed amount."""

import pytest

from tests.fakes import NOON
from tests.receipts.making import make_body, make_envelope, make_money, make_ring, make_signer
from valuation.domain.money import Money
from valuation.receipts.qr import QUIET, qr_code
from valuation.receipts.receipt import Kind
from valuation.receipts.statement import ReceiptUnreadable, read_statement, statement_of
from valuation.receipts.verifying import Authentic, NotAuthentic, Reason, verify_qr

RING = make_ring(make_signer())
DENSE = set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
SPAN = {"low": make_money(0, "VND"), "high": make_money(2_199_000_000, "VND")}
BODIES = {
    "offer": make_body(),
    "nothing": make_body(outcome="referral", offer=None),
    "span": make_body(outcome="indicative", offer=None, indicative=SPAN),
    "less": make_body(offer=make_money(-5_000)),
}


@pytest.mark.parametrize("name", BODIES)
def test_it_is_below_300_characters_of_the_dense_alphabet(name: str) -> None:
    text = make_envelope(BODIES[name], kind=Kind.COUNTER_OFFER).qr_text
    assert len(text) < 300
    assert set(text) <= DENSE


@pytest.mark.parametrize("name", BODIES)
def test_its_text_alone_proves_amount_and_code(name: str) -> None:
    envelope = make_envelope(BODIES[name])
    found = verify_qr(f" {envelope.qr_text}\n", RING)
    assert isinstance(found, Authentic)
    assert found.statement == statement_of(envelope.receipt)
    assert (found.statement.code, found.statement.issued_at) == ("K7F-3MQX", NOON)


def test_a_span_is_told_by_both_ends() -> None:
    statement = statement_of(make_envelope(BODIES["span"]).receipt)
    assert statement.amounts == (Money(0, "VND"), Money(2_199_000_000, "VND"))


def test_no_character_of_it_can_be_another() -> None:
    text = make_envelope().qr_text
    for place, character in enumerate(text):
        other = "A" if character != "A" else "B"
        flipped = text[:place] + other + text[place + 1 :]
        try:
            assert not isinstance(verify_qr(flipped, RING), Authentic)
        except ReceiptUnreadable:
            continue


def test_another_amount_is_a_wrong_signature_and_another_key_unknown() -> None:
    envelope = make_envelope()
    richer = envelope.qr_text.replace("CNY101000", "CNY201000")
    assert verify_qr(richer, RING) == NotAuthentic(Reason.SIGNATURE_WRONG, envelope.key_id)
    strangers = make_ring(make_signer(2))
    found = verify_qr(envelope.qr_text, strangers)
    assert found == NotAuthentic(Reason.UNKNOWN_KEY, envelope.key_id)


@pytest.mark.parametrize(
    "text", ["", "TR1", "https://example.org", "TR1:QUOTE:", ":" + "A" * 103, "A" * 5000]
)
def test_another_code_is_unreadable(text: str) -> None:
    with pytest.raises(ReceiptUnreadable):
        verify_qr(text, RING)


@pytest.mark.parametrize(
    ("part", "other"), [("20261120T", "20261320T"), ("CNY101000", "XXX101000"), ("TR1", "TR2")]
)
def test_a_line_that_says_nothing_possible_is_unreadable(part: str, other: str) -> None:
    with pytest.raises(ReceiptUnreadable):
        read_statement(make_envelope().statement.replace(part, other))


def test_bars_cover_exactly_the_dark_modules_inside_a_quiet_zone() -> None:
    import segno

    code = qr_code("TR1:A")
    matrix = segno.make_qr("TR1:A", error="m", boost_error=False).matrix
    dark = {(x + QUIET, y + QUIET) for y, row in enumerate(matrix) for x, m in enumerate(row) if m}
    drawn = [(bar.x + step, bar.y) for bar in code.bars for step in range(bar.width)]
    assert sorted(drawn) == sorted(dark)
    assert code.size == len(matrix) + 2 * QUIET
