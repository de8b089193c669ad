"""Small true receipts for tests: a body by hand, keys from fixed seeds."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from tests.fakes import NOON
from valuation.receipts.envelope import Envelope
from valuation.receipts.keys import PublicKey, PublicRing
from valuation.receipts.receipt import Kind
from valuation.receipts.signing import Signer, issue, make_private_key

SHANGHAI = ZoneInfo("Asia/Shanghai")
IMEI = "490154203237518"  # the example of the standard
DIGEST = "ab" * 32
MADE = datetime(2026, 1, 1, tzinfo=UTC)


def make_body(**changes: object) -> dict[str, object]:
    """A customer's view with what a receipt looks at."""
    return {
        "id": "qt_06gve73m000020g30g2gc1o814",
        "code": "K7F-3MQX",
        "data": "real",
        "valid_until": "2026-11-27T04:00:00Z",
        "device": {
            "name": "Apple iPhone 13 128 GB",
            "name_zh": "苹果 iPhone 13 128 GB",
            "facts": {"weight_g": 174.0, "screen_in": 6.1},
            "unit": {"kind": "imei", "digest": "cd" * 32, "last4": IMEI[-4:]},
        },
        "outcome": "offer",
        "offer": make_money(101_000),
        "lines": [make_line("In the best condition", "最佳成色", 101_000)],
        "versions": {"bundle": DIGEST, "rules": 1},
        **changes,
    }


def make_money(amount: int, currency: str = "CNY") -> dict[str, object]:
    return {"amount": amount, "currency": currency}


def make_line(en: str, zh: str, amount: int, **more: object) -> dict[str, object]:
    money = make_money(amount)
    return {"code": en, "label_en": en, "label_zh": zh, "answer": None, "amount": money, **more}


def make_signer(number: int = 1) -> Signer:
    signer, _ = make_private_key(bytes([number]) * 32)
    return signer


def make_ring(*signers: Signer) -> PublicRing:
    """A ring of keys that signed one after the other, a month each; the last one is current."""
    months = [MADE.replace(month=1 + place) for place in range(len(signers) + 1)]
    keys = [
        PublicKey(signer.public, months[place], retired=months[place + 1])
        for place, signer in enumerate(signers)
    ]
    return PublicRing((*keys[:-1], PublicKey(keys[-1].public, keys[-1].valid_from)))


def make_envelope(
    body: dict[str, object] | None = None,
    *,
    kind: Kind = Kind.QUOTE,
    issued_at: datetime = NOON,
    signer: Signer | None = None,
) -> Envelope:
    return issue(
        body or make_body(),
        kind=kind,
        issued_at=issued_at,
        quote_digest=DIGEST,
        signer=signer or make_signer(),
    )
