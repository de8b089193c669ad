"""How good prices and price intervals are: pure functions on arrays of one length.

``actual`` and ``predicted`` are prices in major units unless a name says ``log``; every function
returns one number, NaN where there are no rows. Ratios are the assessors': valuation / sale price
(IAAO, Standard on Ratio Studies, April 2013, part 2 section 5).
"""

import numpy as np

from valuation.features import Floats

LEVELS = (0.1, 0.5, 0.9)
MISS = 0.2  # the share of sales that an 80% interval leaves outside


def pinball(*, actual: Floats, predicted: Floats, level: float) -> float:
    """Mean pinball loss of a quantile, in the unit of the arguments (Koenker, Bassett 1978)."""
    return _mean(pinball_losses(actual=actual, predicted=predicted, level=level))


def pinball_losses(*, actual: Floats, predicted: Floats, level: float) -> Floats:
    """Pinball loss of each row, shape (n,), in the unit of the arguments."""
    short = actual - predicted
    losses: Floats = np.maximum(level * short, (level - 1) * short)
    return losses


def mean_pinball(*, actual: Floats, quantiles: Floats) -> float:
    """Pinball loss averaged over rows and over the columns of ``quantiles``, (n, 3) at LEVELS."""
    return _mean(mean_pinball_losses(actual=actual, quantiles=quantiles))


def mean_pinball_losses(*, actual: Floats, quantiles: Floats) -> Floats:
    """Pinball loss of each row averaged over LEVELS, shape (n,)."""
    by_level = [
        pinball_losses(actual=actual, predicted=quantiles[:, column], level=level)
        for column, level in enumerate(LEVELS)
    ]
    averaged: Floats = np.mean(by_level, axis=0)
    return averaged


def shifted_pinball(*, actual: Floats, quantiles: Floats) -> float:
    """The same after each column is shifted by what it misses on average, as calibration does."""
    misses = [np.quantile(actual - quantiles[:, i], level) for i, level in enumerate(LEVELS)]
    return mean_pinball(actual=actual, quantiles=quantiles + np.array(misses))


def covered(*, actual: Floats, low: Floats, high: Floats) -> Floats:
    """1.0 where the sale lies in its interval, borders included, else 0.0; shape (n,)."""
    return ((actual >= low) & (actual <= high)).astype(np.float64)


def coverage(*, actual: Floats, low: Floats, high: Floats) -> float:
    """The share of sales inside their interval, 0 to 1."""
    return _mean(covered(actual=actual, low=low, high=high))


def interval_score(*, actual: Floats, low: Floats, high: Floats) -> float:
    """Mean Winkler score of 80% intervals, in the unit of the arguments; less is better.

    Width plus 2 / 0.2 times what the sale lies outside (Winkler 1972; Gneiting, Raftery 2007).
    """
    outside = np.maximum(low - actual, 0.0) + np.maximum(actual - high, 0.0)
    return _mean(high - low + 2 / MISS * outside)


def median_relative_width(*, quantiles: Floats) -> float:
    """Median of (p90 - p10) / p50, quantiles of shape (n, 3) in major units."""
    return _median((quantiles[:, 2] - quantiles[:, 0]) / quantiles[:, 1])


def mdape(*, actual: Floats, predicted: Floats) -> float:
    """Median of |predicted - actual| / actual."""
    return _median(np.abs(predicted / actual - 1))


def mean_relative_error(*, actual: Floats, predicted: Floats) -> float:
    """Mean of |predicted - actual| / actual."""
    return _mean(np.abs(predicted / actual - 1))


def mean_absolute_error(*, actual: Floats, predicted: Floats) -> float:
    """Mean of |predicted - actual|; of log prices this is the logMAE."""
    return _mean(np.abs(predicted - actual))


def median_ratio(*, actual: Floats, predicted: Floats) -> float:
    """Median of valuation / sale price; 1 where the level of valuation is right."""
    return _median(predicted / actual)


def cod(*, actual: Floats, predicted: Floats) -> float:
    """Coefficient of dispersion: mean distance from the median ratio, in percent of it."""
    ratios = predicted / actual
    middle = _median(ratios)
    return 100 * _mean(np.abs(ratios - middle)) / middle


def prd(*, actual: Floats, predicted: Floats) -> float:
    """Price-related differential: mean ratio / ratio of the sums.

    Above 1 cheap devices are valued relatively higher than dear ones; IAAO accepts 0.98 to 1.03.
    """
    if not len(actual):
        return float("nan")
    return _mean(predicted / actual) / float(predicted.sum() / actual.sum())


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _median(values: Floats) -> float:
    return float(np.median(values)) if len(values) else float("nan")
