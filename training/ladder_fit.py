"""Fit of the price ladder: bounded terms and partially pooled rungs, in turn.

Terms by iteratively reweighted least squares with Huber weights under sign bounds; rungs as medians
shrunk towards their parent by how much data there is (n / (n + pool)). Rungs of the variants of a
device model are put in order of storage and RAM, so the ladder stays monotone in both.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from training.bounded_ridge import bounded_ridge
from training.dataset import Dataset, Index, Mask, take_columns
from training.ladder_terms import starting_terms
from training.paces import fit_paces, paces_of
from training.params import LadderRules, SpecificationRules
from training.rungs import Pools, fit_rungs, within
from training.splits import fold_of, group_names
from training.variants import SIZES, means_of_models, order_variants
from valuation.features import Columns, FeatureSpecification, Floats, feature_matrix
from valuation.ladder import AGE, LADDER_COLUMNS, Factor, Ladder, Term, design_matrix

REWEIGHTINGS = 3
FOLDS = 5
LAUNCH = (Factor("log_launch_price", "linear"),)


@dataclass(frozen=True, slots=True)
class FittedLadder:
    """A ladder with the pools that its rungs were shrunk with, and where each device model starts
    by its sizes before any sale of it, in log price."""

    ladder: Ladder
    pools: Pools
    start: pd.Series


def fit_ladder(
    dataset: Dataset,
    specification: FeatureSpecification,
    *,
    rules: LadderRules,
    counting: SpecificationRules,
    teaches: Mask,
    sizes: pd.DataFrame,
) -> FittedLadder:
    """The ladder of the sales that teach; the others are looked at by nobody."""
    taken = dataset.take(teaches)
    matrix = feature_matrix(taken.columns, specification)
    terms = starting_terms(taken, matrix, specification, counting)
    design = design_matrix(matrix, specification, terms)
    means = means_of_models(sizes, specification)
    own_means = means.reindex(taken.columns.device_model.tolist()).to_numpy()
    fold, pools, target = ladder_folds(taken), None, taken.log_price
    aged = np.array([term.factors[0].column == AGE for term in terms])
    bend = np.zeros(len(taken))
    for _ in range(rules.rounds):
        intercept, weights, between = _fit_terms(
            design, own_means, target - bend, terms, rules, columns=taken.columns, pools=pools
        )
        level = intercept + design @ weights + own_means @ between
        rungs = fit_rungs(taken.columns, taken.log_price - level - bend, specification, fold=fold)
        pools, age = rungs.pools, design[:, aged] @ weights[aged]
        left = taken.log_price - level - rungs.told
        paces = fit_paces(taken.columns, age, left, huber=rules.huber, fold=fold)
        bend = (paces_of(taken.columns, paces) - 1) * age
        rungs = fit_rungs(
            taken.columns, taken.log_price - level - bend, specification, fold=fold, pools=pools
        )
        told = level + bend + rungs.told
        target = told + np.clip(taken.log_price - told, -rules.huber, rules.huber)
    fitted = tuple(replace(t, coefficient=float(w)) for t, w in zip(terms, weights, strict=True))
    doublings = {
        term.factors[0].column: term.coefficient
        for term in fitted
        if term.factors[0].column in SIZES
    }
    others = tuple(term for term in fitted if term.factors[0].column not in SIZES)
    ladder = Ladder(float(intercept), others, rungs.by_slug, rungs.root, doublings, paces)
    start = pd.Series(means.to_numpy() @ between, index=means.index)
    return FittedLadder(order_variants(ladder, sizes, start, specification), rungs.pools, start)


def ladder_folds(dataset: Dataset) -> Index:
    """The fold of each sale: sellers or configurations stay together."""
    return fold_of(group_names(dataset), FOLDS, salt="ladder")


def leave_room(ladder: Ladder, rules: LadderRules) -> Ladder:
    """Keep a share of each bounded term, around the middle of its range as sold.

    The boosters are bound to the same signs, so they can add to a step but never take from it: a
    ladder that takes a whole average step would leave them no way to learn a smaller one.
    """
    kept = {"answer": rules.answer_share, "age": rules.age_share}
    intercept, terms = ladder.intercept, []
    for term in ladder.terms:
        kind = term.factors[0].column.partition("_")[0]
        share = kept.get("age" if term.sign < 0 else kind, 1.0) if term.sign else 1.0
        terms.append(replace(term, coefficient=share * term.coefficient))
        if kind != "answer":
            continue
        at_best = (1 - share) * term.coefficient * _at_best(term)
        if len(term.factors) == 1:
            intercept += at_best
        else:
            terms.append(Term(term.factors[1:], at_best))
    return replace(ladder, intercept=intercept, terms=tuple(terms))


def _at_best(term: Term) -> float:
    """The value of an answer's term at the best answer."""
    factor = term.factors[0]
    return factor.until - factor.at if factor.kind == "ramp" else 1.0


