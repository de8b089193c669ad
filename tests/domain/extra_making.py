"""Campaigns, subsidies and askings for tests."""

from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import strategies as st

from valuation.domain.extra_terms import Bought, Campaign, Kind, Needs, Purchase, Subsidy
from valuation.domain.extras import Asking, Claim

DAY = date(2026, 11, 20)


def make_campaign(id_: str = "bonus", **changes: Any) -> Campaign:
    """A bonus of 50.00 for everybody who says its word."""
    plain = Campaign(
        id=id_, en=id_, zh=id_, source="a test", since=DAY, until=DAY, currency="CNY",
        kind=Kind.BONUS, needs=Needs.WORD, data="", country="", brand="", category="", channel="",
        least=0, is_share=False, value=5000, cap=None, order=0, stacks=True,
    )  # fmt: skip
    return replace(plain, **changes)


def make_coupon(id_: str = "coupon", **changes: Any) -> Campaign:
    """100.00 off."""
    return make_campaign(id_, **{"kind": Kind.COUPON, "value": 10_000, **changes})


def make_subsidy(id_: str = "subsidy", **changes: Any) -> Subsidy:
    """15% of up to 6,000.00, at most 500.00, after coupons."""
    plain = Subsidy(
        id=id_, en=id_, zh=id_, source="a test", since=DAY, until=DAY, currency="CNY",
        category="phone", rate=1500, limit=600_000, inclusive=True, cap=50_000, after_coupons=True,
    )  # fmt: skip
    return replace(plain, **changes)


def make_asking(*words: str, price: int | None = None, **changes: Any) -> Asking:
    """Somebody with an iPhone in a shop in China who says some words."""
    purchase = None if price is None else Purchase(price, "CNY", Bought.PHONE)
    plain = Asking(
        day=DAY, data="demo", country="CN", currency="CNY", brand="apple", category="phone",
        channel="store", purchase=purchase, claims=frozenset(map(Claim, words)),
        merchant="shop-1",
    )  # fmt: skip
    return replace(plain, **changes)


AMOUNTS = st.integers(0, 1_000_000)


def drawn_campaigns(kind: Kind) -> st.SearchStrategy[list[Campaign]]:
    """Up to five campaigns of one kind, as different as they are allowed to be."""

    def numbered(rows: list[Campaign]) -> list[Campaign]:
        return [replace(row, id=f"{kind}-{number}") for number, row in enumerate(rows)]

    value = st.one_of(
        st.tuples(st.just(True), st.integers(0, 10_000)), st.tuples(st.just(False), AMOUNTS)
    )
    row = st.builds(
        lambda value, **rest: make_campaign(is_share=value[0], value=value[1], kind=kind, **rest),
        value,
        least=AMOUNTS,
        cap=st.none() | AMOUNTS,
        order=st.integers(0, 3),
        stacks=st.booleans(),
        needs=st.sampled_from([Needs.NOTHING, Needs.WORD]),
    )
    return st.lists(row, max_size=5).map(numbered)


SUBSIDIES = st.lists(
    st.builds(
        make_subsidy,
        rate=st.integers(0, 10_000),
        limit=AMOUNTS,
        inclusive=st.booleans(),
        cap=AMOUNTS,
        after_coupons=st.booleans(),
    ),
    max_size=2,
).map(lambda rows: [replace(row, id=f"subsidy-{number}") for number, row in enumerate(rows)])
