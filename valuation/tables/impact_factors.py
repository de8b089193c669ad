"""The tables behind the ledger of impact: weights, avoided CO2e, metals that are recovered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from valuation.domain.impact_ledger import Span
from valuation.domain.outside import slug
from valuation.tables.by_category import KINDS, narrowest
from valuation.tables.table import Row, Table

FACTORS, MATERIALS = "impact-factors", "materials"
FIGURES = ("weight", "co2e_avoided", "displacement", "years_of_use")
CO2E = FIGURES[1:]
MG, UG, G = 1_000, 1_000_000, 1_000  # in a gram, in a gram, in a kilogram

Decimals = tuple[Decimal, Decimal, Decimal]


class UnknownKind(ValueError):
    """No row of the factors speaks of appliances of this kind; ``known`` are those there are."""

    def __init__(self, kind: str, known: tuple[str, ...]) -> None:
        super().__init__(f"no kind of appliance {kind[:40]!r}; known: {', '.join(known) or 'none'}")
        self.known = known


@dataclass(frozen=True, slots=True)
class ImpactFactors:
    """What one device of a category counts: weight in mg, CO2e in g, metals in µg.

    None, or no metals, where the tables say nothing of the category.
    """

    weight_mg: int | None = None
    co2e_g: Span | None = None
    metals_ug: Mapping[str, Span] = field(default_factory=dict)


def impact_factors(
    factors: Table, materials: Table, category: str, kind: str | None = None
) -> ImpactFactors:
    """The factors of a category, the weight and metals of a kind of it; BrokenTable where a row
    cannot be read."""
    told = check_factors(factors)
    figures = told.get(category, {})
    weight = told.get(f"{category}/{kind}", figures).get("weight")
    rows = narrowest(materials.rows, (f"{category}/{kind}", category), lambda _: "")
    metals = {row.text("metal"): row for row in rows}
    return ImpactFactors(
        weight_mg=None if weight is None else _whole(weight[1] * MG),
        co2e_g=_avoided(figures),
        metals_ug={name: _span(*_ordered(row), scale=UG) for name, row in sorted(metals.items())},
    )


def weights_of(factors: Table) -> dict[str, float]:
    """The usual weight in grams by category, and by kind as in ``appliance/freezer``."""
    told = check_factors(factors).items()
    return {category: float(it["weight"][1]) for category, it in told if "weight" in it}


def grams_of(tables: Mapping[str, Table]) -> dict[str, Decimal]:
    """``weights_of`` the tables of a quote, exact; of before there were factors nothing."""
    told = check_factors(tables[FACTORS]) if FACTORS in tables else {}
    return {category: it["weight"][1] for category, it in told.items() if "weight" in it}


def check_kind(weights: Mapping[str, float], kind: str | None) -> None:
    """UnknownKind of an appliance of which no row tells the weight."""
    known = tuple(each.partition("/")[2] for each in weights if each.startswith(KINDS))
    if kind is not None and slug(kind) not in known:
        raise UnknownKind(kind, known)


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
