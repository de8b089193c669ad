"""What is signed, and that nothing else passes for it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.fakes import NOON
from tests.receipts.making import (
    DIGEST,
    IMEI,
    make_body,
    make_envelope,
    make_money,
    make_ring,
    make_signer,
)
from valuation.domain.money import Money
from valuation.quotes.documents import canonical
from valuation.receipts.keys import PublicKey, PublicRing
from valuation.receipts.receipt import Kind, ReceiptRefused
from valuation.receipts.statement import ReceiptUnreadable, statement_of
from valuation.receipts.verifying import (
    LEEWAY,
    Authentic,
    NotAuthentic,
    Reason,
    Verdict,
    verify,
    verify_qr,
)

RING = make_ring(make_signer(1), make_signer(2))
OLD = RING.keys[0].valid_from  # while the first key signed
MASKS = (0x01, 0x20, 0x80)
Change = Callable[[dict[str, Any]], object]


def verdict(data: bytes, ring: PublicRing = RING) -> Verdict | None:
    """The verdict; None where the file cannot be read."""
    try:
        return verify(data, ring)
    except ReceiptUnreadable:
        return None


def altered(change: Change, data: bytes) -> bytes:
    tree = orjson.loads(data)
    change(tree)
    return canonical(tree)


def test_what_was_signed_is_authentic_and_says_what_it_said() -> None:
    envelope = make_envelope(signer=make_signer(2))
    found = verify(envelope.to_json(), RING)
    assert isinstance(found, Authentic)
    assert found.envelope == envelope
    said = found.statement
    assert (said.code, said.amounts) == ("K7F-3MQX", (Money(101_000, "CNY"),))
    assert (said.issued_at, said.key_id) == (NOON, make_signer(2).key_id)


def test_the_same_step_has_the_same_bytes() -> None:
    assert make_envelope().to_json() == make_envelope().to_json()


@pytest.mark.parametrize("mask", MASKS)
def test_no_byte_of_the_file_can_be_another(mask: int) -> None:
    data = make_envelope(signer=make_signer(2)).to_json()
    for place, byte in enumerate(data):
        flipped = data[:place] + bytes([byte ^ mask]) + data[place + 1 :]
        assert not isinstance(verdict(flipped), Authentic), flipped[place - 20 : place + 20]


@pytest.mark.parametrize(
    "change",
    [
        lambda tree: tree["receipt"]["body"]["offer"].update(amount=201_000),
        lambda tree: tree["receipt"].update(kind="settlement"),
        lambda tree: tree["receipt"].update(issued_at="2026-11-21T04:00:00Z"),
        lambda tree: tree["receipt"].update(quote_digest="cd" * 32),
        lambda tree: tree["receipt"].update(key_id=make_signer(1).key_id),
        lambda tree: tree["receipt"]["body"].update(code="K7F-3MQY"),
        lambda tree: tree["receipt"]["body"].update(offer=None),
        lambda tree: tree["receipt"].update(body=[]),
        lambda tree: tree["receipt"].clear(),
        lambda tree: tree["receipt"]["body"].pop("versions"),
    ],
)
def test_a_changed_receipt_is_told_from_a_wrong_signature(change: Change) -> None:
    data = make_envelope(signer=make_signer(2)).to_json()
    found = verify(altered(change, data), RING)
    assert found == NotAuthentic(Reason.BODY_CHANGED, make_signer(2).key_id)


def test_a_swapped_key_id_is_refused() -> None:
    data = make_envelope(signer=make_signer(2)).to_json()
    other = make_signer(1).key_id
    swapped = altered(lambda tree: tree["signature"].update(key_id=other), data)
    assert verify(swapped, RING) == NotAuthentic(Reason.SIGNATURE_WRONG, other)


def test_a_key_that_signs_in_anothers_name_is_refused() -> None:
    genuine = make_envelope(signer=make_signer(2))
    forged = make_signer(1).sign(genuine.statement.encode())
    found = verify(
        altered(
            lambda tree: tree["signature"].update(
                key_id=make_signer(1).key_id, value=_base64(forged)
            ),
            genuine.to_json(),
        ),
        RING,
    )
    assert found == NotAuthentic(Reason.SIGNATURE_WRONG, make_signer(1).key_id)


def test_a_key_that_the_ring_has_not_is_unknown() -> None:
    stranger = make_signer(9)
    found = verify(make_envelope(signer=stranger).to_json(), RING)
    assert found == NotAuthentic(Reason.UNKNOWN_KEY, stranger.key_id)


def test_a_statement_of_another_receipt_is_refused() -> None:
    one, other = make_envelope(), make_envelope(make_body(offer=make_money(1)))
    ring = make_ring(make_signer())
    both = [orjson.loads(each.to_json()) for each in (one, other)]
    mixed = canonical({"receipt": both[1]["receipt"], "signature": both[0]["signature"]})
    assert verify(mixed, ring) == NotAuthentic(Reason.BODY_CHANGED, make_signer().key_id)


def test_a_receipt_of_a_retired_key_still_verifies_unless_it_is_later_than_that() -> None:
    retired = RING.keys[0].retired
    assert retired is not None
    in_time = [OLD, retired, retired + LEEWAY - timedelta(seconds=1)]
    late = [retired + LEEWAY, NOON]
    for moments, expected in ((in_time, Authentic), (late, NotAuthentic)):
        for moment in moments:
            envelope = make_envelope(issued_at=moment, signer=make_signer(1))
            assert isinstance(verify(envelope.to_json(), RING), expected)
            assert isinstance(verify_qr(envelope.qr_text, RING), expected)


def test_a_copy_that_was_indented_or_written_by_javascript_is_the_same_receipt() -> None:
    data = make_envelope(signer=make_signer(2)).to_json()
    indented = orjson.dumps(orjson.loads(data), option=orjson.OPT_INDENT_2)
    assert b"174.0" not in data
    assert isinstance(verify(indented, RING), Authentic)


def test_anybody_can_check_it_with_ed25519_and_sha_256_alone() -> None:
    envelope = make_envelope(signer=make_signer(2))
    key = Ed25519PublicKey.from_public_bytes(RING.current.public)
    key.verify(envelope.signature, envelope.statement.encode())
    assert statement_of(envelope.receipt).line() == envelope.statement


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b'{"receipt": {}}',
        b'{"receipt": {}, "signature": {}}',
        b'{"receipt": {}, "receipt": {}, "signature": {}}',
        b'{"receipt": NaN, "signature": {}}',
        b"[" * 100_000,
        b" " * 1_000_001,
    ],
)
def test_what_is_no_receipt_is_unreadable(data: bytes) -> None:
    with pytest.raises(ReceiptUnreadable):
        verify(data, RING)


@pytest.mark.parametrize(
    "change",
    [
        lambda signature: signature.update(algorithm="none"),
        lambda signature: signature.update(algorithm=None),
        lambda signature: signature.update(value=signature["value"] + "="),
        lambda signature: signature.update(value="AAAA"),
        lambda signature: signature.update(statement="TR1:é"),
        lambda signature: signature.update(key_id="0" * 15),
        lambda signature: signature.update(more="1"),
    ],
)
def test_a_malformed_signature_is_unreadable(change: Change) -> None:
    data = make_envelope(signer=make_signer(2)).to_json()
    with pytest.raises(ReceiptUnreadable):
        verify(altered(lambda tree: change(tree["signature"]), data), RING)


def test_every_kind_of_step_can_be_signed() -> None:
    for kind in Kind:
        envelope = make_envelope(kind=kind, signer=make_signer(2))
        found = verify(envelope.to_json(), RING)
        assert isinstance(found, Authentic)
        assert found.statement.kind == kind


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "qt_1"},
        {"id": None},
        {"code": "k7f"},
        {"offer": {"amount": 10.5, "currency": "CNY"}},
        {"offer": {"amount": 10, "currency": "XXX"}},
        {"offer": {"amount": 10}},
        {"device": {1, 2}},
    ],
)
def test_a_body_without_code_or_whole_amount_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ReceiptRefused):
        make_envelope(make_body(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"words": f"iPhone 13 {IMEI}"},
        {"words": "49-015420-323751-8"},
        {"words": "４９０１５４２０３２３７５１８"},
        {"number": int(IMEI)},
        {"number": float(IMEI)},
        {"deep": [{"in": [{"it": f"x{IMEI}"}]}]},
        {IMEI: "as a name"},
        {"unit": {"kind": "imei", "last4": IMEI[-5:]}},
        {"unit": {"kind": IMEI, "last4": "7518"}},
        {"meid": "A10000009296F2"},
    ],
)
def test_more_than_four_digits_of_an_imei_are_never_signed(changes: dict[str, object]) -> None:
    with pytest.raises(ReceiptRefused) as refused:
        make_envelope(make_body(**changes))
    assert IMEI[:8] not in str(refused.value)


def test_the_units_digest_stays_at_home() -> None:
    body = make_body(unit_digest="cd" * 32, other={"digest": "ef" * 32, "last4": "1"})
    data = make_envelope(body).to_json()
    assert b"cdcd" not in data
    assert b"efef" not in data
    assert orjson.loads(data)["receipt"]["body"]["device"]["unit"] == {
        "kind": "imei",
        "last4": IMEI[-4:],
    }


def test_a_quotes_own_id_is_no_identifier_though_it_looks_like_one() -> None:
    looks = "qt_0123456789abcdef0123456789"
    make_envelope(make_body(id=looks))
    with pytest.raises(ReceiptRefused):
        make_envelope(make_body(other=looks))


def test_the_ring_that_was_exported_verifies() -> None:
    from valuation.receipts.keys import read_public_ring

    envelope = make_envelope(signer=make_signer(2))
    ring = read_public_ring(RING.to_json())
    assert ring == RING
    assert isinstance(verify(envelope.to_json(), ring), Authentic)
    assert PublicKey(make_signer(2).public, OLD).id == envelope.key_id
    assert envelope.receipt["quote_digest"] == DIGEST


def _base64(data: bytes) -> str:
    import base64

    return base64.b64encode(data).decode()
