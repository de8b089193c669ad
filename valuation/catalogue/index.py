"""The index from brand and name to device model; built once, and never with two answers."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from valuation.catalogue.cells import CatalogueError
from valuation.catalogue.names import NETWORK, BrandWords, fold


class How(StrEnum):
    """How a text led to a device model."""

    ID = "id"
    EXACT = "exact"
    ALIAS = "alias"
    NETWORK_SUFFIX = "network-suffix"


@dataclass(frozen=True, slots=True)
class NamedBy:
    """A name of a device model, and where it stands."""

    place: str
    device_model: str
    text: str
    how: How


@dataclass(frozen=True, slots=True)
class Found:
    """A device model that a key leads to."""

    device_model: str
    how: How


Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class NameIndex:
    """Keys to device models: of a root brand, of any brand, and with 4G or 5G left out."""

    words: BrandWords
    of_brand: Mapping[Key, Found]
    anywhere: Mapping[str, tuple[Found, ...]]
    without_network: Mapping[Key, tuple[Key, ...]]

    def under(self, brand: str, folded: str) -> Found | None:
        """The device model of that exact name under a brand."""
        return self.of_brand.get((self.words.root(brand), self.words.key(brand, folded)))

    def by_network(self, brand: str, folded: str) -> frozenset[str]:
        """Device models whose name differs by one 4G or 5G, none that is of the other network."""
        root, key = self.words.root(brand), self.words.key(brand, folded)
        keys = [(root, shorter) for shorter in _network_left_out(key)]
        keys += self.without_network.get((root, key), ())
        found = (self.of_brand[each].device_model for each in keys if each in self.of_brand)
        return frozenset(each for each in found if not _of_other_network(each, key))


def build_index(*, words: BrandWords, names: Iterable[NamedBy]) -> NameIndex:
    """The index; CatalogueError where one name leads to two device models."""
    of_brand: dict[Key, Found] = {}
    for name in names:
        brand = name.device_model.split("/")[0]
        key = (words.root(brand), words.key(brand, fold(name.text)))
        other = of_brand.setdefault(key, Found(name.device_model, name.how))
        if other.device_model != name.device_model:
            raise CatalogueError(
                name.place,
                f"{name.text!r} leads to {name.device_model} and to {other.device_model}",
            )
    return NameIndex(words, of_brand, _anywhere(of_brand), _without_network(of_brand))


def _anywhere(of_brand: Mapping[Key, Found]) -> dict[str, tuple[Found, ...]]:
    found: defaultdict[str, list[Found]] = defaultdict(list)
    for (_, key), entry in of_brand.items():
        found[key].append(entry)
    return {key: tuple(entries) for key, entries in found.items()}


def _without_network(of_brand: Mapping[Key, Found]) -> dict[Key, tuple[Key, ...]]:
    found: defaultdict[Key, list[Key]] = defaultdict(list)
    for root, key in of_brand:
        for shorter in _network_left_out(key):
            found[root, shorter].append((root, key))
    return {key: tuple(keys) for key, keys in found.items()}


def _of_other_network(device_model: str, key: str) -> bool:
    """Whether the id says one network and the key the other: an A52 4G is no A52 5G."""
    own = set(NETWORK.findall(device_model.rpartition("/")[2]))
    said = set(NETWORK.findall(key))
    return bool(own and said and not own & said)


def _network_left_out(key: str) -> Iterator[str]:
    for match in NETWORK.finditer(key):
        shorter = key[: match.start()] + key[match.end() :]
        if shorter:
            yield shorter
