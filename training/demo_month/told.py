"""What became of the month's devices, as its tills saw it and not as the ledger counts it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from valuation.domain.disposition import Route
from valuation.domain.giving import Given
from valuation.domain.impact_ledger import OUTCOMES, Outcome


class Fate(StrEnum):
    """What became of a quote."""

    NO_OFFER = "no offer"
    DECLINED = "declined"
    RETURNED = "returned"
    RECYCLED = "recycled"
    SETTLED = "settled"


@dataclass
class Told:
    """Counts by what happened; ``quotes`` is the number of all."""

    quotes: int
    fates: Counter[Fate] = field(default_factory=Counter)
    routes: Counter[Route] = field(default_factory=Counter)  # of what went its way
    reversed: Counter[Route] = field(default_factory=Counter)
    gifts: Counter[Given] = field(default_factory=Counter)
    places: Counter[str] = field(default_factory=Counter)  # where settled devices went, or why not
    countered: int = 0

    @property
    def outcomes(self) -> Mapping[Outcome, int]:
        """What the ledger must come to."""
        found = dict.fromkeys(Outcome, 0)
        for route, outcome in OUTCOMES.items():
            found[outcome] += self.routes[route] - self.reversed[route]
        return found


def lines_of(told: Told, counted: Mapping[Outcome, int]) -> Iterator[str]:
    """What to print of it."""
    under_way = told.quotes - told.fates.total()
    yield f"quotes: {told.quotes}, of them {_said(told.fates)}, under way {under_way}"
    yield f"counter-offers: {told.countered}; given: {_said(told.gifts)}"
    yield f"went their way: {_said(told.routes)}; taken back: {_said(told.reversed)}"
    yield f"settled to go to: {_said(told.places)}"
    yield f"the ledger counts: {_said(counted)}"


def _said(counts: Mapping[Any, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or "none"
