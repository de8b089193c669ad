"""Each merchant's quotes have its own margin, from the offer to counter-offer and replay."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from tests.fakes import FakeClock
from tests.quotes.telling import IMEI, Till, amount_of
from tests.tables.margins import FIXED, HERON, OTTER, TIERED, own_margin_table
from valuation.domain.margin import Margin
from valuation.domain.moves import Stage, Step
from valuation.quotes.documents import Document, canonical, customer_view
from valuation.quotes.replaying import asked_of, replayed, versions_of
from valuation.receipts.receipt import Kind
from valuation.shop import Shop
from valuation.tables.book import SHIPPED
from valuation.tables.current import CurrentBook
from valuation.tables.table import BrokenTable
from valuation.use_cases.life_view import life_view
from valuation.use_cases.receipting import receipt

NOBODY = "mr_nobody"
CHANGED: dict[str, Any] = {"display_works": "cracked", "cosmetic_grade": "C"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shop's own tables: Otter has tiers, Heron a fixed margin."""
    own_margin_table(tmp_path / "tables", OTTER, *TIERED)
    own_margin_table(tmp_path / "tables", HERON, *FIXED)
    return tmp_path / "tables"


@pytest.fixture
def shops(shop: Shop, folder: Path) -> Shop:
    return with_tables(shop, folder)


def with_tables(shop: Shop, folder: Path) -> Shop:
    """The same shop after it was started again with the tables of a folder."""
    return replace(shop, tables=CurrentBook(SHIPPED, folder), _desks={}, _appraisers={})


