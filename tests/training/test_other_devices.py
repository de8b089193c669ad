"""Laptops by a mapping file alone: the one of docs/other-devices.md, on sales of our own making."""

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.desks import make_desk, paid
from tests.fakes import NOON, FakeClock, FakeEntropy
from tests.quotes.settling import show
from tests.quotes.telling import Till
from tests.training.small_run import TODAY, imported, small_params, trained
from tests.web.conftest import installation
from training.evaluating import held_against
from training.pipeline import Trained
from valuation.catalogue import Lookup, load_catalogue
from valuation.domain.device import Category
from valuation.domain.disposition import Route
from valuation.domain.impact_ledger import Span
from valuation.domain.moves import Step
from valuation.domain.questions import questions_for
from valuation.domain.quote import ENTROPY, Offer, Quote, Referral
from valuation.intake.mapping import Purpose
from valuation.intake.mapping_file import load_mapping
from valuation.intake.reading import read_records
from valuation.price_model.champions import Champion, ModelStore
from valuation.quotes.appraising import Appraiser
from valuation.quotes.documents import canonical
from valuation.quotes.quoting import Desk, QuoteRequest
from valuation.quotes.replaying import replayed
from valuation.settings import Settings
from valuation.shop import open_shop
from valuation.tables import readings
from valuation.use_cases.impact_views import Asked, entries_of, verify
from valuation.use_cases.issuing import issue
from valuation.use_cases.stock import Outcome, StockPricing

DOC = Path(__file__).parents[2] / "docs" / "other-devices.md"
HEAD = (
    "Hersteller,Modell,Arbeitsspeicher,SSD,Gewicht,Neupreis in Yuan,Zustand,Akku,verkauft am,Preis"
)
LINES = {"Lenovo ThinkPad T14": 8_000, "Lenovo IdeaPad 5": 4_200, "HP EliteBook 840": 8_800,
         "Apple MacBook Air": 7_500, "Apple MacBook Pro": 12_000, "Dell XPS 13": 9_500,
         "ASUS Zenbook 14": 5_600, "Acer Aspire 5": 3_600}  # fmt: skip
GRADES = {"wie neu": 1.0, "gut": 0.9, "gebraucht": 0.78, "stark gebraucht": 0.6}
SOLD: dict[str, Any] = {
    "brand": "LENOVO", "device": "Thinkpad  T14 gen-2", "ram_gb": 16.0, "storage_gb": 512.0,
}  # fmt: skip
GOOD: dict[str, object] = {
    "powers_on": "yes", "display_works": "yes", "functions_work": "yes", "cosmetic_grade": "B",
    "battery_health": 90, "activation_lock": "off", "mdm": "none", "block_list": "clear",
    "battery_safety": "normal", "erasure": "done",
}  # fmt: skip


