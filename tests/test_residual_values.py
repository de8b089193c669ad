"""What a quoted device will be worth: by sales while they tell, then by a table, never rising."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from tests.desks import make_desk, quoted
from tests.domain.making import make_answers, random_answers
from tests.factories import AS_OF, VARIANTS
from tests.price_model.making import champion_of
from tests.test_features import DEVICES, SPECIFICATION, aged
from valuation.domain.costs import left_after
from valuation.domain.device import Category
from valuation.domain.explanation import Basis
from valuation.domain.quote import Interval, Quote
from valuation.features import day_number
from valuation.price_model.ahead import Ahead, ahead
from valuation.quotes.priced_quote import OUTLOOK
from valuation.quotes.quoting import Desk

PHONE = VARIANTS[1]


@pytest.fixture(scope="module")
def desk(models: Path) -> Desk:
    return make_desk(models, champion_of(models))


def known_until(desk: Desk, day: date) -> Desk:
    """The desk with a price model that stops ageing devices on a day."""
    until = float(day_number(day) or 0)
    specification = replace(desk.model.specification, ages_until=until)
    return replace(desk, model=replace(desk.model, specification=specification))


def older(desk: Desk, days: int) -> Desk:
    """The desk to which the phone was launched so many days earlier, and its successor too."""
    device = aged(desk.model.device(desk.lookup.catalogue.device(PHONE)), days)
    devices = {**desk.model.devices, PHONE: device}
    return replace(desk, model=replace(desk.model, devices=devices))


def values(quote: Quote) -> Iterator[Interval]:
    """Today's value and the later ones."""
    assert quote.interval is not None
    yield quote.interval
    yield from (each.value for each in quote.residuals)


def figures(value: Interval) -> tuple[int, ...]:
    return value.p10, value.p50, value.p90, value.mean


def test_a_later_value_is_that_of_a_quote_for_a_device_as_much_older(desk: Desk) -> None:
    for answers in (make_answers(), make_answers(display_works="cracked", cosmetic_grade="C")):
        quote = quoted(desk, PHONE, answers)
        assert [each.days for each in quote.residuals] == list(OUTLOOK)
        for residual in quote.residuals:
            assert residual.basis is Basis.SALES
            assert residual.value == quoted(older(desk, residual.days), PHONE, answers).interval


@pytest.mark.parametrize("known", [None, -30, 0, 50, 91, 200, 400])
def test_no_figure_of_a_value_rises_with_the_days_and_none_stays_flat(
    desk: Desk, known: int | None
) -> None:
    random = Random(5)
    asked = desk if known is None else known_until(desk, AS_OF + timedelta(days=known))
    for number in range(20):
        answers = random_answers(random, Category.PHONE)
        quote = quoted(asked, VARIANTS[number % 5], answers)
        for sooner, later in pairwise(map(figures, values(quote))):
            assert all(a < b for a, b in zip(later, sooner, strict=True) if b > 100)


def test_a_worse_answer_never_raises_a_later_value(desk: Desk) -> None:
    asked = known_until(desk, AS_OF + timedelta(days=120))
    for better, worse in ((make_answers(), make_answers(cosmetic_grade="B")),
                          (make_answers(), make_answers(battery_health=70))):  # fmt: skip
        pairs = zip(*(values(quoted(asked, PHONE, it)) for it in (better, worse)), strict=True)
        assert all(low.p50 <= high.p50 and low.p10 <= high.p10 for high, low in pairs)


def test_after_the_last_day_that_sales_tell_of_the_table_takes_over(desk: Desk) -> None:
    quote = quoted(known_until(desk, AS_OF + timedelta(days=91)), PHONE, make_answers())
    months = {each.days: each for each in quote.residuals}
    assert [months[days].basis for days in OUTLOOK] == [Basis.SALES, Basis.TABLE, Basis.TABLE]
    low, typical, high = (7220, 7610, 8620)  # of an iPhone, in the shipped table
    for days in (182, 365):
        value, last = months[days].value, months[91].value
        for found, kept, before in (
            (value.p10, low, last.p10),
            (value.p50, typical, last.p50),
            (value.mean, typical, last.mean),
            (value.p90, high, last.p90),
        ):
            # Both are in whole fen after the same deductions; the order of rounding moves one.
            assert found == pytest.approx(
                left_after(amount=before, kept=kept, days=days - 91), abs=1
            )


def test_a_quote_whose_day_is_past_what_sales_tell_of_has_all_later_values_by_table(
    desk: Desk,
) -> None:
    quote = quoted(known_until(desk, AS_OF - timedelta(days=1)), PHONE, make_answers())
    assert {each.basis for each in quote.residuals} == {Basis.TABLE}


def test_a_device_that_is_referred_has_no_later_value(desk: Desk) -> None:
    quote = quoted(desk, "no such phone at all", make_answers())
    assert (quote.interval, quote.residuals) == (None, ())


@pytest.mark.parametrize(
    ("dated", "until", "found"),
    [
        (True, None, Ahead(182, 0)),
        (False, None, Ahead(0, 182)),  # undated sales
        (False, 200, Ahead(182, 0)),  # dated, over too short a time for a season
        (True, 182, Ahead(182, 0)),
        (True, 100, Ahead(100, 82)),
        (True, -5, Ahead(0, 182)),
    ],
)
def test_sales_tell_of_the_days_that_their_dates_reach(
    dated: bool, until: int | None, found: Ahead
) -> None:
    last = None if until is None else float((day_number(AS_OF) or 0) + until)
    specification = replace(SPECIFICATION, dated=dated, ages_until=last)
    assert ahead(days=182, device=DEVICES[0], as_of=AS_OF, specification=specification) == found


def test_of_a_device_whose_launch_nobody_knows_sales_tell_no_ageing() -> None:
    unknown = replace(DEVICES[0], facts=replace(DEVICES[0].facts, first_sale=None))
    assert ahead(days=91, device=unknown, as_of=AS_OF, specification=SPECIFICATION) == Ahead(0, 91)
