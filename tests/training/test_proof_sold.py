"""Answers made worse on devices as they were sold: what is counted, and why an offer stays."""

from pathlib import Path

import pytest

from tests.factories import AS_OF, VARIANTS
from tests.price_model.making import champion_of
from training.proof_sold import Flat, Sold, Table, proof_sold, steps_of
from valuation.domain.answers import CompletedAnswers, complete, missing_at_best, with_answers
from valuation.domain.device import Category
from valuation.price_model.champions import ModelStore

WORKS = {"powers_on": 1, "display_works": 2, "functions_work": 1, "sim_lock": 1}
CRACKED = {**WORKS, "display_works": 1}
# As sold: most work, batteries of every age, some are cracked, some sellers leave answers out.
GIVEN = (
    {**WORKS, "cosmetic_grade": 3, "battery_health": 91},
    {**WORKS, "cosmetic_grade": 2, "battery_health": 84},
    {**WORKS, "cosmetic_grade": 4, "battery_health": 99},
    {**WORKS, "cosmetic_grade": 2},
    {**WORKS, "battery_health": 88},
    {**CRACKED, "cosmetic_grade": 1, "battery_health": 86},
)
SOLD = tuple(Sold(variant, Category.PHONE, given) for variant in VARIANTS for given in GIVEN)


def as_sold(given: dict[str, int]) -> CompletedAnswers:
    silent = complete(given={}, category=Category.PHONE)
    return missing_at_best(with_answers(silent, given))


@pytest.fixture(scope="module")
def table(models: Path) -> Table:
    return proof_sold(ModelStore(models).bundle(champion_of(models)), SOLD, as_of=AS_OF)


def test_no_worse_answer_raises_the_offer_of_a_sold_device(table: Table) -> None:
    assert table.devices.total() > 300
    assert not table.raised


# No sale of the tiny bundle knew the battery: a point may lie within one band of the table.
@pytest.mark.parametrize(
    "step",
    [
        "powers_on yes → no", "display_works yes → cracked", "cameras_work yes → no",
        "back_intact yes → no", "cosmetic_grade C → D", "battery_health 5 lower",
        "sim_lock unlocked → locked", "block_list clear → listed",
    ],
)  # fmt: skip
def test_a_worse_answer_lowers_nearly_every_offer_of_a_sold_device(table: Table, step: str) -> None:
    assert table.share(step) >= 0.95


def test_what_is_not_yet_erased_is_a_condition_and_costs_nothing(table: Table) -> None:
    assert table.lowered["erasure done → pending"] == 0
    assert table.flat["erasure done → pending", Flat.CONDITION] > 0


def test_the_table_says_how_many_devices_and_why_an_offer_stays(table: Table) -> None:
    lines = list(table.lines())
    assert all(str(reason) in lines[0] for reason in Flat)
    told = next(line for line in lines if "battery_health 5 lower" in line)
    assert f"{table.devices['battery_health 5 lower']:,}" in told
    assert any(line.startswith(" erasure done → pending") for line in lines), "by design"
    assert any(line.startswith("*battery_health 1 lower") for line in lines)


def test_a_function_that_breaks_breaks_alone() -> None:
    steps = dict(steps_of(as_sold(dict(GIVEN[0]))))
    broken = steps["cameras_work yes → no"].given
    assert (broken["functions_work"], broken["cameras_work"], broken["audio_works"]) == (0, 0, 1)
    assert "functions_work yes → no" not in steps


def test_an_answer_that_the_sale_left_out_is_not_made_worse() -> None:
    steps = dict(steps_of(as_sold(dict(GIVEN[3]))))
    assert not any(step.startswith("battery_health") for step in steps)
    assert len(steps) == len(dict(steps_of(as_sold(dict(GIVEN[0]))))) - 2