def sold_laptops(path: Path) -> None:
    """Six hundred sales of 24 laptops that a formula and a die made."""
    random, lines = Random(8), [HEAD]
    for _ in range(600):
        (maker, _, line), generation = (
            random.choice(list(LINES)).partition(" "),
            random.choice("123"),
        )
        new, (ram, ssd) = LINES[f"{maker} {line}"], random.choice([(8, 256), (16, 512)])
        grade, battery = random.choice(list(GRADES)), random.randint(60, 100)
        price = new / 5.5 * 0.3 * 1.25 ** int(generation) * GRADES[grade]
        price *= (1.25 if ssd == 512 else 1) * (0.7 + 0.3 * battery / 100)
        day = TODAY - timedelta(days=random.randrange(360))
        lines.append(
            f"{maker},{line} Gen {generation},{ram} GB,{ssd} GB,1.4 kg,{new},{grade},{battery},"
            f"{day:%d.%m.%Y},{price * random.uniform(0.94, 1.06):.0f}"
        )
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture(scope="module")
def laptops(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Trained]:
    """The list, its mapping and the bundle of them."""
    folder = tmp_path_factory.mktemp("laptops")
    found = re.search(r"```toml\n(.*?)```", DOC.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    (folder / "laptops.toml").write_text(found[1], encoding="utf-8")
    sold_laptops(folder / "laptops.csv")
    (sales,), report = imported(
        folder / "laptops.csv", str(folder / "laptops.toml"), folder / "models" / "sales"
    )
    assert report.share_kept == 1.0
    small = small_params()
    fewer = replace(
        small,
        boosters=replace(small.boosters, trees=20, learning_rate=0.3),
        direct=replace(small.direct, trees=20, learning_rate=0.3),
    )
    bundle = trained(sales, folder / "models", fewer)
    return folder / "laptops.csv", folder / "laptops.toml", bundle


@pytest.fixture(scope="module")
def desk(laptops: tuple[Path, Path, Trained]) -> Desk:
    return make_desk(laptops[0].parent / "models", laptops[2].digest)


def asked(
    desk: Desk, worse: dict[str, object] | None = None, **device: Any
) -> tuple[Quote, Appraiser]:
    answers = GOOD | (worse or {})
    request = QuoteRequest(answers=answers, **{"category": Category.LAPTOP, **device})
    return desk.quote(request, merchant="m", now=NOON, as_of=TODAY, entropy=bytes(range(ENTROPY)))


def test_it_beats_the_look_up_and_its_promises_hold(laptops: tuple[Path, Path, Trained]) -> None:
    sales, mapping, bundle = laptops
    assert bundle.checks.monotone_violations == 0
    assert bundle.checks.golden is True
    (held,) = held_against(
        sales=sales, mapping=load_mapping(str(mapping)), bundle=bundle.folder, market=None,
        store=ModelStore(sales.parent / "models"), params=small_params(),
        work=sales.parent / "work", today=TODAY,
    )  # fmt: skip
    assert held.referred == 0
    ours, look_up = held.evaluation.overall.ours, bundle.evaluation.overall.baseline
    assert ours is not None
    assert look_up is not None
    assert ours.log_mae < min(0.15, look_up.log_mae)


def test_what_was_sold_is_offered_a_price_and_nothing_else_is(desk: Desk) -> None:
    quote, appraiser = asked(desk, **SOLD)
    assert isinstance(quote.outcome, Offer)
    assert 300_00 < quote.outcome.amount < 1_100_00
    document = appraiser.document(quote)
    assert document["device"]["facts"]["weight_g"] == 1400  # type: ignore[index]
    assert replayed(canonical(document), lambda _: appraiser).same
    heavier, _ = asked(desk, **SOLD, weight_g=9000.0)
    assert heavier.outcome == quote.outcome, "what a till weighs moves no price"
    cases: list[tuple[dict[str, Any], str]] = [
        ({**SOLD, "storage_gb": 1024.0}, "unsold_device"),
        ({**SOLD, "device": "ThinkPad T14 Gen 4"}, "unsold_device"),
        ({**SOLD, "category": Category.WATCH}, "no_price_model"),
        ({"category": None, "device": "iPhone 13 128"}, "no_price_model"),
    ]
    for other, code in cases:
        outcome = asked(desk, **other)[0].outcome
        assert isinstance(outcome, Referral)
        assert outcome.code == code
    larger = asked(desk, **{**SOLD, "storage_gb": 1024.0})[0].outcome
    assert isinstance(larger, Referral)
    assert {variant for variant, _ in larger.suggestions} == {
        "lenovo/laptop/thinkpad-t14-gen-2/8gb-256gb",
        "lenovo/laptop/thinkpad-t14-gen-2/16gb-512gb",
    }  # fmt: skip


def test_its_routes_are_counted_at_a_laptops_figures(desk: Desk) -> None:
    quote, appraiser = asked(desk, {"display_works": "cracked"}, **SOLD)
    assert quote.disposition is not None
    routes = {each.route: dict(each.parts) for each in quote.disposition.routes}
    money = readings.Converter(readings.rates(appraiser.tables["exchange-rates"]), "SGD")
    test, work, screen, harvest, apart, give = (
        -money.minor(major=Decimal(yuan), currency="CNY") for yuan in (45, 60, 500, 50, 25, 15)
    )
    assert routes[Route.AS_IS]["test and erase"] == test
    assert routes[Route.REFURBISH]["refurbishing work"] == work
    assert routes[Route.REFURBISH]["repairs"] == screen
    assert routes[Route.PARTS]["harvesting work"] == harvest
    assert routes[Route.PARTS]["parts value"] > 0
    assert routes[Route.DISMANTLE]["dismantling work"] == apart
    assert routes[Route.DONATE] == {"nothing": 0, "test and erase": test, "handing over": give}


@pytest.mark.parametrize(
    "start", [{}, {"display_works": "cracked"}, {"functions_work": "no", "buttons_work": "no"}]
)
def test_no_worse_answer_raises_a_laptops_offer(desk: Desk, start: dict[str, object]) -> None:
    given = {**GOOD, **start}
    for question in questions_for(Category.LAPTOP):
        asked_now = all(given[it.parent] == it.answer for it in question.asked_when)
        if not asked_now or question.id in {"powers_on", *start}:
            continue
        levels = range(40, 101, 6) if question.percent else range(question.best + 1)
        amounts = [
            paid(asked(desk, {**start, question.id: question.value(level)}, **SOLD)[0])
            for level in levels
        ]
        assert amounts == sorted(amounts), (question.id, amounts)


def test_a_value_list_goes_through_the_mapping_of_the_sales(
    laptops: tuple[Path, Path, Trained], desk: Desk
) -> None:
    sales, mapping, _ = laptops
    lines = sales.read_text(encoding="utf-8").splitlines()
    stock = sales.with_name("stock.csv")
    unsold = lines[1].replace(lines[1].split(",")[1], "Amiga 500")
    stock.write_text("\n".join([*lines[:4], unsold]) + "\n", encoding="utf-8")
    appraiser = Appraiser(desk.model, desk.book.tables_of("m", TODAY))
    pricing = StockPricing(appraiser, Lookup(load_catalogue()), TODAY, "m", works=True)
    reading = read_records(
        path=stock, mapping=replace(load_mapping(str(mapping)), purpose=Purpose.STOCK)
    )
    rows = list(pricing.valuations(reading))
    assert [row.outcome for row in rows] == [Outcome.OFFER] * 3 + [Outcome.REFERRAL]
    assert rows[3].reason is not None
    assert rows[3].reason.startswith("unsold_device")


def test_a_laptop_that_went_its_way_is_counted_as_one(
    laptops: tuple[Path, Path, Trained], tmp_path: Path, database_url: str
) -> None:
    models, bundle = laptops[0].parent / "models", laptops[2]
    ModelStore(models).point(Champion(bundle.model.market, bundle.digest, 1))
    settings = Settings.from_environment(installation(models, tmp_path, database_url))
    shop = open_shop(settings, clock=FakeClock(), entropy=FakeEntropy())
    till, request = Till(shop), QuoteRequest(answers=GOOD, category=Category.LAPTOP, **SOLD)
    till.quotes.append(str(issue(shop, request, merchant=till.merchant, market=None)["id"]))
    for step in (Step.ACCEPT, Step.RECEIVE):
        till.step(step)
    inspected = till.step(Step.INSPECT)
    till.erase()
    show(till, inspected)
    till.step(Step.SETTLE)
    till.step(Step.COMPLETE)
    zone = ZoneInfo("Asia/Shanghai")
    (entry,) = entries_of(shop.engine, Asked(merchant=None, first=None, last=None, zone=zone))
    assert (entry.category, entry.weight_mg, entry.weighed) == ("laptop", 1_400_000, True)
    # Of 27 kg in a year of use the share that replaces a new one: 0.5 (0.2 to 0.8).
    assert entry.co2e_g == Span(5_400, 13_500, 21_600)
    assert verify(shop).sound
    shop.engine.dispose()
