"""The tables behind the ledger of impact: weights, avoided CO2e, metals that are recovered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from valuation.domain.impact_ledger import Span
from valuation.tables.table import Row, Table

FACTORS, MATERIALS = "impact-factors", "materials"
FIGURES = ("weight", "co2e_avoided", "displacement", "years_of_use")
CO2E = FIGURES[1:]
MG, UG, G = 1_000, 1_000_000, 1_000  # in a gram, in a gram, in a kilogram

Decimals = tuple[Decimal, Decimal, Decimal]


@dataclass(frozen=True, slots=True)
class ImpactFactors:
    """What one device of a category counts: weight in mg, CO2e in g, metals in µg.

    None, or no metals, where the tables say nothing of the category.
    """

    weight_mg: int | None = None
    co2e_g: Span | None = None
    metals_ug: Mapping[str, Span] = field(default_factory=dict)


def impact_factors(factors: Table, materials: Table, category: str) -> ImpactFactors:
    """The factors of a category; BrokenTable where a row cannot be read."""
    figures = check_factors(factors).get(category, {})
    weight = figures.get("weight")
    metals = {row.text("metal"): row for row in materials.rows if row.text("category") == category}
    return ImpactFactors(
        weight_mg=None if weight is None else _whole(weight[1] * MG),
        co2e_g=_avoided(figures),
        metals_ug={name: _span(*_ordered(row), scale=UG) for name, row in sorted(metals.items())},
    )


def check_factors(table: Table) -> dict[str, dict[str, Decimals]]:
    """Low, typical and high by category and figure; BrokenTable names the row."""
    found: dict[str, dict[str, Decimals]] = {}
    for row in table.rows:
        name, figures = row.text("figure"), found.setdefault(row.text("category"), {})
        if name not in FIGURES:
            raise row.broken(f"figure is one of {', '.join(FIGURES)}, not {name!r}")
        if name in figures:
            raise row.broken(f"{name} stands here a second time")
        if not row.text("licence").strip():
            raise row.broken("names no licence; write 'unverified' where nobody knows")
        figures[name] = _ordered(row)
        if name == "displacement" and figures[name][2] > 1:
            raise row.broken("displacement is a share of at most 1")
    return found


def _ordered(row: Row) -> Decimals:
    low, value, high = (row.decimal(name) for name in ("low", "value", "high"))
    if not 0 <= low <= value <= high:
        raise row.broken("low, value and high are 0 or more and in this order")
    return low, value, high


def _avoided(figures: Mapping[str, Decimals]) -> Span | None:
    if not set(CO2E) <= figures.keys():
        return None
    co2e, share, years = (figures[name] for name in CO2E)
    return _span(*(a * b * c for a, b, c in zip(co2e, share, years, strict=True)), scale=G)


def _span(*figures: Decimal, scale: int) -> Span:
    return Span(*(_whole(each * scale) for each in figures))


def _whole(figure: Decimal) -> int:
    return int(figure.to_integral_value())
