"""The figures of the impact report as they are said."""

import pytest

from valuation.receipts.impact_sheet import rounded


@pytest.mark.parametrize(
    ("value", "said"),
    [(1_686.2, "1,690"), (999.7, "1,000"), (203.4, "203"), (0.02914, "0.0291"), (0.0, "0")],
)
def test_a_figure_has_so_many_digits_and_no_power_of_ten(value: float, said: str) -> None:
    assert rounded(value, 3) == said