def out_of_fold_rungs(
    fitted: FittedLadder, dataset: Dataset, specification: FeatureSpecification, sizes: pd.DataFrame
) -> Floats:
    """What each sale sees of rungs that were fitted without its fold, shape (n, 3)."""
    ladder, fold = fitted.ladder, ladder_folds(dataset)
    matrix = feature_matrix(dataset.columns, specification)
    size = ladder.size_level(
        {name: getattr(dataset.columns, name) for name in SIZES}, specification
    )
    start = fitted.start.reindex(dataset.columns.device_model.tolist()).to_numpy()
    residual = (
        dataset.log_price
        - ladder.terms_level(dataset.columns, matrix, specification)[:, 0]
        - size
        - start
    )
    seen = np.zeros((len(dataset), len(LADDER_COLUMNS)))
    for held_out in range(FOLDS):
        inside = fold == held_out
        if not inside.any() or inside.all():
            continue
        rungs = fit_rungs(
            take_columns(dataset.columns, ~inside),
            residual[~inside],
            specification,
            fold=fold[~inside],
            pools=fitted.pools,
        )
        others = replace(ladder, rungs=rungs.by_slug, root=rungs.root)
        columns = take_columns(dataset.columns, inside)
        ordered = order_variants(others, sizes, fitted.start, specification)
        seen[inside] = ordered.features(columns, specification)
    return seen


def _fit_terms(
    design: Floats,
    means: Floats,
    target: Floats,
    terms: Sequence[Term],
    rules: LadderRules,
    *,
    columns: Columns,
    pools: Pools | None,
) -> tuple[float, Floats, Floats]:
    """Intercept, coefficients, and those of the device models' means.

    Coefficients lie within their signs, shrunk towards what is believed before any sale: a price in
    proportion to the launch price, and no effect of anything else.
    """
    full = np.column_stack([np.ones(len(design)), design, means])
    if pools:
        both = within(np.column_stack([full, target]), columns, pools)
        full, target = both[:, :-1], both[:, -1]
    free = np.full(means.shape[1], np.inf)
    prior = np.array(
        [0.0, *(1.0 if term.factors == LAUNCH else 0.0 for term in terms), *np.zeros(len(free))]
    )
    prior[0] = np.median((target - full @ prior) / full[:, 0])
    weights = np.ones(len(design))
    lower = np.array([-np.inf, *(_least(term, rules) for term in terms), *-free])
    upper = np.array([np.inf, *(0.0 if t.sign < 0 else np.inf for t in terms), *free])
    solution = np.zeros(full.shape[1])
    for _ in range(REWEIGHTINGS):
        away = bounded_ridge(
            full, target - full @ prior, weights, (lower - prior, upper - prior), rules.ridge
        )
        solution = prior + away
        residual = np.abs(target - full @ solution)
        weights = rules.huber / np.maximum(residual, rules.huber)
    own = 1 + len(terms)
    return float(solution[0]), solution[1:own], solution[own:]


def _least(term: Term, rules: LadderRules) -> float:
    """The least coefficient of a term: its sign's bound, or the prior that no answer is free."""
    if term.sign <= 0:
        return -np.inf
    if not term.factors[0].column.startswith("answer_") or len(term.factors) > 1:
        return 0.0
    return rules.least_point if term.factors[0].kind == "ramp" else rules.least_step
