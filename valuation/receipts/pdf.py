"""The receipt as a PDF of one A5 sheet."""

from datetime import datetime
from zoneinfo import ZoneInfo

from valuation.receipts.envelope import Envelope
from valuation.receipts.sheet import sheet_of


def receipt_pdf(envelope: Envelope, *, zone: ZoneInfo) -> bytes:
    """The PDF; the same receipt gives the same bytes, dated when it was issued."""
    from valuation.receipts import pdf_layout

    issued_at = datetime.fromisoformat(str(envelope.receipt["issued_at"]))
    return pdf_layout.drawn(sheet_of(envelope, zone=zone), issued_at=issued_at)
