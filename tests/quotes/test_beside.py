"""Bonus, coupon and subsidy of a stored quote: beside its offer, through its life, to the byte."""

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import orjson
import pytest

from tests.fakes import FakeClock
from tests.quotes.settling import SWOLLEN, show
from tests.quotes.telling import ANSWERS, IMEI, IPHONE, MANAGER, MERCHANT, Till, amount_of, found
from valuation.domain.extra_terms import Bought, Purchase, PurchaseRefused
from valuation.domain.moves import Stage, Step
from valuation.domain.overrides import OverrideReason
from valuation.domain.people import Mode
from valuation.domain.refusals import IllegalStep, Refusal
from valuation.domain.tokens import CODE_BYTES, campaign_code, code_digest
from valuation.quotes.documents import canonical, customer_view
from valuation.quotes.quoting import QuoteRequest
from valuation.quotes.replaying import replayed
from valuation.receipts.receipt import Kind
from valuation.shop import Shop
from valuation.storage.codes import CodeStore, StoredCode
from valuation.storage.engine import reading, writing
from valuation.use_cases.claiming import CodeSpent, UnknownCode
from valuation.use_cases.issuing import issue
from valuation.use_cases.life_view import life_view
from valuation.use_cases.living import Held
from valuation.use_cases.receipting import receipt
from valuation.web.life_schemas import InspectionOut

PHONE = Purchase(599_900, "CNY", Bought.PHONE)
VOUCHER = "demo-voucher"


@pytest.fixture
def till(shop: Shop) -> Till:
    return Till(shop)


def quoted(
    till: Till, *codes: str, buys: Purchase | None = None, mode: Mode = Mode.LIVE, **changes: Any
) -> Any:
    request = QuoteRequest(
        answers={**ANSWERS, **changes}, device=IPHONE, codes=codes, purchase=buys
    )
    document = issue(till.shop, request, merchant=MERCHANT, market=None, mode=mode)
    till.quotes.append(str(document["id"]))
    return document


def make_code(shop: Shop, campaign: str = VOUCHER) -> str:
    code = campaign_code(entropy=os.urandom(CODE_BYTES))
    with writing(shop.engine) as connection:
        CodeStore(connection).add([StoredCode(code_digest(code), campaign, shop.clock())])
    return code


def stored_code(shop: Shop, code: str) -> StoredCode:
    with reading(shop.engine) as connection:
        return CodeStore(connection).of([code_digest(code)])[code_digest(code)]


def gains(extras: Mapping[str, Any] | None) -> dict[str, int]:
    assert extras is not None
    return {line["id"]: line["amount"]["amount"] for line in extras["lines"]}


def test_a_quote_that_asks_for_nothing_says_nothing_and_names_no_table_of_it(till: Till) -> None:
    document: Any = till.quote()
    assert "extras" not in document
    assert not {"campaigns", "subsidies"} & set(document["versions"]["tables"])


