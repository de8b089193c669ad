"""Over HTTP a customer's data are refused where a quote or its log would keep them for ever."""

from typing import Any

import httpx
import pytest

from tests.web.answers import make_body
from tests.web.test_lives import taken
from valuation.catalogue import load_catalogue
from valuation.domain.redaction import personal_data

PHONE = "13812345678"
DIGEST = "ab" * 32


@pytest.mark.parametrize(
    ("member", "field"),
    [
        ({"evidence": [{"digest": DIGEST, "place": f"p/{PHONE}.jpg"}]}, "evidence.0.place"),
        ({"evidence": [{"digest": DIGEST, "place": "p", "note": "li@example.com"}]},
         "evidence.0.note"),
        ({"photos": {"device": [{"digest": DIGEST, "place": "p", "note": "11010119900307451X"}]}},
         "photos.device.0.note"),
    ],
)  # fmt: skip
def test_evidence_names_no_customer(standing: httpx.Client, member: Any, field: str) -> None:
    quote = standing.post("/v1/quotes", json=make_body()).json()
    answer = standing.post(f"/v1/quotes/{quote['id']}/steps", json={"step": "accept", **member})
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == [field]
    assert "POST /v1/customers" in answer.json()["detail"]
    for typed in (PHONE, "li@", "11010119900307451X"):
        assert typed not in answer.text
    assert taken(standing, quote, "accept")["stage"] == "accepted"


@pytest.mark.parametrize("name", [f"Zhang San {PHONE}", "li@example.com", "Zhang San " * 8])
def test_a_devices_name_names_no_customer(standing: httpx.Client, name: str) -> None:
    answer = standing.post("/v1/quotes", json=make_body(device={"name": name}))
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["field"] == "device.name"
    assert "POST /v1/customers" in error["message"] + (error["accepted"] or "")
    assert name.strip() not in answer.text


def test_every_name_of_the_catalogue_can_be_asked_for() -> None:
    catalogue = load_catalogue()
    names = {
        name
        for each in catalogue.variants.values()
        for name in (each.id, catalogue.variant_name(each), catalogue.variant_name_zh(each))
    }
    assert max(map(len, names)) <= 2 * catalogue.longest_name
    assert not [name for name in names if personal_data(name)]
