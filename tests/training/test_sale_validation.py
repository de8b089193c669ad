"""Which sales count, rule by rule, each with the reason that the rejects file gives."""

from datetime import date
from typing import Any

import pytest

from tests.training.small_run import TODAY, small_params
from training.sale_validation import Candidate, broken_rule, fingerprint
from valuation.catalogue import load_catalogue
from valuation.domain.device import UnitState
from valuation.domain.market import Market
from valuation.domain.money import Money
from valuation.intake.records import DeviceWords, Record
from valuation.tables import readings
from valuation.tables.book import load_book

IPHONE = "apple/iphone/iphone-13/128gb"


def make_record(**changes: Any) -> Record:
    plain: dict[str, Any] = {
        "line": 2, "record_id": "1", "words": DeviceWords("apple", IPHONE),
        "market": Market.from_slug("cn-cny-sold-demo"), "price": Money(200_000, "CNY"),
        "sold_on": date(2025, 6, 1), "unit_state": UnitState.USED, "answers": {}, "context": {},
        "seller": "a",
    }  # fmt: skip
    return Record(**{**plain, **changes})


def broken(record: Record) -> str | None:
    gates = readings.gates(load_book().table("gates", TODAY))
    device = load_catalogue().device(IPHONE)
    found = broken_rule(Candidate(record, device, small_params().sales, TODAY, gates))
    return None if found is None else found[0]


def test_a_plain_sale_counts() -> None:
    assert broken(make_record()) is None


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"market": None}, "no_market"),
        ({"price": Money(100, "CNY")}, "placeholder_price"),
        ({"sold_on": date(1970, 1, 1)}, "impossible_date"),
        ({"sold_on": date(2027, 1, 1)}, "impossible_date"),
        ({"answers": {"activation_lock": 0}}, "gated_device"),
        ({"answers": {"block_list": 0}}, "gated_device"),
    ],
)
def test_a_sale_that_says_nothing_of_resale_is_dropped_by_its_rule(
    changes: dict[str, Any], rule: str
) -> None:
    assert broken(make_record(**changes)) == rule


def test_a_dead_device_teaches_what_a_dead_device_is_worth() -> None:
    assert broken(make_record(answers={"powers_on": 0})) is None


def test_a_repeated_sale_has_the_same_fingerprint_whatever_its_line_and_id() -> None:
    assert fingerprint(make_record(line=9, record_id="7")) == fingerprint(make_record())
    assert fingerprint(make_record(seller="b")) != fingerprint(make_record())
