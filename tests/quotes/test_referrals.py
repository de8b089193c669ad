"""What no sale can price is appraised by a person, and goes on like every other quote."""

from typing import Any

import orjson
import pytest

from tests.fakes import FakeClock
from tests.quotes.settling import counted
from tests.quotes.telling import CLERK, IMEI, MANAGER, PHOTO, Till
from valuation.domain.device import Category
from valuation.domain.disposition import Route
from valuation.domain.erasure import Method, Technique
from valuation.domain.giving import Given
from valuation.domain.impact_ledger import Outcome
from valuation.domain.moves import Stage, Step
from valuation.domain.overrides import OverrideReason
from valuation.domain.refusals import IllegalStep, Refusal
from valuation.domain.reversals import ReversalReason
from valuation.quotes.quoting import DeviceNeeded, QuoteRequest
from valuation.quotes.replaying import replayed
from valuation.receipts.receipt import Kind
from valuation.shop import Shop
from valuation.use_cases.impact_views import verify
from valuation.use_cases.issuing import issue
from valuation.use_cases.life_view import life_view
from valuation.use_cases.living import Held
from valuation.use_cases.open_quotes import OpenOverridden
from valuation.use_cases.receipting import Overridden, receipt
from valuation.use_cases.step_request import CannotReprice, StepIncomplete

LAPTOP: dict[str, Any] = {
    "category": Category.LAPTOP, "brand": "Lenovo", "device": "ThinkPad T14", "storage_gb": 512,
}  # fmt: skip
WASHER: dict[str, Any] = {
    "category": Category.APPLIANCE, "kind": "washing-machine", "brand": "Bosch", "device": "Serie 6"
}  # fmt: skip
RUNS = {"powers_on": "yes", "functions_work": "yes", "cosmetic_grade": "B", "block_list": "clear"}
GOOD = RUNS | {
    "display_works": "yes", "activation_lock": "off", "mdm": "none", "battery_safety": "normal",
    "battery_health": 90, "erasure": "done",
}  # fmt: skip


@pytest.fixture
def till(shop: Shop) -> Till:
    return Till(shop)


def referred(till: Till, device: dict[str, Any], answers: dict[str, Any]) -> None:
    request = QuoteRequest(answers=answers, **device)
    document = issue(till.shop, request, merchant=till.merchant, market=None)
    assert (document["outcome"], document["offer"]) == ("referral", None)
    till.quotes.append(str(document["id"]))


def appraised(till: Till, amount: int, route: Route, **details: Any) -> Held:
    details = {"actor": MANAGER} | details
    return till.step(Step.APPRAISE, amount=amount, route=route, **details)


def refused(till: Till, amount: int, route: Route, **details: Any) -> Refusal:
    with pytest.raises(IllegalStep) as caught:
        appraised(till, amount, route, **details)
    return caught.value.code


def test_a_laptop_is_appraised_bought_resold_and_counted(till: Till) -> None:
    referred(till, LAPTOP, GOOD)
    before = till.look()
    assert (before.life.stage, before.life.amount) == (Stage.REFERRED, None)
    told = life_view(before, now=till.shop.clock(), customer=False)
    assert told["next"] == ["appraise"]
    held = appraised(till, 150_000, Route.AS_IS)
    assert (held.life.stage, held.life.amount, held.route) == (Stage.OFFERED, 150_000, Route.AS_IS)
    for customer in (True, False):
        view = life_view(held, now=till.shop.clock(), customer=customer)
        assert view["amount"] == {"amount": 150_000, "currency": "CNY"}
    accepted = till.step(Step.ACCEPT, amount=150_000)
    assert accepted.place is not None
    assert (accepted.place.route, accepted.place.facility) == (Route.AS_IS, "demo-east-resale")
    till.step(Step.RECEIVE)
    assert till.step(Step.INSPECT).life.stage is Stage.INSPECTED
    with pytest.raises(IllegalStep) as unerased:
        till.step(Step.SETTLE)
    assert unerased.value.code is Refusal.NOT_ERASED
    till.erase()
    till.step(Step.SETTLE)
    body = orjson.loads(receipt(till.shop, till.look(), Kind.SETTLEMENT).to_json())["receipt"][
        "body"
    ]
    assert body["offer"] == {"amount": 150_000, "currency": "CNY"}
    till.step(Step.COMPLETE)
    (entry,) = counted(till.shop)
    assert (entry.outcome, entry.category, entry.weighed) == (Outcome.REUSED, "laptop", False)
    assert verify(till.shop).sound
    assert replayed(till.look().stored.document, till.shop.appraiser).same


