"""A handful of plots of a run, as PNG files; those of demo data say so in their titles."""

import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from training.dataset import Dataset
from training.evaluate import Evaluation, Segment, largest
from training.segments import DAYS_A_YEAR
from valuation.domain.market import Market, Provenance
from valuation.features import Floats

POINTS = 5000  # drawn at most, evenly spread over the rows
BARS = 6  # segments of a dimension, the largest
DOTS_PER_INCH = 110
# Colours that differ in lightness too (Okabe, Ito 2008).
OURS, LOOK_UP, LINE = "#0072B2", "#E69F00", "#444444"


def draw_plots(
    *, folder: Path, dataset: Dataset, log_quantiles: Floats, evaluation: Evaluation
) -> list[Path]:
    """Write every plot into the folder; ``log_quantiles`` as given to ``evaluate``, (n, 3)."""
    folder.mkdir(parents=True, exist_ok=True)
    filled = [
        segment
        for segments in evaluation.dimensions().values()
        for segment in largest(segments=segments, count=BARS)
        if segment.ours is not None
    ]
    plots: dict[str, Callable[[Axes], None]] = {
        "predicted-and-sold": lambda axes: _predicted(axes, dataset, log_quantiles),
        "coverage-by-segment": lambda axes: _coverage(axes, filled),
        "error-by-segment": lambda axes: _errors(axes, filled),
        "residual-by-age": lambda axes: _residuals(axes, dataset, log_quantiles),
    }
    heights = {"coverage-by-segment": len(filled), "error-by-segment": len(filled)}
    return [
        _save(folder / f"{name}.png", dataset.market, plot, bars=heights.get(name, 0))
        for name, plot in plots.items()
    ]


def _save(path: Path, market: Market, plot: Callable[[Axes], None], *, bars: int) -> Path:
    figure = Figure(figsize=(7, max(5.0, 1.5 + 0.22 * bars)), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    plot(axes)
    demo = " (DEMO DATA)" if market.provenance is Provenance.DEMO else ""
    axes.set_title(f"{market.slug}{demo}: {path.stem.replace('-', ' ')}", fontsize=10)
    with warnings.catch_warnings():
        # Without a font for a market's own words they show as boxes.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure.savefig(path, dpi=DOTS_PER_INCH, metadata={"Software": None})
    return path


def _predicted(axes: Axes, dataset: Dataset, log_quantiles: Floats) -> None:
    rows = _spread(len(dataset))
    predicted, sold = np.exp(log_quantiles[rows, 1]), dataset.price[rows]
    axes.loglog(sold, predicted, ".", color=OURS, markersize=3, alpha=0.4)
    if len(rows):
        ends = [float(sold.min()), float(sold.max())]
        axes.loglog(ends, ends, color=LINE, linewidth=1)
    axes.set_xlabel(f"price of the sale, {dataset.market.currency}")
    axes.set_ylabel(f"predicted median, {dataset.market.currency}")


def _coverage(axes: Axes, segments: list[Segment]) -> None:
    for position, segment in enumerate(segments):
        if segment.interval is None:
            continue
        axes.plot(segment.interval.coverage, position, "o", color=OURS, markersize=5)
        bounds = segment.coverage_bounds
        if bounds is not None:
            axes.plot([bounds.low, bounds.high], [position] * 2, color=OURS, linewidth=1.5)
    axes.axvline(0.8, color=LINE, linewidth=1, linestyle="--")
    axes.set_xlabel("share of sales inside the 80% interval; line: 95% by group bootstrap")
    _name_bars(axes, segments)


def _errors(axes: Axes, segments: list[Segment]) -> None:
    positions = np.arange(len(segments))
    ours = [s.ours.log_mae / 2 if s.ours else np.nan for s in segments]
    theirs = [s.baseline.log_mae / 2 if s.baseline else np.nan for s in segments]
    axes.barh(positions - 0.2, ours, height=0.4, color=OURS, label="price model")
    axes.barh(positions + 0.2, theirs, height=0.4, color=LOOK_UP, label="look-up table")
    axes.set_xlabel("pinball loss of the median, in log price")
    axes.legend()
    _name_bars(axes, segments)


def _residuals(axes: Axes, dataset: Dataset, log_quantiles: Floats) -> None:
    rows = _spread(len(dataset))
    days = dataset.columns.as_of - dataset.columns.first_sale
    residual = dataset.log_price - log_quantiles[:, 1]
    axes.plot(days[rows] / DAYS_A_YEAR, residual[rows], ".", color=OURS, markersize=3, alpha=0.4)
    axes.axhline(0, color=LINE, linewidth=1)
    axes.set_xlabel("years since the first sale of the device model")
    axes.set_ylabel("log(price / predicted median)")


def _name_bars(axes: Axes, segments: list[Segment]) -> None:
    names = [f"{s.dimension}: {s.value}" for s in segments]
    axes.set_yticks(range(len(segments)), names, fontsize=7, fontfamily=_fonts())
    axes.invert_yaxis()


def _fonts() -> list[str]:
    """The usual font, then the installed ones for Chinese words."""
    installed = {font.name for font in font_manager.fontManager.ttflist}
    return ["DejaVu Sans", *sorted(name for name in installed if "CJK" in name)]


def _spread(count: int) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    return np.unique(np.linspace(0, max(count - 1, 0), min(count, POINTS)).astype(np.intp))
