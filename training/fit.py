"""Monotone quantile boosters on what the ladder leaves.

LightGBM refuses monotone constraints with its own quantile objective, because that renews the
leaves. A pinball loss as a custom objective takes them, when its hessian is its own majorizer:
gradient -w·r/a, hessian w/a with a = max(|r|, d), w = q above and 1-q below the prediction.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import lightgbm as lgb
import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from training.dataset import Dataset, Mask
from training.ladder_fit import fit_ladder, leave_room, out_of_fold_rungs
from training.params import BoosterRules, Params
from training.tilts import tilted
from valuation.features import FeatureSpecification, Floats, feature_matrix
from valuation.ladder import LADDER_COLUMNS, LADDER_MONOTONE, Ladder

LEVELS = (0.1, 0.5, 0.9)
# Constraint method: `advanced` breaks the promise (LightGBM issues 5358 and 6155).
METHOD = "intermediate"
ATTEMPTS = 5

Objective = Callable[[Floats, lgb.Dataset], tuple[Floats, Floats]]


Progress = Callable[[int, int], None]


def _nobody(_done: int, _of: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A ladder with its boosters in LightGBM's text format, by quantile level."""

    ladder: Ladder
    boosters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Task:
    """A fit to be made: sales, what they can teach, which of them teach, the catalogue's sizes."""

    dataset: Dataset
    specification: FeatureSpecification
    teaches: Mask
    sizes: pd.DataFrame
    params: Params


def fit_many(
    tasks: Sequence[Task], *, progress: Progress | None = None, jobs: int = 2
) -> list[Fitted]:
    """Every task's ladder, then every booster, side by side by joblib.

    ``progress`` is told how many of how many steps are done.
    """
    steps = len(tasks) * (1 + len(LEVELS))
    tell = progress or _nobody
    tell(0, steps)
    prepared = []
    for made in Parallel(n_jobs=jobs, return_as="generator")(
        delayed(_prepare)(task) for task in tasks
    ):
        prepared.append(made)
        tell(len(prepared), steps)
    fitting = Parallel(n_jobs=jobs, return_as="generator")(
        delayed(_fit_booster)(inputs, targets[:, place], level, task.specification, task.params)
        for task, (_, inputs, targets) in zip(tasks, prepared, strict=True)
        for place, level in enumerate(LEVELS)
    )
    texts = []
    for text in fitting:
        texts.append(text)
        tell(len(tasks) + len(texts), steps)
    step = len(LEVELS)
    return [
        Fitted(ladder, tuple(texts[i * step : (i + 1) * step]))
        for i, (ladder, _, _) in enumerate(prepared)
    ]


def _prepare(task: Task) -> tuple[Ladder, Floats, Floats]:
    """The ladder, what the boosters see (rungs out of fold, so that none has seen its sale), and
    what the ladder leaves to each quantile, shape (n, levels)."""
    rules, specification = task.params.ladder, task.specification
    fitted = fit_ladder(
        task.dataset,
        specification,
        rules=rules,
        counting=task.params.specification,
        teaches=task.teaches,
        sizes=task.sizes,
    )
    taken = task.dataset.take(task.teaches)
    matrix = feature_matrix(taken.columns, specification)
    rungs = out_of_fold_rungs(fitted, taken, specification, task.sizes)
    served = leave_room(fitted.ladder, rules)
    level = served.terms_level(taken.columns, matrix, specification)[:, 0] + rungs[:, 0]
    served = tilted(
        served, taken.columns, matrix, specification,
        residual=taken.log_price - level, rules=rules, levels=LEVELS,
    )  # fmt: skip
    levels = served.terms_level(taken.columns, matrix, specification) + rungs[:, :1]
    return served, np.hstack([matrix, rungs]), taken.log_price[:, None] - levels


def _fit_booster(
    inputs: Floats,
    target: Floats,
    level: float,
    specification: FeatureSpecification,
    params: Params,
) -> str:
    rules = params.boosters
    names = [*specification.names(), *LADDER_COLUMNS]
    data = lgb.Dataset(
        inputs,
        target,
        feature_name=names,
        categorical_feature=list(specification.categorical()),
        free_raw_data=False,
    )
    settings = _settings(specification, params, rows=len(target))
    settings["objective"] = pinball_objective(level=level, smoothing=rules.smoothing)
    return _without_parameters(_trained(settings, data, rules.trees).model_to_string())


def _trained(settings: dict[str, object], data: lgb.Dataset, trees: int) -> lgb.Booster:
    """The booster. On small samples LightGBM now and then stops at a check of its own (a split with
    an empty side, under monotone constraints): then the next seed draws other rows and columns, so
    the same sales still give the same trees."""
    for attempt in range(ATTEMPTS):
        seed = int(str(settings["seed"])) + attempt
        try:
            return lgb.train({**settings, "seed": seed}, data, num_boost_round=trees)
        except lgb.basic.LightGBMError:
            if attempt == ATTEMPTS - 1:
                raise
    raise AssertionError("the last attempt returns or raises")


def _settings(
    specification: FeatureSpecification, params: Params, *, rows: int
) -> dict[str, object]:
    rules: BoosterRules = params.boosters
    return {
        "num_leaves": rules.leaves,
        "learning_rate": rules.learning_rate,
        "min_data_in_leaf": max(rules.leaf_minimum, round(rules.leaf_share * rows)),
        "min_sum_hessian_in_leaf": 0.0,
        "feature_fraction": rules.column_share,
        "bagging_fraction": rules.row_share,
        "bagging_freq": 1,
        "lambda_l2": rules.ridge,
        "monotone_constraints": [*specification.monotone(), *LADDER_MONOTONE],
        "monotone_constraints_method": METHOD,
        "max_cat_to_onehot": 8,
        "seed": params.seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "verbosity": -1,
    }


def pinball_objective(*, level: float, smoothing: float) -> Objective:
    """Gradient and hessian of the pinball loss with its majorizer; residuals in log price."""

    def objective(scores: Floats, data: lgb.Dataset) -> tuple[Floats, Floats]:
        residual = np.asarray(data.get_label()) - scores
        weight = np.where(residual > 0, level, 1 - level)
        distance = np.maximum(np.abs(residual), smoothing)
        return -weight * residual / distance, weight / distance

    return objective


def _without_parameters(text: str) -> str:
    """The trees alone: the parameters of the run stand in the bundle's own files."""
    head, _, tail = text.partition("\nparameters:")
    _, _, rest = tail.partition("end of parameters")
    return head + rest


def held_out(task: Task, left_out: Mask) -> Task:
    """The same task without some sales."""
    return replace(task, teaches=task.teaches & ~left_out)
