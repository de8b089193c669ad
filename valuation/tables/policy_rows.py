"""The settings of a policy table by name and scope, and the margin that they make.

A merchant's own margin stands in a table of its own, ``margin/MERCHANT``: the policy's digest is in
every merchant's quotes, and who knew the rest of it could try it against the others' margins.
"""

import re
from collections.abc import Mapping

from valuation.domain.margin import Margin, MarginRefused, Tier
from valuation.domain.money import EXPONENTS
from valuation.tables.table import BrokenTable, Row, Table

Rows = Mapping[tuple[str, str], Row]

MARGIN = "margin"  # what a quote calls the table of its merchant's own
SHARE, TIER = "margin", "margin_tier"
FIXED, FLOOR, CEILING = "margin_fixed", "margin_floor", "margin_ceiling"
MARGIN_SCOPED = {
    TIER: "minor units/currency", FIXED: "a currency", FLOOR: "a currency", CEILING: "a currency",
}  # fmt: skip
MINOR_UNITS = "minor units"
OWN_ID = re.compile(rf"{MARGIN}/[\w-]+", re.ASCII)


def rows_of(table: Table, *, plain: frozenset[str], scoped: Mapping[str, str]) -> Rows:
    """The rows by setting and scope; BrokenTable for a slip of the pen, which would silently leave
    a setting as it was. ``scoped``: settings by what, as people are told it."""
    found: dict[tuple[str, str], Row] = {}
    for row in table.rows:
        _check(row, plain, scoped)
        if found.setdefault((row.text("setting"), row.text("scope")), row) is not row:
            raise row.broken(f"{row.text('setting')} stands here a second time")
    return found


def required(table: Table, rows: Rows, setting: str, scope: str = "") -> Row:
    """The row of a setting; BrokenTable where there is none."""
    if (setting, scope) not in rows:
        raise BrokenTable(f"{table.id}: no row for {setting} {scope}".rstrip())
    return rows[setting, scope]


def margin_of(table: Table, rows: Rows, currency: str) -> Margin:
    """The margin in a currency: ``margin`` is its first tier, in every currency, and the currency's
    own rows add to it; BrokenTable where it is refused."""
    share = required(table, rows, SHARE).whole("value")
    named = _currencies(rows)
    if named and currency not in named and not share:
        raise BrokenTable(
            f"{table.id}: a margin of 0 in {currency}; amounts are named in {', '.join(named)}"
        )
    tiers = [
        Tier(int(scope.partition("/")[0]), row.whole("value"))
        for (setting, scope), row in rows.items()
        if setting == TIER and scope.partition("/")[2] == currency
    ]

    def amount(setting: str) -> int | None:
        row = rows.get((setting, currency))
        return None if row is None else row.whole("value")

    try:
        return Margin(
            tiers=(Tier(0, share), *sorted(tiers)),
            fixed=amount(FIXED) or 0,
            floor=amount(FLOOR) or 0,
            ceiling=amount(CEILING),
        )
    except MarginRefused as error:
        raise BrokenTable(f"{table.id}, in {currency}: {error}") from error


def own_margin_id(merchant: str) -> str:
    """The id of the table that holds a merchant's own margin."""
    return f"{MARGIN}/{merchant}"


def own_margin(table: Table, currency: str) -> Margin:
    """The margin of a merchant's own table."""
    return margin_of(table, _own_rows(table), currency)


def check_own_margin(table: Table) -> None:
    """BrokenTable for a merchant's margin that is refused, or that is nobody's."""
    if not OWN_ID.fullmatch(table.id):
        raise BrokenTable(f"the id of a merchant's margin is {own_margin_id('ID')}, not {table.id}")
    # Where no currency has rows of its own the share is the same in every one.
    for currency in _currencies(_own_rows(table)) or ("CNY",):
        own_margin(table, currency)


def _own_rows(table: Table) -> Rows:
    return rows_of(table, plain=frozenset({SHARE}), scoped=MARGIN_SCOPED)


def _currencies(rows: Rows) -> list[str]:
    """The currencies in which the margin has rows of their own."""
    scopes = {scope for setting, scope in rows if setting in MARGIN_SCOPED}
    return sorted({scope.rpartition("/")[2] for scope in scopes})


def _check(row: Row, plain: frozenset[str], scoped: Mapping[str, str]) -> None:
    setting, scope = row.text("setting"), row.text("scope")
    if setting not in scoped and setting not in plain:
        known = ", ".join(sorted(plain | scoped.keys()))
        raise row.broken(f"unknown setting {setting!r}; known: {known}")
    if setting in plain and scope:
        raise row.broken(f"{setting} has no scope, and {scope!r} stands there")
    if setting in scoped:
        before, _, currency = scope.rpartition("/")
        of_what = scoped[setting].rpartition("/")[0]
        if currency not in EXPONENTS or bool(before) != bool(of_what):
            raise row.broken(f"the scope of {setting} is {scoped[setting]}, not {scope!r}")
    if setting == TIER and not (before.isascii() and before.isdigit()):
        raise row.broken(f"a tier starts at a whole number of minor units, not at {before!r}")
    if setting in (FIXED, FLOOR, CEILING) and row.text("unit") != MINOR_UNITS:
        raise row.broken(f"{setting} is in {MINOR_UNITS}, not in {row.text('unit')!r}")
