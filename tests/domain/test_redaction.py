"""Redaction: no unit's identifier is repeated, and every digest of ours stays readable."""

import pytest

from valuation.domain.redaction import personal_data, redacted

DIGEST = "3147a8a5592412345678901234567890beef00112233445566778899aabbccdd"


@pytest.mark.parametrize(
    "identifier",
    [
        "490154203237518",
        "49-015420-323751-8",
        "49 015420 323751 8",
        "4901542032375186",
        "４９０１５４２０３２３７５１８",
        "٤٩٠١٥٤٢٠٣٢٣٧٥١٨",
        "49_015420_323751_8",
        "A10000009296F2",
        "a10000009296f2",
        "A1 000000 9296F2",
        "R58M12345AB",
        "F2LXK1AB12CD",
    ],
)
@pytest.mark.parametrize("around", ["{}", "no device {}", "{}: not found", f"{DIGEST[:12]} {{}}."])
def test_an_identifier_is_never_repeated(identifier: str, around: str) -> None:
    assert redacted(around.format(identifier)) == around.format("…")


@pytest.mark.parametrize(
    "text",
    [
        f"no bundle {DIGEST} in models/bundles",
        f"models/bundles/{DIGEST}/bundle.json cannot be read",
        f"{DIGEST[:12]} beats 7bc68ff57877 on 668 sales, 8.1% against 12.5%",
        f"bundle {DIGEST[:12]} face to face",
        "Xiaomi M2102J20SG 8+256, Galaxy SM-S918B 256GB",
        "as of 2026-11-22 08:15",
    ],
)
def test_digests_and_ordinary_words_stay(text: str) -> None:
    assert redacted(text) == text


def test_a_word_as_long_as_a_prefix_but_of_digits_alone_may_start_an_imei() -> None:
    assert redacted("490154203237 518") == "…"


@pytest.mark.parametrize(
    "number",
    ["8613800138000", "86-138-0013-8000", "0086 13800138000", "138 001 38000", "138-00-138-000",
     "415-555-2671", "1-415-555-2671", "(415) 555-2671", "415.555.2671", "13800138000"],
)  # fmt: skip
@pytest.mark.parametrize("around", ["{}", "p/{}.jpg", "call {}, Ms Li"])
def test_a_phone_number_is_seen_however_it_is_written(number: str, around: str) -> None:
    assert personal_data(around.format(number)) == "a phone number"


@pytest.mark.parametrize(
    "text",
    ["IMG_20261120_120105.jpg", "2026-11-20 12:01:05", "1763611265000.jpg", "1763611265", DIGEST,
     "ThinkPad 480 256 2019", "192.168.100.2000", "shelf 7, photo 415", "415-155-2671"],
)  # fmt: skip
def test_moments_digests_and_names_are_nobodys(text: str) -> None:
    assert personal_data(text) is None
