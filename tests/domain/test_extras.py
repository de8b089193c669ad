"""Bonus, coupon and subsidy beside an offer: exact, monotone, whatever order they are asked in."""

from datetime import timedelta
from itertools import permutations
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.extra_making import (
    AMOUNTS,
    DAY,
    SUBSIDIES,
    drawn_campaigns,
    make_asking,
    make_campaign,
    make_coupon,
    make_subsidy,
)
from valuation.domain.costs import PolicyRefused
from valuation.domain.extra_terms import (
    Bought,
    Campaign,
    Kind,
    Needs,
    Purchase,
    PurchaseRefused,
    Subsidy,
)
from valuation.domain.extras import Claim, Extras, ExtraTerms, Miss, NetToPay, Which

BONUSES, COUPONS = drawn_campaigns(Kind.BONUS), drawn_campaigns(Kind.COUPON)


def terms(*rows: Campaign | Subsidy) -> ExtraTerms:
    return ExtraTerms(
        tuple(row for row in rows if isinstance(row, Campaign)),
        tuple(row for row in rows if isinstance(row, Subsidy)),
    )


def told(extras: Extras) -> dict[str, int]:
    return {line.by.id: line.amount for line in extras.lines}


def test_the_worked_example_of_the_decision_record() -> None:
    """ADR 13: a phone of 5,999.00, a coupon of 100.00, an offer of 985.20 and two bonuses."""
    shop = terms(
        make_coupon(),
        make_subsidy(),
        make_campaign("fixed", order=10),
        make_campaign("share", order=20, is_share=True, value=500, cap=20_000),
    )
    found = shop.extras(make_asking("coupon", "fixed", "share", price=599_900), offer=98_520)
    # 15% of 5,899.00 is 884.85, of which 500.00 are paid; 5% of 1,035.20 are 51.76.
    assert told(found) == {"coupon": 10_000, "subsidy": 50_000, "fixed": 5000, "share": 5176}
    assert found.net == NetToPay(599_900 - 10_000 - 50_000 - 98_520 - 5000 - 5176)
    assert found.net.amount == 431_204


@given(BONUSES, AMOUNTS, AMOUNTS)
def test_a_smaller_offer_never_raises_the_bonus(
    rows: list[Campaign], offer: int, other: int
) -> None:
    asking = make_asking(*(row.id for row in rows))
    low, high = sorted((offer, other))
    shop = terms(*rows)
    smaller, larger = (
        shop.extras(asking, offer=amount).total(Kind.BONUS) for amount in (low, high)
    )
    assert smaller <= larger


def test_the_test_above_would_find_the_first_in_order_shutting_out_a_larger_bonus() -> None:
    """What order alone would choose pays 10.00 from 500.00 on, and 50.00 below."""
    rows = (
        make_campaign("exclusive", order=0, least=50_000, value=1000, stacks=False),
        make_campaign("open", order=1),
    )
    asking = make_asking("exclusive", "open")
    assert told(terms(*rows).extras(asking, offer=49_999)) == {"open": 5000}
    assert told(terms(*rows).extras(asking, offer=50_000)) == {"open": 5000}


@given(BONUSES, COUPONS, SUBSIDIES, AMOUNTS, st.none() | AMOUNTS, st.randoms())
def test_lines_sum_to_the_net_and_the_order_of_what_is_asked_changes_nothing(
    bonuses: list[Campaign],
    coupons: list[Campaign],
    subsidies: list[Subsidy],
    offer: int,
    price: int | None,
    random: Random,
) -> None:
    rows: list[Campaign | Subsidy] = [*bonuses, *coupons, *subsidies]
    words = [row.id for row in (*bonuses, *coupons)]
    found = terms(*rows).extras(make_asking(*words, price=price), offer=offer)
    assert all(line.amount > 0 and type(line.amount) is int for line in found.lines)
    assert found.net == NetToPay((price or 0) - offer - sum(line.amount for line in found.lines))
    off = found.total(Kind.COUPON) + found.total(Kind.SUBSIDY)
    assert off <= (price or 0), "nothing is taken off that is not left to pay"
    random.shuffle(words)
    random.shuffle(bonuses)
    again = terms(*bonuses, *coupons, *subsidies).extras(
        make_asking(*words, price=price), offer=offer
    )
    assert again == found


@given(BONUSES, COUPONS, SUBSIDIES, AMOUNTS, AMOUNTS, AMOUNTS)
def test_what_comes_off_the_price_does_not_know_the_offer(
    bonuses: list[Campaign],
    coupons: list[Campaign],
    subsidies: list[Subsidy],
    price: int,
    offer: int,
    other: int,
) -> None:
    shop = terms(*bonuses, *coupons, *subsidies)
    asking = make_asking(*(row.id for row in (*bonuses, *coupons)), price=price)
    one, two = (shop.extras(asking, offer=amount) for amount in (offer, other))
    for kind in (Kind.COUPON, Kind.SUBSIDY):
        assert one.total(kind) == two.total(kind)


@pytest.mark.parametrize(
    ("price", "inclusive", "paid"),
    [
        (599_999, False, 50_000),
        (600_000, True, 50_000),
        (600_000, False, 0),
        (600_001, True, 0),
        (100_000, True, 15_000),
        (1, True, 0),
    ],
)
def test_a_subsidy_has_a_limit_a_cap_and_a_boundary_that_is_a_setting(
    price: int, inclusive: bool, paid: int
) -> None:
    shop = terms(make_subsidy(inclusive=inclusive))
    assert shop.extras(make_asking(price=price), offer=0).total(Kind.SUBSIDY) == paid


