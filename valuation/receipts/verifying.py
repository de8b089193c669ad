"""Is a receipt authentic? Decided from its bytes and a public key ring: no server, no database."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from valuation.quotes.documents import Document
from valuation.receipts.envelope import Envelope, read_envelope, split_qr
from valuation.receipts.keys import PublicKey, PublicRing
from valuation.receipts.statement import (
    ReceiptUnreadable,
    Statement,
    read_statement,
    statement_of,
)

LEEWAY = timedelta(minutes=10)  # a worker may have read the ring just before the rotation


class Reason(StrEnum):
    """Why a receipt is not authentic."""

    UNKNOWN_KEY = "unknown_key"
    SIGNATURE_WRONG = "signature_wrong"
    BODY_CHANGED = "body_changed"
    KEY_RETIRED = "key_retired"


SAID = {
    Reason.UNKNOWN_KEY: "the key ring has no such key: another shop's, or invented",
    Reason.SIGNATURE_WRONG: "the signature is not this key's",
    Reason.BODY_CHANGED: "the signature is genuine, but for another text: this one was changed",
    Reason.KEY_RETIRED: "the key was retired before the receipt says it was issued",
}


@dataclass(frozen=True, slots=True)
class Authentic:
    """What the shop's key vouches for; a QR code's text alone comes without its receipt."""

    statement: Statement
    envelope: Envelope | None


@dataclass(frozen=True, slots=True)
class NotAuthentic:
    """Nothing in it may be believed, and why."""

    reason: Reason
    key_id: str


Verdict = Authentic | NotAuthentic


def verify(data: bytes, ring: PublicRing) -> Verdict:
    """The verdict about a receipt's file; ReceiptUnreadable where it is none."""
    envelope = read_envelope(data)
    key_id, line = envelope.key_id, envelope.statement
    key = ring.find(key_id)
    if key is None:
        return NotAuthentic(Reason.UNKNOWN_KEY, key_id)
    if not signed(line, envelope.signature, key):
        return NotAuthentic(Reason.SIGNATURE_WRONG, key_id)
    if _line_of(envelope.receipt) != line:
        return NotAuthentic(Reason.BODY_CHANGED, key_id)
    return _in_time(read_statement(line), key, envelope)


def verify_qr(text: str, ring: PublicRing) -> Verdict:
    """The verdict about a QR code's text; ReceiptUnreadable where it is none of ours."""
    line, signature = split_qr(text)
    statement = read_statement(line)
    key = ring.find(statement.key_id)
    if key is None:
        return NotAuthentic(Reason.UNKNOWN_KEY, statement.key_id)
    if not signed(line, signature, key):
        return NotAuthentic(Reason.SIGNATURE_WRONG, statement.key_id)
    return _in_time(statement, key, None)


def _in_time(statement: Statement, key: PublicKey, envelope: Envelope | None) -> Verdict:
    if statement.key_id != key.id:
        return NotAuthentic(Reason.SIGNATURE_WRONG, key.id)
    if key.retired is not None and statement.issued_at >= key.retired + LEEWAY:
        return NotAuthentic(Reason.KEY_RETIRED, key.id)
    return Authentic(statement, envelope)


def _line_of(receipt: Document) -> str | None:
    try:
        return statement_of(receipt).line()
    except ReceiptUnreadable:
        return None


def signed(line: str, signature: bytes, key: PublicKey) -> bool:
    """Whether the key made the signature over the line."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, line.encode())
    except InvalidSignature:
        return False
    return True
