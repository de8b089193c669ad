"""The sheet on a page of A5. Imports ReportLab: load it only to draw."""

from datetime import UTC, datetime
from io import BytesIO

from reportlab.lib.pagesizes import A5
from reportlab.lib.units import mm
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepInFrame

from valuation.receipts.pdf_story import story
from valuation.receipts.pdf_text import CHINESE
from valuation.receipts.sheet import Sheet, both

MARGIN = 9 * mm
WIDTH, HEIGHT = A5[0] - 2 * MARGIN, A5[1] - 2 * MARGIN
SCALES = (1.0, 0.9, 0.8, 0.7)
ENDLESS = 100_000


def drawn(sheet: Sheet, *, issued_at: datetime) -> bytes:
    """The PDF's bytes; what does not fit the page is drawn smaller."""
    registerFont(UnicodeCIDFont(CHINESE))
    created = issued_at.astimezone(UTC).strftime("D:%Y%m%d%H%M%SZ")
    file = BytesIO()
    canvas = Canvas(file, pagesize=A5, invariant=1, pageCompression=1, lang="en")
    canvas.setDateFormatter(lambda *_: created)
    canvas.setTitle(f"{both(sheet.title)} {sheet.code}")
    canvas.setAuthor("tradein")
    whole, scale, height = _fitting(sheet, canvas)
    canvas.translate(MARGIN, A5[1] - MARGIN - height * scale)
    canvas.scale(scale, scale)
    whole.drawOn(canvas, 0, 0)
    canvas.showPage()
    canvas.save()
    return file.getvalue()


def _fitting(sheet: Sheet, canvas: Canvas) -> tuple[Flowable, float, float]:
    """The story in the largest print with which one page holds it, its scale and height."""
    for scale in SCALES:
        width = WIDTH / scale  # smaller print fills the page's width too
        whole = KeepInFrame(width, ENDLESS, list(story(sheet, width, scale)), mode="shrink")
        _, height = whole.wrapOn(canvas, width, ENDLESS)
        if height * scale <= HEIGHT:
            break
    return whole, min(scale, HEIGHT / height), height
