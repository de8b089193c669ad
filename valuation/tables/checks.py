"""What can be seen wrong with one table by itself, whatever the market and the day."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from valuation.domain.dispatch import DispatchRefused
from valuation.domain.disposition import LeakyGates
from valuation.domain.safe_gates import check_gated
from valuation.domain.terms import PolicyRefused, check_parts
from valuation.tables import extra_readings, facilities, readings
from valuation.tables.by_category import bringing, costing, scopes_named
from valuation.tables.causes import causes
from valuation.tables.dispatch import dispatch
from valuation.tables.impact_factors import check_factors
from valuation.tables.policy_rows import check_own_margin
from valuation.tables.retention import retention
from valuation.tables.table import BrokenTable, Table

ANY_WEIGHT = Decimal(1000)  # grams: the tables of weights are others


def checked(table: Table, name: str) -> Table:
    """The table; BrokenTable where a worse answer could pay more under it."""
    try:
        check = CHECKS.get(table.id.partition("/")[0], _nothing)
        check(table)
    except (PolicyRefused, LeakyGates, DispatchRefused) as error:
        raise BrokenTable(f"{name}: {error}") from error
    return table


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
    if currencies := readings.handling_currencies(table):
        money = _unconverted(*currencies)
        readings.handling(table, money)
        for scope in scopes_named(table):
            readings.handling(table, money, costing(scope), ANY_WEIGHT)


def _parts(table: Table) -> None:
    check_parts(readings.parts(table))
    for scope in scopes_named(table):
        check_parts(readings.parts(table, bringing(scope)))


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
