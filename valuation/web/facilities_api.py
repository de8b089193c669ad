"""/v1/facilities: who takes devices, and how many more week by week."""

from fastapi import APIRouter, Response

from valuation.domain.people import Action, Mode, check_allowed
from valuation.use_cases.place_view import facility_list
from valuation.web.answering import InShop, json_response, problems
from valuation.web.auth import Caller
from valuation.web.out import Out

router = APIRouter(prefix="/v1")


class WeekOut(Out):
    """Places of an ISO week: all, taken by whichever merchant, and free; below 0 where the table
    has fewer now than were reserved."""

    week: str
    places: int
    taken: int
    free: int


class FacilityPlacesOut(Out):
    """A facility: what it may take, kilometres by region, and its places from this week to the last
    in which one is taken, of the next at least."""

    id: str
    en: str
    zh: str
    routes: list[str]
    categories: list[str]
    licences: list[str]
    regions: dict[str, int]
    weeks: list[WeekOut]


class FacilitiesOut(Out):
    """Every facility of the table of today."""

    facilities: list[FacilityPlacesOut]


@router.get(
    "/facilities",
    response_class=Response,
    responses={200: {"model": FacilitiesOut}, **problems(401, 403, 503)},
    summary="Facilities and their free places",
)
def get_facilities(caller: Caller, shop: InShop) -> Response:
    """Places from this week to the last in which one is taken. A test key reserves none, and sees
    none taken."""
    check_allowed(caller, Action.READ_VALUES)
    told = facility_list(shop, count=caller.mode is not Mode.TEST)
    return json_response({"facilities": told})
