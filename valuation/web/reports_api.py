"""/v1/reports: what people of the shop did, counted."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from valuation.domain.people import Action, check_allowed
from valuation.people.override_report import EARLIEST, LATEST, overrides_of, report
from valuation.web.answering import InShop, json_response, problems
from valuation.web.auth import Caller
from valuation.web.out import Money, Out

router = APIRouter(prefix="/v1/reports")

DAY = "a day such as 2026-11-27"
Day = Annotated[date, Field(ge=EARLIEST, le=LATEST)]


class DaysQuery(BaseModel):
    """From the first to the last day, both counted, in the shop's time zone."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    first: Day | None = Field(default=None, alias="from", description=DAY)
    until: Day | None = Field(default=None, description=DAY)

    @model_validator(mode="after")
    def _in_order(self) -> "DaysQuery":
        if self.first and self.until and self.until < self.first:
            raise ValueError("until is before from")
        return self


class OverriddenOut(Out):
    """What one person moved one way; ``second_person``: how many lay above the role's limit."""

    actor: str
    role: str
    direction: str
    count: int
    amount: Money
    second_person: int
    reasons: dict[str, int]


class OverrideReportOut(Out):
    """Overrides by person and direction."""

    from_day: str | None
    until_day: str | None
    overrides: list[OverriddenOut]


@router.get(
    "/overrides",
    response_class=Response,
    responses={200: {"model": OverrideReportOut}, **problems(401, 403, 422, 503)},
    summary="Overrides by person and direction",
)
def get_overrides(caller: Caller, query: Annotated[DaysQuery, Query()], shop: InShop) -> Response:
    """Who named other amounts, how often, how much, why, and how often a second person had to."""
    check_allowed(caller, Action.READ_REPORT)
    lines = overrides_of(
        shop.engine, merchant=caller.merchant, mode=caller.mode, first=query.first,
        last=query.until, zone=shop.settings.time_zone,
    )  # fmt: skip
    return json_response(report(lines, query.first, query.until))
