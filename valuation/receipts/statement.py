r"""The statement that is signed: one line that fits a QR code and pins the whole receipt.

    TR1:QUOTE:QT-06GVE73M000020G30G2GC1O814:293-557Z:20261120T040000Z:CNY126650:
    5F0C6E2B9A4D1387:MFRGGZDFMZTWQ2LKMFRGGZDFMZ:NBSWY3DPEB3W64TMMQQQNBSWY3DPEB3W64TMMQQQ...

Nine fields between colons, in ASCII: ``TR1``; the kind; the quote's id, with ``-`` for ``_``; its
spoken code; when the receipt was issued, in UTC to the second; the amount in minor units after its
currency (two with ``..`` between them for an indicative span, ``-`` where there is none); the
key's id; the first 26 characters of the quote's SHA-256 in base 32, enough to find the stored
document (of a donation's public trail its body's: everybody reads it, and could try the quote's);
the SHA-256 of the receipt as canonical JSON in base 32, 52 characters. All in capitals.

The signature is Ed25519 over this line. A QR code holds the line, a colon and the signature in
base 32 without padding (103 characters): below 300 in all, in the QR codes' dense alphabet.
"""

import base64
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from valuation.domain.money import Money, UnknownCurrency
from valuation.quotes.documents import canonical
from valuation.receipts.receipt import SCHEMA, amounts_of

QUOTE_DIGEST = 26
LINE = re.compile(
    r"TR1:(?P<kind>[A-Z][A-Z-]{0,19}):(?P<quote>[A-Z]{2}-[0-9A-V]{26})"
    r":(?P<code>[0-9A-Z]{3}-[0-9A-Z]{4}):(?P<at>[0-9]{8}T[0-9]{6}Z)"
    r":(?P<amount>-|[A-Z]{3}-?[0-9]{1,18}(?:\.\.-?[0-9]{1,18})?):(?P<key>[0-9A-F]{16})"
    r":(?P<document>[A-Z2-7]{26}):(?P<receipt>[A-Z2-7]{52})"
)
TIME = "%Y%m%dT%H%M%SZ"


class ReceiptUnreadable(ValueError):
    """This is no receipt, or none that this version can read; says what was expected."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What the signature vouches for; ``amounts`` are none, the offer, or a span's two ends."""

    kind: str
    quote: str
    code: str
    issued_at: datetime
    amounts: tuple[Money, ...]
    key_id: str
    quote_digest: str
    receipt_digest: str

    def line(self) -> str:
        """The line that is signed."""
        at = self.issued_at.astimezone(UTC).strftime(TIME)
        said = [
            "TR1", self.kind, self.quote.replace("_", "-"), self.code, at, _amount(self.amounts),
            self.key_id, self.quote_digest, self.receipt_digest,
        ]  # fmt: skip
        return ":".join(said).upper()


def statement_of(receipt: dict[str, Any]) -> Statement:
    """The statement about a receipt; ReceiptUnreadable where it is none."""
    if receipt.get("schema") != SCHEMA:
        raise ReceiptUnreadable(f"a receipt has the schema {SCHEMA}")
    try:
        made = Statement(
            kind=receipt["kind"],
            quote=receipt["quote"],
            code=receipt["body"]["code"],
            issued_at=datetime.fromisoformat(receipt["issued_at"]).replace(microsecond=0),
            amounts=amounts_of(receipt["body"]),
            key_id=receipt["key_id"],
            quote_digest=base32(bytes.fromhex(receipt["quote_digest"]))[:QUOTE_DIGEST],
            receipt_digest=base32(hashlib.sha256(canonical(receipt)).digest()),
        )
        line = made.line()
    except (KeyError, TypeError, ValueError, AttributeError, orjson.JSONEncodeError) as error:
        raise ReceiptUnreadable("a field of the receipt is missing or malformed") from error
    if not LINE.fullmatch(line):
        raise ReceiptUnreadable("a field of the receipt is malformed")
    return made


def read_statement(line: str) -> Statement:
    """The statement of a line; ReceiptUnreadable."""
    found = LINE.fullmatch(line)
    if found is None:
        raise ReceiptUnreadable("this is no statement of a receipt")
    try:
        issued_at = datetime.strptime(found["at"], TIME).replace(tzinfo=UTC)
        amounts = _amounts(found["amount"])
    except (ValueError, UnknownCurrency) as error:
        raise ReceiptUnreadable("the statement's time or amount is none") from error
    return Statement(
        kind=found["kind"].lower(),
        quote=found["quote"].lower().replace("-", "_"),
        code=found["code"],
        issued_at=issued_at,
        amounts=amounts,
        key_id=found["key"].lower(),
        quote_digest=found["document"],
        receipt_digest=found["receipt"],
    )


def base32(data: bytes) -> str:
    """Base 32 without padding: capitals and digits, which QR codes hold most densely."""
    return base64.b32encode(data).decode().rstrip("=")


def _amount(amounts: tuple[Money, ...]) -> str:
    if not amounts:
        return "-"
    return amounts[0].currency + "..".join(str(each.amount) for each in amounts)


def _amounts(text: str) -> tuple[Money, ...]:
    if text == "-":
        return ()
    return tuple(Money(int(amount), text[:3]) for amount in text[3:].split(".."))
