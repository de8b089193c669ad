"""The envelope: a receipt, the statement about it and the signature, as one JSON object."""

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import Any, NoReturn

from valuation.quotes.documents import Document, canonical
from valuation.receipts.statement import ReceiptUnreadable, base32

ALGORITHM = "Ed25519"
SIGNATURE = 64
SIGNATURE_BASE32 = 103
MOST = 1_000_000  # bytes of a file
KEY_ID = re.compile(r"[0-9a-f]{16}")
MEMBERS = {"algorithm", "key_id", "statement", "value"}


@dataclass(frozen=True, slots=True)
class Envelope:
    """A receipt with its signature, checked or not; ``statement`` is the line that was signed."""

    receipt: Document
    key_id: str
    statement: str
    signature: bytes

    def to_json(self) -> bytes:
        """The envelope as canonical JSON: {"receipt": …, "signature": …}."""
        signature = {
            "algorithm": ALGORITHM,
            "key_id": self.key_id,
            "statement": self.statement,
            "value": base64.b64encode(self.signature).decode(),
        }
        return canonical({"receipt": self.receipt, "signature": signature})

    @property
    def qr_text(self) -> str:
        """What its QR code holds; ``valuation.receipts.statement`` has the format."""
        return f"{self.statement}:{base32(self.signature)}"


def read_envelope(data: bytes) -> Envelope:
    """The envelope of a file, nothing of it checked; ReceiptUnreadable."""
    if len(data) > MOST:
        raise ReceiptUnreadable(f"a receipt has {MOST:,} bytes at most")
    try:
        found = json.loads(data, object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise ReceiptUnreadable("this is no JSON of a receipt") from error
    match found:
        case {"receipt": dict(receipt), "signature": dict(signature)} if len(found) == 2:
            return Envelope(receipt, *_signature(signature))
        case _:
            raise ReceiptUnreadable('a receipt is {"receipt": {…}, "signature": {…}}')


def split_qr(text: str) -> tuple[str, bytes]:
    """The signed line and the signature of a QR code's text; ReceiptUnreadable."""
    line, _, value = text.strip().rpartition(":")
    try:
        signature = base64.b32decode(value + "=", casefold=False)
    except (binascii.Error, ValueError) as error:
        raise ReceiptUnreadable("this is no QR code of a receipt") from error
    if len(signature) != SIGNATURE or base32(signature) != value:
        raise ReceiptUnreadable("this is no QR code of a receipt, or not the whole of it")
    return line, signature


def _signature(members: dict[str, Any]) -> tuple[str, str, bytes]:
    if members.keys() != MEMBERS or not all(isinstance(each, str) for each in members.values()):
        raise ReceiptUnreadable(f"a signature has {', '.join(sorted(MEMBERS))}")
    if not members["statement"].isascii():
        raise ReceiptUnreadable("a statement is ASCII")
    if members["algorithm"] != ALGORITHM or not KEY_ID.fullmatch(members["key_id"]):
        raise ReceiptUnreadable(f"a signature is {ALGORITHM} by a key of 16 hexadecimal digits")
    try:
        value = base64.b64decode(members["value"], validate=True)
    except (binascii.Error, ValueError) as error:
        raise ReceiptUnreadable("the signature is not in base 64") from error
    # Base 64 has several spellings of the same bytes; one of them is ours.
    if len(value) != SIGNATURE or base64.b64encode(value).decode() != members["value"]:
        raise ReceiptUnreadable(f"the signature is not {SIGNATURE} bytes in base 64")
    return members["key_id"], members["statement"], value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        # Two readers of such a file could read two amounts.
        raise ReceiptUnreadable("a member stands twice")
    return found


def _no_number(name: str) -> NoReturn:
    raise ReceiptUnreadable(f"{name} is no number")
