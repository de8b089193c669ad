"""/v1/impact: what devices came to that went their way, from the append-only ledger."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from valuation.domain.people import Action, Mode, check_allowed
from valuation.use_cases.impact_exports import view_document
from valuation.use_cases.impact_views import Asked, By, View, view
from valuation.web.answering import InShop, json_response, problems
from valuation.web.auth import Caller
from valuation.web.out import Out
from valuation.web.reports_api import DaysQuery

router = APIRouter(prefix="/v1")


class ImpactQuery(DaysQuery):
    """What is summed by, and which days."""

    by: By = Field(default=By.MONTH, description="store, merchant, region, campus, month or day")


class SpanOut(Out):
    """A figure with both ends of what it may be."""

    low: int
    typical: int
    high: int


class DevicesOut(Out):
    """How many became what."""

    reused: int
    refurbished: int
    harvested: int
    dismantled: int


class SumsOut(Out):
    """What devices came to, those taken back taken off; `data` is `real` or `demo`."""

    data: str
    count: int
    devices: DevicesOut
    reuse_basis_points: int | None
    kept_out_of_waste_mg: int
    metals_recovered_ug: dict[str, SpanOut]
    co2e_avoided_g: SpanOut
    without_weight: int
    weight_from_table: int
    without_co2e_factor: int
    taken_back: int


class GroupOut(SumsOut):
    """The sums of one store, merchant, region, campus, month or day; `label`: its name."""

    group: str
    label: str | None


class ImpactOut(Out):
    """Sums of each group, and of all; demo and real data apart."""

    by: By
    from_day: str | None
    until_day: str | None
    groups: list[GroupOut]
    totals: list[SumsOut]


@router.get(
    "/impact",
    response_class=Response,
    responses={200: {"model": ImpactOut}, **problems(401, 403, 422, 503)},
    summary="Devices reused, waste, metals and CO2e",
)
def get_impact(caller: Caller, query: Annotated[ImpactQuery, Query()], shop: InShop) -> Response:
    """What the merchant's devices came to that went their way, as the ledger stands now.

    Devices are counted once, when they went their way. What a test key completes is not counted.
    """
    check_allowed(caller, Action.READ_REPORT)
    asked = Asked(
        merchant=caller.merchant, first=query.first, last=query.until,
        zone=shop.settings.time_zone,
    )  # fmt: skip
    tried = caller.mode is Mode.TEST
    found = View({}, {}, {}) if tried else view(shop.engine, asked, by=query.by)
    return json_response(view_document(found, asked, query.by))
