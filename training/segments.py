"""The segments that an evaluation is broken down by: a label for each sale and dimension."""

from collections.abc import Mapping

import numpy as np

from training.dataset import Dataset
from valuation.domain.questions import GRADE
from valuation.features import Floats, Words

ABSENT = "absent"
DAYS_A_YEAR = 365.25
FIFTHS = (0.2, 0.4, 0.6, 0.8)
AGES = ("0–1 years", "1–2 years", "2–3 years", "3–4 years", "4+ years")
SUPPORT, UNSOLD = "support", "0 sales"
SUPPORTS = (UNSOLD, "1–5 sales", "6–20 sales", "more than 20 sales")


def segments_of(*, dataset: Dataset, log_median: Floats, support: Floats) -> Mapping[str, Words]:
    """Labels of shape (n,) by dimension.

    ``log_median``: predicted, (n,); ``support``: sales of the row's device model in the fit, (n,).
    """
    columns = dataset.columns
    return {
        "brand": _words(columns.brand),
        "age": age_bands(age_days=columns.as_of - columns.first_sale),
        "predicted median": price_bands(log_median=log_median),
        "cosmetic grade": _grades(dataset),
        "unit state": _words(columns.unit_state),
        "in catalogue": np.where(dataset.in_catalogue, "yes", "no").astype(object),
        SUPPORT: support_bands(support=support),
        **{name: _words(words) for name, words in sorted(columns.context.items())},
    }


def age_bands(*, age_days: Floats) -> Words:
    """Labels of whole years since the first sale; a negative age counts as the first year."""
    years = np.clip(np.nan_to_num(age_days) / DAYS_A_YEAR, 0, len(AGES) - 1).astype(np.intp)
    bands: Words = np.array(AGES, dtype=object)[years]
    return np.where(np.isnan(age_days), "unknown", bands).astype(object)


def price_bands(*, log_median: Floats) -> Words:
    """Labels of the fifths of the predicted median, which name their prices in major units."""
    if not len(log_median):
        return np.array([], dtype=object)
    edges = np.quantile(log_median, FIFTHS)
    prices = [f"{price:,.0f}" for price in np.exp(edges)]
    labels = [
        f"fifth 1: to {prices[0]}",
        *(f"fifth {i + 2}: to {prices[i + 1]}" for i in range(3)),
        f"fifth 5: above {prices[3]}",
    ]
    bands: Words = np.array(labels, dtype=object)[np.searchsorted(edges, log_median)]
    return bands


def support_bands(*, support: Floats) -> Words:
    """Labels of how often the device model was sold in the fit."""
    bands: Words = np.array(SUPPORTS, dtype=object)[np.searchsorted((0, 5, 20), support)]
    return bands


def _grades(dataset: Dataset) -> Words:
    levels = dataset.columns.answers.get(GRADE.id, np.full(len(dataset), np.nan))
    names = [ABSENT if np.isnan(level) else str(GRADE.value(int(level))) for level in levels]
    return np.array(names, dtype=object)


def _words(words: Words) -> Words:
    return np.array([ABSENT if word is None else str(word) for word in words], dtype=object)
