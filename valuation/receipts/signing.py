"""Signing: a private key in memory, and the envelope that it makes of a receipt."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from valuation.quotes.documents import canonical, customer_view, digest
from valuation.receipts.envelope import Envelope
from valuation.receipts.keys import key_id_of
from valuation.receipts.receipt import Kind, receipt_of
from valuation.receipts.statement import statement_of

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SEED = 32


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key that signs receipts."""

    public: bytes
    key_id: str
    _private: "Ed25519PrivateKey" = field(repr=False)

    def sign(self, message: bytes) -> bytes:
        """The Ed25519 signature: the same for the same message, always."""
        return self._private.sign(message)


def issue(
    body: Mapping[str, object],
    *,
    kind: Kind,
    issued_at: datetime,
    quote_digest: str | None,
    signer: Signer,
) -> Envelope:
    """The signed receipt of a customer's view or of a later step; ReceiptRefused.

    ``issued_at`` is when the step happened, so that the same step has the same receipt;
    ``quote_digest`` None: the body's own, where everybody may read it.
    """
    receipt = receipt_of(
        body, kind=kind, issued_at=issued_at, quote_digest=quote_digest, key_id=signer.key_id
    )
    line = statement_of(receipt).line()
    return Envelope(receipt, signer.key_id, line, signer.sign(line.encode()))


def quote_receipt(document: Mapping[str, object], *, signer: Signer) -> Envelope:
    """The receipt of a stored quote's document: the customer's view, dated like the quote."""
    return issue(
        customer_view(document),
        kind=Kind.QUOTE,
        issued_at=datetime.fromisoformat(str(document["issued_at"])),
        quote_digest=digest(canonical(document)),
        signer=signer,
    )


def make_private_key(seed: bytes) -> tuple[Signer, bytes]:
    """The key that 32 random bytes make, and its PEM file."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private = Ed25519PrivateKey.from_private_bytes(seed[:SEED])
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return _signer(private), pem


def read_private_key(pem: bytes) -> Signer | None:
    """The key of a PEM file; None where it holds no Ed25519 key."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    try:
        private = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return _signer(private) if isinstance(private, Ed25519PrivateKey) else None


def _signer(private: "Ed25519PrivateKey") -> Signer:
    public = private.public_key().public_bytes_raw()
    return Signer(public, key_id_of(public), private)
