"""Who is held out: by time where sales are dated, by group where they are not.

Groups are canonical: the seller, or the configuration (variant, grade) where no seller is known.
They are drawn by a hash of their name, so the same group falls into the same fold in every run and
two bundles of an undated market can be compared on sales that neither has seen.
"""

from collections import Counter
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from training.dataset import Dataset, Index
from training.params import SplitRules
from valuation.features import Floats, Words


class TooFewSales(ValueError):
    """Not enough sales to fit, calibrate and measure."""


LEAST_SALES = 200
ENOUGH = 1 / 3  # of the sales: device models with several variants


@dataclass(frozen=True, slots=True)
class Split:
    """Positions of the sales of each part; ``fitted_until`` is the last day that
    fit or calibration saw, as a day number, or None where sales are undated.

    Undated sales are calibrated out of fold within ``fit``; ``calibration`` is then empty.
    """

    fit: Index
    calibration: Index
    test: Index
    fitted_until: float | None
    by_time: bool


def split(dataset: Dataset, rules: SplitRules) -> Split:
    """The parts of a market's sales; TooFewSales below ``LEAST_SALES``."""
    if len(dataset) < LEAST_SALES:
        raise TooFewSales(f"{len(dataset)} sales in {dataset.market.slug}; {LEAST_SALES} needed")
    if is_dated(dataset, rules):
        return _by_time(dataset.sold_on, rules)
    fold = fold_of(group_names(dataset), rules.test_folds, salt="test")
    rows = np.arange(len(dataset))
    if not (fold == 0).any() or (fold == 0).all():
        raise TooFewSales(f"{dataset.market.slug}: too few groups to hold one out")
    return Split(rows[fold != 0], rows[:0], rows[fold == 0], None, by_time=False)


def is_dated(dataset: Dataset, rules: SplitRules) -> bool:
    """Whether the sales span enough days for a split by time to mean something."""
    return dataset.dated and float(np.ptp(dataset.sold_on)) >= rules.dated_from_days


def group_names(dataset: Dataset) -> Words:
    """The group of each sale: its seller, else its configuration."""
    grade = dataset.columns.answers.get("cosmetic_grade", np.full(len(dataset), np.nan))
    return np.array(
        [
            seller if seller is not None else f"{variant} {level}"
            for seller, variant, level in zip(
                dataset.seller, dataset.columns.variant, grade, strict=True
            )
        ],
        dtype=object,
    )


def calibration_groups(dataset: Dataset) -> Words:
    """What a calibration fold leaves out together: a seller's sales, else those of a variant.

    A list of prices without dates or sellers is asked for what it does not have: with another
    grade or another buyer of the same variant in the fit, scores tell how well a price is
    remembered, not how well one is foretold. Where most device models have one variant, to
    leave it out would leave the device model out, and configurations are left out instead.
    """
    models, variants = dataset.columns.device_model, dataset.columns.variant
    pairs = set(zip(models.tolist(), variants.tolist(), strict=True))
    several = Counter(model for model, _ in pairs)
    if np.mean([several[model] > 1 for model in models.tolist()]) < ENOUGH:
        return group_names(dataset)
    known = zip(dataset.seller, variants, strict=True)
    return np.array([variant if seller is None else seller for seller, variant in known], object)


def fold_of(groups: Words, folds: int, *, salt: str) -> Index:
    """The fold of each group, by a hash of its name: the same in every run."""
    by_name = {name: _hash(f"{salt}/{name}") % folds for name in set(groups.tolist())}
    return np.array([by_name[name] for name in groups], dtype=np.intp)


def balanced_folds(groups: Words, folds: int, *, salt: str) -> Index:
    """Folds with equally many groups each, in the order of a hash; none is empty.

    TooFewSales where there are fewer groups than folds.
    """
    names = sorted(set(groups.tolist()), key=lambda name: _hash(f"{salt}/{name}"))
    if len(names) < folds:
        raise TooFewSales(f"{len(names)} groups cannot fill {folds} folds to calibrate {salt} ones")
    by_name = {name: position % folds for position, name in enumerate(names)}
    return np.array([by_name[name] for name in groups], dtype=np.intp)


def _by_time(sold_on: Floats, rules: SplitRules) -> Split:
    later = 1 - rules.test_share
    cut_test = np.quantile(sold_on, later)
    cut_fit = np.quantile(sold_on, later - rules.calibration_share)
    rows = np.arange(len(sold_on))
    return Split(
        fit=rows[sold_on <= cut_fit],
        calibration=rows[(sold_on > cut_fit) & (sold_on <= cut_test)],
        test=rows[sold_on > cut_test],
        fitted_until=float(cut_test),
        by_time=True,
    )


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")
