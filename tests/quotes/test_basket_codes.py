"""Which line gets a single-use code that is said for a whole basket."""

from itertools import permutations
from typing import Any

import pytest

from tests.domain.extra_making import make_campaign
from tests.fakes import NOON
from tests.quotes.telling import Till, amount_of
from valuation.domain.extra_terms import Needs
from valuation.domain.extras import Claim, ExtraTerms
from valuation.shop import Shop
from valuation.use_cases.basket_codes import SaidForAll, placed

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