def test_the_lines_of_what_was_accepted_add_up(till: Till) -> None:
    referred(till, LAPTOP, GOOD)
    appraised(till, 150_000, Route.AS_IS)
    with pytest.raises(Overridden):
        receipt(till.shop, till.look(), Kind.QUOTE)
    till.step(Step.ACCEPT, amount=150_000)
    body = orjson.loads(receipt(till.shop, till.look(), Kind.ACCEPTANCE).to_json())["receipt"][
        "body"
    ]
    assert [line["amount"]["amount"] for line in body["lines"]] == [150_000]
    assert body["offer"]["amount"] == 150_000


def test_a_washing_machine_is_taken_for_nothing_and_its_metals_are_counted(till: Till) -> None:
    referred(till, WASHER, RUNS | {"functions_work": "no"})
    appraised(till, 0, Route.DISMANTLE, actor=CLERK)
    for step in (Step.ACCEPT, Step.RECEIVE, Step.INSPECT, Step.SETTLE, Step.COMPLETE):
        till.step(step)
    (entry,) = counted(till.shop)
    assert (entry.outcome, entry.category) == (Outcome.DISMANTLED, "appliance")
    assert entry.weight_mg is not None
    assert entry.weight_mg > 10**7
    assert set(entry.metals_ug) >= {"copper"}


def test_a_laptop_is_given_away_with_nothing_paid(till: Till) -> None:
    referred(till, LAPTOP, GOOD)
    assert refused(till, 100, Route.DONATE) is Refusal.GIVEN_FOR_NOTHING
    appraised(till, 0, Route.DONATE, actor=CLERK)
    till.step(Step.ACCEPT, amount=0, donate=(Given.DEVICE, "demo-school"))
    till.step(Step.RECEIVE)
    till.step(Step.INSPECT)
    till.erase()
    till.step(Step.SETTLE)
    till.step(Step.DELIVER, evidence=(PHOTO,))
    assert [each.outcome for each in counted(till.shop)] == [Outcome.REUSED]


def test_no_person_opens_a_gate_or_names_more_than_the_policy_lets_them(till: Till) -> None:
    referred(till, LAPTOP, GOOD | {"activation_lock": "on"})
    assert refused(till, 1_000, Route.AS_IS) is Refusal.ROUTE_CLOSED
    assert refused(till, 1_000, Route.REFUSE) is Refusal.ROUTE_CLOSED
    assert refused(till, 1, Route.DISMANTLE, actor=CLERK) is Refusal.SECOND_PERSON_NEEDED
    assert refused(till, 500_001, Route.DISMANTLE) is Refusal.OVERRIDE_ABOVE_CEILING
    two = {"actor": CLERK, "confirmed_by": MANAGER}
    assert appraised(till, 1_000, Route.DISMANTLE, **two).life.amount == 1_000
    assert refused(till, 2_000, Route.DISMANTLE) is Refusal.NOT_REFERRED
    for incomplete in ({"amount": 5}, {"route": Route.PARTS}):
        referred(till, LAPTOP, GOOD)
        with pytest.raises(StepIncomplete):
            till.step(Step.APPRAISE, actor=MANAGER, **incomplete)


def test_an_appraisal_is_the_last_word_of_people_and_counts_while_the_referral_is_valid(
    till: Till, clock: FakeClock
) -> None:
    referred(till, LAPTOP, GOOD)
    appraised(till, 150_000, Route.AS_IS)
    till.step(Step.ACCEPT, amount=150_000)
    with pytest.raises(IllegalStep) as caught:
        till.step(Step.OVERRIDE, amount=160_000, reason=OverrideReason.GOODWILL, actor=MANAGER)
    assert caught.value.code is Refusal.OVERRIDE_ABOVE_CEILING
    referred(till, LAPTOP, GOOD)
    clock.move(days=8)
    assert refused(till, 150_000, Route.AS_IS) is Refusal.QUOTE_EXPIRED


