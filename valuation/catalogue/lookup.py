"""From the words of a person or a file to a device of the catalogue, never by resemblance."""

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache
from itertools import chain

from valuation.catalogue.catalogue import Catalogue
from valuation.catalogue.choice import Chosen, Wanted, choose
from valuation.catalogue.entries import Region
from valuation.catalogue.free_text import FreeText, parse_free_text, readings
from valuation.catalogue.index import Found, How
from valuation.catalogue.matches import Match, NoMatch, Reason, Suggestion
from valuation.catalogue.names import fold
from valuation.catalogue.recognition import brands_meant, is_a_number, recognise
from valuation.catalogue.search import Hit, SearchTable, build_search_table, search
from valuation.catalogue.suggestions import Suggester
from valuation.domain.device import Category

# Distinct questions kept with their answers: files repeat the same few thousand device names.
REMEMBERED = 65_536
# No name of a device is this long, and what is remembered must stay small.
LONGEST = 200
# The first telephone with 5G, the Galaxy S10 5G, was sold from 2019-04-05 (Samsung Newsroom).
FIRST_5G = date(2019, 4, 1)


@dataclass(frozen=True, slots=True)
class Query:
    """A look-up's words."""

    brand: str | None
    text: str
    wanted: Wanted
    category: Category | None
    region: Region | None
    model_only: bool
    suggestions: bool


