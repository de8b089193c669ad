"""GET /v1/reports/overrides."""

from typing import Any

import httpx
import pytest

from tests.callers import make_key
from tests.fakes import FakeClock
from tests.web.answers import make_body
from tests.web.people import Shopfront, ask, engine_of, shopfront
from valuation.domain import records
from valuation.domain.moves import Step
from valuation.domain.overrides import OverrideReason
from valuation.domain.people import Mode, Role, Scope
from valuation.domain.records import Actor
from valuation.use_cases.living import step
from valuation.use_cases.step_request import StepRequest
from valuation.web.reports_api import OverrideReportOut

REPORT = "/v1/reports/overrides"


@pytest.fixture
def front(client: httpx.Client) -> Shopfront:
    """Two merchants and a service of their own."""
    return shopfront(client)


def overridden(front: Shopfront, who: str, difference: int, reason: str, **more: Any) -> str:
    """The actor of an override of a new quote, before acceptance or, upwards, after it."""
    quote = front.ask(who, "POST", "/v1/quotes", json=make_body()).json()
    steps = f"/v1/quotes/{quote['id']}/steps"
    if difference > 0:
        front.ask(who, "POST", steps, json={"step": "accept"}).raise_for_status()
    amount = quote["offer"]["amount"] + difference
    body = {"step": "override", "amount": amount, "reason": reason, **more}
    life = front.ask(who, "POST", f"{steps}?view=customer", json=body).raise_for_status().json()
    return str(life["id"])


def lines(front: Shopfront, who: str, **days: str) -> list[dict[str, Any]]:
    answer = front.ask(who, "GET", REPORT, params=days).raise_for_status().json()
    OverrideReportOut.model_validate(answer)
    found: list[dict[str, Any]] = answer["overrides"]
    return found


def test_overrides_are_counted_by_clerk_and_direction(front: Shopfront) -> None:
    second = front.sign_in(Role.MANAGER)
    front.sign_in(Role.CLERK)
    overridden(front, "clerk", -1_000, "appraisal")
    overridden(front, "clerk", -9_000, "stock_on_hand", confirmed_with=second)
    overridden(front, "clerk", 500, "goodwill")
    overridden(front, "manager", -9_000, "goodwill")
    told = [
        (line["role"], line["direction"], line["count"], line["amount"]["amount"],
         line["second_person"], line["reasons"])
        for line in lines(front, "owner")
    ]  # fmt: skip
    assert sorted(told, key=str) == [
        ("clerk", "down", 2, -10_000, 1, {"appraisal": 1, "stock_on_hand": 1}),
        ("clerk", "up", 1, 500, 0, {"goodwill": 1}),
        ("manager", "down", 1, -9_000, 0, {"goodwill": 1}),
    ]
    assert {line["amount"]["currency"] for line in lines(front, "owner")} == {"CNY"}
    assert all(line["actor"].startswith("clerk:cl_") for line in lines(front, "owner"))
    assert lines(front, "outsider") == []


def test_days_are_the_shops_and_both_ends_are_counted(front: Shopfront, clock: FakeClock) -> None:
    front.sign_in(Role.CLERK)
    clock.move(hours=11, minutes=59)  # 23:59 on the 20th in Shanghai, where the clock began at noon
    front.sign_in(Role.CLERK)
    overridden(front, "clerk", -1_000, "appraisal")
    clock.move(minutes=1)
    overridden(front, "clerk", -2_000, "appraisal")

    def amounts(**days: str) -> list[int]:
        return [line["amount"]["amount"] for line in lines(front, "owner", **days)]

    assert amounts() == [-3_000]
    assert amounts(**{"from": "2026-11-20", "until": "2026-11-20"}) == [-1_000]
    assert amounts(**{"from": "2026-11-21"}) == [-2_000]
    assert amounts(until="2026-11-19") == []


@pytest.mark.parametrize(
    ("days", "field"),
    [
        ({"from": "yesterday"}, "from"),
        ({"until": "1999-12-31"}, "until"),
        ({"since": "x"}, "since"),
    ],
)
def test_a_day_that_is_none_is_refused_by_name(
    standing: httpx.Client, days: dict[str, str], field: str
) -> None:
    answer = standing.get(REPORT, params=days)
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == [field]


def test_days_in_the_wrong_order_are_refused(standing: httpx.Client) -> None:
    days = {"from": "2026-11-21", "until": "2026-11-20"}
    answer = standing.get(REPORT, params=days)
    assert answer.status_code == 422
    assert "until is before from" in answer.text


def test_each_role_and_caller(front: Shopfront) -> None:
    may = {Role.MANAGER, Role.AUDITOR}
    for role in Role:
        front.sign_in(role)
        status = front.ask(role.value, "GET", REPORT).status_code
        assert status == (200 if role in may else 403), role
    statuses = [front.ask(who, "GET", REPORT).status_code for who in ("owner", "nobody")]
    assert statuses == [200, 401]


def test_what_was_tried_with_a_test_key_is_in_no_report_of_a_live_one(client: httpx.Client) -> None:
    scopes = (Scope.QUOTES_READ, Scope.QUOTES_WRITE)
    tried = make_key(engine_of(client), "default", *scopes, mode=Mode.TEST).token
    quote = ask(client, "POST", "/v1/quotes", tried, json=make_body()).json()
    clerk = Actor(role=records.Role.CLERK, id="clerk:cl_1")
    shop = client.app.state.shop  # type: ignore[attr-defined]  # of Starlette's client
    amount = quote["offer"]["amount"] - 1_000
    request = StepRequest(
        step=Step.OVERRIDE, actor=clerk, amount=amount, reason=OverrideReason.APPRAISAL
    )
    step(shop, quote["id"], request, merchant="default", mode=Mode.TEST)
    assert ask(client, "GET", REPORT, tried).json()["overrides"][0]["count"] == 1
    assert client.get(REPORT).json()["overrides"] == []
