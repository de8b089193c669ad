"""``python -m tests.month REPORT.pdf [DEVICES]``: make the month in a database of its own."""

import sys
import tempfile
from pathlib import Path

from tests.databases import SqliteFiles
from tests.factories import make_bundle
from tests.fakes import FakeClock, FakeEntropy
from tests.month.story import month
from tests.web.conftest import installation
from valuation.receipts.impact_page import impact_page
from valuation.receipts.impact_pdf import impact_pdf
from valuation.settings import Settings
from valuation.shop import open_shop
from valuation.use_cases.impact_report import report_sheet
from valuation.use_cases.impact_views import Asked, verify


def main(out: Path, devices: int) -> None:
    """Write the report and say whether the ledger is sound."""
    with tempfile.TemporaryDirectory() as folder:
        models = Path(folder, "bundles")
        make_bundle(models, seed=7)
        environment = installation(models, Path(folder), SqliteFiles(Path(folder)).fresh())
        settings, clock = Settings.from_environment(environment), FakeClock()
        shop = open_shop(settings, clock=clock, entropy=FakeEntropy())
        month(shop, clock, devices=devices)
        asked = Asked(merchant=None, first=None, last=None, zone=settings.time_zone)
        sheet = report_sheet(shop.engine, shop.archive, asked, data=None, now=clock())
        data = impact_pdf(sheet) if out.suffix == ".pdf" else impact_page(sheet).encode()
        out.write_bytes(data)
        print("sound" if verify(shop).sound else "NOT SOUND", *sheet.facts, sep="\n")
        shop.engine.dispose()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 300)
