"""The one feature path: columns in one order, absent values filled and flagged, nothing later."""

import json
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from tests.factories import VARIANTS, make_specification
from valuation.catalogue import load_catalogue
from valuation.domain.device import Device, DeviceFacts, UnitState
from valuation.features import (
    FeatureRow,
    FeatureSpecification,
    Floats,
    columns_of,
    feature_matrix,
)

DEVICES = [load_catalogue().device(variant) for variant in VARIANTS]
PHONE = DEVICES[0]
SPECIFICATION = make_specification(DEVICES)
DAY = date(2026, 11, 20)


def row(device: Device = PHONE, **changes: object) -> FeatureRow:
    plain = FeatureRow(device, DAY, {"powers_on": 1, "cosmetic_grade": 3}, {"channel": "online"})
    return replace(plain, **changes)  # type: ignore[arg-type]  # the fields of FeatureRow


def matrix(*rows: FeatureRow, specification: FeatureSpecification = SPECIFICATION) -> Floats:
    return feature_matrix(columns_of(rows), specification)


def values(one: FeatureRow) -> dict[str, float]:
    return dict(zip(SPECIFICATION.names(), matrix(one)[0].tolist(), strict=True))


def with_facts(**facts: object) -> Device:
    return replace(PHONE, facts=replace(PHONE.facts, **facts))  # type: ignore[arg-type]


def test_the_matrix_has_the_named_columns_and_no_gap() -> None:
    made = matrix(*(row(device) for device in DEVICES))
    assert made.shape == (len(DEVICES), len(SPECIFICATION.names()))
    assert np.isfinite(made).all()


def test_a_device_of_which_nothing_is_known_is_filled_and_flagged() -> None:
    blank = replace(PHONE, brand="nobody", facts=DeviceFacts())
    found = values(row(blank, levels={}, context={}))
    assert found["age_days"] == SPECIFICATION.typical["age_days"]
    assert found["has_age_days"] == found["has_storage_gb"] == found["has_ram_gb"] == 0.0
    assert found["brand"] == -1.0
    assert found["answer_cosmetic_grade"] == SPECIFICATION.answers["cosmetic_grade"]


def test_a_context_that_is_not_named_is_the_default_and_an_unknown_one_is_unknown() -> None:
    assert values(row(context={}))["context_channel"] == 1.0
    assert values(row(context={"channel": "online"}))["context_channel"] == 0.0
    assert values(row(context={"channel": "moon"}))["context_channel"] == -1.0


def test_a_launch_price_of_nothing_is_absent() -> None:
    assert values(row(with_facts(launch_price_cny=0)))["has_log_launch_price"] == 0.0


@pytest.mark.parametrize("days", [1, 100, 10_000])
def test_what_happens_after_the_day_of_the_quote_changes_nothing(days: int) -> None:
    later = DAY + timedelta(days=days)
    unborn = with_facts(successor_first_sale=later)
    nobody = with_facts(successor_first_sale=None)
    assert matrix(row(unborn)).tobytes() == matrix(row(nobody)).tobytes()


def aged(device: Device, days: int) -> Device:
    """The device as if it and its successor had been launched so many days earlier."""
    first, successor = device.facts.first_sale, device.facts.successor_first_sale
    earlier = timedelta(days=days)
    facts = replace(
        device.facts,
        first_sale=first and first - earlier,
        successor_first_sale=successor and successor - earlier,
    )
    return replace(device, facts=facts)


@pytest.mark.parametrize("days", [0, 7, 91, 365])
def test_to_look_ahead_moves_age_and_successor_and_nothing_else(days: int) -> None:
    for device in (*DEVICES, with_facts(successor_first_sale=DAY + timedelta(days=30))):
        ahead = row(device, ahead_days=days)
        assert matrix(ahead).tobytes() == matrix(row(aged(device, days))).tobytes()
        now, then = values(row(device)), values(ahead)
        moved = {name for name in now if now[name] != then[name]}
        assert moved <= {"age_days", "superseded", "days_superseded"}
        assert then["age_days"] == now["age_days"] + days


def test_an_announced_successor_is_out_once_its_day_is_reached() -> None:
    announced = with_facts(successor_first_sale=DAY + timedelta(days=30))
    found = [values(row(announced, ahead_days=days))["superseded"] for days in (0, 29, 30, 91)]
    assert found == [0.0, 0.0, 1.0, 1.0]


def test_a_device_before_its_first_sale_has_no_negative_age() -> None:
    assert values(row(with_facts(first_sale=DAY + timedelta(days=30))))["age_days"] == 0.0


def test_a_successor_counts_from_its_first_day() -> None:
    found = values(row(with_facts(successor_first_sale=DAY)))
    assert (found["superseded"], found["days_superseded"]) == (1.0, 0.0)


def test_the_signs_say_what_may_never_cost_or_bring_money() -> None:
    signs = dict(zip(SPECIFICATION.names(), SPECIFICATION.monotone(), strict=True))
    rising = {name for name, sign in signs.items() if sign > 0}
    answers = {f"answer_{question}" for question in SPECIFICATION.answers}
    assert rising == {"storage_gb", "ram_gb", *answers}
    assert {n for n, s in signs.items() if s < 0} == {"age_days", "superseded", "days_superseded"}


def test_the_categorical_columns_are_those_that_hold_codes() -> None:
    names = [SPECIFICATION.names()[i] for i in SPECIFICATION.categorical()]
    assert names == ["brand", "category", "unit_state", "context_channel"]


def test_the_specification_survives_its_bundle() -> None:
    through_json = json.loads(json.dumps(SPECIFICATION.to_json()))
    again = FeatureSpecification.from_json(through_json)
    assert again.names() == SPECIFICATION.names()
    assert matrix(row(), specification=again).tobytes() == matrix(row()).tobytes()


def test_a_market_without_dates_has_no_season() -> None:
    undated = replace(SPECIFICATION, dated=False)
    assert not any(name.startswith("season") for name in undated.names())
    day_of_rows = [row(as_of=DAY), row(as_of=DAY + timedelta(days=0))]
    assert matrix(*day_of_rows, specification=undated).shape[1] == len(undated.names())


def test_a_quote_is_always_for_a_used_unit_unless_the_sale_says_otherwise() -> None:
    assert values(row())["unit_state"] == 0.0
    assert values(row(unit_state=UnitState.SEALED))["unit_state"] == 3.0
