"""A donation is a payout and a route: what is given, to whom, and what everybody may see of it."""

from typing import Any, cast

import orjson
import pytest
from sqlalchemy.exc import IntegrityError

from tests.quotes.settling import SWOLLEN, back, counted, show
from tests.quotes.telling import CLERK, IMEI, MANAGER, PHOTO, Till, amount_of
from valuation.domain.dispatch import Way
from valuation.domain.disposition import Flag, Route
from valuation.domain.erasure import Method, Technique
from valuation.domain.giving import Given
from valuation.domain.happened import Happened, Settlement
from valuation.domain.happened import Kind as Event
from valuation.domain.impact_ledger import Cause, Outcome
from valuation.domain.lifecycle import ImpossibleHistory, fold
from valuation.domain.moves import Stage, Step
from valuation.domain.refusals import IllegalStep, Refusal
from valuation.domain.reversals import ReversalReason
from valuation.quotes.life_log import event_of
from valuation.receipts.key_folder import read_ring
from valuation.receipts.receipt import Kind
from valuation.receipts.verifying import Authentic, verify
from valuation.shop import Shop
from valuation.storage.ledger import Entry
from valuation.use_cases.living import Held
from valuation.use_cases.receipting import NothingToReceipt, receipt
from valuation.use_cases.step_request import StepIncomplete

SCHOOL, TREES = "demo-school", "demo-trees"


def given(till: Till, what: Given, cause: str = SCHOOL, **answers: Any) -> Held:
    quoted = till.quote(imei=IMEI, **answers)
    return till.step(Step.ACCEPT, amount=amount_of(quoted), donate=(what, cause))


def settled_gift(shop: Shop) -> Till:
    """A device that was given, erased and settled, and is on its way."""
    till = Till(shop)
    given(till, Given.DEVICE)
    till.step(Step.RECEIVE)
    till.step(Step.INSPECT, identifier=IMEI)
    till.erase()
    till.step(Step.SETTLE)
    return till


def refused(till: Till, step: Step, **details: Any) -> Refusal:
    with pytest.raises(IllegalStep) as refusal:
        till.step(step, **details)
    return refusal.value.code


def test_a_device_is_given_used_again_and_delivered(shop: Shop) -> None:
    till = Till(shop)
    assert given(till, Given.DEVICE).route is Route.DONATE
    till.step(Step.RECEIVE)
    till.step(Step.INSPECT, identifier=IMEI)
    assert refused(till, Step.SETTLE) is Refusal.NOT_ERASED  # it is somebody's next
    till.erase()
    till.step(Step.SETTLE)
    assert counted(shop) == []
    assert refused(till, Step.COMPLETE) is Refusal.TO_BE_DELIVERED
    assert refused(till, Step.DELIVER) is Refusal.EVIDENCE_MISSING
    assert till.step(Step.DELIVER, evidence=(PHOTO,)).life.delivered
    assert [(each.outcome, each.cause) for each in counted(shop)] == [
        (Outcome.REUSED, Cause.DELIVERED)
    ]
    assert refused(till, Step.COMPLETE) is Refusal.ALREADY_COMPLETED
    assert refused(till, Step.DELIVER, evidence=(PHOTO,)) is Refusal.ALREADY_DELIVERED
    elsewhere: dict[str, Any] = {"actor": MANAGER, "reason": ReversalReason.ROUTED_ELSEWHERE}
    assert refused(till, Step.REVERSE, route=Route.AS_IS, **elsewhere) is Refusal.ALREADY_DELIVERED
    mistaken = ReversalReason.COUNTED_BY_MISTAKE
    till.step(Step.REVERSE, actor=MANAGER, reason=mistaken)
    assert refused(till, Step.REVERSE, route=Route.AS_IS, **elsewhere) is Refusal.ALREADY_DELIVERED


@pytest.mark.parametrize("shredded", [False, True])
def test_what_went_another_way_or_was_destroyed_is_not_delivered(
    shop: Shop, shredded: bool
) -> None:
    till = settled_gift(shop)
    if shredded:
        till.erase(method=Method.DESTROY, technique=Technique.SHRED)
    else:
        back(till, Route.DISMANTLE)
    code = Refusal.USED_NO_MORE if shredded else Refusal.GOES_ELSEWHERE
    assert refused(till, Step.DELIVER, evidence=(PHOTO,)) is code


def test_the_trail_shows_each_step_without_the_person_the_unit_or_the_device_s_value(
    shop: Shop,
) -> None:
    till = Till(shop)
    accepted = given(till, Given.DEVICE)
    till.step(Step.RECEIVE)
    envelope = receipt(shop, till.look(), Kind.DONATION)
    verdict = verify(envelope.to_json(), read_ring(shop.settings.receipt_keys))
    assert isinstance(verdict, Authentic)
    body = orjson.loads(envelope.to_json())["receipt"]["body"]
    assert [step["kind"] for step in body["trail"]] == ["accepted", "received"]
    assert body["cause"]["id"] == SCHOOL
    assert body["offer"] is None
    device = cast(dict[str, Any], accepted.document["device"])
    unit = device["unit"]
    text = envelope.to_json().decode()
    assert accepted.life.amount is not None
    for secret in (unit["digest"], unit["last4"], till.merchant, CLERK.id, IMEI):
        assert secret not in text
    assert str(accepted.life.amount) not in text.replace(accepted.stored.id, "")


