"""Each table read into the terms of the domain, amounts converted to the market's currency."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import partial
from typing import NamedTuple, TypeVar

from valuation.domain.costs import Depreciation, Handling, Kept, Total
from valuation.domain.device import CATALOGUED, Category
from valuation.domain.disposition import Effect, Gate, Gates, Route, gate_table
from valuation.domain.market import Market, PriceKind
from valuation.domain.money import BASIS_POINTS, minor_units
from valuation.domain.questions import BY_ID, UnknownAnswer
from valuation.domain.records import Role
from valuation.domain.terms import (
    Deductions,
    Job,
    Policy,
    Repairs,
)
from valuation.tables.by_category import GENERAL, check_asked, narrowest, scope_of
from valuation.tables.policy_rows import MARGIN_SCOPED, margin_of, required, rows_of
from valuation.tables.table import BrokenTable, Row, Table

PLAIN_UNITS, PER_KG = ("basis points", "days"), " per kg"
AMOUNT = ""  # the kind of every other unit: a currency
# The policy's settings: those for every market, and those by what.
PLAIN = frozenset({"quantile", "margin", "validity_days", "widest", "receive_days", "answer_days"})
SCOPED = {
    "step": "a currency", "reuse": "a currency", "goodwill": "route/currency",
    "override_limit": "role/currency", "appraisal_limit": "role/currency",
    **MARGIN_SCOPED,
}  # fmt: skip

Named = TypeVar("Named", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Converter:
    """Amounts of a table's currency → minor units of the market's, through rates per USD."""

    rates: Mapping[str, Decimal]
    currency: str

    def minor(self, *, major: Decimal, currency: str) -> int:
        """Minor units of the market's currency; BrokenTable where a rate is missing."""
        for needed in (currency, self.currency):
            if needed not in self.rates:
                raise BrokenTable(f"exchange-rates has no row for {needed}")
        rate = self.rates[self.currency] / self.rates[currency]
        return minor_units(major=major * rate, currency=self.currency)


def rates(table: Table) -> dict[str, Decimal]:
    """Units of each currency per USD."""
    found = {row.text("currency"): row.decimal("rate") for row in table.rows}
    if any(rate <= 0 for rate in found.values()):
        raise BrokenTable(f"{table.id}: a rate must be positive")
    return found


def policy(table: Table, currency: str) -> Policy:
    """The policy; the step of ``currency`` must be there, goodwill (route/currency) may be."""
    settings = rows_of(table, plain=PLAIN, scoped=SCOPED)
    row = partial(required, table, settings)

    return Policy(
        quantile=float(row("quantile").decimal("value")),
        margin=margin_of(table, settings, currency),
        step=row("step", currency).whole("value"),
        validity_days=row("validity_days").whole("value"),
        widest=row("widest").whole("value"),
        goodwill={
            _member(entry, "scope", scope.partition("/")[0], Route): entry.whole("value")
            for (setting, scope), entry in settings.items()
            if setting == "goodwill" and scope.partition("/")[2] == currency
        },
        receive_days=row("receive_days").whole("value"),
        answer_days=row("answer_days").whole("value"),
        reuse=((reuse := settings.get(("reuse", currency))) and reuse.whole("value")) or 0,
        override_limits=_limits("override_limit", settings, currency),
        appraisal_limits=_limits("appraisal_limit", settings, currency),
    )


def _limits(
    setting: str, settings: Mapping[tuple[str, str], Row], currency: str
) -> dict[Role, int]:
    """By role, in minor units of the currency."""
    return {
        _member(entry, "scope", scope.partition("/")[0], Role): entry.whole("value")
        for (name, scope), entry in settings.items()
        if name == setting and scope.partition("/")[2] == currency
    }


def deductions(table: Table) -> Deductions:
    """Shares by question and category; a percent question's answer is an upper bound."""
    rows: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for row in table.rows:
        key = (row.text("question"), _category(row).value if row.text("category") else "")
        rows.setdefault(key, []).append((_level(row), row.whole("share")))
    return Deductions({key: tuple(steps) for key, steps in rows.items()})


def repairs(table: Table, money: Converter, scopes: Sequence[str] = GENERAL) -> Repairs:
    """Repair prices by question and device prefix; older tables say nothing of what succeeds.

    A scope that names a question has its own rows alone for it.
    """
    rows: dict[tuple[str, str], list[tuple[int, Job]]] = {}
    for row in narrowest(table.rows, scopes, lambda row: row.text("question")):
        price = money.minor(major=row.decimal("price"), currency=table.currency)
        succeeds = row.whole("succeeds") if "succeeds" in row.cells else BASIS_POINTS
        key = (row.text("question"), row.text("device"))
        low, high = (
            money.minor(major=row.decimal(end), currency=table.currency)
            for end in _ends(row, "price")
        )
        rows.setdefault(key, []).append((_level(row), Job(price, succeeds, low, high)))
        check_asked(row, row.text("question"))
    return Repairs({key: tuple(steps) for key, steps in rows.items()})


def handling(
    table: Table,
    money: Converter,
    scopes: Sequence[str] = GENERAL,
    grams: Decimal | None = None,
) -> dict[Route, Handling]:
    """Costs of each route; of a donation only where there are any.

    A scope that names a route has its own rows alone for it. ``grams``: what the device weighs, for
    amounts per kg.
    """
    found: dict[Route, dict[str, list[Cost]]] = {}
    for row in narrowest(table.rows, scopes, lambda row: row.text("route")):
        kind = row.text("unit") if row.text("unit") in PLAIN_UNITS else AMOUNT
        read = partial(_amount, row, money, grams) if kind == AMOUNT else row.whole
        low, high = _ends(row, "value")
        cost = Cost(row.text("cost"), read("value"), read(low), read(high))
        found.setdefault(_route(row), {}).setdefault(kind, []).append(cost)
    return {
        route: _costs([found.get(route, {}).get(kind, []) for kind in (AMOUNT, *PLAIN_UNITS)])
        for route in Route
        if route in found or route is not Route.DONATE
    }


