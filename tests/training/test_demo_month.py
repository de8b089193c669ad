"""A month of the demo market in short: a dozen devices, from quotes to the report's picture."""

import struct
from datetime import timedelta
from pathlib import Path

from click.testing import CliRunner

from tests.fakes import NOON, FakeEntropy
from tests.web.conftest import installation
from training.demo_month.arriving import Arriving, declared
from training.demo_month.month import live
from training.demo_month.picture import PIXELS, picture
from training.demo_month.stores import STORES, Clock, stores_of
from training.demo_month.told import Fate
from training.demo_month.visit import Habits
from valuation.catalogue import load_catalogue
from valuation.cli.impact import impact
from valuation.domain.answers import Levels
from valuation.domain.disposition import Route
from valuation.domain.giving import Given
from valuation.domain.impact_totals import total
from valuation.domain.market import Provenance
from valuation.settings import Settings
from valuation.shop import open_shop
from valuation.use_cases.impact_report import report_sheet
from valuation.use_cases.impact_views import Asked, By, entries_of, view

PHONE = load_catalogue().device("apple/iphone/iphone-13/128gb")
GOOD = {"powers_on": 1, "display_works": 2, "functions_work": 1, "cosmetic_grade": 3,
        "battery_health": 88, "sim_lock": 1}  # fmt: skip
ANSWERS: tuple[Levels, ...] = (
    *([GOOD] * 8),
    GOOD | {"display_works": 1},
    GOOD | {"cosmetic_grade": 1},
    GOOD | {"activation_lock": 0},
    {"powers_on": 0, "cosmetic_grade": 1},
)


def test_a_month_is_quoted_settled_counted_and_drawn(
    models: Path, tmp_path: Path, database_url: str
) -> None:
    environment = installation(models, tmp_path, database_url)
    settings, clock = Settings.from_environment(environment), Clock(NOON)
    shop, end = open_shop(settings, clock=clock, entropy=FakeEntropy()), NOON + timedelta(days=30)
    arriving = [
        Arriving(NOON + timedelta(days=day), PHONE, declared(answers, PHONE), {})
        for day, answers in enumerate(ANSWERS)
    ]
    habits = Habits(declined=0.2, differs=0.6, goes_back=0.4, left=0.3)
    told = live(
        shop, clock, arriving, stores_of(shop, shop.entropy), until=end, seed=3, habits=habits
    )
    assert set(told.fates) == set(Fate) - {Fate.NO_OFFER}
    assert told.fates.total() == told.quotes == len(ANSWERS)
    assert told.gifts == dict.fromkeys(Given, 1)
    assert told.reversed.total() == 1
    assert {Route.AS_IS, Route.DISMANTLE} <= set(told.routes)

    asked = Asked(merchant=None, first=None, last=None, zone=settings.time_zone)
    assert total(entries_of(shop.engine, asked)).devices == told.outcomes
    verified = CliRunner().invoke(impact, ["verify"], env=environment)
    assert verified.stdout.startswith("SOUND")
    campuses = view(shop.engine, asked, by=By.CAMPUS).groups[Provenance.DEMO]
    assert STORES[-1][2] in campuses

    sheet = report_sheet(shop.engine, shop.archive, asked, data=None, now=end)
    shop.engine.dispose()
    for name in ("a.png", "b.png"):
        picture(sheet, tmp_path / name)
    drawn = (tmp_path / "a.png").read_bytes()
    assert drawn == (tmp_path / "b.png").read_bytes()
    assert struct.unpack(">I", drawn[16:20]) == (PIXELS,)


def test_what_a_sale_does_not_say_is_declared_good_and_the_data_are_still_there() -> None:
    levels = declared({"powers_on": 0, "activation_lock": 0}, PHONE)
    assert levels == {
        "powers_on": 0, "activation_lock": 0, "mdm": 1, "block_list": 1, "battery_safety": 2,
        "erasure": 1,
    }  # fmt: skip
