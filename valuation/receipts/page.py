"""The receipt as one HTML file that needs nothing else and prints on one sheet."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from valuation.receipts.envelope import Envelope
from valuation.receipts.qr import qr_code
from valuation.receipts.sheet import sheet_of

if TYPE_CHECKING:
    from jinja2 import Template

TEMPLATE = Path(__file__).with_name("page.html")
# Print in points by the most entries that fit an A5 sheet with it.
SIZES = ((9, 9.5), (19, 8.0), (24, 7.0))
SMALLEST = 6.0


def receipt_page(envelope: Envelope, *, zone: ZoneInfo) -> str:
    """The page; the same receipt gives the same text."""
    sheet = sheet_of(envelope, zone=zone)
    size = next((points for most, points in SIZES if sheet.entries <= most), SMALLEST)
    return _template().render(sheet=sheet, qr=qr_code(sheet.qr_text), size=size)


@cache
def _template() -> "Template":
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
