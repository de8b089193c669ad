"""End to end under any margin, lock and rounding step: a worse answer never pays more."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.desks import make_desk, paid, quoted
from tests.domain.making import make_answers, random_answers, random_margin
from tests.factories import VARIANTS
from tests.price_model.making import champion_of
from tests.tables.making import copy_shipped
from tests.tables.margins import own_margin_table
from training.monotone_pairs import ladders_of, pairs_of
from valuation.domain.answers import complete
from valuation.domain.device import Category
from valuation.domain.margin import Margin
from valuation.domain.quote import LOCKS, Offer
from valuation.quotes.quoting import Desk
from valuation.tables.book import SHIPPED, load_book

STEPS = (1, 7, 10, 1_000, 100_000)


@pytest.fixture(scope="module")
def desk(models: Path) -> Desk:
    return make_desk(models, champion_of(models))


def rows_of(margin: Margin) -> list[str]:
    """The rows of a merchant's table that make the margin."""
    first, *tiers = margin.tiers
    amounts = {"fixed": margin.fixed, "floor": margin.floor, "ceiling": margin.ceiling}
    return [
        f"margin,,{first.share},basis points,x",
        *(f"margin_tier,{tier.start}/CNY,{tier.share},basis points,x" for tier in tiers),
        *(
            f"margin_{name},CNY,{amount},minor units,x"
            for name, amount in amounts.items()
            if amount is not None
        ),
    ]


def under(desk: Desk, *, margin: Margin, step: int) -> Desk:
    """The desk where the merchant ``shop`` has this margin and offers are whole steps."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        own_margin_table(folder, "shop", *rows_of(margin))
        if step != 10:
            copy_shipped(folder, "policy", lambda t: t.replace("step,CNY,10,", f"step,CNY,{step},"))
        return replace(desk, book=load_book(SHIPPED, folder))


@given(st.integers(0, 2**32), st.sampled_from(LOCKS), st.sampled_from(STEPS))
@settings(max_examples=25, deadline=None)
def test_no_worse_answer_and_none_left_out_raises_an_offer(
    desk: Desk, seed: int, lock: int, step: int
) -> None:
    random = Random(seed)
    desk = under(desk, margin=random_margin(random), step=step)
    silent, rng = complete(given={}, category=Category.PHONE), np.random.default_rng(seed)
    variant = random.choice(VARIANTS)
    for pair in (*ladders_of(silent), *pairs_of(silent, rng, 10)):
        better, worse = (
            paid(quoted(desk, variant, it, lock=lock)) for it in (pair.better, pair.worse)
        )
        assert worse <= better, f"{variant}: {pair.step}"


@given(st.integers(0, 2**32), st.sampled_from(STEPS))
@settings(max_examples=25, deadline=None)
def test_a_longer_lock_never_pays_more_and_the_lines_sum(desk: Desk, seed: int, step: int) -> None:
    random = Random(seed)
    desk = under(desk, margin=random_margin(random), step=step)
    variant, answers = random.choice(VARIANTS), random_answers(random, Category.PHONE)
    quotes = [quoted(desk, variant, answers, lock=lock) for lock in LOCKS]
    assert all(paid(later) <= paid(sooner) for sooner, later in pairwise(quotes))
    for quote in quotes:
        assert paid(quote) % step == 0
        if isinstance(quote.outcome, Offer):
            assert sum(line.amount for line in quote.lines) == quote.outcome.amount


def test_what_is_drawn_is_paid_under_different_margins(desk: Desk) -> None:
    """Offers that are nothing throughout would hold every promise."""
    offers = [
        paid(quoted(under(desk, margin=random_margin(Random(seed)), step=1), VARIANTS[1],
                    make_answers()))
        for seed in range(20)
    ]  # fmt: skip
    assert len(set(offers)) > 10
    assert sum(offer > 0 for offer in offers) > 10
