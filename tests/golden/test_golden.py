"""The golden quotes replay to the byte."""

import orjson

from tests.golden.kept import appraiser, stored_quotes
from valuation.quotes.replaying import replayed


def test_two_hundred_stored_quotes_are_made_again_to_the_byte() -> None:
    stored = stored_quotes()
    assert len(stored) == 200
    different = {
        orjson.loads(each)["id"]: replay.differences[:3]
        for each in stored
        if not (replay := replayed(each, appraiser)).same
    }
    assert different == {}


def test_they_are_of_every_kind() -> None:
    told = [orjson.loads(each) for each in stored_quotes()]
    assert {each["outcome"] for each in told} >= {"offer", "indicative", "referral", "refused"}
    routes = {each["disposition"]["route"] for each in told if each["disposition"]}
    assert routes >= {"resell-as-is", "refurbish", "parts", "refuse"}