def test_what_stands_beside_an_offer_leaves_every_figure_of_the_quote_alone(till: Till) -> None:
    plain, beside = till.quote(), quoted(till, "demo-loyalty", "DEMO-UPGRADE ", buys=PHONE)
    figures = ("offer", "lines", "value", "disposition", "policy", "residual_values")
    assert [plain[each] for each in figures] == [beside[each] for each in figures]
    offer = amount_of(beside)
    share = min(20_000, (offer + 5000) * 500 // 10_000)
    assert gains(beside["extras"]) == {
        "cn-2026-phone": 50_000, "demo-loyalty": 5000, "demo-upgrade": share,
    }  # fmt: skip
    net = beside["extras"]["net_to_pay"]
    left = 599_900 - 50_000 - offer - 5000 - share
    assert (net["amount"]["amount"], net["which"]) == (left, "to_pay")


def test_the_order_of_codes_changes_nothing(till: Till) -> None:
    code = make_code(till.shop)
    codes = ("demo-loyalty", code, "demo-upgrade", "demo-coupon")
    one, two = quoted(till, *codes, buys=PHONE), quoted(till, *codes[::-1], buys=PHONE)
    assert canonical(one["extras"]) == canonical(two["extras"])


def test_a_quote_with_all_of_it_is_made_again_to_the_byte(till: Till) -> None:
    quoted(till, "demo-coupon", "demo-upgrade", make_code(till.shop), buys=PHONE)
    stored = till.look().stored.document
    assert set(orjson.loads(stored)["versions"]["tables"]) >= {"campaigns", "subsidies"}
    assert replayed(stored, till.shop.appraiser).differences == ()
    changed = orjson.loads(stored)
    changed["extras"]["lines"][0]["amount"]["amount"] += 1
    (place, _, _), *_ = replayed(canonical(changed), till.shop.appraiser).differences
    assert place == "/extras/lines/0/amount/amount"


def test_the_customer_sees_every_line_and_no_digest_of_a_code(till: Till) -> None:
    code = make_code(till.shop)
    document = quoted(till, code, buys=PHONE)
    view = customer_view(document)
    assert code_digest(code) not in str(view)
    assert gains(view["extras"]) == gains(document["extras"])  # type: ignore[arg-type]  # JSON
    assert code not in str(document)
    with reading(till.shop.engine) as connection:
        assert code not in str(connection.exec_driver_sql("SELECT * FROM campaign_codes").all())


def test_an_inspection_counts_the_bonus_again_from_the_new_amount(till: Till) -> None:
    quoted(till, "demo-upgrade", "demo-coupon", buys=PHONE)
    till.step(Step.ACCEPT)
    before = till.step(Step.RECEIVE)
    after = till.step(Step.INSPECT, answers={"cosmetic_grade": "C"})
    assert after.life.stage is Stage.COUNTER_OFFERED
    amount = after.life.amount or 0
    assert gains(after.extras)["demo-upgrade"] == min(20_000, amount * 500 // 10_000)
    assert gains(after.extras)["demo-upgrade"] < gains(before.extras)["demo-upgrade"]
    for name in ("cn-2026-phone", "demo-coupon"):
        assert gains(after.extras)[name] == gains(before.extras)[name]
    shown: Any = life_view(after, now=till.shop.clock(), customer=True)["extras"]
    paid = 599_900 - amount - sum(gains(shown).values())
    assert shown["net_to_pay"]["amount"]["amount"] == paid
    assert till.look().extras == after.extras


def override(till: Till, amount: int, **more: Any) -> Held:
    details = {"reason": OverrideReason.GOODWILL, "confirmed_by": MANAGER, **more}
    return till.step(Step.OVERRIDE, amount=amount, **details)


@pytest.mark.parametrize("moved", [-4_900, 4_900])
def test_an_override_moves_itself_and_no_campaign(till: Till, moved: int) -> None:
    """The bonus is a share of the computed offer, and so is its threshold."""
    offer = amount_of(quoted(till, "demo-upgrade", buys=PHONE))
    before = till.look()
    if moved > 0:
        till.step(Step.ACCEPT)
    after = override(till, offer + moved)
    assert gains(after.extras) == gains(before.extras)

    def net(held: Held) -> int:
        told: Any = held.extras
        return int(told["net_to_pay"]["amount"]["amount"])

    assert net(after) == net(before) - moved


def test_a_bonus_that_an_inspection_changes_is_a_line_of_its_own(till: Till) -> None:
    quoted(till, "demo-upgrade", "demo-coupon", buys=PHONE)
    till.step(Step.ACCEPT)
    before = till.step(Step.RECEIVE)
    after = till.step(Step.INSPECT, answers={"cosmetic_grade": "C"})
    told: Any = life_view(after, now=till.shop.clock(), customer=True)["inspection"]
    (line,) = told["extras"]
    assert (line["id"], line["reason"]["code"]) == ("demo-upgrade", "follows_the_offer")
    was, now = (gains(each.extras)["demo-upgrade"] for each in (before, after))
    figures = [line[name]["amount"] for name in ("before", "after", "difference")]
    assert figures == [was, now, now - was]
    nets: list[Any] = [each.extras for each in (before, after)]
    moved = [each["net_to_pay"]["amount"]["amount"] for each in nets]
    assert moved[0] - moved[1] == told["difference"]["amount"] + line["difference"]["amount"]
    InspectionOut.model_validate(told)


def test_an_amount_below_the_threshold_loses_the_bonus_and_says_why(till: Till) -> None:
    quoted(till, "demo-upgrade")
    till.step(Step.ACCEPT)
    till.step(Step.RECEIVE)
    after = till.step(Step.INSPECT, answers={"activation_lock": "on", "display_works": "no"})
    assert (after.life.amount or 0) < 50_000
    assert gains(after.extras) == {}
    extras: Any = after.extras
    assert [missed["code"] for missed in extras["without_effect"]] == ["too_low"]
    (line,) = found(after)["extras"]
    assert (line["after"], line["reason"]["code"]) == (0, "too_low")


def test_receipts_say_what_stood_beside_the_amount_that_they_are_of(till: Till) -> None:
    quoted(till, "demo-upgrade", buys=PHONE)
    till.step(Step.ACCEPT)
    till.step(Step.RECEIVE)
    till.step(Step.INSPECT, answers={"cosmetic_grade": "D"})
    held = till.step(Step.ACCEPT)
    told: list[Any] = [
        receipt(till.shop, held, kind).receipt["body"]
        for kind in (Kind.QUOTE, Kind.ACCEPTANCE, Kind.COUNTER_OFFER)
    ]
    bonuses = [gains(body["extras"])["demo-upgrade"] for body in told]
    # The latest acceptance is that of the counter-offer.
    assert bonuses[0] > bonuses[1] == bonuses[2]
    for body in told:
        net = body["extras"]["net_to_pay"]["amount"]["amount"]
        assert net == 599_900 - body["offer"]["amount"] - sum(gains(body["extras"]).values())


def test_a_device_that_is_refused_gets_no_bonus(till: Till) -> None:
    document = quoted(till, "demo-loyalty", block_list="listed")
    assert (document["outcome"], gains(document["extras"])) == ("refused", {})


def test_an_unknown_code_and_another_currency_are_refused(till: Till) -> None:
    with pytest.raises(UnknownCode) as unknown:
        quoted(till, "demo-loyalty", "no such word")
    assert unknown.value.place == 1
    with pytest.raises(UnknownCode):
        quoted(till, VOUCHER)  # its name alone opens nothing
    with pytest.raises(PurchaseRefused, match="CNY"):
        quoted(till, buys=Purchase(1, "USD", Bought.PHONE))


def accepted_with(till: Till, code: str) -> str:
    document = quoted(till, code.lower().replace("-", " "))
    till.step(Step.ACCEPT)
    return str(document["id"])


def test_a_code_is_held_from_acceptance_and_used_by_the_settlement(till: Till) -> None:
    code = make_code(till.shop)
    quote = accepted_with(till, code)
    assert stored_code(till.shop, code).holder == quote
    with pytest.raises(CodeSpent):
        quoted(Till(till.shop), code)
    till.step(Step.RECEIVE)
    till.step(Step.INSPECT)
    till.erase()
    till.step(Step.SETTLE)
    found = stored_code(till.shop, code)
    assert (found.holder, found.used_at) == (quote, till.shop.clock())
    with pytest.raises(CodeSpent):
        quoted(Till(till.shop), code)


def test_two_quotes_may_name_a_code_and_one_of_them_is_accepted(till: Till) -> None:
    code, other = make_code(till.shop), Till(till.shop)
    quoted(till, code)
    quoted(other, code)
    till.step(Step.ACCEPT)
    with pytest.raises(IllegalStep) as refused:
        other.step(Step.ACCEPT)
    assert refused.value.code is Refusal.CODE_HELD
    assert other.look().life.stage is Stage.OFFERED, "nothing of the refused step is written"
    till.step(Step.DECLINE)
    assert other.step(Step.ACCEPT).life.stage is Stage.ACCEPTED


def test_of_many_quotes_that_are_accepted_at_once_one_gets_the_code(till: Till) -> None:
    code = make_code(till.shop)
    tills = [Till(till.shop) for _ in range(8)]
    for each in tills:
        quoted(each, code)

    def accept(each: Till) -> bool:
        try:
            each.step(Step.ACCEPT)
        except IllegalStep as refused:
            return refused.code is not Refusal.CODE_HELD
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(accept, tills)) == 1
    holder = stored_code(till.shop, code).holder
    assert [each.quotes[-1] for each in tills if each.look().life.accepted] == [holder]


@pytest.mark.parametrize("way", ["declined", "lapsed", "returned", "settled without it"])
def test_a_code_is_free_again_where_it_was_not_used(till: Till, clock: FakeClock, way: str) -> None:
    code = make_code(till.shop)
    accepted_with(till, code)
    if way == "declined":
        till.step(Step.DECLINE)
    elif way == "lapsed":
        clock.move(days=15)  # time alone: nobody tells the code
    else:
        till.step(Step.RECEIVE)
        worse = {"cosmetic_grade": "D"} if way == "returned" else SWOLLEN
        after = till.step(Step.INSPECT, answers=worse)
        if way == "returned":
            till.step(Step.DECLINE_RETURN)
        else:
            assert gains(after.extras) == {}
            show(till, till.step(Step.ACCEPT))
            till.step(Step.SETTLE)
    assert accepted_with(Till(till.shop), code)


def test_a_quote_of_a_test_key_holds_no_code(till: Till) -> None:
    code = make_code(till.shop)
    document = quoted(till, code, mode=Mode.TEST)
    assert gains(document["extras"]) == {VOUCHER: 10_000}
    from tests.quotes.telling import CLERK
    from valuation.use_cases.living import step
    from valuation.use_cases.step_request import StepRequest

    after: Held = step(
        till.shop, str(document["id"]), StepRequest(step=Step.ACCEPT, actor=CLERK),
        merchant=MERCHANT, mode=Mode.TEST,
    )  # fmt: skip
    assert after.life.accepted
    assert stored_code(till.shop, code).holder is None


def test_the_same_unit_with_another_purchase_is_another_quote(till: Till) -> None:
    def ask(purchase: Purchase | None) -> object:
        request = QuoteRequest(answers=ANSWERS, device=IPHONE, identifier=IMEI, purchase=purchase)
        return issue(till.shop, request, merchant=MERCHANT, market=None)["id"]

    assert ask(None) == ask(None)
    assert ask(PHONE) == ask(PHONE) != ask(None)


def test_a_worse_answer_never_raises_offer_and_bonus_together(till: Till) -> None:
    def paid(**changes: Any) -> int:
        document = quoted(till, "demo-upgrade", "demo-loyalty", **changes)
        return amount_of(document) + sum(gains(document["extras"]).values())

    grades, batteries = "ACE", (100, 79, 0)
    for worse in ({}, {"activation_lock": "on"}):
        totals = [
            [paid(cosmetic_grade=grade, battery_health=battery, **worse) for battery in batteries]
            for grade in grades
        ]
        for row in (*totals, *zip(*totals, strict=True)):
            assert list(row) == sorted(row, reverse=True)
