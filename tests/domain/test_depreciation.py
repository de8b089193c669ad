"""What a table leaves of a value as days pass: never more, never flat unless it says so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.domain.costs import YEAR, Depreciation, Kept, PolicyRefused, left_after
from valuation.domain.money import BASIS_POINTS

amounts = st.integers(0, 10**10)
shares = st.integers(0, BASIS_POINTS)
days_of_a_year = st.integers(0, YEAR)


def test_half_a_year_takes_half_of_what_a_year_takes() -> None:
    # 60% is kept over a year: 40% of 1,000.00 goes in 365 days, 73 days take a fifth of it.
    assert left_after(amount=100_000, kept=6000, days=73) == 92_000
    assert left_after(amount=100_000, kept=6000, days=YEAR) == 60_000
    assert left_after(amount=100_000, kept=6000, days=0) == 100_000


@given(amounts, shares, days_of_a_year, days_of_a_year)
def test_more_days_never_leave_more(amount: int, kept: int, one: int, other: int) -> None:
    fewer, more = sorted((one, other))
    assert left_after(amount=amount, kept=kept, days=more) <= left_after(
        amount=amount, kept=kept, days=fewer
    )


@given(amounts, amounts, shares, days_of_a_year)
def test_of_less_never_more_is_left(one: int, other: int, kept: int, days: int) -> None:
    less, more = sorted((one, other))
    assert left_after(amount=less, kept=kept, days=days) <= left_after(
        amount=more, kept=kept, days=days
    )


@pytest.mark.parametrize("days", [-1, YEAR + 1])
def test_of_other_days_than_a_years_the_table_does_not_speak(days: int) -> None:
    with pytest.raises(ValueError, match="one year"):
        left_after(amount=1, kept=5000, days=days)


def test_the_longest_prefix_of_the_device_counts() -> None:
    rows = {"": Kept(1, 1, 1), "apple": Kept(2, 2, 2), "apple/iphone": Kept(3, 3, 3)}
    table = Depreciation(rows)
    found = [table.of(slug).typical for slug in ("apple/iphone/x/y", "apple/ipad/x/y", "apples/x")]
    assert found == [3, 2, 1]


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ({"apple": Kept(1, 2, 3)}, "no row for the devices that no other row names"),
        ({"": Kept(3, 2, 4)}, "ascend"),
        # A device that gains by waiting would make the longer lock the better offer.
        ({"": Kept(1, 2, BASIS_POINTS + 1)}, "ascend"),
        ({"": Kept(-1, 2, 3)}, "ascend"),
    ],
)
def test_a_table_under_which_waiting_pays_is_refused(rows: dict[str, Kept], says: str) -> None:
    with pytest.raises(PolicyRefused, match=says):
        Depreciation(rows)
