"""What a quote says that reuse spares: the ledger's figures; one of before says what it said."""

from dataclasses import replace
from typing import Any

import orjson

from tests.golden.kept import appraiser, stored_quotes
from tests.quotes.settling import counted, gone
from tests.quotes.telling import Till
from valuation.quotes.impact import BEFORE
from valuation.quotes.replaying import asked_of, versions_of
from valuation.shop import Shop
from valuation.tables.book import load_book


def test_a_quote_and_its_routes_and_the_ledger_say_one_span(shop: Shop) -> None:
    till = Till(shop)
    told: Any = till.quote()
    assert told["impact"] == {
        "weight_g": 174.0, "co2e_avoided": {"unit": "kg CO2e", "low": 4.6, "high": 20.0}
    }  # fmt: skip
    assert told["disposition"]["saves"]["co2e_avoided_kg"] == {
        "low": 4.6, "typical": 12.3, "high": 20.0
    }  # fmt: skip
    assert BEFORE not in told["versions"]["tables"]
    gone(till)
    assert counted(shop)[0].co2e_g == (4_600, 12_300, 20_000)
    dismantled: Any = till.quote(battery_safety="swollen")
    assert dismantled["impact"]["co2e_avoided"] is None


def test_a_quote_that_names_both_tables_says_what_it_said() -> None:
    kept = next(
        each for each in map(orjson.loads, stored_quotes()) if each["impact"]["co2e_avoided"]
    )
    old, asked = appraiser(versions_of(kept)), asked_of(kept)
    factors = load_book().table("impact-factors", asked.as_of)
    both = replace(old, tables={**old.tables, factors.id: factors})
    said: Any = both.document(both.quote(asked))
    assert said["impact"] == kept["impact"]
    assert said["disposition"]["saves"]["co2e_avoided_kg"]["low"] == 4.6
    alone = replace(both, tables={i: each for i, each in both.tables.items() if i != BEFORE})
    assert alone.document(alone.quote(asked))["impact"] != kept["impact"]
