"""GET /v1/impact."""

from typing import Any

import httpx
import pytest

from tests.callers import make_key
from tests.quotes.settling import SWOLLEN, gone, settled
from tests.quotes.telling import Till
from tests.web.people import Shopfront, ask, engine_of, shopfront
from valuation.domain.people import Mode, Role, Scope
from valuation.shop import DEFAULT_MERCHANT
from valuation.use_cases.impact_views import verify
from valuation.web.impact_api import ImpactOut

IMPACT = "/v1/impact"


def till_of(client: httpx.Client, merchant: str) -> Till:
    return Till(client.app.state.shop, merchant=merchant)  # type: ignore[attr-defined]  # of Starlette's client


def summed(client: httpx.Client, token: str, **query: str) -> dict[str, Any]:
    answer = ask(client, "GET", IMPACT, token, params=query).raise_for_status().json()
    ImpactOut.model_validate(answer)
    found: dict[str, Any] = answer
    return found


def test_a_merchant_sees_its_own_devices_once_they_went_their_way(
    client: httpx.Client,
) -> None:
    front = shopfront(client)
    mine, theirs = till_of(client, front.store.merchant_id), till_of(client, "another")
    owner = front.keys["owner"]
    assert summed(client, owner) == {
        "by": "month", "from_day": None, "until_day": None, "groups": [], "totals": [],
    }  # fmt: skip
    gone(mine)
    gone(theirs)
    assert summed(client, owner)["totals"][0]["count"] == 1
    gone(mine, **SWOLLEN)
    found = summed(client, owner, by="merchant")
    (group,), (whole,) = found["groups"], found["totals"]
    assert (group["group"], group["label"]) == (front.store.merchant_id, "Otter Phones")
    assert {name: group[name] for name in whole} == whole
    assert (whole["data"], whole["count"], whole["reuse_basis_points"]) == ("demo", 2, 5_000)
    assert whole["kept_out_of_waste_mg"] == 2 * 174_000
    assert whole["co2e_avoided_g"] == {"low": 4_600, "typical": 12_300, "high": 20_000}
    assert whole["metals_recovered_ug"]["gold"]["typical"] == 10_000
    assert summed(client, front.keys["outsider"])["totals"] == []
    days = {"from": "2026-11-21", "until": "2026-11-30"}
    assert summed(client, owner, **days)["totals"] == []


def test_completed_and_taken_back_over_http_it_counts_once_however_often_it_is_sent(
    client: httpx.Client,
) -> None:
    front = shopfront(client)
    till, owner = till_of(client, front.store.merchant_id), front.keys["owner"]
    settled(till)
    till.erase()
    back = {"step": "reverse", "reason": "resale_failed", "route": "parts"}
    for body, stage, devices in (
        ({"step": "complete"}, "settled", {"reused": 1, "harvested": 0}),
        (back, "settled", {"reused": 0, "harvested": 0}),
        ({"step": "complete", "evidence": []}, "settled", {"reused": 0, "harvested": 1}),
        ({"step": "reverse", "reason": "counted_by_mistake"}, "reversed", {"harvested": 0}),
    ):
        for again in range(3):
            answer = ask(client, "POST", f"/v1/quotes/{till.quotes[0]}/steps", owner, json=body,
                         headers={"Idempotency-Key": str(body)})  # fmt: skip
            assert (answer.status_code, answer.json()["stage"]) == (200, stage), again
        found = summed(client, owner)["totals"][0]["devices"]
        assert {name: found[name] for name in devices} == devices
    assert verify(till.shop).head.seq == 4
    front.sign_in(Role.AUDITOR)
    assert front.ask("auditor", "GET", f"/v1/quotes/{till.quotes[0]}/replay").json()["same"]
    assert verify(till.shop).head.seq == 4


def test_a_reversal_needs_a_reason_of_its_own(client: httpx.Client) -> None:
    front = shopfront(client)
    till, owner = till_of(client, front.store.merchant_id), front.keys["owner"]
    settled(till)
    for body, status, code in (
        ({"reason": "goodwill"}, 422, "step_incomplete"),
        ({"reason": "resale_failed", "route": "atlantis"}, 422, None),
        ({"reason": "resale_failed", "route": "refuse"}, 409, "route_closed"),
    ):
        answer = ask(client, "POST", f"/v1/quotes/{till.quotes[0]}/steps", owner,
                     json={"step": "reverse", **body})  # fmt: skip
        assert answer.status_code == status
        assert code in (None, answer.json()["code"])


def test_who_may_see_it(client: httpx.Client) -> None:
    front: Shopfront = shopfront(client)
    may = {Role.MANAGER, Role.AUDITOR}
    for role in Role:
        front.sign_in(role)
        status = front.ask(role.value, "GET", IMPACT).status_code
        assert status == (200 if role in may else 403), role
    assert front.ask("nobody", "GET", IMPACT).status_code == 401


def test_a_test_key_sees_nothing_of_the_business(client: httpx.Client) -> None:
    gone(till_of(client, DEFAULT_MERCHANT))
    tried = make_key(engine_of(client), DEFAULT_MERCHANT, Scope.QUOTES_READ, mode=Mode.TEST).token
    assert summed(client, tried)["totals"] == []
    assert client.get(IMPACT).json()["totals"][0]["count"] == 1


@pytest.mark.parametrize(
    ("query", "field"),
    [({"by": "colour"}, "by"), ({"from": "yesterday"}, "from"), ({"since": "x"}, "since")],
)
def test_what_cannot_be_asked_is_refused_by_name(
    standing: httpx.Client, query: dict[str, str], field: str
) -> None:
    answer = standing.get(IMPACT, params=query)
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == [field]
