"""A device that every route is closed to: neither bought nor recycled, it goes back."""

import pytest

from tests.quotes.settling import counted
from tests.quotes.telling import CLERK, Till, amount_of
from valuation.domain.erasure import Method, Technique
from valuation.domain.happened import Happened, Kind
from valuation.domain.moves import Stage, Step
from valuation.domain.refusals import IllegalStep, Refusal
from valuation.quotes.life_log import event_of
from valuation.shop import Shop
from valuation.storage.ledger import Entry
from valuation.use_cases.life_view import life_view
from valuation.use_cases.living import Held

LISTED = {"block_list": "listed"}


def refused(till: Till, step: Step) -> Refusal:
    with pytest.raises(IllegalStep) as caught:
        till.step(step)
    return caught.value.code


def forge(till: Till, kind: Kind) -> Held:
    """An event of before it was refused."""
    before = till.look()
    made = Happened(kind=kind, actor=CLERK, at=till.shop.clock())
    row = event_of(made, quote_id=before.stored.id, position=len(before.events))
    till.shop.ledger.write(Entry(None, (row,)))
    return till.look()


def test_an_offer_of_nothing_for_a_refused_device_is_not_accepted(shop: Shop) -> None:
    till = Till(shop)
    quoted = till.quote(block_list="listed")
    assert (quoted["outcome"], amount_of(quoted)) == ("refused", 0)
    assert refused(till, Step.ACCEPT) is Refusal.DEVICE_REFUSED
    assert life_view(till.look(), now=shop.clock(), customer=True)["next"] == [
        "decline", "override", "withdraw"
    ]  # fmt: skip
    assert till.step(Step.DECLINE).life.stage is Stage.DECLINED


def test_what_is_found_listed_has_no_place_and_only_goes_back(shop: Shop) -> None:
    till = Till(shop)
    till.received()
    after = till.step(Step.INSPECT, answers=LISTED)
    assert (after.life.stage, after.life.amount, after.place) == (Stage.COUNTER_OFFERED, 0, None)
    for customer in (True, False):
        told = life_view(after, now=shop.clock(), customer=customer)
        assert "facility" not in told
        assert told["next"] == ["decline_return", "override"]
    assert refused(till, Step.ACCEPT) is Refusal.DEVICE_REFUSED
    assert refused(till, Step.DECLINE_RECYCLING) is Refusal.GOES_BACK
    till.step(Step.DECLINE_RETURN)
    assert till.step(Step.RETURN).life.stage is Stage.RETURNED
    assert counted(shop) == []


@pytest.mark.parametrize(
    ("agreed", "step", "code"),
    [
        (Kind.DECLINED_RECYCLING, Step.RECYCLE, Refusal.GOES_BACK),
        (Kind.COUNTER_ACCEPTED, Step.SETTLE, Refusal.DEVICE_REFUSED),
    ],
)
def test_what_was_agreed_before_still_reads_and_goes_no_further(
    shop: Shop, agreed: Kind, step: Step, code: Refusal
) -> None:
    till = Till(shop)
    till.received()
    till.step(Step.INSPECT, answers=LISTED)
    assert forge(till, agreed).life.stage == agreed.value
    till.erase()
    assert refused(till, step) is code
    assert counted(shop) == []
    ends = {Kind.DECLINED_RECYCLING: Kind.RECYCLED, Kind.COUNTER_ACCEPTED: Kind.SETTLED}
    assert forge(till, ends[agreed]).life.stage == ends[agreed].value


def test_what_was_shredded_is_not_settled_to_be_used_again(shop: Shop) -> None:
    till = Till(shop)
    till.received()
    till.step(Step.INSPECT)
    till.erase(method=Method.DESTROY, technique=Technique.SHRED)
    assert refused(till, Step.SETTLE) is Refusal.USED_NO_MORE
    till.erase()
    assert refused(till, Step.SETTLE) is Refusal.USED_NO_MORE, "what is gone stays gone"
