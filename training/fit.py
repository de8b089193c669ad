"""Monotone quantile boosters on what the ladder leaves, and others on the price itself.

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
# Columns that only the direct boosters read: they name the device model instead of the ladder.
CODES = ("device_model", "family")
OTHER_SEED = 7  # so that the two kinds draw other rows

Objective = Callable[[Floats, lgb.Dataset], tuple[Floats, Floats]]


Progress = Callable[[int, int], None]


def _nobody(_done: int, _of: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A ladder with its boosters in LightGBM's text format, by quantile level; ``direct`` ones add
    to ``starts``, in log price, and know nothing of the ladder."""

    ladder: Ladder
    boosters: tuple[str, ...]
    direct: tuple[str, ...]
    starts: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A ladder, the columns of the boosters (n, k), what it leaves to each quantile (n, levels),
    the log price of each sale (n,)."""

    ladder: Ladder
    inputs: Floats
    left: Floats
    log_price: Floats

    def starts(self) -> tuple[float, ...]:
        """Where the direct boosters start from: the quantile of all sales."""
        return tuple(round(float(np.quantile(self.log_price, level)), 6) for level in LEVELS)


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
    steps = len(tasks) * (1 + 2 * len(LEVELS))
    tell = progress or _nobody
    tell(0, steps)
    prepared = []
    for made in Parallel(n_jobs=jobs, return_as="generator")(
        delayed(_prepare)(task) for task in tasks
    ):
        prepared.append(made)
        tell(len(prepared), steps)
    fitting = Parallel(n_jobs=jobs, return_as="generator")(
        delayed(fit)(made, place, task.specification, task.params)
        for task, made in zip(tasks, prepared, strict=True)
        for fit in (fit_residual, fit_direct)
        for place in range(len(LEVELS))
    )
    texts = []
    for text in fitting:
        texts.append(text)
        tell(len(tasks) + len(texts), steps)
    step = len(LEVELS)
    return [
        Fitted(made.ladder, tuple(own[:step]), tuple(own[step:]), made.starts())
        for i, made in enumerate(prepared)
        for own in (texts[2 * step * i : 2 * step * (i + 1)],)
    ]


def _prepare(task: Task) -> Prepared:
    """The ladder and what the boosters see: rungs out of fold, so that none has seen its sale."""
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
    inputs = np.hstack([matrix, rungs])
    return Prepared(served, inputs, taken.log_price[:, None] - levels, taken.log_price)


def fit_residual(
    made: Prepared, place: int, specification: FeatureSpecification, params: Params
) -> str:
    """A booster on what the ladder leaves to a quantile level; the rungs say which device model."""
    inputs = _hidden(made.inputs, specification, CODES)
    return _fit_booster(
        inputs, made.left[:, place], LEVELS[place], specification, params.boosters, params.seed
    )


def fit_direct(
    made: Prepared, place: int, specification: FeatureSpecification, params: Params
) -> str:
    """A booster on the log price itself, which sees codes of device models and no ladder."""
    inputs = _hidden(made.inputs, specification, LADDER_COLUMNS)
    target = made.log_price - made.starts()[place]
    seed = params.seed + OTHER_SEED
    return _fit_booster(inputs, target, LEVELS[place], specification, params.direct, seed)


def _hidden(inputs: Floats, specification: FeatureSpecification, names: Sequence[str]) -> Floats:
    """The columns with some that say nothing: no tree splits on them, and all boosters of a bundle
    read the same row."""
    columns = [*specification.names(), *LADDER_COLUMNS]
    seen = np.array(inputs)
    seen[:, [columns.index(name) for name in names]] = 0.0
    return seen


def _fit_booster(
    inputs: Floats,
    target: Floats,
    level: float,
    specification: FeatureSpecification,
    rules: BoosterRules,
    seed: int,
) -> str:
    names = [*specification.names(), *LADDER_COLUMNS]
    data = lgb.Dataset(
        inputs,
        target,
        feature_name=names,
        categorical_feature=list(specification.categorical()),
        free_raw_data=False,
    )
    settings = _settings(specification, rules, seed, rows=len(target))
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
    specification: FeatureSpecification, rules: BoosterRules, seed: int, *, rows: int
) -> dict[str, object]:
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
        "seed": seed,
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
