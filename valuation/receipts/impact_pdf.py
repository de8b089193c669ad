"""The impact report as a PDF of one A4 page. Imports ReportLab: load it only to draw."""

from collections.abc import Iterator
from datetime import UTC
from io import BytesIO

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepInFrame, Paragraph, Spacer, Table, TableStyle

from valuation.receipts.impact_plots import drawing
from valuation.receipts.impact_sheet import TITLE, ImpactSheet
from valuation.receipts.pdf_text import CHINESE, LATIN, markup
from valuation.receipts.sheet import both

MARGIN, MARK = 12 * mm, HexColor("#fff1c2")
WIDTH, HEIGHT = A4[0] - 2 * MARGIN, A4[1] - 2 * MARGIN
RULE = TableStyle([
    ("LINEBELOW", (0, 0), (-1, -1), 0.3, HexColor("#d5d9d7")),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("TOPPADDING", (0, 0), (-1, -1), 1),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
])  # fmt: skip
FACTOR_WIDTHS = (0.3, 0.15, 0.13, 0.42)
FACTOR_SIZES = (6, 5.5, 5, 4.5, 4)  # the largest that leaves it on one page
HEADS = ("Factor 因子: typical (low–high)", "Unit 单位", "Licence 许可", "Source 来源")


def impact_pdf(sheet: ImpactSheet) -> bytes:
    """The PDF; the same sheet gives the same bytes, dated when it was made."""
    registerFont(UnicodeCIDFont(CHINESE))
    created = sheet.made_at.astimezone(UTC).strftime("D:%Y%m%d%H%M%SZ")
    file = BytesIO()
    canvas = Canvas(file, pagesize=A4, invariant=1, pageCompression=1, lang="en")
    canvas.setDateFormatter(lambda *_: created)
    canvas.setTitle(f"{both(TITLE)} {sheet.period}")
    canvas.setAuthor("tradein")
    stories = (list(_story(sheet, size)) for size in FACTOR_SIZES)
    fits = (story for story in stories if _height(canvas, story) <= HEIGHT)
    story = next(fits, None) or list(_story(sheet, FACTOR_SIZES[-1]))
    whole = KeepInFrame(WIDTH, HEIGHT, story, mode="shrink")
    _, height = whole.wrapOn(canvas, WIDTH, HEIGHT)
    whole.drawOn(canvas, MARGIN, A4[1] - MARGIN - height)
    canvas.showPage()
    canvas.save()
    return file.getvalue()


def _height(canvas: Canvas, story: list[Flowable]) -> float:
    return sum(each.wrapOn(canvas, WIDTH, HEIGHT)[1] for each in story)


def _story(sheet: ImpactSheet, size: float) -> Iterator[Flowable]:
    """All there is, the factors in a font of ``size``."""
    yield _said(both(TITLE), 15)
    yield _said(f"{sheet.whose} · {sheet.period}", 9)
    for mark in sheet.marks:
        yield _said(both(mark), 9, back=MARK)
    yield Spacer(1, 4)
    facts = [[_said(both(words), 8), _said(value, 8)] for words, value in sheet.facts]
    yield Table(facts, colWidths=[WIDTH * 0.3, WIDTH * 0.7], style=RULE)
    yield Spacer(1, 4)
    plots = [[_said(f"{both(p.heading)}, {p.unit}", 8), drawing(p)] for p in sheet.plots]
    yield Table([plots[:2], plots[2:]], colWidths=[WIDTH / 2] * 2)
    for note in sheet.notes:
        yield _said(both(note), 6.5)
    yield Spacer(1, 4)
    rows = [[_said(each, size) for each in row] for row in (HEADS, *sheet.factors)]
    yield Table(rows, colWidths=[WIDTH * share for share in FACTOR_WIDTHS], style=RULE)
    yield Spacer(1, 3)
    yield _said(sheet.foot, 6)


def _said(text: str, size: float, back: Color | None = None) -> Paragraph:
    style = ParagraphStyle(
        "said", fontName=LATIN, fontSize=size, leading=size * 1.3, backColor=back
    )
    return Paragraph(markup(text), style)
