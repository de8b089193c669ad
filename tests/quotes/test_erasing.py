"""Records of erasures: which count, what they let be settled, and that they are the shop's."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError

from tests.fakes import FakeClock
from tests.quotes.telling import ANSWERS, IMEI, IPHONE, PHOTO, Till
from valuation.domain.erasure import DESTROY, Method, Technique
from valuation.domain.moves import Stage, Step
from valuation.domain.questions import BY_ID, POWERED
from valuation.domain.records import BadRecord
from valuation.domain.refusals import IllegalStep, Refusal
from valuation.quotes.quoting import QuoteRequest
from valuation.receipts.erasure_record import check_signature
from valuation.receipts.key_folder import read_ring
from valuation.shop import Shop
from valuation.storage import tables
from valuation.storage.engine import reading, writing
from valuation.storage.quotes import QuoteNotFound
from valuation.use_cases.erasing import quote_of_unit, records
from valuation.use_cases.issuing import issue

OTHER_IMEI = "356938035643809"
SHRED: dict[str, Any] = {"method": Method.DESTROY, "technique": Technique.SHRED}
RESET: dict[str, Any] = {"method": Method.CLEAR, "technique": Technique.FACTORY_RESET}


@pytest.fixture
def till(shop: Shop) -> Till:
    return Till(shop)


def inspected(till: Till, **answers: Any) -> None:
    till.received(**answers)
    till.step(Step.INSPECT)


def declared_dead(till: Till) -> None:
    """A quote of a device that does not power on, by its owner's word."""
    asked = {name: said for name, said in ANSWERS.items() if BY_ID[name].asked_when != POWERED}
    request = QuoteRequest(answers=asked | {"powers_on": "no", "erasure": "pending"}, device=IPHONE)
    till.quotes.append(str(issue(till.shop, request, merchant=till.merchant, market=None)["id"]))


def refused(till: Till, step: Step, **details: Any) -> Refusal:
    with pytest.raises(IllegalStep) as refusal:
        till.step(step, **details)
    return refusal.value.code


@pytest.mark.parametrize("declared", ["done", "pending"])
def test_nothing_is_resold_before_its_erasure_is_recorded(till: Till, declared: str) -> None:
    inspected(till, erasure=declared)
    assert refused(till, Step.SETTLE) is Refusal.NOT_ERASED
    made = till.erase()
    assert (made["verified"], made["faults"]) == (True, [])
    after = till.step(Step.SETTLE)
    assert (after.life.stage, after.life.unmet) == (Stage.SETTLED, ())
    assert [event.kind for event in till.look().events][-2:] == ["erased", "settled"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        (RESET, "factory_reset_alone"),
        ({"passed": False}, "verification_failed"),
        ({"verified_by": "clerk:mei"}, "one_person"),
    ],
)
def test_a_record_with_a_fault_is_kept_and_counts_for_nothing(
    till: Till, changes: dict[str, Any], code: str
) -> None:
    inspected(till)
    made = till.erase(**changes)
    assert (made["verified"], [each["code"] for each in made["faults"]]) == (False, [code])
    assert refused(till, Step.SETTLE) is Refusal.NOT_ERASED
    till.erase()
    assert till.step(Step.SETTLE).life.stage is Stage.SETTLED


def test_a_photo_is_no_record(till: Till) -> None:
    inspected(till, erasure="pending")
    (condition,) = till.look().life.unmet
    shown = {"condition": condition, "evidence": (PHOTO,)}
    assert refused(till, Step.SHOW, **shown) is Refusal.SHOWN_BY_A_RECORD


def test_storage_that_cannot_be_erased_is_destroyed_and_that_is_recorded(till: Till) -> None:
    inspected(till, erasure="impossible")
    assert refused(till, Step.SETTLE) is Refusal.NOT_DESTROYED
    assert [each["code"] for each in till.erase()["faults"]] == ["not_destroyed"]
    assert refused(till, Step.SETTLE) is Refusal.NOT_DESTROYED
    till.erase(**SHRED)
    assert till.step(Step.SETTLE).life.stage is Stage.SETTLED