def test_whether_a_coupon_brings_a_price_below_the_limit_is_a_setting() -> None:
    asking = make_asking("coupon", price=605_000)
    for after, paid in ((True, 50_000), (False, 0)):
        shop = terms(make_coupon(), make_subsidy(after_coupons=after))
        assert shop.extras(asking, offer=0).total(Kind.SUBSIDY) == paid


def test_a_share_counts_on_what_comes_before_it_in_stacking_order() -> None:
    share: dict[str, Any] = {"is_share": True, "value": 1000}
    for order, amount in ((5, 10_000), (15, 10_500)):
        shop = terms(make_campaign("fixed", order=10), make_campaign("share", order=order, **share))
        assert told(shop.extras(make_asking("fixed", "share"), offer=100_000))["share"] == amount


def test_of_campaigns_that_do_not_stack_the_customer_gets_the_better() -> None:
    alone = make_campaign("alone", value=9000, stacks=False)
    shop = terms(alone, make_campaign("one"), make_campaign("two", value=3000))
    both = shop.extras(make_asking("alone", "one", "two"), offer=100_000)
    assert told(both) == {"alone": 9000}
    assert dict(both.missed) == {"one": Miss.NOT_TOGETHER, "two": Miss.NOT_TOGETHER}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"since": DAY + timedelta(days=1), "until": DAY + timedelta(days=1)}, Miss.NOT_NOW),
        ({"currency": "USD"}, Miss.OTHER_MARKET),
        ({"country": "SG"}, Miss.OTHER_MARKET),
        ({"data": "real"}, Miss.OTHER_MARKET),
        ({"brand": "xiaomi"}, Miss.OTHER_DEVICE),
        ({"category": "tablet"}, Miss.OTHER_DEVICE),
        ({"channel": "online"}, Miss.OTHER_CHANNEL),
        ({"least": 100_001}, Miss.TOO_LOW),
        ({"needs": Needs.CODE}, None),
        ({"country": "CN", "brand": "apple", "category": "phone", "channel": "store"}, "given"),
        ({"least": 100_000}, "given"),
    ],
)
def test_every_trigger_is_looked_at_and_a_miss_says_why(
    changes: dict[str, Any], why: object
) -> None:
    found = terms(make_campaign(**changes)).extras(make_asking("bonus"), offer=100_000)
    assert bool(found.lines) is (why == "given")
    assert [miss for _, miss in found.missed] == ([why] if isinstance(why, Miss) else [])


def test_a_campaign_that_needs_a_code_is_not_opened_by_its_name_nor_one_with_a_word_by_a_code() -> (
    None
):
    shop = terms(make_campaign("secret", needs=Needs.CODE), make_campaign("open"))
    digest = frozenset({Claim("secret", "f" * 64), Claim("open", "e" * 64)})
    assert told(shop.extras(make_asking(claims=digest), offer=9)) == {"secret": 5000}
    assert told(shop.extras(make_asking("secret", "open"), offer=9)) == {"open": 5000}


@pytest.mark.parametrize("offer", [0, None])
def test_no_bonus_makes_a_sale_of_what_is_refused_or_has_no_offer(offer: int | None) -> None:
    found = terms(make_campaign(), make_coupon()).extras(
        make_asking("bonus", "coupon", price=200_000), offer=offer
    )
    assert told(found) == {"coupon": 10_000}
    assert dict(found.missed) == {"bonus": Miss.NO_OFFER}
    assert found.net == (None if offer is None else NetToPay(190_000))


def test_a_bonus_for_everybody_is_looked_for_whatever_the_offer_will_be() -> None:
    shop = terms(make_campaign(needs=Needs.NOTHING, least=10**9, brand="apple"))
    assert shop.wanted(make_asking())
    assert not shop.wanted(make_asking(brand="xiaomi"))
    assert not terms(make_campaign(), make_coupon(needs=Needs.NOTHING)).wanted(make_asking())


def test_a_purchase_in_another_currency_or_below_nothing_is_refused() -> None:
    with pytest.raises(PurchaseRefused, match="counts in CNY"):
        make_asking(purchase=Purchase(1, "USD", Bought.PHONE))
    with pytest.raises(PurchaseRefused, match="0 or more"):
        Purchase(-1, "CNY", Bought.PHONE)


@pytest.mark.parametrize(
    "changes",
    [
        {"value": -1},
        {"cap": -1},
        {"least": -1},
        {"is_share": True, "value": 10_001},
        {"until": DAY - timedelta(days=1)},
        {"kind": Kind.COUPON, "brand": "apple"},
        {"kind": Kind.SUBSIDY},
    ],
)
def test_a_row_that_could_take_away_or_makes_no_sense_is_refused(
    changes: dict[str, Any],
) -> None:
    with pytest.raises(PolicyRefused):
        make_campaign(**changes)


def test_two_rows_of_one_name_are_refused() -> None:
    with pytest.raises(PolicyRefused, match="two rows"):
        terms(make_campaign(), make_campaign())


def test_three_claims_in_every_order_are_the_same() -> None:
    claims = [Claim("bonus"), Claim("nothing-known"), Claim("secret", "f" * 64)]
    shop = terms(make_campaign(), make_campaign("secret", needs=Needs.CODE))
    found = {
        repr(shop.extras(make_asking(claims=frozenset(each)), offer=70_000))
        for each in permutations(claims)
    }
    assert len(found) == 1


@pytest.mark.parametrize(
    ("price", "which"), [(1001, Which.TO_PAY), (1000, Which.EVEN), (None, Which.PAID_OUT)]
)
def test_who_pays_what_is_left_is_said(price: int | None, which: Which) -> None:
    net = terms().extras(make_asking(price=price), offer=1000).net
    assert net is not None
    assert net.which is which
