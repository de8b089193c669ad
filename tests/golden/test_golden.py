"""The golden quotes replay to the byte, each by the rules that it was made by."""

import orjson
import pytest

from tests.golden.kept import appraiser, stored_quotes
from valuation.domain.pricing import KNOWN_RULES
from valuation.quotes.replaying import replayed


@pytest.mark.parametrize(("rules", "count"), [(1, 200), (2, 60)])
def test_the_stored_quotes_are_made_again_to_the_byte(rules: int, count: int) -> None:
    stored = stored_quotes(rules)
    assert len(stored) == count
    assert {orjson.loads(each)["versions"]["rules"] for each in stored} == {rules}
    different = {
        orjson.loads(each)["id"]: replay.differences[:3]
        for each in stored
        if not (replay := replayed(each, appraiser)).same
    }
    assert different == {}


@pytest.mark.parametrize("rules", KNOWN_RULES)
def test_they_are_of_every_kind(rules: int) -> None:
    told = [orjson.loads(each) for each in stored_quotes(rules)]
    assert {each["outcome"] for each in told} >= {"offer", "indicative", "referral", "refused"}
    routes = {each["disposition"]["route"] for each in told if each["disposition"]}
    assert routes >= {"resell-as-is", "refurbish", "parts", "refuse"}
