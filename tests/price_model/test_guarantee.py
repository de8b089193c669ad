"""The guaranteed value: so many later sales below it, whatever share a shop states."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest

from tests.factories import AS_OF
from valuation.domain.distribution import Distribution
from valuation.domain.questions import BEST
from valuation.features import FeatureRow
from valuation.price_model.calibration import (
    base_of,
    conformal_offset,
    guaranteed_logs,
)
from valuation.price_model.model import PriceModel

LEVELS = (0.1, 0.5, 0.9)
GUARANTEES = (0.01, 0.05, 0.1, 0.15, 0.2, 0.3, 0.35, 0.45, 0.5)


def rows_of(model: PriceModel, random: Random) -> list[FeatureRow]:
    """Every device of the bundle with answers of any kind."""
    drawn = [
        (device, {question: random.randint(0, BEST[question]) for question in model.taught()})
        for _, device in sorted(model.devices.items())
    ]
    return [FeatureRow(device, AS_OF, levels, {}) for device, levels in drawn]


def test_the_guarantee_at_a_fitted_level_is_that_quantile_to_the_last_bit(
    model: PriceModel,
) -> None:
    rows = rows_of(model, Random(1))
    for level in (0.1, 0.5):
        for belief in model.price_many(rows, guarantee=level):
            assert belief.guaranteed() == belief.quantile(level)


def test_who_lets_more_sales_lie_below_guarantees_no_less(model: PriceModel) -> None:
    rows = rows_of(model, Random(2))
    found = [[it.guaranteed() for it in model.price_many(rows, guarantee=g)] for g in GUARANTEES]
    assert (np.diff(np.array(found), axis=0) >= 0).all()
    assert (np.array(found)[-1] > np.array(found)[0]).all()


def test_no_worse_answer_is_guaranteed_more(model: PriceModel) -> None:
    random = Random(3)
    for guarantee in GUARANTEES:
        better = rows_of(model, random)
        for question in model.taught():
            worse = [
                replace(row, levels={**row.levels, question: max(0, row.levels[question] - 1)})
                for row in better
            ]
            pairs = zip(
                model.price_many(worse, guarantee=guarantee),
                model.price_many(better, guarantee=guarantee),
                strict=True,
            )
            assert all(low.guaranteed() <= high.guaranteed() for low, high in pairs)


def test_so_many_later_sales_lie_below_it() -> None:
    """Split-conformal: of exchangeable sales the share that was guaranteed, or a little less."""
    rng, repeats, held, later = np.random.default_rng(4), 200, 400, 400
    for guarantee in (0.01, 0.05, 0.2, 0.3, 0.5):
        base = base_of(guarantee, LEVELS)
        fitted = {level: float(np.quantile(rng.standard_t(3, 10_000), level)) for level in LEVELS}
        shares = []
        for _ in range(repeats):
            scores = {
                level: sorted((rng.standard_t(3, held) - at).tolist())
                for level, at in fitted.items()
            }
            logs = np.array(
                [[at + conformal_offset(scores=scores[level], level=level)
                  for level, at in fitted.items()]]
            )  # fmt: skip
            offset = conformal_offset(scores=scores[base], level=guarantee)
            (bound,) = guaranteed_logs(
                raw=np.array([fitted[base]]), logs=np.sort(logs), offsets=np.array([offset]),
                levels=LEVELS, guarantee=guarantee,
            )  # fmt: skip
            shares.append(float(np.mean(rng.standard_t(3, later) < bound)))
        assert np.mean(shares) == pytest.approx(guarantee, abs=0.006)


def test_nothing_is_guaranteed_that_was_not_asked_for() -> None:
    with pytest.raises(ValueError, match="no guaranteed price"):
        Distribution(LEVELS, (5.0, 5.5, 6.0)).guaranteed()
