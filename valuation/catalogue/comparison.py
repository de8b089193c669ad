"""Our rows against published reference files: like with like, and every disagreement named."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from valuation.catalogue.coverage import DeviceWords
from valuation.catalogue.entries import DeviceModel, Region, number_text
from valuation.catalogue.index import How
from valuation.catalogue.lookup import Lookup
from valuation.catalogue.matches import Match
from valuation.catalogue.parsing import PLAUSIBLE
from valuation.catalogue.reference_rows import ReferenceRow, Release, reference_rows

# Colours and materials differ by a gram or two, sources round batteries, and diagonals to 0.1.
SHARES = {"weight_g": 0.03, "battery_mah": 0.02, "screen_in": 0.012}
PRICE_SHARE = 0.01
# The files state a first sale anywhere: one in China may lie a quarter apart and be right.
MONTHS_APART = {Region.GLOBAL: 1, Region.CN: 3}


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A fact that a reference states otherwise, at ``place`` first, and in ``rows`` of it."""

    subject: str
    field: str
    ours: str
    theirs: str
    our_source: str
    place: str
    rows: int = 1


@dataclass(frozen=True, slots=True)
class FieldCount:
    """How many values of a field were compared, and how many disagreed."""

    field: str
    compared: int
    disagreeing: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Counts by field, and the disagreements in the order of the catalogue."""

    fields: tuple[FieldCount, ...]
    disagreements: tuple[Disagreement, ...]


@dataclass(frozen=True, slots=True)
class LaunchPrice:
    """A launch price in whole yuan as a file states it."""

    words: DeviceWords
    price_cny: int
    place: str


@dataclass(frozen=True, slots=True)
class Compared:
    """One value of ours beside one of a reference."""

    disagreement: Disagreement
    agrees: bool


def compare(*, lookup: Lookup, folder: Path) -> Comparison:
    """Weight, battery, screen and first sale against the reference files of a folder."""
    return _summary(
        fact
        for row in reference_rows(folder)
        for device_model in _same_device(lookup, row)
        for fact in _facts(device_model, row)
    )


def compare_launch_prices(*, lookup: Lookup, prices: Iterable[LaunchPrice]) -> Comparison:
    """Launch prices in yuan against those of a shop's list; other currencies are not alike."""
    return _summary(fact for price in prices for fact in _price_facts(lookup, price))


def _same_device(lookup: Lookup, row: ReferenceRow) -> Iterator[DeviceModel]:
    """Ours, if the name is exactly its own: the Samsung J4 of 2008 is no Galaxy J4."""
    answer = lookup.find(
        brand=None, text=row.name, region=Region.GLOBAL, model_only=True, suggestions=False
    )
    if isinstance(answer, Match) and answer.by is How.EXACT:
        yield answer.device_model


def _facts(ours: DeviceModel, row: ReferenceRow) -> Iterator[Compared]:
    yield from _number_facts(ours, row)
    if ours.first_sale is not None and row.released is not None:
        said = (f"{ours.first_sale:%Y-%m}", str(row.released))
        fact = Disagreement(ours.id, "first_sale", *said, ours.source, row.place)
        tolerated = MONTHS_APART[ours.first_sale_region or Region.GLOBAL]
        yield Compared(fact, agrees=_months_apart(ours.first_sale, row.released) <= tolerated)


def _number_facts(ours: DeviceModel, row: ReferenceRow) -> Iterator[Compared]:
    plausible = PLAUSIBLE[ours.category]
    facts = (
        ("weight_g", ours.weight_g, row.weight_g, plausible.weight_g),
        ("battery_mah", ours.battery_mah, row.battery_mah, plausible.battery_mah),
        ("screen_in", ours.screen_in, row.screen_in, plausible.screen_in),
    )
    for field, own, theirs, (low, high) in facts:
        # A tablet of 5 g is a slip of the reference, and no ground to doubt ours.
        if own is not None and theirs is not None and low <= theirs <= high:
            said = (number_text(own), number_text(theirs))
            fact = Disagreement(ours.id, field, *said, ours.source, row.place)
            yield Compared(fact, agrees=abs(own - theirs) <= SHARES[field] * theirs)


def _months_apart(ours: date, theirs: Release) -> int:
    """Months between, counted to the nearest month of a year that is stated alone."""
    own = ours.year * 12 + ours.month
    first = theirs.year * 12 + (theirs.month or 1)
    last = theirs.year * 12 + (theirs.month or 12)
    return max(first - own, own - last, 0)


def _price_facts(lookup: Lookup, price: LaunchPrice) -> Iterator[Compared]:
    words = price.words
    answer = lookup.find(
        brand=words.brand,
        text=words.text,
        storage_gb=words.storage_gb,
        ram_gb=words.ram_gb,
        region=Region.CN,
        suggestions=False,
    )
    if not isinstance(answer, Match) or answer.variant is None or answer.ram_assumed:
        return
    variant = answer.variant
    if variant.launch_price_cny is not None:
        said = (str(variant.launch_price_cny), str(price.price_cny))
        fact = Disagreement(variant.id, "launch_price_cny", *said, variant.source, price.place)
        gap = abs(variant.launch_price_cny - price.price_cny)
        yield Compared(fact, agrees=gap <= PRICE_SHARE * price.price_cny)


def _summary(facts: Iterable[Compared]) -> Comparison:
    compared: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    disagreements: dict[tuple[str, str, str], Disagreement] = {}
    for fact in facts:
        each = fact.disagreement
        compared[each.field] += 1
        if not fact.agrees:
            wrong[each.field] += 1
            key = (each.subject, each.field, each.theirs)
            before = disagreements.get(key)
            disagreements[key] = replace(before, rows=before.rows + 1) if before else each
    counts = (FieldCount(field, number, wrong[field]) for field, number in compared.items())
    return Comparison(tuple(counts), tuple(disagreements[key] for key in sorted(disagreements)))
