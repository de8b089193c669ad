"""Two bundles on the same sales, none of which either has seen."""

from collections.abc import Mapping
from datetime import date
from typing import Protocol

import numpy as np

from training import metrics
from training.bootstrap import groups_of, paired_bootstrap
from training.dataset import Dataset, Mask
from training.promotion import PairedComparison
from valuation.domain.market import Market
from valuation.features import Columns, Floats, day_number


class Pricer(Protocol):
    """What a comparison asks of a price model."""

    @property
    def digest(self) -> str: ...
    @property
    def market(self) -> Market: ...
    @property
    def levels(self) -> tuple[float, ...]: ...
    @property
    def evaluation(self) -> Mapping[str, object]: ...
    def log_quantiles(self, columns: Columns) -> Floats: ...


class CutOffUnknown(ValueError):
    """It cannot be told which sales are new to both bundles."""


class OtherLevels(ValueError):
    """A bundle does not price the quantile levels that are compared."""


class OtherMarkets(ValueError):
    """The bundles or the sales belong to different markets."""


def compare(
    *, champion: Pricer, challenger: Pricer, dataset: Dataset, rng: np.random.Generator
) -> PairedComparison:
    """Both on the sales later than either cut-off, grouped by seller or device model.

    Where the bundles were cut by group all sales are used: the caller passes the fixed test groups,
    which no fit takes in.
    """
    if not champion.market == challenger.market == dataset.market:
        raise OtherMarkets("bundles and sales are compared within one market only")
    unseen = dataset.take(unseen_rows(dataset=dataset, pricers=(champion, challenger)))
    groups = groups_of(unseen)
    ours, theirs = (_losses(pricer, unseen) for pricer in (challenger, champion))
    log_mae, log_pinball = (
        paired_bootstrap(ours=ours[name], theirs=theirs[name], groups=groups, rng=rng)
        for name in ("log_mae", "log_pinball")
    )
    return PairedComparison(
        champion=champion.digest,
        challenger=challenger.digest,
        rows=len(unseen),
        log_mae=log_mae,
        log_pinball=log_pinball,
    )


def unseen_rows(*, dataset: Dataset, pricers: tuple[Pricer, ...]) -> Mask:
    """The sales that no bundle can have learned from, shape (n,).

    CutOffUnknown where only some bundles were cut by time, or the sales have no dates to cut by.
    """
    cut_offs = [_cut_off(pricer) for pricer in pricers]
    days = [day for day in cut_offs if day is not None]
    if not days:
        return np.ones(len(dataset), dtype=np.bool_)
    if len(days) < len(cut_offs) or not dataset.dated:
        raise CutOffUnknown(
            "one of the bundles was cut by time, but the other or the sales were not: "
            "train both on sales of the same kind"
        )
    return np.asarray(dataset.sold_on > max(days), dtype=np.bool_)


def quantiles_at_levels(*, pricer: Pricer, columns: Columns) -> Floats:
    """Log quantiles at ``metrics.LEVELS``, shape (n, 3); OtherLevels where one is not priced."""
    missing = [level for level in metrics.LEVELS if level not in pricer.levels]
    if missing:
        raise OtherLevels(f"bundle {pricer.digest[:12]} has no quantile {missing}")
    positions = [pricer.levels.index(level) for level in metrics.LEVELS]
    picked: Floats = pricer.log_quantiles(columns)[:, positions]
    return picked


def _cut_off(pricer: Pricer) -> int | None:
    """The last day, in days since 1970-01-01, that fit and calibration saw; None: cut by group."""
    until = pricer.evaluation.get("fitted_until")
    return None if until is None else day_number(date.fromisoformat(str(until)))


def _losses(pricer: Pricer, dataset: Dataset) -> dict[str, Floats]:
    if not len(dataset):
        return {"log_mae": np.zeros(0), "log_pinball": np.zeros(0)}
    quantiles = quantiles_at_levels(pricer=pricer, columns=dataset.columns)
    actual = dataset.log_price
    return {
        "log_mae": np.abs(quantiles[:, 1] - actual),
        "log_pinball": metrics.mean_pinball_losses(actual=actual, quantiles=quantiles),
    }
