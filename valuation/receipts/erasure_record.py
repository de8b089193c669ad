"""The signed record of an erasure: its document, and whether a signature over it is the shop's."""

import base64
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from valuation.domain.erasure import SAID, Erasure, Fault
from valuation.domain.records import Actor
from valuation.quotes.documents import Document, canonical, digest
from valuation.receipts.keys import PublicRing
from valuation.receipts.receipt import stamp
from valuation.receipts.verifying import Reason, signed

SCHEMA = "tradein-erasure/1"


def erasure_id(record: Erasure) -> str:
    """The SHA-256 of the record's facts: told twice, they are one record."""
    return digest(canonical(_facts(record)))


def erasure_document(
    record: Erasure,
    found: tuple[Fault, ...],
    *,
    device: str | None,
    quote_digest: str,
    key_id: str,
    by: Actor,
    at: datetime,
) -> Document:
    """What is signed. ``device``: the variant's id; ``by``, ``at``: who recorded it and when."""
    return {
        "schema": SCHEMA,
        "key_id": key_id,
        "id": erasure_id(record),
        **_facts(record),
        "quote_digest": quote_digest,
        "device": device,
        "verified": not found,
        "faults": [
            {"code": fault.value, "en": SAID[fault][0], "zh": SAID[fault][1]} for fault in found
        ],
        "recorded_by": by.id
        if by.id.startswith(f"{by.role.value}:")
        else f"{by.role.value}:{by.id}",
        "recorded_at": stamp(at),
    }


def check_signature(
    document: Mapping[str, object], *, signature: str, ring: PublicRing
) -> Reason | None:
    """Why the record is not the shop's; None where it is."""
    key = ring.find(str(document["key_id"]))
    if key is None:
        return Reason.UNKNOWN_KEY
    text = canonical(document).decode()
    return None if signed(text, base64.b64decode(signature), key) else Reason.SIGNATURE_WRONG


def _facts(record: Erasure) -> Document:
    return {
        name: stamp(value) if isinstance(value, datetime) else value
        for name, value in asdict(record).items()
    }