def test_without_a_gift_there_is_no_trail(shop: Shop) -> None:
    till = Till(shop)
    till.received()
    with pytest.raises(NothingToReceipt):
        receipt(shop, till.look(), Kind.DONATION)
    assert "deliver" not in till.look().document


def test_an_amount_is_given_on_whatever_route_and_the_trail_tells_it(shop: Shop) -> None:
    till = Till(shop)
    held = given(till, Given.AMOUNT, TREES)
    assert held.route is Route.AS_IS
    body = receipt(shop, held, Kind.DONATION).receipt["body"]
    assert body["offer"]["amount"] == held.life.amount  # type: ignore[index]


@pytest.mark.parametrize(
    ("answers", "what", "code"),
    [
        (SWOLLEN, Given.DEVICE, Refusal.CANNOT_BE_GIVEN),
        ({"activation_lock": "on"}, Given.DEVICE, Refusal.CANNOT_BE_GIVEN),
        ({"block_list": "listed"}, Given.AMOUNT, Refusal.DEVICE_REFUSED),
    ],
)
def test_what_nobody_can_use_on_is_not_given(
    shop: Shop, answers: dict[str, str], what: Given, code: Refusal
) -> None:
    with pytest.raises(IllegalStep) as refusal:
        given(Till(shop), what, **answers)
    assert refusal.value.code is code


def test_a_hazard_found_takes_the_gift_away_until_its_owner_says_again_what_is_given(
    shop: Shop,
) -> None:
    till = Till(shop)
    given(till, Given.DEVICE)
    till.step(Step.RECEIVE)
    countered = till.step(Step.INSPECT, identifier=IMEI, answers=SWOLLEN)
    assert countered.route is Route.DISMANTLE
    amount = countered.life.amount
    assert refused(till, Step.ACCEPT, amount=amount, donate=(Given.DEVICE, SCHOOL)) is (
        Refusal.CANNOT_BE_GIVEN
    )
    agreed = till.step(Step.ACCEPT, amount=amount)
    assert agreed.life.gift is None
    show(till, agreed)


def test_a_cause_takes_what_the_table_says(shop: Shop) -> None:
    with pytest.raises(StepIncomplete, match="the device can be given to: demo-school"):
        given(Till(shop), Given.DEVICE, TREES)
    with pytest.raises(StepIncomplete, match="demo-school, demo-trees"):
        given(Till(shop), Given.AMOUNT, "nobody")


def test_a_hazard_is_not_handed_over_by_post(shop: Shop) -> None:
    till = Till(shop)
    amount = amount_of(till.quote(**SWOLLEN))
    assert refused(till, Step.ACCEPT, amount=amount, way=Way.POST) is Refusal.WAY_CLOSED
    assert till.step(Step.ACCEPT, amount=amount, way=Way.PICKUP).life.stage is Stage.ACCEPTED


def test_what_was_given_is_not_sold_by_the_shop(shop: Shop) -> None:
    till = settled_gift(shop)
    elsewhere: dict[str, Any] = {"actor": MANAGER, "reason": ReversalReason.ROUTED_ELSEWHERE}
    assert refused(till, Step.REVERSE, route=Route.AS_IS, **elsewhere) is Refusal.GIVEN_NOT_SOLD
    assert till.step(Step.REVERSE, route=Route.PARTS, **elsewhere).route is Route.PARTS


def test_nothing_is_sent_to_a_cause_that_nobody_named(shop: Shop) -> None:
    till = Till(shop)
    till.received()
    till.step(Step.INSPECT)
    till.erase()
    till.step(Step.SETTLE)
    elsewhere: dict[str, Any] = {"actor": MANAGER, "reason": ReversalReason.ROUTED_ELSEWHERE}
    assert refused(till, Step.REVERSE, route=Route.DONATE, **elsewhere) is Refusal.NO_CAUSE


@pytest.mark.parametrize(
    "detail",
    [Settlement(flag=Flag.DISMANTLE, route=Route.DONATE), Settlement(flag=Flag.DISMANTLE), None],
)
def test_the_database_settles_no_gift_unerased(shop: Shop, detail: Settlement | None) -> None:
    till = Till(shop)
    given(till, Given.DEVICE)
    till.step(Step.RECEIVE)
    held = till.step(Step.INSPECT, identifier=IMEI)
    kinds = [(Event.SETTLED, detail), (Event.DELIVERED, None)]
    for place, (kind, told) in enumerate(kinds):
        forged = Happened(kind=kind, actor=MANAGER, at=shop.clock(), detail=told)
        row = event_of(forged, quote_id=held.stored.id, position=len(held.events) + place)
        with pytest.raises(IntegrityError, match="nothing is resold"):
            shop.ledger.write(Entry(None, (row,)))
    if detail is not None:
        forged = Happened(kind=Event.SETTLED, actor=MANAGER, at=shop.clock(), detail=detail)
        with pytest.raises(ImpossibleHistory):
            fold(events=[forged], life=held.life)
