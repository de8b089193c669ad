"""Plots of the impact report, the same shapes on the page and in the PDF. Imports ReportLab."""

from collections.abc import Iterator
from itertools import chain
from math import ceil, floor, log10
from typing import Literal

from reportlab.graphics.shapes import Drawing, Line, Rect, Shape, String
from reportlab.lib.colors import Color, HexColor

from valuation.receipts.impact_sheet import Figure, Plot, rounded

Anchor = Literal["start", "middle", "end"]

WIDTH, HEIGHT = 250.0, 104.0
LEFT, RIGHT, BOTTOM, TOP = 40.0, 6.0, 14.0, 8.0
INK, BAR, GRID = HexColor("#222222"), HexColor("#3b7d6e"), HexColor("#d5d9d7")
SMALL = 6.0
LABELS = 8  # that fit side by side
STEPS = (1, 2, 2.5, 5, 10)
LYING_LEFT, LYING_RIGHT, LYING_LABELS = 48.0, 92.0, 4


def drawing(plot: Plot) -> Drawing:
    """The plot's shapes; without points it says so."""
    drawn = Drawing(WIDTH, HEIGHT)
    if not plot.points:
        drawn.add(_text(WIDTH / 2, HEIGHT / 2, "none", "middle"))
        return drawn
    for shape in _lying(plot) if plot.lying else _standing(plot):
        drawn.add(shape)
    return drawn


def _standing(plot: Plot) -> Iterator[Shape]:
    """A bar a point from 0, and a line from low to high where they differ."""
    low, high, step = _axis(*chain.from_iterable(figure or () for _, figure in plot.points))
    scale = (HEIGHT - BOTTOM - TOP) / (high - low)

    def y(value: float) -> float:
        return BOTTOM + (value - low) * scale

    for number in range(round((high - low) / step) + 1):
        value = low + number * step
        yield Line(LEFT, y(value), WIDTH - RIGHT, y(value), strokeColor=GRID, strokeWidth=0.4)
        yield _text(LEFT - 3, y(value) - 2, f"{value:,.10g}", "end")
    room = (WIDTH - LEFT - RIGHT) / len(plot.points)
    every = ceil(len(plot.points) / LABELS)
    for place, (label, figure) in enumerate(plot.points):
        left = LEFT + room * place
        if place % every == 0:
            yield _text(left + room / 2, 4, _short(label), "middle")
        if figure is None:
            continue
        bottom, tall = min(y(0), y(figure.typical)), abs(y(figure.typical) - y(0))
        yield _block(left + room * 0.2, bottom, room * 0.6, tall, BAR)
        if figure.low < figure.high:
            middle = left + room / 2
            yield Line(middle, y(figure.low), middle, y(figure.high), strokeColor=INK,
                       strokeWidth=0.7)  # fmt: skip


def _lying(plot: Plot) -> Iterator[Shape]:
    """A line from low to high with a mark at the typical figure: they differ by thousands."""
    points = [(label, figure) for label, figure in plot.points if figure is not None]
    figures = [figure for _, figure in points if figure.low > 0]
    first = floor(log10(min((each.low for each in figures), default=1)))
    last = max(first + 1, ceil(log10(max((each.high for each in figures), default=1))))
    scale = (WIDTH - LYING_LEFT - LYING_RIGHT) / (last - first)

    def x(value: float) -> float:
        return LYING_LEFT + (log10(value) - first) * scale

    every = ceil((last - first) / LYING_LABELS)
    for power in range(first, last + 1):
        yield Line(x(10.0**power), BOTTOM, x(10.0**power), HEIGHT - TOP, strokeColor=GRID,
                   strokeWidth=0.4)  # fmt: skip
        if (power - first) % every == 0:
            yield _text(x(10.0**power), 4, f"{10.0**power:,.10g}", "middle")
    room = (HEIGHT - BOTTOM - TOP) / len(points)
    for place, (label, figure) in enumerate(points):
        y = HEIGHT - TOP - room * (place + 0.5)
        yield _text(LYING_LEFT - 4, y - 2, label, "end")
        yield _text(WIDTH - 2, y - 2, f"{_said(figure)} {plot.unit}", "end")
        if figure.low > 0:
            yield Line(x(figure.low), y, x(figure.high), y, strokeColor=BAR, strokeWidth=2)
            yield _block(x(figure.typical) - 1, y - 3, 2, 6, INK)


def _axis(*values: float) -> tuple[float, float, float]:
    """Both ends and the step of an axis with 0 and a few round numbers."""
    low, high = min(0.0, *values), max(0.0, *values)
    rough = (high - low) / 4 or 0.25
    power = 10.0 ** floor(log10(rough))
    step = next(each * power for each in STEPS if each * power >= rough * 0.999)
    return floor(low / step) * step, max(step, ceil(high / step) * step), step


def _short(label: str) -> str:
    """A day without its year, which the heading has."""
    return label[5:] if len(label) > len("2026-11") else label


def _said(figure: Figure) -> str:
    low, typical, high = (rounded(value, 3) for value in (figure.low, figure.typical, figure.high))
    return f"{typical} ({low}–{high})"


def _block(x: float, y: float, wide: float, tall: float, color: Color) -> Rect:
    block = Rect(x, y, wide, tall)
    block.fillColor, block.strokeColor = color, None
    return block


def _text(x: float, y: float, text: str, anchor: Anchor) -> String:
    return String(x, y, text, fontName="Helvetica", fontSize=SMALL, fillColor=INK,
                  textAnchor=anchor)  # fmt: skip
