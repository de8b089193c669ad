"""Names close to one that was not found: for people to choose from, never taken silently."""

from functools import lru_cache

from valuation.catalogue.catalogue import Catalogue
from valuation.catalogue.index import Key
from valuation.catalogue.matches import Suggestion
from valuation.catalogue.names import fold

MOST = 5
CLOSE_ENOUGH = 50.0
# One device model has several spellings: enough of them for five device models.
SPELLINGS = 20


class Suggester:
    """Similar names in one catalogue; the spellings of a root brand are gathered once."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._choices = lru_cache(maxsize=None)(self._spellings)

    def suggest(self, *, text: str, root: str | None) -> tuple[Suggestion, ...]:
        """Up to five device models with similar names, of one root brand if it is known."""
        # rapidfuzz costs 37 ms to import, and a process that finds everything never needs it.
        from rapidfuzz import fuzz, process

        index = self._catalogue.index
        folded = index.words.key(root, fold(text)) if root else fold(text)
        close = process.extract(
            folded, self._choices(root), scorer=fuzz.ratio, limit=SPELLINGS,
            score_cutoff=CLOSE_ENOUGH,
        )  # fmt: skip
        found = dict.fromkeys(index.of_brand[key].device_model for _, _, key in close)
        return tuple(self._suggestion(device_model) for device_model in list(found)[:MOST])

    def _spellings(self, root: str | None) -> dict[Key, str]:
        return {key: key[1] for key in self._catalogue.index.of_brand if root in (None, key[0])}

    def _suggestion(self, device_model: str) -> Suggestion:
        catalogue = self._catalogue
        return Suggestion(device_model, catalogue.name(catalogue.device_models[device_model]))
