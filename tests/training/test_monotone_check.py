"""The check finds what breaks the promise, and nothing in a bundle that keeps it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pytest

from tests.factories import AS_OF, make_bundle
from training.monotone_check import Violation, violations
from valuation.domain.device import Device
from valuation.features import Columns, FeatureSpecification, Floats
from valuation.price_model.champions import ModelStore
from valuation.price_model.model import PriceModel, load_price_model


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> PriceModel:
    folder = tmp_path_factory.mktemp("models")
    return load_price_model(ModelStore(folder).bundle(make_bundle(folder)))


@dataclass(frozen=True)
class Twisted:
    """A price model with something added to its log quantiles."""

    model: PriceModel
    answer: float = 0.0
    storage: float = 0.0
    age: float = 0.0

    @property
    def specification(self) -> FeatureSpecification:
        return self.model.specification

    @property
    def devices(self) -> Mapping[str, Device]:
        return self.model.devices

    @property
    def levels(self) -> tuple[float, ...]:
        return self.model.levels

    def log_quantiles(self, columns: Columns) -> Floats:
        grade = columns.answers["cosmetic_grade"] == 3
        twist = self.answer * grade + self.storage * columns.storage_gb
        twist = twist + self.age * (columns.as_of - columns.first_sale)
        logs: Floats = self.model.log_quantiles(columns) + twist[:, None]
        return logs


def found(model: PriceModel | Twisted) -> list[Violation]:
    return violations(model=model, sample=50, as_of=AS_OF, rng=np.random.default_rng(1))


def test_a_bundle_that_is_monotone_by_construction_has_no_violation(model: PriceModel) -> None:
    assert found(model) == []


def test_a_worse_answer_that_raises_the_price_is_found_and_printed(model: PriceModel) -> None:
    broken = found(Twisted(model, answer=0.5))
    assert {violation.step for violation in broken} == {"cosmetic_grade"}
    assert {violation.level for violation in broken} == {0.1, 0.5, 0.9}
    assert "with cosmetic_grade=B" in str(broken[0])
    assert all(violation.worse_price > violation.better_price for violation in broken)


def test_more_storage_for_less_is_found(model: PriceModel) -> None:
    broken = found(Twisted(model, storage=-0.02))
    assert {violation.step for violation in broken} == {"storage or RAM"}
    assert {violation.worse for violation in broken} == {"apple/iphone/iphone-13/128gb"}


def test_a_price_that_grows_with_age_is_found(model: PriceModel) -> None:
    assert {violation.step for violation in found(Twisted(model, age=0.01))} == {"older", "later"}


def test_versions_of_a_device_model_are_not_held_against_each_other(model: PriceModel) -> None:
    small = model.devices["apple/iphone/iphone-13/128gb"]
    large = model.devices["apple/iphone/iphone-13/256gb"]
    abroad = replace(large, variant="apple/iphone/iphone-13/256gb-jp")
    twisted = Twisted(
        replace(model, devices={small.variant: small, abroad.variant: abroad}), storage=-0.02
    )
    assert found(twisted) == []


def test_a_quantile_that_is_no_number_is_a_violation(model: PriceModel) -> None:
    assert found(Twisted(model, answer=float("nan")))
