"""The index from brand and name to device model; built once, and never with two answers."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from valuation.catalogue.cells import Row
from valuation.catalogue.names import NETWORK, BrandWords, fold


class How(StrEnum):
    """How a text led to a device model."""

    ID = "id"
    EXACT = "exact"
    ALIAS = "alias"
    NETWORK_SUFFIX = "network-suffix"
    NARROWED = "narrowed"


class NamedBy(NamedTuple):
    """A name of a device model, and where it stands."""

    row: Row
    device_model: str
    text: str
    how: How


class Found(NamedTuple):
    """A device model that a key leads to; ``bare``: the catalogue has an alias without a brand."""

    device_model: str
    how: How
    bare: bool = False


Key = tuple[str, str]


@dataclass(frozen=True)
class NameIndex:
    """Keys to device models: of a root brand; those of any brand, and with 4G or 5G left out,
    are found when they are first asked for.
    """

    words: BrandWords
    of_brand: Mapping[Key, Found]

    @cached_property
    def anywhere(self) -> Mapping[str, tuple[Found, ...]]:
        """Device models by a key of any brand, and of a part's without it: K40 is a Redmi too."""
        found: defaultdict[str, dict[str, Found]] = defaultdict(dict)
        for (root, key), entry in self.of_brand.items():
            for spelling in filter(None, (key, self.words.part_left_out(key, root))):
                found[spelling].setdefault(entry.device_model, entry)
        return {key: tuple(entries.values()) for key, entries in found.items()}

    @cached_property
    def without_network(self) -> Mapping[Key, tuple[Key, ...]]:
        """Keys by themselves with one 4G or 5G left out."""
        found: defaultdict[Key, list[Key]] = defaultdict(list)
        for root, key in self.of_brand:
            for shorter in _network_left_out(key):
                found[root, shorter].append((root, key))
        return {key: tuple(keys) for key, keys in found.items()}

    @cached_property
    def anywhere_without_network(self) -> Mapping[str, tuple[str, ...]]:
        """Keys of any brand by themselves with one 4G or 5G left out."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for key in self.anywhere:
            for shorter in _network_left_out(key):
                found[shorter].append(key)
        return {key: tuple(keys) for key, keys in found.items()}

    def under(self, brand: str, folded: str) -> Found | None:
        """The device model of that exact name under a brand."""
        return self.of_brand.get((self.words.root(brand), self.words.key(brand, folded)))

    @cached_property
    def _networks(self) -> Mapping[str, frozenset[str]]:
        """The networks that the names of a device model say."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for (_, key), entry in self.of_brand.items():
            found[entry.device_model].update(NETWORK.findall(key))
        return {device_model: frozenset(said) for device_model, said in found.items()}

    def by_network(self, brand: str, folded: str) -> frozenset[str]:
        """Device models whose name differs by one 4G or 5G, none that is of the other network."""
        root, key = self.words.root(brand), self.words.key(brand, folded)
        keys = [(root, shorter) for shorter in _network_left_out(key)]
        keys += self.without_network.get((root, key), ())
        found = (self.of_brand[each].device_model for each in keys if each in self.of_brand)
        return frozenset(each for each in found if not self._of_other_network(each, key))

    def by_network_anywhere(self, folded: str) -> frozenset[str]:
        """The same by a name without a brand; the 5G must have been said and not be in the name."""
        found = (
            entry.device_model
            for shorter in _network_left_out(folded)
            for entry in self.anywhere.get(shorter, ())
        )
        return frozenset(each for each in found if not self._of_other_network(each, folded))

    def _of_other_network(self, device_model: str, key: str) -> bool:
        """Whether its names say one network and the key the other: an A52 4G is no A52 5G."""
        own, said = self._networks[device_model], set(NETWORK.findall(key))
        return bool(own and said and not own & said)


def build_index(*, words: BrandWords, names: Iterable[NamedBy]) -> NameIndex:
    """The index; CatalogueError where one name leads to two device models."""
    of_brand: dict[Key, Found] = {}
    for name in names:
        brand = name.device_model.split("/")[0]
        key = (words.root(brand), words.key(brand, fold(name.text)))
        bare = name.how is How.ALIAS and fold(name.text) == key[1]
        other = of_brand.setdefault(key, Found(name.device_model, name.how))
        if other.device_model != name.device_model:
            raise name.row.error(
                f"{name.text!r} leads to {name.device_model} and to {other.device_model}"
            )
        of_brand[key] = other._replace(bare=other.bare or bare)
    return NameIndex(words, of_brand)


def _network_left_out(key: str) -> Iterator[str]:
    for match in NETWORK.finditer(key):
        shorter = key[: match.start()] + key[match.end() :]
        if shorter:
            yield shorter
