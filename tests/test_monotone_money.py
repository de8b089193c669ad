"""End to end through ``Desk.quote``: a worse answer never pays more, and nearly always less."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import numpy as np
import orjson
import pytest

from tests.desks import make_desk, paid, quoted
from tests.domain.making import PRICED, make_answers, random_answers
from tests.factories import AS_OF, MARKET, VARIANTS, bundle_files, make_bundle
from tests.price_model.making import champion_of
from training.monotone_pairs import ladders_of, pairs_of
from training.proof_monotone import better_devices, proof_monotone
from valuation.domain.answers import CompletedAnswers, complete, with_answers
from valuation.domain.device import Category
from valuation.domain.disposition import FLAGS, Flag
from valuation.domain.questions import BY_ID, questions_for
from valuation.domain.quote import Indicative, Offer, Quote, ValueOnly
from valuation.price_model.bundle import write_bundle
from valuation.price_model.champions import ModelStore
from valuation.quotes.priced_quote import ROW_BUDGET
from valuation.quotes.quoting import Desk

DEVICES = 50
WANTED = 0.95


@pytest.fixture(scope="module")
def desk(models: Path) -> Desk:
    return make_desk(models, champion_of(models))


@pytest.fixture(scope="module")
def variants(desk: Desk) -> list[str]:
    """The bundle's own variants and others that it has never seen, dear enough to lose a step."""
    catalogue = desk.lookup.catalogue
    known = [
        v for v in catalogue.variants if (catalogue.device(v).facts.launch_price_cny or 0) > 4000
    ]
    return [
        *VARIANTS,
        *Random(2).sample(sorted(set(known) - set(VARIANTS)), DEVICES - len(VARIANTS)),
    ]


def category_of(desk: Desk, variant: str) -> Category:
    return desk.lookup.catalogue.device(variant).category


def resold(quote: Quote) -> bool:
    return quote.disposition is not None and FLAGS[quote.disposition.chosen.route] is Flag.RESALE


def singly_worse(
    category: Category, question: str
) -> Iterator[tuple[CompletedAnswers, CompletedAnswers]]:
    """Pairs that differ in one answer, everything else faultless, one level at a time.

    Battery health is held against a new one: once it is cheaper to replace, a weaker one costs the
    shop no more.
    """
    asked = BY_ID[question]
    base = make_answers(category, **(_faulty() if len(asked.asked_when) == 2 else {}))
    lower = range(90, -1, -10) if asked.percent else range(asked.best)
    for level in lower:
        better = base if asked.percent else with_answers(base, {question: level + 1})
        others = _levels(_all_well()) if question == "functions_work" else {}
        yield better, with_answers(base, {question: level, **others})


def _faulty() -> dict[str, object]:
    return {"functions_work": "no", **_all_well()}


def _all_well() -> dict[str, object]:
    return {q: "yes" for q in PRICED if len(BY_ID[q].asked_when) == 2}


def _levels(answers: dict[str, object]) -> dict[str, int]:
    return {question: BY_ID[question].level(value) for question, value in answers.items()}


def test_no_worse_answer_and_none_left_out_raises_an_offer(desk: Desk, variants: list[str]) -> None:
    rng = np.random.default_rng(4)
    for variant in variants:
        silent = complete(given={}, category=category_of(desk, variant))
        for pair in (*ladders_of(silent), *pairs_of(silent, rng, 20)):
            better, worse = (paid(quoted(desk, variant, it)) for it in (pair.better, pair.worse))
            assert worse <= better, f"{variant}: {pair.step}"


def test_the_ladders_go_through_every_answer_that_a_device_can_give() -> None:
    silent = complete(given={}, category=Category.PHONE)
    stepped = [pair.step for pair in ladders_of(silent) if pair.better.levels != pair.worse.levels]
    for question in questions_for(Category.PHONE):
        steps = [step for step in stepped if step.startswith(f"{question.id} ")]
        assert len(steps) == (10 if question.percent else question.best), question.id


@pytest.mark.parametrize("question", PRICED)
def test_a_worse_answer_lowers_the_offer_of_nearly_every_device_that_goes_to_resale(
    desk: Desk, variants: list[str], question: str
) -> None:
    lowered = [
        paid(worse) < paid(better)
        for variant in variants
        for better, worse in _quoted_pairs(desk, variant, question)
        if resold(better)
    ]
    assert len(lowered) > DEVICES / 2
    assert np.mean(lowered) >= WANTED


def _quoted_pairs(desk: Desk, variant: str, question: str) -> Iterator[tuple[Quote, Quote]]:
    category = category_of(desk, variant)
    if category not in BY_ID[question].categories:
        return
    for better, worse in singly_worse(category, question):
        yield quoted(desk, variant, better), quoted(desk, variant, worse)


