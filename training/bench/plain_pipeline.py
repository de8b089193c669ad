"""The same boosters as a data scientist serves them in an afternoon: pandas and scikit-learn.

Only the boosters' own scores of the device as it is: no ladder terms, no calibration, no routes, no
lines, no what-ifs. That is less than a quote asks, and in the peer's favour.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import orjson
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, OrdinalEncoder

from training.bench.records import HAS, Layout, layout_of
from valuation.features import FeatureSpecification, Floats


class Quantiles(BaseEstimator):  # type: ignore[misc]  # scikit-learn publishes no types
    """LightGBM boosters as one estimator; ``threads`` 0 lets LightGBM choose."""

    def __init__(self, boosters: Sequence[Any], positions: Sequence[int], threads: int) -> None:
        self.boosters, self.positions, self.threads = boosters, positions, threads

    def fit(self, matrix: Floats, _: object = None) -> "Quantiles":
        """Nothing is learned: the boosters were fitted before."""
        self.n_features_in_ = matrix.shape[1]
        return self

    def predict(self, matrix: Floats) -> Floats:
        """Log departures, shape (n, levels)."""
        ordered = np.ascontiguousarray(matrix[:, self.positions], dtype=np.float64)
        scores = [it.predict(ordered, num_threads=self.threads) for it in self.boosters]
        return np.column_stack(scores)


def load_pipeline(bundle: Path, *, threads: int) -> Pipeline:
    """The pipeline of a bundle's boosters, from a frame of records to log departures."""
    specification = FeatureSpecification.from_json(
        orjson.loads((bundle / "features.json").read_bytes())
    )
    levels = orjson.loads((bundle / "model.json").read_bytes())["levels"]
    files = [bundle / f"{kind}-{level}.txt" for kind in ("booster", "direct") for level in levels]
    # Few bundles have the second kind.
    boosters = [lightgbm.Booster(model_file=str(file)) for file in files if file.exists()]
    layout = layout_of(specification)
    quantiles = Quantiles(boosters, _positions(layout), threads)
    return Pipeline([("columns", _columns(layout)), ("quantiles", quantiles)]).fit(_example(layout))


def _columns(layout: Layout) -> ColumnTransformer:
    facts, words = list(layout.typical), list(layout.words)
    encoder = OrdinalEncoder(
        categories=[list(layout.words[name]) for name in words],
        handle_unknown="use_encoded_value",
        unknown_value=-1,
    )
    return ColumnTransformer(
        [
            ("facts", SimpleImputer(strategy="median"), facts),
            ("known", FunctionTransformer(_known), facts),
            ("words", encoder, words),
            ("numbers", "passthrough", list(layout.plain)),
        ]
    )


def _known(frame: pd.DataFrame) -> Floats:
    known: Floats = frame.notna().to_numpy(dtype=np.float64)
    return known


def _positions(layout: Layout) -> list[int]:
    """Where the transformer puts each column of the boosters."""
    known = [f"{HAS}{fact}" for fact in layout.typical]
    made = [*layout.typical, *known, *layout.words, *layout.plain]
    return [made.index(name) for name in layout.order]


def _example(layout: Layout) -> pd.DataFrame:
    """One row whose medians are the typical values and whose words are known."""
    words = {name: known[0] for name, known in layout.words.items()}
    return pd.DataFrame([{**layout.typical, **words, **dict.fromkeys(layout.plain, 0.0)}])
