"""What a peer is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from training.dataset import Dataset
from valuation.features import Columns, Floats

Choice = str | float | int | bool
Settings = Mapping[str, Choice]
Space = Mapping[str, Sequence[Choice]]
Predict = Callable[[Columns], Floats]
# The first choice of each setting is what the search starts from.
CLEANED: Space = {"cleaned": (True, False)}
QUANTILES, POINT = "quantiles", "point"


@dataclass(frozen=True, slots=True)
class Peer:
    """A method with the settings that a search tries: ``fit(settings, sales, seed)``."""

    label: str
    space: Space
    fit: Callable[[Settings, Dataset, int], Predict]

    def start(self) -> Settings:
        """The settings that a search tries first."""
        return {name: choices[0] for name, choices in {**CLEANED, **self.space}.items()}

    def drawn(self, rng: np.random.Generator) -> Settings:
        """Settings at random."""
        return {
            name: choices[int(rng.integers(len(choices)))]
            for name, choices in {**CLEANED, **self.space}.items()
        }


def three_times(point: Floats) -> Floats:
    """A point as its own 10, 50 and 90% quantile, shape (n, 3)."""
    return np.repeat(np.asarray(point, dtype=np.float64)[:, None], 3, axis=1)
