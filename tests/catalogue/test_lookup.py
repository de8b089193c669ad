"""A look-up answers with the device that was named, or says that it cannot: it never guesses."""

import pytest

from tests.catalogue.small import cells, small_catalogue, small_rows
from valuation.catalogue import Lookup, Match, NoMatch, Reason, Region, from_rows
from valuation.domain.device import Category


def make_lookup() -> Lookup:
    return Lookup(small_catalogue())


def matched(answer: Match | NoMatch) -> Match:
    assert isinstance(answer, Match), answer
    return answer


def refused(answer: Match | NoMatch) -> NoMatch:
    assert isinstance(answer, NoMatch), answer
    return answer


@pytest.mark.parametrize(
    ("brand", "text", "variant", "how"),
    [
        (None, "apple/iphone/iphone-13/128gb", "apple/iphone/iphone-13/128gb", "id"),
        ("Apple", "iPhone 13", "apple/iphone/iphone-13/128gb", "exact"),
        ("苹果", "iPhone13", "apple/iphone/iphone-13/128gb", "exact"),
        ("APPLE", "apple i-phone_13 手机", "apple/iphone/iphone-13/128gb", "exact"),
        (None, "Apple ｉＰｈｏｎｅ １３", "apple/iphone/iphone-13/128gb", "exact"),
        (None, "苹果 13", "apple/iphone/iphone-13/128gb", "alias"),
        ("Samsung", "Galaxy A52", "samsung/galaxy-a/galaxy-a52-5g/6gb-128gb", "network-suffix"),
        ("三星", "Galaxy A52（5G版）", "samsung/galaxy-a/galaxy-a52-5g/6gb-128gb", "exact"),
        ("小米", "12", "xiaomi/mi/xiaomi-12/8gb-128gb", "exact"),
        ("Xiaomi", "Mi 12", "xiaomi/mi/xiaomi-12/8gb-128gb", "exact"),
        ("Xiaomi", "Redmi 12", "xiaomi/redmi/redmi-12/4gb-128gb", "exact"),
        ("Redmi", "12", "xiaomi/redmi/redmi-12/4gb-128gb", "exact"),
        ("小米", "红米12", "xiaomi/redmi/redmi-12/4gb-128gb", "exact"),
        (None, "Xiaomi Redmi 12", "xiaomi/redmi/redmi-12/4gb-128gb", "exact"),
    ],
)
def test_every_spelling_leads_to_its_device(
    brand: str | None, text: str, variant: str, how: str
) -> None:
    answer = matched(make_lookup().find(brand=brand, text=text, storage_gb=128))
    assert answer.variant is not None
    assert (answer.variant.id, answer.how) == (variant, how)


@pytest.mark.parametrize(
    ("brand", "text", "reason"),
    [
        ("Apple", "iPhone 31", Reason.UNKNOWN_DEVICE),
        ("Apple", "iPhone 13 Pro", Reason.UNKNOWN_DEVICE),
        ("Apple", "Galaxy A52 5G", Reason.UNKNOWN_DEVICE),
        ("Samsung", "Galaxy A52 4G", Reason.UNKNOWN_DEVICE),
        ("Redmi", "Mi 12", Reason.UNKNOWN_DEVICE),
        ("Fairphone", "iPhone 13", Reason.UNKNOWN_BRAND),
        (None, "12", Reason.BRAND_NEEDED),
        (None, "", Reason.UNKNOWN_DEVICE),
        (None, "x" * 5000, Reason.UNKNOWN_DEVICE),
    ],
)
def test_what_is_not_named_exactly_is_never_matched(
    brand: str | None, text: str, reason: Reason
) -> None:
    assert refused(make_lookup().find(brand=brand, text=text, storage_gb=128)).reason is reason


def test_near_miss_comes_back_as_a_suggestion() -> None:
    answer = refused(make_lookup().find(brand=None, text="ipone 13", storage_gb=128))
    assert answer.suggestions[0].id == "apple/iphone/iphone-13"
    assert answer.suggestions[0].name == "Apple iPhone 13"
    assert len(answer.suggestions) <= 5


def test_name_of_two_brands_needs_the_brand() -> None:
    rows = small_rows()
    rows["aliases"] += [
        {"device_model": "samsung/galaxy-a/galaxy-a52-5g", "alias": "Star"},
        {"device_model": "apple/iphone/iphone-14", "alias": "Star"},
    ]
    lookup = Lookup(from_rows(rows))
    assert refused(lookup.find(brand=None, text="Star")).reason is Reason.AMBIGUOUS
    assert matched(lookup.find(brand="apple", text="Star", model_only=True)).how == "alias"


def test_name_of_two_regions_goes_by_the_region() -> None:
    rows = small_rows()
    rows["models"][3] |= {"name": "Xiaomi 12 (China)", "name_zh": ""}
    rows["models"][4] |= {"name": "Xiaomi 12", "name_zh": ""}
    lookup = Lookup(from_rows(rows))
    china = lookup.find(brand="Xiaomi", text="12", region=Region.CN, model_only=True)
    assert matched(china).device_model.id == "xiaomi/mi/xiaomi-12"
    elsewhere = lookup.find(brand="Xiaomi", text="12", region=Region.GLOBAL, model_only=True)
    assert matched(elsewhere).device_model.id == "xiaomi/redmi/redmi-12"


def test_storage_that_was_never_made_is_an_impossible_variant() -> None:
    answer = refused(make_lookup().find(brand="Apple", text="iPhone 13", storage_gb=64))
    assert answer.reason is Reason.IMPOSSIBLE_VARIANT
    assert [variant.slug for variant in answer.variants] == ["128gb", "256gb"]
    assert answer.device_model is not None


