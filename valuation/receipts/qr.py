"""QR codes as bars, for whoever draws them."""

from itertools import groupby
from typing import NamedTuple

QUIET = 4  # modules of white around it, which readers need


class Bar(NamedTuple):
    """A dark run of one row, in modules from the upper left corner."""

    x: int
    y: int
    width: int


class QrCode(NamedTuple):
    """A code of ``size`` modules a side, the quiet zone included."""

    size: int
    bars: tuple[Bar, ...]

    @property
    def path(self) -> str:
        """Its dark parts as the path of an SVG."""
        return "".join(f"M{x} {y}h{width}v1h-{width}z" for x, y, width in self.bars)


def qr_code(text: str) -> QrCode:
    """The QR code of a text; a seventh of it may be damaged (level M)."""
    import segno

    code = segno.make_qr(text, error="m", boost_error=False)
    bars: list[Bar] = []
    for y, row in enumerate(code.matrix):
        x = 0
        for dark, modules in groupby(row):
            width = sum(1 for _ in modules)
            if dark:
                bars.append(Bar(x + QUIET, y + QUIET, width))
            x += width
    return QrCode(len(code.matrix) + 2 * QUIET, tuple(bars))
