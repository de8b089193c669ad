"""Campaigns and subsidies read into the terms of the domain; a column that is none is refused."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from valuation.domain.device import Category
from valuation.domain.extra_terms import Bought, Campaign, Kind, Needs, Subsidy
from valuation.domain.extras import ExtraTerms
from valuation.domain.market import Provenance
from valuation.domain.money import EXPONENTS
from valuation.tables.table import BrokenTable, Row, Table

CAMPAIGNS, SUBSIDIES = "campaigns", "subsidies"
# Every trigger that there is. A misspelt one would open a campaign to everybody, and one from
# above ("most") would pay more for a worse answer.
COLUMNS: Mapping[str, frozenset[str]] = {
    CAMPAIGNS: frozenset({
        "id", "kind", "needs", "from", "until", "data", "country", "currency", "brand", "category",
        "channel", "least", "is_share", "value", "cap", "order", "stacks", "en", "zh", "source",
    }),
    SUBSIDIES: frozenset({
        "id", "from", "until", "currency", "category", "rate", "limit", "inclusive", "cap",
        "after_coupons", "en", "zh", "source",
    }),
}  # fmt: skip
# Columns that tables from before them are without, and what they then say.
SINCE: Mapping[str, Mapping[str, str]] = {CAMPAIGNS: {"merchant": ""}}


def extra_terms(tables: Mapping[str, Table]) -> ExtraTerms:
    """The terms of both tables; BrokenTable names the row, PolicyRefused the id."""
    return ExtraTerms(campaigns(tables[CAMPAIGNS]), subsidies(tables[SUBSIDIES]))


def campaigns(table: Table) -> tuple[Campaign, ...]:
    """Campaigns in the table's order."""
    return tuple(_campaign(row) for row in _rows(table))


def subsidies(table: Table) -> tuple[Subsidy, ...]:
    """Subsidies in the table's order."""
    return tuple(
        Subsidy(
            **_named(row),
            category=_one_of(row, "category", [each.value for each in Bought]),
            rate=row.whole("rate"),
            limit=_minor(row, "limit"),
            inclusive=_yes(row, "inclusive"),
            cap=_minor(row, "cap"),
            after_coupons=_yes(row, "after_coupons"),
        )
        for row in _rows(table)
    )


def _campaign(row: Row) -> Campaign:
    is_share = _yes(row, "is_share")
    kind = Kind(_one_of(row, "kind", [Kind.BONUS.value, Kind.COUPON.value]))
    categories = Category if kind is Kind.BONUS else Bought
    return Campaign(
        **_named(row),
        kind=kind,
        needs=Needs(_one_of(row, "needs", [each.value for each in Needs])),
        data=_one_of(row, "data", ["", *(each.value for each in Provenance)]),
        country=row.text("country"),
        brand=row.text("brand"),
        category=_one_of(row, "category", ["", *(each.value for each in categories)]),
        channel=row.text("channel"),
        least=_minor(row, "least") if row.text("least") else 0,
        is_share=is_share,
        value=row.whole("value") if is_share else _minor(row, "value"),
        cap=_minor(row, "cap") if row.text("cap") else None,
        order=row.whole("order"),
        stacks=_yes(row, "stacks"),
        merchant=row.text("merchant"),
    )


def _rows(table: Table) -> tuple[Row, ...]:
    since = SINCE.get(table.id, {})
    rows = tuple(replace(row, cells={**since, **row.cells}) for row in table.rows)
    wanted = COLUMNS[table.id] | since.keys()
    for row in rows:
        if row.cells.keys() != wanted:
            wrong = ", ".join(sorted(row.cells.keys() ^ wanted))
            raise row.broken(f"these columns are missing or unknown: {wrong}")
    return rows


def _named(row: Row) -> dict[str, Any]:
    return {
        **{name: row.text(name) for name in ("id", "en", "zh", "source")},
        "since": _day(row, "from"),
        "until": _day(row, "until"),
        "currency": _one_of(row, "currency", list(EXPONENTS)),
    }


def _day(row: Row, column: str) -> date:
    try:
        return date.fromisoformat(row.text(column))
    except ValueError as error:
        raise row.broken(f"{column} is not a date like 2026-11-21") from error


def _yes(row: Row, column: str) -> bool:
    return _one_of(row, column, ["yes", "no"]) == "yes"


def _one_of(row: Row, column: str, known: list[str]) -> str:
    text = row.text(column)
    if text not in known:
        raise row.broken(f"unknown {column} {text!r}; known: {', '.join(filter(None, known))}")
    return text


def _minor(row: Row, column: str) -> int:
    """Minor units of the row's currency, exact: a rounded promise is another promise."""
    scale = Decimal(10) ** EXPONENTS[_one_of(row, "currency", list(EXPONENTS))]
    minor = row.decimal(column) * scale
    if minor != minor.to_integral_value():
        raise row.broken(f"{column} is finer than the currency's minor unit")
    return int(minor)


def check(table: Table) -> None:
    """What can be seen wrong with one of the two by itself."""
    read = campaigns if table.id == CAMPAIGNS else subsidies
    found = read(table)
    if len({each.id for each in found}) < len(found):
        raise BrokenTable(f"{table.id}: an id stands there twice")
