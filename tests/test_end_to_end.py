"""Sales in, a quote out: the main job in seconds, from the demo market and from foreign files."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from random import Random

import httpx
import openpyxl
import pytest

from tests.databases import Databases
from tests.training.small_run import demo_sales, imported, trained
from tests.web.answers import make_body
from tests.web.running import running
from training.loading import load_dataset
from training.pipeline import Trained
from training.sales import Imported
from valuation.features import EPOCH
from valuation.price_model.champions import Champion, ModelStore
from valuation.settings import Settings
from valuation.web.self_schemas import FullBundleOut

DEMO_SALES = 3000


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Imported, Trained, Path]:
    """A bundle trained on a small demo market."""
    folder = tmp_path_factory.mktemp("demo")
    (sales,), _ = imported(demo_sales(folder, sales=DEMO_SALES), "demo_cn", folder / "sales")
    return sales, trained(sales, folder / "models"), folder


def served(
    trained_bundle: Trained, models: Path, folder: Path, database_url: str
) -> Iterator[httpx.Client]:
    market = trained_bundle.model.market
    ModelStore(models).point(Champion(market, trained_bundle.digest, 1))
    environment = {
        "TRADEIN_MODELS": str(models),
        "DATABASE_URL": database_url,
        "TRADEIN_UNIT_KEY_FILE": str(folder / "unit.key"),
        "TRADEIN_TAC": str(folder / "tac.csv"),
    }
    with running(Settings.from_environment(environment)) as client:
        yield client


@pytest.fixture(scope="module")
def client(
    demo: tuple[Imported, Trained, Path],
    databases: Databases,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[httpx.Client]:
    """A service on that bundle."""
    _, bundle, folder = demo
    yield from served(bundle, folder / "models", tmp_path_factory.mktemp("shop"), databases.fresh())


def test_demo_sales_lead_to_an_offer_whose_lines_add_up(client: httpx.Client) -> None:
    quote = client.post("/v1/quotes", json=make_body()).raise_for_status().json()
    assert quote["outcome"] == "offer"
    assert quote["data"] == "demo"
    assert quote["disposition"]["flag"] == "resale"
    amounts = [line["amount"]["amount"] for line in quote["lines"]]
    assert sum(amounts) == quote["offer"]["amount"] > 0


def test_each_priced_answer_that_worsens_lowers_the_offer(client: httpx.Client) -> None:
    offers = []
    for grade in ("A", "B", "C", "D", "E"):
        body = make_body(cosmetic_grade=grade)
        offers.append(client.post("/v1/quotes", json=body).json()["offer"]["amount"])
    assert offers == sorted(offers, reverse=True)
    assert offers[0] > offers[-1]


def test_the_bundle_beats_the_look_up_and_keeps_its_interval(
    demo: tuple[Imported, Trained, Path],
) -> None:
    overall = demo[1].evaluation.overall
    assert overall.ours is not None
    assert overall.baseline is not None
    assert overall.interval is not None
    assert overall.ours.log_mae < overall.baseline.log_mae
    assert 0.65 < overall.interval.coverage < 0.95


def test_the_checks_of_a_fresh_bundle_pass(demo: tuple[Imported, Trained, Path]) -> None:
    checks = demo[1].checks
    assert checks.monotone_violations == 0
    assert checks.golden is True
    assert checks.parity is True
    assert checks.levels is not None
    assert checks.levels.of > 2_000, "the whole catalogue is priced, not what was sold alone"
    assert checks.sellers is not None
    assert (checks.sellers.found, checks.sellers.of > 10) == (0, True)


def test_the_card_tells_how_good_it_is_for_device_models_that_nobody_sold(
    demo: tuple[Imported, Trained, Path],
) -> None:
    support = demo[1].card.partition("### By support")[2].partition("###")[0]
    rows = [line.split("|") for line in support.splitlines()]
    held_out = next(row for row in rows if "device models held out whole" in "".join(row[:2]))
    assert int(held_out[2].replace(",", "")) > DEMO_SALES / 2
    assert held_out[3].strip().endswith("%"), "its error is measured"
    assert held_out[9].strip(), "and its coverage bounded"


def test_the_service_says_when_the_market_last_sold_and_how_often_the_intervals_held(
    demo: tuple[Imported, Trained, Path], client: httpx.Client
) -> None:
    sales, bundle, _ = demo
    last = EPOCH + timedelta(days=float(load_dataset([sales.path]).sold_on.max()))
    told = client.get("/v1/bundle").json()
    assert told["last_sale"] == last.isoformat()
    assert told["fitted_until"] < told["last_sale"]
    assert bundle.evaluation.overall.interval is not None
    assert told["coverage"]["measured"] == bundle.evaluation.overall.interval.coverage
    assert told["coverage"]["target"] == 0.8
    FullBundleOut.model_validate(client.get("/v1/bundle?detail=full").json())


def test_the_same_sales_parameters_and_seed_give_the_same_digest(
    demo: tuple[Imported, Trained, Path], tmp_path: Path
) -> None:
    sales, first, _ = demo
    assert trained(sales, tmp_path).digest == first.digest


def chinese_shop(path: Path) -> None:
    """A few hundred rows of our own making in the shape of a Chinese shop's sheet."""
    random, sheet = Random(1), openpyxl.Workbook()
    page = sheet.active
    assert page is not None
    page.append(
        [
            "品牌",
            "型号",
            "网络",
            "成色",
            "内存（GB）",
            "存储（GB）",
            "颜色",
            "原价（元）",
            "现价（元）",
        ]
    )
    for _ in range(400):
        model, launch = random.choice(
            [("iPhone 12", 6299), ("iPhone 13", 5999), ("iPhone 11", 5499)]
        )
        grade, loss = random.choice([("99成新", 0.0), ("95成新", 0.1), ("9成新", 0.2)])
        storage = random.choice([128, 256])
        price = launch * 0.5 * (1 - loss) * (1 + storage / 2560) * random.uniform(0.93, 1.07)
        page.append(["苹果", model, "5G全网通", grade, 4, storage, "黑色", launch, round(price)])
    sheet.save(path)


