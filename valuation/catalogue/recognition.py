"""Which device model a name is, by the index alone: exactly one, or why there is none."""

from collections.abc import Iterator

from valuation.catalogue.entries import Region
from valuation.catalogue.index import Found, How, NameIndex
from valuation.catalogue.matches import Reason
from valuation.catalogue.names import fold

# "Reno 3" is one device in China and another elsewhere; the catalogue's names say which.
REGIONAL = {Region.CN: "china", Region.GLOBAL: "global"}


def recognise(
    *, index: NameIndex, brand: str | None, text: str, region: Region | None
) -> Found | Reason:
    """The one device model of that name; where the region tells two apart, the region's."""
    folded = fold(text)
    brands = _brands(index, brand, folded)
    if isinstance(brands, Reason):
        return brands
    spellings = (folded + REGIONAL[region], folded) if region else (folded,)
    for spelling in spellings:
        for candidate in brands:
            found = index.under(candidate, spelling)
            if found is not None:
                return found
    if brand is None and (elsewhere := _of_any_brand(index, spellings)):
        return elsewhere
    return _by_network(index, brands, folded)


def _brands(index: NameIndex, brand: str | None, folded: str) -> tuple[str, ...] | Reason:
    """The brand as given and no other; else those that the name begins with."""
    if brand is None:
        return tuple(index.words.leading(folded))
    named = index.words.brand(brand)
    return Reason.UNKNOWN_BRAND if named is None else (named,)


def _of_any_brand(index: NameIndex, spellings: tuple[str, ...]) -> Found | Reason | None:
    """A name without a brand, if one device model alone has it; a bare number says too little."""
    for spelling in spellings:
        match index.anywhere.get(spelling, ()):
            case []:
                continue
            case [found]:
                return Reason.BRAND_NEEDED if spelling[0].isdigit() else found
            case _:
                return Reason.AMBIGUOUS
    return None


def _by_network(index: NameIndex, brands: tuple[str, ...], folded: str) -> Found | Reason:
    """With one 4G or 5G more or less."""
    match sorted({key for brand in brands for key in index.by_network(brand, folded)}):
        case []:
            return Reason.UNKNOWN_DEVICE
        case [device_model]:
            return Found(device_model, How.NETWORK_SUFFIX)
        case _:
            return Reason.AMBIGUOUS


def brands_meant(index: NameIndex, brand: str | None, text: str) -> Iterator[str]:
    """Root brands to suggest from, where brand or text says one."""
    brands = _brands(index, brand, fold(text))
    if not isinstance(brands, Reason):
        yield from (index.words.root(each) for each in brands)