def priced(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """A quote without what tells one of two equal ones from the other."""
    return {k: v for k, v in document.items() if k not in ("id", "code", "issued_at", "merchant")}


def margin_of(document: Document) -> Any:
    policy = cast(dict[str, Any], document["policy"])
    return policy.get("margin", policy.get("margin_basis_points"))


def test_two_merchants_get_two_offers_and_a_third_what_it_always_got(
    shop: Shop, shops: Shop
) -> None:
    otter, heron, nobody = (Till(shops, who).quote() for who in (OTTER, HERON, NOBODY))
    assert len({amount_of(each) for each in (otter, heron, nobody)}) == 3
    assert priced(nobody) == priced(Till(shop, NOBODY).quote())
    assert otter["value"] == heron["value"] == nobody["value"]


def test_the_merchants_view_names_its_own_margin_and_no_other(shops: Shop) -> None:
    otter, heron, nobody = (Till(shops, who).quote() for who in (OTTER, HERON, NOBODY))
    assert margin_of(otter) == {
        "tiers": [
            {"start": {"amount": 0, "currency": "CNY"}, "basis_points": 1237},
            {"start": {"amount": 150_011, "currency": "CNY"}, "basis_points": 487},
        ],
        "fixed": {"amount": 0, "currency": "CNY"},
        "floor": {"amount": 4_013, "currency": "CNY"},
        "ceiling": {"amount": 15_017, "currency": "CNY"},
    }
    assert margin_of(heron)["fixed"]["amount"] == 9_907
    assert margin_of(heron)["ceiling"] is None
    assert margin_of(nobody) == 800
    named = [versions_of(each).tables for each in (otter, heron, nobody)]
    assert "margin" not in named[2]
    assert named[0]["margin"] != named[1]["margin"]
    assert {**named[0], "margin": ""} == {**named[1], "margin": ""} == {**named[2], "margin": ""}


@pytest.mark.parametrize("merchant", [OTTER, HERON])
def test_no_view_of_the_customers_names_a_margin(shops: Shop, merchant: str) -> None:
    till = Till(shops, merchant)
    shown = [canonical(customer_view(till.quote()))]
    till.step(Step.ACCEPT)
    till.step(Step.RECEIVE)
    after = till.step(Step.INSPECT, answers=CHANGED)
    shown.append(canonical(life_view(after, now=shops.clock(), customer=True)))
    shown.append(receipt(shops, after, Kind.COUNTER_OFFER).to_json())
    for word in (b"margin", b"tiers", b"basis_points", b"floor", b"ceiling", b"tables"):
        assert not [view for view in shown if word in view]
    assert b"margin" in canonical(life_view(after, now=shops.clock(), customer=False))


def test_what_the_merchant_keeps_is_what_its_table_says(shops: Shop) -> None:
    """The sums of the route that pays, at the offer's quantile, under two margins."""
    documents = {who: Till(shops, who).quote() for who in (OTTER, HERON)}
    best = {who: cast(Any, each["disposition"])["routes"][0] for who, each in documents.items()}
    net = best[HERON]["offer"]["amount"] + 9_907
    appraiser = shops.appraiser(versions_of(documents[OTTER]))
    margin: Margin = appraiser.tariffs.terms.policy.margin
    assert best[OTTER]["offer"]["amount"] == margin.paid(net)
    assert 4_013 <= net - margin.paid(net) <= 15_017


@pytest.mark.parametrize("merchant", [OTTER, HERON, NOBODY])
def test_an_old_quote_keeps_its_own_merchants_margin_whatever_the_tables_say_since(
    shops: Shop, folder: Path, clock: FakeClock, merchant: str
) -> None:
    till = Till(shops, merchant)
    offered = amount_of(till.quote(imei=IMEI))
    till.step(Step.ACCEPT)
    for who in (OTTER, HERON, NOBODY):
        own_margin_table(folder, who, "margin,,2500,basis points,x", valid_from="2026-11-21")
    clock.move(days=1)
    later = with_tables(shops, folder)
    fresh = Till(later, merchant)
    assert margin_of(fresh.quote()) == 2500
    till.shop = later
    stored = till.look().stored.document
    assert replayed(stored, later.appraiser).same
    till.step(Step.RECEIVE)
    after = till.step(Step.INSPECT, answers=CHANGED)
    assert after.life.stage is Stage.COUNTER_OFFERED
    found = cast(dict[str, Any], after.found)
    before = Till(shops, merchant)
    clock.move(days=-1)
    assert after.life.amount == amount_of(before.quote(**CHANGED))
    assert sum(line["amount"] for line in found["lines"]) == found["amount"] - offered
    assert margin_of(found["quote"]) == margin_of(till.look().document)


def test_a_quote_that_is_asked_for_again_keeps_the_margin_that_it_was_made_with(
    shops: Shop, folder: Path, clock: FakeClock
) -> None:
    first = Till(shops, OTTER).quote(imei=IMEI)
    own_margin_table(folder, OTTER, "margin,,2500,basis points,x", valid_from="2026-11-21")
    clock.move(days=1)
    assert Till(with_tables(shops, folder), OTTER).quote(imei=IMEI) == first


def test_the_margin_of_another_merchant_prices_nothing(shops: Shop) -> None:
    document = Till(shops, OTTER).quote()
    appraiser = shops.appraiser(versions_of(document))
    with pytest.raises(BrokenTable, match=f"margin/{OTTER} is not the margin of {HERON}"):
        appraiser.quote(replace(asked_of(document), merchant=HERON))


def test_a_margin_that_was_tampered_with_is_noticed(shops: Shop) -> None:
    document = Till(shops, OTTER).quote()
    path = shops.archive.folder / f"{versions_of(document).tables['margin']}.csv"
    path.write_text(path.read_text("utf-8").replace("margin,,1237", "margin,,1137"), "utf-8")
    with pytest.raises(BrokenTable, match="other bytes"):
        replayed(canonical(document), shops.appraiser)


def test_merchants_are_priced_in_turn_without_mixing_them_up(
    shops: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("valuation.quotes.quoting.APPRAISERS", 2)
    amounts: Callable[[], list[int]] = lambda: [  # noqa: E731 -- asked twice, a line each
        amount_of(Till(shops, who).quote()) for who in (OTTER, HERON, NOBODY)
    ]
    assert amounts() == amounts() == amounts()


def test_the_window_is_that_of_the_shops_day(shops: Shop, folder: Path, clock: FakeClock) -> None:
    own_margin_table(
        folder, OTTER, "margin,,100,basis points,x", valid_from="2026-11-21", until="2026-11-21"
    )
    till, seen = Till(with_tables(shops, folder), OTTER), []
    for _ in range(3):
        seen.append(margin_of(till.quote()) == 100)
        clock.move(days=1)
    assert seen == [False, True, False]
