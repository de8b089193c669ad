"""One picture: for each data set and split the errors of every method, and what they cover."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas

from training.benchmark.blocks import Block
from training.benchmark.measure import Figure
from training.benchmark.methods import METHODS, US
from training.benchmark.targets import name_of

PANELS = {
    "log_mae": "logMAE, less is better",
    "interval_score": "interval score (log price), less is better",
    "coverage": "coverage of the 80% interval",
}
# Colours that differ in lightness too (Okabe, Ito 2008).
OURS, THEIRS, LINE = "#0072B2", "#999999", "#444444"
INCHES_A_LINE, DOTS_PER_INCH = 0.17, 110


def draw(blocks: Sequence[Block], path: Path) -> None:
    """Write the picture as PNG; a row of panels for each block."""
    heights = [len(block.figures) for block in blocks]
    canvas = Canvas(
        figsize=(12, 1 + sum(INCHES_A_LINE * n + 0.6 for n in heights)), layout="constrained"
    )
    FigureCanvasAgg(canvas)
    grid = canvas.subplots(
        len(blocks), len(PANELS), squeeze=False, sharey="row", height_ratios=heights
    )
    for line, block in zip(grid, blocks, strict=True):
        for axes, name in zip(line, PANELS, strict=True):
            _panel(axes, block, name)
        line[0].set_title(name_of(block), loc="left", fontsize=9, fontweight="bold")
    for axes, title in zip(grid[-1], PANELS.values(), strict=True):
        axes.set_xlabel(title, fontsize=8)
    canvas.savefig(path, dpi=DOTS_PER_INCH, metadata={"Software": None})


def _panel(axes: Axes, block: Block, name: str) -> None:
    methods = [method for method in reversed(METHODS) if method in block.figures]
    for place, method in enumerate(methods):
        _dot(axes, place, block.figures[method][name], OURS if method == US else THEIRS)
    axes.set_yticks(np.arange(len(methods)), methods, fontsize=7)
    axes.tick_params(axis="x", labelsize=7)
    axes.grid(axis="x", color="#dddddd", linewidth=0.5)
    if name == "coverage":
        axes.axvline(0.8, color=LINE, linewidth=0.8)


def _dot(axes: Axes, place: int, figure: Figure, colour: str) -> None:
    if figure.bounds is not None:
        axes.plot([figure.bounds.low, figure.bounds.high], [place, place], color=colour)
    axes.plot([figure.value], [place], "o", color=colour, markersize=4)
