"""What a look-up answers: a match and how it came about, or no match and why."""

from dataclasses import dataclass
from enum import StrEnum

from valuation.catalogue.entries import DeviceModel, Variant
from valuation.catalogue.index import How


class Reason(StrEnum):
    """Why a look-up does not answer with a device."""

    UNKNOWN_DEVICE = "unknown_device"
    UNKNOWN_BRAND = "unknown_brand"
    BRAND_NEEDED = "brand_needed"
    AMBIGUOUS = "ambiguous"
    OTHER_CATEGORY = "other_category"
    CONTRADICTION = "contradiction"
    IMPOSSIBLE_VARIANT = "impossible_variant"
    STORAGE_NEEDED = "storage_needed"
    VERSION_NEEDED = "version_needed"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A device model that may have been meant."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Match:
    """A device model, its variant (None where only the device model was asked for), and how.

    ``ram_assumed``: several variants had this storage; the one with the least RAM was taken.
    """

    device_model: DeviceModel
    variant: Variant | None
    by: How
    ram_assumed: bool = False

    @property
    def how(self) -> str:
        """How it was found, in words for people and logs."""
        return f"{self.by}, ram assumed" if self.ram_assumed else str(self.by)


@dataclass(frozen=True, slots=True)
class NoMatch:
    """No device; ``variants`` are those that the device model has, where it was recognised."""

    reason: Reason
    suggestions: tuple[Suggestion, ...] = ()
    device_model: DeviceModel | None = None
    variants: tuple[Variant, ...] = ()

    @property
    def unclear(self) -> bool:
        """Whether the name is known, and not whose it is."""
        return self.reason in (Reason.AMBIGUOUS, Reason.BRAND_NEEDED)
