"""The card and the plots say what the data is and leave blank what was not measured."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from tests.training.samples import DEMO, NAN, REAL, make_checks, make_market, told
from training.checks import Checks, Finding
from training.evaluate import Evaluation, evaluate, with_held_out
from training.model_card import CardFacts, model_card
from training.plots import draw_plots
from valuation.domain.market import Market


@pytest.fixture(scope="module")
def evaluation() -> Evaluation:
    rng = np.random.default_rng(3)
    dataset, quantiles = make_market(rng)
    return evaluate(
        dataset=dataset, made=told(quantiles), baseline_log=np.full(len(dataset), 7.5),
        support=np.arange(len(dataset), dtype=np.float64) % 30, minimum=50, rng=rng,
    )  # fmt: skip


def make_facts(
    *, market: Market = DEMO, until: date | None = None, checks: Checks | None = None
) -> CardFacts:
    return CardFacts(
        market=market,
        data_digest="d" * 64,
        sales={"fit": 4_800, "calibration": 600, "test": 600},
        fitted_until=until,
        device_models_sold=40,
        taught=("cosmetic_grade",),
        checks=checks or make_checks(),
        run_note="a first run",
        parameters={"trees": 300},
        versions={"lightgbm": "4.6.0"},
    )


def test_a_card_of_demo_data_says_so_in_its_first_line(evaluation: Evaluation) -> None:
    assert "DEMO DATA" in model_card(evaluation=evaluation, facts=make_facts()).splitlines()[0]


def test_a_card_of_real_data_does_not_speak_of_demo_data(evaluation: Evaluation) -> None:
    card = model_card(evaluation=evaluation, facts=make_facts(market=REAL))
    assert card.startswith("# Price model of cn-cny-sold-real\n")
    assert "demo" not in card.lower()


def test_a_segment_with_too_few_sales_is_blank_in_the_card(evaluation: Evaluation) -> None:
    card = model_card(evaluation=evaluation, facts=make_facts())
    line = next(line for line in card.splitlines() if line.startswith("| 0 sales |"))
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    assert cells == ["0 sales", "20", *[""] * 9]


def test_what_was_not_tried_is_said_and_not_passed_over(evaluation: Evaluation) -> None:
    untried = Checks(NAN, None, parity=None, golden=None, levels=None, sellers=None)
    card = model_card(evaluation=evaluation, facts=make_facts(checks=untried))
    assert card.count("not tried") == 5
    assert "never saw: not measured" in card


def test_the_card_names_what_the_checks_found(evaluation: Evaluation) -> None:
    checks = make_checks(
        levels=Finding(40, 2_066, ("a phone at 2.00: less than the metal in it",)),
        sellers=Finding(1, 342, ("seller 534 sold an iphone 3 times at 0.38 of its price",)),
    )
    card = model_card(evaluation=evaluation, facts=make_facts(checks=checks))
    assert "40 of 2,066 device models at an absurd price (such as a phone at 2.00" in card
    assert "1 of 342 sellers with several sales of one deviate (such as seller 534" in card


def test_the_card_shows_device_models_held_out_whole_beside_the_bands_of_support() -> None:
    rng = np.random.default_rng(3)
    dataset, quantiles = make_market(rng)
    look_up, many = np.full(len(dataset), 7.5), np.full(len(dataset), 30.0)
    found = with_held_out(
        evaluate(
            dataset=dataset, made=told(quantiles), baseline_log=look_up, support=many,
            minimum=50, rng=rng,
        ),
        dataset=dataset, made=told(quantiles - 0.2), baseline_log=look_up, rng=rng,
    )  # fmt: skip
    card = model_card(evaluation=found, facts=make_facts())
    table = card.partition("### By support")[2].partition("###")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:]] for line in table.splitlines()[4:]]
    named = {row[0]: row[1:] for row in rows if row}
    held_out = named["0 sales: device models held out whole"]
    assert held_out[0] == named["more than 20 sales"][0] == "600"
    assert held_out[6].endswith("!"), "quantiles that are all too low do not cover"
    assert not named["more than 20 sales"][6].endswith("!")


@pytest.mark.parametrize(
    ("market", "warning"),
    [
        ("my-myr-trade-in-real", "margin would be taken twice"),
        ("vn-vnd-asking-real", "An offer, unless a dated table"),
        ("cn-cny-sold-demo", "Any payment to a real person"),
    ],
)
def test_the_card_warns_of_what_its_kind_of_price_is_not(
    evaluation: Evaluation, market: str, warning: str
) -> None:
    facts = make_facts(market=Market.from_slug(market))
    assert warning in model_card(evaluation=evaluation, facts=facts)


def test_the_card_tells_until_when_it_was_fitted(evaluation: Evaluation) -> None:
    card = model_card(evaluation=evaluation, facts=make_facts(until=date(2026, 9, 30)))
    assert "until 2026-09-30" in card
    assert "Prices long after 2026-09-30" in card


def test_the_same_facts_give_the_same_card(evaluation: Evaluation) -> None:
    cards = {model_card(evaluation=evaluation, facts=make_facts()) for _ in range(2)}
    assert len(cards) == 1


def test_the_plots_are_drawn_even_with_words_that_the_font_lacks(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    dataset, quantiles = make_market(rng)
    dataset.columns.context["channel"][:] = "二手市场"
    found = evaluate(
        dataset=dataset, made=told(quantiles), baseline_log=np.full(len(dataset), 7.5),
        support=np.full(len(dataset), 9.0), minimum=50, rng=rng,
    )  # fmt: skip
    drawn = draw_plots(
        folder=tmp_path / "plots", dataset=dataset, log_quantiles=quantiles, evaluation=found
    )
    assert [path.name for path in drawn] == [
        "predicted-and-sold.png", "coverage-by-segment.png", "error-by-segment.png",
        "residual-by-age.png",
    ]  # fmt: skip
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in drawn)
