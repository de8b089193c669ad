"""What people really type, each with the one variant that it is or the refusal that it earns."""

from pathlib import Path

import pytest

from valuation.catalogue import Lookup, Match, NoMatch, load_catalogue

TABLE = Path(__file__).with_name("phrasings.psv")


def phrasings() -> list[list[str]]:
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return [line.split("|") for line in lines if line and not line.startswith("#")]


@pytest.fixture(scope="module")
def lookup() -> Lookup:
    return Lookup(load_catalogue())


def test_the_table_is_large_and_half_of_it_is_not_trivial() -> None:
    refused = [each for each in phrasings() if "/" not in each[1]]
    assert len(phrasings()) > 200
    assert len(refused) > 50


@pytest.mark.parametrize("phrasing", phrasings(), ids=lambda each: each[0])
def test_a_phrasing_is_its_variant_or_refused_with_what_may_be_meant(
    lookup: Lookup, phrasing: list[str]
) -> None:
    text, expected, *offered = phrasing
    answer = lookup.find(brand=None, text=text)
    if isinstance(answer, Match):
        assert answer.variant is not None
        assert answer.variant.id == expected
        return
    assert answer.reason.value == expected
    assert set(offered) <= _offered(answer)


def _offered(answer: NoMatch) -> set[str]:
    return {each.id for each in answer.suggestions} | {each.slug for each in answer.variants}


def test_a_name_of_several_brands_says_that_memory_told_them_apart(lookup: Lookup) -> None:
    answer = lookup.find(brand=None, text="K40 8+128")
    assert isinstance(answer, Match)
    assert answer.how == "narrowed"


def test_what_is_said_beside_the_text_narrows_as_well(lookup: Lookup) -> None:
    answer = lookup.find(brand=None, text="K40", storage_gb=128, ram_gb=8)
    assert isinstance(answer, Match)
    assert answer.device_model.id == "xiaomi/redmi/redmi-k40"
    other = lookup.find(brand="LG", text="K40", storage_gb=128, ram_gb=8)
    assert isinstance(other, NoMatch)
    assert [each.slug for each in other.variants] == ["2gb-32gb", "3gb-32gb"]


def test_a_device_model_is_never_taken_of_several(lookup: Lookup) -> None:
    answer = lookup.find(brand=None, text="K40", model_only=True)
    assert isinstance(answer, NoMatch)


@pytest.mark.parametrize("text", ["K40", "13 pro 256"])
def test_a_name_that_several_have_is_unclear_and_not_unknown(lookup: Lookup, text: str) -> None:
    answer = lookup.find(brand=None, text=text)
    assert isinstance(answer, NoMatch)
    assert answer.unclear
