"""The impact report as one HTML file that needs nothing else and prints on one page."""

from pathlib import Path

from valuation.receipts.impact_sheet import TITLE, ImpactSheet
from valuation.receipts.sheet import both

TEMPLATE = Path(__file__).with_name("impact_page.html")


def impact_page(sheet: ImpactSheet) -> str:
    """The page; the same sheet gives the same text."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup
    from reportlab.graphics import renderSVG

    from valuation.receipts.impact_plots import drawing

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    plots = [
        # Ours from end to end: labels are escaped where the SVG is written.
        (plot, Markup(_shapes(renderSVG.drawToString(drawing(plot)))))  # noqa: S704
        for plot in sheet.plots
    ]
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    return template.render(sheet=sheet, plots=plots, title=TITLE, both=both)


def _shapes(svg: str) -> str:
    """Without the head that only a file of its own has."""
    return svg[svg.index("<svg") :]
