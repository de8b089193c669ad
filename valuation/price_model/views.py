"""Two views of the same sales, and how they are mixed into raw log quantiles.

The first is the price ladder with boosters on what it leaves; the second, where a bundle has one,
boosters on the log price itself, from facts and codes of device models. Each errs in its own way,
so their mean errs less (stacking: Wolpert 1992, Breiman 1996). Both are monotone in every answer,
and a mix with shares that no answer changes is monotone too.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from valuation.features import Columns, FeatureSpecification, Floats, feature_matrix
from valuation.ladder import Ladder
from valuation.price_model.calibration import support_of, whole_of
from valuation.price_model.library import Booster


@dataclass(frozen=True, slots=True)
class Direct:
    """Boosters on the log price, by quantile level: ``starts`` in log price is what they add to.

    ``shares``: what they count for beside the ladder's view, 0 to 1, by sold, unsold and bare.
    """

    boosters: tuple[Booster, ...]
    starts: tuple[float, ...]
    shares: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Views:
    """What a fit says of devices before calibration."""

    specification: FeatureSpecification
    ladder: Ladder
    boosters: tuple[Booster, ...]
    direct: Direct | None

    def log_quantiles(self, columns: Columns) -> Floats:
        """Raw log quantiles, ascending, shape (n, levels)."""
        return mixed(*self.both(columns), self._shares(columns))

    def both(self, columns: Columns) -> tuple[Floats, Floats]:
        """The log quantiles of each view, shape (n, levels), not in order; the second is the first
        where nothing is asked of it."""
        matrix = feature_matrix(columns, self.specification)
        rungs = self.ladder.features(columns, self.specification)
        level = self.ladder.terms_level(columns, matrix, self.specification) + rungs[:, :1]
        inputs = np.hstack([matrix, rungs])
        first = level + _scores(self.boosters, inputs)
        if self.direct is None or not self._shares(columns).any():
            return first, first
        return first, np.array(self.direct.starts) + _scores(self.direct.boosters, inputs)

    def _shares(self, columns: Columns) -> Floats:
        """The share of the second view in each row, shape (n,)."""
        if self.direct is None:
            return np.zeros(len(columns))
        sales = [self.ladder.sales_of(str(name)) for name in columns.device_model]
        known = (columns.launch_price_cny > 0).tolist()
        return shares_of(sales, known, self.direct.shares)


def shares_of(sales: list[int], launch_known: list[bool], shares: Mapping[str, float]) -> Floats:
    """The share of the second view by the sales of each row's device model, shape (n,)."""
    pairs = zip(sales, launch_known, strict=True)
    return np.array([shares[whole_of(support_of(n, launch_known=known))] for n, known in pairs])


def mixed(first: Floats, second: Floats, share: Floats) -> Floats:
    """Log quantiles with so much of the second view in each row, ascending."""
    ordered: Floats = np.sort(first + share[:, None] * (second - first), axis=1)
    return ordered


def _scores(boosters: tuple[Booster, ...], inputs: Floats) -> Floats:
    return np.hstack([booster.predict(inputs) for booster in boosters])
