"""What the materials of a device bring, metal by metal: grams recovered, price, amount."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from valuation.domain.money import largest_remainder
from valuation.tables import readings
from valuation.tables.by_category import narrowest
from valuation.tables.table import Table

MATERIALS, PRICES, RATES = "materials", "metal-prices", "exchange-rates"
NAMES = (MATERIALS, PRICES, RATES)


class Metal(NamedTuple):
    """``grams``: recovered of one device, what is lost taken off; ``price``: of a gram, in
    ``currency``, of the day ``dated``; ``amount``: in minor units of the market's currency."""

    metal: str
    grams: float
    price: float
    currency: str
    dated: str
    amount: int


def metals_of(
    tables: Mapping[str, Table], *, category: str, kind: str | None, currency: str
) -> tuple[Metal, ...]:
    """The metals of a device of the category, or of its kind of appliance where a row names that.

    The amounts sum to what a quote under these tables counts, which rounds once. BrokenTable.
    """
    prices = tables[PRICES]
    of_gram = {row.text("metal"): row.decimal("price") for row in prices.rows}
    rows = narrowest(tables[MATERIALS].rows, (f"{category}/{kind}", category), lambda _: "")
    recovered = [(row.text("metal"), row.decimal("value")) for row in rows]
    brought = [grams * of_gram[metal] for metal, grams in recovered]
    if not any(brought):
        return ()
    money = readings.Converter(readings.rates(tables[RATES]), currency)
    whole = money.minor(major=sum(brought, Decimal(0)), currency=prices.currency)
    amounts = largest_remainder(total=whole, weights=[Fraction(each) for each in brought])
    return tuple(
        Metal(metal, float(grams), float(of_gram[metal]), prices.currency, prices.dated, amount)
        for (metal, grams), amount in zip(recovered, amounts, strict=True)
    )
