"""What can be seen wrong with one table by itself, whatever the market and the day.

Tables in force alone are held against it. An archived one means what it meant when its quotes were
made, and is refused by nothing that was learnt later.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal

from valuation.domain.costs import PolicyRefused
from valuation.domain.dispatch import DispatchRefused
from valuation.domain.disposition import LeakyGates, Route
from valuation.domain.safe_gates import check_gated
from valuation.domain.terms import (
    check_parts,
)
from valuation.tables import extra_readings, facilities, readings
from valuation.tables.by_category import bringing, costing, scope_of, scopes_named
from valuation.tables.causes import causes
from valuation.tables.dispatch import dispatch
from valuation.tables.impact_factors import check_factors
from valuation.tables.parts import parts
from valuation.tables.policy_rows import check_own_margin
from valuation.tables.retention import retention
from valuation.tables.table import BrokenTable, Row, Table

ANY_WEIGHT = Decimal(1000)  # grams: the tables of weights are others
LOW, HIGH = "low", "high"
# The column that low and high are the ends of; "value" in the tables that are not named.
MEASURED: Mapping[str, str] = {
    "deductions": "share", "exchange-rates": "rate", "facilities": "cost",
    "metal-prices": "price", "parts": "share", "repairs": "price",
}  # fmt: skip
# A route without a row would cost nothing, and pay more for it.
COSTING = (Route.AS_IS, Route.REFURBISH, Route.PARTS, Route.DISMANTLE)


def checked(table: Table, name: str) -> Table:
    """The table; BrokenTable where a worse answer could pay more under it, or where a row says
    less than it seems to."""
    kind = table.id.partition("/")[0]
    try:
        CHECKS.get(kind, _nothing)(table)
    except (PolicyRefused, LeakyGates, DispatchRefused) as error:
        raise BrokenTable(f"{name}: {error}") from error
    for row in table.rows:
        _check_spaces(row)
        _check_range(row, MEASURED.get(kind, "value"))
    return table


def _check_spaces(row: Row) -> None:
    """BrokenTable for a cell with white space around it. It is not taken away: a quote is made
    again from these bytes, and they say the same to whoever reads them."""
    for column, cell in row.cells.items():
        if column != column.strip():
            raise row.broken(f"the column {column!r} has white space around it: take it away")
        if column == "source" and not cell.strip():
            raise row.broken("names no source; write 'unverified' for a figure from memory")
        if cell != cell.strip():
            raise row.broken(f"{column} has white space around it, {cell!r}: take it away")


def _check_range(row: Row, column: str) -> None:
    """BrokenTable where the row's figure lies outside its range; a table may have none."""
    ends = {LOW, HIGH} & row.cells.keys()
    if not ends:
        return
    low, figure, high = (row.decimal(each) for each in (LOW, column, HIGH))
    if not 0 <= low <= figure <= high:
        told = f"{low}, {figure}, {high}"
        raise row.broken(f"{LOW}, {column} and {HIGH} ascend from 0, and {told} do not: correct it")


def _nothing(table: Table) -> None:
    """Tables whose rows are figures that no answer touches."""


def _policy(table: Table) -> None:
    currencies = [row.text("scope") for row in table.rows if row.text("setting") == "step"]
    for currency in currencies:
        readings.policy(table, currency)


def _repairs(table: Table) -> None:
    money = _unconverted(table.currency)
    readings.repairs(table, money)
    for scope in scopes_named(table):
        readings.repairs(table, money, bringing(scope))


def _handling(table: Table) -> None:
    money = _unconverted(*readings.handling_currencies(table), table.currency)
    readings.handling(table, money)
    for scope in scopes_named(table):
        readings.handling(table, money, costing(scope), ANY_WEIGHT)
    named = {row.text("route") for row in table.rows if not scope_of(row)}
    if missing := [route for route in COSTING if route not in named]:
        raise BrokenTable(
            f"{table.id}: no row without a category for {', '.join(missing)}, which would cost "
            "nothing; write one, with a value of 0 where that is meant"
        )


def _parts(table: Table) -> None:
    check_parts(parts(table))
    for scope in scopes_named(table):
        check_parts(parts(table, bringing(scope)))


def _unconverted(*currencies: str) -> readings.Converter:
    """Every amount at one to one: a rate moves all rows alike."""
    return readings.Converter(dict.fromkeys(currencies, Decimal(1)), currencies[0])


CHECKS: Mapping[str, Callable[[Table], object]] = {
    "campaigns": extra_readings.check,
    "causes": causes,
    "deductions": readings.deductions,
    "depreciation": readings.depreciation,
    "dispatch": dispatch,
    "exchange-rates": readings.rates,
    "facilities": facilities.unconverted,
    "gates": lambda table: check_gated(readings.gates(table)),
    "handling": _handling,
    "impact-factors": check_factors,
    "margin": check_own_margin,
    "materials": scopes_named,
    "parts": _parts,
    "policy": _policy,
    "price-kinds": readings.price_kinds,
    "repairs": _repairs,
    "retention": retention,
    "subsidies": extra_readings.check,
}
