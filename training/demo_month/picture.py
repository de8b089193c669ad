"""The plots of an impact report as a PNG, the same shapes that its PDF draws."""

from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from reportlab.graphics.shapes import Line, Rect, Shape, String
from reportlab.lib.colors import Color

from valuation.receipts.impact_plots import HEIGHT, WIDTH, drawing
from valuation.receipts.impact_sheet import ImpactSheet, Plot

COLUMNS, TITLE, HEADING, POINTS_AN_INCH = 2, 16.0, 14.0, 72
PIXELS = 1600  # twice the width that a page shows it at
TEXT = 7.0  # points of 500 across: the PDF's 6 are too small on a screen
ANCHORS = {"start": "left", "middle": "center", "end": "right"}


def picture(sheet: ImpactSheet, out: Path) -> None:
    """Write the plots two by two; the same sheet gives the same bytes."""
    rows = -(-len(sheet.plots) // COLUMNS)
    wide, tall = COLUMNS * WIDTH, rows * (HEIGHT + HEADING) + TITLE
    figure = Figure(figsize=(wide / POINTS_AN_INCH, tall / POINTS_AN_INCH), facecolor="white")
    FigureCanvasAgg(figure)
    (_, devices), *_ = sheet.facts
    marks = (mark.en for mark in sheet.marks)
    said = " · ".join([sheet.period, f"{devices} devices", *marks, "lines: low to high"])
    figure.text(6 / wide, 1 - TITLE / tall, said, fontsize=TEXT + 1, va="bottom")
    for place, plot in enumerate(sheet.plots):
        row, column = divmod(place, COLUMNS)
        bottom = tall - TITLE - (row + 1) * (HEIGHT + HEADING)
        box = (column * WIDTH / wide, bottom / tall, WIDTH / wide, (HEIGHT + HEADING) / tall)
        _draw(figure.add_axes(box), plot)
    dots = PIXELS * POINTS_AN_INCH / wide
    figure.savefig(out, dpi=dots, metadata={"Software": None})


def _draw(axes: Axes, plot: Plot) -> None:
    axes.set(xlim=(0, WIDTH), ylim=(0, HEIGHT + HEADING))
    axes.set_axis_off()
    heading = f"{plot.heading.en}, {plot.unit}"
    axes.text(6, HEIGHT + HEADING / 3, heading, fontsize=TEXT + 1, fontweight="bold")
    for order, shape in enumerate(drawing(plot).contents):
        _add(axes, shape, order)


def _add(axes: Axes, shape: Shape, order: int) -> None:
    match shape:
        case Line():
            ends = ([shape.x1, shape.x2], [shape.y1, shape.y2])
            color, width = _rgb(shape.strokeColor), shape.strokeWidth
            line = Line2D(*ends, color=color, linewidth=width, zorder=order)
            axes.add_line(line).set_solid_capstyle("butt")
        case Rect():
            corner, color = (shape.x, shape.y), _rgb(shape.fillColor)
            block = Rectangle(corner, shape.width, shape.height, color=color, zorder=order)
            axes.add_patch(block).set_linewidth(0)
        case String():
            axes.text(shape.x, shape.y, shape.text, fontsize=TEXT, ha=ANCHORS[shape.textAnchor],
                      color=_rgb(shape.fillColor))  # fmt: skip
        case _:
            raise TypeError(f"the picture does not draw {type(shape).__name__} yet")


def _rgb(color: Color | None) -> tuple[float, float, float]:
    assert color is not None  # noqa: S101 -- every shape of the plots has its colour
    return color.red, color.green, color.blue
