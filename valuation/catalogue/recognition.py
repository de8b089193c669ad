"""Which device models a name is, by the index alone, or why there is none."""

from collections.abc import Iterator

from valuation.catalogue.entries import Region
from valuation.catalogue.index import Found, How, NameIndex
from valuation.catalogue.matches import Reason
from valuation.catalogue.names import fold

# "Reno 3" is one device in China and another elsewhere; the catalogue's names say which.
REGIONAL = {Region.CN: "china", Region.GLOBAL: "global"}


def recognise(
    *, index: NameIndex, brand: str | None, text: str, region: Region | None
) -> tuple[Found, ...] | Reason:
    """The device model of that name, where the region tells two apart the region's; several where
    several brands have one of that name and none was said.
    """
    folded = fold(text)
    brands = _brands(index, brand, folded)
    if isinstance(brands, Reason):
        return brands
    spellings = (folded + REGIONAL[region], folded) if region else (folded,)
    for spelling in spellings:
        for candidate in brands:
            found = index.under(candidate, spelling)
            if found is not None:
                return (found,)
    if brand is None:
        for spelling in spellings:
            if named := index.anywhere.get(spelling):
                return _with_networks(index, spelling, named) if len(named) > 1 else named
    return _by_network(index, brands, folded)


def _brands(index: NameIndex, brand: str | None, folded: str) -> tuple[str, ...] | Reason:
    """The brand as given and no other; else those that the name begins with."""
    if brand is None:
        return tuple(index.words.leading(folded))
    named = index.words.brand(brand)
    return Reason.UNKNOWN_BRAND if named is None else (named,)


def _with_networks(index: NameIndex, spelling: str, named: tuple[Found, ...]) -> tuple[Found, ...]:
    """Who leaves the brand out leaves the 5G out: a Note 9 may be a Redmi Note 9 5G as well."""
    known = {each.device_model for each in named}
    others = {
        entry.device_model
        for longer in index.anywhere_without_network.get(spelling, ())
        for entry in index.anywhere[longer]
    }
    return (*named, *(Found(each, How.NETWORK_SUFFIX) for each in sorted(others - known)))


def _by_network(
    index: NameIndex, brands: tuple[str, ...], folded: str
) -> tuple[Found, ...] | Reason:
    """With one 4G or 5G more or less."""
    if brands:
        found = {key for brand in brands for key in index.by_network(brand, folded)}
    else:
        found = set(index.by_network_anywhere(folded))
    suffixed = tuple(Found(each, How.NETWORK_SUFFIX) for each in sorted(found))
    return suffixed or Reason.UNKNOWN_DEVICE


def is_a_number(index: NameIndex, text: str) -> bool:
    """Whether a name begins with a number and no brand: it says too little, unless an alias says
    that people mean one device model by it."""
    folded = fold(text)
    return folded[:1].isdigit() and not any(index.words.leading(folded))


def brands_meant(index: NameIndex, brand: str | None, text: str) -> Iterator[str]:
    """Root brands to suggest from, where brand or text says one."""
    brands = _brands(index, brand, fold(text))
    if not isinstance(brands, Reason):
        yield from (index.words.root(each) for each in brands)
