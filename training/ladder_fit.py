"""Fit of the price ladder: bounded terms and partially pooled rungs, in turn.

Terms by iteratively reweighted least squares with Huber weights under sign bounds; rungs as medians
shrunk towards their parent by how much data there is (n / (n + pool)). Rungs of the variants of a
device model are put in order of storage and RAM, so the ladder stays monotone in both.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.linalg import cholesky, solve_triangular
from scipy.optimize import lsq_linear

from training.dataset import Dataset, Mask
from training.ladder_terms import starting_terms
from training.params import LadderRules, SpecificationRules
from valuation.domain.device import Device
from valuation.features import Columns, FeatureSpecification, Floats, feature_matrix
from valuation.ladder import Ladder, Rung, Term, design_matrix

REWEIGHTINGS = 3
SLUGS = ("brand", "family", "device_model", "variant")


def fit_ladder(
    dataset: Dataset,
    specification: FeatureSpecification,
    *,
    rules: LadderRules,
    counting: SpecificationRules,
    teaches: Mask,
    sizes: pd.DataFrame,
) -> Ladder:
    """The ladder of the sales that teach; the others are looked at by nobody."""
    taken = dataset.take(teaches)
    matrix = feature_matrix(taken.columns, specification)
    terms = starting_terms(taken, matrix, specification, counting)
    design = design_matrix(matrix, specification, terms)
    rungs: dict[str, Rung] = {}
    departure = np.zeros(len(taken))
    ladder = Ladder(0.0, terms, {}, Rung(0.0, 0, 0.0))
    for _ in range(rules.rounds):
        intercept, weights = _fit_terms(design, taken.log_price - departure, terms, rules)
        fitted = tuple(
            replace(t, coefficient=float(w)) for t, w in zip(terms, weights, strict=True)
        )
        residual = taken.log_price - intercept - design @ weights
        rungs, root = fit_rungs(taken.columns, residual, rules)
        ladder = Ladder(float(intercept), fitted, rungs, root)
        departure = ladder.features(taken.columns)[:, 0]
    return order_variants(ladder, sizes)


def leave_room(ladder: Ladder, rules: LadderRules) -> Ladder:
    """Keep a share of each bounded term, around the middle of its range as sold.

    The boosters are bound to the same signs, so they can add to a step but never take from it: a
    ladder that takes a whole average step would leave them no way to learn a smaller one.
    """
    kept = {"answer": rules.answer_share, "age": rules.age_share}
    intercept, terms = ladder.intercept, []
    for term in ladder.terms:
        kind = term.factors[-1].column.partition("_")[0]
        share = kept.get("age" if term.sign < 0 else kind, 1.0) if term.sign else 1.0
        best = _at_best(term) if kind == "answer" else 0.0
        intercept += (1 - share) * term.coefficient * best
        terms.append(replace(term, coefficient=share * term.coefficient))
    return replace(ladder, intercept=intercept, terms=tuple(terms))


def _at_best(term: Term) -> float:
    """The value of an answer's term at the best answer."""
    factor = term.factors[0]
    return factor.until - factor.at if factor.kind == "ramp" else 1.0


def refit_rungs(
    ladder: Ladder,
    dataset: Dataset,
    specification: FeatureSpecification,
    *,
    rules: LadderRules,
    sizes: pd.DataFrame,
) -> Ladder:
    """The same whole terms with the rungs of other sales: what a left-out row sees."""
    matrix = feature_matrix(dataset.columns, specification)
    residual = dataset.log_price - ladder.terms_level(matrix, specification)
    rungs, root = fit_rungs(dataset.columns, residual, rules)
    return order_variants(replace(ladder, rungs=rungs, root=root), sizes)


def fit_rungs(
    columns: Columns, residual: Floats, rules: LadderRules
) -> tuple[dict[str, Rung], Rung]:
    """Departures from the terms, shrunk down the tree, cumulative at every rung."""
    frame = pd.DataFrame({slug: getattr(columns, slug) for slug in SLUGS})
    frame["left"] = residual
    frame["carried"] = 0.0
    whole = Rung(0.0, len(frame), _spread(residual))
    rungs: dict[str, Rung] = {}
    pools = (rules.pool_brand, rules.pool_family, rules.pool_device_model, rules.pool_variant)
    for slug, pool in zip(SLUGS, pools, strict=True):
        groups = frame.groupby(slug, sort=True)
        count = groups["left"].transform("size")
        step = groups["left"].transform("median") * count / (count + pool)
        frame["carried"] += step
        frame["left"] -= step
        summary = frame.groupby(slug, sort=True).agg(
            departure=("carried", "first"), sales=("left", "size"), spread=("left", _spread)
        )
        for name, row in zip(summary.index, summary.itertuples(index=False), strict=True):
            rungs[str(name)] = _rung(row, whole, pool)
    return rungs, whole