def vietnamese_ads(path: Path) -> None:
    """The same in the shape of Vietnamese classified ads."""
    random = Random(2)
    head = "listing_id,listed_on,price,brand,model,capacity,condition,origin,warranty,color,"
    lines = [head + "region,is_company,seller"]
    for number in range(500):
        model, price = random.choice([("iPhone 12", 300), ("iPhone 13", 420), ("iPhone XR", 160)])
        asked = price * random.uniform(0.85, 1.15)
        day = 16 + number % 7
        lines.append(
            f"{number},2024-10-{day},{asked:.2f},Apple,{model},128,used,vietnam,expired,black,"
            f"hanoi,{random.choice(['True', 'False'])},{number % 90}"
        )
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def singapore_offers(path: Path) -> None:
    """The same in the shape of a list of trade-in offers."""
    random = Random(3)
    lines = ["Country,Device Type,Brand,Model,Capacity,Condition,Value Type,Currency,Value,"
             "Source,Updated on"]  # fmt: skip
    worth = {"Flawless": 1.0, "Good": 0.9, "Damaged": 0.45}
    for _ in range(500):
        model, price = random.choice([("iPhone 12", 300), ("iPhone 13", 420), ("iPhone 11", 200)])
        grade, size = random.choice(list(worth)), random.choice(["128GB", "256GB"])
        value = price * worth[grade] * random.uniform(0.9, 1.1) * (1.1 if size == "256GB" else 1)
        lines.append(
            f"Singapore,Smartphone,Apple,{model},{size},{grade},Trade-in,SGD,{value:.1f},"
            f"Shop{random.randint(1, 3)},2025-05-{random.randint(1, 30):02}"
        )
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("mapping", "write", "name", "market", "outcome"),
    [
        ("cn_phones", chinese_shop, "prices.xlsx", "cn-cny-shop-real", "offer"),
        ("vn_listings", vietnamese_ads, "ads.csv", "vn-usd-asking-real", "offer"),
        ("sea_trade_in", singapore_offers, "offers.csv", "sg-sgd-trade-in-real", "value-only"),
    ],
)
def test_a_foreign_file_trains_and_quotes(
    mapping: str, write: Callable[[Path], None], name: str, market: str, outcome: str,
    tmp_path: Path, database_url: str,
) -> None:  # fmt: skip
    write(tmp_path / name)
    (sales,), report = imported(tmp_path / name, mapping, tmp_path / "models" / "sales")
    assert report.share_kept > 0.9
    assert sales.market.slug == market
    bundle = trained(sales, tmp_path / "models")
    for client in served(bundle, tmp_path / "models", tmp_path, database_url):
        quote = client.post("/v1/quotes", json=make_body()).raise_for_status().json()
        assert (quote["market"], quote["outcome"]) == (market, outcome)
        assert quote["data"] == "real"
