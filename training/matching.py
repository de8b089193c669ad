"""From the words of a sale to a device: through the catalogue, or outside it with absent facts."""

from dataclasses import dataclass, replace
from functools import lru_cache

from valuation.catalogue import Lookup, Match, NoMatch
from valuation.domain.device import Device
from valuation.domain.outside import OUTSIDE, is_beyond, size_slug
from valuation.intake.records import DeviceWords, stated_device

REMEMBERED = 200_000


@dataclass(frozen=True, slots=True)
class Matched:
    """A sale's device and how its words led there; outside the catalogue ``how`` says so."""

    device: Device
    how: str


class Matcher:
    """Devices of sales, remembered by their words."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self.match = lru_cache(maxsize=REMEMBERED)(self._match)

    def _match(self, words: DeviceWords) -> Matched:
        if is_beyond(words.category):
            return Matched(stated_device(words), OUTSIDE)
        for brand in dict.fromkeys((words.brand, None)):
            found = self._find(words, brand, model_only=False)
            if isinstance(found, Match) and found.variant is not None:
                device = self._lookup.catalogue.device(found.variant.id)
                return Matched(_with_words(device, words), found.how)
            found = self._find(words, brand, model_only=True)
            if isinstance(found, Match):
                device = self._unlisted_variant(found, words)
                return Matched(device, f"{found.by}, unlisted variant")
        return Matched(stated_device(words), OUTSIDE)

    def _find(self, words: DeviceWords, brand: str | None, *, model_only: bool) -> Match | NoMatch:
        # Sellers' words on RAM and version are unreliable: they narrow, and are dropped if wrong.
        sizes = [(words.ram_gb, words.version), (words.ram_gb, None), (None, None)]
        for ram_gb, version in dict.fromkeys(sizes):
            found = self._lookup.find(
                brand=brand, text=words.model, storage_gb=words.storage_gb, ram_gb=ram_gb,
                version=version, category=words.category, model_only=model_only,
            )  # fmt: skip
            if isinstance(found, Match):
                return found
        return found

    def _unlisted_variant(self, found: Match, words: DeviceWords) -> Device:
        """A known device model in a size that the catalogue does not list."""
        model = found.device_model
        facts = self._lookup.catalogue.device_model_facts(model.id)
        return Device(
            brand=model.brand,
            family=model.family,
            device_model=model.id,
            variant=f"{model.id}/{_size(words)}",
            name=f"{self._lookup.catalogue.name(model)} {_size(words)}",
            facts=replace(
                facts, storage_gb=words.storage_gb, ram_gb=words.ram_gb,
                launch_price_cny=facts.launch_price_cny or words.launch_price_cny,
            ),
        )  # fmt: skip


def _with_words(device: Device, words: DeviceWords) -> Device:
    """The catalogue's facts, completed by the launch price that the sale itself states."""
    if device.facts.launch_price_cny is not None or words.launch_price_cny is None:
        return device
    return replace(device, facts=replace(device.facts, launch_price_cny=words.launch_price_cny))


def _size(words: DeviceWords) -> str:
    return size_slug(storage_gb=words.storage_gb, ram_gb=words.ram_gb)
