"""The whole catalogue is priced, and levels that cannot be are named."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pytest

from tests.training.samples import DEMO
from tests.training.small_run import listed_devices
from training.checks import EXAMPLES
from training.level_check import LAUNCH_FACTOR, absurd_levels, limits_of
from training.promotion import PromotionRules
from valuation.domain.device import Category, Device
from valuation.domain.market import Market
from valuation.features import FACTS, Columns, FeatureSpecification, Floats

AS_OF = date(2026, 11, 20)
ACCEPTED = PromotionRules().absurd_levels
Change = Callable[[Columns, Floats], Floats]


@dataclass(frozen=True)
class Listed:
    """Prices the catalogue at a third of the launch price, 1,200 yuan where it has none, a tenth
    less a year; ``change`` spoils the log prices."""

    devices: Mapping[str, Device]
    change: Change
    market: Market = DEMO
    levels: tuple[float, ...] = (0.1, 0.5, 0.9)

    @property
    def specification(self) -> FeatureSpecification:
        vocabulary = {"brand": (), "category": (), "unit_state": ()}
        typical = dict.fromkeys(FACTS, 0.0)
        return FeatureSpecification({"cosmetic_grade": 4.0}, {}, {}, vocabulary, typical, False)

    def log_quantiles(self, columns: Columns) -> Floats:
        assert set(columns.answers["cosmetic_grade"].tolist()) == {4.0}, "the best answers"
        known = columns.launch_price_cny
        launch = np.where(np.isnan(known), 1_200.0, known)
        years = np.nan_to_num((columns.as_of - columns.first_sale) / 365.25)
        yuan = self.change(columns, np.log(launch / 3) - 0.1 * years)
        logs: Floats = (
            yuan[:, None] + np.log(limits_of(self.market).yuan) + np.array([-0.1, 0, 0.1])
        )
        return logs


@pytest.fixture(scope="module")
def devices() -> dict[str, Device]:
    return {device.variant: device for device in listed_devices()}


def unchanged(_: Columns, logs: Floats) -> Floats:
    return logs


def no_launch_price_no_price(columns: Columns, logs: Floats) -> Floats:
    """The bug that nobody saw: whatever lacks a launch price at two yuan."""
    spoiled: Floats = np.where(np.isnan(columns.launch_price_cny), np.log(2.0), logs)
    return spoiled


def in_cents(_: Columns, logs: Floats) -> Floats:
    spoiled: Floats = logs + np.log(100)
    return spoiled


def one_family_away(columns: Columns, logs: Floats) -> Floats:
    spoiled: Floats = np.where(
        columns.device_model == "apple/iphone/iphone-13", logs - np.log(8), logs
    )
    return spoiled


def no_number(_: Columns, logs: Floats) -> Floats:
    return np.full_like(logs, np.nan)


@pytest.mark.parametrize("market", ["cn-cny-sold-demo", "vn-usd-asking-real", "my-myr-shop-real"])
def test_possible_levels_pass_in_every_currency(devices: dict[str, Device], market: str) -> None:
    found = absurd_levels(model=Listed(devices, unchanged, Market.from_slug(market)), as_of=AS_OF)
    assert found.of == len({device.device_model for device in devices.values()})
    assert found.share <= ACCEPTED / 5


@pytest.mark.parametrize("change", [no_launch_price_no_price, in_cents, no_number])
def test_levels_that_cannot_be_are_refused(devices: dict[str, Device], change: Change) -> None:
    found = absurd_levels(model=Listed(devices, change), as_of=AS_OF)
    assert found.share > 3 * ACCEPTED
    assert len(found.examples) == EXAMPLES


def test_a_trade_in_price_may_be_next_to_nothing(devices: dict[str, Device]) -> None:
    """It is what is left after the buyer's margin; below the metal it is no mistake."""

    def cheap(_: Columns, logs: Floats) -> Floats:
        spoiled: Floats = logs - np.log(200)
        return spoiled

    markets = [Market.from_slug(f"cn-cny-{kind}-real") for kind in ("sold", "trade-in")]
    sold, trade_in = (
        absurd_levels(model=Listed(devices, cheap, market), as_of=AS_OF) for market in markets
    )
    assert sold.share > 0.5
    assert "less than the metal in it" in " ".join(sold.examples)
    assert trade_in.share <= ACCEPTED


def test_a_device_model_far_from_its_neighbours_is_named(devices: dict[str, Device]) -> None:
    before, after = (
        absurd_levels(model=Listed(apples(devices), change), as_of=AS_OF)
        for change in (unchanged, one_family_away)
    )
    assert after.found == before.found + 1
    assert "apple/iphone/iphone-13: 0." in " ".join(after.examples)


def apples(devices: dict[str, Device]) -> dict[str, Device]:
    return {name: device for name, device in devices.items() if device.family == "apple/iphone"}


def test_the_launch_price_holds_for_the_cheapest_variant_only(devices: dict[str, Device]) -> None:
    """A launch price is that of the smallest: a terabyte may cost more than twice as much."""
    two = {
        name: device
        for name, device in devices.items()
        if name in ("apple/iphone/iphone-13/128gb", "apple/iphone/iphone-13/512gb")
    }

    def dear(of: float) -> Change:
        return lambda columns, logs: np.where(
            columns.storage_gb >= of, np.log(1.1 * LAUNCH_FACTOR * columns.launch_price_cny), logs
        )

    found = [absurd_levels(model=Listed(two, dear(gb)), as_of=AS_OF) for gb in (512, 0)]
    assert [it.found for it in found] == [0, 1]
    assert "2.2 times its launch price" in found[1].examples[0]


def test_the_limits_are_in_the_markets_currency() -> None:
    yuan, ringgit = (limits_of(Market.from_slug(f"my-{c}-sold-real")) for c in ("cny", "myr"))
    assert yuan.yuan == 1.0
    assert ringgit.yuan == pytest.approx(0.6, abs=0.1)
    assert yuan.metal[Category.PHONE] == pytest.approx(17, abs=3)
