"""GET /v1/devices."""

import httpx
import pytest

from valuation.web.self_schemas import DeviceList


def test_a_search_finds_variants_by_name(standing: httpx.Client) -> None:
    answer = standing.get("/v1/devices", params={"q": "iphone 13"}).json()
    DeviceList.model_validate(answer)
    assert answer["data"][0]["device_model"] == "apple/iphone/iphone-13"
    assert answer["has_more"]
    assert len(answer["data"]) == 10


def test_pages_follow_one_another_without_gap_or_repetition(standing: httpx.Client) -> None:
    whole = standing.get("/v1/devices", params={"q": "iphone 13", "limit": 9}).json()["data"]
    paged: list[dict[str, str]] = []
    while len(paged) < 9:
        after = {"starting_after": paged[-1]["id"]} if paged else {}
        query: dict[str, str] = {"q": "iphone 13", "limit": "3", **after}
        paged += standing.get("/v1/devices", params=query).json()["data"]
    assert paged == whole


def test_the_last_page_says_that_it_is(standing: httpx.Client) -> None:
    assert not standing.get("/v1/devices?q=iphone 13 pro max&limit=100").json()["has_more"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "q"),
        ("q=", "q"),
        ("q=%00", "q"),
        ("q=%ff", "q"),
        ("q=iphone&limit=0", "limit"),
        ("q=iphone&limit=101", "limit"),
        ("q=iphone&limit=ten", "limit"),
        ("q=iphone&starting_after=none", "starting_after"),
        ("q=iphone&page=2", "page"),
        ("q=" + "x" * 81, "q"),
    ],
)
def test_a_wrong_parameter_is_named(standing: httpx.Client, query: str, field: str) -> None:
    answer = standing.get(f"/v1/devices?{query}")
    assert answer.status_code == 422
    error = answer.json()["errors"][0]
    assert error["field"] == field
    assert error["accepted"] not in (None, "", error["message"])