def test_no_appraisal_stands_beside_another_quote_of_the_device(till: Till) -> None:
    till.quote(imei=IMEI)
    referred(till, LAPTOP | {"identifier": IMEI}, GOOD)
    assert refused(till, 400_000, Route.AS_IS) is Refusal.UNIT_QUOTED
    for phone in ("iPhone 13", "iPhone 13 128"):
        request = QuoteRequest(answers=GOOD, device=phone, category=Category.LAPTOP)
        with pytest.raises(DeviceNeeded, match="leave the category out"):
            issue(till.shop, request, merchant=till.merchant, market=None)


def test_what_a_person_gives_away_has_a_cause(till: Till) -> None:
    referred(till, LAPTOP, GOOD)
    appraised(till, 0, Route.DONATE, actor=CLERK)
    with pytest.raises(IllegalStep) as caught:
        till.step(Step.ACCEPT, amount=0)
    assert caught.value.code is Refusal.NO_CAUSE


def test_a_quote_beside_an_appraised_one_is_refused_and_no_error_of_ours(till: Till) -> None:
    device = LAPTOP | {"identifier": "PF2ABCD1"}
    referred(till, device, GOOD)
    appraised(till, 150_000, Route.AS_IS)
    request = QuoteRequest(answers=GOOD, lock_days=7, **device)
    with pytest.raises(OpenOverridden):
        issue(till.shop, request, merchant=till.merchant, market=None)


def test_a_swollen_laptop_is_taken_on_the_gates_own_conditions(till: Till) -> None:
    referred(till, LAPTOP, GOOD | {"battery_safety": "swollen"})
    held = appraised(till, 0, Route.DISMANTLE)
    assert held.life.conditions == ("battery_hazard",)
    accepted = till.step(Step.ACCEPT)
    assert accepted.place is not None
    assert accepted.place.facility == "demo-east-hazard"


def test_what_is_otherwise_than_it_was_appraised_goes_back(till: Till) -> None:
    referred(till, LAPTOP, GOOD)
    appraised(till, 90_000, Route.AS_IS)
    till.step(Step.ACCEPT)
    till.step(Step.RECEIVE)
    with pytest.raises(CannotReprice, match="otherwise"):
        till.step(Step.INSPECT, answers={"display_works": "cracked"})
    assert till.step(Step.DECLINE_RETURN).life.stage is Stage.DECLINED_RETURN


def test_a_failed_resale_of_what_was_appraised_goes_another_open_way(till: Till) -> None:
    referred(till, LAPTOP, GOOD)
    appraised(till, 90_000, Route.AS_IS)
    for step in (Step.ACCEPT, Step.RECEIVE, Step.INSPECT):
        till.step(step)
    till.erase()
    till.step(Step.SETTLE)
    elsewhere = {"reason": ReversalReason.RESALE_FAILED, "route": Route.DISMANTLE}
    assert till.step(Step.REVERSE, actor=MANAGER, **elsewhere).route is Route.DISMANTLE
    till.erase(method=Method.DESTROY, technique=Technique.SHRED)
    till.step(Step.COMPLETE)
    assert [each.outcome for each in counted(till.shop)] == [Outcome.DISMANTLED]


def test_a_device_that_nobody_recognised_or_whose_gates_are_open_questions_needs_a_new_quote(
    till: Till,
) -> None:
    request = QuoteRequest(answers=GOOD, device="Zzzphone 9 of nobody")
    till.quotes.append(str(issue(till.shop, request, merchant=till.merchant, market=None)["id"]))
    with pytest.raises(CannotReprice, match="category"):
        appraised(till, 5_000, Route.PARTS)
    unanswered = {name: answer for name, answer in GOOD.items() if name != "mdm"}
    referred(till, LAPTOP, unanswered)
    with pytest.raises(CannotReprice, match="mdm"):
        appraised(till, 5_000, Route.PARTS)
