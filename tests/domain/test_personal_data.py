"""A customer's numbers and addresses are seen; names of devices, files and moments are let be."""

import pytest

from valuation.domain.redaction import personal_data


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("13812345678", "a phone number"),
        ("ask Zhang, 138 1234 5678", "a phone number"),
        ("１３８１２３４５６７８", "a phone number"),
        ("photos/13812345678/front.jpg", "a phone number"),
        ("+86 139 7777 1234", "a phone number"),
        ("+6591234567", "a phone number"),
        ("(021) 6543 2109", "a phone number"),
        ("0912 345 678", "a phone number"),
        ("zhang.san@example.com", "an e-mail address"),
        ("zhang＠example.com", "an e-mail address"),
        ("110101199003074514", "an identity number"),
        ("11010119900307451X", "an identity number"),
        ("490154203237518", "an IMEI"),
        ("49-015420-323751-8", "an IMEI"),
        ("20261127-490154203237518.jpg", "an IMEI"),
    ],
)
def test_what_is_a_persons_or_a_units_is_seen(text: str, said: str) -> None:
    assert personal_data(text) == said


@pytest.mark.parametrize(
    "text",
    [
        "shelf 7, photo 1", "Mate 40 Pro 8+256", "M2102J20SG", "PZT-H85N", "of 2026-11-27",
        "IMG_20261127_153012.jpg", "20261127_153012345.jpg", "mmexport1732689000123.jpg",
        "WA 2021-11-27T10.22.31", "2026-11-27 15:30:12", "s3://photos/2026/11/27/153012/front.jpg",
        "ab" * 32, "d41d8cd98f00b204e9800998ecf8427e.jpg", "550e8400-e29b-41d4-a716-446655440000",
        "https://photos.example/q/qt_06h1mcn9lnmnekq7jjgjgss1kg/1.jpg", "10.0.12.13/photos",
    ],
)  # fmt: skip
def test_what_names_devices_files_and_moments_is_let_be(text: str) -> None:
    assert personal_data(text) is None
