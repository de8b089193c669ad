"""Routes and flags against an oracle: hand-made cases, and a few dozen devices from end to end."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from tests.factories import VARIANTS
from tests.price_model.making import champion_of
from training.cli.demo_market import PARAMS
from training.demo_market import DemoFiles, load_params, simulate, write
from training.proof_disposition.figures import (
    Case,
    Truth,
    by_median,
    by_service,
    flagged,
    loss,
    more_lost,
    regret,
    tuned,
    under,
    wrong_routes,
)
from training.proof_disposition.market import (
    DemoMarket,
    OtherMarket,
    Sold,
    sampled,
    true_tariffs,
)
from training.proof_disposition.proof import US, Proof, Sizes, prove
from training.proof_disposition.report import to_json, to_markdown
from training.proof_disposition.sensitivity import put, scaled
from training.proof_disposition.service import Service, at_median, moved
from valuation.catalogue import Lookup, load_catalogue
from valuation.domain.disposition import Effect, Gate, Route, RouteValue
from valuation.domain.distribution import Distribution
from valuation.price_model.champions import ModelStore
from valuation.price_model.model import load_price_model
from valuation.tables.book import load_book, terms_of

AS_IS, FIX, PARTS, SCRAP = Route.AS_IS, Route.REFURBISH, Route.PARTS, Route.DISMANTLE
TODAY = date(2026, 11, 20)
LOCKED = Gate("activation_lock", 0, AS_IS, Effect.CLOSED, "locked", "Locked.", "有锁。")


def routes(as_is: int, parts: int, scrap: int, *, locked: bool = False) -> tuple[RouteValue, ...]:
    """Three routes worth so much; resale closed where the device is locked."""
    gates = (LOCKED,) if locked else ()
    return (
        RouteValue(AS_IS, as_is, as_is, as_is, 0, (), gates),
        RouteValue(PARTS, parts, parts, parts, 0, ()),
        RouteValue(SCRAP, scrap, scrap, scrap, 0, ()),
        RouteValue(Route.REFUSE, 0, 0, 0, 0, ()),
    )


def case(
    chosen: Route, told: tuple[int, int, int], true: tuple[int, int, int], *, locked: bool = False
) -> Case:
    known = routes(*true, locked=locked)
    return Case(
        id="S1",
        chosen=chosen,
        at_median=routes(*told, locked=locked),
        p50=told[0],
        true={Truth.SOLD: known, Truth.MEDIAN: known},
    )


# The service is right on the first two, resells a device that is worth more in parts (10 of 40
# lost) and takes apart one that should be resold (60 of 100 lost); the last is locked.
CASES = (
    case(AS_IS, (1000, 200, 5), (900, 180, 5)),
    case(PARTS, (20, 30, 5), (10, 25, 5)),
    case(AS_IS, (60, 30, 5), (30, 40, 5)),
    case(PARTS, (20, 40, 5), (100, 40, 5)),
    case(PARTS, (500, 50, 5), (500, 60, 5), locked=True),
)


def test_what_is_lost_is_the_oracles_value_less_that_of_the_chosen_route() -> None:
    found = loss(CASES, by_service, Truth.SOLD)
    assert found.best.tolist() == [900, 25, 40, 100, 60]
    assert found.lost.tolist() == [0, 0, 10, 60, 0]
    estimate = regret(found, np.random.default_rng(1))
    assert estimate.share == pytest.approx(70 / 1125)
    assert estimate.low == 0 < estimate.share < estimate.high
    wrong = {(each.chosen, each.best): each for each in wrong_routes(CASES, Truth.SOLD)}
    assert {pair: each.devices for pair, each in wrong.items()} == {
        (PARTS, AS_IS): 1,
        (AS_IS, PARTS): 1,
    }
    assert wrong[PARTS, AS_IS].share == 60 / 70
    assert more_lost(found, found, np.random.default_rng(1)).share == 0


def test_nothing_is_lost_where_the_prediction_is_the_truth() -> None:
    known = [replace(each, at_median=each.true[Truth.SOLD]) for each in CASES]
    assert not loss(known, by_median, Truth.SOLD).lost.any()


def test_recall_and_precision_of_a_confusion_made_by_hand() -> None:
    # Dismantled by both: the second and the locked; by the service alone: the fourth; by the
    # oracle alone: the third.
    found = flagged(CASES, by_service, Truth.SOLD)
    assert (found.both, found.chooser, found.oracle, found.neither) == (2, 1, 1, 1)
    assert found.recall is not None
    assert found.precision is not None
    assert (found.recall.share, found.precision.share) == (2 / 3, 2 / 3)
    assert found.recall.low < 2 / 3 < found.recall.high
    assert [each.gated for each in CASES] == [False] * 4 + [True]
    assert flagged(CASES[:1], by_service, Truth.SOLD).recall is None, "nothing to find"


def test_the_rule_is_tuned_to_lose_least_and_gates_bind_it() -> None:
    # Taking apart gains −720 on the first, +15 and −60 on the two at 20, +10 on the one at 60, 0 on
    # the locked: no threshold gains by the two at 20, and only with them the one at 60.
    assert tuned(CASES, Truth.SOLD) == 0
    # Without the fourth: +15 at 20, +25 in all at 60.
    others = [CASES[i] for i in (0, 1, 2, 4)]
    assert tuned(others, Truth.SOLD) == 61
    assert [under(61)(each) for each in CASES] == [AS_IS, PARTS, PARTS, PARTS, PARTS]
    assert [under(0)(each) for each in CASES] == [AS_IS] * 4 + [PARTS]


def test_the_median_told_as_certain_and_a_price_moved_by_its_half_width() -> None:
    said = Distribution((0.1, 0.5, 0.9), (6.0, 7.0, 7.4), 6.1)
    assert at_median(said).mean() == pytest.approx(said.quantile(0.5))
    assert moved(said, half_widths=-1).logs == pytest.approx((5.3, 6.3, 6.7))
    assert moved(said, half_widths=1).bound == pytest.approx(6.8)


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> tuple[DemoMarket, DemoFiles]:
    """The demo market of the tiny bundle's devices."""
    params = load_params(PARAMS)
    devices = [load_catalogue().device(variant) for variant in VARIANTS]
    demo = simulate(devices=devices, until=TODAY, sales=900, seed=4, params=params)
    return DemoMarket(demo, params), write(demo=demo, folder=tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def sold(market: tuple[DemoMarket, DemoFiles]) -> list[Sold]:
    made, files = market
    known = made.sold(files.sales_path, truth=files.truth_path)
    # The tiny bundle's sales knew no region.
    return [replace(each, record=replace(each.record, context={})) for each in known]


def test_as_it_is_a_device_truly_brings_what_it_was_sold_for(
    market: tuple[DemoMarket, DemoFiles], sold: list[Sold], models: Path
) -> None:
    made, _ = market
    model = load_price_model(ModelStore(models).bundle(champion_of(models)))
    tables = load_book().tables(TODAY)
    tariffs = true_tariffs(terms_of(tables=tables, market=model.market))
    few = [made.inspected(each) for each in sold[:40]]
    # Dead devices aside, an inspection reads the battery that some sales left out.
    on = [each.record.answers for each in few if each.record.answers["powers_on"]]
    assert all("battery_health" in answers for answers in on)
    assert any("battery_health" not in each.record.answers for each in sold[:40])
    quotes = Service(model, tables, Lookup(load_catalogue())).quotes([each.record for each in few])
    for each, quote in zip(few, quotes, strict=True):
        assert not isinstance(quote, str), quote
        true = made.true_routes(each, quote, tariffs)
        assert each.record.price is not None
        brings = {truth: it[0].parts[0] for truth, it in true.items()}
        assert brings[Truth.SOLD][1] == pytest.approx(each.record.price.amount, abs=1)
        median = 100 * made.demo.median_yuan[each.place]
        assert brings[Truth.MEDIAN][1] == pytest.approx(median, abs=2)
        assert quote.disposition is not None
        closed = {it.route for it in quote.disposition.routes if not it.open}
        assert {it.route for it in true[Truth.SOLD] if not it.open} == closed


def test_another_simulation_is_refused(market: tuple[DemoMarket, DemoFiles]) -> None:
    made, files = market
    fewer = replace(made, demo=made.demo.take(np.arange(len(made.demo) - 1)))
    with pytest.raises(OtherMarket, match="make demo"):
        fewer.sold(files.sales_path, truth=files.truth_path)


@pytest.fixture(scope="module")
def proof(market: tuple[DemoMarket, DemoFiles], sold: list[Sold], models: Path) -> Proof:
    folder = ModelStore(models).bundle(champion_of(models))
    sizes = Sizes(devices=40, tuning=40, sensitivity=4)
    return prove(folder, market[0], sold, load_book(), today=TODAY, sizes=sizes)


def test_the_proof_routes_devices_that_no_fit_has_seen(proof: Proof, sold: list[Sold]) -> None:
    assert proof.fitted_until < proof.first
    assert proof.inspected.devices + proof.inspected.referred.total() == 40
    assert sum(proof.inspected.routes.values()) == proof.inspected.devices
    ours = proof.inspected.way(US, Truth.SOLD)
    assert 0 <= ours.regret.share < 1
    assert ours.all.devices == proof.inspected.devices
    assert ours.ungated.devices == proof.inspected.devices - proof.inspected.gated
    again = sampled(sold, 40, np.random.default_rng(1), wanted=lambda day: day > proof.fitted_until)
    assert len(again) == 40


def test_an_input_that_closes_resale_turns_every_route_and_flag(proof: Proof) -> None:
    turned = {(each.input, each.change): each for each in proof.turned}
    hazard = turned["battery_safety", "one step worse"]
    assert hazard.routes == hazard.flags == hazard.devices > 0
    assert turned["erasure", "one step worse"].routes == 0, "a condition, no gate"
    assert {"metal prices", "repair prices", "parts' shares", "price"} <= {k for k, _ in turned}


def test_the_figures_are_written_down(proof: Proof) -> None:
    told, data = to_markdown(proof), to_json(proof)
    assert "DEMO DATA" in told
    assert proof.digest[:12] in told
    assert data["holds"] is proof.holds
    assert len(told.splitlines()) > 40


def test_a_table_with_one_figure_changed() -> None:
    tables = load_book().tables(TODAY)
    half = scaled(tables["metal-prices"], "price", Decimal("0.5"))
    gold = [row.decimal("price") for row in (half.rows[0], tables["metal-prices"].rows[0])]
    assert gold[0] * 2 == gold[1]
    cheap = put(tables["handling"], "value", "low", lambda row: row.text("cost") == "selling")
    for row, was in zip(cheap.rows, tables["handling"].rows, strict=True):
        assert row.text("value") == was.text("low" if row.text("cost") == "selling" else "value")