def test_a_device_that_does_not_power_on_is_dismantled_without_a_record(till: Till) -> None:
    till.received()
    till.step(Step.INSPECT, answers={"powers_on": "no"})
    till.step(Step.ACCEPT)
    assert till.step(Step.SETTLE).life.stage is Stage.SETTLED
    till.erase(**SHRED)
    assert till.look().life.stage is Stage.SETTLED, "destroyed on dismantling, after it was bought"


@pytest.mark.parametrize("found", [False, True])
def test_of_a_dead_device_only_a_destruction_counts(till: Till, found: bool) -> None:
    if found:
        till.received(erasure="pending")
        till.step(Step.INSPECT, answers={"powers_on": "no"})
        till.step(Step.ACCEPT)
    else:
        declared_dead(till)
        for each in (Step.ACCEPT, Step.RECEIVE, Step.INSPECT):
            till.step(each)
    assert DESTROY in till.look().life.unmet
    assert [each["code"] for each in till.erase()["faults"]] == ["not_destroyed"]
    assert (till.look().life.erased, DESTROY in till.look().life.unmet) == (None, True)
    assert till.erase(**SHRED)["verified"]
    assert till.step(Step.SETTLE).life.stage is Stage.SETTLED


def test_a_route_that_the_inspection_changed_decides(till: Till) -> None:
    """Quoted for resale, found dead: the database looks at what was found, as the service does."""
    till.received()
    till.step(Step.INSPECT, answers={"powers_on": "no"})
    assert till.look().document["disposition"]["flag"] == "resale"  # type: ignore[index]
    till.step(Step.ACCEPT)
    assert till.step(Step.SETTLE).life.stage is Stage.SETTLED


def test_the_database_itself_settles_no_resale_without_a_record(till: Till, shop: Shop) -> None:
    inspected(till)
    settled = {
        "quote_id": till.quotes[-1], "kind": "settled", "actor": "clerk-1", "at": shop.clock(),
        "payload": '{"role":"clerk","evidence":[],"detail":null}',
        "position": len(till.look().events),
    }  # fmt: skip
    with pytest.raises(IntegrityError, match="nothing is resold"), writing(shop.engine) as c:
        c.execute(insert(tables.events), settled)
    till.erase(**RESET)
    with pytest.raises(IntegrityError, match="nothing is resold"), writing(shop.engine) as c:
        c.execute(insert(tables.events), settled)
    till.erase()
    with writing(shop.engine) as c:
        c.execute(insert(tables.events), {**settled, "position": len(till.look().events)})
    assert till.look().life.stage is Stage.SETTLED


@pytest.mark.parametrize(
    "changes",
    [
        {"verified_by": "CLERK:mei"},
        {"technique": "factory_reset"},
        {"passed": False},
    ],
)
def test_the_database_lets_no_faulty_record_count(
    till: Till, shop: Shop, changes: dict[str, object]
) -> None:
    inspected(till)
    till.erase()
    with reading(shop.engine) as connection:
        row = dict(connection.execute(tables.erasures.select()).one()._mapping)
    forged = {**row, "id": "f" * 64, **changes}
    with pytest.raises(IntegrityError, match=r"ck_erasures_counts"), writing(shop.engine) as c:
        c.execute(insert(tables.erasures), forged)


@pytest.mark.parametrize(
    "change", ["UPDATE erasures SET erased_by = 'clerk:li'", "DELETE FROM erasures"]
)
def test_a_record_is_never_changed(till: Till, shop: Shop, change: str) -> None:
    inspected(till)
    till.erase()
    with pytest.raises(IntegrityError, match="never changed"), writing(shop.engine) as connection:
        connection.execute(text(change))


