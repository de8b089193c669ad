"""Block list and activation lock: what a source says counts beside the answers."""

from pathlib import Path
from threading import Event
from typing import Any

import pytest

from tests.fakes import FakeClock
from tests.quotes.checking import HEAD, MISSING, OTHER_IMEI, Fixed, asking, says
from tests.quotes.telling import (
    ANSWERS,
    IMEI,
    IPHONE,
    MERCHANT,
)
from valuation.catalogue.block_list import BlockListFile
from valuation.domain.device_checks import DeviceCheck, Why
from valuation.quotes.documents import canonical, customer_view, merchant_view
from valuation.quotes.quoting import QuoteRequest
from valuation.quotes.replaying import replayed
from valuation.shop import Shop
from valuation.use_cases.issuing import issue
from valuation.web.quote_schemas import CustomerQuote, MerchantQuote


def quoted(shop: Shop, imei: str | None = IMEI, **answers: object) -> dict[str, Any]:
    given = {q: a for q, a in {**ANSWERS, **answers}.items() if a is not MISSING}
    request = QuoteRequest(answers=given, device=IPHONE, identifier=imei)
    return issue(shop, request, merchant=MERCHANT, market=None)


def finding(document: dict[str, Any], question: str) -> dict[str, Any]:
    (of,) = (f for f in document["checks"]["findings"] if f["question"] == question)
    return dict(of)


def test_without_a_source_a_quote_is_as_it_was(shop: Shop) -> None:
    assert "checks" not in quoted(shop)


@pytest.mark.parametrize(
    ("block_list", "lock", "question", "gate", "conflict"),
    [
        ("listed", "unknown", "block_list", "block_list_found", "listed_though_declared_clear"),
        ("unknown", "on", "activation_lock", "activation_lock_found", "locked_though_declared_off"),
    ],
)
def test_a_source_overrules_a_good_answer_and_the_conflict_is_named(
    shop: Shop, block_list: str, lock: str, question: str, gate: str, conflict: str
) -> None:
    clean = quoted(shop, None)
    document = quoted(asking(shop, says(block_list, lock)))
    assert document["answers"] == clean["answers"], "what was declared stays"
    overruled = finding(document, question)
    assert overruled["said_by"] == "check"
    assert overruled["conflict"]["code"] == conflict
    assert gate in [reason["code"] for reason in document["disposition"]["reasons"]]
    assert document["offer"]["amount"] < clean["offer"]["amount"]
    assert (document["outcome"] == "refused") == (question == "block_list")


@pytest.mark.parametrize("declared", ["clear", "listed"])
def test_unknown_leaves_the_answer_to_the_clerk_who_is_named(shop: Shop, declared: str) -> None:
    document = quoted(asking(shop, says()), block_list=declared)
    left = finding(document, "block_list")
    assert (left["status"], left["declared"], left["said_by"]) == ("unknown", declared, "declared")
    assert left["conflict"] is None
    assert (document["outcome"] == "refused") == (declared == "listed")


def test_unknown_never_answers_a_question_that_was_left_out(shop: Shop) -> None:
    document = quoted(asking(shop, says()), block_list=MISSING, activation_lock=MISSING)
    assert document["outcome"] == "indicative"
    assert set(document["missing"]) == {"block_list", "activation_lock"}
    assert finding(document, "block_list")["said_by"] is None


def test_a_source_that_knows_answers_what_was_left_out(shop: Shop) -> None:
    document = quoted(asking(shop, says("clean", "off")), block_list=MISSING)
    assert (document["outcome"], document["missing"]) == ("offer", [])
    assert finding(document, "block_list")["said_by"] == "check"
    assert finding(document, "block_list")["counted"] == "clear"
    assert "block_list" not in document["answers"]


def test_a_clean_unit_that_the_clerk_declared_listed_stays_listed(shop: Shop) -> None:
    document = quoted(asking(shop, says("clean", "off")), block_list="listed")
    assert document["outcome"] == "refused"
    assert finding(document, "block_list")["said_by"] == "declared"


