"""Block list and lock once more: at the inspection, before anything is paid, sent or delivered."""

from pathlib import Path

import pytest

from tests.quotes.checking import HEAD, OTHER_IMEI, asking, says
from tests.quotes.settling import back
from tests.quotes.telling import (
    IMEI,
    PHOTO,
    Till,
    amount_of,
    found,
)
from tests.quotes.test_same_unit import rotate
from valuation.catalogue.block_list import BlockListFile
from valuation.domain.device_checks import Why
from valuation.domain.disposition import Route
from valuation.domain.giving import Given
from valuation.domain.moves import Stage, Step
from valuation.domain.refusals import IllegalStep, Refusal
from valuation.shop import Shop
from valuation.use_cases.step_request import StepIncomplete


def test_a_device_listed_since_is_a_changed_answer_at_the_inspection(
    shop: Shop, block_list: Path
) -> None:
    till = Till(asking(shop, BlockListFile(block_list)))
    assert till.quote(imei=IMEI)["checks"]["why"] == Why.NOT_IN_SOURCE  # type: ignore[index]
    till.step(Step.ACCEPT)
    till.step(Step.RECEIVE)
    block_list.write_text(f"{HEAD}{IMEI},listed,\n")
    after = till.step(Step.INSPECT, identifier=IMEI)
    (line,) = found(after)["lines"]
    (change,) = line["changes"]
    assert change["reason"] == "block_list_found"
    assert (change["declared"], change["inspected"]) == ("clear", "listed")
    checks = found(after)["quote"]["checks"]
    assert change["evidence"] == [
        {"digest": checks["digest"], "place": "Harbour police list", "note": "of 2026-11-20"}
    ]
    assert (after.life.stage, after.life.amount) == (Stage.COUNTER_OFFERED, 0)
    assert IMEI not in str(after.events)


def test_an_inspection_whose_check_finds_nothing_new_changes_nothing(
    shop: Shop, block_list: Path
) -> None:
    till = Till(asking(shop, BlockListFile(block_list)))
    before = till.received(imei=IMEI).life.amount
    after = till.step(Step.INSPECT, identifier=IMEI)
    assert (after.life.amount, found(after)["lines"]) == (before, [])
    assert found(after)["quote"]["checks"]["why"] == Why.NOT_IN_SOURCE


def test_where_devices_are_checked_an_inspection_names_the_one_that_was_quoted(
    shop: Shop, block_list: Path
) -> None:
    till = Till(asking(shop, BlockListFile(block_list)))
    till.received(imei=IMEI)
    with pytest.raises(StepIncomplete, match="name the IMEI") as incomplete:
        till.step(Step.INSPECT)
    assert incomplete.value.member == "identifier"


def test_a_device_that_nobody_named_is_named_at_the_inspection_and_found_listed(
    shop: Shop, block_list: Path
) -> None:
    till = Till(asking(shop, BlockListFile(block_list)))
    till.received()
    with pytest.raises(StepIncomplete, match="name the IMEI"):
        till.step(Step.INSPECT)
    block_list.write_text(f"{HEAD}{IMEI},listed,\n")
    assert till.step(Step.INSPECT, identifier=IMEI).life.stage is Stage.COUNTER_OFFERED


@pytest.mark.parametrize("rotated", [False, True])
def test_a_device_listed_after_its_inspection_is_not_paid_for(
    shop: Shop, block_list: Path, rotated: bool
) -> None:
    """The database has a digest of the unit alone, and nobody names the identifier again."""
    till = Till(asking(shop, BlockListFile(block_list)))
    till.received(imei=IMEI)
    till.step(Step.INSPECT, identifier=IMEI)
    till.erase()
    if rotated:
        rotate(shop)
    block_list.write_text(f"{HEAD}{OTHER_IMEI},clean,off\n{IMEI},listed,on\n")
    with pytest.raises(IllegalStep, match="Harbour police list now says") as no:
        till.step(Step.SETTLE)
    assert no.value.code is Refusal.LISTED_SINCE
    assert "block_list listed, activation_lock on" in str(no.value)
    with pytest.raises(IllegalStep):
        till.step(Step.SETTLE, identifier=IMEI)
    block_list.write_text(f"{HEAD}{OTHER_IMEI},listed,on\n")
    after = till.step(Step.SETTLE)
    assert after.life.stage is Stage.SETTLED
    (state,) = after.life.events[-1].evidence
    assert (state.place, IMEI in str(after.events)) == ("Harbour police list", False)


def test_a_device_listed_after_its_settlement_is_neither_routed_elsewhere_nor_delivered(
    shop: Shop, block_list: Path
) -> None:
    till = Till(asking(shop, BlockListFile(block_list)))
    quoted = till.quote(imei=IMEI)
    gift = (Given.DEVICE, "demo-school")
    till.step(Step.ACCEPT, amount=amount_of(quoted), donate=gift)
    till.step(Step.RECEIVE)
    till.step(Step.INSPECT, identifier=IMEI)
    till.erase()
    till.step(Step.SETTLE)
    with pytest.raises(IllegalStep) as unshown:
        till.step(Step.DELIVER)
    assert unshown.value.code is Refusal.EVIDENCE_MISSING, "what a list says shows no delivery"
    block_list.write_text(f"{HEAD}{IMEI},listed,off\n")
    with pytest.raises(IllegalStep, match="now says"):
        till.step(Step.DELIVER, evidence=(PHOTO,))
    with pytest.raises(IllegalStep, match="now says"):
        back(till, Route.DISMANTLE)
    assert back(till).life.stage is Stage.REVERSED, "nothing need be sent anywhere to be taken back"


def test_a_source_that_needs_the_identifier_is_given_it_before_anything_is_paid(
    shop: Shop,
) -> None:
    till = Till(asking(shop, says("clean", "off")))
    till.received(imei=IMEI)
    till.step(Step.INSPECT, identifier=IMEI)
    till.erase()
    for identifier in (None, OTHER_IMEI):
        with pytest.raises(StepIncomplete):
            till.step(Step.SETTLE, identifier=identifier)
    assert till.step(Step.SETTLE, identifier=IMEI).life.stage is Stage.SETTLED
