"""Sums over the ledger of impact. Whole units, so that parts add up to the whole exactly."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from valuation.domain.impact_ledger import REUSE, Counted, Outcome, Span

NOTHING = Span(0, 0, 0)
WHOLE = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What entries come to, counter-entries taken off.

    ``unweighed``: devices with no weight at all; ``table_weights``: with the table's;
    ``without_co2e``: reused ones of a kind that no factor is known for.
    """

    devices: Mapping[Outcome, int] = field(default_factory=dict)
    weight_mg: int = 0
    metals_ug: Mapping[str, Span] = field(default_factory=dict)
    co2e_g: Span = NOTHING
    unweighed: int = 0
    table_weights: int = 0
    without_co2e: int = 0
    reversed: int = 0

    @property
    def count(self) -> int:
        """Devices of every outcome."""
        return sum(self.devices.values())

    @property
    def reuse_rate(self) -> int | None:
        """Reused and refurbished of all, in basis points; None of none."""
        reused = sum(self.devices.get(each, 0) for each in REUSE)
        return WHOLE * reused // self.count if self.count else None


class Alike(NamedTuple):
    """Entries that differ in nothing that is summed but their weight: one of them, how many they
    are, and what they weigh together in mg."""

    entry: Counted
    times: int
    weight_mg: int


def total(entries: Iterable[Counted]) -> Totals:
    """The sum of entries."""
    return summed(Alike(entry, 1, entry.weight_mg or 0) for entry in entries)


def summed(parts: Iterable[Alike]) -> Totals:
    """The sum of entries, those that are alike at once."""
    devices: Counter[Outcome] = Counter()
    metals: dict[str, Span] = {}
    weight = unweighed = by_table = without = taken_back = 0
    co2e = NOTHING
    for entry, times, weight_mg in parts:
        signed = entry.sign * times
        devices[entry.outcome] += signed
        taken_back += entry.counter * times
        if entry.weight_mg is None:
            unweighed += signed
        else:
            weight += entry.sign * weight_mg
            by_table += 0 if entry.weighed else signed
        if entry.co2e_g is not None:
            co2e = _plus(co2e, entry.co2e_g, signed)
        elif entry.outcome in REUSE:
            without += signed
        for metal, span in entry.metals_ug.items():
            metals[metal] = _plus(metals.get(metal, NOTHING), span, signed)
    return Totals(
        devices={outcome: devices[outcome] for outcome in Outcome},
        weight_mg=weight, metals_ug=metals, co2e_g=co2e, unweighed=unweighed,
        table_weights=by_table, without_co2e=without, reversed=taken_back,
    )  # fmt: skip


def together(parts: Iterable[Totals]) -> Totals:
    """The sum of sums."""
    whole = total(())
    for part in parts:
        metals = {
            name: _plus(whole.metals_ug.get(name, NOTHING), part.metals_ug.get(name, NOTHING), 1)
            for name in (*whole.metals_ug, *part.metals_ug)
        }
        whole = Totals(
            devices={each: whole.devices[each] + part.devices[each] for each in Outcome},
            weight_mg=whole.weight_mg + part.weight_mg,
            metals_ug=metals,
            co2e_g=_plus(whole.co2e_g, part.co2e_g, 1),
            unweighed=whole.unweighed + part.unweighed,
            table_weights=whole.table_weights + part.table_weights,
            without_co2e=whole.without_co2e + part.without_co2e,
            reversed=whole.reversed + part.reversed,
        )
    return whole


def _plus(one: Span, other: Span, times: int) -> Span:
    return Span(*(mine + times * its for mine, its in zip(one, other, strict=True)))