def _rung(row: tuple[float, int, float], whole: Rung, pool: float) -> Rung:
    """A rung whose spread is pooled with that of all sales."""
    departure, sales, spread = row
    pooled = (sales * spread + pool * whole.spread) / (sales + pool)
    return Rung(float(departure), int(sales), float(pooled))


def _spread(values: Floats | pd.Series) -> float:
    """Mean distance from zero in log price: robust, and small groups have one too."""
    return float(np.mean(np.abs(np.asarray(values))))


def order_variants(ladder: Ladder, sizes: pd.DataFrame) -> Ladder:
    """Rungs of variants made non-decreasing in storage and RAM within a device model.

    ``sizes`` holds variant, device_model, storage_gb, ram_gb of every variant that may be asked
    for; one that nobody sold starts from its device model's rung and takes its place in the order.
    """
    rungs = dict(ladder.rungs)
    known = sizes[sizes["device_model"].isin(rungs.keys())].fillna(0.0)
    for model, group in known.groupby("device_model", sort=True):
        start = replace(rungs[str(model)], sales=0)
        variants = [str(variant) for variant in group["variant"]]
        storage, ram = group["storage_gb"].tolist(), group["ram_gb"].tolist()
        rows = [
            (float(s), float(r), rungs.get(variant, start))
            for s, r, variant in zip(storage, ram, variants, strict=True)
        ]
        for variant, row, departure in zip(variants, rows, _isotone(rows), strict=True):
            rungs[variant] = replace(row[2], departure=departure)
    return replace(ladder, rungs=rungs)


def sizes_of(columns: Columns, devices: Iterable[Device]) -> pd.DataFrame:
    """Every variant of the sales and of the catalogue with its sizes."""
    names = ["variant", "device_model", "storage_gb", "ram_gb"]
    sold = pd.DataFrame({name: getattr(columns, name) for name in names})
    listed = pd.DataFrame(
        [(d.variant, d.device_model, d.facts.storage_gb, d.facts.ram_gb) for d in devices],
        columns=names,
    )
    both = pd.concat([sold, listed]).astype({"storage_gb": float, "ram_gb": float})
    return both.drop_duplicates("variant").sort_values("variant")


def _isotone(rows: Sequence[tuple[float, float, Rung]]) -> list[float]:
    """Mean of the running maximum from below and the running minimum from above.

    Both are monotone in the partial order, so their mean is; close to the isotonic regression.
    """
    below = [
        max(r.departure for s, m, r in rows if s <= storage and m <= ram)
        for storage, ram, _ in rows
    ]
    above = [
        min(r.departure for s, m, r in rows if s >= storage and m >= ram)
        for storage, ram, _ in rows
    ]
    return [(low + high) / 2 for low, high in zip(below, above, strict=True)]


def _fit_terms(
    design: Floats, target: Floats, terms: Sequence[Term], rules: LadderRules
) -> tuple[float, Floats]:
    """Intercept and coefficients within their signs."""
    centre = np.median(target)
    full = np.column_stack([np.ones(len(design)), design])
    weights = np.ones(len(design))
    lower = np.array([-np.inf, *(_least(term, rules) for term in terms)])
    upper = np.array([np.inf, *(0.0 if t.sign < 0 else np.inf for t in terms)])
    solution = np.zeros(full.shape[1])
    for _ in range(REWEIGHTINGS):
        solution = _bounded_ridge(full, target - centre, weights, (lower, upper), rules.ridge)
        residual = np.abs(target - centre - full @ solution)
        weights = rules.huber / np.maximum(residual, rules.huber)
    return float(solution[0] + centre), solution[1:]


def _least(term: Term, rules: LadderRules) -> float:
    """The least coefficient of a term: its sign's bound, or the prior that no answer is free."""
    if term.sign <= 0:
        return -np.inf
    if not term.factors[0].column.startswith("answer_"):
        return 0.0
    return rules.least_point if term.factors[0].kind == "ramp" else rules.least_step


def _bounded_ridge(
    full: Floats, target: Floats, weights: Floats, bounds: tuple[Floats, Floats], ridge: float
) -> Floats:
    """Weighted ridge under bounds, on the small system that the normal equations leave."""
    weighted = full * weights[:, None]
    scale = np.sqrt(np.maximum((full**2).mean(axis=0), 1e-12))
    gram = weighted.T @ full + np.diag(ridge * scale**2) + 1e-9 * np.eye(full.shape[1])
    root = cholesky(gram, lower=True)
    right = solve_triangular(root, weighted.T @ target, lower=True)
    result: Floats = lsq_linear(root.T, right, bounds=bounds, method="bvls").x
    return result