@pytest.mark.parametrize("seed", range(5))
def test_more_storage_or_memory_never_pays_less(desk: Desk, seed: int) -> None:
    by_model: dict[str, list[str]] = {}
    for variant in VARIANTS:
        by_model.setdefault(variant.rpartition("/")[0], []).append(variant)
    answers = random_answers(Random(seed), Category.PHONE)
    for model in by_model:
        sizes = desk.lookup.catalogue.variants_of(model)
        plain = [v for v in sizes if not v.version]
        offers = [(v.storage_gb, v.ram_gb or 0, paid(quoted(desk, v.id, answers))) for v in plain]
        for storage, ram, offer in offers:
            assert all(o >= offer for s, r, o in offers if s >= storage and r >= ram)


def test_the_offer_once_everything_is_answered_lies_in_the_indicative_span(desk: Desk) -> None:
    random = Random(6)
    for variant in VARIANTS * 8:
        asked = quoted(desk, variant, random_answers(random, Category.PHONE))
        if isinstance(asked.outcome, Indicative) and asked.answers is not None:
            drawn = {q: random.randint(0, BY_ID[q].best) for q in asked.answers.missing}
            given = with_answers(asked.answers, drawn)
            if not given.given.keys() >= asked.answers.given.keys():
                continue  # an answer that was given would have to be taken back
            answered = quoted(desk, variant, given)
            assert asked.outcome.low <= paid(answered) <= asked.outcome.high


def test_a_quote_asks_for_no_more_rows_than_its_budget(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    own = type(desk.model).price_many

    def counting(model: object, rows: list[object], *, guarantee: float) -> object:
        asked.append(len(rows))
        return own(model, rows, guarantee=guarantee)  # type: ignore[arg-type]

    monkeypatch.setattr(type(desk.model), "price_many", counting)
    random = Random(8)
    for number in range(300):
        quoted(desk, VARIANTS[number % 5], random_answers(random, Category.PHONE))
    assert max(asked) <= ROW_BUDGET


def test_the_lines_of_a_served_offer_sum_to_it(desk: Desk) -> None:
    random = Random(9)
    for number in range(100):
        quote = quoted(desk, VARIANTS[number % 5], random_answers(random, Category.PHONE))
        if isinstance(quote.outcome, Offer):
            assert sum(line.amount for line in quote.lines) == quote.outcome.amount


def test_the_long_proof_finds_nothing_on_a_small_sample(models: Path) -> None:
    folder = ModelStore(models).bundle(champion_of(models))
    proof = proof_monotone(folder, 2, as_of=AS_OF, pairs=40)
    assert proof.pairs > 80
    assert proof.violations == []
    assert "0 of them raised the offer" in next(proof.lines())


def test_the_long_proof_prints_a_larger_variant_for_less_and_a_later_launch_for_less(
    tmp_path: Path,
) -> None:
    files = bundle_files(MARKET, 7)
    ladder = orjson.loads(files["ladder.json"])
    for term in ladder["terms"]:
        if term[2][0][0] in ("storage_gb", "age_days"):
            term[0] = -3 * term[0]
    spoiled = files | {"ladder.json": orjson.dumps(ladder), "golden.json": b"[]"}
    folder = write_bundle(files=spoiled, provenance={}, root=tmp_path)
    found = proof_monotone(folder, 5, as_of=AS_OF, pairs=1).violations
    assert any(
        it.startswith("apple/iphone/iphone-13/128gb: more memory, apple/iphone/iphone-13/256gb,")
        for it in found
    )
    assert any(": launched 365 days later pays" in it for it in found)
    assert not any("→" in it for it in found), "the answers are as they were"


def test_more_memory_or_a_later_launch_never_pays_less(desk: Desk, variants: list[str]) -> None:
    random, held = Random(11), Counter[str]()
    for variant in variants:
        device = desk.model.device(desk.lookup.catalogue.device(variant))
        answers = random_answers(random, device.category)
        worse = paid(quoted(desk, variant, answers))
        for what, asked, other in better_devices(desk, device):
            assert paid(quoted(asked, other, answers)) >= worse, f"{variant}: {what}"
            held[what.split()[0]] += 1
    assert held["more"] > 0
    assert held["launched"] >= DEVICES


def test_a_market_of_trade_in_prices_gets_a_value_that_every_worse_answer_lowers(
    tmp_path: Path,
) -> None:
    digest = make_bundle(tmp_path, market="cn-cny-trade-in-real")
    desk = make_desk(tmp_path, digest)
    sound = quoted(desk, VARIANTS[1], make_answers())
    assert sound.outcome == ValueOnly("no_sale_price")
    for worse in ({"sim_lock": "locked"}, {"battery_health": 80}, {"cosmetic_grade": "C"}):
        flawed = quoted(desk, VARIANTS[1], make_answers(**worse))
        assert sound.interval is not None
        assert flawed.interval is not None
        assert flawed.interval.p50 < sound.interval.p50
