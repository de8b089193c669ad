"""Which variant of a device model is meant; never one that is worth more than was said."""

from dataclasses import dataclass

from valuation.catalogue.entries import Variant
from valuation.catalogue.matches import Reason
from valuation.catalogue.names import fold

STANDARD = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was said of the configuration."""

    storage_gb: float | None
    ram_gb: float | None
    version: str | None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The variant, and whether its RAM is an assumption."""

    variant: Variant
    ram_assumed: bool


def choose(*, variants: tuple[Variant, ...], wanted: Wanted) -> Chosen | Reason:
    """The variant meant; where RAM is not said, the least among those of the storage."""
    if wanted.storage_gb is None:
        return Reason.STORAGE_NEEDED
    left = [v for v in variants if _fits(v, wanted)]
    if not left:
        return Reason.IMPOSSIBLE_VARIANT
    if wanted.version is None:
        left = _standard(left)
        if len({variant.version for variant in left}) > 1:
            return Reason.VERSION_NEEDED
    smallest = min(left, key=lambda variant: (variant.ram_gb or 0.0, variant.id))
    return Chosen(smallest, ram_assumed=len(left) > 1)


def _fits(variant: Variant, wanted: Wanted) -> bool:
    if variant.storage_gb != wanted.storage_gb:
        return False
    if wanted.version is not None and fold(wanted.version) != fold(variant.version):
        return False
    # Where ids leave RAM out (Apple), nobody chooses it, and what a listing says is no witness.
    return wanted.ram_gb is None or not variant.ram_in_id or variant.ram_gb == wanted.ram_gb


def _standard(variants: list[Variant]) -> list[Variant]:
    """The standard version where there is one, else all that are left."""
    return [variant for variant in variants if variant.version == STANDARD] or variants
