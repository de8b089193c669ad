"""What is given, as it is signed: by the route that it goes, and of the quote no more than that."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from tests.fakes import FakeClock, FakeEntropy
from tests.quotes.settling import SWOLLEN, back
from tests.quotes.telling import IMEI, PHOTO, Till
from tests.quotes.test_giving import SCHOOL, given, settled_gift
from tests.tables.making import copy_shipped
from tests.web.conftest import installation
from valuation.domain.disposition import Route
from valuation.domain.erasure import DESTROY, ERASE
from valuation.domain.giving import Given
from valuation.domain.moves import Stage, Step
from valuation.domain.reversals import ReversalReason
from valuation.quotes.documents import canonical, digest
from valuation.receipts.key_folder import read_ring
from valuation.receipts.receipt import Kind
from valuation.receipts.sheet import GIVEN, GIVEN_AMOUNT, TO_CUSTOMER, sheet_of
from valuation.receipts.verifying import Authentic, verify
from valuation.settings import Settings
from valuation.shop import Shop, open_shop
from valuation.use_cases.receipting import receipt


def body_of(shop: Shop, till: Till, kind: Kind) -> dict[str, Any]:
    envelope = receipt(shop, till.look(), kind)
    assert isinstance(verify(envelope.to_json(), read_ring(shop.settings.receipt_keys)), Authentic)
    return cast(dict[str, Any], envelope.receipt["body"])


def test_the_trail_has_no_digest_of_the_quote_to_try_grades_and_prices_against(shop: Shop) -> None:
    till = Till(shop)
    held = given(till, Given.DEVICE)
    signed = receipt(shop, held, Kind.DONATION).receipt
    assert signed["quote_digest"] == digest(canonical(cast(Any, signed["body"])))
    assert held.stored.digest not in receipt(shop, held, Kind.DONATION).to_json().decode()


@pytest.fixture
def scrapping(models: Path, tmp_path: Path, database_url: str, clock: FakeClock) -> Iterator[Shop]:
    """A shop that loses on every device but the one that it dismantles."""
    dear = {each: each.replace("20,10,40", "9999,10,9999") for each in (
        "resell-as-is,test and erase,CNY,20,10,40", "refurbish,test and erase,CNY,20,10,40",
    )} | {"harvesting work,CNY,35,15,70": "harvesting work,CNY,9999,15,9999"}  # fmt: skip

    def change(text: str) -> str:
        for old, new in dear.items():
            text = text.replace(old, new)
        return text

    (tmp_path / "tables").mkdir()
    copy_shipped(tmp_path / "tables", "handling", change, valid_from="2026-11-02")
    environment = installation(models, tmp_path, database_url)
    shop = open_shop(
        Settings.from_environment(
            environment | {"TRADEIN_TABLES": str(tmp_path / "tables")}
        ),
        clock=clock, entropy=FakeEntropy(),
    )  # fmt: skip
    yield shop
    shop.engine.dispose()


def test_a_device_that_money_would_dismantle_is_given_erased_and_counted_as_used_again(
    scrapping: Shop,
) -> None:
    till = Till(scrapping)
    accepted = given(till, Given.DEVICE, erasure="pending")
    money = cast(dict[str, Any], accepted.document["disposition"])
    assert (money["route"], accepted.route) == ("dismantle", Route.DONATE)
    assert accepted.life.conditions == (ERASE,)
    till.step(Step.RECEIVE)
    worse = till.step(Step.INSPECT, identifier=IMEI, answers={"cosmetic_grade": "D"})
    assert worse.life.conditions == (DESTROY,)  # the money's, until the gift is said again
    till.step(Step.ACCEPT, amount=worse.life.amount, donate=(Given.DEVICE, SCHOOL))
    till.erase()
    assert till.step(Step.SETTLE).life.stage is Stage.SETTLED
    assert body_of(scrapping, till, Kind.DONATION)["saves"] is None, "nobody uses it yet"
    till.step(Step.DELIVER, evidence=(PHOTO,))
    saves = body_of(scrapping, till, Kind.DONATION)["saves"]
    assert (saves["metals_g"], saves["co2e_avoided_kg"]["typical"] > 0) == ({}, True)
    paid = body_of(scrapping, till, Kind.SETTLEMENT)["disposition"]
    conditions = [each["code"] for each in paid["conditions"]]
    assert (paid["route"], conditions) == ("donate", [ERASE, "erasure_record"])


def test_a_gift_that_is_as_declared_keeps_its_conditions(scrapping: Shop) -> None:
    till = Till(scrapping)
    given(till, Given.DEVICE, erasure="pending")
    till.step(Step.RECEIVE)
    assert till.step(Step.INSPECT, identifier=IMEI).life.conditions == (ERASE,)


@pytest.mark.parametrize("what", list(Given))
def test_the_receipts_say_what_is_given_and_that_the_customer_gets_nothing(
    shop: Shop, what: Given
) -> None:
    till = Till(shop)
    amount = given(till, what).life.amount
    till.step(Step.RECEIVE)
    till.step(Step.INSPECT, identifier=IMEI)
    till.erase()
    till.step(Step.SETTLE)
    for kind in (Kind.ACCEPTANCE, Kind.SETTLEMENT):
        body = body_of(shop, till, kind)
        assert (body["what"], body["cause"]["id"]) == (what.value, SCHOOL)
        sheet = sheet_of(receipt(shop, till.look(), kind), zone=ZoneInfo("UTC"))
        assert (TO_CUSTOMER, "CNY 0.00") in sheet.facts
        if what is Given.DEVICE:
            assert (body["offer"]["amount"], body["lines"], sheet.headline) == (0, [], GIVEN)
            assert body["disposition"]["route"] == "donate"
        else:
            assert (body["offer"]["amount"], sheet.headline) == (amount, GIVEN_AMOUNT[kind.value])


def test_the_trail_tells_what_was_agreed_until_its_owner_agrees_to_less(shop: Shop) -> None:
    till = Till(shop)
    agreed = given(till, Given.AMOUNT).life.amount
    till.step(Step.RECEIVE)
    lower = till.step(Step.INSPECT, identifier=IMEI, answers=SWOLLEN).life.amount
    body = body_of(shop, till, Kind.DONATION)
    assert (body["offer"]["amount"], body["route"]["route"]) == (agreed, "resell-as-is")
    till.step(Step.ACCEPT, amount=lower, donate=(Given.AMOUNT, SCHOOL))
    body = body_of(shop, till, Kind.DONATION)
    assert (body["offer"]["amount"], body["route"]["route"]) == (lower, "dismantle")


def test_the_trail_follows_a_device_that_went_another_way(shop: Shop) -> None:
    till = settled_gift(shop)
    back(till, Route.PARTS, reason=ReversalReason.ROUTED_ELSEWHERE)
    body = body_of(shop, till, Kind.DONATION)
    assert (body["route"]["route"], body["delivered"], body["saves"]) == ("parts", False, None)
    till.step(Step.COMPLETE)
    body = body_of(shop, till, Kind.DONATION)
    assert body["saves"]["co2e_avoided_kg"] is None
