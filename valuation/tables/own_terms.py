"""The terms of the categories and kinds of appliance that tables name."""

from collections.abc import Mapping
from decimal import Decimal

from valuation.domain.terms import OwnTerms
from valuation.tables.by_category import KINDS, bringing, category_of, costing, scopes_named
from valuation.tables.parts import parts
from valuation.tables.readings import Converter, handling, repairs
from valuation.tables.table import BrokenTable, Table


def own_terms(
    tables: Mapping[str, Table], money: Converter, grams: Mapping[str, Decimal]
) -> dict[str, OwnTerms]:
    """What holds for each category and kind that handling, repairs or parts name.

    ``grams``: weight by category and kind. BrokenTable for a kind that has none: a name misspelt
    would leave its figures to nobody.
    """
    costs, jobs, sold = (tables[name] for name in ("handling", "repairs", "parts"))
    named = scopes_named(costs, jobs, sold)
    if strange := sorted(each for each in named if each.startswith(KINDS) and each not in grams):
        raise BrokenTable(f"impact-factors tells no weight of {strange[0]!r}, a kind of others")
    if KINDS[:-1] in named:
        named |= {each for each in grams if each.startswith(KINDS)}  # what weighs more costs more
    return {
        scope: OwnTerms(
            handling=handling(costs, money, costing(scope), _grams_of(scope, grams)),
            repairs=repairs(jobs, money, bringing(scope)),
            parts=parts(sold, bringing(scope)),
        )
        for scope in sorted(named)
    }


def _grams_of(scope: str, grams: Mapping[str, Decimal]) -> Decimal | None:
    """The weight of a scope's devices; of an appliance of no known kind that of the heaviest."""
    found = grams.get(scope, grams.get(category_of(scope).value))
    kinds = (weight for each, weight in grams.items() if each.startswith(f"{scope}/"))
    return found if found is not None else max(kinds, default=None)
