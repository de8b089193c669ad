"""What stands on the page, from the top down, as ReportLab's flowables."""

from collections.abc import Iterator, Sequence
from typing import Any

from reportlab.lib.colors import HexColor, black
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, Spacer, Table, TableStyle

from valuation.receipts.pdf_text import LATIN, LATIN_BOLD, markup
from valuation.receipts.qr import QUIET, QrCode, qr_code
from valuation.receipts.sheet import Section, Sheet, SheetLine, Words, both

Commands = tuple[tuple[Any, ...], ...]

QR_SIDE = 38 * mm
PALE = HexColor(0xCCCCCC)
PLAIN = ParagraphStyle("plain", fontName=LATIN, fontSize=8.5, leading=12)
RIGHT = ParagraphStyle("right", PLAIN, alignment=TA_RIGHT)
BOLD = ParagraphStyle("bold", PLAIN, fontName=LATIN_BOLD)
BOLD_RIGHT = ParagraphStyle("bold right", BOLD, alignment=TA_RIGHT)
SMALL = ParagraphStyle("small", PLAIN, fontSize=7.5, leading=10)
HEADING = ParagraphStyle("heading", BOLD, spaceBefore=5)
ITEM = ParagraphStyle("item", PLAIN, leftIndent=9, bulletIndent=1)
DEVICE = ParagraphStyle("device", BOLD, fontSize=11, leading=15, spaceBefore=6)
TITLE = ParagraphStyle("title", BOLD, fontSize=14, leading=18)
CODE = ParagraphStyle("code", TITLE, fontSize=17, alignment=TA_RIGHT)
AMOUNT = ParagraphStyle("amount", BOLD, fontSize=25, leading=31)
WIDE = ParagraphStyle("wide", BOLD, fontSize=17, leading=22)
FLAT: Commands = (
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("RIGHTPADDING", (0, 0), (-1, -1), 0),
    ("TOPPADDING", (0, 0), (-1, -1), 1.5),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
)
BOX: Commands = (
    ("LEFTPADDING", (0, 0), (-1, -1), 8),
    ("TOPPADDING", (0, 0), (-1, -1), 3),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 5),
)
SOLID = ("BOX", (0, 0), (-1, -1), 1, black)
RULED: Commands = (("LINEABOVE", (0, 0), (-1, 0), 0.8, black), ("TOPPADDING", (0, 0), (-1, 0), 8))
DASHED = (*SOLID, None, (3, 2))
CHECK = Words(
    "Signed. The QR code holds the amount and the signature; tradein verify checks it offline.",
    "本单已签名，二维码含金额与签名，可离线验真。",
)


class QrDrawing(Flowable):
    """A QR code of a given side; its white edge may stand over the edge of the column."""

    def __init__(self, code: QrCode, side: float) -> None:
        super().__init__()
        self._code, self.width, self.height = code, side, side

    def draw(self) -> None:
        """Draw its bars; a PDF's origin is the lower left corner."""
        module = self.width / self._code.size
        path = self.canv.beginPath()
        for x, y, width in self._code.bars:
            left, below = x - QUIET, y + 1 - QUIET
            path.rect(left * module, self.height - below * module, width * module, module)
        self.canv.drawPath(path, stroke=0, fill=1)


def story(sheet: Sheet, width: float, scale: float) -> Iterator[Flowable]:
    """The sheet at a width that is drawn to scale; the QR code keeps its side on paper."""
    head = [_words(sheet.title, TITLE), _text(sheet.code, CODE)]
    yield Table([head], [0.6 * width, 0.4 * width], style=TableStyle(FLAT))
    for mark in sheet.marks:
        yield Spacer(1, 4)
        yield Table([[_words(mark, BOLD)]], [width], style=TableStyle([*BOX, DASHED]))
    yield _words(sheet.device, DEVICE)
    if sheet.unit:
        yield _text(sheet.unit)
    yield Spacer(1, 5)
    yield Table([[list(_offer(sheet))]], [width], style=TableStyle([*BOX, SOLID]))
    yield Spacer(1, 5)
    if sheet.lines:
        yield _lines(sheet.lines, sheet.total, width)
    for section in sheet.sections:
        yield from _section(section)
    yield Spacer(1, 6)
    yield _footer(sheet, width, QR_SIDE / scale)


def _offer(sheet: Sheet) -> Iterator[Flowable]:
    yield _words(sheet.headline)
    yield _text(sheet.amount, WIDE if sheet.wide else AMOUNT)
    if sheet.valid_until:
        label, until = sheet.valid_until
        yield _text(f"{both(label)} {until}")


def _lines(lines: Sequence[SheetLine], total: tuple[Words, str] | None, width: float) -> Table:
    rows = [[_words(x.label), _text(_answer(x)), _text(x.amount, RIGHT)] for x in lines]
    style = [*FLAT, ("LINEBELOW", (0, 0), (-1, len(lines) - 1), 0.4, PALE)]
    if total:
        rows.append([_words(total[0], BOLD), _text(""), _text(total[1], BOLD_RIGHT)])
        style.append(("LINEABOVE", (0, -1), (-1, -1), 0.8, black))
    widths = [share * width for share in (0.5, 0.26, 0.24)]
    return Table(rows, widths, style=TableStyle(style))


def _answer(line: SheetLine) -> str:
    return f"{line.answer} (assumed 按最差)" if line.assumed else line.answer


def _section(section: Section) -> Iterator[Flowable]:
    yield _words(section.heading, HEADING)
    for sentence in section.sentences:
        yield Paragraph(markup(both(sentence)), ITEM, bulletText="•")


def _footer(sheet: Sheet, width: float, side: float) -> Table:
    rest = width - side
    facts = [*sheet.facts, (Words("Key", "签名密钥"), sheet.key_id)]
    rows = [[_words(label, SMALL), _text(said, SMALL)] for label, said in facts]
    table = Table(rows, [0.34 * rest, 0.66 * rest], style=TableStyle(FLAT))
    words = [table, Spacer(1, 3), _words(CHECK, SMALL)]
    style = TableStyle([*FLAT, *RULED])
    return Table([[QrDrawing(qr_code(sheet.qr_text), side), words]], [side, rest], style=style)


def _words(words: Words, style: ParagraphStyle = PLAIN) -> Paragraph:
    return _text(both(words), style)


def _text(text: str, style: ParagraphStyle = PLAIN) -> Paragraph:
    return Paragraph(markup(text), style)
