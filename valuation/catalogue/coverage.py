"""How many rows of a file the catalogue recognises, and which names it misses most."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from valuation.catalogue.entries import Region
from valuation.catalogue.lookup import Lookup
from valuation.catalogue.matches import Match, NoMatch, Reason

MOST_FREQUENT = 50


@dataclass(frozen=True, slots=True)
class DeviceWords:
    """How a row names a device; memory in GB."""

    brand: str | None
    text: str
    storage_gb: float | None = None
    ram_gb: float | None = None


@dataclass(frozen=True, slots=True)
class Miss:
    """Words that no device answers to, why, and in how many rows they stand."""

    words: DeviceWords
    reason: Reason
    rows: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """Counts of rows; ``misses`` are the most frequent first."""

    rows: int
    device_models: int
    variants: int
    misses: tuple[Miss, ...]

    @property
    def share_of_device_models(self) -> float:
        """The share of rows whose device model is recognised; 0 of no rows."""
        return self.device_models / self.rows if self.rows else 0.0

    @property
    def share_of_variants(self) -> float:
        """The share of rows whose variant is recognised; 0 of no rows."""
        return self.variants / self.rows if self.rows else 0.0


def coverage(
    *,
    lookup: Lookup,
    rows: Iterable[DeviceWords],
    region: Region | None = None,
    most: int = MOST_FREQUENT,
) -> Coverage:
    """Look up every row, and count."""
    counted = Counter(rows)
    device_models = variants = 0
    misses: list[Miss] = []
    for words, count in counted.items():
        answer = _answer(lookup, words, region)
        if isinstance(answer, Match):
            variants += count
        else:
            misses.append(Miss(words, answer.reason, count))
        if isinstance(answer, Match) or answer.device_model is not None:
            device_models += count
    misses.sort(key=lambda miss: (-miss.rows, miss.words.text))
    return Coverage(counted.total(), device_models, variants, tuple(misses[:most]))


def _answer(lookup: Lookup, words: DeviceWords, region: Region | None) -> Match | NoMatch:
    return lookup.find(
        brand=words.brand,
        text=words.text,
        storage_gb=words.storage_gb,
        ram_gb=words.ram_gb,
        region=region,
        suggestions=False,
    )
