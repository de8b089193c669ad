"""Weighted ridge regression whose coefficients lie within bounds."""

import numpy as np
from scipy.linalg import cholesky, solve_triangular
from scipy.optimize import lsq_linear

from valuation.features import Floats


def bounded_ridge(
    full: Floats, target: Floats, weights: Floats, bounds: tuple[Floats, Floats], ridge: float
) -> Floats:
    """Coefficients for the columns of ``full``, shape (n, k), on the small system that the normal
    equations leave. ``ridge`` is in rows of a column's usual size."""
    weighted = full * weights[:, None]
    scale = np.sqrt(np.maximum((full**2).mean(axis=0), 1e-12))
    gram = weighted.T @ full + np.diag(ridge * scale**2) + 1e-9 * np.eye(full.shape[1])
    root = cholesky(gram, lower=True)
    right = solve_triangular(root, weighted.T @ target, lower=True)
    result: Floats = lsq_linear(root.T, right, bounds=bounds, method="bvls").x
    return result
