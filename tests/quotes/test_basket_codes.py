"""Which line gets a single-use code that is said for a whole basket."""

from dataclasses import replace
from itertools import permutations, product
from random import Random
from typing import Any

import pytest

from tests.domain.extra_making import make_campaign
from tests.fakes import NOON
from tests.quotes.telling import Till, amount_of
from valuation.domain.extra_terms import Kind, Needs
from valuation.domain.extras import Claim, ExtraTerms
from valuation.domain.market import Market
from valuation.quotes.appraising import asking_of
from valuation.quotes.replaying import asked_of
from valuation.shop import Shop
from valuation.use_cases.basket_codes import MOST_SUMS, SaidForAll, TooManyCodes, placed

DAY = NOON.date()


@pytest.fixture
def quotes(shop: Shop) -> list[Any]:
    """Three quotes, dearer and dearer."""
    till = Till(shop)
    return sorted((till.quote(cosmetic_grade=grade) for grade in "BCD"), key=amount_of)


def said(*campaigns: Any) -> SaidForAll:
    rows = [
        make_campaign(id_, needs=Needs.CODE, since=DAY, until=DAY, **changes)
        for id_, changes in campaigns
    ]
    return SaidForAll(
        ExtraTerms(tuple(rows), ()), (), (), {Claim(row.id, row.id): row.id for row in rows}
    )


def lines_of(said: SaidForAll, quotes: list[Any]) -> dict[str, int]:
    """By code the amount of the quote that it was placed on, the same in whatever order."""
    found = [
        {
            code: amount_of(order[at])
            for at, codes in placed(said, dict(enumerate(order))).items()
            for code in codes
        }
        for order in permutations(quotes)
    ]
    assert all(each == found[0] for each in found)
    return found[0]


def test_the_line_to_which_it_adds_most_and_of_equal_ones_the_highest_offer(
    quotes: list[Any],
) -> None:
    dearest = amount_of(quotes[-1])
    assert lines_of(said(("fixed", {})), quotes) == {"fixed": dearest}
    share = {"is_share": True, "value": 500, "cap": None}
    assert lines_of(said(("share", share)), quotes) == {"share": dearest}


def test_codes_that_do_not_go_together_go_to_lines_of_their_own(quotes: list[Any]) -> None:
    amounts = [amount_of(each) for each in quotes]
    alone = {"stacks": False}
    first, second = ("a", {**alone, "order": 1}), ("b", {**alone, "order": 2})
    assert lines_of(said(first, second), quotes) == {"a": amounts[2], "b": amounts[1]}
    assert lines_of(said(second, first), quotes) == {"a": amounts[2], "b": amounts[1]}
    stacking = lines_of(said(("a", {}), ("b", {})), quotes)
    assert set(stacking.values()) == {amounts[2]}


def offering(quote: Any, amount: int) -> Any:
    return {**quote, "offer": {**quote["offer"], "amount": amount}}


def paid(said: SaidForAll, quotes: list[Any], place: Any) -> int:
    """Offers and bonuses where the codes stand as ``place`` has them."""
    total = 0
    for at, quote in enumerate(quotes):
        asking = asking_of(asked_of(quote), market=Market.from_slug(quote["market"]))
        here = {claim for claim, code in said.single.items() if code in place.get(at, ())}
        extras = said.terms.extras(
            replace(asking, claims=asking.claims | here), offer=amount_of(quote)
        )
        total += amount_of(quote) + extras.total(Kind.BONUS)
    return total


def most(said: SaidForAll, quotes: list[Any]) -> int:
    """The largest of all ways, each of them looked at; a code may stand nowhere."""
    codes = list(said.single.values())
    return max(
        paid(said, quotes, {at: [c for c, own in zip(codes, way, strict=True) if own == at]
                            for at in range(len(quotes))})
        for way in product(range(-1, len(quotes)), repeat=len(codes))
    )  # fmt: skip


def test_a_worse_answer_was_paid_more_when_codes_were_placed_one_after_another(
    quotes: list[Any],
) -> None:
    codes = said(
        ("c0", {"value": 20_000, "cap": 8000, "least": 60_000, "order": 10}),
        ("c1", {"value": 20_000, "least": 60_000, "order": 30, "stacks": False}),
        ("c2", {"value": 5000, "least": 30_000, "order": 30}),
    )
    better, worse = (
        [offering(quotes[0], 87_390), offering(quotes[1], o)] for o in (100_050, 99_480)
    )
    sums = [paid(codes, each, placed(codes, dict(enumerate(each)))) for each in (better, worse)]
    assert sums == [most(codes, better), most(codes, worse)]
    assert sums[0] - sums[1] == 100_050 - 99_480


@pytest.mark.parametrize("seed", range(25))
def test_the_placing_is_the_best_of_all_and_never_rises_with_a_worse_answer(
    quotes: list[Any], seed: int
) -> None:
    rng = Random(seed)
    codes = said(*(
        (f"c{number}", {
            "is_share": is_share, "value": rng.choice([500, 3000] if is_share else [5000, 20_000]),
            "cap": rng.choice([None, 8000]), "least": rng.choice([0, 30_000, 60_000]),
            "order": rng.randint(1, 3), "stacks": rng.random() < 0.6,
        })
        for number in range(3) for is_share in [rng.random() < 0.5]
    ))  # fmt: skip
    better = [offering(each, rng.randint(20_000, 110_000)) for each in quotes]
    worse = [offering(better[0], amount_of(better[0]) - rng.randint(50, 20_000)), *better[1:]]
    high, low = (
        paid(codes, each, placed(codes, dict(enumerate(each)))) for each in (better, worse)
    )
    assert (high, low) == (most(codes, better), most(codes, worse))
    assert low <= high


def test_more_codes_than_can_be_compared_are_refused_with_how_many_can(quotes: list[Any]) -> None:
    lines = dict(enumerate(quotes[:1] * 20))
    assert 20 * 3**7 <= MOST_SUMS < 20 * 3**8
    eight = said(*((f"c{number}", {}) for number in range(8)))
    with pytest.raises(TooManyCodes, match="with 20 lines at most 7 single-use codes") as refused:
        placed(eight, lines)
    assert refused.value.place == 7