class Lookup:
    """Look-ups in one catalogue; answers are remembered."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._suggester = Suggester(catalogue)
        self._answer = lru_cache(maxsize=REMEMBERED)(self._ask)

    def find(
        self,
        *,
        brand: str | None,
        text: str,
        storage_gb: float | None = None,
        ram_gb: float | None = None,
        version: str | None = None,
        category: Category | None = None,
        region: Region | None = None,
        model_only: bool = False,
        suggestions: bool = True,
    ) -> Match | NoMatch:
        """The device that the words name exactly; ``model_only`` stops at the device model.

        ``region`` tells apart two devices that are sold under one name. Suggestions cost a
        millisecond where nothing is found: files need none.
        """
        if len(text) > LONGEST:
            return NoMatch(Reason.UNKNOWN_DEVICE)
        return self._answer(
            brand or None, text, storage_gb, ram_gb, version or None, category, region,
            model_only, suggestions,
        )  # fmt: skip

    def search(self, *, text: str, limit: int = 20) -> tuple[Hit, ...]:
        """Variants whose names begin with, contain or resemble the text, best first."""
        return search(table=self._search_table, text=text, limit=limit)

    @cached_property
    def _search_table(self) -> SearchTable:
        return build_search_table(self.catalogue)

    def _ask(
        self, brand: str | None, text: str, storage_gb: float | None, ram_gb: float | None,
        version: str | None, category: Category | None, region: Region | None,
        model_only: bool, suggestions: bool,
    ) -> Match | NoMatch:  # fmt: skip
        wanted = Wanted(storage_gb, ram_gb, version)
        return self._find(Query(brand, text, wanted, category, region, model_only, suggestions))

    def _find(self, query: Query) -> Match | NoMatch:
        by_id = self._by_id(query)
        if by_id is not None:
            return by_id
        for reading in chain((FreeText(query.text, None, None),), readings(query.text)):
            found = self._recognise(query, reading.name)
            if isinstance(found, Reason):
                continue
            wanted = _merge(query.wanted, reading)
            if wanted is None:
                return self._refuse(found[0], Reason.CONTRADICTION)
            return self._settle(replace(query, wanted=wanted), reading.name, found)
        return self._unknown(query, parse_free_text(query.text).name)

    def _by_id(self, query: Query) -> Match | NoMatch | None:
        catalogue = self.catalogue
        text = query.text.strip()
        if text in catalogue.device_models:
            return self._narrow(query, Found(text, How.ID))
        variant = catalogue.variants.get(text)
        if variant is None:
            return None
        found = Found(variant.device_model, How.ID)
        if query.model_only:
            return self._narrow(query, found)
        chosen = choose(variants=(variant,), wanted=replace(query.wanted, storage_gb=(
            query.wanted.storage_gb or variant.storage_gb)))  # fmt: skip
        if isinstance(chosen, Reason):
            return self._refuse(found, Reason.CONTRADICTION)
        return Match(catalogue.device_models[found.device_model], variant, How.ID)

    def _recognise(self, query: Query, text: str) -> tuple[Found, ...] | Reason:
        index = self.catalogue.index
        found = recognise(index=index, brand=query.brand, text=text, region=query.region)
        if isinstance(found, Reason):
            return found
        return tuple(each for each in found if not self._older_than_5g(each, text)) or (
            Reason.UNKNOWN_DEVICE
        )

    def _older_than_5g(self, found: Found, text: str) -> bool:
        """Whether a 5G was said that no name has, of a device model from before there was any."""
        first_sale = self.catalogue.device_models[found.device_model].first_sale
        suffixed = found.how is How.NETWORK_SUFFIX and "5g" in fold(text)
        return suffixed and first_sale is not None and first_sale < FIRST_5G

    def _settle(self, query: Query, text: str, found: tuple[Found, ...]) -> Match | NoMatch:
        """The one device model of a name; of several brands' the one that alone has the memory."""
        answers = [(each, self._narrow(query, each)) for each in found]
        if len(answers) > 1:
            answers = [
                (each, replace(answer, by=How.NARROWED))
                for each, answer in answers
                if isinstance(answer, Match)
            ]
        short = query.brand is None and is_a_number(self.catalogue.index, text)
        match answers:
            case [(only, answer)] if self._is_sure(only, found, short=short):
                return answer
            case _:
                return self._open(Reason.BRAND_NEEDED if short else Reason.AMBIGUOUS, found)

    def _is_sure(self, only: Found, found: tuple[Found, ...], *, short: bool) -> bool:
        """Not by a number that no alias has, nor a 5G left out where others have the name."""
        suffixed = only.how is How.NETWORK_SUFFIX and len(found) > 1
        return not suffixed and (only.bare or not short)

    def _open(self, reason: Reason, found: tuple[Found, ...]) -> NoMatch:
        return NoMatch(reason, tuple(self._suggestion(each.device_model) for each in found))

    def _narrow(self, query: Query, found: Found) -> Match | NoMatch:
        """From the device model to the variant."""
        device_model = self.catalogue.device_models[found.device_model]
        if query.category not in (None, device_model.category):
            return self._refuse(found, Reason.OTHER_CATEGORY)
        if query.model_only:
            return Match(device_model, None, found.how)
        variants = self.catalogue.variants_of(device_model.id)
        match choose(variants=variants, wanted=query.wanted):
            case Chosen(variant, ram_assumed):
                return Match(device_model, variant, found.how, ram_assumed)
            case Reason() as reason:
                return self._refuse(found, reason)

    def _refuse(self, found: Found, reason: Reason) -> NoMatch:
        device_model = self.catalogue.device_models[found.device_model]
        variants = self.catalogue.variants_of(device_model.id)
        return NoMatch(reason, (self._suggestion(device_model.id),), device_model, variants)

    def _suggestion(self, device_model: str) -> Suggestion:
        return Suggestion(
            device_model, self.catalogue.name(self.catalogue.device_models[device_model])
        )

    def _unknown(self, query: Query, text: str) -> NoMatch:
        index = self.catalogue.index
        brand_known = query.brand is None or index.words.brand(query.brand) is not None
        reason = Reason.UNKNOWN_DEVICE if brand_known else Reason.UNKNOWN_BRAND
        if not query.suggestions:
            return NoMatch(reason)
        root = next(brands_meant(self.catalogue.index, query.brand, text), None)
        return NoMatch(reason, self._suggester.suggest(text=text, root=root))


def _merge(wanted: Wanted, stated: FreeText) -> Wanted | None:
    """What was said apart and in the text together; None where the two contradict."""
    storage_gb, ram_gb = stated.storage_gb, stated.ram_gb
    if storage_gb is not None and wanted.storage_gb not in (None, storage_gb):
        return None
    if ram_gb is not None and wanted.ram_gb not in (None, ram_gb):
        return None
    return replace(
        wanted, storage_gb=wanted.storage_gb or storage_gb, ram_gb=wanted.ram_gb or ram_gb
    )
