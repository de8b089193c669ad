"""GET /v1/facilities."""

import httpx

from tests.callers import make_key
from tests.web.people import Shopfront, ask, engine_of, shopfront
from valuation.domain.people import Mode, Role, Scope
from valuation.shop import DEFAULT_MERCHANT
from valuation.web.facilities_api import FacilitiesOut

FACILITIES = "/v1/facilities"


def test_every_facility_is_told_with_its_places_of_two_weeks(client: httpx.Client) -> None:
    tried = make_key(engine_of(client), DEFAULT_MERCHANT, Scope.QUOTES_READ, mode=Mode.TEST).token
    for answer in (client.get(FACILITIES), ask(client, "GET", FACILITIES, tried)):
        told = FacilitiesOut.model_validate(answer.raise_for_status().json())
        hazard = next(each for each in told.facilities if each.licences)
        assert (hazard.id, hazard.regions["demo-east"]) == ("demo-east-hazard", 90)
        assert [(week.week, week.places, week.free) for week in hazard.weeks] == [
            ("2026-W47", 60, 60), ("2026-W48", 60, 60)
        ]  # fmt: skip


def test_who_may_see_them(client: httpx.Client) -> None:
    front: Shopfront = shopfront(client)
    may = {Role.MANAGER, Role.AUDITOR}
    for role in Role:
        front.sign_in(role)
        status = front.ask(role.value, "GET", FACILITIES).status_code
        assert status == (200 if role in may else 403), role
    assert front.ask("nobody", "GET", FACILITIES).status_code == 401
