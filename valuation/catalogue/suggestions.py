"""Names close to one that was not found: for people to choose from, never taken silently."""

import re
from datetime import date
from functools import lru_cache

from valuation.catalogue.catalogue import Catalogue
from valuation.catalogue.matches import Suggestion
from valuation.catalogue.names import fold

MOST = 5
CLOSE_ENOUGH = 50.0
MOST_GENERATIONS = 10
# What tells the generations of one name apart, as it is folded: 2018, 2ndgen, 第二代.
GENERATION = re.compile(
    r"20[012]\d款?|[1-9](?:st|nd|rd|th)gen(?:eration)?|第?[一二三四五六七八九]代"
)
SHORT_GENERATION = re.compile(r"\d{1,2}")  # iPhone SE 2; after a digit it is another name: A70
# One device model has several spellings: enough of them for five device models.
SPELLINGS = 20


class Suggester:
    """Similar names in one catalogue; the spellings of a root brand are gathered once."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._choices = lru_cache(maxsize=None)(self._spellings)

    def suggest(self, *, text: str, root: str | None) -> tuple[Suggestion, ...]:
        """Every generation of the name, newest first, and up to five with similar names.

        Of one root brand if it is known.
        """
        # rapidfuzz costs 37 ms to import, and a process that finds everything never needs it.
        from rapidfuzz import fuzz, process

        index = self._catalogue.index
        folded = index.words.key(root, fold(text)) if root else fold(text)
        close = process.extract(
            folded, self._choices(root), scorer=fuzz.ratio, limit=SPELLINGS,
            score_cutoff=CLOSE_ENOUGH,
        )  # fmt: skip
        generations = self._generations(folded, root)
        found = [*generations, *(device_model for _, _, (device_model, _) in close)]
        most = max(MOST, len(generations))
        return tuple(self._suggestion(each) for each in list(dict.fromkeys(found))[:most])

    def _generations(self, folded: str, root: str | None) -> list[str]:
        """Device models that are the name with a year or a number after it."""
        catalogue = self._catalogue
        found = {
            device_model
            for device_model, spelling in self._choices(root)
            if _is_generation(folded, spelling)
        }

        def first_sale(device_model: str) -> tuple[date, str]:
            return catalogue.device_models[device_model].first_sale or date.min, device_model

        return sorted(found, key=first_sale, reverse=True)[:MOST_GENERATIONS]

    def _spellings(self, root: str | None) -> dict[tuple[str, str], str]:
        """Spellings by device model and spelling; with the brand too where none was recognised."""
        catalogue = self._catalogue
        found = [
            (entry.device_model, key)
            for (of, key), entry in catalogue.index.of_brand.items()
            if root in (None, of)
        ]
        if root is None:
            models = catalogue.device_models.values()
            found += ((each.id, fold(catalogue.name(each))) for each in models)
        return {each: each[1] for each in found}

    def _suggestion(self, device_model: str) -> Suggestion:
        catalogue = self._catalogue
        return Suggestion(device_model, catalogue.name(catalogue.device_models[device_model]))


def _is_generation(name: str, spelling: str) -> bool:
    if not name or not spelling.startswith(name):
        return False
    rest = spelling[len(name) :]
    short = not name[-1].isdigit() and SHORT_GENERATION.fullmatch(rest) is not None
    return short or GENERATION.fullmatch(rest) is not None