def test_a_device_without_an_identifier_is_unknown_and_nobody_is_asked(shop: Shop) -> None:
    source = says("clean", "off")
    document = quoted(asking(shop, source), None, block_list=MISSING)
    assert (source.asked, document["checks"]["why"]) == (0, Why.NO_IDENTIFIER)
    assert document["missing"] == ["block_list"]


def fails() -> DeviceCheck:
    raise RuntimeError(f"no route to the register for {IMEI}")


def test_a_source_that_fails_has_said_nothing(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    document = quoted(asking(shop, Fixed(fails)), block_list=MISSING)
    assert document["checks"]["why"] == Why.UNAVAILABLE
    assert document["missing"] == ["block_list"]
    assert "RuntimeError" in caplog.text
    assert IMEI not in caplog.text


def test_a_source_that_hangs_has_said_nothing_and_holds_up_nobody_for_long(shop: Shop) -> None:
    hung = Event()

    def hangs() -> DeviceCheck:
        hung.wait(30)
        return fails()

    slow = asking(shop, Fixed(hangs), patience=0.05)
    for _ in range(20):
        document = quoted(slow)
        assert document["checks"]["why"] == Why.UNAVAILABLE
    hung.set()


def test_a_check_is_replayed_from_the_document_and_no_source_is_asked(shop: Shop) -> None:
    source = says("listed", "off")
    document = quoted(asking(shop, source), activation_lock=MISSING)
    assert source.asked == 1
    stored = canonical(document)
    assert replayed(stored, shop.appraiser).same
    assert source.asked == 1
    tampered = stored.replace(b'"status":"listed"', b'"status":"clean"')
    assert not replayed(tampered, shop.appraiser).same


def test_the_documents_have_the_fields_of_the_schemas(shop: Shop) -> None:
    document = quoted(asking(shop, says("listed", "on")))
    CustomerQuote.model_validate(customer_view(document))
    MerchantQuote.model_validate(merchant_view(document))


def test_a_newly_listed_device_is_no_open_quote_of_before(shop: Shop, clock: FakeClock) -> None:
    before = quoted(shop)
    assert quoted(asking(shop, says("clean", "off")))["id"] == before["id"]
    assert quoted(asking(shop, says()))["id"] == before["id"]
    clock.move(minutes=1)
    listed = quoted(asking(shop, says("listed")))
    assert (listed["id"] != before["id"], listed["outcome"]) == (True, "refused")
    assert quoted(asking(shop, says("listed")))["id"] == listed["id"]


def test_the_file_names_its_state_and_a_new_one_counts_without_a_restart(
    shop: Shop, block_list: Path
) -> None:
    open_shop = asking(shop, BlockListFile(block_list))
    first = quoted(open_shop)["checks"]
    assert (first["source"], first["dated"]) == ("Harbour police list", "2026-11-20")
    block_list.write_text(f"{HEAD.replace('11-20', '11-21')}{OTHER_IMEI},clean,off\n")
    second = quoted(open_shop, OTHER_IMEI)["checks"]
    assert (second["dated"], second["why"]) == ("2026-11-21", None)
    assert second["digest"] != first["digest"]


@pytest.mark.parametrize("content", ["nonsense", None])
def test_a_file_that_has_become_unreadable_says_nothing_until_it_is_put_right(
    shop: Shop, block_list: Path, content: str | None
) -> None:
    block_list.write_text(f"{HEAD}{IMEI},clean,off\n")
    open_shop = asking(shop, BlockListFile(block_list))
    assert quoted(open_shop)["checks"]["why"] is None
    if content is None:
        block_list.unlink()
    else:
        block_list.write_text(content)
    assert quoted(open_shop, mdm=MISSING)["checks"]["why"] == Why.UNAVAILABLE
    block_list.write_text(f"{HEAD}{IMEI},listed,\n")
    assert quoted(open_shop)["outcome"] == "refused"


def test_a_list_that_has_become_unreadable_still_closes_what_it_closed(
    shop: Shop, block_list: Path
) -> None:
    block_list.write_text(f"{HEAD}{IMEI},listed,\n")
    open_shop = asking(shop, BlockListFile(block_list))
    assert quoted(open_shop)["outcome"] == "refused"
    block_list.write_text("garbage")
    assert quoted(open_shop)["outcome"] == "refused"
