"""What a quote tells of its routes beside their money: what each saves, and how the device travels.

Only quotes whose tables speak of it tell it; those of before say what they said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from valuation.domain.dispatch import Dispatch, Instruction, ways_of
from valuation.domain.disposition import Route
from valuation.domain.impact_ledger import OUTCOMES, REUSE, Outcome, Span
from valuation.domain.outside import kind_of
from valuation.domain.quote import Quote
from valuation.tables.dispatch import DISPATCH, dispatch
from valuation.tables.impact_factors import (
    FACTORS,
    MATERIALS,
    MG,
    UG,
    G,
    ImpactFactors,
    impact_factors,
)
from valuation.tables.table import Table

Told = dict[str, object]


@dataclass(frozen=True, slots=True)
class ToldRoutes:
    """The tables behind it, read once for many quotes."""

    tables: Mapping[str, Table]
    dispatch: Dispatch | None
    known: dict[tuple[str, str | None], ImpactFactors]

    @classmethod
    def of(cls, tables: Mapping[str, Table]) -> "ToldRoutes":
        """What the tables say; BrokenTable."""
        return cls(tables, dispatch(tables[DISPATCH]) if DISPATCH in tables else None, {})

    def impact(self, quote: Quote) -> dict[Route, Told]:
        """By route: grams kept out of waste, CO2e avoided in kg, metals recovered in grams.

        None where nobody knows: only a device that is used again is counted as avoiding another.
        """
        device, outcomes = quote.subject.device, OUTCOMES
        if device is None or FACTORS not in self.tables:
            return {}
        category = device.category.value
        counts = self._factors(category, kind_of(device.variant, category))
        weight = device.facts.weight_g
        if weight is None and counts.weight_mg is not None:
            weight = counts.weight_mg / MG
        return {route: _counted(weight, counts, outcomes.get(route)) for route in Route}

    def handling(self, quote: Quote) -> Told | None:
        """The ways in which the customer may hand the device over, packing and transport."""
        way = quote.disposition
        if self.dispatch is None or way is None:
            return None
        if not any(each.open and each.route is not Route.REFUSE for each in way.routes):
            return None  # it is not taken; one that waits for a person may be handed over
        device = quote.subject.device
        category = device.category.value if device else ""
        found = self.dispatch.of([gate.code for gate in way.conditions], category)
        return {"ways": [each.value for each in ways_of(found)], **travels(found)}

    def _factors(self, category: str, kind: str | None) -> ImpactFactors:
        if (category, kind) not in self.known:
            self.known[category, kind] = impact_factors(
                self.tables[FACTORS], self.tables[MATERIALS], category, kind
            )
        return self.known[category, kind]


def travels(instructions: Sequence[Instruction]) -> dict[str, str]:
    """How a device is packed and carried, in English and in Chinese."""
    return {
        "packing_en": " ".join(each.packing[0] for each in instructions),
        "packing_zh": "".join(each.packing[1] for each in instructions),
        "transport_en": " ".join(each.transport[0] for each in instructions),
        "transport_zh": "".join(each.transport[1] for each in instructions),
    }


def _counted(weight: float | None, counts: ImpactFactors, outcome: Outcome | None) -> Told:
    """One route's; nothing comes of a device that is not taken."""
    if outcome is None:
        return {"kept_g": 0, "co2e_avoided_kg": None, "metals_g": {}}
    reused, metals = outcome in REUSE, counts.metals_ug if outcome is Outcome.DISMANTLED else {}
    return {
        "kept_g": weight,
        "co2e_avoided_kg": _span(counts.co2e_g, G) if reused and counts.co2e_g else None,
        "metals_g": {name: _span(span, UG) for name, span in metals.items()},
    }


def _span(span: Span, scale: int) -> Told:
    return {"low": span.low / scale, "typical": span.typical / scale, "high": span.high / scale}
