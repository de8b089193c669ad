"""From the words of a person or a file to a device of the catalogue, never by resemblance."""

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from valuation.catalogue.catalogue import Catalogue
from valuation.catalogue.choice import Chosen, Wanted, choose
from valuation.catalogue.entries import Region
from valuation.catalogue.free_text import parse_free_text
from valuation.catalogue.index import Found, How
from valuation.catalogue.matches import Match, NoMatch, Reason, Suggestion
from valuation.catalogue.recognition import brands_meant, recognise
from valuation.catalogue.search import Hit, SearchTable, build_search_table, search
from valuation.catalogue.suggestions import Suggester
from valuation.domain.device import Category

# Distinct questions kept with their answers: files repeat the same few thousand device names.
REMEMBERED = 65_536
# No name of a device is this long, and what is remembered must stay small.
LONGEST = 200


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
        found = self._recognise(query, query.text)
        if isinstance(found, Found):
            return self._narrow(query, found)
        parsed = parse_free_text(query.text)
        if parsed.storage_gb is None:
            return self._unknown(query, query.text, found)
        again = self._recognise(query, parsed.name)
        if not isinstance(again, Found):
            return self._unknown(query, parsed.name, again)
        wanted = _merge(query.wanted, storage_gb=parsed.storage_gb, ram_gb=parsed.ram_gb)
        if wanted is None:
            return self._refuse(again, Reason.CONTRADICTION)
        return self._narrow(replace(query, wanted=wanted), again)

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

    def _recognise(self, query: Query, text: str) -> Found | Reason:
        index = self.catalogue.index
        return recognise(index=index, brand=query.brand, text=text, region=query.region)

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
        suggestion = Suggestion(device_model.id, self.catalogue.name(device_model))
        variants = self.catalogue.variants_of(device_model.id)
        return NoMatch(reason, (suggestion,), device_model, variants)

    def _unknown(self, query: Query, text: str, reason: Reason) -> NoMatch:
        if not query.suggestions:
            return NoMatch(reason)
        root = next(brands_meant(self.catalogue.index, query.brand, text), None)
        return NoMatch(reason, self._suggester.suggest(text=text, root=root))


def _merge(wanted: Wanted, *, storage_gb: float, ram_gb: float | None) -> Wanted | None:
    """What was said apart and in the text together; None where the two contradict."""
    if wanted.storage_gb not in (None, storage_gb):
        return None
    if ram_gb is not None and wanted.ram_gb not in (None, ram_gb):
        return None
    return replace(wanted, storage_gb=storage_gb, ram_gb=wanted.ram_gb or ram_gb)
