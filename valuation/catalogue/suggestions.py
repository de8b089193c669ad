"""Names close to one that was not found: for people to choose from, never taken silently."""

from functools import lru_cache

from valuation.catalogue.catalogue import Catalogue
from valuation.catalogue.matches import Suggestion
from valuation.catalogue.names import fold

MOST = 5
CLOSE_ENOUGH = 60.0


class Suggester:
    """Similar names in one catalogue; the spellings of a root brand are folded once."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._choices = lru_cache(maxsize=None)(self._folded)

    def suggest(self, *, text: str, root: str | None) -> tuple[Suggestion, ...]:
        """Up to five device models with similar names, of one root brand if it is known."""
        # rapidfuzz costs 37 ms to import, and a process that finds everything never needs it.
        from rapidfuzz import fuzz, process

        words = self._catalogue.index.words
        folded = words.key(root, fold(text)) if root else fold(text)
        close = process.extract(
            folded, self._choices(root), scorer=fuzz.WRatio, limit=MOST, score_cutoff=CLOSE_ENOUGH
        )
        device_models = self._catalogue.device_models
        return tuple(
            Suggestion(key, self._catalogue.name(device_models[key])) for _, _, key in close
        )

    def _folded(self, root: str | None) -> dict[str, str]:
        words = self._catalogue.index.words
        return {
            key: words.key(device_model.brand, fold(device_model.name))
            for key, device_model in self._catalogue.device_models.items()
            if root is None or words.root(device_model.brand) == root
        }