class Cost(NamedTuple):
    """A cost of a route in minor units, basis points or days, with the ends of its range."""

    name: str
    value: int
    low: int
    high: int


def _costs(kinds: Sequence[Sequence[Cost]]) -> Handling:
    """The costs of a route: its amounts, its shares, its days on the shelf."""
    fixed, shares, shelf = (tuple((cost.name, cost.value) for cost in kind) for kind in kinds)
    cheapest = Total(*(sum(cost.low for cost in kind) for kind in kinds))
    dearest = Total(*(sum(cost.high for cost in kind) for kind in kinds))
    return Handling(fixed, shares, shelf, cheapest, dearest)


def _ends(row: Row, column: str) -> tuple[str, str]:
    """The columns with the low and high end of a figure; its own where older tables give none."""
    low, high = (end if row.cells.get(end) else column for end in ("low", "high"))
    return low, high


def handling_currencies(table: Table) -> list[str]:
    """The currencies of a handling table's amounts."""
    units = [row.text("unit") for row in table.rows]
    return [unit.removesuffix(PER_KG) for unit in units if unit not in PLAIN_UNITS]


def materials(grams: Table, prices: Table, money: Converter) -> dict[str, tuple[int, int, int]]:
    """Gross metal value of a device by category, and by kind of appliance: low, typical, high.

    Nothing of a category beyond the catalogue of which no row speaks: nothing is guessed.
    """
    usd_per_gram = {row.text("metal"): row.decimal("price") for row in prices.rows}
    totals = {each.value: [Decimal(0)] * 3 for each in Category if each not in CATALOGUED}
    for row in grams.rows:
        if row.text("metal") not in usd_per_gram:
            raise row.broken(f"metal-prices has no row for {row.text('metal')}")
        total = totals.setdefault(scope_of(row) or _category(row).value, [Decimal(0)] * 3)
        for index, column in enumerate(("low", "value", "high")):
            total[index] += row.decimal(column) * usd_per_gram[row.text("metal")]
    return {
        scope: (
            money.minor(major=low, currency=prices.currency),
            money.minor(major=typical, currency=prices.currency),
            money.minor(major=high, currency=prices.currency),
        )
        for scope, (low, typical, high) in totals.items()
    }


def gates(table: Table) -> Gates:
    """The gate table; LeakyGates where a worse answer opens a route."""
    return gate_table(
        [
            Gate(
                question=row.text("question"),
                level=_level(row),
                route=_route(row),
                effect=_effect(row),
                code=row.text("code"),
                en=row.text("en"),
                zh=row.text("zh"),
            )
            for row in table.rows
        ]
    )


def depreciation(table: Table) -> Depreciation:
    """What a device keeps of its value over a year."""
    rows: dict[str, Kept] = {}
    for row in table.rows:
        kept = Kept(row.whole("low"), row.whole("value"), row.whole("high"))
        if rows.setdefault(row.text("device"), kept) is not kept:
            raise row.broken(f"{row.text('device')} stands here a second time")
    return Depreciation(rows)


def price_kinds(table: Table) -> None:
    """BrokenTable for a trade-in price taken for a sale, or a sold price above what was asked."""
    for row in table.rows:
        if row.text("kind") == PriceKind.TRADE_IN.value:
            raise row.broken("a trade-in price is no sale: the margin would be taken twice")
        if not 0 < row.whole("value") <= BASIS_POINTS:
            raise row.broken("a device sells for no more than was asked: 1 to 10000 basis points")


def to_sold(table: Table, market: Market) -> int | None:
    """Basis points from the market's kind of price to sold; None where no row says it."""
    found = None
    for row in table.rows:
        if row.text("kind") == market.kind.value and row.text("country") in ("", market.country):
            found = row.whole("value")
            if row.text("country"):
                break
    return found


def _amount(row: Row, money: Converter, grams: Decimal | None, column: str) -> int:
    """Minor units of a cost, by weight where its unit says so."""
    currency = row.text("unit").removesuffix(PER_KG)
    if currency == row.text("unit"):
        return money.minor(major=row.decimal(column), currency=currency)
    if grams is None:
        raise row.broken("an amount per kg needs a category whose weight impact-factors tells")
    return money.minor(major=row.decimal(column) * grams / 1000, currency=currency)


def question_of(row: Row, question_id: str) -> str:
    """The id that a row names; BrokenTable where no question of the registry has it."""
    if question_id not in BY_ID:
        raise row.broken(f"unknown question {question_id!r}; known: {', '.join(BY_ID)}")
    return question_id


def _level(row: Row) -> int:
    """The level of the row's answer."""
    question = BY_ID[question_of(row, row.text("question"))]
    try:
        return question.level(row.whole("answer") if question.percent else row.text("answer"))
    except UnknownAnswer as error:
        raise row.broken(str(error)) from error


def _category(row: Row) -> Category:
    return _named(row, "category", Category)


def _effect(row: Row) -> Effect:
    return _named(row, "effect", Effect)


def _named(row: Row, column: str, names: type[Named]) -> Named:
    """The member of a closed set that a cell names."""
    return _member(row, column, row.text(column), names)


def _member(row: Row, column: str, text: str, names: type[Named]) -> Named:
    try:
        return names(text)
    except ValueError as error:
        known = ", ".join(name.value for name in names)
        raise row.broken(f"unknown {column} {text!r}; known: {known}") from error


def _route(row: Row, column: str = "route") -> Route:
    return _named(row, column, Route)
