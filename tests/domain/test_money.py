"""Money: whole minor units, one currency at a time, nothing lost in rounding."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.domain.money import (
    CurrencyMismatch,
    Money,
    UnknownCurrency,
    convert,
    down_to_step,
    exponent,
    largest_remainder,
    minor_units,
    minor_units_of_estimate,
    share,
)

amounts = st.integers(-(10**12), 10**12)
weights = st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any)


def test_the_dong_has_no_minor_unit_and_the_kuwaiti_dinar_has_three() -> None:
    assert [exponent(currency) for currency in ("VND", "JPY", "CNY", "KWD")] == [0, 0, 2, 3]
    assert minor_units(major=Decimal("1.5"), currency="KWD") == 1500
    assert minor_units(major=Decimal("4990000"), currency="VND") == 4_990_000
    assert str(Money(1_234_567, "KWD")) == "KWD 1,234.567"


def test_an_unknown_currency_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(UnknownCurrency, match=r"'XXX'; known: AUD.*VND"):
        Money(1, "XXX")


@pytest.mark.parametrize("amount", [1.0, True, Decimal(1), "1", None])
def test_an_amount_that_is_not_a_whole_number_is_refused(amount: object) -> None:
    with pytest.raises(TypeError, match="int of minor units"):
        Money(amount, "CNY")  # type: ignore[arg-type]  # that is the test


def test_currencies_do_not_mix() -> None:
    for mixed in (Money.__add__, Money.__sub__):
        with pytest.raises(CurrencyMismatch, match="CNY and USD"):
            mixed(Money(1, "CNY"), Money(1, "USD"))
    assert Money(1, "CNY") != Money(1, "USD")
    with pytest.raises(TypeError):
        _ = Money(1, "CNY") < Money(2, "USD")  # type: ignore[operator]  # that is the test


def test_sums_and_differences_are_exact() -> None:
    assert Money(10, "CNY") + Money(-3, "CNY") == Money(7, "CNY")
    assert Money(10, "CNY") - Money(13, "CNY") == -Money(3, "CNY")


@pytest.mark.parametrize(
    ("major", "minor"), [("0.005", 0), ("0.015", 2), ("0.025", 2), ("-0.005", 0), ("1.999", 200)]
)
def test_halves_go_to_the_even_minor_unit(major: str, minor: int) -> None:
    assert minor_units(major=Decimal(major), currency="CNY") == minor


def test_an_estimate_is_rounded_down() -> None:
    assert minor_units_of_estimate(major=12.999, currency="CNY") == 1299
    assert minor_units_of_estimate(major=0.1 + 0.2, currency="VND") == 0
    # 0.29 is a little less than 0.29 in binary: the promise is that nothing is rounded up.
    assert minor_units_of_estimate(major=0.29, currency="CNY") == 28


@given(st.floats(0, 1e9), st.floats(0, 1e9), st.sampled_from(["VND", "CNY", "KWD"]))
def test_a_higher_estimate_is_never_fewer_minor_units(a: float, b: float, currency: str) -> None:
    low, high = sorted((a, b))
    cheap = minor_units_of_estimate(major=low, currency=currency)
    assert cheap <= minor_units_of_estimate(major=high, currency=currency)


@given(st.integers(0, 10**12), st.integers(1, 10**6))
def test_an_offer_is_a_whole_number_of_steps_and_less_than_one_step_is_lost(
    amount: int, step: int
) -> None:
    stepped = down_to_step(amount=amount, step=step)
    assert stepped % step == 0
    assert 0 <= amount - stepped < step


@given(amounts, amounts, st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_share_grows_with_the_amount(a: int, b: int, points: int, other: int) -> None:
    low, high = sorted((a, b))
    few, many = sorted((points, other))
    assert share(amount=low, basis_points=points) <= share(amount=high, basis_points=points)
    assert share(amount=abs(a), basis_points=few) <= share(amount=abs(a), basis_points=many)


@given(amounts, weights)
def test_parts_by_largest_remainder_sum_to_the_total(total: int, parts: list[int]) -> None:
    assert sum(largest_remainder(total=total, weights=parts)) == total


@given(amounts, weights)
def test_each_part_is_within_one_of_its_exact_share(total: int, parts: list[int]) -> None:
    for got, weight in zip(largest_remainder(total=total, weights=parts), parts, strict=True):
        assert abs(got - Fraction(total * weight, sum(parts))) < 1


def test_equal_remainders_go_to_the_earlier_part() -> None:
    assert largest_remainder(total=10, weights=[1, 1, 1]) == [4, 3, 3]
    assert largest_remainder(total=1, weights=[Fraction(1, 3), Fraction(2, 3)]) == [0, 1]
    assert largest_remainder(total=3, weights=[-1, -2]) == [1, 2]


@pytest.mark.parametrize("parts", [[], [0, 0], [1, -1]])
def test_shares_of_nothing_are_refused(parts: list[int]) -> None:
    with pytest.raises(ValueError, match="sum other than 0"):
        largest_remainder(total=5, weights=parts)


def test_conversion_minds_the_exponents_of_both_currencies() -> None:
    assert convert(amount=100, source="CNY", target="VND", rate=Decimal(3662)) == 3662
    assert convert(amount=26_000, source="VND", target="USD", rate=Decimal(1) / 26_000) == 100