def test_a_record_is_tied_to_the_unit_and_another_one_is_refused(till: Till) -> None:
    quoted = till.quote(imei=IMEI)
    till.step(Step.ACCEPT)
    till.step(Step.RECEIVE)
    till.step(Step.INSPECT)
    with pytest.raises(IllegalStep) as refusal:
        till.erase(identifier=OTHER_IMEI)
    assert refusal.value.code is Refusal.ERASED_OTHER_UNIT
    made = till.erase(identifier=IMEI)
    assert made["unit"] == quoted["device"]["unit"]["digest"]  # type: ignore[index]
    assert IMEI not in str(made)


def test_the_unit_that_was_found_is_the_one_that_is_erased(till: Till) -> None:
    till.quote(imei=IMEI)
    till.step(Step.ACCEPT)
    till.step(Step.RECEIVE)
    till.step(Step.INSPECT, identifier=OTHER_IMEI)
    till.step(Step.ACCEPT)
    with pytest.raises(IllegalStep):
        till.erase(identifier=IMEI)
    assert till.erase(identifier=OTHER_IMEI)["verified"]


def test_the_quote_of_a_unit_is_found_once_it_is_accepted(till: Till, shop: Shop) -> None:
    first = str(till.quote(imei=IMEI)["id"])
    with pytest.raises(QuoteNotFound):
        quote_of_unit(shop, IMEI, merchant=till.merchant)
    till.step(Step.ACCEPT)
    till.quote(imei=IMEI, cosmetic_grade="C")
    assert quote_of_unit(shop, IMEI, merchant=till.merchant) == first
    with pytest.raises(QuoteNotFound):
        quote_of_unit(shop, IMEI, merchant="shop-2")


def test_a_record_told_twice_is_there_once(till: Till, shop: Shop) -> None:
    inspected(till)
    assert till.erase() == till.erase()
    told = records(shop, till.quotes[-1], merchant=till.merchant)
    assert len(told["records"]) == 1  # type: ignore[arg-type]
    assert [event.kind for event in till.look().events].count("erased") == 1


def test_records_are_signed_and_a_changed_one_is_noticed(till: Till, shop: Shop) -> None:
    inspected(till)
    till.erase()
    told: Any = records(shop, till.quotes[-1], merchant=till.merchant)
    (shown,) = told["records"]
    assert (told["erased"], shown["authentic"], shown["reason"]) == (True, True, None)
    ring = read_ring(shop.settings.receipt_keys)
    signature = shown["signature"]["value"]
    changed = {**shown["record"], "place": "elsewhere"}
    assert check_signature(changed, signature=signature, ring=ring) == "signature_wrong"
    strange = {**shown["record"], "key_id": "0" * 16}
    assert check_signature(strange, signature=signature, ring=ring) == "unknown_key"


def test_a_device_is_not_erased_before_it_is_here_and_its_owner_agreed(
    till: Till, shop: Shop, clock: FakeClock
) -> None:
    till.quote()
    till.step(Step.ACCEPT)
    by_its_owner = shop.clock()
    clock.now += timedelta(days=2)  # in the post
    till.step(Step.RECEIVE)
    with pytest.raises(IllegalStep, match="inspect it first"):
        till.erase()
    till.step(Step.INSPECT)
    for before in (by_its_owner, shop.clock() - timedelta(minutes=2)):
        with pytest.raises(IllegalStep, match="before the device was received at") as refusal:
            till.erase(started_at=before, finished_at=before, verified_at=before)
        assert refusal.value.code is Refusal.ERASED_TOO_EARLY
    with pytest.raises(IllegalStep, match="yet to come"):
        till.erase(verified_at=shop.clock() + timedelta(minutes=1))
    with pytest.raises(BadRecord, match="tool: 1 to 500"):
        till.erase(tool="")
    with pytest.raises(BadRecord, match="one of clerk, manager, technician"):
        till.erase(verified_by="customer:alice")
