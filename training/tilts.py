"""How the outer quantiles' terms differ from the median's.

Boosters are bound to the signs of the ladder, so they could never let the interval of old or
damaged devices widen upwards: what the ladder takes for age, the upper quantile could not get back.
So each quantile has coefficients of its own, by bounded pinball regression on what the median's
leave. They may undo ``MOST`` of a signed term, of an answer's less, never turn it round.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from training.bounded_ridge import bounded_ridge
from training.params import LadderRules
from valuation.features import Columns, FeatureSpecification, Floats
from valuation.ladder import AGE, Ladder, Term, design_matrix

ROUNDS = 6
MOST = 0.7
MOST_OF_ANSWER = 0.2  # the offer is an outer quantile, and a worse answer must lower that one too
SMOOTHING = 0.05  # residuals nearer than this, in log price, count quadratically
RIDGE = 10.0  # times the ladder's own: a difference of terms needs more sales than a term


def tilted(
    ladder: Ladder,
    columns: Columns,
    matrix: Floats,
    specification: FeatureSpecification,
    *,
    residual: Floats,
    rules: LadderRules,
    levels: Sequence[float],
) -> Ladder:
    """The ladder with one tilt a level. ``residual``: what it leaves of log prices, (n,)."""
    design = design_matrix(matrix, specification, ladder.terms)
    aged = [term.factors[0].column == AGE for term in ladder.terms]
    design[:, aged] *= ladder.pace(columns)[:, None]
    full = np.column_stack([np.ones(len(design)), design])
    room = np.array([-_most(term) * term.coefficient for term in ladder.terms])
    signs = np.array([term.sign for term in ladder.terms])
    lower = np.array([-np.inf, *np.where(signs > 0, room, -np.inf)])
    upper = np.array([np.inf, *np.where(signs < 0, room, np.inf)])
    ridge = RIDGE * rules.ridge
    tilts = tuple(
        () if level == 0.5 else _tilt(full, residual, level, (lower, upper), ridge)
        for level in levels
    )
    return replace(ladder, tilts=tilts)


def _most(term: Term) -> float:
    return MOST_OF_ANSWER if term.factors[0].column.startswith("answer_") else MOST


def _tilt(
    full: Floats, residual: Floats, level: float, bounds: tuple[Floats, Floats], ridge: float
) -> tuple[float, ...]:
    """Intercept and differences of coefficients by iteratively reweighted least squares."""
    start = float(np.quantile(residual, level))
    solution = np.zeros(full.shape[1])
    for _ in range(ROUNDS):
        short = residual - start - full @ solution
        weights = np.where(short > 0, level, 1 - level) / np.maximum(np.abs(short), SMOOTHING)
        solution = bounded_ridge(full, residual - start, weights, bounds, ridge)
    return (start + float(solution[0]), *(float(each) for each in solution[1:]))
