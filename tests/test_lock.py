"""An offer that is held until the device is handed over, through ``Desk.quote``."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

import numpy as np
import orjson
import pytest

from tests.desks import make_desk, paid, quoted
from tests.domain.making import PRICED, make_answers, random_answers
from tests.factories import AS_OF, VARIANTS
from tests.fakes import NOON
from tests.price_model.making import champion_of
from tests.test_residual_values import known_until, older
from training.monotone_pairs import pairs_of
from valuation.domain.answers import CompletedAnswers, complete
from valuation.domain.device import Category
from valuation.domain.explanation import Basis
from valuation.domain.questions import BEST, Known
from valuation.domain.quote import LOCKS, Offer, Quote, UnknownLock
from valuation.quotes.documents import canonical, customer_view
from valuation.quotes.priced_quote import OUTLOOK, ROW_BUDGET
from valuation.quotes.quoting import Desk
from valuation.quotes.replaying import asked_of

PHONE = VARIANTS[1]
FLAWED = make_answers(display_works="cracked", cosmetic_grade="C", battery_health=80)


@pytest.fixture(scope="module")
def desk(models: Path) -> Desk:
    return make_desk(models, champion_of(models))


def random_quotes(desk: Desk, count: int, lock: int) -> Iterator[Quote]:
    random = Random(21)
    for number in range(count):
        answers = random_answers(random, Category.PHONE)
        yield quoted(desk, VARIANTS[number % 5], answers, lock=lock)


def both(desk: Desk) -> tuple[Desk, Desk]:
    """A market whose sales tell how devices age, and one whose do not."""
    return desk, known_until(desk, AS_OF - timedelta(days=1))


def test_a_locked_offer_is_that_of_a_device_as_much_older(desk: Desk) -> None:
    for answers in (make_answers(), FLAWED):
        for lock in LOCKS:
            then = quoted(older(desk, lock), PHONE, answers)
            assert quoted(desk, PHONE, answers, lock=lock).outcome == then.outcome


def test_a_longer_lock_never_pays_more_and_costs_something(desk: Desk) -> None:
    for asked in both(desk):
        for quotes in zip(*(random_quotes(asked, 25, lock) for lock in LOCKS), strict=True):
            offers = [paid(quote) for quote in quotes]
            assert all(longer <= shorter for shorter, longer in pairwise(offers))
        assert paid(quoted(asked, PHONE, make_answers(), lock=14)) < paid(
            quoted(asked, PHONE, make_answers())
        )


@pytest.mark.parametrize("lock", LOCKS)
def test_under_no_lock_does_a_worse_answer_or_silence_pay_more(desk: Desk, lock: int) -> None:
    silent, rng = complete(given={}, category=Category.PHONE), np.random.default_rng(6)
    for asked in both(desk):
        for pair in pairs_of(silent, rng, 40):
            better, worse = (
                paid(quoted(asked, PHONE, it, lock=lock)) for it in (pair.better, pair.worse)
            )
            assert worse <= better, pair.step


def test_the_lock_is_a_line_of_its_own_before_the_rounding(desk: Desk) -> None:
    for asked, basis in zip(both(desk), (Basis.SALES, Basis.TABLE), strict=True):
        for quote in random_quotes(asked, 25, 14):
            if isinstance(quote.outcome, Offer):
                assert sum(line.amount for line in quote.lines) == quote.outcome.amount
                lock, rounding = quote.lines[-2:]
                assert (lock.code, lock.basis, rounding.code) == ("lock", basis, "rounding")
                assert lock.amount <= 0
    assert "lock" not in [line.code for line in quoted(desk, PHONE, FLAWED).lines]


def test_the_lines_of_the_answers_are_those_without_a_lock(desk: Desk) -> None:
    plain, held = (quoted(desk, PHONE, FLAWED, lock=lock).lines for lock in (0, 14))
    assert held[:-2] == plain[:-1]


def test_a_locked_quote_asks_for_no_more_rows_than_its_budget(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    own = type(desk.model).price_many

    def counting(model: object, rows: list[object], *, guarantee: float) -> object:
        asked.append(len(rows))
        return own(model, rows, guarantee=guarantee)  # type: ignore[arg-type]

    monkeypatch.setattr(type(desk.model), "price_many", counting)
    for _ in random_quotes(desk, 100, 14):
        pass
    assert max(asked) <= ROW_BUDGET


@pytest.mark.parametrize("lock", LOCKS)
def test_where_sales_taught_every_answer_the_budget_holds_too(desk: Desk, lock: int) -> None:
    random, appraiser = Random(22), desk._appraiser(AS_OF, "shop", beside=False)
    inputs = asked_of(orjson.loads(canonical(documented(desk, FLAWED, lock))))
    for _ in range(100):
        answers = random_answers(random, Category.PHONE)
        pricing = appraiser.pricing(replace(inputs, answers=answers))
        assert pricing is not None
        taught = {question: Known(0, BEST[question]) for question in PRICED}
        plan = replace(pricing, tariff=replace(pricing.tariff, taught=taught)).plan()
        assert {days for days, _ in plan.rows} == {0, lock, *OUTLOOK}
        assert len(plan.rows) <= ROW_BUDGET


@pytest.mark.parametrize(("lock", "open_days"), [(0, 7), (7, 7), (14, 14)])
def test_an_offer_can_be_accepted_on_every_day_of_its_lock(
    desk: Desk, lock: int, open_days: int
) -> None:
    quote = quoted(desk, PHONE, make_answers(), lock=lock)
    assert quote.valid_until == NOON + timedelta(days=open_days)


def test_an_offer_is_not_held_for_other_days(desk: Desk) -> None:
    with pytest.raises(UnknownLock, match="0, 7, 14 days, not 5"):
        quoted(desk, PHONE, make_answers(), lock=5)


def documented(desk: Desk, answers: CompletedAnswers, lock: int) -> dict[str, object]:
    quote = quoted(desk, PHONE, answers, lock=lock)
    return desk._appraiser(AS_OF, "shop", beside=False).document(quote)


def test_the_document_keeps_the_lock_and_a_replay_asks_for_it_again(desk: Desk) -> None:
    for lock in LOCKS:
        document = orjson.loads(canonical(documented(desk, FLAWED, lock)))
        assert customer_view(document)["lock_days"] == document["lock_days"] == lock
        appraiser = desk._appraiser(AS_OF, "shop", beside=False)
        again = appraiser.document(appraiser.quote(asked_of(document)))
        assert canonical(again) == canonical(document)