def test_ram_that_was_never_made_is_an_impossible_variant() -> None:
    answer = make_lookup().find(brand="小米", text="12", storage_gb=128, ram_gb=12)
    assert refused(answer).reason is Reason.IMPOSSIBLE_VARIANT


def test_ram_of_an_apple_device_is_not_asked() -> None:
    answer = make_lookup().find(brand="Apple", text="iPhone 13", storage_gb=128, ram_gb=6)
    assert matched(answer).how == "exact"


def test_unsaid_ram_is_taken_as_the_least_and_said_so() -> None:
    answer = matched(make_lookup().find(brand="小米", text="12", storage_gb=256))
    assert answer.variant is not None
    assert answer.variant.slug == "8gb-256gb"
    assert answer.ram_assumed
    assert answer.how == "exact, ram assumed"


def test_ram_that_was_said_is_no_assumption() -> None:
    answer = matched(make_lookup().find(brand="小米", text="12", storage_gb=256, ram_gb=12))
    assert answer.variant is not None
    assert (answer.variant.slug, answer.ram_assumed) == ("12gb-256gb", False)


def test_version_is_taken_only_when_said() -> None:
    lookup = make_lookup()
    american = lookup.find(brand="小米", text="12", storage_gb=256, version="US")
    assert (
        matched(american).variant == lookup.catalogue.variants["xiaomi/mi/xiaomi-12/12gb-256gb-us"]
    )
    other = lookup.find(brand="小米", text="12", storage_gb=256, version="kr")
    assert refused(other).reason is Reason.IMPOSSIBLE_VARIANT


def test_several_versions_and_no_standard_one_need_the_version() -> None:
    rows = small_rows()
    rows["variants"] += [
        cells("variants", "apple/iphone/iphone-14/64gb-us||64|us||maker"),
        cells("variants", "apple/iphone/iphone-14/64gb-kr||64|kr||maker"),
    ]
    answer = Lookup(from_rows(rows)).find(brand="Apple", text="iPhone 14", storage_gb=64)
    assert refused(answer).reason is Reason.VERSION_NEEDED


def test_without_storage_the_variants_are_offered() -> None:
    answer = refused(make_lookup().find(brand="Apple", text="iPhone 13"))
    assert answer.reason is Reason.STORAGE_NEEDED
    assert len(answer.variants) == 2


def test_training_may_ask_for_the_device_model_alone() -> None:
    answer = matched(make_lookup().find(brand="Apple", text="iPhone 13", model_only=True))
    assert (answer.device_model.id, answer.variant) == ("apple/iphone/iphone-13", None)


def test_other_category_is_refused() -> None:
    answer = make_lookup().find(
        brand="Apple", text="iPhone 13", storage_gb=128, category=Category.TABLET
    )
    assert refused(answer).reason is Reason.OTHER_CATEGORY


@pytest.mark.parametrize(
    ("text", "variant"),
    [
        ("iPhone 13 128", "apple/iphone/iphone-13/128gb"),
        ("iphone 13 256gb", "apple/iphone/iphone-13/256gb"),
        ("小米 12 12+256", "xiaomi/mi/xiaomi-12/12gb-256gb"),
        ("Redmi 12 4GB/128GB", "xiaomi/redmi/redmi-12/4gb-128gb"),
        ("iPhone 14 1TB", "apple/iphone/iphone-14/1tb"),
    ],
)
def test_free_text_says_storage_and_ram(text: str, variant: str) -> None:
    answer = matched(make_lookup().find(brand=None, text=text))
    assert answer.variant is not None
    assert answer.variant.id == variant


@pytest.mark.parametrize(
    ("text", "storage", "ram"),
    [("iPhone 13 128GB", 256, None), ("小米 12 8+256", 256, 12)],
)
def test_text_that_contradicts_the_fields_is_refused(
    text: str, storage: float, ram: float | None
) -> None:
    answer = make_lookup().find(brand=None, text=text, storage_gb=storage, ram_gb=ram)
    assert refused(answer).reason is Reason.CONTRADICTION


def test_id_that_contradicts_the_storage_is_refused() -> None:
    answer = make_lookup().find(brand=None, text="apple/iphone/iphone-13/128gb", storage_gb=256)
    assert refused(answer).reason is Reason.CONTRADICTION


def test_asking_twice_gives_the_remembered_answer() -> None:
    lookup = make_lookup()
    first = lookup.find(brand="Apple", text="iPhone 13", storage_gb=128)
    assert lookup.find(brand="Apple", text="iPhone 13", storage_gb=128) is first


def test_search_puts_the_exact_name_first_and_names_variants() -> None:
    hits = make_lookup().search(text="iphone 13")
    assert [hit.name for hit in hits] == ["Apple iPhone 13 128 GB", "Apple iPhone 13 256 GB"]
    assert hits[0].name_zh == "苹果 iPhone 13 128 GB"


def test_search_puts_the_storage_of_the_text_first() -> None:
    assert make_lookup().search(text="苹果13 256")[0].variant == "apple/iphone/iphone-13/256gb"


@pytest.mark.parametrize("text", ["红米", "redmi 1", "ipone 14", "a52"])
def test_search_finds_by_part_brand_prefix_slip_and_middle(text: str) -> None:
    assert make_lookup().search(text=text)


@pytest.mark.parametrize("text", ["", "  ", "zzzzzz"])
def test_search_for_nothing_known_finds_nothing(text: str) -> None:
    assert make_lookup().search(text=text) == ()


def test_search_keeps_to_the_limit() -> None:
    assert len(make_lookup().search(text="12", limit=3)) == 3
